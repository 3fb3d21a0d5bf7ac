package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/scheduler"
)

// maxIdle bounds how long the due loop trusts its own clock: after that it looks
// again, so that a stepped clock or another node's reminder costs at most a minute.
const maxIdle = time.Minute

// runDue wakes for whatever is due next: a cron slot, a reminder, an errand, a draft
// that lapses. Each becomes an event or a transition, at most once, because its key is unique.
func (e *Engine) runDue(ctx context.Context) {
	heap := &scheduler.Heap[int]{}
	for i := range e.o.Schedules {
		heap.Set(i, time.Now())
	}
	defer e.errands.Wait()
	if err := e.keepAnchoring(ctx); err != nil && ctx.Err() == nil {
		e.o.Log.WarnContext(ctx, "anchor", "err", err)
	}
	e.errands.Go(func() {
		if err := e.scanKept(ctx); err != nil && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "what was kept without a scanner", "err", err)
		}
	})
	for swept := time.Now(); ; {
		e.dueSlots(ctx, heap)
		failed := e.dueRecords(ctx)
		if time.Since(swept) >= maxIdle {
			swept = time.Now()
			if err := e.resume(ctx); err != nil && ctx.Err() == nil {
				failed = true
				e.o.Log.WarnContext(ctx, "undecided events", "err", err)
			}
			if err := e.handOverDesk(ctx, swept); err != nil && ctx.Err() == nil {
				e.o.Log.WarnContext(ctx, "change on duty", "err", err)
			}
		}
		wait := e.untilNext(ctx, heap)
		if failed { // what is due stays due: do not spin over it
			wait = max(wait, e.o.Pace.Retry)
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-e.due:
		case <-t.C:
		}
		t.Stop()
	}
}

func (e *Engine) dueSlots(ctx context.Context, heap *scheduler.Heap[int]) {
	now := time.Now()
	for _, i := range heap.PopDue(now) {
		s := &e.o.Schedules[i]
		next := s.Spec.Next(now)
		if err := e.materialise(ctx, s, now); err != nil {
			e.o.Log.ErrorContext(ctx, "slots", "schedule", s.Name, "err", err)
			next = now.Add(e.o.Pace.Retry)
		}
		heap.Set(i, next)
	}
}

// materialise turns every slot since the last one into an event, in one commit with the
// new last slot. A schedule seen for the first time starts now.
func (e *Engine) materialise(ctx context.Context, s *Schedule, now time.Time) error {
	mark := &record.Mark{Head: bots.Head{ID: "schedule/" + s.Name, State: "at"}, Value: now.Format(time.RFC3339Nano)}
	last, err := record.Fetch[record.Mark](ctx, e.o.Store, mark.ID)
	if errors.Is(err, record.ErrNotFound) {
		return e.accept(ctx, nil, mark)
	}
	if err != nil {
		return err
	}
	from, err := time.Parse(time.RFC3339Nano, last.Value)
	if err != nil {
		return fmt.Errorf("last slot of %s: %w", s.Name, err)
	}
	if !now.After(from) { // the clock went back: wait until it has caught up
		return nil
	}
	var events []*bots.Event
	for _, slot := range s.Spec.Slots(from, now) {
		events = append(events, slotEvent(s.Name, slot))
	}
	return e.accept(ctx, events, mark)
}

func slotEvent(schedule string, s scheduler.Slot) *bots.Event {
	ev := &bots.Event{
		Key:  s.At.UTC().Format(time.RFC3339) + "|slot|" + schedule,
		Kind: bots.SlotDue, V: 1, Occurred: s.At,
		Body: &bots.Slot{Schedule: schedule, At: s.At, Skipped: string(s.Reason), Count: s.Count, Last: s.Last},
	}
	ev.Stream, ev.State = scheduleStream(schedule), bots.EventPending
	return ev
}

