package app

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
)

// ward is a platform of accounts, each ill in its own way: one never opens, one never answers a
// poll, one never ends a send, one fails at everything. "well" is not.
type ward struct {
	mu    sync.Mutex
	sent  map[string]time.Time // to whom, by "account/person"
	polls map[string]int
}

func (w *ward) platform() adapters.Platform {
	return adapters.Platform{
		Manifest: adapters.Manifest{Name: "ward", Watch: []string{"mentions"}, Idem: map[adapters.Channel]adapters.Idempotency{adapters.Private: adapters.NoIdem}},
		Open: func(ctx context.Context, c adapters.Config, _ adapters.Host) (adapters.Account, error) {
			if c.ID == "shut" {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return &patient{w, c.ID}, nil
		},
	}
}

// patient is one account.
type patient struct {
	w  *ward
	id string
}

func (p *patient) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "police-" + p.id, Handle: p.id}, Confirmed: true}, nil
}

func (p *patient) Caps() adapters.Caps { return adapters.Caps{Message: p, Watch: p} }
func (p *patient) Close() error        { return nil }
func (p *patient) Sources() []string   { return []string{"mentions"} }

func (p *patient) Poll(ctx context.Context, _ string, cur adapters.Cursor, _ int) (adapters.Batch, error) {
	switch p.id {
	case "deaf":
		<-ctx.Done()
		return adapters.Batch{}, &adapters.Error{Class: adapters.NotSent, Op: "poll", Err: ctx.Err()}
	case "failing":
		return adapters.Batch{}, &adapters.Error{Class: adapters.NotSent, Op: "poll", Code: "503"}
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.polls[p.id]++
	return adapters.Batch{Next: "1"}, nil
}

func (p *patient) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	switch p.id {
	case "mute":
		<-ctx.Done()
		return adapters.Receipt{}, &adapters.Error{Op: "send", Err: ctx.Err()}
	case "failing":
		return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeAccount, Op: "send", Code: "503"}
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.sent[p.id+"/"+m.To.ID] = time.Now()
	return adapters.Receipt{Ref: adapters.Ref(at.Key), At: time.Now()}, nil
}

// One broken account never delays another: whatever is wrong with four of them, whoever writes to the fifth
// is answered at once, and it is read on its own beat.
func TestManyAccounts_ABrokenOneNeverDelaysAnother(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sleep(t.Context(), time.Until(simStart))
		w := &ward{sent: map[string]time.Time{}, polls: map[string]int{}}
		c := boardConfig(dir, "")
		c.Accounts = nil
		for _, id := range []string{"shut", "deaf", "mute", "failing", "well"} {
			c.Accounts = append(c.Accounts, config.Account{ID: id, Platform: "ward", BaseURL: "http://" + id + ".example", Language: "zh-Hans", Watch: []string{"mentions"}, Poll: time.Minute})
		}
		a, end := works(t, c, map[string]adapters.Platform{"ward": w.platform()})
		goLive(t, a, "well")
		modes(t, a, "mute", "failing")
		for i := range 20 { // what the ill ones cannot send piles up
			for _, id := range []string{"mute", "failing"} {
				w.hears(t, a, id, fmt.Sprint(i))
			}
		}
		wrote := map[string]time.Time{}
		for i := range 10 {
			wrote[fmt.Sprint("well/", i)] = time.Now()
			w.hears(t, a, "well", fmt.Sprint(i))
			sleep(t.Context(), time.Minute)
		}
		w.judge(t, wrote)
		if got := pulsesIll(t, a); !slices.Equal(got, []string{"deaf", "failing", "shut"}) {
			t.Errorf("shown as ill: %v", got)
		}
		end()
	})
}

// modes takes further accounts live; the standing approvals are there.
func modes(t *testing.T, a *App, accounts ...string) {
	t.Helper()
	for _, id := range accounts {
		for _, mode := range []string{"suggest", "live"} {
			for _, d := range []bots.Decision{
				{Officer: "lin", Verb: bots.RequestMode, Fields: map[string]string{"mode": mode, "attest": "平台开户函"}},
				{Officer: "wu", Verb: bots.ConfirmMode, Fields: map[string]string{"attest": "平台开户函"}},
			} {
				d.On = bots.Target{Kind: bots.KindAccount, ID: id}
				if r, err := a.engine.Submit(t.Context(), d, d.Officer+string(d.Verb)+id+mode); err != nil || r.Status != bots.Applied {
					t.Fatalf("%s %s: %+v, %v", id, mode, r, err)
				}
			}
		}
	}
}

func (w *ward) hears(t *testing.T, a *App, account, who string) {
	t.Helper()
	in := adapters.Inbound{
		Key: fmt.Sprintf("%018d", time.Now().UnixMilli()) + account + who, Kind: adapters.KindMessage, Ref: adapters.Ref(account + who),
		From: adapters.Person{ID: who, Handle: who}, Text: "我要举报一个冒充客服的网站", At: time.Now(),
	}
	if err := a.engine.Receive(t.Context(), account, []adapters.Inbound{in}); err != nil {
		t.Fatal(err)
	}
}

func (w *ward) judge(t *testing.T, wrote map[string]time.Time) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for who, at := range wrote {
		if sent, ok := w.sent[who]; !ok || sent.Sub(at) > cardWithin {
			t.Errorf("%s was answered after %s: %t", who, sent.Sub(at), ok)
		}
	}
	if n := w.polls["well"]; n < 9 || n > 12 {
		t.Errorf("polled %d times in ten minutes, once a minute was asked for", n)
	}
}

// pulsesIll lists the accounts that are shown as ill.
func pulsesIll(t *testing.T, a *App) (ids []string) {
	t.Helper()
	page, err := a.store.List(t.Context(), record.Query{Kind: record.KindPulse, State: record.PulseIll, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page {
		ids = append(ids, r.Meta().ID)
	}
	slices.Sort(ids)
	return ids
}
