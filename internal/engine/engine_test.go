package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestAMessageBecomesAReportAnAnswerAndAnItem(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	r := one[bots.Report](d)
	if r.Reference == "" || r.Lines[0].Text != "我被骗了" || r.State != "open" {
		t.Errorf("report %+v", r)
	}
	i := one[record.Item](d)
	if i.State != record.ItemDue || !strings.Contains(i.Text, r.Reference) || i.To.ID != "p1" || i.Parent != "100" {
		t.Errorf("item %+v", i)
	}
	a := one[record.Approval](d)
	if a.Standing != StandingID("receipt", 1) || a.Seal != i.Seal {
		t.Errorf("approval %+v", a)
	}
	c, err := record.Fetch[record.Code](t.Context(), d.store, i.Code)
	if err != nil || c.On.ID != i.Draft {
		t.Errorf("code leads to %+v, %v", c, err)
	}
}

func TestAMessageOfWhichNoAnswerCameIsTold(t *testing.T) {
	told := make(chan string, 4)
	d := newDesk(t, deskOptions{bots: []bots.Bot{botFunc{"some", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		if h, ok := e.Body.(*bots.Heard); ok && h.Text != "嗯" {
			return intakeBot().Decide(e, f)
		}
		return nil, nil
	}}}, silent: func(conversation string, ref adapters.Ref) { told <- conversation + " " + string(ref) }})
	d.says("p1", "100", "我被骗了")
	d.settle()
	d.says("p1", "101", "嗯")
	if got, want := <-told, d.Conversation("wb", "p1")+" 101"; got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
}

func TestTheSameMessageByTwoPathsIsOneEvent(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { d.says("p1", "100", "我被骗了") })
	}
	wg.Wait()
	d.settle()
	if n := len(d.all(bots.KindEvent, "")); n != 1 {
		t.Errorf("%d events", n)
	}
	one[record.Item](d)
}

func TestTenThousandMessagesOfOnePersonAreDecidedInOrder(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	order := botFunc{"order", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, string(e.Body.(*bots.Heard).Ref))
		return nil, nil
	}}
	d := newDesk(t, deskOptions{bots: []bots.Bot{order, intakeBot()}, pace: Pace{Bot: time.Minute}}) // whoever is given up still writes down what it saw
	const n = 10000
	var items []adapters.Inbound
	for i := range n {
		ref := fmt.Sprintf("%06d", i)
		items = append(items, adapters.Inbound{Key: ref, Kind: adapters.KindMessage, Ref: adapters.Ref(ref), From: adapters.Person{ID: "p"}, Text: "快帮帮我", At: time.Now()})
	}
	for page := range slices.Chunk(items, 500) {
		d.hears(page...)
	}
	d.until("all are decided", func() bool { mu.Lock(); defer mu.Unlock(); return len(seen) >= n })
	d.settle()
	for i := range seen[1:] {
		if seen[i] > seen[i+1] {
			t.Errorf("%s was decided after %s, of %d decisions", seen[i+1], seen[i], len(seen))
		}
	}
	r := one[bots.Report](d)
	if len(r.Lines)+r.More != n {
		t.Errorf("report has %d lines and %d more, want %d together", len(r.Lines), r.More, n)
	}
	one[record.Item](d)
}

// slowLook tells when a list of events was read, and returns it only later.
type slowLook struct {
	Store
	read, goOn chan struct{}
	slow       atomic.Bool
}

func (s *slowLook) List(ctx context.Context, q record.Query) ([]bots.Record, error) {
	page, err := s.Store.List(ctx, q)
	if q.Kind == bots.KindEvent && s.slow.Load() {
		s.read <- struct{}{}
		<-s.goOn
	}
	return page, err
}

