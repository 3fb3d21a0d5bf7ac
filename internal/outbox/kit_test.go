package outbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// platform is the far end: what it is told to do, and what reached it.
type platform struct {
	mu     sync.Mutex
	got    []adapters.Attempt
	texts  []string
	flying int
	most   int // sends under way at once

	say    func(ctx context.Context, at adapters.Attempt) (adapters.Receipt, error)
	look   func() (adapters.Sight, error)
	find   func(adapters.FindQuery) (adapters.Finding, error)
	check  func(adapters.Receipt) (adapters.Receipt, error)
	plan   func(adapters.Bulletin) (adapters.Plan, error)
	notify func(adapters.Notice) (adapters.Receipt, error)
	told   []string // ways in which people were told of news
	menu   []adapters.MenuEntry
	menus  bool // it has a menu
	hands  bool // packages go to another unit by it
	limits adapters.Limits
	looks  int
	finds  int
	checks int
}

func (p *platform) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{}, nil
}
func (p *platform) Close() error { return nil }

func (p *platform) Caps() adapters.Caps {
	c := adapters.Caps{Limits: p.limits, Publish: p, Message: p, Comment: p}
	if p.look != nil {
		c.Lookup = p
	}
	if p.find != nil {
		c.Find = p
	}
	if p.notify != nil {
		c.Notice = p
	}
	if p.menus {
		c.Menu = p
	}
	if p.hands {
		c.Handover = p
	}
	return c
}

func (p *platform) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	if p.plan != nil {
		return p.plan(b)
	}
	return adapters.Plan{Parts: []adapters.Part{{Text: b.Text, Language: b.Language}}}, nil
}

func (p *platform) Publish(ctx context.Context, at adapters.Attempt, m adapters.Part) (adapters.Receipt, error) {
	return p.hear(ctx, at, m.Text)
}

func (p *platform) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	return p.hear(ctx, at, m.Text)
}

func (p *platform) Comment(ctx context.Context, at adapters.Attempt, m adapters.Comment) (adapters.Receipt, error) {
	return p.hear(ctx, at, m.Text)
}

func (p *platform) hear(ctx context.Context, at adapters.Attempt, text string) (adapters.Receipt, error) {
	p.mu.Lock()
	p.got, p.texts = append(p.got, at), append(p.texts, text)
	p.flying++
	p.most = max(p.most, p.flying)
	say := p.say
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		p.flying--
		p.mu.Unlock()
	}()
	if say == nil {
		return adapters.Receipt{Ref: adapters.Ref("ref-" + at.Item), At: time.Now()}, nil
	}
	return say(ctx, at)
}

func (p *platform) Check(_ context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	p.mu.Lock()
	p.checks++
	p.mu.Unlock()
	return p.check(r)
}

func (p *platform) Look(context.Context, adapters.Ref) (adapters.Sight, error) {
	p.mu.Lock()
	p.looks++
	p.mu.Unlock()
	return p.look()
}

func (p *platform) Menu(context.Context) ([]adapters.MenuEntry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.menu), nil
}

func (p *platform) SetMenu(_ context.Context, _ adapters.Attempt, entries []adapters.MenuEntry) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.menu = entries
	return nil
}

func (p *platform) Ways(string) []string { return []string{"subscription", "template"} }

func (p *platform) Notify(_ context.Context, _ adapters.Attempt, n adapters.Notice) (adapters.Receipt, error) {
	p.mu.Lock()
	p.told = append(p.told, n.Way+" to "+n.To.ID)
	p.mu.Unlock()
	return p.notify(n)
}

func (p *platform) Find(_ context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	p.mu.Lock()
	p.finds++
	p.mu.Unlock()
	return p.find(q)
}

// sent returns the texts that reached the platform, in order.
func (p *platform) sent() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.texts)
}

// asked counts look-ups.
func (p *platform) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.finds
}

// fails makes the first n sends fail with a class and the rest succeed.
func (p *platform) fails(n int, e adapters.Error) {
	p.say = func(_ context.Context, at adapters.Attempt) (adapters.Receipt, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.got) <= n {
			e := e
			e.Op = "send"
			return adapters.Receipt{}, &e
		}
		return adapters.Receipt{Ref: adapters.Ref("ref-" + at.Item)}, nil
	}
}

