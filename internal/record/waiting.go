package record

import (
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// Tell marks the item's state as news the bots have yet to hear. Due becomes now, so that
// whoever tells them finds it by its due time, also after a crash in between.
func (i *Item) Tell(now time.Time) { i.Untold, i.Due = true, now }

// Told ends what [Item.Tell] began. next is when the item must be looked at again; zero: never.
func (i *Item) Told(next time.Time) { i.Untold, i.Due = false, next }

// Snooze lets a due item wait for something that is nobody's fault: a quota, a breaker, a
// pause. It never waits beyond its expiry.
func (i *Item) Snooze(why string, until time.Time) error {
	if i.State != ItemDue {
		return refuse("not-due", "the item is %s: only a due item can wait", i.State)
	}
	if until.After(i.Expires) {
		until = i.Expires
	}
	i.Why, i.Due = why, until
	i.Snoozes++
	return nil
}

// Repeat lets an unknown outcome be tried again without having been looked up: only when
// the platform itself refuses a second send under the same key, or for an emergency card and an
// alarm to our own officers, which are sent at least once.
func (i *Item) Repeat(keyed bool, due time.Time) error {
	if i.State != ItemUnknown {
		return refuse("not-unknown", "the item is %s: only an unknown outcome can be repeated", i.State)
	}
	if !keyed && i.Purpose != bots.ForEmergency && i.Purpose != bots.ForAlarm { // promise 4
		return refuse("blind-repeat", "a %s whose outcome is unknown is never repeated blindly", i.Purpose)
	}
	i.State, i.Why, i.Due, i.Untold = ItemDue, "repeated under the same key and code", due, false
	return nil
}

// Inconclusive records that the platform was asked in vain what became of an item, and
// when to ask again; zero: an officer must say.
func (i *Item) Inconclusive(why string, next time.Time) error {
	if i.State != ItemUnknown && i.State != ItemAccepted {
		return refuse("not-open", "the item is %s: its outcome is known", i.State)
	}
	i.Why, i.Due = why, next
	i.Lookups++
	return nil
}

// Checked records what the platform told about a send it had accepted. failure says why
// it did not happen after all; empty: the receipt is the proof.
func (i *Item) Checked(r adapters.Receipt, failure string, now time.Time) error {
	if i.State != ItemAccepted {
		return refuse("not-accepted", "the item is %s: the platform has nothing more to tell", i.State)
	}
	i.State, i.Receipt, i.Why = ItemDelivered, r, ""
	if failure != "" {
		i.State, i.Why = ItemRejected, failure
	}
	i.Tell(now)
	return nil
}

// Doubted turns a passive reply that could not be written again into an unknown outcome: the
// platform had not got it the first time, or it would not have asked.
func (i *Item) Doubted(why string, now time.Time) error {
	if i.State != ItemAccepted || !i.Passive {
		return refuse("not-passive", "the item is %s and no passive reply under way", i.State)
	}
	i.State, i.Why = ItemUnknown, why
	i.Tell(now)
	return nil
}