func TestWhatIsDecidedWhileTheUndecidedAreReadIsNotDecidedAgain(t *testing.T) {
	var asked atomic.Int32
	decide := make(chan struct{})
	order := botFunc{"order", func(bots.Event, bots.Facts) ([]bots.Effect, error) {
		asked.Add(1)
		<-decide
		return nil, nil
	}}
	look := &slowLook{read: make(chan struct{}), goOn: make(chan struct{})}
	d := newDesk(t, deskOptions{bots: []bots.Bot{order}, pace: Pace{Bot: time.Minute}, store: func(s Store) Store { look.Store = s; return look }})
	d.says("p", "1", "快帮帮我")
	d.until("it is being decided", func() bool { return asked.Load() == 1 })
	look.slow.Store(true)
	again := make(chan error, 1)
	go func() { again <- d.Engine.resume(t.Context()) }()
	<-look.read
	look.slow.Store(false)
	close(decide)
	d.settle()
	close(look.goOn)
	if err := <-again; err != nil {
		t.Fatal(err)
	}
	d.says("p", "2", "还在吗") // of the same stream: whatever was queued before it is decided before it
	d.until("the second is decided", func() bool { return len(d.all(bots.KindEvent, bots.EventDecided)) == 2 })
	if n := asked.Load(); n != 2 {
		t.Errorf("the bot was asked %d times about 2 messages", n)
	}
}

func TestABotThatFailsParksTheEventAndTheStreamGoesOn(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	for name, decide := range map[string]func() error{
		"errs":   func() error { return errors.New("no idea") },
		"panics": func() error { panic("boom") },
		"hangs":  func() error { <-hang; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			bad := botFunc{"bad", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
				if e.Body.(*bots.Heard).Text == "坏" {
					return []bots.Effect{bots.Count{Name: "never"}}, decide()
				}
				return nil, nil
			}}
			d := newDesk(t, deskOptions{bots: []bots.Bot{bad}, pace: Pace{Bot: 20 * time.Millisecond}})
			d.says("p1", "100", "坏")
			d.says("p1", "101", "好")
			d.settle()
			if n := len(d.all(bots.KindEvent, bots.EventParked)); n != 1 {
				t.Errorf("%d parked events, want 1", n)
			}
			if n := len(d.all(bots.KindEvent, bots.EventDecided)); n != 1 {
				t.Errorf("%d decided events, want 1", n)
			}
			a := one[record.Alarm](d)
			if !strings.Contains(a.Why, "bad: ") {
				t.Errorf("alarm says %q", a.Why)
			}
			if n := len(d.all(bots.KindCount, "")); n != 0 {
				t.Error("an effect of the failed bot was applied")
			}
		})
	}
}

func TestAFailingBotDoesNotCostTheOthersTheirEffects(t *testing.T) {
	bad := botFunc{"bad", func(bots.Event, bots.Facts) ([]bots.Effect, error) { panic("boom") }}
	d := newDesk(t, deskOptions{bots: []bots.Bot{bad, intakeBot()}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	one[bots.Report](d)
	one[record.Alarm](d)
}

func TestADecisionOnARecordThatMovedIsTakenAgain(t *testing.T) {
	var d *desk
	tries := 0
	bot := botFunc{"count", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		a, _ := f.Account("wb")
		if tries++; tries == 1 { // somebody else changes the account between the read and the commit
			d.update(func(tx record.Tx) error {
				rec, err := record.Load[bots.Account](tx, "wb")
				if err != nil {
					return err
				}
				rec.Handle = "changed"
				return tx.Put(rec)
			})
		}
		return []bots.Effect{bots.Remember{Key: "handle", Value: []byte(a.Handle)}}, nil
	}}
	d = newDesk(t, deskOptions{bots: []bots.Bot{bot}})
	d.until("the account is known", func() bool {
		a, err := record.Fetch[bots.Account](t.Context(), d.store, "wb")
		return err == nil && a.Identity != ""
	})
	d.says("p1", "100", "你好")
	d.settle()
	if m := one[bots.Memory](d); string(m.Value) != "changed" || tries != 2 {
		t.Errorf("remembered %q after %d tries, want what holds at the commit after 2", m.Value, tries)
	}
}

func TestADecisionThatNeverSettlesIsParked(t *testing.T) {
	var d *desk
	bot := botFunc{"restless", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		f.Account("wb")
		d.update(func(tx record.Tx) error {
			rec, err := record.Load[bots.Account](tx, "wb")
			if err != nil {
				return err
			}
			return tx.Put(rec)
		})
		return []bots.Effect{bots.Count{Name: "x"}}, nil
	}}
	d = newDesk(t, deskOptions{bots: []bots.Bot{bot}})
	d.says("p1", "100", "你好")
	d.settle()
	if n := len(d.all(bots.KindEvent, bots.EventParked)); n != 1 {
		t.Errorf("%d parked", n)
	}
}

