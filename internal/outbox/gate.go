package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// brief is everything about an item that had to be read or asked outside the commit. It
// is only valid for the version it was made for.
type brief struct {
	item    *record.Item
	account adapters.Account // nil: down
	quotas  []allowance
	lint    error
	seen    time.Time       // when an officer was last signed in
	sight   sight           // of a warning's post
	broken  time.Time       // until when the breaker is open
	extras  adapters.Extras // with the pictures' bytes
	pics    string          // why the pictures are not those that were approved; empty: they are
	passive bool            // it leaves in the answer to a callback: no call is made
	took    adapters.Ref    // the message that callback tells of
	news    *news           // the notice that was made durable instead of a claim
}

// brief gathers what the gates need. The linter is pure but slow, so it runs here.
func (l *lane) brief(ctx context.Context, it *record.Item) (*brief, error) {
	b := &brief{item: it}
	if a, ok := l.o.o.Accounts(it.Account); ok {
		b.account = a
		b.quotas = binding(l.o.allowances(a.Caps().Limits, it))
	}
	if l.o.o.Lint != nil && it.Withdraws == "" { // a withdrawal shows nobody anything
		b.lint = l.o.o.Lint(it.Text)
	}
	b.extras, b.pics = l.o.pictures(ctx, it)
	if it.Unsolicited() && l.o.o.OfficerSeen != nil {
		seen, err := l.o.o.OfficerSeen(ctx)
		if err != nil {
			return nil, fmt.Errorf("ask when an officer was last signed in: %w", err)
		}
		b.seen = seen
	}
	return b, nil
}

// ruling is what a gate says. The zero value lets the item pass.
type ruling struct {
	hold   string    // an officer must look
	wait   string    // nobody's fault
	until  time.Time // how long it waits
	reject string    // back to its author
	byHand string    // a person sends it, because no program may or can
	place  string    // where they do
	notify string    // with hold: the way in which the person is told that there is news
	expire bool
}

func (r ruling) passes() bool { return r == ruling{} }

// gate is one check inside the claiming commit.
type gate func(*check) (ruling, error)

// check is what gates look at.
type check struct {
	tx   record.Tx
	o    *Outbox
	it   *record.Item
	b    *brief
	acc  *bots.Account
	appr *record.Approval
	now  time.Time
}

// gates are passed in this order: what ends an item, what an officer must see, what waits.
// The quota is last, because passing it reserves.
func gates() []gate {
	return []gate{fresh, halted, knownAccount, approved, pictured, standingStill, modest, honest, manned, looked, handed, open, paused, unbroken, inWindow, withinQuota}
}

func (c *check) judge() (ruling, error) {
	for _, g := range gates() {
		r, err := g(c)
		if err != nil || !r.passes() {
			if r.byHand != "" {
				r.place = place(c.b.account, c.it)
			}
			return r, err
		}
	}
	return ruling{}, nil
}

func fresh(c *check) (ruling, error) {
	return ruling{expire: !c.now.Before(c.it.Expires)}, nil
}

func halted(c *check) (ruling, error) {
	h, err := record.View[record.Halt](c.tx, record.HaltID)
	if errors.Is(err, record.ErrNotFound) {
		return ruling{}, nil
	}
	if err != nil {
		return ruling{}, err
	}
	if h.Stops(c.it) { // promise 13
		return ruling{wait: whyHalted(h), until: c.now}, nil
	}
	return ruling{}, nil
}

func knownAccount(c *check) (ruling, error) {
	a, err := record.View[bots.Account](c.tx, c.it.Account)
	if errors.Is(err, record.ErrNotFound) {
		return ruling{hold: whyNoAccount}, nil
	}
	if err != nil {
		return ruling{}, err
	}
	c.acc = a
	if a.Internal != (c.it.Purpose == bots.ForAlarm) { // promise 1
		return ruling{hold: whyInternal}, nil
	}
	if a.Internal { // it has no mode: it is no face of ours
		return ruling{}, nil
	}
	if a.Mode() != bots.Suggest && a.Mode() != bots.Live {
		return ruling{hold: whyObserve}, nil
	}
	if a.Suspect != "" { // promise 7
		return ruling{hold: whySuspect}, nil
	}
	return ruling{}, nil
}

