// Package outbox is the only place that calls a sending method of an adapter.
//
// It works lanes: an account and a channel, in order, under a lease whose epoch
// rises with every new holder. For each item it looks again where a promise asks
// for it, claims (one commit that checks everything and records the intent), calls
// the platform once, records what became of it, and tells the bots.
//
// # Failure model
//
// The process may die at any moment. Before the claim commits nothing has left.
// After it, the item is claimed: whoever works the lane next makes its outcome
// unknown, never due, and asks the platform. After the result commits, the outcome
// is marked as untold until the bots' event is durable, so it is told at least once and,
// because the event carries a key, heard once.
//
// A platform may refuse, answer late, answer nonsense or never answer. What an
// adapter calls "not sent" is tried again with growing waits; what it cannot tell is
// unknown and never blindly repeated, except an emergency card. A call that outlives
// its deadline is abandoned and its late answer is refused by attempt and epoch.
//
// The store may refuse to write. Then the lane rests; a result that could not be
// written is written again until it is, or until the process ends, which is a crash
// like any other. Nothing is dropped: an item that may not leave is held or waits, and
// says why.
package outbox

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Store is the part of the shared store the outbox uses.
type Store interface {
	record.Reader
	Update(ctx context.Context, change func(record.Tx) error) error
	Accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) (fresh []bool, err error)
}

// Options is what an outbox needs. Store, Accounts, Owner, Lint and OfficerSeen must be
// given; the rest has defaults.
type Options struct {
	Store Store
	// Accounts returns an opened adapter; ok is false while the account is down.
	Accounts func(id string) (a adapters.Account, ok bool)
	// Idem says how an unknown outcome on a channel of an account can be settled. When
	// nil, accounts that can find are looked up and the rest goes to an officer.
	Idem func(account string, ch adapters.Channel) adapters.Idempotency
	// Owner names this process in leases. After a crash the same name gets its lanes back
	// at once, so no two running processes may share one.
	Owner string
	Pace  Pace
	// Hand says when items of an account are sent by people. When nil, never.
	Hand func(account string) HandRule
	// Lint is the outbound linter, run again just before every send. It is pure.
	Lint func(text string) error
	// OfficerSeen returns when an officer was last signed in. When nil, or zero, nothing unsolicited leaves.
	OfficerSeen func(ctx context.Context) (time.Time, error)
	// Pictures returns the bytes of a bulletin's picture. When nil, no bulletin with pictures leaves.
	Pictures func(ctx context.Context, digest string) ([]byte, error)
	// Tag hides a personal id in a record id; give it the vault's. When nil a plain digest is used.
	Tag func(scope, value string) string
	Log *slog.Logger
	// Step is called at every numbered step, for tests that crash there; see the Step constants.
	Step func(name string)
	// Jitter returns a number in [0,1) that spreads waits; rand.Float64 when nil.
	Jitter func() float64
}

// The steps of a send, in order. What is durable after each is what a crash there keeps.
const (
	StepLeased   = "leased"   // the lane's lease is ours
	StepLooked   = "looked"   // a warning's post was fetched again
	StepClaimed  = "claimed"  // the intent is durable
	StepCalled   = "called"   // the adapter returned
	StepRecorded = "recorded" // the result is durable
	StepAsked    = "asked"    // the platform was asked about an unknown or pending outcome
	StepAccepted = "accepted" // the outcome is a durable event
	StepTold     = "told"     // and the item says so
)

// Pace holds the outbox's intervals. A zero value means the default.
type Pace struct {
	Lease      time.Duration // of a lane; default 30s
	Call       time.Duration // deadline of one platform call; default 15s, at most three quarters of Lease
	Backoff    time.Duration // first wait after a certain failure; default 5s
	MaxBackoff time.Duration // longest wait between tries; default 10m
	Settle     time.Duration // before an unknown outcome is looked up; default 1m
	Tick       time.Duration // longest time between two looks for work; default 1s
	Vanish     time.Duration // after a draft left for a person was seen to be gone, an officer is asked; default 1h
	DeadMan    time.Duration // nothing unsolicited leaves when no officer was signed in for so long; default 72h
}

