// Package engine turns events into records: it accepts what happened, lets the
// bots decide, and commits what they propose.
//
// Everything enters by one door. A webhook, a poll, a cron slot, a reminder, an
// errand's result, an officer's decision and the outcome of a send become events,
// are de-duplicated by key, made durable, and only then acknowledged. Each event
// belongs to a stream; a stream is decided in order, streams in parallel.
//
// # Deciding
//
// Bots decide on a snapshot, outside any write transaction, and every read is taped.
// The commit checks that nothing read has changed since; if something has, the bots
// decide again. Effects, audit entries and the event's own state commit together, so
// a crash leaves an event either undecided or wholly decided.
//
// # Failures
//
// A bot that errs, panics or never returns loses its effects for that event; the event
// is parked with an alarm and the stream goes on. A store that cannot write stops the
// streams where they are; they go on when it recovers. Nothing accepted is dropped.
//
// The engine calls no sending method of any adapter. It reads (polls, looks posts up,
// asks who we are) and leaves sends to the outbox.
package engine

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/scheduler"
)

// Store is what the engine needs of the store.
type Store interface {
	record.Reader
	Update(ctx context.Context, change func(record.Tx) error) error
	Accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) ([]bool, error)
	Erase(ctx context.Context, subject string) error
}

// Writer renders outgoing texts and checks them.
type Writer interface {
	Render(lang, name string, vars map[string]string) (Text, error)
	Lint(text string) error
	// Describe says what a template is for; ok is false when there is none of that name.
	Describe(name string) (t Template, ok bool)
}

// Speaker is a unit in whose name something is written.
type Speaker struct{ Name, Language string }

// Template is what a standing approval can be given to.
type Template struct {
	Rev     int
	Purpose bots.Purpose
	Vars    []string
}

// Text is a rendered template.
type Text struct {
	Text     string
	Language string
	Rev      int
}

// Tagger turns personal ids into keyed digests, so that keys and streams hold none.
type Tagger interface {
	Tag(scope, value string) string
}

// Sieve finds rules that match a text, and texts that are alike. It is pure.
type Sieve interface {
	Sift(text string) []bots.Hit
	// Keys are what alike texts are found by; none for a text that is too short to be told from others.
	Keys(text string) []string
	// Same says whether two texts say nearly the same, neither of them much more.
	Same(a, b string) bool
	// Repeats says how surely a text repeats a known one, whatever stands around it, in percent.
	Repeats(text, known string) int
	// Copies says whether a text repeats a known one word for word, of the same place and with the same figures.
	Copies(text, known string) bool
	// Claims prepares texts known to be false. What it returns says which of them a text tells in other words, and how surely
	// in percent; -1 when none.
	Claims(texts []string) func(text string) (claim, percent int)
}

// Options assemble an engine.
type Options struct {
	Store    Store
	Bots     []bots.Bot // in configuration order
	Writer   Writer
	Tags     Tagger
	Sieve    Sieve
	Named    func(account, text string) bool             // whether a text addresses the account; nil: ask the platforms only
	Prove    func(r *bots.Report, files []string) string // a signed proof of receipt; nil: none is given
	Evidence Evidence                                    // where what people sent is kept; nil: nowhere
	Scanner  Scanner                                     // looks for malware in what is kept; nil: nobody does
	Policy   record.Policy
	Unit     Speaker // the station itself: who signs letters
	// Anchor takes the end of the audit chain out of the house once a day, and returns the line by which it is found
	// again. When nil, nobody does. AnchorTo are who gets the line.
	Anchor   func(ctx context.Context) (line string, err error)
	AnchorTo []Contact
	// Badge fetches the page of a partner site and looks for its badge; the problem is for officers. When nil, nobody looks.
	Badge     func(ctx context.Context, s *record.Site) (seen bool, problem string)
	Clerk     Clerk // hands clues over to other units; nil: nothing is handed over
	Accounts  []*Account
	Schedules []Schedule
	Pace      Pace
	// Colleagues says where an officer sees previews of an account; ok is false when no place is
	// configured. When nil, nothing is previewed.
	Colleagues func(officer, account string) (to adapters.Person, ok bool)
	// OnDuty says who of a level is reached now, and by what; turn counts the times nobody took notice.
	OnDuty func(tx record.Tx, at time.Time, level, turn int) ([]Contact, error)
	// DutyZone is the zone of the clock by which shifts go; nil: no hand-over sheet is drawn up by the rota.
	DutyZone *time.Location
	// Reach says by what one officer, or whoever stands in for them, is reached now; nothing: by nothing.
	Reach func(tx record.Tx, at time.Time, officer string) ([]Contact, error)
	// Committed is told after a commit that gave the outbox something to look at.
	Committed func()
	// Released is told which items a commit has made. They are as stored, and nobody changes them.
	Released func([]*record.Item)
	// Unanswered is told of a message that was decided and of which no item came.
	Unanswered func(conversation string, ref adapters.Ref)
	Log        *slog.Logger
	// Step is called at the numbered steps of the crash matrix; nil in service.
	Step func(name string)
}

// Account is one account and what to watch on it.
type Account struct {
	Record bots.Account
	// Open returns the opened account, or nil while it cannot be opened; one broken
	// account never delays another.
	Open  func() adapters.Account
	Watch []string
	Poll  time.Duration
	// Region is the region code of the unit that speaks; references of its reports begin with it.
	Region string
	Menu   map[string]string // what the entries of the account's menu say, by key
	// ForgetLeavers: what is kept of somebody who unfollows is erased, as the platform demands.
	ForgetLeavers bool

	// Problem says why the account is not open; nil func or error: no reason is known.
	Problem func() error

	nudges map[string]chan struct{} // by source: poll it at once

	pulse pulse
	self  atomic.Pointer[adapters.Person] // who the platform says we are; nil: not known yet
}

