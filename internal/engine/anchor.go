package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// AnchorMark is the id of the mark of the last anchor and the next one.
const AnchorMark = "audit-anchor"

const (
	anchorState = "anchor"
	anchorEvery = 24 * time.Hour
	anchorAgain = time.Hour // after one that failed
	// anchorFirst is how long a new station's chain has to begin.
	anchorFirst   = time.Minute
	anchorTimeout = 30 * time.Second
)

// keepAnchoring makes the first anchor due, on a station that has none yet.
func (e *Engine) keepAnchoring(ctx context.Context) error {
	if e.o.Anchor == nil {
		return nil
	}
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		_, err := record.HeadOf(tx, record.KindMark, AnchorMark)
		if !errors.Is(err, record.ErrNotFound) {
			return err
		}
		now := time.Now()
		return tx.Put(&record.Mark{Head: bots.Head{ID: AnchorMark, State: anchorState, Created: now, Updated: now, Due: now.Add(anchorFirst)}})
	})
}

// anchor takes the end of the audit chain out of the house beside the due loop, and brings what became of it back as
// an event. It is put off first, as every errand is.
func (e *Engine) anchor(ctx context.Context, m *record.Mark, now time.Time) error {
	off := now.Add(2 * anchorTimeout)
	if e.o.Anchor == nil { // it was configured once
		off = now.Add(anchorEvery)
	}
	err := e.o.Store.Update(ctx, func(tx record.Tx) error {
		again, err := record.Load[record.Mark](tx, m.ID)
		if err != nil {
			return err
		}
		again.Due = off
		return tx.Put(again)
	})
	if err != nil || e.o.Anchor == nil {
		return err
	}
	e.errands.Go(func() {
		if err := e.takeAnchor(ctx, now); err != nil && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "anchor", "err", err)
		}
	})
	return nil
}

func (e *Engine) takeAnchor(ctx context.Context, now time.Time) error {
	bounded, cancel := context.WithTimeout(ctx, anchorTimeout)
	defer cancel()
	line, err := e.o.Anchor(bounded)
	if ctx.Err() != nil {
		return nil // we are stopping: it is due again
	}
	result := &bots.FetchResult{What: bots.FetchAnchor, Key: AnchorMark, Ref: adapters.Ref(line)}
	if err != nil {
		result.Problem = clip(err.Error(), maxWhy)
	}
	ev := &bots.Event{Key: now.UTC().Format(time.RFC3339Nano) + "|anchor", Kind: bots.Fetched, V: 1, Occurred: now, Body: result}
	ev.Stream, ev.State = AnchorMark, bots.EventPending
	return e.accept(ctx, []*bots.Event{ev})
}

// anchored books an anchor and tells those who keep it. A day without one is an alarm.
func (c *commit) anchored(r *bots.FetchResult) error {
	m, err := record.Load[record.Mark](c.tx, AnchorMark)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	about := bots.Target{Kind: record.KindMark, ID: AnchorMark}
	c.bot, c.timed = "engine", true
	if r.Problem != "" {
		c.audit("anchor-failed", about, "", r.Problem)
		m.Due = c.wall(c.now.Add(anchorAgain))
		if c.now.Sub(m.Updated) >= anchorEvery { // promise 14
			day := &bots.Event{Head: bots.Head{ID: AnchorMark + "." + c.now.In(china).Format("20060102"), Stream: AnchorMark}, Accepted: c.now}
			raise(c.tx, day, "审计链头已经一天没有存到外面："+r.Problem, about)
		}
		return c.tx.Put(m)
	}
	m.Value, m.Updated, m.Due = string(r.Ref), c.now, c.wall(c.now.Add(anchorEvery))
	c.audit("anchor", about, "", "")
	for i, to := range c.e.o.AnchorTo {
		x := bots.Notify{Template: "alarm-anchor", Vars: map[string]string{"Anchor": m.Value}}
		if err := c.ring(fmt.Sprintf("anchor%d", i), to, x, about); err != nil {
			return err
		}
	}
	return c.tx.Put(m)
}
