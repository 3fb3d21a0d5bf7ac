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
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// oddStore lets a test stand between the engine and its store.
type oddStore struct {
	Store
	get    func(bots.RecordKind, string) error
	update func() error
	accept func([]*bots.Event) error // after the events were stored
}

func (s *oddStore) Get(ctx context.Context, kind bots.RecordKind, id string) (bots.Record, error) {
	if s.get != nil {
		if err := s.get(kind, id); err != nil {
			return nil, err
		}
	}
	return s.Store.Get(ctx, kind, id)
}

func (s *oddStore) Update(ctx context.Context, change func(record.Tx) error) error {
	if s.update != nil {
		if err := s.update(); err != nil {
			return err
		}
	}
	return s.Store.Update(ctx, change)
}

func (s *oddStore) Accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) ([]bool, error) {
	fresh, err := s.Store.Accept(ctx, events, marks...)
	if err == nil && s.accept != nil {
		if err := s.accept(events); err != nil {
			return nil, err
		}
	}
	return fresh, err
}

func (s *oddStore) over(inner Store) Store { s.Store = inner; return s }

func TestACursorThatCannotBeReadIsNotAnEmptyOne(t *testing.T) {
	p := &pages{}
	for i := range 8 {
		ref := fmt.Sprint(300 + i)
		p.items = append(p.items, adapters.Inbound{Key: ref, Kind: adapters.KindMessage, From: adapters.Person{ID: ref}, Text: "你好", At: time.Now()})
	}
	var reads atomic.Int32
	odd := &oddStore{get: func(kind bots.RecordKind, _ string) error {
		if kind == record.KindMark && reads.Add(1)%2 == 0 {
			return record.ErrDamaged
		}
		return nil
	}}
	d := newDesk(t, deskOptions{watch: p, bots: []bots.Bot{intakeBot()}, store: odd.over})
	d.until("all are reports", func() bool { return len(d.all(bots.KindReport, "")) == 8 })
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.asked[1:], "") {
		t.Errorf("asked with cursors %q: the empty one passes over what waits", p.asked)
	}
}

// waker asks for a look at a post and for a reminder, and remembers what came.
func waker(errands int) bots.Bot {
	return botFunc{"waker", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		switch b := e.Body.(type) {
		case *bots.Heard:
			effects := []bots.Effect{bots.Remind{Key: "bell", At: f.Now().Add(2 * time.Minute)}}
			for i := range errands {
				effects = append(effects, bots.Fetch{What: bots.FetchPost, Ref: "200", Key: fmt.Sprint("look ", i)})
			}
			return effects, nil
		case *bots.Reminder:
			return []bots.Effect{bots.Remember{Key: "rang", Value: []byte(b.Due.Format(time.RFC3339))}}, nil
		case *bots.FetchResult:
			return []bots.Effect{bots.Count{Name: "looked"}}, nil
		}
		return nil, nil
	}}
}

func TestAPlatformThatNeverAnswersHoldsUpNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		never := func(ctx context.Context, _ adapters.Ref) (adapters.Sight, error) {
			<-ctx.Done()
			return adapters.Sight{}, ctx.Err()
		}
		d := newDesk(t, deskOptions{bots: []bots.Bot{waker(50)}, look: never, pace: Pace{Retry: time.Second}})
		began := time.Now()
		d.says("p1", "100", "你好")
		time.Sleep(2*time.Minute + time.Second)
		synctest.Wait()
		m := one[bots.Memory](d)
		if got, want := string(m.Value), began.Add(2*time.Minute).Format(time.RFC3339); got != want {
			t.Errorf("the reminder came at %s, want %s", got, want)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(d.all(record.KindErrand, "")); n != 0 {
			t.Errorf("%d errands are still open after their tries", n)
		}
		if n := len(d.all(bots.KindEvent, bots.EventDecided)); n != 52 {
			t.Errorf("%d events decided, want the message, the reminder and 50 results", n)
		}
	})
}

// deaf is an account whose polls and questions never end by themselves.
type deaf struct{ asked atomic.Int32 }

