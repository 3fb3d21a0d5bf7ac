package engine

import (
	"context"
	"fmt"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// Hear accepts one thing a person told us, as [Engine.Receive] does, and then waits for what
// it comes to or for ctx. When it returns nil the message is durable; told twice, it is one, and the
// second gets the first result.
func (e *Engine) Hear(ctx context.Context, account string, in *adapters.Inbound) (bots.Result, error) {
	a, ok := e.accounts[account]
	if !ok {
		return bots.Result{}, fmt.Errorf("no account %q is configured", account)
	}
	ev := e.translate(a, in, webhook)
	if ev == nil {
		return bots.Result{Status: bots.Refused, Code: "own", Message: "one of us wrote it: nothing was kept"}, nil
	}
	r, err := e.await(ctx, ev)
	if err == nil {
		e.well(ctx, a, webhook, 1)
	}
	return r, err
}
