package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/patrol"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
	"netpatrol/scheduler"
)

// desk is an engine over a real store, with officers and one account that is live.
type desk struct {
	*Engine
	t     *testing.T
	store *boltstore.Store
	dir   string
	stop  func()
}

// deskOptions vary a desk.
type deskOptions struct {
	dir       string
	bots      []bots.Bot
	mode      bots.Mode
	lint      func(string) error
	pace      Pace
	schedules []Schedule
	look      func(context.Context, adapters.Ref) (adapters.Sight, error)
	watch     *pages
	stream    adapters.Streamer
	poll      time.Duration // between two polls
	store     func(Store) Store
	more      []*Account
	anchor    func(context.Context) (string, error)
	anchorTo  []Contact
	badge     func(context.Context, *record.Site) (bool, string)
	named     func(account, text string) bool
	onDuty    func(record.Tx, time.Time, int, int) ([]Contact, error)
	reach     func(record.Tx, time.Time, string) ([]Contact, error)
	zone      *time.Location
	fetch     fetchFunc // of media
	evidence  Evidence
	scanner   Scanner
	prove     func(*bots.Report, []string) string
	silent    func(conversation string, ref adapters.Ref) // a message of which nothing came

	clerk Clerk

	colleagues func(officer, account string) (adapters.Person, bool)
	measure    adapters.Meter
	find       adapters.Finder
	byKey      bool
	flag       adapters.Flagger
}

func newDesk(t *testing.T, o deskOptions) *desk {
	t.Helper()
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	store, err := boltstore.Open(boltstore.Options{Dir: o.dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, store: store, dir: o.dir}
	if o.mode == "" {
		o.mode = bots.Live
	}
	d.seed(o.mode)
	d.Engine, err = New(t.Context(), d.options(o))
	if err != nil {
		t.Fatal(err)
	}
	d.run()
	t.Cleanup(d.close)
	return d
}

func (d *desk) options(o deskOptions) Options {
	o.pace.DraftLife = cmpOr(o.pace.DraftLife, 24*time.Hour)
	o.pace.Identity = cmpOr(o.pace.Identity, 24*time.Hour)
	o.pace.Bot = cmpOr(o.pace.Bot, 5*time.Second)
	o.pace.Retry = cmpOr(o.pace.Retry, 10*time.Millisecond)
	if o.lint == nil {
		o.lint = func(string) error { return nil }
	}
	account := &scripted{look: o.look, pages: o.watch, stream: o.stream, fetch: o.fetch, measure: o.measure, find: o.find, byKey: o.byKey, flag: o.flag}
	a := &Account{
		Record: bots.Account{Head: bots.Head{ID: "wb"}, Platform: "test", Unit: "测试网警", Names: []string{"测试网警"}, Staff: []string{"colleague"}, Language: "zh-Hans"},
		Open:   func() adapters.Account { return account }, Poll: cmpOr(o.poll, 10*time.Millisecond),
	}
	a.ForgetLeavers = true
	if o.watch != nil {
		a.Watch = []string{"mentions"}
	}
	var store Store = d.store
	if o.store != nil {
		store = o.store(store)
	}
	return Options{
		Store: store, Bots: o.bots, Writer: plainWriter{o.lint}, Tags: d.store.Vault(), Sieve: wordSieve{}, Named: o.named, OnDuty: o.onDuty, Reach: o.reach, DutyZone: o.zone, Evidence: o.evidence, Scanner: o.scanner, Prove: o.prove, Colleagues: o.colleagues, Clerk: o.clerk, Unanswered: o.silent, Unit: Speaker{"测试网警", "zh-Hans"}, Badge: o.badge, Anchor: o.anchor, AnchorTo: o.anchorTo,
		Accounts: append([]*Account{a}, o.more...), Schedules: o.schedules, Pace: o.pace, Log: slog.New(slog.NewTextHandler(d.t.Output(), nil)),
	}
}

func cmpOr(a, b time.Duration) time.Duration {
	if a != 0 {
		return a
	}
	return b
}

// seed stores three officers, the account in its mode, and a standing approval of "receipt".
func (d *desk) seed(mode bots.Mode) {
	d.update(func(tx record.Tx) error {
		for id, roles := range map[string][]record.Role{
			"chen": {record.Duty}, "lin": {record.Approver, record.Duty}, "wu": {record.Editor, record.Approver},
		} {
			if _, err := tx.Get(record.KindOfficer, id); err == nil {
				return nil // seeded before
			}
			o := &record.Officer{Head: bots.Head{ID: id, State: record.OfficerActive}, Name: id, Roles: roles}
			if err := tx.Put(o); err != nil {
				return err
			}
		}
		a := &bots.Account{Head: bots.Head{ID: "wb", State: string(mode)}, Unit: "测试网警", Self: "self"}
		s := &record.Standing{
			Head: bots.Head{ID: StandingID("receipt", 1), State: record.StandingActive}, Template: "receipt", Rev: 1,
			Purposes: []bots.Purpose{bots.ForReceipt, bots.ForEmergency}, By: []string{"lin", "wu"}, Vars: []string{"Note"},
			Until: time.Now().AddDate(0, 6, 0),
		}
		return errors.Join(tx.Put(a), tx.Put(s))
	})
}

func (d *desk) update(change func(record.Tx) error) {
	d.t.Helper()
	if err := d.store.Update(context.Background(), change); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) run() {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := d.Run(ctx); err != nil {
			d.t.Error(err)
		}
	})
	d.stop = func() { cancel(); wg.Wait() }
}