// world is one station in a bubble: a real store, one or more outboxes, pretend accounts.
type world struct {
	t        testing.TB
	dir      string
	store    *boltstore.Store
	gate     *gated
	accounts map[string]*platform
	down     map[string]bool
	seen     time.Time
	opts     Options
	n        int
	stops    []func()
}

// station opens a world with one live account "wb". Its clock ticks slowly, so that days pass quickly.
func station(t testing.TB) *world {
	w := stationIn(t, t.TempDir())
	w.account("wb", bots.Live)
	return w
}

func stationIn(t testing.TB, dir string) *world {
	s, err := boltstore.Open(boltstore.Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, dir: dir, store: s, gate: &gated{Store: s}, accounts: map[string]*platform{}, down: map[string]bool{}, seen: time.Now()}
	w.opts = Options{
		Store: w.gate, Owner: "one",
		Accounts: func(id string) (adapters.Account, bool) {
			p, ok := w.accounts[id]
			return p, ok && !w.down[id]
		},
		OfficerSeen: func(context.Context) (time.Time, error) { return w.seen, nil },
		Lint:        func(string) error { return nil },
		Jitter:      func() float64 { return 0 },
		Pace:        Pace{Tick: time.Minute},
	}
	return w
}

func (w *world) account(id string, mode bots.Mode) *platform {
	p := &platform{}
	w.accounts[id] = p
	a := &bots.Account{Platform: "pretend"}
	a.Head = bots.Head{ID: id, State: string(mode)}
	w.put(a)
	return p
}