// approved recomputes the seal over the very bytes about to leave.
func approved(c *check) (ruling, error) {
	a, err := record.View[record.Approval](c.tx, c.it.Approval)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return ruling{}, err
	}
	if errors.Is(err, record.ErrNotFound) || !c.it.Intact(a) { // promise 1
		return ruling{hold: whySeal}, nil
	}
	c.appr = a
	return ruling{}, nil
}

// pictured recomputes the digests of the very pictures about to leave.
func pictured(c *check) (ruling, error) {
	if c.b.pics != "" { // promise 1
		return ruling{hold: c.b.pics}, nil
	}
	return ruling{}, nil
}

// standingStill holds what only a standing approval released, when that has ended or the
// account no longer lets machines answer.
func standingStill(c *check) (ruling, error) {
	if c.appr == nil || c.appr.Standing == "" || c.acc.Internal && c.appr.Standing == record.OfficersOnly {
		return ruling{}, nil
	}
	s, err := record.View[record.Standing](c.tx, c.appr.Standing)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return ruling{}, err
	}
	if err != nil || s.State != record.StandingActive || !c.now.Before(s.Until) || c.acc.Mode() != bots.Live { // promise 1
		return ruling{hold: whyStanding}, nil
	}
	return ruling{}, nil
}

// modest keeps an unsolicited message from leaving on anything but an officer's own approval.
func modest(c *check) (ruling, error) {
	if (c.it.Unsolicited() || c.it.Withdraws != "") && (c.appr == nil || c.appr.Officer == "") { // promise 1
		return ruling{hold: whyNoOfficer}, nil
	}
	return ruling{}, nil
}

func honest(c *check) (ruling, error) {
	if c.b.lint != nil { // promise 11
		return ruling{hold: whyLint(c.b.lint)}, nil
	}
	return ruling{}, nil
}

func manned(c *check) (ruling, error) {
	if c.it.Unsolicited() && c.now.Sub(c.b.seen) > c.o.pace.DeadMan { // promise 13
		return ruling{hold: whyDeadMan(c.o.pace.DeadMan)}, nil
	}
	return ruling{}, nil
}

func looked(c *check) (ruling, error) {
	if !c.it.AboutPost() || c.it.NotLooked != "" {
		return ruling{}, nil
	}
	if c.lookedByHand() {
		return ruling{}, nil
	}
	if c.b.sight.trouble != "" || c.b.sight.at.IsZero() { // promise 3
		return ruling{hold: c.b.sight.trouble}, nil
	}
	c.it.Looked = c.b.sight.at
	return ruling{}, nil
}

func open(c *check) (ruling, error) {
	if c.b.account == nil {
		return ruling{wait: whyDown, until: c.o.later(c.now, c.it.Snoozes)}, nil
	}
	if problem := unable(c.b.account.Caps(), c.it); problem != "" && !c.b.passive {
		return c.orByHand(problem, ruling{reject: problem}), nil
	}
	return ruling{}, nil
}

func paused(c *check) (ruling, error) {
	if c.it.Purpose == bots.ForEmergency { // promise 12
		return ruling{}, nil
	}
	p, err := pauseOf(c.tx, c.it, c.now)
	if err != nil || p == nil {
		return ruling{}, err
	}
	return ruling{wait: p.Value, until: p.Due}, nil
}

func unbroken(c *check) (ruling, error) {
	if !c.b.broken.IsZero() { // promise 13
		return ruling{wait: whyBroken, until: c.b.broken}, nil
	}
	return ruling{}, nil
}

func withinQuota(c *check) (ruling, error) {
	full, until, err := reserve(c.tx, c.it, c.b.quotas, c.now)
	if err != nil || full == nil {
		return ruling{}, err
	}
	return ruling{wait: whyQuota(*full), until: until}, nil
}