// dueKinds are the records that wait for a moment, and the state they wait in.
var dueKinds = []record.Query{
	{Kind: record.KindWake, State: "waiting"},
	{Kind: record.KindErrand, State: "waiting"},
	{Kind: bots.KindDraft, State: bots.DraftAwaiting},
	{Kind: bots.KindDraft, State: bots.DraftApproved}, // its slot never came
	{Kind: record.KindHandoff, State: record.HandoffApproved},
	{Kind: record.KindHandoff, State: record.HandoffCorrected},
	{Kind: record.KindHandoff, State: record.HandoffWithdrawn},
	{Kind: record.KindHandoff, State: record.HandoffSent}, // no answer came
	{Kind: record.KindSite, State: record.SiteActive},     // its badge is looked for
	{Kind: record.KindRectification, State: record.RectificationOpen},
	{Kind: record.KindMark, State: anchorState},
	{Kind: record.KindEvidence, State: record.EvidenceKept},
}

// dueRecords deals with what is due and says whether something of it has to be tried again.
func (e *Engine) dueRecords(ctx context.Context) (failed bool) {
	now := time.Now()
	for _, q := range dueKinds {
		q.DueBefore, q.Limit = now, 200
		page, err := e.o.Store.List(ctx, q)
		if err != nil && ctx.Err() == nil {
			failed = true
			e.o.Log.WarnContext(ctx, "due", "kind", string(q.Kind), "err", err)
		}
		for _, r := range page {
			if err := e.dueRecord(ctx, r, now); err != nil && ctx.Err() == nil {
				failed = true
				e.o.Log.WarnContext(ctx, "due", "kind", string(q.Kind), "id", r.Meta().ID, "err", err)
			}
		}
	}
	return failed
}

func (e *Engine) dueRecord(ctx context.Context, r bots.Record, now time.Time) error {
	switch r := r.(type) {
	case *record.Wake:
		return e.remindNow(ctx, r)
	case *record.Errand:
		return e.startErrand(ctx, r, now)
	case *bots.Draft:
		return e.lapse(ctx, r.ID, now)
	case *record.Handoff:
		return e.handOver(ctx, r, now)
	case *record.Site:
		return e.lookForBadge(ctx, r, now)
	case *record.Mark:
		return e.anchor(ctx, r, now)
	case *record.Rectification:
		return e.lapseRectification(ctx, r.ID, now)
	case *record.Evidence:
		return e.startScan(ctx, r, now)
	}
	return nil
}

// untilNext is how long to sleep.
func (e *Engine) untilNext(ctx context.Context, heap *scheduler.Heap[int]) time.Duration {
	now := time.Now()
	wait := maxIdle
	if _, at, ok := heap.Next(); ok {
		wait = min(wait, at.Sub(now))
	}
	for _, q := range dueKinds {
		q.DueBefore, q.Limit = now.Add(maxIdle), 1
		if page, err := e.o.Store.List(ctx, q); err == nil && len(page) > 0 {
			wait = min(wait, page[0].Meta().Due.Sub(now))
		}
	}
	return max(wait, 10*time.Millisecond)
}

// remindNow turns a wake into its event, then forgets the wake unless it was moved meanwhile.
func (e *Engine) remindNow(ctx context.Context, w *record.Wake) error {
	ev := &bots.Event{
		// set twice for one moment, the second time after it has come, it comes twice
		Key:  fmt.Sprintf("%s|reminder|%d|%s", w.Due.UTC().Format(time.RFC3339Nano), w.Updated.UnixNano(), w.ID),
		Kind: bots.Reminded, V: 1, Occurred: w.Due, Cause: w.Cause, Account: w.Account,
		Body: &bots.Reminder{Bot: w.Bot, Key: w.Key, Due: w.Due},
	}
	ev.Stream, ev.Subject, ev.State = w.Stream, w.Subject, bots.EventPending
	if err := e.accept(ctx, []*bots.Event{ev}); err != nil {
		return err
	}
	return e.forget(ctx, w)
}