func (a *deaf) Identity(ctx context.Context) (adapters.Identity, error) {
	<-ctx.Done()
	return adapters.Identity{}, ctx.Err()
}
func (a *deaf) Caps() adapters.Caps { return adapters.Caps{Watch: a} }
func (a *deaf) Close() error        { return nil }
func (a *deaf) Sources() []string   { return []string{"mentions"} }
func (a *deaf) Poll(ctx context.Context, _ string, _ adapters.Cursor, _ int) (adapters.Batch, error) {
	a.asked.Add(1)
	<-ctx.Done()
	return adapters.Batch{}, ctx.Err()
}

func TestAPollThatNeverAnswersIsMadeAgainAndOtherAccountsGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := &deaf{}
		d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, more: []*Account{{
			Record: bots.Account{Head: bots.Head{ID: "deaf"}, Unit: "测试网警"}, Open: func() adapters.Account { return silent },
			Watch: []string{"mentions"}, Poll: time.Second,
		}}})
		d.says("p1", "100", "我被骗了")
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		one[bots.Report](d)
		if n := silent.asked.Load(); n < 5 {
			t.Errorf("asked %d times in ten minutes", n)
		}
	})
}

func TestAPlatformsClockCannotSilenceAWatch(t *testing.T) {
	e := &Engine{o: Options{Pace: Pace{Retry: time.Second}}}
	err := &adapters.Error{Class: adapters.NotSent, Until: time.Now().AddDate(10, 0, 0)}
	if wait := e.untilPoll(&Account{Poll: time.Minute, Open: func() adapters.Account { return nil }}, false, err); wait > longestWait {
		t.Errorf("the next poll is in %s", wait)
	}
}

func TestAStoreThatCannotWriteIsNotAskedWithoutPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		var writes, looks atomic.Int32
		odd := &oddStore{update: func() error {
			if full.Load() {
				writes.Add(1)
				return record.ErrFull
			}
			return nil
		}}
		odd.accept = func([]*bots.Event) error { return odd.update() }
		look := func(context.Context, adapters.Ref) (adapters.Sight, error) {
			looks.Add(1)
			return adapters.Sight{Exists: true}, nil
		}
		d := newDesk(t, deskOptions{bots: []bots.Bot{waker(1)}, look: look, pace: Pace{Retry: time.Second}, store: odd.over})
		d.says("p1", "100", "你好")
		synctest.Wait()
		full.Store(true)
		time.Sleep(10 * time.Minute) // the reminder is due, and cannot be taken
		if n := writes.Load(); n > 3000 {
			t.Errorf("%d writes were tried in ten minutes", n)
		}
		if n := looks.Load(); n > 10 {
			t.Errorf("the platform was asked %d times", n)
		}
		full.Store(false)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		d.settle()
		one[bots.Memory](d)
	})
}

func TestACommitReportedAsFailedAndDurableAllTheSameIsDecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var failed atomic.Bool
		odd := &oddStore{accept: func([]*bots.Event) error {
			if failed.CompareAndSwap(false, true) {
				return record.ErrFull // its very last sync
			}
			return nil
		}}
		d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, store: odd.over})
		in := []adapters.Inbound{{Key: "100", Kind: adapters.KindMessage, From: adapters.Person{ID: "p"}, Text: "我被骗了"}}
		if err := d.Receive(t.Context(), "wb", in); !errors.Is(err, record.ErrFull) {
			t.Fatalf("Receive: %v", err)
		}
		d.hears(in...) // the platform sends it again
		time.Sleep(2*maxIdle + time.Second)
		synctest.Wait()
		one[bots.Report](d)
		if n := len(d.all(bots.KindEvent, bots.EventPending)); n != 0 {
			t.Errorf("%d events are pending", n)
		}
	})
}

func TestALongOutageDoesNotUseUpTheTries(t *testing.T) {
	full := &fullStore{refuse: 3 * maxTries}
	var d *desk
	moved := false
	bot := botFunc{"reader", func(_ bots.Event, f bots.Facts) ([]bots.Effect, error) {
		f.Account("wb")
		full.mu.Lock()
		over := full.refuse == 0 && !moved
		moved = moved || over
		full.mu.Unlock()
		if over { // the first decision after the outage meets a change
			d.update(func(tx record.Tx) error {
				rec, err := record.Load[bots.Account](tx, "wb")
				if err != nil {
					return err
				}
				return tx.Put(rec)
			})
		}
		return []bots.Effect{bots.Remember{Key: "k", Value: []byte("v")}}, nil
	}}
	d = newDesk(t, deskOptions{bots: []bots.Bot{bot}, pace: Pace{Retry: time.Millisecond}, store: func(s Store) Store { full.Store = s; return full }})
	d.until("the account is known", func() bool { return one[bots.Account](d).Identity != "" })
	full.armed.Store(true)
	d.says("p1", "100", "你好")
	d.settle()
	if n := len(d.all(bots.KindEvent, bots.EventParked)); n != 0 {
		t.Errorf("%d events parked", n)
	}
	one[bots.Memory](d)
}