func TestARestartDecidesWhatWasAcceptedBefore(t *testing.T) {
	dir := t.TempDir()
	block := make(chan struct{})
	stuck := botFunc{"stuck", func(bots.Event, bots.Facts) ([]bots.Effect, error) { <-block; return nil, nil }}
	d := newDesk(t, deskOptions{dir: dir, bots: []bots.Bot{stuck}, pace: Pace{Bot: time.Hour}})
	d.says("p1", "100", "我被骗了")
	d.says("p1", "101", "快")
	d.stop()
	close(block)
	d.store.Close()
	d = newDesk(t, deskOptions{dir: dir, bots: []bots.Bot{intakeBot()}})
	d.settle()
	if r := one[bots.Report](d); len(r.Lines) != 2 {
		t.Errorf("report has %d lines, want both messages", len(r.Lines))
	}
}

func TestAWarningWaitsForAnOfficer(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("scammer", "200", "刷单日结，先垫付")
	d.settle()
	if n := len(d.all(record.KindItem, "")); n != 0 {
		t.Fatalf("%d items before anybody approved", n)
	}
	draft := one[bots.Draft](d)
	if r := d.decides("chen", bots.Approve, draft, nil, ""); r.Status != bots.Applied {
		t.Fatalf("approval: %+v", r)
	}
	i := one[record.Item](d)
	if i.Purpose != bots.ForWarning || i.Post != "200" || i.PostText == "" || i.Evidence == "" {
		t.Errorf("item %+v", i)
	}
	if w := one[bots.Warning](d); w.State != bots.WarningApproved || w.Officer != "chen" {
		t.Errorf("warning %+v", w)
	}
}

func TestARejectionNeedsAReasonAndSendsNothing(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("scammer", "200", "刷单日结")
	d.settle()
	draft := one[bots.Draft](d)
	if r := d.decides("chen", bots.Reject, draft, nil, ""); r.Code != "reason" {
		t.Errorf("without a reason: %+v", r)
	}
	if r := d.decides("chen", bots.Reject, draft, nil, "普通招聘"); r.Status != bots.Applied {
		t.Errorf("with a reason: %+v", r)
	}
	if w := one[bots.Warning](d); w.State != bots.WarningRejected || w.Reason != "普通招聘" {
		t.Errorf("warning %+v", w)
	}
	if n := len(d.all(record.KindItem, "")); n != 0 {
		t.Errorf("%d items", n)
	}
}

func TestADoubleClickGetsTheFirstOutcome(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("scammer", "200", "刷单日结")
	d.settle()
	draft := one[bots.Draft](d)
	dec := bots.Decision{Officer: "chen", Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: draft.ID}, Seen: draft.Version}
	var wg sync.WaitGroup
	results := make([]bots.Result, 8)
	for i := range results {
		wg.Go(func() {
			r, err := d.Submit(context.Background(), dec, "form-1")
			if err != nil {
				t.Error(err)
			}
			results[i] = r
		})
	}
	wg.Wait()
	for _, r := range results {
		if r.Status != bots.Applied {
			t.Errorf("a click got %+v", r)
		}
	}
	one[record.Item](d)
}

func TestADecisionOnAnOldVersionIsRefused(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("scammer", "200", "刷单日结")
	d.settle()
	draft := one[bots.Draft](d)
	if r := d.decides("lin", bots.Edit, draft, map[string]string{"text": draft.Text + "！"}, ""); r.Status != bots.Applied {
		t.Fatalf("edit: %+v", r)
	}
	if r := d.decides("chen", bots.Approve, draft, nil, ""); r.Code != "changed" {
		t.Errorf("approval of the old text: %+v", r)
	}
}

func TestPromise2_AFreeEditNeedsASecondPerson(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("scammer", "200", "刷单日结")
	d.settle()
	draft := one[bots.Draft](d)
	d.decides("lin", bots.Edit, draft, map[string]string{"text": draft.Text + "！"}, "")
	edited := one[bots.Draft](d)
	if r := d.decides("lin", bots.Approve, edited, nil, ""); r.Code != "two-people" {
		t.Errorf("the editor approved: %+v", r)
	}
	if r := d.decides("chen", bots.Approve, edited, nil, ""); r.Status != bots.Applied {
		t.Errorf("a second officer: %+v", r)
	}
}

