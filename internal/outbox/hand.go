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

// HandRule says when an approved item of an account is sent by a person.
type HandRule uint8

// The rules.
const (
	HandNever    HandRule = iota
	HandFallback          // when the platform certainly cannot be made to deliver it
	HandAlways            // there is no interface to send with
)

func (o *Outbox) handRule(it *record.Item) HandRule {
	if o.o.Hand == nil {
		return HandNever
	}
	return o.o.Hand(it.Account)
}

// How soon a task must be done.
const (
	handWithin   = 30 * time.Minute // what people who write to us are promised
	urgentWithin = 5 * time.Minute  // of an emergency card
)

// handed gives an item to a person when its account is never sent on by a program.
func handed(c *check) (ruling, error) {
	if c.b.account != nil && !c.b.passive && c.o.handRule(c.it) == HandAlways { // promise 7
		return ruling{byHand: whyManual}, nil
	}
	return ruling{}, nil
}

// orByHand turns a ruling that the platform cannot deliver an item into a task, where the
// account says so.
func (c *check) orByHand(why string, r ruling) ruling {
	if !c.o.mayHand(c.it) {
		return r
	}
	return ruling{byHand: why}
}

// mayHand says whether people may be asked to send what certainly did not leave. What may have
// gone out before is not posted a second time.
func (o *Outbox) mayHand(it *record.Item) bool {
	if it.Withdraws != "" { // whoever finds it gone has nothing to do
		return true
	}
	if hadUnknown(it) { // promise 4
		return false
	}
	return o.handRule(it) != HandNever
}

// lookedByHand says whether it is the person who takes the task that looks at the post again,
// because on this account nothing else can.
func (c *check) lookedByHand() bool {
	return c.o.handRule(c.it) == HandAlways && c.b.account != nil && c.b.account.Caps().Lookup == nil
}

// handOver makes an item a task, in the commit that would have claimed it.
func (o *Outbox) handOver(tx record.Tx, it *record.Item, why, place string, now time.Time) error {
	within := handWithin
	if it.Purpose == bots.ForEmergency {
		within = urgentWithin
	}
	if it.Withdraws != "" {
		place = standsAt(tx, it, place)
	}
	if err := it.HandOver(why, place, now.Add(within), now); err != nil {
		return err
	}
	return o.handedOver(tx, it, now)
}

// handedOver gives back what the item had reserved. An emergency card is put before people at once.
func (o *Outbox) handedOver(tx record.Tx, it *record.Item, now time.Time) error {
	if err := release(tx, it, now); err != nil {
		return err
	}
	if it.Purpose == bots.ForEmergency { // promise 12
		if err := alarm(tx, it, "by-hand", whyUrgentHand, now); err != nil {
			return err
		}
	}
	return o.save(tx, it, record.ItemByHand, now)
}

// place is where a person posts an item.
func place(a adapters.Account, it *record.Item) string {
	if a == nil || a.Caps().Guide == nil {
		return ""
	}
	return a.Caps().Guide.Place(adapters.Task{Channel: it.Channel, To: it.To, Parent: it.Parent, Post: it.Post})
}

// lapseHands does what time asks of tasks: tells of missed deadlines, and ends what expired
// before anybody took it.
func (o *Outbox) lapseHands(ctx context.Context) error {
	for {
		page, err := o.o.Store.List(ctx, record.Query{Kind: record.KindItem, State: record.ItemByHand, DueBefore: time.Now(), Limit: pageSize})
		if err != nil {
			return fmt.Errorf("look for late tasks: %w", err)
		}
		for _, r := range page {
			if err := o.lapseHand(ctx, r.Meta().ID); err != nil {
				return err
			}
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

func (o *Outbox) lapseHand(ctx context.Context, id string) error {
	return o.o.Store.Update(ctx, func(tx record.Tx) error {
		now := time.Now()
		it, err := record.Load[record.Item](tx, id)
		if errors.Is(err, record.ErrNotFound) || err == nil && (it.State != record.ItemByHand || it.Due.IsZero() || it.Due.After(now)) {
			return nil
		}
		if err != nil {
			return err
		}
		if it.Erased {
			return buried(tx, it)
		}
		tell, err := it.HandLapse(now)
		if err != nil {
			return err
		}
		if it.State == record.ItemExpired {
			it.Why = whyExpired
			return o.end(tx, it, record.ItemExpired, now)
		}
		if tell { // promise 13
			if err := alarm(tx, it, "late", whyLateHand, now); err != nil {
				return err
			}
		}
		return o.save(tx, it, "late", now)
	})
}
