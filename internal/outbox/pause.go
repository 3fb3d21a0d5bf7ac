package outbox

import (
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// A pause keeps an account, or one channel of it, from being called until a moment. It is
// a Mark, so that it outlives the process and every node respects it: Value says why, Due until when.

func pauseID(it *record.Item, s adapters.Scope) string {
	if s == adapters.ScopeEndpoint {
		return "pause/" + it.Account + "/" + string(it.Channel)
	}
	return "pause/" + it.Account
}

// pauseOf returns the longest pause that bounds an item, or nil.
func pauseOf(tx record.Tx, it *record.Item, now time.Time) (*record.Mark, error) {
	var longest *record.Mark
	for _, s := range []adapters.Scope{adapters.ScopeEndpoint, adapters.ScopeAccount} {
		m, err := record.Load[record.Mark](tx, pauseID(it, s))
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if m.Due.After(now) && (longest == nil || m.Due.After(longest.Due)) {
			longest = m
		}
	}
	return longest, nil
}

// pause begins or lengthens a pause. An app is paused as the account that noticed, the
// only one known to belong to it.
func pause(tx record.Tx, it *record.Item, s adapters.Scope, why string, until, now time.Time) error {
	if s < adapters.ScopeEndpoint {
		return nil
	}
	id := pauseID(it, s)
	m, err := record.Load[record.Mark](tx, id)
	if errors.Is(err, record.ErrNotFound) {
		m, err = &record.Mark{Head: bots.Head{ID: id, State: "pause", Created: now}}, nil
	}
	if err != nil || m.Due.After(until) {
		return err
	}
	m.Value, m.Due, m.Updated = why, until, now
	return tx.Put(m)
}
