package engine

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// askErase is the first person's word that what is kept of somebody is to be erased.
func (c *commit) askErase(by *record.Officer, d *bots.Decision) error {
	conv, err := record.Load[bots.Conversation](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.AskErase(conv, by, clip(d.Reason, maxWhy), c.now); err != nil {
		return err
	}
	c.audit("ask-erase", d.On, "", "")
	return c.tx.Put(conv)
}

// attemptErase erases what is kept of somebody, once a second person has confirmed it. The key is
// destroyed before the decision is committed, as when somebody leaves: after a crash in between
// the decision finds it destroyed and is committed all the same. Codes and audit entries stay:
// they name nobody.
func (e *Engine) attemptErase(ctx context.Context, ev *bots.Event, d *bots.Decision) (bots.Result, error) {
	asked, err := e.mayErase(ctx, d)
	var refused *record.Refusal
	if errors.As(err, &refused) {
		return e.keepRefusal(ctx, ev, refused)
	}
	if err != nil {
		return bots.Result{}, err
	}
	if err := e.o.Store.Erase(ctx, d.On.ID); err != nil {
		return bots.Result{}, fmt.Errorf("erase what is kept of somebody: %w", err)
	}
	var c *commit
	err = e.o.Store.Update(ctx, func(tx record.Tx) error {
		c = e.newCommit(tx, ev, nil)
		if err := c.begin(); err != nil {
			return err
		}
		c.who = d.Officer
		c.audit("erase", d.On, "", asked)
		return c.finish(&proposal{})
	})
	if err != nil {
		return bots.Result{}, err
	}
	e.after(c)
	return *c.ev.Result, nil
}

// mayErase says who asked for it, or why it is refused. What is erased already is erased by this
// very decision, before a crash: a person has but one key.
func (e *Engine) mayErase(ctx context.Context, d *bots.Decision) (asked string, err error) {
	by, err := record.Fetch[record.Officer](ctx, e.o.Store, d.Officer)
	if err != nil {
		return "", refuse("no-officer", "%s is not an active officer", d.Officer)
	}
	conv, err := record.Fetch[bots.Conversation](ctx, e.o.Store, d.On.ID)
	if errors.Is(err, record.ErrNotFound) {
		return "", refuse("not-found", "%s does not exist", d.On)
	}
	if err != nil || conv.Erased {
		return "", err
	}
	if err := record.ConfirmErase(conv, by, e.o.Policy); err != nil {
		return "", err
	}
	return "asked for by " + conv.ForgetBy, nil
}
