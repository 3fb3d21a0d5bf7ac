package outbox

import (
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// inWindow holds a private message that the platform would not deliver now, because the
// person has not written lately or was answered as often as it allows. An emergency card is
// tried all the same.
func inWindow(c *check) (ruling, error) {
	if c.it.Channel != adapters.Private || c.it.Purpose == bots.ForEmergency || c.b.account == nil { // promise 12
		return ruling{}, nil
	}
	windows := c.b.account.Caps().Limits.Windows
	if len(windows) == 0 {
		return ruling{}, nil
	}
	conv, err := record.Load[bots.Conversation](c.tx, record.ConversationID(c.o.o.Tag, c.it.Account, c.it.To.ID))
	if errors.Is(err, record.ErrNotFound) {
		return c.orByHand(whyNeverWrote, ruling{hold: whyNeverWrote}), nil
	}
	if err != nil {
		return ruling{}, err
	}
	ledger, err := loadLedger(c.tx, record.WindowLedgerID(conv.ID), c.now)
	if err != nil {
		return ruling{}, err
	}
	if left := creditsLeft(windows, conv, ledger, c.it, c.now); left <= 0 { // promise 13
		return c.outside(conv, whyWindow(windows, conv, c.now))
	}
	return ruling{}, enter(c.tx, c.it, []*record.Ledger{prune(ledger, windows, c.now)}, c.now)
}

// creditsLeft is how many replies the most generous open window still allows such an item,
// without what is kept back; 0: none.
func creditsLeft(windows []adapters.ReplyWindow, conv *bots.Conversation, l *record.Ledger, it *record.Item, now time.Time) (best int) {
	for _, w := range windows {
		left, _ := record.WindowLeft(w, conv, l, it.ID, now)
		best = max(best, left-reserved(it, w))
	}
	return best
}

// reserved is how many credits of a window an item must leave.
func reserved(it *record.Item, w adapters.ReplyWindow) int {
	if it.Purpose == bots.ForReceipt {
		return 0
	}
	return record.WindowKept(w)
}

// prune drops what no window can count any more.
func prune(l *record.Ledger, windows []adapters.ReplyWindow, now time.Time) *record.Ledger {
	var longest time.Duration
	for _, w := range windows {
		longest = max(longest, w.Within)
	}
	kept := l.Entries[:0]
	for _, e := range l.Entries {
		if now.Sub(e.At) < longest {
			kept = append(kept, e)
		}
	}
	l.Entries = kept
	return l
}
