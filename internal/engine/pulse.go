package engine

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// beatEvery is how often a healthy account's pulse is written at most.
const beatEvery = time.Minute

// pulse is an account's health as this process knows it.
type pulse struct {
	mu      sync.Mutex
	heard   time.Time
	told    time.Time // the heard that was stored last
	written time.Time
	trouble map[string]string
	kinds   map[string]string // of the trouble
	since   time.Time
	failed  time.Time
	failure string
	kind    string // of the failure
	hears   time.Duration
	ends    time.Time
}

// opening is the source under which a failure to open the account is kept.
const opening = "open"

// well notes that events came in, or that a source answered.
func (e *Engine) well(ctx context.Context, a *Account, source string, events int) {
	e.beat(ctx, a, func(p *pulse, now time.Time) bool {
		if events > 0 {
			p.heard = now
		}
		return p.recover(source) || p.news(now)
	})
}

// news says whether what was heard should be stored: the first at once, later ones now and then.
func (p *pulse) news(now time.Time) bool {
	return !p.heard.Equal(p.told) && (p.told.IsZero() || now.Sub(p.written) >= beatEvery)
}

// ill notes that a source keeps failing.
func (e *Engine) ill(ctx context.Context, a *Account, source string, err error) {
	if errors.Is(err, errNotOpen) {
		source = opening
		if err = a.problem(); err == nil {
			return // it is being opened for the first time
		}
	}
	why, kind := clip(err.Error(), maxWhy), record.FailureKind(err)
	e.beat(ctx, a, func(p *pulse, now time.Time) bool { return p.suffer(source, why, kind, now) })
}

func (a *Account) problem() error {
	if a.Problem == nil {
		return nil
	}
	return a.Problem()
}

// recover forgets a source's trouble, and that of opening: it answered.
func (p *pulse) recover(source string) (changed bool) {
	for _, s := range []string{source, opening} {
		if _, ill := p.trouble[s]; ill {
			delete(p.trouble, s)
			delete(p.kinds, s)
			changed = true
		}
	}
	if len(p.trouble) == 0 {
		p.since = time.Time{}
	}
	return changed
}

func (p *pulse) suffer(source, why, kind string, now time.Time) (changed bool) {
	if p.trouble[source] == why {
		return false
	}
	if p.trouble == nil {
		p.trouble, p.kinds = map[string]string{}, map[string]string{}
	}
	p.trouble[source], p.kinds[source] = why, kind
	if p.since.IsZero() {
		p.since = now
	}
	p.failed, p.failure, p.kind = now, source+": "+why, kind
	return true
}

// beat changes the pulse and stores it when note says that somebody should see the change. It
// is advice: what cannot be stored is left for the next time.
func (e *Engine) beat(ctx context.Context, a *Account, note func(*pulse, time.Time) bool) {
	now := time.Now()
	a.pulse.mu.Lock()
	if !note(&a.pulse, now) {
		a.pulse.mu.Unlock()
		return
	}
	r := &record.Pulse{Heard: a.pulse.heard, Trouble: maps.Clone(a.pulse.trouble), Kinds: maps.Clone(a.pulse.kinds), Since: a.pulse.since, Hears: a.pulse.hears, Ends: a.pulse.ends,
		Failed: a.pulse.failed, Failure: a.pulse.failure, FailureKind: a.pulse.kind}
	a.pulse.written, a.pulse.told = now, a.pulse.heard
	a.pulse.mu.Unlock()
	if err := e.o.Store.Update(ctx, func(tx record.Tx) error { return putPulse(tx, a.Record.ID, *r, now) }); err != nil && ctx.Err() == nil {
		e.o.Log.WarnContext(ctx, "pulse", "account", a.Record.ID, "err", err)
	}
}

func putPulse(tx record.Tx, id string, r record.Pulse, now time.Time) error {
	r.Head = bots.Head{ID: id, Created: now}
	old, err := record.Load[record.Pulse](tx, id)
	switch {
	case err == nil:
		r.Head, r.Calls = old.Head, old.Calls // calls are counted where they are made
		if r.Ends.IsZero() {
			r.Ends = old.Ends
		}
		if old.Heard.After(r.Heard) {
			r.Heard = old.Heard
		}
		if old.Failed.After(r.Failed) { // before a restart, or in sending
			r.Failed, r.Failure, r.FailureKind = old.Failed, old.Failure, old.FailureKind
		}
	case !errors.Is(err, record.ErrNotFound):
		return err
	}
	r.State, r.Updated = record.PulseWell, now
	if len(r.Trouble) > 0 {
		r.State = record.PulseIll
	}
	return tx.Put(&r)
}
