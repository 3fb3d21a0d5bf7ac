package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// claim is a durable intent to send, and what is needed to record its end.
type claim struct {
	item   *record.Item
	n      int
	epoch  uint64
	at     adapters.Attempt
	extras adapters.Extras // the item's, with the pictures' bytes
	report func(error)     // to the breaker
	waits  bool            // a gate lets it wait: nothing was claimed
	place  string          // where a person would post it
}

// send takes one item from due to whatever becomes of it. After the claim it no longer
// heeds ctx: a call that has begun ends by its own deadline.
func (l *lane) send(ctx context.Context, it *record.Item) error {
	if it.Erased {
		return l.forget(ctx, it)
	}
	b, err := l.brief(ctx, it)
	if err != nil {
		return err
	}
	if err := l.look(ctx, b); err != nil {
		return err
	}
	c, err := l.claim(ctx, b)
	if err == nil && c == nil && b.news != nil {
		return l.notify(ctx, b)
	}
	if err != nil || c == nil {
		return err
	}
	l.o.step(StepClaimed)
	receipt, err := l.o.call(context.WithoutCancel(ctx), b.account, c)
	c.report(err)
	l.o.step(StepCalled)
	return l.finish(ctx, c, receipt, err)
}

// claim makes the intent durable, or rules otherwise about the item; then it returns nil.
func (l *lane) claim(ctx context.Context, b *brief) (*claim, error) {
	c := &claim{report: func(error) {}}
	if b.item.Purpose != bots.ForEmergency && !b.passive { // an emergency card asks no breaker
		c.report, b.broken = l.o.permit(b.item)
	}
	err := l.o.o.Store.Update(ctx, func(tx record.Tx) error {
		c.item, c.waits, b.news = nil, false, nil
		return l.decide(tx, b, c)
	})
	if err != nil || c.item == nil {
		c.report(errNotCalled)
		nudge(l.o.news)
	}
	switch {
	case err == nil && c.waits:
		return nil, errStays
	case err != nil || c.item == nil:
		return nil, err
	}
	return c, nil
}

// permit asks the breaker for one call.
func (o *Outbox) permit(it *record.Item) (report func(error), broken time.Time) {
	report, broken = o.breaker(it).allow(time.Now(), o.pace.Backoff)
	if report == nil {
		report = func(error) {}
	}
	return report, broken
}

// decide is the claiming commit.
func (l *lane) decide(tx record.Tx, b *brief, c *claim) error {
	now := time.Now()
	epoch, until, err := l.renew(tx, now)
	if err != nil {
		return err
	}
	it, err := record.Load[record.Item](tx, b.item.ID)
	if err != nil {
		return err
	}
	if it.Version != b.item.Version || it.State != record.ItemDue {
		return errMoved
	}
	r, err := (&check{tx: tx, o: l.o, it: it, b: b, now: now}).judge()
	if err != nil {
		return err
	}
	if !r.passes() {
		c.waits = r.wait != ""
		if r.notify != "" {
			b.news = l.o.newsOf(it, r.notify, l.o.deadline(now, until))
		}
		return l.o.rule(tx, it, r, now)
	}
	if c.n, err = it.Claim(epoch, now); err != nil {
		return err
	}
	it.Untold, it.Lookups, it.Passive, it.Took = false, 0, b.passive, b.took
	it.Vanished, it.Hint, it.Altered = time.Time{}, "", ""
	c.extras = b.extras
	c.item, c.epoch, c.place = it, epoch, place(b.account, it)
	c.at = adapters.Attempt{Item: it.ID, N: c.n, Key: it.Key, Code: it.Code, Deadline: l.o.deadline(now, until)}
	return l.o.save(tx, it, "claimed", now)
}

// deadline ends a call well before the lease, so that its result is written under it.
func (o *Outbox) deadline(now, leaseEnds time.Time) time.Time {
	return earlier(now.Add(o.pace.Call), leaseEnds.Add(-2*o.pace.grace()))
}

// rule applies what a gate said.
func (o *Outbox) rule(tx record.Tx, it *record.Item, r ruling, now time.Time) error {
	switch {
	case r.expire:
		if err := it.Expire(); err != nil {
			return err
		}
		it.Why = whyExpired
		return o.end(tx, it, "expired", now)
	case r.hold != "":
		if err := it.Hold(r.hold); err != nil {
			return err
		}
		if r.notify != "" {
			if err := it.Notify(r.notify, now); err != nil {
				return err
			}
		}
		if err := alarm(tx, it, "held", r.hold, now); err != nil {
			return err
		}
		it.Tell(now)
		return o.save(tx, it, "held", now)
	case r.byHand != "":
		return o.handOver(tx, it, r.byHand, r.place, now)
	case r.reject != "":
		it.State, it.Why = record.ItemRejected, r.reject
		return o.end(tx, it, "rejected", now)
	}
	if err := it.Snooze(r.wait, r.until); err != nil {
		return err
	}
	return o.save(tx, it, "waits", now)
}

// end records a state in which the item certainly did not leave, and that bots must hear.
func (o *Outbox) end(tx record.Tx, it *record.Item, did string, now time.Time) error {
	if err := release(tx, it, now); err != nil {
		return err
	}
	it.Tell(now)
	return o.save(tx, it, did, now)
}

// save stores an item together with the audit entry of the deed.
func (o *Outbox) save(tx record.Tx, it *record.Item, did string, now time.Time) error {
	it.Updated = now
	if err := tx.Put(it); err != nil {
		return err
	}
	tx.Audit(record.AuditEntry{ // the reason stays with the item: it may quote a text, and the audit is for ever
		At: now, Who: "outbox", Did: did, Code: it.Code, Detail: platformCode(it),
		On: bots.Target{Kind: record.KindItem, ID: it.ID},
	})
	return nil
}

