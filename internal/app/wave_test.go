package app

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// A scam wave: everybody writes within ten minutes to a platform that takes one message at a time.
const (
	waveLasts = 10 * time.Minute
	// waveCall is how long the platform takes for a send: two in three answers at the pace of the wave.
	waveCall = waveLasts / waveReports * 3 / 2
	// everyTenth writer has just lost money.
	everyTenth = 10
	// cardWithin is how soon an emergency card is with whoever needs it.
	cardWithin = 5 * time.Second
)

// slowPlatform sends one private message after another and notes when each arrived.
type slowPlatform struct {
	mu      sync.Mutex
	arrived map[string][]arrival // by person
}

type arrival struct {
	at   time.Time
	text string
}

func (p *slowPlatform) platform() adapters.Platform {
	return adapters.Platform{
		Manifest: adapters.Manifest{Name: "slow", Idem: map[adapters.Channel]adapters.Idempotency{adapters.Private: adapters.NoIdem}},
		Open:     func(context.Context, adapters.Config, adapters.Host) (adapters.Account, error) { return p, nil },
	}
}

func (p *slowPlatform) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "police", Handle: "police"}, Confirmed: true}, nil
}

func (p *slowPlatform) Caps() adapters.Caps { return adapters.Caps{Message: p} }
func (p *slowPlatform) Close() error        { return nil }

func (p *slowPlatform) Send(_ context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	time.Sleep(waveCall)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.arrived[m.To.ID] = append(p.arrived[m.To.ID], arrival{time.Now(), m.Text})
	return adapters.Receipt{Ref: adapters.Ref(at.Key), At: time.Now()}, nil
}

// TestAScamWaveKeepsNoEmergencyCardWaiting lets everybody write at once. Ordinary answers queue for
// minutes; whoever has just lost money is answered within seconds; nobody is lost.
func TestAScamWaveKeepsNoEmergencyCardWaiting(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sleep(t.Context(), time.Until(simStart)) // a bubble begins in the year 2000, before the hotlines are valid
		p := &slowPlatform{arrived: map[string][]arrival{}}
		c := boardConfig(dir, "http://slow.example")
		c.Accounts[0].ID, c.Accounts[0].Platform, c.Accounts[0].Watch, c.Accounts[0].Secrets = "weibo", "slow", nil, nil
		a, end := works(t, c, map[string]adapters.Platform{"slow": p.platform()})
		goLive(t, a, "weibo")
		wrote := wave(t, a)
		sleep(t.Context(), waveLasts)
		p.judge(t, wrote)
		if n := len(everyEvent(t, a)); n < waveReports {
			t.Errorf("%d events of %d messages", n, waveReports)
		}
		end()
	})
}

// wave lets everybody write, and returns when each did.
func wave(t *testing.T, a *App) map[string]time.Time {
	t.Helper()
	wrote := map[string]time.Time{}
	for i := range waveReports {
		who, text := fmt.Sprintf("citizen-%05d", i), "我要举报一个冒充客服的网站"
		if i%everyTenth == 0 {
			text = "救急！我刚转了三万给骗子"
		}
		in := adapters.Inbound{
			Key: fmt.Sprintf("%018d", i), Kind: adapters.KindMessage, Ref: adapters.Ref(fmt.Sprint(i)), From: adapters.Person{ID: who, Handle: who}, Text: text, At: time.Now(),
		}
		wrote[who] = time.Now()
		if err := a.engine.Receive(t.Context(), "weibo", []adapters.Inbound{in}); err != nil {
			t.Fatal(err)
		}
		sleep(t.Context(), waveLasts/waveReports)
	}
	return wrote
}

func (p *slowPlatform) judge(t *testing.T, wrote map[string]time.Time) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var ordinary, urgent time.Duration
	for who, at := range wrote {
		got := p.arrived[who]
		if len(got) == 0 {
			t.Errorf("%s was not answered", who)
			continue
		}
		if strings.Contains(got[0].text, "止付") {
			urgent = max(urgent, got[0].at.Sub(at))
			continue
		}
		ordinary = max(ordinary, got[0].at.Sub(at))
	}
	t.Logf("the last ordinary answer came after %s, the last emergency card after %s", ordinary, urgent)
	if urgent == 0 || urgent > cardWithin {
		t.Errorf("an emergency card came after %s, at most %s is allowed", urgent, cardWithin)
	}
	if ordinary < 10*cardWithin {
		t.Errorf("ordinary answers waited %s at most: there was no wave", ordinary)
	}
}

func everyEvent(t *testing.T, a *App) (all []bots.Record) {
	t.Helper()
	for q := (record.Query{Kind: bots.KindEvent, Limit: 1000}); ; {
		page, err := a.store.List(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, page...); len(page) < q.Limit {
			return all
		}
		q.After = page[len(page)-1].Meta().ID
	}
}
