package engine

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// attemptForget erases what is kept of somebody who left, where the platform demands it,
// unless an officer keeps the case. The key is destroyed before the event is decided: after a
// crash in between it is destroyed again.
func (e *Engine) attemptForget(ctx context.Context, ev *bots.Event) (done bool, r bots.Result, err error) {
	a := e.accounts[ev.Account]
	if a == nil || !a.ForgetLeavers {
		return false, r, nil
	}
	conv, err := record.Fetch[bots.Conversation](ctx, e.o.Store, ev.Stream)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return false, r, err
	}
	kept := err == nil && conv.Kept != ""
	if !kept { // promise 15
		if err := e.o.Store.Erase(ctx, ev.Stream); err != nil {
			return false, r, fmt.Errorf("erase what is kept of somebody who left: %w", err)
		}
	}
	var c *commit
	err = e.o.Store.Update(ctx, func(tx record.Tx) error {
		c = e.newCommit(tx, ev, nil)
		return c.left(kept)
	})
	if err != nil {
		return false, r, err
	}
	e.after(c)
	return true, *c.ev.Result, nil
}

// left decides the event of a leaver. Its body named the person and is not kept.
func (c *commit) left(kept bool) error {
	if err := c.begin(); err != nil {
		return err
	}
	c.bot = "engine"
	on := bots.Target{Kind: bots.KindConversation, ID: c.ev.Stream}
	if kept {
		raise(c.tx, c.ev, "当事人已取消关注，按平台要求应删除其资料；民警已申请保留，请确认是否仍需保留", on)
		c.audit("keep-case", on, "", "")
		return c.finish(&proposal{})
	}
	c.ev.Subject, c.ev.Body = "", &bots.Heard{}
	c.audit("erase", on, "", "unfollow")
	return c.finish(&proposal{})
}
