package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// interval is how often each source of an account is asked: as configured, or as seldom as the
// platform's budget of calls makes it.
func (a *Account) interval() time.Duration {
	return max(a.Poll, a.caps().Limits.Calls.Every(len(a.Watch)))
}

// afford says how long polling must wait because only calls that are kept for other things
// are left. What cannot be read bounds nothing: the platform itself would.
func (e *Engine) afford(ctx context.Context, a *Account) (time.Duration, error) {
	if a.caps().Limits.Calls.N == 0 {
		return 0, nil
	}
	p, err := record.Fetch[record.Pulse](ctx, e.o.Store, a.Record.ID)
	if errors.Is(err, record.ErrNotFound) || err == nil && p.Calls == nil {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("calls of %s: %w", a.Record.ID, err)
	}
	return p.Calls.Wait(time.Now()), nil
}

// tellPace notes how soon the account hears, once it is open and whenever that changes.
func (e *Engine) tellPace(ctx context.Context, a *Account) {
	hears := a.interval()
	if len(a.Watch) == 0 || a.Open() == nil || a.caps().Watch == nil {
		return
	}
	e.beat(ctx, a, func(p *pulse, _ time.Time) bool {
		changed := p.hears != hears
		p.hears = hears
		return changed
	})
}

// The alarms before an authorisation ends: time to find somebody who may renew it, and the last day.
const (
	endsSoon = 7 * 24 * time.Hour
	endsNow  = 24 * time.Hour
)

// expects notes when an account's authorisation ends, and tells the officers in time, once at
// either mark for each end.
func (e *Engine) expects(ctx context.Context, a *Account, ends time.Time) error {
	if ends.IsZero() {
		return nil
	}
	e.beat(ctx, a, func(p *pulse, _ time.Time) bool {
		changed := p.ends.Sub(ends).Abs() > time.Minute // the platform counts in whole seconds from now
		if changed {
			p.ends = ends
		}
		return changed
	})
	now := time.Now()
	left := ends.Sub(now)
	mark, word := "soon", "七天内"
	switch {
	case left <= endsNow:
		mark, word = "now", "一天内"
	case left > endsSoon:
		return nil
	}
	on := bots.Target{Kind: bots.KindAccount, ID: a.Record.ID}
	about := &bots.Event{Head: bots.Head{ID: a.Record.ID + ".ends." + mark + "." + ends.UTC().Format("20060102")}, Accepted: now}
	why := fmt.Sprintf("账号 %s 的平台授权%s到期（%s）：到期后收不到也发不出，请管理员重新授权并更换令牌", a.Record.ID, word, ends.In(china).Format("2006-01-02 15:04"))
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		raise(tx, about, why, on)
		return nil
	})
}

// china is the zone in which officers read times. It knows no summer time.
var china = time.FixedZone("CST", 8*60*60)
