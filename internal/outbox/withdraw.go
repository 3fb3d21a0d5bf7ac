package outbox

import (
	"context"
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
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

// gone records that what the platform had accepted is there no more. While it is being taken back
// that is no refusal: the withdrawal books it, and this waits for it.
func (l *lane) gone(ctx context.Context, it *record.Item, why string) error {
	switch leaving, err := l.o.leaving(ctx, it); {
	case err != nil:
		return err
	case leaving:
		return l.pending(ctx, it, whyLeaving)
	}
	return l.checked(ctx, it, it.Receipt, "", why)
}

// leaving says whether an item is being taken back, or was and the bulletin does not say so yet.
func (o *Outbox) leaving(ctx context.Context, it *record.Item) (bool, error) {
	if it.Purpose != bots.ForBulletin {
		return false, nil
	}
	b, err := record.Fetch[bots.Bulletin](ctx, o.o.Store, it.About.ID)
	if errors.Is(err, record.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, draft := range b.Withdrawals {
		switch takes, err := o.takesBack(ctx, draft, it.ID); {
		case errors.Is(err, record.ErrNotFound):
		case err != nil || takes:
			return takes, err
		}
	}
	return false, nil
}

// takesBack says whether a draft was approved to take an item back, and this is not over in vain.
func (o *Outbox) takesBack(ctx context.Context, draft, item string) (bool, error) {
	d, err := record.Fetch[bots.Draft](ctx, o.o.Store, draft)
	if err != nil || d.Withdraws != item || d.Item == "" {
		return false, err
	}
	w, err := record.Fetch[record.Item](ctx, o.o.Store, d.Item)
	if err != nil {
		return false, err
	}
	return w.State == record.ItemDelivered || !w.Final(), nil
}

// standsAt is where a person takes a post down: where it can be seen, else the page the
// adapter names.
func standsAt(tx record.Tx, it *record.Item, place string) string {
	if old, err := record.Load[record.Item](tx, it.Withdraws); err == nil && record.IsLink(old.Receipt.URL) {
		return old.Receipt.URL
	}
	return place
}
