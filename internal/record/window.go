package record

import (
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// WindowLedgerID names the ledger of what was sent within a conversation's reply windows.
func WindowLedgerID(conversation string) string { return "window/" + conversation }

// Unlimited is what a window that counts no replies has left.
const Unlimited = 1 << 30

// WindowLeft is how many replies one window still allows in a conversation, and until when;
// a closed window allows none and has no until. A ledger of nil is an empty one; what the item except
// has reserved, if one is named, does not count.
func WindowLeft(w adapters.ReplyWindow, conv *bots.Conversation, l *Ledger, except string, now time.Time) (left int, until time.Time) {
	opened, ok := conv.Opened[w.Trigger]
	until = opened.Add(w.Within)
	if !ok || !now.Before(until) {
		return 0, time.Time{}
	}
	if w.N == 0 {
		return Unlimited, until
	}
	return max(w.N-l.spentSince(opened, except), 0), until
}

// WindowKept is how many replies of a window are kept for an emergency card or a receipt: the
// last, unless it is the only one, which would then answer nobody.
func WindowKept(w adapters.ReplyWindow) int {
	if w.N == 1 {
		return 0
	}
	return 1
}

func (l *Ledger) spentSince(since time.Time, except string) (n int) {
	if l == nil {
		return 0
	}
	for _, e := range l.Entries {
		if (except == "" || e.Item != except) && !e.At.Before(since) {
			n++
		}
	}
	return n
}
