package api

import (
	"context"

	"netpatrol/bots"
)

// WithdrawBulletin asks that a bulletin is taken back from every account on which it stands. Each
// account's withdrawal is a draft that a second officer approves.
func (c *Client) WithdrawBulletin(ctx context.Context, id, why string) (bots.Result, error) {
	return c.decide(ctx, at("/bulletins", id, "withdraw"), Decision{Reason: why})
}

// GoneByHand says that a post was taken down by hand: of a withdrawal that no program can make.
func (c *Client) GoneByHand(ctx context.Context, item string) (bots.Result, error) {
	return c.decide(ctx, at("/items", item, "gone"), Decision{})
}
