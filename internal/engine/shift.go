package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// sheetLate is how long after a change on duty its sheet is still drawn up: a daemon that was down meanwhile does it late.
const sheetLate = 2 * time.Hour

// handOverDesk has a sheet drawn up when the rota says that one officer followed another and nobody has drawn one. It says so as
// an event whose key is the change, so that however often it looks, and on however many nodes, there is one sheet.
func (e *Engine) handOverDesk(ctx context.Context, now time.Time) error {
	if e.o.DutyZone == nil {
		return nil
	}
	s := record.Reading(ctx, e.o.Store)
	rota, err := record.LoadRota(s, e.o.DutyZone)
	if err != nil {
		return err
	}
	last := rota.LastChange(now, sheetLate)
	if last == nil {
		return nil
	}
	if drawn, err := hasSheet(s, last); drawn || err != nil {
		return err
	}
	ev := &bots.Event{
		Key: last.At.UTC().Format(time.RFC3339) + "|shift|" + last.From + "|" + last.To, Kind: bots.Fetched, V: 1, Occurred: last.At,
		Body: &bots.FetchResult{What: bots.FetchShift, Key: last.From, Ref: adapters.Ref(last.To)},
	}
	ev.Stream, ev.State = "desk/"+string(bots.DrawHandOver), bots.EventPending
	return e.accept(ctx, []*bots.Event{ev})
}

// hasSheet says whether the sheet of a change on duty was drawn up, whatever became of it.
func hasSheet(s record.Source, x *record.ShiftChange) (bool, error) {
	page, err := s.List(record.Query{Kind: bots.KindHandOver, Newest: true, Limit: 20})
	return slices.ContainsFunc(page, func(r bots.Record) bool {
		h, ok := r.(*record.HandOver)
		return ok && h.Covers(x)
	}), err
}

// shiftChanged draws the sheet of a change on duty, for both officers to read, add to and sign. Officers who cannot hand over, or
// take, leave it to people.
func (c *commit) shiftChanged(r *bots.FetchResult) error {
	x := &record.ShiftChange{From: r.Key, To: string(r.Ref), At: c.ev.Occurred}
	if drawn, err := hasSheet(record.InTx(c.tx), x); drawn || err != nil {
		return err
	}
	c.bot = "engine"
	from, err := c.officer(x.From)
	if err != nil {
		return c.noSheet(x, err)
	}
	to, err := c.officer(x.To)
	if err != nil {
		return c.noSheet(x, err)
	}
	return c.noSheet(x, c.drawSheet(from, to, nil, ""))
}

// noSheet writes down why there is none; any error but a refusal stays one.
func (c *commit) noSheet(x *record.ShiftChange, err error) error {
	var refused *record.Refusal
	if errors.As(err, &refused) {
		c.audit("draw-handover-refused", bots.Target{Kind: bots.KindHandOver}, "", x.From+" to "+x.To+": "+refused.Code)
		return nil
	}
	return err
}
