// Package app assembles netpatrol from its parts and runs it. The daemon, the demo,
// drills and tests share it, so that what is tested is what runs.
//
// # Lifecycle
//
// New opens the store and starts nothing. Run works until its context ends: the
// event engine, the outbox, the audit sealer, the accounts and the listeners. What is
// under way then ends within one deadline, and Close releases the store. A part that fails
// for good ends Run with its error; an account that cannot be opened does not.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bulletin"
	deskbot "netpatrol/bots/desk"
	newsbot "netpatrol/bots/handoff"
	"netpatrol/bots/intake"
	"netpatrol/bots/match"
	"netpatrol/bots/patrol"
	"netpatrol/bots/secret"
	"netpatrol/bots/warning"
	"netpatrol/internal/audit"
	"netpatrol/internal/blob"
	"netpatrol/internal/config"
	"netpatrol/internal/engine"
	"netpatrol/internal/handoff"
	"netpatrol/internal/outbox"
	"netpatrol/internal/proof"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
	"netpatrol/internal/web/signin"
	"netpatrol/scheduler"
)

// Options assemble an App.
type Options struct {
	Config    *config.Config
	Platforms map[string]adapters.Platform
	ExtraBots []bots.Bot // asked before the built-in ones, so that their replies win; an emergency card wins over all
	Texts     []fs.FS    // outgoing texts on top of the shipped ones
	Log       *slog.Logger
	// Aside are the faults of account files that are not in service; see [config.LoadSound].
	Aside config.Faults
	// Dial makes the adapters' connections; nil: the network.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Step is called at the numbered steps of the crash matrix; nil in service.
	Step func(name string)
}

// App is one netpatrol.
type App struct {
	o         Options
	store     *boltstore.Store
	files     *blob.Store // evidence
	pictures  *blob.Store // of bulletins
	writer    writer
	engine    *engine.Engine
	outbox    *outbox.Outbox
	opener    *opener
	door      *signin.Door
	schedules []engine.Schedule
	key       *proof.Key // signs proofs of receipt, and packages for other units
	reader    *handoff.Reader
	folder    *match.Folder // reads how urgent a form is
}

// New opens the store in the configuration's state directory, which Init has made, and
// wires everything to it.
func New(ctx context.Context, o Options) (*App, error) {
	store, err := boltstore.Open(boltstore.Options{Dir: o.Config.State, Logger: o.Log, KeepEvents: o.Config.Retention.Events})
	if err != nil {
		return nil, err
	}
	a := &App{o: o, store: store}
	if err := errors.Join(a.assemble(ctx), a.setAside(ctx, o.Aside)); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return a, nil
}

// Init makes a state directory with its master key.
func Init(dir string) error {
	store, err := boltstore.Open(boltstore.Options{Dir: dir, Create: true})
	if err != nil {
		return err
	}
	_, err = proof.Open(dir)
	return errors.Join(err, store.Close())
}