// forget deletes what came due, unless it was moved meanwhile. One that was cancelled and set
// anew has the same version again, but another Updated.
func (e *Engine) forget(ctx context.Context, came bots.Record) error {
	kind, was := came.RecordKind(), came.Meta()
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		r, err := tx.Get(kind, was.ID)
		if errors.Is(err, record.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if now := r.Meta(); now.Version != was.Version || !now.Updated.Equal(was.Updated) {
			return nil
		}
		return tx.Delete(kind, was.ID)
	})
}

// errandTries bounds how often a read is tried before its failure is the result.
const errandTries = 5

// errandsAtOnce bounds the errands under way on one account: a platform that never answers
// holds up its own errands, and nothing else.
const errandsAtOnce = 4

// startErrand lets an errand run beside the due loop. It is put off first, so that it is not
// found due while it runs, and comes back if we die over it.
func (e *Engine) startErrand(ctx context.Context, g *record.Errand, now time.Time) error {
	room := e.room[g.Account]
	if room == nil { // no such account: there is nothing to wait for
		return e.runErrand(ctx, g, now)
	}
	select {
	case room <- struct{}{}:
	default:
		_, err := putOff(ctx, e, g, now.Add(errandTimeout))
		return err
	}
	held, err := putOff(ctx, e, g, now.Add(2*errandTimeout))
	if err != nil || held == nil {
		<-room
		return err
	}
	e.errands.Go(func() {
		defer e.wakeDue()
		defer func() { <-room }()
		if err := e.runErrand(ctx, held, now); err != nil && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "errand", "id", held.ID, "err", err)
		}
	})
	return nil
}

// putOff sets when something is due next and returns it as stored; nil when it changed or was
// forgotten meanwhile.
func putOff[T any, P interface {
	*T
	bots.Record
}](ctx context.Context, e *Engine, old P, due time.Time) (held P, err error) {
	err = e.o.Store.Update(ctx, func(tx record.Tx) error {
		held = nil
		again, err := record.Load[T, P](tx, old.Meta().ID)
		if errors.Is(err, record.ErrNotFound) || err == nil && P(again).Meta().Version != old.Meta().Version {
			return nil
		}
		if err != nil {
			return err
		}
		held = again
		held.Meta().Due = due
		return tx.Put(held)
	})
	return held, err
}

// runErrand makes a read and brings its result back as an event.
func (e *Engine) runErrand(ctx context.Context, g *record.Errand, now time.Time) error {
	switch {
	case g.Erased: // whom it was about is forgotten
		return e.forget(ctx, g)
	case g.What == bots.FetchMedia:
		return e.collect(ctx, g, now)
	case g.What == bots.FetchProof:
		return e.checkProof(ctx, g, now)
	}
	result := &bots.FetchResult{Bot: g.Bot, Key: g.Key, What: g.What, Ref: g.Ref}
	switch err := e.read(ctx, g, result); {
	case err == nil:
	case g.Tries+1 < errandTries && adapters.ClassOf(err) != adapters.Unsupported:
		return e.postpone(ctx, g, now)
	default:
		result.Problem = clip(err.Error(), maxWhy)
	}
	return e.bringBack(ctx, g, result, now)
}

// bringBack turns the result of an errand into its event, then forgets the errand.
func (e *Engine) bringBack(ctx context.Context, g *record.Errand, result *bots.FetchResult, now time.Time) error {
	ev := &bots.Event{
		Key:  fmt.Sprintf("%s|errand|%s", g.Updated.UTC().Format(time.RFC3339Nano), g.ID),
		Kind: bots.Fetched, V: 1, Occurred: now, Cause: g.Cause, Account: g.Account, Body: result,
	}
	ev.Stream, ev.Subject, ev.State = g.Stream, g.Subject, bots.EventPending
	if err := e.accept(ctx, []*bots.Event{ev}); err != nil {
		return err
	}
	return e.forget(ctx, g)
}