func (w *world) put(rs ...bots.Record) {
	w.t.Helper()
	if err := w.store.Update(context.Background(), func(tx record.Tx) error {
		for _, r := range rs {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

// change edits a stored record of any kind.
func change[T any, P interface {
	*T
	bots.Record
}](w *world, id string, edit func(*T)) {
	w.t.Helper()
	if err := w.store.Update(context.Background(), func(tx record.Tx) error {
		r, err := record.Load[T, P](tx, id)
		if err != nil {
			return err
		}
		edit(r)
		return tx.Put(P(r))
	}); err != nil {
		w.t.Fatal(err)
	}
}

// item makes an approved item the way the engine does.
func (w *world) item(p bots.Purpose, edit ...func(*bots.Draft)) *record.Item {
	w.t.Helper()
	now := time.Now()
	w.n++
	d := &bots.Draft{
		Code: fmt.Sprintf("C%04d", w.n), Purpose: p, Account: "wb", Channel: adapters.Private,
		To: adapters.Person{ID: "li", Handle: "li"}, Language: "zh-Hans",
		Text: fmt.Sprintf("message %d", w.n), Author: "bot:test", Expires: now.Add(24 * time.Hour),
	}
	d.Head = bots.Head{ID: fmt.Sprintf("%08d.draft", w.n), Stream: "conv/li", Created: now, Updated: now}
	switch p {
	case bots.ForBulletin:
		d.Channel, d.To, d.Stream = adapters.Public, adapters.Person{}, "schedule/daily"
	case bots.ForWarning:
		d.Post, d.PostText, d.Stream = "post-1", "稳赚不赔", "post/1"
	}
	for _, e := range edit {
		e(d)
	}
	record.Submit(d, bots.Suggest)
	officer := &record.Officer{Head: bots.Head{ID: "wang", State: record.OfficerActive}, Roles: []record.Role{record.Duty, record.Approver}}
	a, err := record.ApproveDraft(d, officer, d.Version, now, record.Policy{})
	if err != nil {
		w.t.Fatal(err)
	}
	it, err := record.Release(d, a, now)
	if err != nil {
		w.t.Fatal(err)
	}
	w.put(d, a, it)
	return it
}

func to(person string) func(*bots.Draft) {
	return func(d *bots.Draft) { d.To, d.Stream = adapters.Person{ID: person}, "conv/"+person }
}

func on(account string) func(*bots.Draft) {
	return func(d *bots.Draft) { d.Account = account }
}

// run starts an outbox and stops it when the test ends.
func (w *world) run(edit ...func(*Options)) *Outbox {
	o := w.opts
	for _, e := range edit {
		e(&o)
	}
	box := New(o)
	w.stops = append(w.stops, box.start(w.t))
	return box
}

// idle runs an outbox that has found nothing to do: what is put now it does not see by itself.
func (w *world) idle() *Outbox {
	box := w.run()
	synctest.Wait()
	return box
}

// start runs an outbox until the returned function is called.
func (o *Outbox) start(t testing.TB) func() {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func (w *world) close() {
	for _, stop := range w.stops {
		stop()
	}
	if err := w.store.Close(); err != nil {
		w.t.Error(err)
	}
}

// in runs a test inside a bubble with a station of its own.
func in(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := station(t)
		defer w.close()
		test(t, w)
	})
}

// pass lets simulated time go by and everything come to rest.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *world) get(it *record.Item) *record.Item {
	w.t.Helper()
	got, err := record.Fetch[record.Item](context.Background(), w.store, it.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func (w *world) wantState(it *record.Item, want string) *record.Item {
	w.t.Helper()
	got := w.get(it)
	if got.State != want {
		w.t.Errorf("item %s is %s (%s), want %s", it.ID, got.State, got.Why, want)
	}
	return got
}

func (w *world) wantWhy(it *record.Item, part string) {
	w.t.Helper()
	if got := w.get(it); !strings.Contains(got.Why, part) {
		w.t.Errorf("item %s says %q, want something with %q", it.ID, got.Why, part)
	}
}

func (w *world) wantSent(account string, want ...string) {
	w.t.Helper()
	if got := w.accounts[account].sent(); !slices.Equal(got, want) {
		w.t.Errorf("%s got %q, want %q", account, got, want)
	}
}

// outcomes lists what bots were told of an item: "1|delivered".
func (w *world) outcomes(it *record.Item) []string {
	w.t.Helper()
	page, err := w.store.List(context.Background(), record.Query{Kind: bots.KindEvent, Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, r := range page {
		e := r.(*bots.Event)
		if o, ok := e.Body.(*bots.Outcome); ok && o.Item == it.ID {
			if e.Stream != it.Conversation {
				w.t.Errorf("outcome of %s is in stream %q, want %q", it.ID, e.Stream, it.Conversation)
			}
			out = append(out, strings.TrimPrefix(e.Key, it.ID+"|"))
		}
	}
	return out
}

func (w *world) wantOutcomes(it *record.Item, want ...string) {
	w.t.Helper()
	if got := w.outcomes(it); !slices.Equal(got, want) {
		w.t.Errorf("bots heard %q of %s, want %q", got, it.ID, want)
	}
}

// alarms lists the open alarms' reasons.
func (w *world) alarms() []string {
	w.t.Helper()
	page, err := w.store.List(context.Background(), record.Query{Kind: record.KindAlarm, State: record.AlarmOpen})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, r := range page {
		out = append(out, r.(*record.Alarm).Why)
	}
	return out
}

func (w *world) wantAlarm(part string) {
	w.t.Helper()
	if got := w.alarms(); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, part) }) {
		w.t.Errorf("open alarms are %q, want one with %q", got, part)
	}
}

// deeds lists the audit trail of an item.
func (w *world) deeds(it *record.Item) []string {
	w.t.Helper()
	es, err := w.store.AuditOf(context.Background(), bots.Target{Kind: record.KindItem, ID: it.ID})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, e := range es {
		out = append(out, e.Did)
	}
	return out
}

var notSent = adapters.Error{Class: adapters.NotSent}

// gated is a store whose files can be copied between two commits.
type gated struct {
	Store
	gate sync.RWMutex
}

func (g *gated) Update(ctx context.Context, change func(record.Tx) error) error {
	g.gate.RLock()
	defer g.gate.RUnlock()
	return g.Store.Update(ctx, change)
}

func (g *gated) Accept(ctx context.Context, es []*bots.Event, ms ...*record.Mark) ([]bool, error) {
	g.gate.RLock()
	defer g.gate.RUnlock()
	return g.Store.Accept(ctx, es, ms...)
}

// snapshot copies the store's files as they are, as a killed process leaves them.
func (w *world) snapshot(dir string) string {
	w.gate.gate.Lock()
	defer w.gate.gate.Unlock()
	err := os.CopyFS(dir, os.DirFS(w.dir))
	files, globErr := filepath.Glob(filepath.Join(dir, "*"))
	err = errors.Join(err, globErr)
	for _, f := range files {
		err = errors.Join(err, os.Chmod(f, 0o600))
	}
	if err != nil {
		w.t.Error(err)
	}
	return dir
}

// reopen is a world on a copied store, with an untouched platform.
func (w *world) reopen(dir string) *world {
	again := stationIn(w.t, dir)
	again.accounts["wb"] = &platform{}
	return again
}
