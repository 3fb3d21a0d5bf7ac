package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// badgeTimeout bounds one look for a badge; the site is found due again after twice that.
const badgeTimeout = 30 * time.Second

// badgeJitter spreads the looks for many sites: each site's is put off by a part of it, always the same.
const badgeJitter = 20 * time.Minute

// badgesAtOnce bounds how many sites are looked at together.
const badgesAtOnce = 4

// lookForBadge fetches the page of a partner site beside the due loop and brings what it saw back as an event.
// The site is put off first, so that it is not found due meanwhile, and comes back if we die over it.
func (e *Engine) lookForBadge(ctx context.Context, s *record.Site, now time.Time) error {
	if e.o.Badge == nil {
		return e.onSite(ctx, s, func(_ record.Tx, again *record.Site) error { again.Due = now.Add(record.SiteLookEvery); return nil })
	}
	select {
	case e.badges <- struct{}{}:
	default:
		return e.onSite(ctx, s, func(_ record.Tx, again *record.Site) error { again.Due = now.Add(badgeTimeout); return nil })
	}
	if err := e.onSite(ctx, s, func(_ record.Tx, again *record.Site) error { again.Due = now.Add(2 * badgeTimeout); return nil }); err != nil {
		<-e.badges
		return err
	}
	e.errands.Go(func() {
		defer func() { <-e.badges }()
		if err := e.seeBadge(ctx, s, now); err != nil && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "badge", "site", s.ID, "err", err)
		}
	})
	return nil
}

// seeBadge makes one look into its event.
func (e *Engine) seeBadge(ctx context.Context, s *record.Site, now time.Time) error {
	bounded, cancel := context.WithTimeout(ctx, badgeTimeout)
	defer cancel()
	seen, problem := e.o.Badge(bounded, s)
	if ctx.Err() != nil {
		return nil // we are stopping: it is due again
	}
	ev := &bots.Event{
		Key:  fmt.Sprintf("%s|badge|%s", now.UTC().Format(time.RFC3339Nano), s.ID),
		Kind: bots.Fetched, V: 1, Occurred: now,
		Body: &bots.FetchResult{What: bots.FetchBadge, Key: s.ID, Seen: seen, Problem: clip(problem, maxWhy)},
	}
	ev.Stream, ev.State = s.Stream, bots.EventPending
	return e.accept(ctx, []*bots.Event{ev})
}

// onSite changes a site, unless it was changed since it was read.
func (e *Engine) onSite(ctx context.Context, s *record.Site, change func(record.Tx, *record.Site) error) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		again, err := record.Load[record.Site](tx, s.ID)
		if err != nil || again.Version != s.Version {
			return err
		}
		if err := change(tx, again); err != nil {
			return err
		}
		return tx.Put(again)
	})
}

// looked books one look for a badge. One that vanished raises an alarm, one that came back is written down.
func (c *commit) looked(r *bots.FetchResult) error {
	s, err := record.Load[record.Site](c.tx, r.Key)
	if errors.Is(err, record.ErrNotFound) || err == nil && s.State != record.SiteActive {
		return nil
	}
	if err != nil {
		return err
	}
	vanished, returned := s.LookedFor(r.Seen, r.Problem, c.now)
	s.Due = c.wall(s.Due).Add(time.Duration(phase("badge", s.ID) * float64(badgeJitter)))
	c.bot, c.timed = "engine", true
	about := bots.Target{Kind: record.KindSite, ID: s.ID}
	switch {
	case vanished:
		c.audit("badge-vanished", about, "", s.Problem)
		raise(c.tx, c.ev, "合作网站“"+s.Name+"”上找不到报警岗亭了："+s.Problem, about)
	case returned:
		c.audit("badge-returned", about, "", "")
	}
	return c.tx.Put(s)
}

// lapseRectification raises an alarm for what a site did not put right in time.
func (e *Engine) lapseRectification(ctx context.Context, id string, now time.Time) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		r, err := record.Load[record.Rectification](tx, id)
		if err != nil || !r.Lapse(now) {
			return err
		}
		about := bots.Target{Kind: record.KindRectification, ID: r.ID}
		moment := &bots.Event{Head: bots.Head{ID: r.ID + "." + r.Deadline.UTC().Format("20060102"), Stream: r.Stream}, Accepted: now}
		raise(tx, moment, "合作网站整改已到期，还没有登记结果", about)
		return tx.Put(r)
	})
}
