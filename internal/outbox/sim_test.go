package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// truth is a platform with a memory: what it really published, whatever it answered.
type truth struct {
	mu   sync.Mutex
	rand *rand.Rand
	got  map[string]int // code -> how often it really went out
	life int            // of the process that may still reach it
}

// say answers one send of a life, with faults.
func (p *truth) say(life int) func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
	return func(ctx context.Context, at adapters.Attempt) (adapters.Receipt, error) {
		wait, fault := p.draw()
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if life != p.life {
			return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Op: "send"} // that process is dead
		}
		switch {
		case ctx.Err() != nil || fault < 5:
			return adapters.Receipt{}, &adapters.Error{Op: "send", Phase: adapters.Written} // lost on the way there
		case fault < 15:
			return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Op: "send"}
		case fault < 20:
			return adapters.Receipt{}, &adapters.Error{Class: adapters.RateLimited, Scope: adapters.ScopeEndpoint, Op: "send"}
		}
		p.got[at.Code]++
		switch {
		case fault < 27: // lost on the way back
			return adapters.Receipt{}, &adapters.Error{Op: "send", Phase: adapters.Written}
		case fault < 30:
			panic("a bug in the adapter")
		}
		return adapters.Receipt{Ref: adapters.Ref(at.Code)}, nil
	}
}

func (p *truth) draw() (wait time.Duration, fault int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Duration(p.rand.IntN(2000)) * time.Millisecond, p.rand.IntN(100)
}

// find answers truthfully, when it answers.
func (p *truth) find(q adapters.FindQuery) (adapters.Finding, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.rand.IntN(4) == 0:
		return adapters.Finding{}, nil
	case p.got[q.Code] > 0:
		return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: adapters.Ref(q.Code)}}, nil
	}
	return adapters.Finding{Verdict: adapters.Absent}, nil
}

// attach makes a world's account reach the platform as its current life.
func (p *truth) attach(w *world) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := w.accounts["wb"]
	a.say, a.find, a.limits.LaneWidth = p.say(p.life), p.find, 3
}

// TestFaultsAndCrashesLoseAndDoubleNothing runs a station through random faults of the platform and
// kills at random steps. Every seed replays its faults; the order of goroutines is the scheduler's.
func TestFaultsAndCrashesLoseAndDoubleNothing(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { simulate(t, seed) })
		})
	}
}

func simulate(t *testing.T, seed uint64) {
	p := &truth{rand: rand.New(rand.NewPCG(seed, 1)), got: map[string]int{}}
	w := station(t)
	var items []*record.Item
	for i := range 40 {
		purpose := bots.ForReply
		if i%10 == 9 {
			purpose = bots.ForEmergency
		}
		items = append(items, w.item(purpose, to(fmt.Sprint("p", i%7))))
	}
	for range 4 {
		w = p.untilKilled(t, w)
	}
	p.attach(w)
	w.run()
	pass(5 * time.Hour)
	defer w.close()
	for _, it := range items {
		p.judge(w, it)
	}
}

// untilKilled runs a life up to a random step and returns the world its crash leaves.
func (p *truth) untilKilled(t *testing.T, w *world) *world {
	p.attach(w)
	p.mu.Lock()
	left := p.rand.IntN(40)
	p.mu.Unlock()
	dir := filepath.Join(t.TempDir(), "copy")
	killed := make(chan struct{})
	var mu sync.Mutex
	w.run(func(o *Options) {
		o.Pace.Tick = 5 * time.Second
		o.Step = func(string) {
			mu.Lock()
			defer mu.Unlock()
			if left--; left == 0 {
				p.mu.Lock()
				p.life++
				p.mu.Unlock()
				w.snapshot(dir)
				close(killed)
			}
		}
	})
	select {
	case <-killed:
	case <-time.After(10 * time.Minute):
		for _, stop := range w.stops {
			stop()
		}
		return w // nothing left to do: an orderly end
	}
	w.close()
	again := w.reopen(dir)
	again.n = w.n
	return again
}

func (p *truth) judge(w *world, it *record.Item) {
	got := w.get(it)
	p.mu.Lock()
	n := p.got[it.Code]
	p.mu.Unlock()
	if got.Untold {
		w.t.Errorf("nobody told that %s is %s", it.ID, got.State)
	}
	switch {
	case it.Purpose != bots.ForEmergency && n > 1:
		w.t.Errorf("%s went out %d times: %+v", it.ID, n, got.Attempts)
	case got.State == record.ItemDelivered && n == 0:
		w.t.Errorf("%s is called delivered and never went out: %+v", it.ID, got.Attempts)
	case got.State == record.ItemUnknown:
		if got.Lookups == 0 {
			w.t.Errorf("%s is unknown and nobody asked", it.ID)
		}
	case got.State != record.ItemDelivered && len(w.blockers(it)) == 0:
		w.t.Errorf("%s is %s (%s) after five hours", it.ID, got.State, got.Why)
	}
}

// blockers lists the unknown outcomes an item rightly waits behind.
func (w *world) blockers(it *record.Item) []bots.Record {
	page, err := w.store.List(context.Background(), record.Query{Kind: record.KindItem, State: record.ItemUnknown})
	if err != nil {
		w.t.Fatal(err)
	}
	var out []bots.Record
	for _, r := range page {
		if r.(*record.Item).To.ID == it.To.ID {
			out = append(out, r)
		}
	}
	return out
}