func (p Pace) withDefaults() Pace {
	for _, f := range []struct {
		d *time.Duration
		v time.Duration
	}{
		{&p.Lease, 30 * time.Second}, {&p.Call, 15 * time.Second}, {&p.Backoff, 5 * time.Second},
		{&p.MaxBackoff, 10 * time.Minute}, {&p.Settle, time.Minute}, {&p.Tick, time.Second}, {&p.Vanish, time.Hour}, {&p.DeadMan, 72 * time.Hour},
	} {
		if *f.d <= 0 {
			*f.d = f.v
		}
	}
	p.Call = min(p.Call, p.Lease*3/4)
	return p
}

// grace is how long an adapter may overrun its deadline before its call is abandoned.
// Deadline and grace together end well before the lease.
func (p Pace) grace() time.Duration { return p.Lease / 8 }

// Outbox sends. Make one with [New]; its methods are safe for concurrent use.
type Outbox struct {
	o    Options
	pace Pace
	log  *slog.Logger

	wake    chan struct{} // something became due
	news    chan struct{} // an outcome became untold
	mu      sync.Mutex
	lanes   map[string]*lane
	locks   map[string]*breaker        // per account and channel
	hopes   map[string][]chan struct{} // conversations whose next reply Answers wait for
	without map[answerless]time.Time   // callbacks acknowledged without a reply, and when
	answers singleflight.Group         // by conversation and message: deliveries of one callback under way
}

// New returns an outbox that does nothing until [Outbox.Run].
func New(o Options) *Outbox {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Jitter == nil {
		o.Jitter = rand.Float64
	}
	if o.Tag == nil {
		o.Tag = plainTag
	}
	return &Outbox{
		o: o, pace: o.Pace.withDefaults(), log: o.Log,
		wake: make(chan struct{}, 1), news: make(chan struct{}, 1),
		lanes: map[string]*lane{}, locks: map[string]*breaker{}, hopes: map[string][]chan struct{}{}, without: map[answerless]time.Time{},
	}
}

// Wake says that something became due. It never blocks and may be called at any time.
func (o *Outbox) Wake() {
	nudge(o.wake)
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, waiting := range o.hopes {
		for _, c := range waiting {
			nudge(c)
		}
	}
}

// Offer says which items have just become durable. A lane at work takes them as they are, which spares it
// a look at all it has; the others are looked for. It never blocks and may be called at any time.
func (o *Outbox) Offer(items []*record.Item) {
	for _, it := range items {
		if !o.lane(it.Stream).offer(it) {
			nudge(o.wake)
		}
		o.raiseHopes(it.Conversation)
	}
}

func (o *Outbox) raiseHopes(conversation string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.hopes[conversation] {
		nudge(c)
	}
}

func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run works lanes until ctx ends. Calls under way then end by themselves within their
// deadline and their results are recorded; no new one begins. It returns nil, or
// [record.ErrClosed] when the store was closed under it. Run must not be called twice.
func (o *Outbox) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	work.Go(func() { o.tellOn(ctx) })
	var closed error
	for ctx.Err() == nil {
		began := time.Now()
		next, err := o.dispatch(ctx, &work)
		if errors.Is(err, record.ErrClosed) {
			closed = err
			break
		}
		took := time.Since(began)
		o.await(ctx, next)
		pauseUntil(ctx, began.Add(min(5*took, breath)))
	}
	stop()
	work.Wait()
	return errors.Join(closed, o.wrapUp())
}

// await sleeps until next, a wake, or the end.
func (o *Outbox) await(ctx context.Context, next time.Time) {
	t := time.NewTimer(time.Until(next))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-o.wake:
	case <-t.C:
	}
}

// breath is the longest pause between two looks for work when something is always due. Looking
// takes at most a fifth of the time, so that many who wake us together cost one look.
const breath = 20 * time.Millisecond