func (d *desk) close() {
	d.stop()
	if err := d.store.Close(); err != nil {
		d.t.Error(err)
	}
}

// says lets a person write privately and returns once it is durable.
func (d *desk) says(person, ref, text string) {
	d.t.Helper()
	d.hears(adapters.Inbound{Key: ref, Kind: adapters.KindMessage, Ref: adapters.Ref(ref), From: adapters.Person{ID: person, Handle: person}, Text: text, At: time.Now()})
}

// posts shows a public post on a watched source.
func (d *desk) posts(person, ref, text string) {
	d.t.Helper()
	d.hears(adapters.Inbound{Key: ref, Kind: adapters.KindPost, Ref: adapters.Ref(ref), From: adapters.Person{ID: person, Handle: person}, Text: text, At: time.Now()})
}

func (d *desk) hears(items ...adapters.Inbound) {
	d.t.Helper()
	if err := d.Receive(context.Background(), "wb", items); err != nil {
		d.t.Fatal(err)
	}
}

// all lists every record of a kind in a state ("" any).
func (d *desk) all(kind bots.RecordKind, state string) []bots.Record {
	d.t.Helper()
	page, err := d.store.List(context.Background(), record.Query{Kind: kind, State: state, Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return page
}

// settle waits until no event is pending.
func (d *desk) settle() {
	d.t.Helper()
	d.until("every event is decided", func() bool { return len(d.all(bots.KindEvent, bots.EventPending)) == 0 })
}

func (d *desk) until(what string, ok func() bool) {
	d.t.Helper()
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			d.t.Fatalf("waited in vain until %s", what)
		case <-tick.C:
		}
	}
}

// one returns the only record of a kind.
func one[T any, P interface {
	*T
	bots.Record
}](d *desk) *T {
	d.t.Helper()
	var zero T
	all := d.all(P(&zero).RecordKind(), "")
	if len(all) != 1 {
		d.t.Fatalf("%d records of kind %s, want one", len(all), P(&zero).RecordKind())
	}
	return any(all[0]).(*T)
}

func (d *desk) decides(officer string, verb bots.Verb, on bots.Record, fields map[string]string, reason string) bots.Result {
	d.t.Helper()
	dec := bots.Decision{Officer: officer, Verb: verb, Reason: reason, Fields: fields}
	if on != nil {
		dec.On, dec.Seen = bots.Target{Kind: on.RecordKind(), ID: on.Meta().ID}, on.Meta().Version
	}
	r, err := d.Submit(context.Background(), dec, fmt.Sprintf("%s-%s-%d", officer, verb, time.Now().UnixNano()))
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// plainWriter renders every template as its name, its text and what identifies it.
type plainWriter struct{ lint func(string) error }

func (plainWriter) Render(lang, name string, vars map[string]string) (Text, error) {
	text := fmt.Sprintf("[%s] %s %s %s 【%s】核对码%s", name, vars["Text"]+vars["Points"]+vars["Overdue"], vars["Note"], vars["Reference"], vars["Unit"], vars["Code"]) + vars["Proof"] + vars["Read"] + vars["Privacy"]
	return Text{Text: text, Language: lang, Rev: 1}, nil
}

func (plainWriter) Describe(name string) (Template, bool) {
	if name == "officer" {
		return Template{Rev: 1, Purpose: bots.ForOfficer, Vars: []string{"Text"}}, true
	}
	return Template{Rev: 1, Purpose: bots.ForReceipt, Vars: []string{"Note", "Proof"}}, name == "receipt"
}

func (w plainWriter) Lint(text string) error { return w.lint(text) }

// wordSieve matches the word 刷单.
type wordSieve struct{}

func (wordSieve) Keys(text string) []string { return shippedSieve().Keys(text) }

func (wordSieve) Same(a, b string) bool { return shippedSieve().Same(a, b) }

func (wordSieve) Repeats(text, known string) int { return shippedSieve().Repeats(text, known) }

func (wordSieve) Copies(text, known string) bool { return shippedSieve().Copies(text, known) }

func (wordSieve) Claims(texts []string) func(string) (int, int) { return shippedSieve().Claims(texts) }

// shippedSieve compares texts as the shipped one does.
var shippedSieve = sync.OnceValue(func() *patrol.Sieve {
	pack, err := patrol.Shipped()
	if err != nil {
		panic(err)
	}
	return patrol.NewSieve(pack)
})

func (wordSieve) Sift(text string) []bots.Hit {
	i := strings.Index(text, "刷单")
	if i < 0 {
		return nil
	}
	return []bots.Hit{{Rule: "rebate", Version: 1, Category: bots.Fraud, Stance: bots.Asserting, Spans: []bots.Span{{Start: i, End: i + 6}}}}
}

// botFunc is a bot made of a function.
type botFunc struct {
	name   string
	decide func(bots.Event, bots.Facts) ([]bots.Effect, error)
}

func (b botFunc) Name() string { return b.name }
func (b botFunc) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	return b.decide(e, f)
}