func (a *App) assemble(ctx context.Context) (err error) {
	if a.key, err = proof.Open(a.o.Config.State); err != nil {
		return err
	}
	a.reader, a.folder = handoff.NewReader(), match.NewFolder()
	if a.files, err = openEvidence(a.o.Config.State, a.store); err != nil {
		return err
	}
	if a.pictures, err = openPictures(a.o.Config.State, a.store); err != nil {
		return err
	}
	if a.writer, err = newWriter(a.o.Config.Unit.Links, a.o.Texts...); err != nil {
		return err
	}
	if a.schedules, err = schedules(a.o.Config.Schedules); err != nil {
		return err
	}
	if err := syncOfficers(ctx, a.store, a.o.Config.Officers); err != nil {
		return err
	}
	pack, err := patrol.Shipped()
	if err != nil {
		return err
	}
	a.o.Platforms = a.withKiosk(a.o.Platforms)
	a.opener = newOpener(a.store, a.o.Platforms, a.o.Config.Pace.Backoff, a.o.Dial, a.o.Log)
	a.door = signin.New(signin.Options{Store: a.store, Secure: isHTTPS(a.o.Config.Console.PublicURL)})
	scanner, err := newScanner(a.o.Config.Evidence.Clamd, a.files)
	if err != nil {
		return err
	}
	addresses, err := a.addresses()
	if err != nil {
		return err
	}
	a.engine, err = engine.New(ctx, engine.Options{
		Store: forgetting{a.store, a.files}, Evidence: keeper{a.files}, Scanner: scanner, Prove: a.prove, Bots: a.bots(pack), Writer: a.writer, Tags: a.store.Vault(), Sieve: patrol.NewSieve(pack), Named: addresses.Names, OnDuty: a.onDuty, Reach: a.reach, DutyZone: a.dutyZone(),
		Policy: a.policy(), Accounts: a.accounts(), Schedules: a.schedules, Pace: a.enginePace(),
		Colleagues: a.colleague, Committed: func() { a.outbox.Wake() }, Released: func(items []*record.Item) { a.outbox.Offer(items) },
		Unanswered: func(conversation string, ref adapters.Ref) { a.outbox.Unanswered(conversation, ref) }, Log: a.o.Log, Step: a.o.Step,
		Badge: a.badge, Clerk: clerk{a}, Unit: engine.Speaker{Name: a.o.Config.Unit.Name, Language: a.o.Config.Unit.Language},
		Anchor: a.anchoring(), AnchorTo: a.anchorsTo(),
	})
	a.outbox = outbox.New(outbox.Options{
		Store: toldStore{a.store, a.engine}, Accounts: a.opener.get, Idem: a.idempotency, Hand: a.handRule, Owner: a.owner(), Pace: a.outboxPace(),
		Pictures: a.picture, Lint: a.writer.Lint, OfficerSeen: a.door.Seen, Tag: a.store.Vault().Tag, Log: a.o.Log, Step: a.o.Step,
	})
	return err
}

// toldStore lets the outbox tell outcomes through the engine, which decides them at once.
type toldStore struct {
	*boltstore.Store
	engine *engine.Engine
}

func (s toldStore) Accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) ([]bool, error) {
	return s.engine.Accept(ctx, events, marks...)
}

// bots in the order they are asked.
func (a *App) bots(pack *patrol.Pack) []bots.Bot {
	built := []bots.Bot{secret.New(), intake.NewAt(a.local()), deskbot.New(a.o.Config.Duty.Promise), patrol.New(pack), bulletin.New(), warning.New(a.o.Config.Pace.FollowUp), newsbot.New()}
	return slices.Concat(a.o.ExtraBots, built)
}

// addresses is how people call the accounts.
func (a *App) addresses() (*match.Addresses, error) {
	called := map[string][]string{}
	for _, c := range a.o.Config.Accounts {
		called[c.ID] = c.Names
	}
	return match.NewAddresses(match.NewFolder(), called)
}

func (a *App) policy() record.Policy {
	return record.Policy{OneOfficer: a.o.Config.Station.OneOfficer}
}

func (a *App) accounts() []*engine.Account {
	var all []*engine.Account
	for _, c := range a.o.Config.Accounts {
		all = append(all, &engine.Account{
			Record: bots.Account{
				Head: bots.Head{ID: c.ID}, Platform: c.Platform, Unit: a.o.Config.Speaks(c).Name, Names: c.Names, Staff: c.Staff,
				Language: c.Language, Region: a.o.Config.Speaks(c).Region,
				ByHand:   a.o.Platforms[c.Platform].Manifest.ByHand,
				Internal: a.o.Platforms[c.Platform].Manifest.Internal,
			},
			Open: func() adapters.Account {
				open, _ := a.opener.get(c.ID)
				return open
			},
			Region:  a.o.Config.Speaks(c).Region,
			Menu:    labels(c),
			Problem: func() error { return a.opener.problem(c.ID) },
			Watch:   c.Watch, Poll: c.Poll, ForgetLeavers: a.o.Platforms[c.Platform].Manifest.ForgetLeavers,
		})
	}
	return all
}

func schedules(specs []config.Schedule) ([]engine.Schedule, error) {
	var all []engine.Schedule
	for _, s := range specs {
		spec, err := scheduler.Parse(scheduler.Spec{
			Name: s.Name, Cron: s.Cron, Zone: s.Zone, CatchUp: scheduler.CatchUp(s.CatchUp), Window: s.Window,
		})
		if err != nil {
			return nil, err
		}
		all = append(all, engine.Schedule{Spec: spec, Name: s.Name, Accounts: s.Accounts, Title: s.Title})
	}
	return all, nil
}