func TestModesSendAsMuchAsTheySay(t *testing.T) {
	for mode, want := range map[bots.Mode]struct {
		draft string
		items int
	}{
		bots.Observe: {bots.DraftObserved, 0},
		bots.Suggest: {bots.DraftAwaiting, 0},
		bots.Live:    {bots.DraftReleased, 1},
	} {
		t.Run(string(mode), func(t *testing.T) {
			d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, mode: mode})
			d.says("p1", "100", "我被骗了")
			d.settle()
			if s := one[bots.Draft](d).State; s != want.draft {
				t.Errorf("draft is %s, want %s", s, want.draft)
			}
			if n := len(d.all(record.KindItem, "")); n != want.items {
				t.Errorf("%d items, want %d", n, want.items)
			}
		})
	}
}

func TestAnAccountGoesLiveByTwoPeopleInTwoSteps(t *testing.T) {
	d := newDesk(t, deskOptions{mode: bots.Observe})
	account := func() *bots.Account { return one[bots.Account](d) }
	d.until("the platform confirmed it", func() bool { return account().Confirmed })
	if r := d.decides("lin", bots.RequestMode, account(), map[string]string{"mode": "live"}, ""); r.Code != "mode-step" {
		t.Errorf("observe to live at once: %+v", r)
	}
	for _, mode := range []string{"suggest", "live"} {
		if r := d.decides("lin", bots.RequestMode, account(), map[string]string{"mode": mode}, ""); r.Status != bots.Applied {
			t.Fatalf("request %s: %+v", mode, r)
		}
		if r := d.decides("lin", bots.ConfirmMode, account(), nil, ""); r.Code != "two-people" {
			t.Errorf("confirmed by the one who asked: %+v", r)
		}
		if r := d.decides("wu", bots.ConfirmMode, account(), nil, ""); r.Status != bots.Applied {
			t.Fatalf("confirm %s: %+v", mode, r)
		}
	}
	if account().Mode() != bots.Live {
		t.Errorf("mode is %s", account().Mode())
	}
}

func TestABulletinLeavesWithItsSlotOnceAnotherPersonApproved(t *testing.T) {
	d := newDesk(t, deskOptions{schedules: []Schedule{everyMinute(t)}})
	fields := map[string]string{"title": "警情通报", "text": "近期刷单诈骗高发。", "schedule": "daily", "accounts": "wb"}
	if r := d.decides("wu", bots.WriteBulletin, nil, fields, ""); r.Status != bots.Applied {
		t.Fatalf("write: %+v", r)
	}
	draft := one[bots.Draft](d)
	if r := d.decides("wu", bots.Approve, draft, nil, ""); r.Code != "two-people" {
		t.Errorf("the author approved: %+v", r)
	}
	if r := d.decides("lin", bots.Approve, draft, nil, ""); r.Status != bots.Applied {
		t.Fatalf("approve: %+v", r)
	}
	if b := one[bots.Bulletin](d); b.State != bots.BulletinApproved || len(d.all(record.KindItem, "")) != 0 {
		t.Errorf("bulletin is %s before its slot", b.State)
	}
}

func TestAnUnscheduledBulletinLeavesOnApproval(t *testing.T) {
	d := newDesk(t, deskOptions{})
	fields := map[string]string{"title": "警情通报", "text": "近期刷单诈骗高发。", "accounts": "wb"}
	d.decides("wu", bots.WriteBulletin, nil, fields, "")
	d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
	if i := one[record.Item](d); i.Purpose != bots.ForBulletin || i.Channel != adapters.Public {
		t.Errorf("item %+v", i)
	}
	if b := one[bots.Bulletin](d); b.State != bots.BulletinReleased {
		t.Errorf("bulletin is %s", b.State)
	}
}