func pauseUntil(ctx context.Context, t time.Time) {
	wait := time.Until(t)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// wrapUp tells what the last calls came to and gives the leases back, so that whoever
// comes next need not wait for them. Failing here costs time, not safety.
func (o *Outbox) wrapUp() error {
	ctx, stop := context.WithTimeout(context.Background(), o.pace.Call)
	defer stop()
	if err := errors.Join(o.tell(ctx), o.giveBack(ctx)); err != nil && !errors.Is(err, record.ErrClosed) {
		o.log.Warn("outbox ended untidily; the next start mends it", "err", err)
	}
	return nil
}

// dispatch starts a worker on every lane with work and returns when to look again.
func (o *Outbox) dispatch(ctx context.Context, work *sync.WaitGroup) (time.Time, error) {
	lanes, next, err := o.waiting(ctx, time.Now())
	if err != nil {
		if ctx.Err() == nil {
			o.log.Error("outbox cannot look for work", "err", err)
		}
		return time.Now().Add(o.pace.Backoff), err
	}
	for name := range lanes {
		o.activate(ctx, name, work)
	}
	return next, nil
}

const (
	pageSize = 1000
	// glance bounds one look for work. When it is full every lane is visited.
	glance = 100
)

// waiting finds the lanes with something to do at now, and when the next will have.
func (o *Outbox) waiting(ctx context.Context, now time.Time) (lanes map[string]bool, next time.Time, err error) {
	lanes, next = map[string]bool{}, now.Add(o.pace.Tick)
	full := false
	for _, q := range []record.Query{
		{State: record.ItemDue, DueBefore: next},
		{State: record.ItemUnknown, DueBefore: next},
		{State: record.ItemAccepted, DueBefore: next},
		{State: record.ItemClaimed},
	} {
		q.Kind, q.Limit, q.Heads = record.KindItem, glance, true
		page, err := o.o.Store.List(ctx, q)
		if err != nil {
			return nil, next, err
		}
		full = full || len(page) == glance
		for _, r := range page {
			if m := r.Meta(); m.Due.After(now) {
				next = earlier(next, m.Due)
			} else {
				lanes[m.Stream] = true
			}
		}
	}
	if full {
		err = o.everyLane(ctx, lanes)
	}
	return lanes, next, err
}

// everyLane adds all lanes of all accounts that have something, so that a long line in one
// cannot hide another.
func (o *Outbox) everyLane(ctx context.Context, lanes map[string]bool) error {
	for after := ""; ; {
		page, err := o.o.Store.List(ctx, record.Query{Kind: bots.KindAccount, After: after, Limit: pageSize, Heads: true})
		if err != nil {
			return err
		}
		for _, r := range page {
			after = r.Meta().ID
			for _, name := range lanesOf(after) {
				if err := o.peek(ctx, name, lanes); err != nil {
					return err
				}
			}
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

func lanesOf(account string) []string {
	lanes := []string{record.Lane(account, adapters.Private, bots.ForEmergency)}
	for _, ch := range []adapters.Channel{adapters.Private, adapters.InReply, adapters.Public, adapters.Preview, adapters.Withdrawal, adapters.Moderators} {
		lanes = append(lanes, record.Lane(account, ch, bots.ForReply))
	}
	return lanes
}

// peek adds a lane that has something due or open. A lane with a worker is told at once.
func (o *Outbox) peek(ctx context.Context, name string, lanes map[string]bool) error {
	if o.lane(name).working() {
		lanes[name] = true
	}
	for _, state := range []string{record.ItemDue, record.ItemClaimed, record.ItemUnknown, record.ItemAccepted} {
		if lanes[name] {
			return nil
		}
		page, err := o.o.Store.List(ctx, record.Query{Kind: record.KindItem, Stream: name, State: state, Limit: 1, Heads: true})
		if err != nil {
			return err
		}
		if len(page) > 0 {
			lanes[name] = true
		}
	}
	return nil
}

func (o *Outbox) step(name string) {
	if o.o.Step != nil {
		o.o.Step(name)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
