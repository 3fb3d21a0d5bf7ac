package api

import (
	"context"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Site is a partner site.
type Site struct {
	Envelope
	*record.Site
}

// Rectification is what a partner site was asked to put right.
type Rectification struct {
	Envelope
	*record.Rectification
}

// Partner is what is registered of a site.
type Partner struct {
	Name    string `json:"name"`
	Page    string `json:"page"`    // that carries the badge
	Contact string `json:"contact"` // of its operator
	Officer string `json:"officer"` // who looks after it
}

// Asking is what a site is asked to put right.
type Asking struct {
	Findings string    `json:"findings"` // what was found; it stays in the house
	Points   string    `json:"points"`   // what of it the letter says
	Deadline time.Time `json:"deadline"`
}

// Interview is one talk with the operator of a site.
type Interview struct {
	Held    string `json:"held"` // a day, such as 2026-11-26
	Present string `json:"present"`
	Note    string `json:"note"`
	Agreed  string `json:"agreed"`
}

func (a *API) siteRoutes() {
	a.get("GET /api/v1/sites", list(a, "", newSite))
	a.get("GET /api/v1/sites/{id}", show(a, newSite))
	a.decide("POST /api/v1/sites/{id}", bots.RegisterSite, record.KindSite, partner)
	a.decide("POST /api/v1/sites/{id}/confirm", bots.ConfirmSite, record.KindSite)
	a.decide("POST /api/v1/sites/{id}/retire", bots.RetireSite, record.KindSite, reason)
	a.decide("POST /api/v1/sites/{id}/keep", bots.KeepCase, record.KindSite, reason)
	a.decide("POST /api/v1/sites/{id}/let-go", bots.LetGo, record.KindSite)
	a.decide("POST /api/v1/sites/{id}/rectifications", bots.OpenRectification, record.KindSite, asking)
	a.get("GET /api/v1/rectifications", list(a, "", newRectification))
	a.get("GET /api/v1/rectifications/{id}", show(a, newRectification))
	a.decide("POST /api/v1/rectifications/{id}/sign", bots.SignLetter, record.KindRectification, seen)
	a.decide("POST /api/v1/rectifications/{id}/interviews", bots.NoteInterview, record.KindRectification, interview)
	a.decide("POST /api/v1/rectifications/{id}/remind", bots.RemindSite, record.KindRectification)
	a.decide("POST /api/v1/rectifications/{id}/settle", bots.SettleRectification, record.KindRectification, reason,
		as(record.RectificationAnswered, record.RectificationFixed, record.RectificationOpen))
}

func newSite(s *record.Site) Site { return Site{envelope(&s.Head), s} }

func newRectification(r *record.Rectification) Rectification {
	return Rectification{envelope(&r.Head), r}
}

func partner(in *Decision, d *bots.Decision) error {
	p := in.Site
	if p == nil {
		return invalid("site", "missing")
	}
	if len(p.Name)+len(p.Page)+len(p.Contact)+len(p.Officer) > maxReason {
		return invalid("site", "at most %d bytes", maxReason)
	}
	d.Fields["name"], d.Fields["page"], d.Fields["contact"], d.Fields["officer"] = p.Name, p.Page, p.Contact, p.Officer
	return nil
}

func asking(in *Decision, d *bots.Decision) error {
	p := in.Asking
	switch {
	case p == nil || strings.TrimSpace(p.Findings) == "" || strings.TrimSpace(p.Points) == "":
		return invalid("asking", "say what was found, and what of it the letter says")
	case len(p.Findings)+len(p.Points) > maxText:
		return invalid("asking", "at most %d bytes", maxText)
	}
	d.Fields["findings"], d.Fields["points"], d.Fields["deadline"] = p.Findings, p.Points, p.Deadline.UTC().Format(time.RFC3339)
	return nil
}

func interview(in *Decision, d *bots.Decision) error {
	i := in.Interview
	if i == nil {
		return invalid("interview", "missing")
	}
	if len(i.Present)+len(i.Note)+len(i.Agreed) > maxText {
		return invalid("interview", "at most %d bytes", maxText)
	}
	d.Fields["held"], d.Fields["present"], d.Fields["note"], d.Fields["agreed"] = i.Held, i.Present, i.Note, i.Agreed
	return nil
}

// Sites lists partner sites; without a state, all.
func (c *Client) Sites(ctx context.Context, p Paging) (Page[Site], error) {
	return read[Page[Site]](ctx, c, p.path("/sites"))
}

// Site returns one partner site.
func (c *Client) Site(ctx context.Context, id string) (Site, error) {
	return read[Site](ctx, c, at("/sites", id))
}

// RegisterSite proposes a partner site under an id that stands in its badge; somebody else confirms it.
func (c *Client) RegisterSite(ctx context.Context, id string, p Partner) (bots.Result, error) {
	return c.decide(ctx, at("/sites", id), Decision{Site: &p})
}

// ConfirmSite makes a site that somebody else proposed a partner.
func (c *Client) ConfirmSite(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/sites", id, "confirm"), Decision{})
}

// RetireSite ends a partnership.
func (c *Client) RetireSite(ctx context.Context, id, why string) (bots.Result, error) {
	return c.decide(ctx, at("/sites", id, "retire"), Decision{Reason: why})
}

// KeepSite keeps what there is of a site beyond its retention, with a reason.
func (c *Client) KeepSite(ctx context.Context, id, reason string) (bots.Result, error) {
	return c.decide(ctx, at("/sites", id, "keep"), Decision{Reason: reason})
}

// LetSiteGo ends what KeepSite began.
func (c *Client) LetSiteGo(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/sites", id, "let-go"), Decision{})
}

// AskSite asks a site to put something right; its Result names the rectification.
func (c *Client) AskSite(ctx context.Context, id string, a Asking) (bots.Result, error) {
	return c.decide(ctx, at("/sites", id, "rectifications"), Decision{Asking: &a})
}

// Rectifications lists what sites were asked to put right; without a state, all.
func (c *Client) Rectifications(ctx context.Context, p Paging) (Page[Rectification], error) {
	return read[Page[Rectification]](ctx, c, p.path("/rectifications"))
}

// Rectification returns one.
func (c *Client) Rectification(ctx context.Context, id string) (Rectification, error) {
	return read[Rectification](ctx, c, at("/rectifications", id))
}

// SignLetter releases a letter, as it was at the version seen.
func (c *Client) SignLetter(ctx context.Context, id string, seen uint64) (bots.Result, error) {
	return c.decide(ctx, at("/rectifications", id, "sign"), Decision{Seen: seen})
}

// NoteInterview writes an interview down.
func (c *Client) NoteInterview(ctx context.Context, id string, i Interview) (bots.Result, error) {
	return c.decide(ctx, at("/rectifications", id, "interviews"), Decision{Interview: &i})
}

// RemindSite writes another letter, from its template alone.
func (c *Client) RemindSite(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/rectifications", id, "remind"), Decision{})
}

// SettleRectification says where one stands: answered, fixed or open again.
func (c *Client) SettleRectification(ctx context.Context, id, as, what string) (bots.Result, error) {
	return c.decide(ctx, at("/rectifications", id, "settle"), Decision{As: as, Reason: what})
}