// intakeBot files every private message as a report and confirms it.
func intakeBot() bots.Bot {
	return botFunc{"intake", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		if e.Kind != bots.MessageHeard {
			return nil, nil
		}
		c, _ := bots.Get[bots.Conversation](f, e.Stream)
		if c.Report != "" {
			return []bots.Effect{bots.AddLine{Report: c.Report}}, nil
		}
		id := bots.NewID(e, "report")
		return []bots.Effect{bots.OpenReport{ID: id}, bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Report: id}}, nil
	}}
}

// patrolBot proposes a warning for every watched post with a hit.
func patrolBot() bots.Bot {
	return botFunc{"patrol", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		h, ok := e.Body.(*bots.Heard)
		if !ok || e.Kind != bots.PostSeen {
			return nil, nil
		}
		clue := bots.NewID(e, "clue")
		return []bots.Effect{
			bots.OpenClue{ID: clue, Category: bots.Fraud, Stance: h.Hits[0].Stance, Hits: h.Hits},
			bots.ProposeWarning{ID: bots.NewID(e, "warning"), Clue: clue, Template: "warning", Why: "先垫付的兼职都是骗局", Rule: "rebate", Rev: 1},
		}, nil
	}}
}

// scripted is an account whose reads follow a script. It cannot send: the engine never does.
type scripted struct {
	look  func(context.Context, adapters.Ref) (adapters.Sight, error)
	pages *pages
	fetch fetchFunc

	stream  adapters.Streamer
	measure adapters.Meter
	find    adapters.Finder
	byKey   bool
	flag    adapters.Flagger
}

func (s *scripted) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "self", Handle: "police"}, Confirmed: true}, nil
}

func (s *scripted) Caps() adapters.Caps {
	c := adapters.Caps{Publish: planner{}, Preview: shower{}, Measure: s.measure, Find: s.find, FindsByKey: s.byKey, CountsDays: true, Flag: s.flag}
	c.Limits.Pictures = adapters.PictureLimit{Count: 2, Bytes: 1000, Types: []string{"image/png"}}
	if s.look != nil {
		c.Lookup = lookFunc(s.look)
	}
	if s.pages != nil {
		c.Watch = s.pages
	}
	if s.stream != nil {
		c.Stream = s.stream
	}
	if s.fetch != nil {
		c.Media = s.fetch
	}
	return c
}

func (s *scripted) Close() error { return nil }

type lookFunc func(context.Context, adapters.Ref) (adapters.Sight, error)

func (f lookFunc) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	return f(ctx, ref)
}

type planner struct{ adapters.Publisher }

type shower struct{ adapters.Previewer }

// pages is a source of numbered batches; the cursor is the number.
type pages struct {
	mu    sync.Mutex
	items []adapters.Inbound
	fail  int // polls that fail first
	asked []string
}

func (p *pages) Sources() []string { return []string{"mentions"} }

func (p *pages) Poll(_ context.Context, _ string, cur adapters.Cursor, _ int) (adapters.Batch, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, string(cur))
	if p.fail > 0 {
		p.fail--
		return adapters.Batch{}, &adapters.Error{Class: adapters.NotSent, Op: "poll"}
	}
	n := 0
	if cur != "" {
		fmt.Sscanf(string(cur), "%d", &n)
	}
	if n >= len(p.items) {
		return adapters.Batch{Next: cur}, nil
	}
	return adapters.Batch{Items: p.items[n : n+1], Next: adapters.Cursor(fmt.Sprint(n + 1)), More: n+1 < len(p.items)}, nil
}

func everyMinute(t *testing.T) Schedule {
	t.Helper()
	s, err := scheduler.Parse(scheduler.Spec{Name: "daily", Cron: "* * * * *"})
	if err != nil {
		t.Fatal(err)
	}
	return Schedule{Spec: s, Name: "daily"}
}

// fullStore refuses a number of updates once armed, as a full disk does.
type fullStore struct {
	Store
	armed  atomic.Bool
	mu     sync.Mutex
	refuse int
}

func (s *fullStore) Update(ctx context.Context, change func(record.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.armed.Load() && s.refuse > 0 {
		s.refuse--
		return record.ErrFull
	}
	return s.Store.Update(ctx, change)
}
