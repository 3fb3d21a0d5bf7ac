package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// news lists the states bots hear of.
func newsworthy() []string {
	return []string{record.ItemDelivered, record.ItemRejected, record.ItemUnknown, record.ItemHeld, record.ItemExpired, record.ItemClosed, record.ItemWithdrawn}
}

// tellOn tells outcomes as they come, until ctx ends.
func (o *Outbox) tellOn(ctx context.Context) {
	tick := time.NewTicker(o.pace.Tick)
	defer tick.Stop()
	for {
		if err := errors.Join(o.lapseHands(ctx), o.tell(ctx)); err != nil && ctx.Err() == nil {
			o.log.Error("outcomes could not be told yet", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-o.news:
		case <-tick.C:
		}
	}
}

// tell turns every untold outcome into an event: the events first, then the items are
// marked. A crash in between makes the same events again, and their keys are known.
func (o *Outbox) tell(ctx context.Context) error {
	for _, state := range newsworthy() {
		for more := true; more; {
			page, err := o.o.Store.List(ctx, record.Query{Kind: record.KindItem, State: state, DueBefore: time.Now(), Limit: pageSize})
			if err != nil {
				return fmt.Errorf("look for outcomes to tell: %w", err)
			}
			told, err := o.tellPage(ctx, page)
			if err != nil {
				return err
			}
			more = len(page) == pageSize && told > 0
		}
	}
	return nil
}

func (o *Outbox) tellPage(ctx context.Context, page []bots.Record) (int, error) {
	var events []*bots.Event
	keys := map[string]string{} // item -> key of what is told
	var stale []string
	for _, r := range page {
		it := r.(*record.Item)
		switch {
		case it.Untold:
			e := outcome(it)
			events, keys[it.ID] = append(events, e), e.Key
		case it.State == record.ItemHeld:
			stale = append(stale, it.ID)
		}
	}
	if err := o.expireHeld(ctx, stale); err != nil || len(events) == 0 {
		return len(stale), err
	}
	if _, err := o.o.Store.Accept(ctx, events); err != nil {
		return 0, fmt.Errorf("accept %d outcomes: %w", len(events), err)
	}
	o.step(StepAccepted)
	if err := o.markTold(ctx, keys); err != nil {
		return 0, err
	}
	o.step(StepTold)
	nudge(o.wake) // an unknown outcome is due for look-up from now on
	return len(events) + len(stale), nil
}

// outcomeKey begins with the item's id, which begins with the time-ordered id of the
// event it came of.
func outcomeKey(it *record.Item) string {
	return fmt.Sprintf("%s|%d|%s", it.ID, it.Tries(), it.State)
}

func outcome(it *record.Item) *bots.Event {
	body := &bots.Outcome{Item: it.ID, Draft: it.Draft, State: it.State, Purpose: it.Purpose, Receipt: it.Receipt, Problem: it.Why, Altered: it.Altered}
	if n := len(it.Attempts); n > 0 {
		body.Code = it.Attempts[n-1].Code
	}
	if it.State == record.ItemDelivered {
		body.Problem = ""
	}
	e := &bots.Event{Key: outcomeKey(it), Kind: bots.SendEnded, V: 1, Occurred: it.Updated, Account: it.Account, Body: body}
	e.Stream, e.Subject = it.Conversation, it.Subject
	return e
}

// markTold ends the telling of items that still say what was told.
func (o *Outbox) markTold(ctx context.Context, keys map[string]string) error {
	return o.o.Store.Update(ctx, func(tx record.Tx) error {
		for id, key := range keys {
			it, err := record.Load[record.Item](tx, id)
			if errors.Is(err, record.ErrNotFound) || err == nil && (!it.Untold || outcomeKey(it) != key) {
				continue
			}
			if err != nil {
				return err
			}
			it.Told(o.afterTelling(it))
			if err := tx.Put(it); err != nil {
				return err
			}
		}
		return nil
	})
}

// afterTelling is when an item must be looked at next: an unknown one is asked about once
// the platform has settled, a held one lapses.
func (o *Outbox) afterTelling(it *record.Item) time.Time {
	switch it.State {
	case record.ItemUnknown:
		return it.Updated.Add(o.pace.Settle)
	case record.ItemHeld:
		return it.Expires
	}
	return time.Time{}
}

// expireHeld ends held items nobody decided on in time.
func (o *Outbox) expireHeld(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return o.o.Store.Update(ctx, func(tx record.Tx) error {
		now := time.Now()
		for _, id := range ids {
			it, err := record.Load[record.Item](tx, id)
			if errors.Is(err, record.ErrNotFound) || err == nil && (it.State != record.ItemHeld || now.Before(it.Expires)) {
				continue
			}
			if err != nil {
				return err
			}
			if err := o.rule(tx, it, ruling{expire: true}, now); err != nil {
				return err
			}
		}
		return nil
	})
}
