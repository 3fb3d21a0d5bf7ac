package outbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestOrderWithinARecipient(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].limits.LaneWidth = 4
		var want []string
		for range 20 {
			want = append(want, w.item(bots.ForReply).Text)
		}
		w.run()
		pass(time.Second)
		w.wantSent("wb", want...)
	})
}

func TestARetryKeepsItsPlace(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(1, notSent)
		first, second := w.item(bots.ForReply), w.item(bots.ForReply)
		other := w.item(bots.ForReply, to("zhao"))
		w.run()
		pass(time.Minute)
		w.wantSent("wb", first.Text, other.Text, first.Text, second.Text)
	})
}

func TestLaneWidth(t *testing.T) {
	for width, most := range map[int]int{0: 1, 1: 1, 3: 3} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				p := w.accounts["wb"]
				p.limits.LaneWidth = width
				p.say = func(_ context.Context, at adapters.Attempt) (adapters.Receipt, error) {
					<-time.After(time.Second)
					return adapters.Receipt{Ref: "r"}, nil
				}
				for i := range 12 {
					w.item(bots.ForReply, to(fmt.Sprint("p", i)))
				}
				w.run()
				pass(time.Minute)
				if p.most != most || len(p.sent()) != 12 {
					t.Errorf("at most %d under way, %d sent; want %d and 12", p.most, len(p.sent()), most)
				}
			})
		})
	}
}

func TestASlowCallDelaysNoOtherLane(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.account("other", bots.Live)
		w.accounts["wb"].say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			<-time.After(10 * time.Second)
			return adapters.Receipt{Ref: "r"}, nil
		}
		slow, quick := w.item(bots.ForReply), w.item(bots.ForReply, on("other"))
		w.run()
		pass(time.Second)
		w.wantState(slow, record.ItemClaimed)
		w.wantState(quick, record.ItemDelivered)
		pass(10 * time.Second)
		w.wantState(slow, record.ItemDelivered)
	})
}

func TestManyLanesInParallelLoseAndDoubleNothing(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		const accounts, each = 12, 10
		var items []*record.Item
		for a := range accounts {
			id := fmt.Sprint("acc", a)
			w.account(id, bots.Live).limits.LaneWidth = 3
			for i := range each {
				items = append(items, w.item(bots.ForReply, on(id), to(fmt.Sprint("p", i%4))))
			}
		}
		boxes := []*Outbox{w.run(), w.run(func(o *Options) { o.Owner = "two" })}
		var wakes sync.WaitGroup
		for _, b := range boxes {
			wakes.Go(func() {
				for range 100 {
					b.Wake()
				}
			})
		}
		wakes.Wait()
		pass(5 * time.Minute)
		for _, it := range items {
			w.wantState(it, record.ItemDelivered)
			w.wantOutcomes(it, "1|delivered")
		}
		for a := range accounts {
			if n := len(w.accounts[fmt.Sprint("acc", a)].sent()); n != each {
				t.Errorf("account %d got %d messages, want %d", a, n, each)
			}
		}
	})
}

func TestAnotherNodeTakesOverWhenTheHolderDies(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		dead := New(w.opts).lane(it.Stream) // takes the lane and is never heard of again
		if err := dead.lease(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.run(func(o *Options) { o.Owner, o.Pace.Tick = "two", time.Second })
		pass(29 * time.Second)
		w.wantState(it, record.ItemDue)
		pass(2 * time.Second)
		w.wantState(it, record.ItemDelivered)
		lease, err := record.Fetch[record.Lease](t.Context(), w.store, leaseID(it.Stream))
		if err != nil || lease.Epoch != 2 || lease.Owner != "two" {
			t.Errorf("lease %+v, %v", lease, err)
		}
	})
}

func TestARestartUnderTheSameNameNeedNotWait(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		if err := New(w.opts).lane(it.Stream).lease(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.run()
		pass(time.Second)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestStoppingGivesTheLanesBack(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		w.stops[0]()
		next := w.item(bots.ForReply)
		w.run(func(o *Options) { o.Owner = "two" })
		pass(time.Second)
		w.wantState(next, record.ItemDelivered)
	})
}

func TestPromise4_LateAnswerIsFenced(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		answer := make(chan struct{})
		p.say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			<-answer // a platform that never answers, and an adapter that ignores its deadline
			return adapters.Receipt{Ref: "late"}, nil
		}
		it := w.item(bots.ForReply)
		w.run()
		pass(10 * time.Second)
		w.wantState(it, record.ItemClaimed)
		pass(20 * time.Second)
		w.wantState(it, record.ItemUnknown) // well before the lease of 30 s ended
		close(answer)
		pass(time.Second)
		if got := w.wantState(it, record.ItemUnknown); got.Receipt.Ref != "" {
			t.Errorf("the late answer was taken: %v", got.Receipt)
		}
	})
}

