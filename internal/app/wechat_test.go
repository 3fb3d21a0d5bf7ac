package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/wechat"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	pretend "netpatrol/internal/sandbox/wechat"
	"netpatrol/internal/web/api"
)

// Two hundred people (fifty under the race detector) write through encrypted callbacks at once, while the platform holds
// deliveries back, hangs up after they were taken, loses answers and delivers again.
func TestTwoHundredCitizensOnWechatAreAllHeardAndAnsweredOnce(t *testing.T) {
	door, err := freeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	v, err := newWechatVenue("weixin", "api", door)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试网警", "", door
	c.Officers = boardConfig("", "").Officers
	c.Accounts = []config.Account{v.account()}
	c.Pace.Settle, c.Pace.Backoff = time.Second, 200*time.Millisecond
	if err := Init(c.State); err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), Options{Config: c, Platforms: map[string]adapters.Platform{"wechat": wechat.Platform()}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = v.serve(ctx) })
	wg.Go(func() {
		if err := a.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	goLive(t, a, "weixin")
	written := everybodyWrites(t, v.platform)
	heardAndAnswered(t, a, v, written)
	cancel()
	wg.Wait()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

// everybodyWrites lets people follow and write at the same time, under faults.
func everybodyWrites(t *testing.T, p *pretend.Platform) []string {
	t.Helper()
	for i := range manyCitizens {
		if _, err := p.AddFollower(fmt.Sprintf("市民%03d", i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range pretend.PushChaos(0.05, 300*time.Millisecond) {
		p.PushFault(f)
	}
	ids := make([]string, manyCitizens)
	var wg sync.WaitGroup
	for i := range manyCitizens {
		wg.Go(func() {
			id, err := p.Write(fmt.Sprintf("市民%03d", i), fmt.Sprintf("我要举报一个冒充客服的网站，编号%d", i))
			if err != nil {
				t.Error(err)
			}
			ids[i] = id
		})
	}
	wg.Wait()
	return ids
}

func heardAndAnswered(t *testing.T, a *App, v *wechatVenue, written []string) {
	t.Helper()
	deadline, stop := context.WithTimeout(t.Context(), 90*time.Second)
	defer stop()
	for answered(v.platform) < manyCitizens && deadline.Err() == nil {
		sleep(deadline, 100*time.Millisecond)
	}
	if err := v.platform.Settle(deadline); err != nil {
		t.Error(err)
	}
	if n := answered(v.platform); n != manyCitizens {
		t.Errorf("%d of %d people have an answer", n, manyCitizens)
	}
	for _, d := range v.platform.Duplicates() {
		t.Errorf("answered twice: %v by %s: %s", d.To, d.Via, d.Text)
	}
	n := v.platform.Counts()
	if n.DeadlinesMissed > 0 || n.Contradicted > 0 || n.Unheard > 0 {
		t.Errorf("%d deadlines missed, %d redeliveries answered otherwise, %d callbacks unheard", n.DeadlinesMissed, n.Contradicted, n.Unheard)
	}
	if n.Faults == 0 {
		t.Error("no fault struck: the test proves nothing")
	}
	t.Logf("%d deliveries of %d callbacks, %d passive and %d other answers, faults %v", n.Deliveries, n.Pushes, n.Passive, n.Custom, v.platform.Struck())
	s := &sim{t: t, app: a}
	eventually(t, "every send that is under way is written down", func() bool {
		return !slices.ContainsFunc(s.all(record.KindItem), func(r bots.Record) bool { return r.(*record.Item).State == record.ItemClaimed })
	})
	for _, r := range s.all(record.KindItem) {
		if i := r.(*record.Item); !i.Final() && (i.State != record.ItemAccepted || !i.Passive) {
			t.Errorf("item %s is %s: %s (%+v)", i.ID, i.State, i.Why, i.Attempts)
		}
	}
	known := eventsOf(t, a)
	for _, id := range written {
		if !heardOf(known, id, "|.:-") {
			t.Errorf("message %s left no event", id)
		}
	}
}

// answered counts the people who got at least one answer.
func answered(p *pretend.Platform) int {
	who := map[string]bool{}
	for _, r := range p.Received() {
		for _, name := range r.To {
			who[name] = true
		}
	}
	return len(who)
}

func eventsOf(t *testing.T, a *App) (known []api.Event) {
	t.Helper()
	s := &sim{t: t, app: a}
	for _, r := range s.all(bots.KindEvent) {
		known = append(known, api.Event{Key: r.(*bots.Event).Key})
	}
	return slices.Clip(known)
}
