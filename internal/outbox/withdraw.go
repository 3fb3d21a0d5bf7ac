package outbox

import (
	"context"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

// resolveGone settles a withdrawal of unknown outcome. Where a post can be looked at, it is; what
// stands there still is asked for again. Where it cannot, the deletion is asked for again: the post's
// id is its key, and deleting what is gone is a success ([adapters.Retractor]). After that a
// person says.
func (l *lane) resolveGone(ctx context.Context, it *record.Item, a adapters.Account) error {
	if a == nil {
		return l.inconclusive(ctx, it, whyDown)
	}
	if a.Caps().Lookup == nil {
		return l.askAgain(ctx, it)
	}
	looking, stop := context.WithTimeout(ctx, l.o.pace.Call)
	defer stop()
	s, err := a.Caps().Lookup.Look(looking, it.Parent)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l.o.step(StepAsked)
	gone := err == nil && !s.Exists || err != nil && adapters.ClassOf(err) == adapters.Gone
	switch {
	case gone, err == nil && unknowns(it) <= maxKeyed:
		return l.change(ctx, it, "looked", func(tx record.Tx, it *record.Item, now time.Time) error {
			if err := it.LookedFor(gone, now); err != nil || gone {
				return err
			}
			return release(tx, it, now)
		})
	case err == nil:
		return l.giveUp(ctx, it, whyStillThere)
	}
	return l.inconclusive(ctx, it, whyInconclusive(err))
}

// askAgain repeats a withdrawal, a few times.
func (l *lane) askAgain(ctx context.Context, it *record.Item) error {
	if unknowns(it) > maxKeyed {
		return l.giveUp(ctx, it, whyStillThere)
	}
	return l.repeat(ctx, it, true)
}

// standsAt is where a person takes a post down: where it can be seen, else the page the
// adapter names.
func standsAt(tx record.Tx, it *record.Item, place string) string {
	if old, err := record.Load[record.Item](tx, it.Withdraws); err == nil && record.IsLink(old.Receipt.URL) {
		return old.Receipt.URL
	}
	return place
}