func TestAnEffectThatCannotBeAppliedCostsOnlyItsBot(t *testing.T) {
	bad := botFunc{"bad", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
		return []bots.Effect{bots.Count{Name: "bad"}, bots.AddLine{Report: "nowhere"}}, nil
	}}
	all := []bots.Bot{bad, intakeBot()}
	d := newDesk(t, deskOptions{bots: all})
	d.says("p1", "100", "我被骗了")
	d.settle()
	one[bots.Report](d)
	one[record.Item](d)
	if n := len(d.all(bots.KindCount, "")); n != 0 {
		t.Error("the failed bot kept an effect")
	}
	if a := one[record.Alarm](d); !strings.Contains(a.Why, "bad proposed") {
		t.Errorf("alarm says %q", a.Why)
	}
	tape := one[record.Tape](d)
	if got, err := Replay(one[bots.Event](d), tape, all); err != nil || !slices.Equal(got, tape.Effects) {
		t.Errorf("replayed %q (%v), want %q", got, err, tape.Effects)
	}
}

func TestAnEffectThatDoesNotEncodeParksItsEvent(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{proposing(func(bots.Event) []bots.Effect {
		return []bots.Effect{bots.Remind{Key: "k", At: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}}
	})}})
	d.says("p1", "100", "你好")
	d.settle()
	if n := len(d.all(bots.KindEvent, bots.EventParked)); n != 1 {
		t.Errorf("%d parked", n)
	}
}

func TestStreamsDecideInTheOrderOfAcceptanceWhateverTheOrderOfArrival(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	s := newStreams(func(_ context.Context, ev *bots.Event) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, ev.ID)
	})
	for _, id := range []string{"03", "01", "04", "01", "02", "04"} {
		ev := &bots.Event{Head: bots.Head{ID: id, Stream: "s"}, Kind: bots.SlotDue}
		if id == "01" {
			ev.Kind = bots.MessageHeard
		}
		s.add(ev)
		s.add(&bots.Event{Head: bots.Head{ID: "x" + id, Stream: "t" + id}, Kind: bots.Decided})
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	s.start(ctx, &wg)
	wg.Wait()
	own := slices.DeleteFunc(slices.Clone(seen), func(id string) bool { return id[0] == 'x' })
	if !slices.Equal(own, []string{"01", "02", "03", "04"}) || len(seen) != 8 {
		t.Errorf("decided %q", seen)
	}
	s.stop()
	s.add(&bots.Event{Head: bots.Head{ID: "05", Stream: "s"}})
	wg.Wait()
	if len(seen) != 8 {
		t.Error("a worker started after the end")
	}
}

func TestWaitersLeaveNothingBehind(t *testing.T) {
	d := newDesk(t, deskOptions{})
	dec := bots.Decision{Officer: "lin", Verb: bots.HaltSends, Fields: map[string]string{"level": "everything"}, Reason: "演练"}
	for range 3 {
		if r, err := d.Submit(t.Context(), dec, "form-1"); err != nil || r.Status != bots.Applied {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	d.stop()
	time.AfterFunc(0, cancel)
	_, _ = d.Submit(ended, dec, "form-2")
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.waiting) != 0 {
		t.Errorf("%d events are still waited for", len(d.waiting))
	}
}

func TestAPublicReplyIsOnlyForWhatWasSaidInPublic(t *testing.T) {
	bot := botFunc{"loud", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		reply := bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Public: true}
		if e.Kind == bots.MessageHeard {
			return []bots.Effect{bots.Remind{Key: "k", At: f.Now()}}, nil
		}
		return []bots.Effect{reply}, nil
	}}
	d := newDesk(t, deskOptions{bots: []bots.Bot{bot}})
	d.says("p1", "100", "我被骗了")
	d.until("the reminder was answered", func() bool { return len(d.all(bots.KindDraft, "")) == 1 })
	if x := one[bots.Draft](d); x.Channel != adapters.Private {
		t.Errorf("a private matter is answered on the %s channel", x.Channel)
	}
}