func TestThePollCursorCommitsWithTheEvents(t *testing.T) {
	p := &pages{fail: 3}
	for i := range 5 {
		ref := fmt.Sprint(300 + i)
		p.items = append(p.items, adapters.Inbound{Key: ref, Kind: adapters.KindMessage, Ref: adapters.Ref(ref), From: adapters.Person{ID: ref}, Text: "你好", At: time.Now()})
	}
	d := newDesk(t, deskOptions{watch: p, bots: []bots.Bot{intakeBot()}})
	d.until("all five are reports", func() bool { return len(d.all(bots.KindReport, "")) == 5 })
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(p.asked[:6], []string{"", "", "", "", "1", "2"}) {
		t.Errorf("asked with cursors %q", p.asked[:6])
	}
}

func TestAReminderComesBackToItsStream(t *testing.T) {
	bot := botFunc{"clock", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		switch b := e.Body.(type) {
		case *bots.Heard:
			return []bots.Effect{bots.Remind{Key: "a", At: f.Now().Add(20 * time.Millisecond)}, bots.Remind{Key: "b", At: f.Now()}, bots.Cancel{Key: "b"}}, nil
		case *bots.Reminder:
			return []bots.Effect{bots.Remember{Key: b.Key, Value: []byte("rang")}}, nil
		}
		return nil, nil
	}}
	d := newDesk(t, deskOptions{bots: []bots.Bot{bot}})
	d.says("p1", "100", "你好")
	d.until("it rang", func() bool { return len(d.all(bots.KindMemory, "")) == 1 && len(d.all(record.KindWake, "")) == 0 })
	d.settle()
	if n := len(d.all(bots.KindEvent, "")); n != 2 {
		t.Errorf("%d events, want the message and one reminder", n)
	}
}

func TestAnErrandBringsItsResultBack(t *testing.T) {
	tries := 0
	look := func(context.Context, adapters.Ref) (adapters.Sight, error) {
		if tries++; tries == 1 {
			return adapters.Sight{}, &adapters.Error{Class: adapters.NotSent, Op: "look"}
		}
		return adapters.Sight{Exists: true, Text: "还在"}, nil
	}
	bot := botFunc{"look", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		switch b := e.Body.(type) {
		case *bots.Heard:
			return []bots.Effect{bots.Fetch{What: bots.FetchPost, Ref: "200", Key: "k"}}, nil
		case *bots.FetchResult:
			return []bots.Effect{bots.Remember{Key: "seen", Value: []byte(b.Sight.Text)}}, nil
		}
		return nil, nil
	}}
	d := newDesk(t, deskOptions{bots: []bots.Bot{bot}, look: look})
	d.says("p1", "100", "你好")
	d.until("it was seen", func() bool { return len(d.all(bots.KindMemory, "")) == 1 })
	if m := one[bots.Memory](d); string(m.Value) != "还在" || tries != 2 {
		t.Errorf("saw %q after %d tries", m.Value, tries)
	}
}

func TestAStandingApprovalIsRevokedByOnePerson(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	if r := d.decides("chen", bots.RevokeKind, one[record.Standing](d), nil, "措辞要改"); r.Status != bots.Applied {
		t.Fatalf("revoke: %+v", r)
	}
	d.says("p1", "100", "我被骗了")
	d.settle()
	if x := one[bots.Draft](d); x.State != bots.DraftAwaiting {
		t.Errorf("the answer is %s, want it to wait for an officer", x.State)
	}
}

// audited adds an auditor, who reads and decides nothing.
func (d *desk) audited() {
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Officer{Head: bots.Head{ID: "shen", State: record.OfficerActive}, Name: "shen", Roles: []record.Role{record.Auditor}})
	})
}

func TestAParkedEventIsAcknowledged(t *testing.T) {
	bad := botFunc{"bad", func(bots.Event, bots.Facts) ([]bots.Effect, error) { return nil, errors.New("no idea") }}
	d := newDesk(t, deskOptions{bots: []bots.Bot{bad}})
	d.says("p1", "100", "坏")
	d.settle()
	parked := one[bots.Event](d)
	d.audited()
	if r := d.decides("shen", bots.AcknowledgeAll, parked, nil, ""); r.Code != "role" {
		t.Errorf("an auditor does it: %+v", r)
	}
	if r := d.decides("chen", bots.AcknowledgeAll, parked, nil, ""); r.Status != bots.Applied {
		t.Fatalf("acknowledge: %+v", r)
	}
	if n := len(d.all(bots.KindEvent, bots.EventSeen)); n != 1 {
		t.Errorf("%d events seen", n)
	}
}
