package engine

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// unitSays makes an event of what another unit answers to a package; nil: it is no answer to one of
// ours. Only the account by which a unit gets its packages speaks for it. What else it says is kept like
// anything a platform brings that we do not know.
func (e *Engine) unitSays(ctx context.Context, a *Account, in *adapters.Inbound) (*bots.Event, error) {
	if in.Kind != adapters.KindAnswer || in.Answer == nil {
		return nil, nil
	}
	h, err := e.handoffOf(ctx, in.Answer.Code)
	if err != nil {
		return nil, fmt.Errorf("the package that account %s answers: %w", a.Record.ID, err)
	}
	in.Detail = string(adapters.KindAnswer)
	if h == nil {
		return nil, nil
	}
	if h.Way != record.ByBridge || e.o.Clerk.Courier(h.Unit) != a.Record.ID { // promise 14
		return nil, nil
	}
	if h.Erased {
		in.Text = "" // of somebody we have forgotten
		return nil, nil
	}
	said := &bots.HandoffAnswer{
		Handoff: h.ID, As: in.Answer.As, Note: clip(in.Text, maxWhy), Number: clip(in.Answer.Number, maxName), Revision: in.Answer.Revision,
	}
	if h.About.Kind == bots.KindReport {
		said.Report = h.About.ID
	}
	ev := &bots.Event{Key: e.short("key", in.Key) + "|" + a.Record.ID, Kind: bots.HandoffAnswered, V: 1, Occurred: encodable(in.At), Account: h.Account, Body: said}
	ev.Stream, ev.Subject, ev.State = h.Stream, h.Subject, bots.EventPending
	return ev, nil
}

// handoffOf finds the hand-off with a code; nil: there is none, or nothing is handed over.
func (e *Engine) handoffOf(ctx context.Context, code string) (*record.Handoff, error) {
	if e.o.Clerk == nil {
		return nil, nil
	}
	c, err := record.Fetch[record.Code](ctx, e.o.Store, code)
	if errors.Is(err, record.ErrNotFound) || err == nil && c.On.Kind != record.KindHandoff {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	h, err := record.Fetch[record.Handoff](ctx, e.o.Store, c.On.ID)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	return h, err
}