// own says whether a person is the account itself.
func (a *Account) own(id string) bool {
	self := a.self.Load()
	return id != "" && self != nil && self.ID == id
}

// caps are the account's abilities now; none while it is not open.
func (a *Account) caps() adapters.Caps {
	if open := a.Open(); open != nil {
		return open.Caps()
	}
	return adapters.Caps{}
}

// Schedule is a cron schedule of bulletins.
type Schedule struct {
	Spec     *scheduler.Schedule
	Name     string
	Accounts []string
	Title    string
}

// Pace holds the engine's intervals.
type Pace struct {
	DraftLife time.Duration // an undecided draft lapses
	Identity  time.Duration // between checks of who the platform says we are
	Bot       time.Duration // a bot that has not decided by then is given up
	Retry     time.Duration // after a store or platform failure
}

// Engine is the event engine. All methods are safe for concurrent use.
type Engine struct {
	o        Options
	accounts map[string]*Account
	streams  *streams
	due      chan struct{} // something changed what is due next
	errands  sync.WaitGroup
	badges   chan struct{}            // room for looks at partner sites
	room     map[string]chan struct{} // for the errands of each account
	scanning chan struct{}            // files that are scanned at once

	// accepting is held for reading from before events become durable until they are queued.
	accepting sync.RWMutex

	mu      sync.Mutex
	waiting map[string][]chan bots.Result // by event id
	known   knownClaims
}

// New makes an engine. It registers the accounts in the store: a new one starts in
// observe, a known one keeps its mode.
func New(ctx context.Context, o Options) (*Engine, error) {
	e := &Engine{o: o, accounts: map[string]*Account{}, due: make(chan struct{}, 1), waiting: map[string][]chan bots.Result{}, badges: make(chan struct{}, badgesAtOnce), room: map[string]chan struct{}{}, scanning: make(chan struct{}, scansAtOnce)}
	e.streams = newStreams(e.process)
	for _, a := range o.Accounts {
		e.accounts[a.Record.ID], e.room[a.Record.ID] = a, make(chan struct{}, errandsAtOnce)
		a.nudges = nudges(a.Watch)
		if err := e.register(ctx, a); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Run decides events until ctx ends: first those left undecided by an earlier
// process, then whatever comes. It returns when every goroutine has ended.
func (e *Engine) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	defer e.streams.stop()
	if err := e.clusterOld(ctx); err != nil && ctx.Err() == nil { // they are read all the same, one by one
		e.o.Log.WarnContext(ctx, "clues without a cluster are filed at the next start", "err", err)
	}
	if err := e.resume(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("undecided events: %w", err)
	}
	e.streams.start(ctx, &wg) // only now: what is older goes first
	wg.Go(func() { e.runDue(ctx) })
	for _, a := range e.accounts {
		wg.Go(func() { e.watchIdentity(ctx, a) })
		wg.Go(func() { e.stream(ctx, a) })
		for _, source := range a.Watch {
			wg.Go(func() { e.watch(ctx, a, source) })
		}
	}
	<-ctx.Done()
	return nil
}

// resume queues the events that were accepted and not decided: by an earlier process, or by
// a commit that was reported as failed and had become durable after all.
func (e *Engine) resume(ctx context.Context) error {
	q := record.Query{Kind: bots.KindEvent, State: bots.EventPending, Limit: 1000}
	for {
		page, err := e.resumePage(ctx, q)
		if err != nil || len(page) < q.Limit {
			return err
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

// resumePage queues a page while nothing is half accepted: what the page holds is not queued
// once more, after it was decided, by the caller that accepted it. What is queued already stays out:
// it may be decided while the page is read.
func (e *Engine) resumePage(ctx context.Context, q record.Query) ([]bots.Record, error) {
	e.accepting.Lock()
	defer e.accepting.Unlock()
	queued := e.streams.queued()
	page, err := e.o.Store.List(ctx, q)
	for _, r := range page {
		if ev := r.(*bots.Event); !queued[ev.ID] {
			e.streams.add(ev)
		}
	}
	return page, err
}

// register keeps the account's record in step with the configuration.
func (e *Engine) register(ctx context.Context, a *Account) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		rec := a.Record
		rec.State, rec.Created = string(bots.Observe), time.Now()
		rec.Updated = rec.Created
		if old, err := record.Load[bots.Account](tx, rec.ID); err == nil {
			rec.Head = old.Head
			rec.Wanted, rec.WantedBy, rec.Attested, rec.Grounds = old.Wanted, old.WantedBy, old.Attested, old.Grounds
			rec.Identity, rec.Confirmed, rec.Suspect = old.Identity, old.Confirmed, old.Suspect
			rec.Mismatch, rec.Flags = old.Mismatch, old.Flags
			rec.Self, rec.Handle, rec.Lookable, rec.Private = old.Self, old.Handle, old.Lookable, old.Private
			if old.Self != "" {
				a.self.Store(&adapters.Person{ID: old.Self, Handle: old.Handle})
			}
		}
		return tx.Put(&rec)
	})
}

// The steps of an event, in order. What is durable after each is what a crash there keeps.
const (
	StepPolled    = "polled"    // a page was read
	StepAccepting = "accepting" // it is about to become durable
	StepReceived  = "received"  // it is durable, and may be acknowledged
	StepDecided   = "decided"   // the bots have proposed
	StepCommitted = "committed" // the proposals are durable
)

func (e *Engine) step(name string) {
	if e.o.Step != nil {
		e.o.Step(name)
	}
}

// wakeDue tells the due loop that something earlier may be due.
func (e *Engine) wakeDue() {
	select {
	case e.due <- struct{}{}:
	default:
	}
}

// pause waits for d or the end of ctx and says whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