// botPatience is how long a bot may take; they take microseconds.
const botPatience = 15 * time.Second

func (a *App) enginePace() engine.Pace {
	p := a.o.Config.Pace
	return engine.Pace{DraftLife: p.DraftLife, Identity: p.Identity, Bot: botPatience, Retry: p.Backoff}
}

func (a *App) outboxPace() outbox.Pace {
	p := a.o.Config.Pace
	return outbox.Pace{Lease: p.Lease, Call: p.Call, Backoff: p.Backoff, Settle: p.Settle, DeadMan: p.DeadMan}
}

// idempotency is how the manifest says an unknown outcome can be settled.
func (a *App) idempotency(account string, ch adapters.Channel) adapters.Idempotency {
	for _, c := range a.o.Config.Accounts {
		if c.ID == account {
			return a.o.Platforms[c.Platform].Manifest.Idem[ch]
		}
	}
	return adapters.NoIdem
}

// handRule says when people send what an account should.
func (a *App) handRule(account string) outbox.HandRule {
	for _, c := range a.o.Config.Accounts {
		if c.ID != account {
			continue
		}
		if a.o.Platforms[c.Platform].Manifest.ByHand {
			return outbox.HandAlways
		}
		if c.Fallback == config.ByHand {
			return outbox.HandFallback
		}
	}
	return outbox.HandNever
}

// owner names this daemon in leases: one state directory is one daemon.
func (a *App) owner() string {
	host, _ := os.Hostname()
	dir, err := filepath.Abs(a.o.Config.State)
	if err != nil {
		dir = a.o.Config.State
	}
	return host + ":" + dir
}

// Run works until ctx ends.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.Work(ctx) })
	g.Go(func() error { return a.serve(ctx) })
	return g.Wait()
}

// Work runs everything but the listeners.
func (a *App) Work(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.engine.Run(ctx) })
	g.Go(func() error { return a.outbox.Run(ctx) })
	g.Go(func() error { return audit.Run(ctx, a.store, a.o.Config.Pace.Seal, a.o.Log) })
	g.Go(func() error { return a.sweep(ctx) })
	for _, c := range a.o.Config.Accounts {
		g.Go(func() error { a.opener.run(ctx, c); return nil })
	}
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

const sweepEvery = time.Hour

// sweep drops what has outlived its retention.
func (a *App) sweep(ctx context.Context) error {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		_, err := a.store.Sweep(ctx, time.Now())
		if err = errors.Join(err, a.door.Sweep(ctx), a.sweepRetained(ctx, time.Now()), a.sweepLookups(ctx, time.Now()), a.sweepDuty(ctx, time.Now()), a.sweepEvidence(ctx), a.sweepPictures(ctx, time.Now().Add(-strayAfter))); err != nil && ctx.Err() == nil {
			a.o.Log.ErrorContext(ctx, "sweep", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// Close releases the accounts and the store. Run must have returned.
func (a *App) Close() error {
	if err := errors.Join(a.opener.close(), a.store.Close()); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// StoreReport is what a check of a store found. It is sound when Faults is empty.
type StoreReport struct {
	Records int      `json:"records"`
	Entries int      `json:"entries"` // of the audit
	Faults  []string `json:"faults"`
}

// StoreDamaged says whether an error means that the store's files are not as they were written.
func StoreDamaged(err error) bool { return errors.Is(err, record.ErrDamaged) }

// CheckStore opens the store in a directory, which no daemon may be using, and checks that
// every record can be read, every index agrees and the audit chain holds.
func CheckStore(ctx context.Context, dir string) (StoreReport, error) {
	store, err := boltstore.Open(boltstore.Options{Dir: dir})
	if err != nil {
		return StoreReport{}, err
	}
	c, err := store.Check(ctx)
	if err == nil && len(c.Problems) == 0 { // else the chain would lead over damaged pages
		var chain audit.Report
		chain, err = audit.Verify(ctx, store, "")
		c.Problems = chain.Faults
	}
	if err = errors.Join(err, store.Close()); err != nil {
		return StoreReport{}, err
	}
	return StoreReport{Records: c.Records, Entries: c.Audits, Faults: c.Problems}, nil
}