// platformCode is what the platform called the end of the last attempt.
func platformCode(it *record.Item) string {
	if n := len(it.Attempts); n > 0 {
		return it.Attempts[n-1].Code
	}
	return ""
}

// forget removes an item whose subject was erased: nobody can read it any more, so it
// cannot leave.
func (l *lane) forget(ctx context.Context, it *record.Item) error {
	return l.o.o.Store.Update(ctx, func(tx record.Tx) error { return buried(tx, it) })
}

func buried(tx record.Tx, it *record.Item) error {
	tx.Audit(record.AuditEntry{
		At: time.Now(), Who: "outbox", Did: "forgotten", Detail: whyErased,
		On: bots.Target{Kind: record.KindItem, ID: it.ID},
	})
	return tx.Delete(record.KindItem, it.ID)
}

// answer is what an adapter returned.
type answer struct {
	receipt adapters.Receipt
	err     error
}

// call makes the one call of a claim.
func (o *Outbox) call(ctx context.Context, a adapters.Account, c *claim) (adapters.Receipt, error) {
	return o.bounded(ctx, c.at.Deadline, func(ctx context.Context) (adapters.Receipt, error) { return dispatch(ctx, a.Caps(), c) })
}

// bounded makes one mutating call. An adapter that overruns its deadline is abandoned;
// what it says later is refused.
func (o *Outbox) bounded(ctx context.Context, deadline time.Time, call func(context.Context) (adapters.Receipt, error)) (adapters.Receipt, error) {
	ctx, stop := context.WithDeadline(ctx, deadline)
	defer stop()
	said := make(chan answer, 1)
	go func() {
		r, err := survived(ctx, call)
		said <- answer{r, err}
	}()
	late := time.NewTimer(time.Until(deadline) + o.pace.grace())
	defer late.Stop()
	select {
	case s := <-said:
		return s.receipt, proven(s)
	case <-late.C:
		return adapters.Receipt{}, &adapters.Error{Op: "send", Err: errors.New("the adapter did not return by its deadline")}
	}
}

// proven says that a success without a platform id is no success.
func proven(s answer) error {
	if s.err == nil && s.receipt.Ref == "" { // promise 4
		return &adapters.Error{Op: "send", Phase: adapters.Answered, Err: errors.New("the platform gave no id")}
	}
	return s.err
}

// survived makes a call. A panic in an adapter is an unknown outcome.
func survived(ctx context.Context, call func(context.Context) (adapters.Receipt, error)) (r adapters.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &adapters.Error{Op: "send", Err: fmt.Errorf("the adapter panicked: %v", p)}
		}
	}()
	return call(ctx)
}

// dispatch calls the sending method of the item's channel.
func dispatch(ctx context.Context, caps adapters.Caps, c *claim) (r adapters.Receipt, err error) {
	it := c.item
	switch it.Channel {
	case adapters.Public, adapters.Preview:
		part, err := onePart(caps.Publish, it)
		if err != nil {
			return r, err
		}
		part.Extras = c.extras
		if it.Channel == adapters.Preview {
			return caps.Preview.Preview(ctx, c.at, it.To, part)
		}
		return caps.Publish.Publish(ctx, c.at, part)
	case adapters.Withdrawal:
		gone := adapters.Receipt{Ref: it.Parent}
		return gone, caps.Retract.Withdraw(ctx, c.at, gone)
	case adapters.Private:
		m := adapters.Message{To: it.To, Text: it.Text, Language: it.Language, InReplyTo: it.Parent, Choices: it.Choices}
		if it.Adrift {
			m.InReplyTo = ""
		}
		return caps.Message.Send(ctx, c.at, m)
	case adapters.Moderators:
		return caps.Flag.Flag(ctx, c.at, adapters.Flag{Post: it.Parent, Kind: it.Flag, Text: it.Text, Language: it.Language})
	default:
		return caps.Comment.Comment(ctx, c.at, adapters.Comment{To: it.To, Parent: it.Parent, Text: it.Text, Language: it.Language})
	}
}

// onePart plans a bulletin, which must be one post with exactly the approved bytes.
func onePart(p adapters.Publisher, it *record.Item) (adapters.Part, error) {
	plan, err := p.Plan(adapters.Bulletin{Title: it.Title, Text: it.Text, Language: it.Language, Extras: it.Extras})
	if err != nil {
		return adapters.Part{}, &adapters.Error{Class: adapters.Rejected, Op: "plan", Err: err}
	}
	if len(plan.Parts) != 1 || !says(plan.Parts[0], it) { // promise 1
		err := fmt.Errorf("the platform would not show the approved text as one post (%d parts): shorten it", len(plan.Parts))
		return adapters.Part{}, &adapters.Error{Class: adapters.Rejected, Op: "plan", Err: err}
	}
	return plan.Parts[0], nil
}

// says whether a part shows the approved text, and no title but the approved one.
func says(p adapters.Part, it *record.Item) bool {
	return p.Text == it.Text && (p.Title == "" || p.Title == it.Title)
}

// unable says why an account cannot send an item at all; empty: it can.
func unable(caps adapters.Caps, it *record.Item) string {
	switch {
	case it.Channel == adapters.Public && caps.Publish != nil,
		it.Channel == adapters.Preview && caps.Publish != nil && caps.Preview != nil,
		it.Channel == adapters.Withdrawal && caps.Retract != nil,
		it.Channel == adapters.Moderators && caps.Flag != nil,
		it.Channel == adapters.Private && caps.Message != nil,
		it.Channel == adapters.InReply && caps.Comment != nil:
		return ""
	}
	return whyUnableTo(it)
}