func TestAFollowUpCannotMoveAWarningAnywhereElse(t *testing.T) {
	d := warnedDesk(t)
	w := one[bots.Warning](d)
	c := &commit{e: d.Engine, ev: d.all(bots.KindEvent, "")[0].(*bots.Event)}
	d.update(func(tx record.Tx) error {
		c.tx = tx
		for _, state := range []string{bots.WarningApproved, bots.WarningWithdrawn, bots.WarningUpheld, ""} {
			if err := c.followUp(bots.FollowUp{Warning: w.ID, State: state}); err == nil {
				t.Errorf("a bot moved the warning to %q", state)
			}
		}
		return nil
	})
}

func TestAnObjectionAfterTheEndIsHeard(t *testing.T) {
	d := warnedDesk(t)
	d.update(func(tx record.Tx) error {
		w, err := record.Load[bots.Warning](tx, one[bots.Warning](d).ID)
		if err != nil {
			return err
		}
		w.State = bots.WarningWithdrawn
		return tx.Put(w)
	})
	d.says("author", "300", "我没有骗人")
	d.settle()
	if n := len(d.all(bots.KindEvent, bots.EventParked)); n != 0 {
		t.Errorf("%d events parked", n)
	}
	one[record.Alarm](d)
	if w := one[bots.Warning](d); w.State != bots.WarningWithdrawn {
		t.Errorf("warning is %s", w.State)
	}
}

func TestAnAlarmIsSealedForItsSubject(t *testing.T) {
	bad := botFunc{"bad", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) { panic(e.Body.(*bots.Heard).Text) }}
	d := newDesk(t, deskOptions{bots: []bots.Bot{bad}})
	d.says("p1", "100", strings.Repeat("我的电话是13800000000", 10_000))
	d.settle()
	a := one[record.Alarm](d)
	if a.Subject == "" || a.Subject != a.Stream {
		t.Errorf("alarm of stream %q is sealed for %q", a.Stream, a.Subject)
	}
}

func TestPromise15_NothingComesOfAnEventWhoseSubjectWasErased(t *testing.T) {
	asked, erased := make(chan struct{}), make(chan struct{})
	slow := botFunc{"slow", func(bots.Event, bots.Facts) ([]bots.Effect, error) { close(asked); <-erased; return nil, nil }}
	d := newDesk(t, deskOptions{bots: []bots.Bot{slow, intakeBot()}})
	d.says("p1", "100", "我被骗了")
	<-asked
	if err := d.store.Erase(t.Context(), d.Conversation("wb", "p1")); err != nil {
		t.Fatal(err)
	}
	close(erased)
	d.settle()
	for _, kind := range []bots.RecordKind{bots.KindReport, bots.KindConversation, bots.KindDraft} {
		if n := len(d.all(kind, "")); n != 0 {
			t.Errorf("%d records of kind %s", n, kind)
		}
	}
	if ev := one[bots.Event](d); ev.State != bots.EventDecided || ev.Body.(*bots.Heard).Text != "" {
		t.Errorf("the event is %s and says %q", ev.State, ev.Body.(*bots.Heard).Text)
	}
}

func TestAReminderSetAgainForAMomentThatCameComesAgain(t *testing.T) {
	when := time.Now().Add(-time.Hour).UTC()
	bot := botFunc{"clock", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		if _, ok := e.Body.(*bots.Heard); ok {
			return []bots.Effect{bots.Remind{Key: "late", At: when}}, nil
		}
		return []bots.Effect{bots.Remember{Key: e.ID, Value: []byte("rang")}}, nil
	}}
	d := newDesk(t, deskOptions{bots: []bots.Bot{bot}})
	for i := range 2 {
		d.says("p1", fmt.Sprint(100+i), "你好")
		d.until("it rang", func() bool { return len(d.all(bots.KindMemory, "")) == i+1 && len(d.all(record.KindWake, "")) == 0 })
	}
}