// read makes the one read of an errand into its result.
func (e *Engine) read(ctx context.Context, g *record.Errand, result *bots.FetchResult) (err error) {
	if g.What == bots.FetchFigures {
		result.Figures, err = e.measure(ctx, g)
		return err
	}
	sight, err := e.look(ctx, g)
	if err == nil {
		sight.Text, sight.Edited = clip(sight.Text, maxHeard), encodable(sight.Edited) // as what it is compared with
		result.Sight = &sight
	}
	return err
}

func (e *Engine) look(ctx context.Context, g *record.Errand) (adapters.Sight, error) {
	a := e.accounts[g.Account]
	if a == nil || a.caps().Lookup == nil {
		return adapters.Sight{}, &adapters.Error{Class: adapters.Unsupported, Op: "look at a post", Err: errors.New("this account cannot")}
	}
	ctx, cancel := context.WithTimeout(ctx, errandTimeout)
	defer cancel()
	return a.caps().Lookup.Look(ctx, g.Ref)
}

const errandTimeout = 15 * time.Second

func (e *Engine) postpone(ctx context.Context, g *record.Errand, now time.Time) error {
	return e.tryAgain(ctx, g, now.Add(e.o.Pace.Retry<<(g.Tries+1)))
}

// tryAgain counts a try that failed and sets when the next one is.
func (e *Engine) tryAgain(ctx context.Context, g *record.Errand, due time.Time) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		again, err := record.Load[record.Errand](tx, g.ID)
		if err != nil || again.Version != g.Version {
			return nil
		}
		again.Tries++
		again.Due = due
		return tx.Put(again)
	})
}

// lapse ends a draft nobody decided in time.
func (e *Engine) lapse(ctx context.Context, id string, now time.Time) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		d, err := record.Load[bots.Draft](tx, id)
		if err != nil || d.State != bots.DraftAwaiting && d.State != bots.DraftApproved || now.Before(d.Expires) {
			return nil
		}
		why := "过期未审批"
		if d.State == bots.DraftApproved {
			why = "its slot did not come in time"
		}
		d.State, d.Reason, d.Due, d.Updated = bots.DraftExpired, why, time.Time{}, now
		tx.Audit(record.AuditEntry{At: now, Who: "engine", Did: "lapse", On: bots.Target{Kind: bots.KindDraft, ID: id}, Code: d.Code})
		if err := tx.Put(d); err != nil {
			return err
		}
		return errors.Join(lapseWarning(tx, d, now), lapseBulletin(tx, d, now))
	})
}

// lapseBulletin ends a bulletin once none of its drafts can leave any more.
func lapseBulletin(tx record.Tx, d *bots.Draft, now time.Time) error {
	if d.About.Kind != bots.KindBulletin {
		return nil
	}
	b, err := record.Load[bots.Bulletin](tx, d.About.ID)
	if err != nil || b.State != bots.BulletinDrafted && b.State != bots.BulletinApproved {
		return nil
	}
	state := bots.BulletinMissed
	for _, id := range b.Drafts {
		other, err := record.Load[bots.Draft](tx, id)
		if err != nil {
			return err
		}
		switch other.State {
		case bots.DraftAwaiting, bots.DraftApproved:
			return nil
		case bots.DraftReleased:
			state = bots.BulletinReleased
		}
	}
	b.State, b.Reason, b.Updated = state, d.Reason, now
	return tx.Put(b)
}

func lapseWarning(tx record.Tx, d *bots.Draft, now time.Time) error {
	if d.About.Kind != bots.KindWarning {
		return nil
	}
	w, err := record.Load[bots.Warning](tx, d.About.ID)
	if err != nil || w.State != bots.WarningProposed {
		return nil
	}
	w.State, w.Reason, w.Updated = bots.WarningLapsed, "过期未审批", now
	return tx.Put(w)
}
