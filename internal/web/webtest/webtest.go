// Package webtest puts the officers' pages and the API over the real engine, the real
// store, the shipped bots and the shipped texts. Nothing is sent: there is no outbox.
package webtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bulletin"
	"netpatrol/bots/intake"
	"netpatrol/bots/patrol"
	"netpatrol/bots/warning"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
	"netpatrol/internal/web/signin"
	"netpatrol/internal/web/view"
	"netpatrol/scheduler"
	"netpatrol/templates"
)

// Unit is the agency of the tests.
const Unit = "海口网警"

// The officers: chen is on duty, lin approves and is on duty, wu writes and approves,
// gu administers, shen audits, zhou is a volunteer.
var roles = map[string][]record.Role{
	"chen": {record.Duty}, "lin": {record.Approver, record.Duty}, "wu": {record.Editor, record.Approver},
	"gu": {record.Admin}, "shen": {record.Auditor}, "zhou": {record.Volunteer},
}

// Names are how the officers are called.
func Names() map[string]string {
	return map[string]string{"chen": "陈立", "lin": "林珊", "wu": "吴越", "gu": "顾平", "shen": "沈青", "zhou": "周同"}
}

// The shipped texts and rules prove themselves when they are read, which takes longer
// than most tests: they are read once, and never change.
var (
	texts = sync.OnceValues(templates.Default)
	rules = sync.OnceValues(patrol.Shipped)
)

// Desk is a station at work, without senders.
type Desk struct {
	*engine.Engine
	Store  *boltstore.Store
	Door   *signin.Door
	Report view.AuditReport // what verifying the audit chain finds
	t      testing.TB
	texts  *templates.Set
	plan   engine.Schedule
	files  Files
	press  press
}

