package view

import (
	"context"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Credit is what a platform still allows us to write in a conversation. The outbox decides;
// this tells an officer beforehand, as of the moment it was read.
type Credit struct {
	Left      int       `json:"left"`                // replies, without what is kept for an emergency card or a receipt
	Unlimited bool      `json:"unlimited,omitempty"` // no count, only a time
	Until     time.Time `json:"until,omitzero"`      // zero: every window is closed
}

// Credit reads what is left of a conversation's reply windows; nil when the account has none.
func (st Station) Credit(ctx context.Context, s record.Reader, conv *bots.Conversation, now time.Time) (*Credit, error) {
	if st.Windows == nil || conv == nil {
		return nil, nil
	}
	windows := st.Windows(conv.Account)
	if len(windows) == 0 {
		return nil, nil
	}
	ledger, err := fetch[record.Ledger](ctx, s, record.WindowLedgerID(conv.ID))
	if err != nil {
		return nil, err
	}
	best := new(Credit)
	for _, w := range windows {
		if c := credit(w, conv, ledger, now); c.better(best) {
			best = c
		}
	}
	return best, nil
}

// credit is what one window allows: nothing once it is closed.
func credit(w adapters.ReplyWindow, conv *bots.Conversation, ledger *record.Ledger, now time.Time) *Credit {
	left, until := record.WindowLeft(w, conv, ledger, "", now)
	if until.IsZero() {
		return new(Credit)
	}
	if left == record.Unlimited {
		return &Credit{Unlimited: true, Until: until}
	}
	return &Credit{Left: max(left-record.WindowKept(w), 0), Until: until}
}

// better says whether a window allows more than another: more replies, else longer.
func (c *Credit) better(than *Credit) bool {
	switch {
	case c.Unlimited != than.Unlimited:
		return c.Unlimited
	case c.Left != than.Left && !c.Unlimited:
		return c.Left > than.Left
	}
	return c.Until.After(than.Until)
}