func TestALeaseLostInTheMiddleOfACall(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		answer := make(chan struct{})
		p.say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			<-answer
			return adapters.Receipt{Ref: "old holder"}, nil
		}
		it := w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		w.wantState(it, record.ItemClaimed)
		// As if the holder had been frozen past its lease: the other node takes the lane.
		change(w, leaseID(it.Stream), func(l *record.Lease) { l.Until = time.Now() })
		w.run(func(o *Options) { o.Owner, o.Pace.Tick = "two", time.Second })
		pass(2 * time.Second)
		w.wantState(it, record.ItemUnknown)
		close(answer)
		pass(time.Second)
		w.wantState(it, record.ItemUnknown)
		w.wantOutcomes(it, "1|unknown")
		if n := len(p.sent()); n != 1 {
			t.Errorf("%d sends", n)
		}
	})
}

func TestStoppingLetsACallEnd(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].say = func(ctx context.Context, _ adapters.Attempt) (adapters.Receipt, error) {
			select {
			case <-time.After(10 * time.Second):
				return adapters.Receipt{Ref: "r"}, nil
			case <-ctx.Done():
				return adapters.Receipt{}, ctx.Err()
			}
		}
		it, next := w.item(bots.ForReply), w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		begin := time.Now()
		w.stops[0]()
		if took := time.Since(begin); took > 15*time.Second {
			t.Errorf("stopping took %v", took)
		}
		w.wantState(it, record.ItemDelivered)
		w.wantOutcomes(it, "1|delivered")
		w.wantState(next, record.ItemDue)
	})
}

// failing is a store that refuses to write while it is full.
type failing struct {
	Store
	full atomic.Bool
}

func (f *failing) Update(ctx context.Context, change func(record.Tx) error) error {
	if f.full.Load() {
		return record.ErrFull
	}
	return f.Store.Update(ctx, change)
}

func (f *failing) Accept(ctx context.Context, es []*bots.Event, ms ...*record.Mark) ([]bool, error) {
	if f.full.Load() {
		return nil, record.ErrFull
	}
	return f.Store.Accept(ctx, es, ms...)
}

func TestAFullStoreOnlyPauses(t *testing.T) {
	for name, during := range map[string]bool{"before the claim": false, "during the call": true} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				store := &failing{Store: w.store}
				store.full.Store(!during)
				w.accounts["wb"].say = func(_ context.Context, at adapters.Attempt) (adapters.Receipt, error) {
					store.full.Store(during && at.N == 1 && len(w.accounts["wb"].sent()) == 1)
					return adapters.Receipt{Ref: "r"}, nil
				}
				first, second := w.item(bots.ForReply), w.item(bots.ForReply)
				w.run(func(o *Options) { o.Store = store })
				pass(time.Hour)
				if n := len(w.accounts["wb"].sent()); during && n != 1 || !during && n != 0 {
					t.Fatalf("%d sends while the store was full", n)
				}
				store.full.Store(false)
				pass(5 * time.Minute)
				w.wantSent("wb", first.Text, second.Text)
				w.wantState(first, record.ItemDelivered)
				w.wantState(second, record.ItemDelivered)
			})
		})
	}
}

func TestRunEndsWhenTheStoreIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := station(t)
		box := New(w.opts)
		ended := make(chan error, 1)
		go func() { ended <- box.Run(context.Background()) }()
		pass(time.Second)
		w.close()
		box.Wake()
		if err := <-ended; !errors.Is(err, record.ErrClosed) {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestALongLineHidesNoOtherLane(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		h := &record.Halt{Level: record.HaltUnsolicited}
		h.ID = record.HaltID
		w.put(h)
		w.account("other", bots.Live)
		for range glance + 5 {
			w.item(bots.ForBulletin)
		}
		box := w.run()
		pass(time.Second)
		it := w.item(bots.ForReply, on("other"))
		box.Wake()
		pass(time.Second)
		w.wantState(it, record.ItemDelivered)
	})
}

// TestACrashAtEveryStep copies the store at a step, as kill -9 would leave it, and starts again on
// the copy: the platform has what it had got, and nothing is sent twice.
func TestACrashAtEveryStep(t *testing.T) {
	for _, c := range []struct {
		step  string
		end   string
		sends int // over both lives
		heard []string
	}{
		{StepLeased, record.ItemDelivered, 1, []string{"1|delivered"}},
		{StepClaimed, record.ItemUnknown, 0, []string{"1|unknown"}},
		{StepCalled, record.ItemUnknown, 1, []string{"1|unknown"}},
		{StepRecorded, record.ItemDelivered, 1, []string{"1|delivered"}},
		{StepAccepted, record.ItemDelivered, 1, []string{"1|delivered"}},
		{StepTold, record.ItemDelivered, 1, []string{"1|delivered"}},
	} {
		t.Run(c.step, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				it := w.item(bots.ForReply)
				var copied string
				var once sync.Once
				sent := -1
				w.run(func(o *Options) {
					o.Step = func(name string) {
						if name == c.step {
							once.Do(func() {
								copied = w.snapshot(filepath.Join(t.TempDir(), "copy"))
								sent = len(w.accounts["wb"].sent())
							})
						}
					}
				})
				pass(time.Second)
				if sent < 0 {
					t.Fatalf("step %s was never reached", c.step)
				}
				again := w.reopen(copied)
				defer again.close()
				again.run()
				pass(time.Hour)
				again.wantState(it, c.end)
				again.wantOutcomes(it, c.heard...)
				if n := sent + len(again.accounts["wb"].sent()); n != c.sends {
					t.Errorf("%d sends over both lives, want %d", n, c.sends)
				}
			})
		})
	}
}

