package app

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/mastodon"
	"netpatrol/bots"
	"netpatrol/bots/patrol"
	"netpatrol/internal/audit"
	"netpatrol/internal/config"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox"
)

// The simulation: engine, outbox, bbolt, the Mastodon adapter and the pretend microblog in
// one bubble, over net.Pipe. Days pass while citizens write and the platform fails: three, or half a
// one under the race detector.

// simStart is when the simulated days begin.
var simStart = time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)

// simSeed is printed by every run; NETPATROL_SIM_SEED replays one.
func simSeed(t *testing.T) uint64 {
	seed := uint64(20261125)
	if s := os.Getenv("NETPATROL_SIM_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("NETPATROL_SIM_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("seed %d: NETPATROL_SIM_SEED=%d replays it", seed, seed)
	return seed
}

func TestDaysOfFaultsLoseNothingAndSendNothingTwice(t *testing.T) {
	seed := simSeed(t)
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sleep(t.Context(), time.Until(simStart)) // a bubble begins in the year 2000, before the hotlines are valid
		s := newSim(t, dir, seed)
		defer s.end()
		goLive(t, s.app, "weibo")
		for _, f := range sandbox.Chaos(0.02, 20*time.Second) {
			s.blog.Fault(f)
		}
		s.blog.Fault(sandbox.Fault{Kind: sandbox.ResetAfterAccept, Method: http.MethodDelete, Probability: 0.5}) // withdrawals are few
		s.live(simDays * simDay)
		s.blog.ClearFaults()
		s.calm()
		s.judge()
	})
}

// sim is a whole netpatrol and its platform in a bubble.
type sim struct {
	t      *testing.T
	app    *App
	blog   *sandbox.Microblog
	random *rand.Rand
	stop   context.CancelFunc
	wg     sync.WaitGroup
	server *http.Server
	pipe   *sandbox.PipeListener
}

