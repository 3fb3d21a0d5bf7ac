package outbox

import (
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// noteFailure keeps on the account's pulse that a call failed which was not about one item or one
// person alone: somebody who looks over four hundred accounts sees it there.
func noteFailure(tx record.Tx, it *record.Item, callErr error, now time.Time) error {
	if callErr == nil {
		return nil
	}
	e := errorOf(callErr)
	switch e.Class {
	case adapters.Rejected, adapters.WindowClosed, adapters.Gone, adapters.Unsupported:
		if e.Scope == adapters.ScopeItem || e.Scope == adapters.ScopeRecipient {
			return nil
		}
	}
	p, err := record.Load[record.Pulse](tx, it.Account)
	if errors.Is(err, record.ErrNotFound) {
		p, err = &record.Pulse{Head: bots.Head{ID: it.Account, State: record.PulseWell, Created: now}}, nil
	}
	if err != nil {
		return err
	}
	p.Failed, p.Failure, p.FailureKind, p.Updated = now, "send: "+clip(e.Error()), record.FailureKind(e), now
	return tx.Put(p)
}
