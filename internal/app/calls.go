package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// callCounter counts an account's requests where the platform does, before each is made, so
// that polling leaves enough for the rest after a restart, too.
type callCounter struct {
	store   tokenStore
	account string
	budget  atomic.Pointer[adapters.CallBudget] // nil or N 0: the platform does not count
	log     *slog.Logger
}

// lend makes a host's clients count.
func (c *callCounter) lend(h adapters.Host) adapters.Host {
	h.Read.Transport = counted{c, h.Read.Transport}
	h.Write.Transport = counted{c, h.Write.Transport}
	return h
}

type counted struct {
	*callCounter
	next http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	if b := c.budget.Load(); b != nil && b.N > 0 {
		c.count(r.Context(), *b)
	}
	return c.next.RoundTrip(r)
}

// count that fails is no reason to leave a call out: the platform counts for itself.
func (c *callCounter) count(ctx context.Context, b adapters.CallBudget) {
	now := time.Now()
	err := c.store.Update(context.WithoutCancel(ctx), func(tx record.Tx) error {
		p, err := record.Load[record.Pulse](tx, c.account)
		if errors.Is(err, record.ErrNotFound) {
			p, err = &record.Pulse{Head: bots.Head{ID: c.account, State: record.PulseWell, Created: now}}, nil
		}
		if err != nil {
			return err
		}
		if p.Calls == nil {
			p.Calls = &record.Calls{}
		}
		p.Calls.Spend(b, now)
		p.Updated = now
		return tx.Put(p)
	})
	if err != nil {
		c.log.WarnContext(ctx, "a call was not counted", "account", c.account, "err", err)
	}
}