func newSim(t *testing.T, dir string, seed uint64) *sim {
	t.Helper()
	s := &sim{t: t, random: rand.New(rand.NewPCG(seed, 1)), pipe: sandbox.NewPipeListener()}
	s.blog = sandbox.NewMicroblog(sandbox.Options{BaseURL: "http://blog.example", Seed: seed, Rates: sandbox.Rates{Requests: -1, Paging: -1, Deletes: -1}})
	_, token, err := s.blog.AddAccount("wangjing", "测试网警", "https://police.example")
	if err != nil {
		t.Fatal(err)
	}
	s.server = &http.Server{Handler: s.blog}
	s.wg.Go(func() { _ = s.server.Serve(s.pipe) })
	if err := Init(dir); err != nil {
		t.Fatal(err)
	}
	s.app, err = New(t.Context(), Options{
		Config: simConfig(dir, token), Platforms: map[string]adapters.Platform{"mastodon": mastodon.Platform()},
		Log: slog.New(slog.DiscardHandler), Dial: s.pipe.DialContext,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.stop = cancel
	s.wg.Go(func() {
		if err := s.app.Work(ctx); err != nil {
			t.Error(err)
		}
	})
	s.wg.Go(func() { s.officer(ctx) })
	return s
}

func simConfig(dir, token string) *config.Config {
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen = dir, "测试网警", ""
	c.Officers = []config.Officer{
		{ID: "lin", Name: "林", Roles: []string{"approver", "officer"}}, {ID: "wu", Name: "吴", Roles: []string{"approver", "editor"}},
	}
	c.Accounts = []config.Account{{
		ID: "weibo", Platform: "mastodon", BaseURL: "http://blog.example", Language: "zh-Hans", Watch: []string{"mentions", "tag:兼职"},
		Poll: simPoll, Secrets: map[string]adapters.Secret{"token": adapters.Secret(token)},
	}}
	c.Pace.Seal = simSeal
	c.Schedules = []config.Schedule{{Name: "daily", Cron: "0 9 * * *", Zone: "Asia/Shanghai", CatchUp: "latest", Window: 2 * time.Hour}}
	return c
}

// officer comes once in ten minutes and approves what waits; every third warning is rejected.
// A colleague writes a bulletin each day.
func (s *sim) officer(ctx context.Context) {
	written := 0 // day of the month
	for n := 0; ctx.Err() == nil; sleep(ctx, 10*time.Minute) {
		if err := s.present(ctx); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
		if today := time.Now().Day(); today != written {
			written = today
			s.write(ctx)
		}
		page, err := s.app.store.List(ctx, record.Query{Kind: bots.KindDraft, State: bots.DraftAwaiting})
		if err != nil {
			continue
		}
		for _, r := range page {
			n++
			s.decide(ctx, r.(*bots.Draft), n)
		}
		s.takeBack(ctx)
	}
}

// takeBack asks that every bulletin is withdrawn once it is out.
func (s *sim) takeBack(ctx context.Context) {
	page, err := s.app.store.List(ctx, record.Query{Kind: bots.KindBulletin, State: bots.BulletinReleased})
	if err != nil {
		return
	}
	for _, r := range page {
		b := r.(*bots.Bulletin)
		dec := bots.Decision{Officer: "wu", Verb: bots.TakeBack, On: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Reason: "日期写错了"}
		if _, err := s.app.engine.Submit(ctx, dec, fmt.Sprint("take back ", b.ID, b.Version)); err != nil && ctx.Err() == nil { // refused until it is out
			s.t.Error(err)
		}
	}
}

// present signs an officer in and is seen; nothing unsolicited leaves an unmanned station.
func (s *sim) present(ctx context.Context) error { return signInOnce(ctx, s.app, "lin") }

func (s *sim) write(ctx context.Context) {
	dec := bots.Decision{Officer: "wu", Verb: bots.WriteBulletin, Fields: map[string]string{
		"title": "今日提醒", "text": fmt.Sprintf("%s：刷单返利都是诈骗。", time.Now().Format(time.DateOnly)), "schedule": "daily", "accounts": "weibo",
	}}
	if r, err := s.app.engine.Submit(ctx, dec, "bulletin "+time.Now().String()); ctx.Err() == nil && (err != nil || r.Status != bots.Applied) {
		s.t.Errorf("write a bulletin: %+v, %v", r, err)
	}
}

func (s *sim) decide(ctx context.Context, d *bots.Draft, n int) {
	dec := bots.Decision{Officer: "lin", Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version}
	if d.Purpose == bots.ForWarning && n%3 == 0 {
		dec.Verb, dec.Reason = bots.Reject, "not certain"
	}
	if _, err := s.app.engine.Submit(ctx, dec, fmt.Sprint(d.ID, d.Version)); err != nil && ctx.Err() == nil {
		s.t.Error(err)
	}
}

// live lets citizens act at random for a while.
func (s *sim) live(span time.Duration) {
	s.t.Helper()
	for end := time.Now().Add(span); time.Now().Before(end); {
		sleep(s.t.Context(), time.Duration(s.random.Int64N(int64(simPause))))
		who := fmt.Sprintf("citizen%d", s.random.IntN(12))
		if _, err := s.blog.AddCitizen(who, who); err == nil {
			_ = s.blog.Age(who, 1000*time.Hour)
		}
		if err := s.act(who); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *sim) act(who string) error {
	n := s.random.IntN(1000)
	var err error
	switch s.random.IntN(4) {
	case 0:
		_, err = s.blog.Tell(who, "wangjing", fmt.Sprintf("我要举报一个网站，编号%d", n))
	case 1:
		_, err = s.blog.Say(who, fmt.Sprintf("@wangjing 这是不是骗局？第%d次收到中奖短信了", n))
	case 2:
		_, err = s.blog.Say(who, fmt.Sprintf("#兼职# 刷单返利日结，先垫付后返现，第%d期招人，加我私聊", n))
	default:
		_, err = s.blog.Say(who, fmt.Sprintf("#兼职# 今天天气不错 %d", n))
	}
	return err
}

// calm lets a day pass without faults, so that whatever waits can happen.
func (s *sim) calm() { sleep(s.t.Context(), 30*time.Hour) }

func (s *sim) end() {
	s.stop()
	_ = s.server.Close()
	s.wg.Wait()
	if err := s.app.Close(); err != nil {
		s.t.Error(err)
	}
}

// judge compares what citizens did and received with what netpatrol knows.
func (s *sim) judge() {
	s.nothingLost()
	s.nothingTwice()
	s.nothingUnapproved()
	s.everythingEnded()
	s.takenBack()
	s.replaysExactly()
	report, err := audit.Verify(s.t.Context(), s.app.store, "")
	if err != nil || !report.OK() {
		s.t.Errorf("audit: %+v, %v", report, err)
	}
	n := s.blog.Counts()
	s.t.Logf("%d citizens' deeds, %d messages received, %d requests, faults %v", n.Actions, n.Direct+n.Public, n.Requests, s.blog.Struck())
	if n.Direct < 15*simDays || n.Faults < 15*simDays || n.Public < simDays || s.delivered(bots.ForWarning) < simDays || s.delivered(bots.ForBulletin) < simDays {
		s.t.Errorf("the days were too quiet to prove anything: %+v", n)
	}
}

func (s *sim) all(kind bots.RecordKind) (all []bots.Record) {
	s.t.Helper()
	q := record.Query{Kind: kind, Limit: 1000}
	for {
		page, err := s.app.store.List(s.t.Context(), q)
		if err != nil {
			s.t.Fatal(err)
		}
		if all = append(all, page...); len(page) < q.Limit {
			return all
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

func (s *sim) delivered(p bots.Purpose) (n int) {
	s.t.Helper()
	for _, r := range s.all(record.KindItem) {
		if i := r.(*record.Item); i.Purpose == p && i.State == record.ItemDelivered {
			n++
		}
	}
	return n
}

func (s *sim) nothingLost() {
	s.t.Helper()
	known := map[string]bool{}
	for _, r := range s.all(bots.KindEvent) {
		id, _, _ := strings.Cut(r.(*bots.Event).Key, "|")
		known[id] = true
	}
	for _, a := range s.blog.Actions() {
		concerns := slices.Contains(a.To, "wangjing") || strings.Contains(a.Text, "刷单")
		if concerns && !known[string(a.Status)] {
			s.t.Errorf("lost: %s %s by %s: %s", a.Kind, a.Status, a.From, a.Text)
		}
	}
}

func (s *sim) nothingTwice() {
	s.t.Helper()
	for _, r := range s.blog.Duplicates() {
		s.t.Errorf("sent %d times: %s to %v", r.Nth, r.Text, r.To)
	}
}

func (s *sim) nothingUnapproved() {
	s.t.Helper()
	approved := map[string]bool{}
	for _, r := range s.all(record.KindItem) {
		i := r.(*record.Item)
		a, err := record.Fetch[record.Approval](s.t.Context(), s.app.store, i.Approval)
		if err != nil || !i.Intact(a) {
			s.t.Errorf("item %s is not what was approved: %v", i.ID, err)
		}
		approved[textDigest(i.Text)] = true
	}
	for _, r := range s.blog.Received() {
		if !approved[textDigest(r.Body)] {
			s.t.Errorf("nobody approved: %s", r.Text)
		}
	}
}

func (s *sim) everythingEnded() {
	s.t.Helper()
	for _, r := range s.all(bots.KindEvent) {
		if e := r.(*bots.Event); e.State != bots.EventDecided {
			s.t.Errorf("event %s %s is %s: %+v", e.Kind, e.ID, e.State, e.Result)
		}
	}
	states := map[string]int{}
	for _, r := range s.all(record.KindItem) {
		i := r.(*record.Item)
		states[i.State]++
		if !i.Final() && i.State != record.ItemUnknown && i.State != record.ItemHeld {
			s.t.Errorf("item %s is %s: %s", i.ID, i.State, i.Why)
		}
	}
	s.t.Logf("items: %v", states)
}

// takenBack holds what the bulletins say against what readers still find.
func (s *sim) takenBack() {
	s.t.Helper()
	gone := 0
	for _, r := range s.all(record.KindItem) {
		i := r.(*record.Item)
		if i.Purpose != bots.ForBulletin || i.State != record.ItemDelivered {
			continue
		}
		post, ok := s.blog.Status(sandbox.StatusID(i.Receipt.Ref))
		if !ok || post.Deleted.IsZero() != i.Gone.IsZero() {
			s.t.Errorf("bulletin %s is gone %v, the post %+v", i.ID, i.Gone, post)
		}
		if !i.Gone.IsZero() {
			gone++
		}
	}
	if gone < simDays {
		s.t.Errorf("only %d bulletins were taken back", gone)
	}
}

// replaysExactly decides the kept events again from their tapes.
func (s *sim) replaysExactly() {
	s.t.Helper()
	pack, err := patrol.Shipped()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range s.all(record.KindTape) {
		tape := r.(*record.Tape)
		ev, err := record.Fetch[bots.Event](s.t.Context(), s.app.store, tape.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		got, err := engine.Replay(ev, tape, s.app.bots(pack))
		if err != nil || !slices.Equal(got, tape.Effects) {
			s.t.Errorf("replay of %s: %v\n got %q\nwant %q", ev.ID, err, got, tape.Effects)
		}
	}
}
