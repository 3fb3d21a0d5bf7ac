package api

import (
	"context"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/web/view"
)

// callNote is what was said on the phone.
func callNote(in *Decision, d *bots.Decision) error {
	if err := text(in, d); err != nil {
		return err
	}
	d.Fields["note"] = d.Fields["text"]
	delete(d.Fields, "text")
	return nil
}

// waitFigures says day by day how the promise was kept.
func (a *API) waitFigures(c call) (any, error) {
	if !view.May(c.officer, bots.KindWait) {
		return nil, errNotYours
	}
	return view.WaitsOf(c.Context(), a.desk, time.Now())
}

// Waits lists who waits for a person, unless p says otherwise.
func (c *Client) Waits(ctx context.Context, p Paging) (Page[Wait], error) {
	return read[Page[Wait]](ctx, c, p.path("/waits"))
}

// WaitFigures returns how the promise was kept, the newest day first.
func (c *Client) WaitFigures(ctx context.Context) (view.Waits, error) {
	return read[view.Waits](ctx, c, "/waits/figures")
}

// TakeTalk makes the officer the one who answers in a conversation: the bots keep silent.
func (c *Client) TakeTalk(ctx context.Context, conversation string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "take"), Decision{})
}

// GiveTalk ends what TakeTalk began.
func (c *Client) GiveTalk(ctx context.Context, conversation string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "give"), Decision{})
}

// LogCall writes down that the officer spoke with the person; it counts as an answer.
func (c *Client) LogCall(ctx context.Context, conversation, note string) (bots.Result, error) {
	return c.decide(ctx, at("/conversations", conversation, "call"), Decision{Text: note})
}
