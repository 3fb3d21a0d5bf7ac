package api

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// The records about who is on duty, as they travel.
type (
	Shift struct {
		Envelope
		*record.Shift
	}
	Leave struct {
		Envelope
		*record.Leave
	}
	HandOver struct {
		Envelope
		*record.HandOver
	}
)

// What the client shares with the records, under the names a caller of this package uses.
type (
	OnDuty   = record.OnDuty
	OpenItem = record.OpenItem
)

// Planning is what a decision about the rota carries: a shift, or a leave.
type Planning struct {
	Officer string `json:"officer"`
	Level   string `json:"level,omitempty"` // of a shift: duty, supervisor or commander
	Days    []int  `json:"days,omitempty"`  // of a shift: 1 Monday to 7 Sunday; none: every date from since to until
	Since   string `json:"since,omitempty"` // YYYY-MM-DD; missing: today
	Until   string `json:"until,omitempty"`
	Start   string `json:"start,omitempty"` // HH:MM
	End     string `json:"end,omitempty"`   // HH:MM; not after start: on the next day
	// From and To are those of a leave: RFC 3339, or YYYY-MM-DD or YYYY-MM-DDTHH:MM by the station's
	// clock. A day in To is the last one.
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	StandIn string `json:"standIn,omitempty"` // of a leave
}

func newShift(r *record.Shift) Shift          { return Shift{envelope(&r.Head), r} }
func newLeave(r *record.Leave) Leave          { return Leave{envelope(&r.Head), r} }
func newHandOver(r *record.HandOver) HandOver { return HandOver{envelope(&r.Head), r} }

func (a *API) dutyRoutes() {
	a.get("GET /api/v1/duty", a.duty)
	a.get("GET /api/v1/shifts", list(a, record.DutyActive, newShift))
	a.decide("POST /api/v1/shifts", bots.AddShift, bots.KindShift, a.shift)
	a.decide("POST /api/v1/shifts/{id}/end", bots.EndShift, bots.KindShift)
	a.get("GET /api/v1/leaves", list(a, record.DutyActive, newLeave))
	a.decide("POST /api/v1/leaves", bots.AddLeave, bots.KindLeave, a.leave)
	a.decide("POST /api/v1/leaves/{id}/end", bots.EndLeave, bots.KindLeave)
	a.get("GET /api/v1/open-items", a.openItems)
	a.get("GET /api/v1/handovers", list(a, "", newHandOver))
	a.get("GET /api/v1/handovers/{id}", show(a, newHandOver))
	a.decide("POST /api/v1/handovers", bots.DrawHandOver, bots.KindHandOver, between)
	a.decide("POST /api/v1/handovers/{id}/sign", bots.SignHandOver, bots.KindHandOver, seen)
	a.decide("POST /api/v1/handovers/{id}/remark", bots.RemarkHandOver, bots.KindHandOver, callNote)
}

func (a *API) duty(c call) (any, error) {
	return view.DutyOf(c.Context(), a.desk, a.station.Duty, time.Now())
}

func (a *API) openItems(c call) (any, error) {
	if !view.May(c.officer, bots.KindHandOver) {
		return nil, errNotYours
	}
	open, err := record.ListOpen(record.Reading(c.Context(), a.desk))
	return Page[OpenItem]{Records: append([]OpenItem{}, open...)}, err
}

func (a *API) shift(in *Decision, d *bots.Decision) error {
	p := in.Planning
	if p == nil {
		return invalid("planning", "whose shift, when and at which level?")
	}
	days := make([]string, len(p.Days))
	for i, day := range p.Days {
		days[i] = fmt.Sprint(day)
	}
	today := time.Now().In(a.station.Duty.Clock()).Format(time.DateOnly)
	for name, value := range map[string]string{
		"officer": p.Officer, "level": p.Level, "days": strings.Join(days, ","), "since": cmp.Or(p.Since, today), "until": p.Until, "start": p.Start, "end": p.End,
	} {
		d.Fields[name] = value
	}
	return nil
}

