package outbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Passive is a claimed message that leaves in the answer to a platform's callback.
type Passive struct {
	Item string
	Text string
	At   time.Time // when the reply was made: the same each time it is handed over
	// Deadline is when Done must have been called. After it the outcome is unknown.
	Deadline time.Time
	done     func(error)
}

// Done reports that the bytes were written (nil), certainly were not (an
// [*adapters.Error] of class NotSent), or that nobody knows (any other error). Only the first call counts.
func (p Passive) Done(err error) { p.done(err) }

// passiveProof is how long a callback must not come again for its passive reply to count as
// delivered; nothing proves more.
const passiveProof = 20 * time.Second

// Answer waits until deadline for a private message that is due in a conversation, claims
// it as any other (seal, budget, intent), and returns it for the caller to write. Call it
// as soon as the callback is verified: while it waits, the conversation's items are not sent
// another way by this process. ok is false when nothing came up in time, or the lane is
// worked elsewhere; the message then goes its ordinary way. The deadline should leave
// time to write.
//
// ref is the message that is answered. When its callback comes again, the same bytes are
// returned at once: the platform did not get them the first time. A message for which nothing
// came up in time is not answered this way later either, because the platform has been told that
// there is no reply and would drop one.
//
// Deliveries of one callback that are under way at the same time get the same answer, or the same
// none: whichever of them the platform listens to, it hears what the others say.
func (o *Outbox) Answer(ctx context.Context, conversation string, ref adapters.Ref, deadline time.Time) (p Passive, ok bool, err error) {
	mine := false
	v, err, _ := o.answers.Do(conversation+"\x00"+string(ref), func() (any, error) {
		mine = true
		if p, ok, err := o.answer(ctx, conversation, ref, deadline); ok || err != nil {
			return p, err
		}
		return nil, nil
	})
	if p, ok = v.(Passive); ok && !mine {
		p.done = func(error) {} // whoever claimed it reports
	}
	if !ok && ctx.Err() == nil {
		o.giveUp(conversation, ref)
	}
	return p, ok && err == nil, err
}

func (o *Outbox) answer(ctx context.Context, conversation string, ref adapters.Ref, deadline time.Time) (p Passive, ok bool, err error) {
	if o.gaveUp(conversation, ref) {
		return Passive{}, false, nil
	}
	caller := ctx
	ctx, stop := context.WithDeadline(ctx, deadline)
	defer stop()
	up := o.hope(conversation)
	defer func() {
		if !ok && caller.Err() == nil {
			o.giveUp(conversation, ref)
		}
		o.unhope(conversation, up)
		o.Wake()
	}()
	for {
		if p, ok, err = o.again(ctx, conversation, ref, deadline); !ok && err == nil && o.first(conversation, up) {
			p, ok, err = o.tryAnswer(ctx, conversation, ref, deadline)
		}
		if ok || err != nil && ctx.Err() == nil {
			return p, ok, err
		}
		if o.gaveUp(conversation, ref) { // nothing came of it
			return Passive{}, false, nil
		}
		select {
		case <-ctx.Done():
			return Passive{}, false, nil
		case <-up:
		}
	}
}

// Unanswered says that a message was decided and that no item came of it: who waits with its callback need
// not wait any longer. It never blocks and may be called at any time.
func (o *Outbox) Unanswered(conversation string, ref adapters.Ref) {
	if o.hopeless(conversation) {
		return
	}
	o.giveUp(conversation, ref)
	o.raiseHopes(conversation)
}

func (o *Outbox) hopeless(conversation string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.hopes[conversation]) == 0
}

// hope waits for a conversation's next item. Of several that wait, as when a platform delivers
// one callback twice at a time, the first takes it and the others get the same bytes again.
func (o *Outbox) hope(conversation string) (up chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	up = make(chan struct{}, 1)
	o.hopes[conversation] = append(o.hopes[conversation], up)
	return up
}

func (o *Outbox) first(conversation string, up chan struct{}) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.hopes[conversation][0] == up
}

func (o *Outbox) unhope(conversation string, up chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	left := slices.DeleteFunc(o.hopes[conversation], func(c chan struct{}) bool { return c == up })
	if o.hopes[conversation] = left; len(left) == 0 {
		delete(o.hopes, conversation)
	}
}

// hoped says whether an Answer is about to take an item.
func (o *Outbox) hoped(it *record.Item, now time.Time) bool {
	if it.Channel != adapters.Private || it.Due.After(now) {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.hopes[it.Conversation]) > 0
}