// Open starts a station with the accounts "weibo" in mode suggest, "forum" and "tieba" in mode observe; people
// work the last by hand.
func Open(t testing.TB) *Desk {
	t.Helper()
	store, err := boltstore.Open(boltstore.Options{Dir: t.TempDir(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	d := &Desk{Store: store, Door: signin.New(signin.Options{Store: store}), t: t}
	if d.texts, err = texts(); err != nil {
		t.Fatal(err)
	}
	d.seed()
	d.files = d.openFiles()
	d.start()
	return d
}

func (d *Desk) start() {
	pack, err := rules()
	if err != nil {
		d.t.Fatal(err)
	}
	spec, err := scheduler.Parse(scheduler.Spec{Name: "morning", Cron: "0 9 * * *"})
	if err != nil {
		d.t.Fatal(err)
	}
	d.plan = engine.Schedule{Name: "morning", Title: "每日防骗提醒", Spec: spec}
	d.Engine, err = engine.New(d.t.Context(), engine.Options{
		Store: d.Store, Evidence: d.files, Bots: []bots.Bot{intake.New(), patrol.New(pack), bulletin.New(), warning.New(time.Hour)},
		Writer: writer{d.texts}, Tags: d.Store.Vault(), Sieve: patrol.NewSieve(pack), Schedules: []engine.Schedule{d.plan},
		Accounts:   []*engine.Account{account("weibo", "mastodon"), account("forum", "discourse"), byHand("tieba")},
		Clerk:      clerk{d},
		Unit:       engine.Speaker{Name: Unit, Language: "zh-Hans"},
		Colleagues: colleague,
		Pace:       engine.Pace{DraftLife: 24 * time.Hour, Identity: 24 * time.Hour, Bot: 10 * time.Second, Retry: time.Second},
		Log:        slog.New(slog.NewTextHandler(d.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := d.Run(ctx); err != nil {
			d.t.Error(err)
		}
	})
	d.t.Cleanup(func() {
		cancel()
		wg.Wait()
		if err := d.Store.Close(); err != nil {
			d.t.Error(err)
		}
	})
}

func account(id, platform string) *engine.Account {
	a := &platformAccount{handle: id + "-police"}
	return &engine.Account{
		Record: bots.Account{Head: bots.Head{ID: id}, Platform: platform, Unit: Unit, Names: []string{Unit}, Language: "zh-Hans"},
		Open:   func() adapters.Account { return a },
	}
}

// byHand is an account that people work by hand. It observes.
func byHand(id string) *engine.Account {
	a := account(id, "manual")
	a.Record.ByHand = true
	a.Open = func() adapters.Account { return silent{&platformAccount{handle: id + "-police"}} }
	return a
}

// silent is an account on which nothing can be done by a program.
type silent struct{ *platformAccount }

func (silent) Caps() adapters.Caps { return adapters.Caps{} }

// Task makes an item, whose approval need not exist, one that people are asked to post.
func (d *Desk) Task(i *record.Item, deadline time.Time) {
	d.t.Helper()
	if err := i.HandOver("该平台没有官方接口，须由民警人工代发", "https://tieba.example/p/1", deadline, i.Created); err != nil {
		d.t.Fatal(err)
	}
}

func (d *Desk) seed() {
	d.Update(func(tx record.Tx) error {
		for id, has := range roles {
			o := &record.Officer{Head: bots.Head{ID: id, State: record.OfficerActive, Created: time.Now()}, Name: Names()[id], Roles: has}
			if err := tx.Put(o); err != nil {
				return err
			}
		}
		suggest := &bots.Account{Head: bots.Head{ID: "weibo", State: string(bots.Suggest)}, Unit: Unit, Self: "weibo-police"}
		return tx.Put(suggest)
	})
}

// Update changes records behind the engine's back, as the outbox does.
func (d *Desk) Update(change func(record.Tx) error) {
	d.t.Helper()
	if err := d.Store.Update(context.Background(), change); err != nil {
		d.t.Fatal(err)
	}
}

// Put stores records as they are.
func (d *Desk) Put(records ...bots.Record) {
	d.t.Helper()
	d.Update(func(tx record.Tx) error {
		for _, r := range records {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// Code gives an officer a one-time sign-in code.
func (d *Desk) Code(officer string) string {
	d.t.Helper()
	code, link := signin.NewCode()
	d.Update(func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, officer)
		if err != nil {
			return err
		}
		o.Link = link
		return tx.Put(o)
	})
	return code
}

// Says lets a person write to the station privately, and waits until it is decided.
func (d *Desk) Says(account, person, ref, text string) {
	d.t.Helper()
	d.hear(account, adapters.KindMessage, person, ref, text)
}

// Posts shows the station a post on a watched source, and waits until it is decided.
func (d *Desk) Posts(account, person, ref, text string) {
	d.t.Helper()
	d.hear(account, adapters.KindPost, person, ref, text)
}

func (d *Desk) hear(account string, kind adapters.Kind, person, ref, text string) {
	d.t.Helper()
	in := adapters.Inbound{
		Key: ref, Kind: kind, Ref: adapters.Ref(ref), From: adapters.Person{ID: person, Handle: person, Name: person}, Text: text, At: time.Now(),
		URL: "https://weibo.example/" + ref,
	}
	if err := d.Receive(context.Background(), account, []adapters.Inbound{in}); err != nil {
		d.t.Fatal(err)
	}
	d.Settle()
}

// Settle waits until no event is pending.
func (d *Desk) Settle() {
	d.t.Helper()
	limit, tick := time.After(30*time.Second), time.NewTicker(2*time.Millisecond)
	defer tick.Stop()
	for len(d.All(bots.KindEvent, bots.EventPending)) > 0 {
		select {
		case <-limit:
			d.t.Fatal("events stay pending")
		case <-tick.C:
		}
	}
}

// All lists records of a kind in a state; "" is any.
func (d *Desk) All(kind bots.RecordKind, state string) []bots.Record {
	d.t.Helper()
	page, err := d.Store.List(context.Background(), record.Query{Kind: kind, State: state, Limit: 1000})
	if err != nil {
		d.t.Fatal(err)
	}
	return page
}

// Draft returns the only draft of a purpose that is in a state.
func (d *Desk) Draft(purpose bots.Purpose, state string) *bots.Draft {
	d.t.Helper()
	var found *bots.Draft
	for _, r := range d.All(bots.KindDraft, state) {
		if one := r.(*bots.Draft); one.Purpose == purpose {
			if found != nil {
				d.t.Fatalf("more than one %s draft is %s", purpose, state)
			}
			found = one
		}
	}
	if found == nil {
		d.t.Fatalf("no %s draft is %s", purpose, state)
	}
	return found
}

// Decides lets an officer decide through the engine and fails the test on a refusal.
func (d *Desk) Decides(officer string, dec bots.Decision) bots.Result {
	d.t.Helper()
	dec.Officer = officer
	r, err := d.Submit(context.Background(), dec, fmt.Sprint("webtest/", time.Now().UnixNano()))
	if err != nil || r.Status != bots.Applied {
		d.t.Fatalf("%s %s: %+v, %v", officer, dec.Verb, r, err)
	}
	return r
}

// Station is what the pages know of the assembly.
func (d *Desk) Station() view.Station {
	return view.Station{Unit: Unit, Attach: d.Attach, KeepTip: d.KeepTipPicture, Limit: limit, Windows: windows, Suggest: d.Suggestions, Templates: d.templates, Schedules: d.schedules, Preview: d.preview,
		Quotas: quotas, Previewers: previewers, KeepPicture: d.keepPicture, Picture: d.drawn, Pullable: pullable, ConsoleDrafts: d.consoleDrafts, Handoffs: clerk{d}, Duty: ring(), Scans: true, NewLookup: d.newLookup, NewInvite: newInvite}
}

func limit(string, adapters.Channel) (adapters.TextLimit, bool) {
	return adapters.TextLimit{Max: 500, Unit: adapters.Runes}, true
}

// windows are those of "weibo": three answers within two days of a message.
func windows(account string) []adapters.ReplyWindow {
	if account != "weibo" {
		return nil
	}
	return []adapters.ReplyWindow{{Trigger: adapters.KindMessage, N: 3, Within: 48 * time.Hour}}
}

func (d *Desk) templates() []view.Template {
	var all []view.Template
	for _, t := range d.texts.Names() {
		all = append(all, view.Template{Name: t.Name, Rev: t.Rev, Purpose: bots.Purpose(t.Purpose), Description: t.Description, Sample: d.sample(t)})
	}
	return all
}

// sample fills each variable with its own name.
func (d *Desk) sample(t templates.Info) string {
	vars := map[string]string{"Unit": Unit, "Code": "········", "Automatic": "true"}
	for _, v := range t.Vars {
		if vars[v] == "" {
			vars[v] = "（" + v + "）"
		}
	}
	r, err := d.texts.Render("zh-Hans", t.Name, vars)
	if err != nil {
		d.t.Error(err)
	}
	return r.Text
}

func (d *Desk) schedules(now time.Time) []view.Schedule {
	return []view.Schedule{{Name: d.plan.Name, Title: d.plan.Title, Next: d.plan.Spec.NextN(now, 5)}}
}

func (d *Desk) preview(_ context.Context, b view.BulletinText) ([]view.Preview, error) {
	var all []view.Preview
	for _, id := range b.Accounts {
		text, err := writer{d.texts}.Render("zh-Hans", "bulletin-case", map[string]string{
			"Title": b.Title, "Text": b.Text, "Unit": Unit, "Code": "········", "Automatic": "",
		})
		if err != nil {
			return nil, err
		}
		p := view.Preview{Account: id, Parts: []string{text.Text}, Max: 500, Unit: string(adapters.Runes)}
		p.Length = adapters.Runes.Count(text.Text)
		all = append(all, p)
	}
	return all, nil
}

// Reader gives the pages the station's records.
func (d *Desk) Reader() Reader { return Reader{d.Store, d.Engine, &d.Report} }

// Reader is the port both the API and the console ask for.
type Reader struct {
	*boltstore.Store
	engine *engine.Engine
	report *view.AuditReport
}

// Submit implements the port.
func (r Reader) Submit(ctx context.Context, d bots.Decision, formKey string) (bots.Result, error) {
	return r.engine.Submit(ctx, d, formKey)
}

// Slow is a port whose callers stop waiting before the engine has decided.
type Slow struct{ Reader }

// Submit decides, and answers as when that took too long.
func (s Slow) Submit(ctx context.Context, d bots.Decision, formKey string) (bots.Result, error) {
	if _, err := s.Reader.Submit(ctx, d, formKey); err != nil {
		return bots.Result{}, err
	}
	page, err := s.List(ctx, record.Query{Kind: bots.KindEvent, Newest: true, Limit: 1})
	if err != nil {
		return bots.Result{}, err
	}
	return bots.Result{Status: "pending", Made: []bots.Target{{Kind: bots.KindEvent, ID: page[0].Meta().ID}}}, nil
}

// VerifyAudit implements the port; it answers what the test has set.
func (r Reader) VerifyAudit(_ context.Context, anchors string) (view.AuditReport, error) {
	report := *r.report
	if anchors != "" {
		report.Met = append(report.Met, uint64(strings.Count(anchors, "\n")))
	}
	return report, nil
}

type writer struct{ set *templates.Set }

func (w writer) Render(lang, name string, vars map[string]string) (engine.Text, error) {
	r, err := w.set.Render(lang, name, vars)
	return engine.Text{Text: r.Text, Language: r.Language, Rev: r.Rev}, err
}

func (w writer) Describe(name string) (engine.Template, bool) {
	for _, t := range w.set.Names() {
		if t.Name == name {
			return engine.Template{Rev: t.Rev, Purpose: bots.Purpose(t.Purpose), Vars: t.Vars}, true
		}
	}
	return engine.Template{}, false
}

func (w writer) Lint(text string) error {
	lines, err := templates.Hotlines()
	if err != nil {
		return err
	}
	found := templates.Lint(text, templates.Policy{Hotlines: lines, Now: time.Now()})
	if len(found) == 0 {
		return nil
	}
	return errors.New(found[0].Message)
}

// platformAccount can look and plan; whoever tries to send with it fails.
type platformAccount struct{ handle string }

func (p *platformAccount) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: p.handle, Handle: p.handle}}, nil
}

func (p *platformAccount) Caps() adapters.Caps {
	pictures := adapters.PictureLimit{Count: 9, Bytes: 1 << 20, Types: []string{"image/jpeg", "image/png"}, Cover: 64 << 10, CoverTypes: []string{"image/jpeg"}}
	return adapters.Caps{Publish: noPublish{}, Preview: noPreview{}, Message: noSend{}, Comment: noComment{}, Lookup: p, Flag: noFlag{}, Limits: adapters.Limits{Pictures: pictures, Text: []adapters.TextLimit{{Channel: adapters.Private, Max: 500, Unit: adapters.Runes}}}}
}

func (*platformAccount) Close() error { return nil }

func (*platformAccount) Look(context.Context, adapters.Ref) (adapters.Sight, error) {
	return adapters.Sight{Exists: true}, nil
}

var errNoSending = errors.New("nothing may be sent in these tests")

type noFlag struct{}

func (noFlag) FlagKinds() []adapters.FlagKind {
	return []adapters.FlagKind{adapters.FlagIllegal, adapters.FlagSpam, adapters.FlagOther}
}

func (noFlag) Flag(context.Context, adapters.Attempt, adapters.Flag) (adapters.Receipt, error) {
	return adapters.Receipt{}, errNoSending
}

type noPublish struct{}

func (noPublish) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	return adapters.Plan{Parts: []adapters.Part{{Text: b.Text, Language: b.Language, Unit: adapters.Runes, Max: 500, Length: adapters.Runes.Count(b.Text)}}}, nil
}

func (noPublish) Publish(context.Context, adapters.Attempt, adapters.Part) (adapters.Receipt, error) {
	return adapters.Receipt{}, errNoSending
}

func (noPublish) Check(context.Context, adapters.Receipt) (adapters.Receipt, error) {
	return adapters.Receipt{}, errNoSending
}

type noSend struct{}

func (noSend) Send(context.Context, adapters.Attempt, adapters.Message) (adapters.Receipt, error) {
	return adapters.Receipt{}, errNoSending
}

type noComment struct{}

func (noComment) Comment(context.Context, adapters.Attempt, adapters.Comment) (adapters.Receipt, error) {
	return adapters.Receipt{}, errNoSending
}