func (a *API) leave(in *Decision, d *bots.Decision) error {
	p := in.Planning
	if p == nil {
		return invalid("planning", "who is away, from when to when?")
	}
	from, ok := a.byClock(p.From, 0)
	if !ok {
		return invalid("planning.from", "write 2026-10-01 or 2026-10-01T08:00")
	}
	to, ok := a.byClock(p.To, 1)
	if !ok {
		return invalid("planning.to", "write 2026-10-07, the last day, or 2026-10-07T20:00")
	}
	d.Fields["officer"], d.Fields["standin"], d.Fields["from"], d.Fields["to"] = p.Officer, p.StandIn, from.Format(time.RFC3339), to.Format(time.RFC3339)
	return nil
}

// byClock reads a time by the station's clock. After a day without a time, so many days are added.
func (a *API) byClock(s string, days int) (time.Time, bool) {
	zone := a.station.Duty.Clock()
	if t, err := time.ParseInLocation(time.DateOnly, s, zone); err == nil {
		return t.AddDate(0, 0, days), true
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04", s, zone); err == nil {
		return t, true
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// between names who leaves, by default whoever asks, and who comes.
func between(in *Decision, d *bots.Decision) error {
	if in.To == "" {
		return invalid("to", "which officer comes?")
	}
	if len(in.Text) > maxReason {
		return invalid("text", "at most %d bytes", maxReason)
	}
	d.Fields["from"], d.Fields["to"], d.Fields["notes"] = cmp.Or(in.From, d.Officer), in.To, in.Text
	return nil
}

// Duty says who is on duty now and in the next seven days.
func (c *Client) Duty(ctx context.Context) (view.Duty, error) {
	return read[view.Duty](ctx, c, "/duty")
}

// Shifts lists the rota, unless p says otherwise.
func (c *Client) Shifts(ctx context.Context, p Paging) (Page[Shift], error) {
	return read[Page[Shift]](ctx, c, p.path("/shifts"))
}

// AddShift puts a shift into the rota.
func (c *Client) AddShift(ctx context.Context, p Planning) (bots.Result, error) {
	return c.decide(ctx, "/shifts", Decision{Planning: &p})
}

// EndShift strikes a shift out.
func (c *Client) EndShift(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/shifts", id, "end"), Decision{})
}

// Leaves lists who is away now or later, unless p says otherwise.
func (c *Client) Leaves(ctx context.Context, p Paging) (Page[Leave], error) {
	return read[Page[Leave]](ctx, c, p.path("/leaves"))
}

// AddLeave writes a leave down.
func (c *Client) AddLeave(ctx context.Context, p Planning) (bots.Result, error) {
	return c.decide(ctx, "/leaves", Decision{Planning: &p})
}

// EndLeave says that an officer is back.
func (c *Client) EndLeave(ctx context.Context, id string) (bots.Result, error) {
	return c.decide(ctx, at("/leaves", id, "end"), Decision{})
}

// OpenItems lists what waits for a person, the most pressing first.
func (c *Client) OpenItems(ctx context.Context) (Page[OpenItem], error) {
	return read[Page[OpenItem]](ctx, c, "/open-items")
}

// HandOvers lists hand-over sheets; without a state, all.
func (c *Client) HandOvers(ctx context.Context, p Paging) (Page[HandOver], error) {
	return read[Page[HandOver]](ctx, c, p.path("/handovers"))
}

// HandOver returns one hand-over sheet.
func (c *Client) HandOver(ctx context.Context, id string) (HandOver, error) {
	return read[HandOver](ctx, c, at("/handovers", id))
}

// DrawHandOver freezes what is open on a sheet for two officers; its Result names it. An empty from is
// whoever asks.
func (c *Client) DrawHandOver(ctx context.Context, from, to, notes string) (bots.Result, error) {
	return c.decide(ctx, "/handovers", Decision{From: from, To: to, Text: notes})
}

// SignHandOver signs a sheet at the version that was read.
func (c *Client) SignHandOver(ctx context.Context, id string, seen uint64) (bots.Result, error) {
	return c.decide(ctx, at("/handovers", id, "sign"), Decision{Seen: seen})
}

// RemarkHandOver adds a remark to a sheet.
func (c *Client) RemarkHandOver(ctx context.Context, id, note string) (bots.Result, error) {
	return c.decide(ctx, at("/handovers", id, "remark"), Decision{Text: note})
}
