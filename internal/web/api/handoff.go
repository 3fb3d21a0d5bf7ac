package api

import (
	"context"
	"net/http"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Handoff is a clue package on its way to another unit.
type Handoff struct {
	Envelope
	*record.Handoff
	Link string `json:"link,omitempty"` // that the other unit opens
}

// Package are the files of a hand-off.
type Package struct {
	Code  string             `json:"code"`
	Files []view.HandoffFile `json:"files"`
}

// Handing is what a decision about a hand-off carries.
type Handing struct {
	Unit     string `json:"unit,omitempty"`     // that gets the package
	Identity bool   `json:"identity,omitempty"` // who reported goes along
	Words    bool   `json:"words,omitempty"`    // so do their words, with numbers masked
	Slip     string `json:"slip,omitempty"`     // the code on a return slip
	Note     string `json:"note,omitempty"`     // what the slip says
	Number   string `json:"number,omitempty"`   // under which the other unit keeps it
}

func (a *API) handoffRoutes() {
	a.get("GET /api/v1/handoffs", list(a, "", a.newHandoff))
	a.get("GET /api/v1/handoffs/{id}", show(a, a.newHandoff))
	a.get("GET /api/v1/handoffs/{id}/files", a.handoffFiles)
	a.get("GET /api/v1/handoff-units", a.handoffUnits)
	a.decide("POST /api/v1/reports/{id}/handoff", bots.PrepareHandoff, bots.KindReport, handing)
	a.decide("POST /api/v1/clues/{id}/handoff", bots.PrepareHandoff, bots.KindClue, handing)
	a.decide("POST /api/v1/handoffs/{id}/approve", bots.ApproveHandoff, record.KindHandoff, seen)
	a.decide("POST /api/v1/handoffs/{id}/resend", bots.ResendHandoff, record.KindHandoff)
	a.decide("POST /api/v1/handoffs/{id}/correct", bots.CorrectHandoff, record.KindHandoff, reason)
	a.decide("POST /api/v1/handoffs/{id}/withdraw", bots.WithdrawHandoff, record.KindHandoff, reason)
	a.decide("POST /api/v1/handoff-slips", bots.SlipHandoff, record.KindHandoff, slip)
	a.receivedRoutes()
}

func (a *API) newHandoff(r *record.Handoff) Handoff {
	h := Handoff{Envelope: envelope(&r.Head), Handoff: r}
	if a.station.Handoffs != nil {
		h.Link = a.station.Handoffs.Link(r)
	}
	return h
}

// handing is what a package shall tell, and whom.
func handing(in *Decision, d *bots.Decision) error {
	if in.Handing == nil || in.Handing.Unit == "" {
		return invalid("handing", "which unit gets it?")
	}
	d.Fields["unit"] = in.Handing.Unit
	for name, on := range map[string]bool{"identity": in.Handing.Identity, "words": in.Handing.Words} {
		if on {
			d.Fields[name] = "true"
		}
	}
	return nil
}

func slip(in *Decision, d *bots.Decision) error {
	h := in.Handing
	if h == nil || strings.TrimSpace(h.Slip) == "" {
		return invalid("handing", "which code is on the slip?")
	}
	if len(h.Slip)+len(h.Note)+len(h.Number) > maxReason {
		return invalid("handing", "at most %d bytes", maxReason)
	}
	d.Fields["slip"], d.Fields["note"], d.Fields["number"] = h.Slip, h.Note, h.Number
	return nil
}

func (a *API) handoffUnits(call) (any, error) {
	p := Page[view.Receiver]{Records: []view.Receiver{}}
	if a.station.Handoffs != nil {
		p.Records = a.station.Handoffs.Units(nil)
	}
	return p, nil
}

func (a *API) handoffFiles(c call) (any, error) {
	h, err := get[record.Handoff](a, c)
	if err != nil {
		return nil, err
	}
	if a.station.Handoffs == nil || h.Erased {
		return nil, newFault(http.StatusNotFound, "no-package", "the package was erased, or this station hands nothing over")
	}
	files, err := a.station.Handoffs.Files(h)
	return Package{Code: h.Code, Files: files}, err
}

// Handoffs lists hand-offs; without a state, all.
func (c *Client) Handoffs(ctx context.Context, p Paging) (Page[Handoff], error) {
	return read[Page[Handoff]](ctx, c, p.path("/handoffs"))
}

// Handoff returns one hand-off.
func (c *Client) Handoff(ctx context.Context, id string) (Handoff, error) {
	return read[Handoff](ctx, c, at("/handoffs", id))
}

// HandoffFiles returns the files of a package, as the other unit gets them.
func (c *Client) HandoffFiles(ctx context.Context, id string) (Package, error) {
	return read[Package](ctx, c, at("/handoffs", id, "files"))
}

// HandoffUnits lists the units a clue can be handed over to.
func (c *Client) HandoffUnits(ctx context.Context) (Page[view.Receiver], error) {
	return read[Page[view.Receiver]](ctx, c, "/handoff-units")
}

// HandReport prepares a hand-off of a report; its Result names it.
func (c *Client) HandReport(ctx context.Context, report string, h Handing) (bots.Result, error) {
	return c.decide(ctx, at("/reports", report, "handoff"), Decision{Handing: &h})
}

// HandClue prepares a hand-off of a clue; its Result names it.
func (c *Client) HandClue(ctx context.Context, clue string, h Handing) (bots.Result, error) {
	return c.decide(ctx, at("/clues", clue, "handoff"), Decision{Handing: &h})
}

// ApproveHandoff lets a package leave, as it was at the version seen.
func (c *Client) ApproveHandoff(ctx context.Context, id string, seen uint64) (bots.Result, error) {
	return c.decide(ctx, at("/handoffs", id, "approve"), Decision{Seen: seen})
}

// ResendHandoff sends a package again at once, with a new link.
func (c *Client) ResendHandoff(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/handoffs", id, "resend"), Decision{})
}

// CorrectHandoff tells every unit that got the package what was wrong in it.
func (c *Client) CorrectHandoff(ctx context.Context, id, what string) (bots.Result, error) {
	return c.decide(ctx, at("/handoffs", id, "correct"), Decision{Reason: what})
}

// WithdrawHandoff takes a package back, from every unit that got it.
func (c *Client) WithdrawHandoff(ctx context.Context, id, why string) (bots.Result, error) {
	return c.decide(ctx, at("/handoffs", id, "withdraw"), Decision{Reason: why})
}

// ImportSlip takes in a return slip.
func (c *Client) ImportSlip(ctx context.Context, h Handing) (bots.Result, error) {
	return c.decide(ctx, "/handoff-slips", Decision{Handing: &h})
}
