package outbox

import (
	"context"
	"errors"
	"math"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// ending is what a call came to: for the item, and for everything around it.
type ending struct {
	record.Ending
	pause adapters.Scope // endpoint and wider are paused until Due
	alarm string         // an officer must look
	freed bool           // it certainly did not leave: its quota is given back
	hand  bool           // a person sends it instead
}

// classify decides what an adapter's answer means. It is the one place that knows.
func (o *Outbox) classify(it *record.Item, r adapters.Receipt, err error, now time.Time) ending {
	if err == nil && it.Passive {
		return ending{Ending: record.Ending{State: record.ItemAccepted, Receipt: r, Due: now.Add(passiveProof)}}
	}
	if err == nil {
		return o.sent(r, now)
	}
	e := errorOf(err)
	if it.Withdraws != "" && e.Class == adapters.Gone {
		return o.sent(adapters.Receipt{Ref: it.Parent, Existed: true}, now)
	}
	end := ending{Ending: record.Ending{Code: e.Code, Note: whyFailed(e)}, freed: true}
	switch e.Class {
	case adapters.NotSent:
		end.State, end.Due = record.ItemDue, o.later(now, failures(it))
	case adapters.RateLimited:
		end.State, end.Due, end.pause = record.ItemDue, o.whenAllowed(it, e, now), e.Scope
	case adapters.AuthExpired:
		end.State, end.Due, end.pause = record.ItemDue, o.later(now, failures(it)), adapters.ScopeAccount
		if failures(it) > 0 { // a token that ended between two calls is another one by the next
			end.alarm = whyAuth
		}
	case adapters.AccountBlocked:
		end.State, end.Due, end.pause = record.ItemHeld, now.Add(o.pace.MaxBackoff), adapters.ScopeAccount
		end.alarm = whyBlocked
	case adapters.Rejected, adapters.WindowClosed, adapters.Gone, adapters.Unsupported:
		end.State = record.ItemRejected
		if e.Class == adapters.Gone && mayDrift(it) {
			end.State, end.Due, end.Adrift = record.ItemDue, now, true
			break
		}
		never := e.Class == adapters.WindowClosed || e.Class == adapters.Unsupported || it.Withdraws != ""
		if never && o.mayHand(it) {
			end.State, end.hand = record.ItemDue, true
		}
	default:
		end.State, end.freed = record.ItemUnknown, false
	}
	if e.Ref != "" && hadUnknown(it) && end.State != record.ItemDelivered {
		// The platform names what an earlier attempt of unknown outcome made.
		return o.sent(adapters.Receipt{Ref: e.Ref, Existed: true}, now)
	}
	return end
}

// mayDrift: people delete what they wrote to us, out of shame or fear, and are answered all the same. A
// warning is not: what it is about is looked at before.
func mayDrift(it *record.Item) bool {
	return it.Channel == adapters.Private && it.Parent != "" && !it.Adrift && it.Purpose != bots.ForWarning
}

func (o *Outbox) sent(r adapters.Receipt, now time.Time) ending {
	if r.Pending {
		return ending{Ending: record.Ending{State: record.ItemAccepted, Receipt: r, Due: now.Add(o.pace.Backoff)}}
	}
	return ending{Ending: record.Ending{State: record.ItemDelivered, Receipt: r}}
}

// errorOf finds the adapter's own error; any other has an unknown outcome.
func errorOf(err error) *adapters.Error {
	var e *adapters.Error
	if errors.As(err, &e) {
		return e
	}
	return &adapters.Error{Op: "send", Err: err}
}

// longest bounds how long a platform's word is heeded: its clock may be wrong.
const longest = 24 * time.Hour

// whenAllowed heeds the platform's word, within reason, and waits longer each time, so that a
// platform that says "one second" again and again is not asked for ever at that pace.
func (o *Outbox) whenAllowed(it *record.Item, e *adapters.Error, now time.Time) time.Time {
	at := o.later(now, failures(it))
	if e.Until.After(at) {
		at = e.Until
	}
	if last := now.Add(longest); at.After(last) {
		return last
	}
	return at
}

// failures counts the attempts in a row that certainly did not leave, before the current one.
func failures(it *record.Item) int {
	n := 0
	for i := len(it.Attempts) - 2; i >= 0 && it.Attempts[i].Result == record.ItemDue; i-- {
		n++
	}
	return n
}

func hadUnknown(it *record.Item) bool {
	return unknowns(it) > 0
}

func unknowns(it *record.Item) (n int) {
	for _, t := range it.Attempts {
		if t.Result == record.ItemUnknown {
			n++
		}
	}
	return n
}

// later is an exponential wait with up to a fifth of jitter, so that many items that
// failed together do not come back together.
func (o *Outbox) later(now time.Time, n int) time.Time {
	d := float64(o.pace.Backoff) * math.Pow(2, float64(min(n, 30)))
	d = min(d, float64(o.pace.MaxBackoff))
	return now.Add(time.Duration(d * (1 + o.o.Jitter()/5)))
}

// finish makes the result durable, however often the store has to be asked, also when ctx
// has ended (then once). If it cannot, the next holder finds a claim without a result.
func (l *lane) finish(ctx context.Context, c *claim, r adapters.Receipt, callErr error) error {
	for {
		err := l.o.o.Store.Update(context.WithoutCancel(ctx), func(tx record.Tx) error { return l.record(tx, c, r, callErr) })
		var refused *record.Refusal
		switch {
		case err == nil:
			l.o.step(StepRecorded)
			nudge(l.o.news)
			if c.item.State == record.ItemDue || c.item.State == record.ItemUnknown {
				return errStays
			}
			return nil
		case errors.As(err, &refused), errors.Is(err, record.ErrNotFound), errors.Is(err, record.ErrClosed):
			l.o.log.Warn("a late result was refused", "item", c.item.ID, "attempt", c.n, "err", err)
			return nil
		}
		l.o.log.Error("a result could not be written yet", "item", c.item.ID, "err", err)
		l.restUntil(time.Now().Add(l.o.pace.Backoff))
		select {
		case <-ctx.Done():
			return err
		case <-time.After(min(l.o.pace.Backoff, l.o.pace.grace())):
		}
	}
}

// record writes what became of a claim, unless another attempt or epoch has taken over.
func (l *lane) record(tx record.Tx, c *claim, r adapters.Receipt, callErr error) error {
	now := time.Now()
	it, err := record.Load[record.Item](tx, c.item.ID)
	if err != nil {
		return err
	}
	end := l.o.classify(it, r, callErr, now)
	if err := it.Ended(c.n, c.epoch, end.Ending, now); err != nil {
		return err
	}
	if err := pause(tx, it, end.pause, end.Note, end.Due, now); err != nil {
		return err
	}
	if err := noteFailure(tx, it, callErr, now); err != nil {
		return err
	}
	if end.alarm != "" {
		if err := alarm(tx, it, "account", end.alarm, now); err != nil {
			return err
		}
	}
	if end.hand {
		c.item.State = record.ItemByHand
		return l.o.handOver(tx, it, end.Note, c.place, now)
	}
	if it.State == record.ItemRejected && (it.Purpose == bots.ForBulletin || it.Purpose == bots.ForFlag) {
		if err := alarm(tx, it, "refused", whyRefused+it.Why, now); err != nil {
			return err
		}
	}
	if end.freed { // promise 13
		if err := release(tx, it, now); err != nil {
			return err
		}
	}
	if it.State != record.ItemDue && it.State != record.ItemAccepted {
		it.Tell(now)
	}
	c.item.State = it.State
	return l.o.save(tx, it, it.State, now)
}

// alarm puts something before people, once for one matter. What they acknowledged and what
// happens again is put before them again.
func alarm(tx record.Tx, it *record.Item, matter, why string, now time.Time) error {
	id := it.ID + ".alarm." + matter
	subject, stream := it.Subject, it.Conversation // the reason may quote a text
	if matter == "account" {
		id, subject, stream = "account/"+it.Account+".alarm", "", it.Account
	}
	a, err := record.Load[record.Alarm](tx, id)
	if errors.Is(err, record.ErrNotFound) {
		a, err = &record.Alarm{Head: bots.Head{ID: id, Subject: subject, Stream: stream, Created: now}}, nil
	}
	if err != nil {
		return err
	}
	if a.State == record.AlarmOpen && a.Why == why {
		return nil
	}
	a.State, a.Why, a.By, a.Updated = record.AlarmOpen, why, "", now
	a.About = bots.Target{Kind: record.KindItem, ID: it.ID}
	return tx.Put(a)
}