func (o *Outbox) tryAnswer(ctx context.Context, conversation string, ref adapters.Ref, deadline time.Time) (Passive, bool, error) {
	conv, err := record.Fetch[bots.Conversation](ctx, o.o.Store, conversation)
	if errors.Is(err, record.ErrNotFound) {
		return Passive{}, false, nil
	}
	if err != nil {
		return Passive{}, false, err
	}
	for _, purpose := range []bots.Purpose{bots.ForEmergency, bots.ForReply} {
		l := o.lane(record.Lane(conv.Account, adapters.Private, purpose))
		p, ok, err := l.passive(ctx, conversation, ref, deadline)
		var held *heldError
		switch {
		case errors.As(err, &held):
			continue // its lane is worked elsewhere
		case errors.Is(err, errStays):
			continue // halted or over quota: it says why
		case errors.Is(err, errMoved), errors.Is(err, record.ErrFenced):
			l.settle(err)
			o.Wake() // look again: somebody wrote on it, or it is on its way already
			continue
		}
		if ok || err != nil {
			return p, ok, err
		}
	}
	return Passive{}, false, nil
}

// errButtons says that the answer has choices, which the platform shows as buttons only in an
// ordinary message: the callback is acknowledged and the answer follows.
var errButtons = errors.New("the answer has choices")

func (o *Outbox) buttons(it *record.Item) bool {
	a, ok := o.o.Accounts(it.Account)
	return ok && len(it.Choices) > 0 && len(it.Choices) <= a.Caps().Limits.Choices
}

// passive claims the oldest item due in a conversation, if nothing before it is open.
func (l *lane) passive(ctx context.Context, conversation string, ref adapters.Ref, deadline time.Time) (Passive, bool, error) {
	it, err := l.firstOf(ctx, conversation)
	if it != nil && l.o.buttons(it) {
		return Passive{}, false, errButtons
	}
	if it == nil || err != nil || !l.take(it.ID) {
		return Passive{}, false, err
	}
	if err := l.lease(ctx); err != nil {
		l.let(it.ID)
		return Passive{}, false, err
	}
	b, err := l.brief(ctx, it)
	if err != nil {
		l.let(it.ID)
		return Passive{}, false, err
	}
	b.passive, b.took = true, ref
	c, err := l.claim(ctx, b)
	if err != nil || c == nil {
		l.let(it.ID)
		return Passive{}, false, err
	}
	l.o.step(StepClaimed)
	c.at.Deadline = earlier(c.at.Deadline, deadline)
	return l.handOver(context.WithoutCancel(ctx), c), true, nil
}

// handOver lets the caller write, and calls the outcome unknown if it never reports.
func (l *lane) handOver(ctx context.Context, c *claim) Passive {
	var once sync.Once
	end := func(err error) {
		once.Do(func() {
			c.report(errNotCalled)
			l.o.step(StepCalled)
			l.settle(l.finish(ctx, c, adapters.Receipt{At: time.Now()}, err))
			l.let(c.item.ID)
			l.o.Wake()
		})
	}
	late := time.AfterFunc(time.Until(c.at.Deadline)+l.o.pace.grace(), func() {
		end(&adapters.Error{Op: "passive reply", Err: errors.New("nobody reported whether it was written")})
	})
	return Passive{Item: c.item.ID, Text: c.item.Text, At: madeAt(c.item), Deadline: c.at.Deadline, done: func(err error) {
		late.Stop()
		end(err)
	}}
}

func madeAt(it *record.Item) time.Time { return it.Attempts[len(it.Attempts)-1].At }

// firstOf finds the oldest due item of a conversation, unless another to the same person
// is still open.
func (l *lane) firstOf(ctx context.Context, conversation string) (*record.Item, error) {
	now := time.Now()
	for _, state := range []string{record.ItemClaimed, record.ItemUnknown} {
		open, err := l.list(ctx, record.Query{State: state, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		for _, it := range open {
			if it.Conversation == conversation && !l.emergency() {
				return nil, nil
			}
		}
	}
	for after := ""; ; {
		page, err := l.list(ctx, record.Query{State: record.ItemDue, After: after, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		for _, it := range page {
			after = it.ID
			if it.Conversation == conversation && !it.Due.After(now) && !it.Erased {
				return it, nil
			}
		}
		if len(page) < pageSize {
			return nil, nil
		}
	}
}