func TestAReminderCancelledAndSetAnewWhileItComesDueIsKept(t *testing.T) {
	d := newDesk(t, deskOptions{})
	d.stop()
	wake := func(updated time.Time) *record.Wake {
		return &record.Wake{Head: bots.Head{ID: "w", Stream: "s", State: "waiting", Due: updated, Updated: updated}, Bot: "b", Key: "k"}
	}
	now := time.Now()
	first := wake(now)
	d.update(func(tx record.Tx) error { return tx.Put(first) })
	d.update(func(tx record.Tx) error {
		return errors.Join(tx.Delete(record.KindWake, "w"), tx.Put(wake(now.Add(time.Hour))))
	})
	if err := d.forget(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	one[record.Wake](d)
}

func TestDuplicateReorderedAndReplayedEventsChangeNothing(t *testing.T) {
	dir := t.TempDir()
	say := func(d *desk, order []int) {
		for _, i := range order {
			d.says(fmt.Sprint("p", i%3), fmt.Sprint(100+i), "我被骗了")
			d.posts("scammer", fmt.Sprint(200+i), "刷单日结")
		}
	}
	count := func(d *desk) (n [4]int) {
		d.settle()
		for i, kind := range []bots.RecordKind{bots.KindEvent, bots.KindReport, bots.KindWarning, record.KindItem} {
			n[i] = len(d.all(kind, ""))
		}
		return n
	}
	d := newDesk(t, deskOptions{dir: dir, bots: []bots.Bot{intakeBot(), patrolBot()}})
	say(d, []int{5, 0, 3, 3, 1, 4, 2, 0})
	want := [4]int{12, 3, 6, 3}
	if got := count(d); got != want {
		t.Errorf("events, reports, warnings, items: %d, want %d", got, want)
	}
	say(d, []int{2, 4, 5, 1})
	if got := count(d); got != want {
		t.Errorf("after a replay: %d, want %d", got, want)
	}
	d.stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	d = newDesk(t, deskOptions{dir: dir, bots: []bots.Bot{intakeBot(), patrolBot()}})
	say(d, []int{0, 1, 2, 3, 4, 5})
	if got := count(d); got != want {
		t.Errorf("after a restart and a replay: %d, want %d", got, want)
	}
}

// TestAClockSetBackByAnHour plays in two bubbles over one store: each bubble's clock begins
// at the same moment, so the second one's is behind what the first one wrote.
func TestAClockSetBackByAnHour(t *testing.T) {
	dir := t.TempDir()
	all := []bots.Bot{intakeBot(), waker(0)}
	slots := func(d *desk) (at []string) {
		for _, r := range d.all(bots.KindEvent, "") {
			if s, ok := r.(*bots.Event).Body.(*bots.Slot); ok {
				at = append(at, s.At.UTC().Format(time.TimeOnly))
			}
		}
		return at
	}
	hourly := everyMinute(t)
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, deskOptions{dir: dir, bots: all, schedules: []Schedule{hourly}})
		time.Sleep(2*time.Hour + 30*time.Second)
		d.settle()
		if n := len(slots(d)); n != 120 {
			t.Fatalf("%d slots in two hours", n)
		}
		d.stop()
		if err := d.store.Close(); err != nil {
			t.Fatal(err)
		}
		d.stop = func() {}
	})
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Hour) // two hours and a half minute had passed: now it is an hour earlier
		d := newDesk(t, deskOptions{dir: dir, bots: all, schedules: []Schedule{hourly}})
		d.says("p1", "100", "我被骗了")
		synctest.Wait()
		i := one[record.Item](d)
		if i.Due.After(time.Now().Add(time.Second)) {
			t.Errorf("the answer waits for %s", time.Until(i.Due))
		}
		if ev := d.all(bots.KindEvent, "")[120].(*bots.Event); !ev.Accepted.After(time.Now()) {
			t.Error("event time went back with the clock")
		}
		time.Sleep(2*time.Minute + time.Second)
		synctest.Wait()
		one[bots.Memory](d) // the reminder came after two minutes, not an hour later
		time.Sleep(2 * time.Hour)
		d.settle()
		got := slots(d)
		distinct := slices.Compact(slices.Sorted(slices.Values(got)))
		if len(got) != len(distinct) || len(got) != 182 {
			t.Errorf("%d slots, %d of them distinct; want each of 182 minutes once", len(got), len(distinct))
		}
	})
}
