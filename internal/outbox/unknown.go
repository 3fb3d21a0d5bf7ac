package outbox

import (
	"context"
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// How long the outbox tries by itself before a person must say.
const (
	maxLookups    = 5         // inconclusive look-ups of one unknown outcome
	maxRepeats    = 3         // of an emergency card
	maxKeyed      = 3         // of a keyed send
	keyedFor      = time.Hour // platforms forget keys; the shortest known memory is an hour
	pendingAlarm  = 8         // checks of an accepted send before an alarm
	sinceLeniency = time.Minute
)

// resolve settles an unknown outcome: an emergency card is repeated, a keyed send is
// repeated under its key, anything else is looked up on the platform. What cannot be settled goes to
// an officer.
func (l *lane) resolve(ctx context.Context, it *record.Item) error {
	if it.Erased {
		return l.forget(ctx, it)
	}
	a, up := l.o.o.Accounts(it.Account)
	if it.Withdraws != "" {
		return l.resolveGone(ctx, it, a)
	}
	if !it.Vanished.IsZero() { // promise 4
		return l.giveUp(ctx, it, it.Why)
	}
	if l.mayRepeat(it, time.Now()) {
		return l.repeat(ctx, it, l.o.idem(it, a) == adapters.Keyed)
	}
	if !up {
		return l.inconclusive(ctx, it, whyDown)
	}
	if l.o.idem(it, a) == adapters.NoIdem || a.Caps().Find == nil { // promise 4
		return l.giveUp(ctx, it, whyNoFind)
	}
	finding, err := l.o.find(ctx, a, it)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l.o.step(StepAsked)
	if err != nil || finding.Verdict == adapters.Inconclusive {
		return l.inconclusive(ctx, it, whyInconclusive(err))
	}
	return l.found(ctx, it, finding)
}

// repeat lets an unknown outcome be tried again.
func (l *lane) repeat(ctx context.Context, it *record.Item, keyed bool) error {
	return l.change(ctx, it, "repeats", func(_ record.Tx, it *record.Item, now time.Time) error {
		return it.Repeat(keyed, l.o.later(now, unknowns(it)-1))
	})
}

// mayRepeat says whether an unknown outcome may be repeated without looking.
func (l *lane) mayRepeat(it *record.Item, now time.Time) bool {
	if repeatable(it) { // promise 12
		return true
	}
	a, _ := l.o.o.Accounts(it.Account)
	return l.o.idem(it, a) == adapters.Keyed && unknowns(it) <= maxKeyed &&
		len(it.Attempts) > 0 && now.Sub(it.Attempts[0].At) < keyedFor
}

// repeatable says whether an item is an emergency card, or an alarm to our own officers, that has
// not been repeated enough: these are sent at least once.
func repeatable(it *record.Item) bool {
	return (it.Purpose == bots.ForEmergency || it.Purpose == bots.ForAlarm) && unknowns(it) <= maxRepeats
}

// idem is how an unknown outcome of an item can be settled. a may be nil.
func (o *Outbox) idem(it *record.Item, a adapters.Account) adapters.Idempotency {
	if o.o.Idem != nil {
		return o.o.Idem(it.Account, it.Channel)
	}
	if a == nil || a.Caps().Find != nil {
		return adapters.ByLookup
	}
	return adapters.NoIdem
}

func (o *Outbox) find(ctx context.Context, a adapters.Account, it *record.Item) (adapters.Finding, error) {
	ctx, stop := context.WithTimeout(ctx, o.pace.Call)
	defer stop()
	q := adapters.FindQuery{Channel: it.Channel, To: it.To, Parent: it.Parent, Flag: it.Flag, Code: it.Code, Key: it.Key, Text: it.Text}
	if len(it.Attempts) > 0 {
		// The platform's clock may be behind ours.
		q.Since = it.Attempts[0].At.Add(-sinceLeniency)
	}
	return a.Caps().Find.Find(ctx, q)
}

func (l *lane) found(ctx context.Context, it *record.Item, f adapters.Finding) error {
	return l.change(ctx, it, f.Verdict.String(), func(tx record.Tx, it *record.Item, now time.Time) error {
		if err := it.Found(f, now); err != nil {
			return err
		}
		if f.Verdict == adapters.Absent {
			it.Why = whyAbsent
			return release(tx, it, now)
		}
		it.Why = whyFound
		return nil
	})
}

func (l *lane) inconclusive(ctx context.Context, it *record.Item, why string) error {
	if it.Lookups+1 >= maxLookups {
		return l.giveUp(ctx, it, why)
	}
	return l.change(ctx, it, "asked", func(_ record.Tx, it *record.Item, now time.Time) error {
		return it.Inconclusive(why, now.Add(l.o.growing(it.Lookups)))
	})
}

// growing doubles the settling time with every look-up in vain.
func (o *Outbox) growing(n int) time.Duration {
	return min(o.pace.Settle<<min(n+1, 20), max(o.pace.MaxBackoff, o.pace.Settle))
}

// giveUp leaves an unknown outcome to an officer.
func (l *lane) giveUp(ctx context.Context, it *record.Item, why string) error {
	return l.change(ctx, it, "unsettled", func(tx record.Tx, it *record.Item, now time.Time) error {
		if err := it.Inconclusive(why, time.Time{}); err != nil {
			return err
		}
		return alarm(tx, it, "unknown", why, now)
	})
}

// check asks what became of a send that the platform had accepted.
func (l *lane) check(ctx context.Context, it *record.Item) error {
	if it.Erased {
		return l.forget(ctx, it)
	}
	if it.Passive {
		return l.checked(ctx, it, it.Receipt, "", "")
	}
	a, up := l.o.o.Accounts(it.Account)
	if !up || a.Caps().Publish == nil {
		return l.pending(ctx, it, whyDown)
	}
	callCtx, stop := context.WithTimeout(ctx, l.o.pace.Call)
	defer stop()
	r, err := a.Caps().Publish.Check(callCtx, it.Receipt)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l.o.step(StepAsked)
	switch class := adapters.ClassOf(err); {
	case err == nil && !r.Pending:
		return l.checked(ctx, it, r, l.o.shows(a, it), "")
	case err == nil && r.Vanished:
		return l.vanished(ctx, it)
	case err != nil && class == adapters.Gone:
		return l.gone(ctx, it, whyNotThere+clip(errorOf(err).Error()))
	case err != nil && class == adapters.Rejected:
		return l.checked(ctx, it, it.Receipt, "", whyFailed(errorOf(err)))
	}
	return l.pending(ctx, it, whyPending)
}

// checked records how an accepted send ended. What came out is held against shows, the
// approved text as readers should see it; a difference, or a refusal, is put before an officer.
func (l *lane) checked(ctx context.Context, it *record.Item, r adapters.Receipt, shows, failure string) error {
	did := record.ItemDelivered
	if failure != "" {
		did = record.ItemRejected
	}
	return l.change(ctx, it, did, func(tx record.Tx, it *record.Item, now time.Time) error {
		if err := it.Checked(r, failure, now); err != nil {
			return err
		}
		if failure != "" {
			return l.refused(tx, it, now)
		}
		if r.Shown == nil {
			return nil
		}
		it.Compare(shows, *r.Shown)
		if it.Altered != "" { // promise 1
			return alarm(tx, it, "altered", whyAltered+it.Altered, now)
		}
		it.Receipt.Shown = nil // it is what the item says anyway
		return nil
	})
}

// refused puts what the platform did not publish before an officer, with what it said of
// its own accord.
func (l *lane) refused(tx record.Tx, it *record.Item, now time.Time) error {
	if it.Hint != "" {
		it.Why += "（" + it.Hint + "）"
	}
	if err := release(tx, it, now); err != nil {
		return err
	}
	return alarm(tx, it, "refused", whyRefused+it.Why, now)
}

// shows is what readers should see of an item, without markup.
func (o *Outbox) shows(a adapters.Account, it *record.Item) string {
	part, err := onePart(a.Caps().Publish, it)
	if err != nil || part.Shows == "" {
		return it.Text
	}
	return part.Shows
}

// vanished notes that a draft left for a person is gone and not known to be out. After a
// while an officer is asked: it is never filed again unasked.
func (l *lane) vanished(ctx context.Context, it *record.Item) error {
	if it.Vanished.IsZero() || time.Since(it.Vanished) < l.o.pace.Vanish {
		return l.change(ctx, it, "vanished", func(_ record.Tx, it *record.Item, now time.Time) error {
			if it.Vanished.IsZero() {
				it.Vanished = now
			}
			next := earlier(l.o.later(now, it.Lookups+1), it.Vanished.Add(l.o.pace.Vanish))
			return it.Inconclusive(whyPending, next)
		})
	}
	return l.change(ctx, it, "unclear", func(tx record.Tx, it *record.Item, now time.Time) error {
		why := whyVanished
		if it.Hint != "" {
			why += "（" + it.Hint + "）"
		}
		if err := it.Unclear(why, now); err != nil {
			return err
		}
		return alarm(tx, it, "unknown", why, now)
	})
}

// pending waits longer. A platform that never tells raises one alarm and is asked on.
func (l *lane) pending(ctx context.Context, it *record.Item, why string) error {
	return l.change(ctx, it, "pending", func(tx record.Tx, it *record.Item, now time.Time) error {
		if err := it.Inconclusive(why, l.o.later(now, it.Lookups+1)); err != nil {
			return err
		}
		if it.Lookups != pendingAlarm {
			return nil
		}
		return alarm(tx, it, "pending", whyNeverTold, now)
	})
}

// change makes a transition on an item that is still the one that was read, under our lease.
func (l *lane) change(ctx context.Context, read *record.Item, did string, do func(record.Tx, *record.Item, time.Time) error) error {
	err := l.o.o.Store.Update(context.WithoutCancel(ctx), func(tx record.Tx) error {
		now := time.Now()
		if _, _, err := l.renew(tx, now); err != nil {
			return err
		}
		it, err := record.Load[record.Item](tx, read.ID)
		if err != nil {
			return err
		}
		if it.State != read.State || it.Tries() != read.Tries() {
			return errMoved
		}
		if err := do(tx, it, now); err != nil {
			return err
		}
		return l.o.save(tx, it, did, now)
	})
	var refused *record.Refusal
	if errors.As(err, &refused) {
		l.o.log.Warn("a transition was refused", "item", read.ID, "err", err)
		return nil
	}
	nudge(l.o.news)
	return err
}