func TestStepsComeInOrder(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].look = seen
		w.item(bots.ForWarning)
		var mu sync.Mutex
		var steps []string
		w.run(func(o *Options) {
			o.Step = func(name string) {
				mu.Lock()
				defer mu.Unlock()
				steps = append(steps, name)
			}
		})
		pass(time.Second)
		if want := []string{StepLeased, StepLooked, StepClaimed, StepCalled, StepRecorded, StepAccepted, StepTold}; !slices.Equal(steps, want) {
			t.Errorf("steps %q, want %q", steps, want)
		}
	})
}

func TestStartAndStopInAnyOrder(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		for range 20 {
			w.item(bots.ForReply)
			box := New(w.opts)
			box.Wake()
			stop := box.start(t)
			box.Wake()
			stop()
			box.Wake()
		}
		w.run()
		pass(time.Minute)
		if n := len(w.accounts["wb"].sent()); n != 20 {
			t.Errorf("%d sends over 21 lives, want 20", n)
		}
	})
}

func TestAnOfferReachesALaneWhetherItIsAtWorkOrNot(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.opts.Pace.Tick = time.Hour // nobody looks unasked
		p := w.accounts["wb"]
		p.limits.LaneWidth = 2
		p.say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			<-time.After(10 * time.Second)
			return adapters.Receipt{Ref: "r"}, nil
		}
		box := w.run()
		pass(time.Second)

		first := w.item(bots.ForReply, to("a"))
		box.Offer([]*record.Item{first})
		pass(time.Second)
		w.wantState(first, record.ItemClaimed)

		second := w.item(bots.ForReply, to("b"))
		box.Offer([]*record.Item{second})
		pass(time.Second)
		w.wantState(second, record.ItemClaimed)

		pass(time.Minute)
		w.wantState(first, record.ItemDelivered)
		w.wantState(second, record.ItemDelivered)
	})
}

func TestWhatIsOfferedOvertakesNothingOfTheSamePerson(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.opts.Pace.Tick = time.Hour
		p := w.accounts["wb"]
		p.limits.LaneWidth = 4
		failed := false
		p.say = func(_ context.Context, at adapters.Attempt) (adapters.Receipt, error) {
			<-time.After(10 * time.Second)
			p.mu.Lock()
			defer p.mu.Unlock()
			if !failed {
				failed = true
				return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Op: "send"}
			}
			return adapters.Receipt{Ref: adapters.Ref("ref-" + at.Item)}, nil
		}
		box := w.run()
		pass(time.Second)
		first := w.item(bots.ForReply, to("a"))
		box.Offer([]*record.Item{first})
		pass(5 * time.Second)
		keep := w.item(bots.ForReply, to("b")) // keeps the worker at work while the first one waits
		box.Offer([]*record.Item{keep})
		pass(6 * time.Second)
		w.wantState(first, record.ItemDue)
		second := w.item(bots.ForReply, to("a"))
		box.Offer([]*record.Item{second})
		pass(2 * time.Hour)
		w.wantSent("wb", first.Text, keep.Text, first.Text, second.Text)
		w.wantState(second, record.ItemDelivered)
	})
}

func TestWhatIsOfferedWhileHaltedWaitsAndSaysWhy(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		p.limits.LaneWidth = 2
		p.say = func(_ context.Context, at adapters.Attempt) (adapters.Receipt, error) {
			<-time.After(10 * time.Second)
			return adapters.Receipt{Ref: adapters.Ref("ref-" + at.Item)}, nil
		}
		h := &record.Halt{Level: record.HaltUnsolicited}
		h.ID = record.HaltID
		w.put(h)
		atWork := w.item(bots.ForReply, to("a"))
		box := w.run()
		pass(time.Second)
		w.wantState(atWork, record.ItemClaimed)
		halted := w.item(bots.ForWarning, to("b"))
		box.Offer([]*record.Item{halted})
		pass(time.Minute)
		w.wantState(halted, record.ItemDue)
		if it := w.get(halted); it.Snoozes != 0 || it.Why == "" {
			t.Errorf("tried %d times, why %q; want not at all, with the reason", it.Snoozes, it.Why)
		}
	})
}
