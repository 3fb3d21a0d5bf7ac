package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestSendsOnEveryChannel(t *testing.T) {
	for name, ch := range map[string]adapters.Channel{"public": adapters.Public, "private": adapters.Private, "comment": adapters.InReply} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				it := w.item(bots.ForOfficer, func(d *bots.Draft) { d.Channel = ch })
				w.run()
				pass(time.Second)
				got := w.wantState(it, record.ItemDelivered)
				if got.Receipt.Ref == "" || len(got.Attempts) != 1 {
					t.Errorf("receipt %v, attempts %v", got.Receipt, got.Attempts)
				}
				w.wantSent("wb", it.Text)
				w.wantOutcomes(it, "1|delivered")
				if got.Untold || !got.Due.IsZero() {
					t.Errorf("untold %v, due %v after the telling", got.Untold, got.Due)
				}
				if d := w.deeds(it); !slices.Equal(d, []string{"claimed", "delivered"}) {
					t.Errorf("audited %q", d)
				}
			})
		})
	}
}

func TestAttemptCarriesKeyCodeAndDeadline(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		at := w.accounts["wb"].got[0]
		if at.Item != it.ID || at.N != 1 || at.Key != it.Key || at.Code != it.Code {
			t.Errorf("attempt %+v", at)
		}
		lease, err := record.Fetch[record.Lease](t.Context(), w.store, leaseID(it.Stream))
		if err != nil {
			t.Fatal(err)
		}
		if spare := lease.Until.Sub(at.Deadline); spare < lease.Until.Sub(lease.Updated)/4 {
			t.Errorf("the attempt ends only %v before its lease", spare)
		}
	})
}

func TestWakeSendsAtOnce(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		box := w.run(func(o *Options) { o.Pace.Tick = time.Hour })
		pass(time.Second)
		it := w.item(bots.ForReply)
		box.Wake()
		pass(time.Millisecond)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestNotBeforeIsKeptToTheSecondAndStandsInNobodysWay(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		later := w.item(bots.ForBulletin, func(d *bots.Draft) { d.NotBefore = time.Now().Add(90 * time.Second) })
		now := w.item(bots.ForBulletin)
		w.run()
		pass(89 * time.Second)
		w.wantSent("wb", now.Text)
		pass(2 * time.Second)
		w.wantSent("wb", now.Text, later.Text)
	})
}

// TestEveryClassOfFailure is the table of what an adapter's answer means.
func TestEveryClassOfFailure(t *testing.T) {
	for _, c := range []struct {
		fail  adapters.Error
		state string // just after the failure
		why   string
		end   string // a day later
		sends int
		alarm string
	}{
		{notSent, record.ItemDue, "稍后重试", record.ItemDelivered, 2, ""},
		{adapters.Error{Class: adapters.RateLimited}, record.ItemDue, "平台限流", record.ItemDelivered, 2, ""},
		{adapters.Error{Class: adapters.AuthExpired}, record.ItemDue, "授权已失效", record.ItemDelivered, 2, ""},
		{adapters.Error{Class: adapters.AccountBlocked}, record.ItemHeld, "被平台停用", record.ItemExpired, 1, "停用"},
		{adapters.Error{Class: adapters.Rejected, Code: "422"}, record.ItemRejected, "422", record.ItemRejected, 1, ""},
		{adapters.Error{Class: adapters.WindowClosed}, record.ItemRejected, "可答复", record.ItemRejected, 1, ""},
		{adapters.Error{Class: adapters.Gone}, record.ItemRejected, "已不存在", record.ItemRejected, 1, ""},
		{adapters.Error{Class: adapters.Unsupported}, record.ItemRejected, "不支持", record.ItemRejected, 1, ""},
		{adapters.Error{Class: adapters.Unknown}, record.ItemUnknown, "未知", record.ItemUnknown, 1, "请民警"},
	} {
		t.Run(c.fail.Class.String(), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].fails(1, c.fail)
				it := w.item(bots.ForReply)
				w.run()
				pass(time.Second)
				got := w.wantState(it, c.state)
				w.wantWhy(it, c.why)
				if got.Attempts[0].Code != c.fail.Code {
					t.Errorf("the platform's code is %q", got.Attempts[0].Code)
				}
				pass(25 * time.Hour)
				w.wantState(it, c.end)
				if n := len(w.accounts["wb"].sent()); n != c.sends {
					t.Errorf("%d sends, want %d", n, c.sends)
				}
				about := slices.Contains([]adapters.Class{adapters.Rejected, adapters.WindowClosed, adapters.Gone, adapters.Unsupported}, c.fail.Class)
				if p, err := record.Fetch[record.Pulse](t.Context(), w.store, "wb"); about != errors.Is(err, record.ErrNotFound) || err == nil && !strings.HasPrefix(p.Failure, "send: ") {
					t.Errorf("the account's last error: %+v, %v", p, err)
				}
				if c.alarm != "" {
					w.wantAlarm(c.alarm)
				} else if a := w.alarms(); len(a) > 0 {
					t.Errorf("alarms %q", a)
				}
			})
		})
	}
}

// A token that was refused once may just have ended; one that is refused again needs a person.
func TestAnAuthorizationThatStaysLapsedIsAnOfficersMatter(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(2, adapters.Error{Class: adapters.AuthExpired})
		it := w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		if all := w.alarms(); len(all) != 0 {
			t.Errorf("after one refusal: %q", all)
		}
		pass(time.Minute)
		w.wantAlarm("授权")
		w.wantState(it, record.ItemDelivered)
	})
}

// A private answer whose question is gone leaves as a message of its own, once; a warning does not.
func TestAnAnswerToWhatWasDeletedLeavesByItself(t *testing.T) {
	for purpose, sends := range map[bots.Purpose]int{bots.ForReply: 2, bots.ForEmergency: 2, bots.ForWarning: 1} {
		in(t, func(t *testing.T, w *world) {
			w.accounts["wb"].look = func() (adapters.Sight, error) { return adapters.Sight{Exists: true, Text: "稳赚不赔"}, nil }
			w.accounts["wb"].fails(5, adapters.Error{Class: adapters.Gone})
			it := w.item(purpose, func(d *bots.Draft) { d.Parent = "asked" })
			w.run()
			pass(time.Hour)
			w.wantState(it, record.ItemRejected)
			if n := len(w.accounts["wb"].sent()); n != sends {
				t.Errorf("%s: %d sends, want %d", purpose, n, sends)
			}
		})
	}
}

func TestBackoffDoublesAndIsBounded(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		var at []time.Duration
		start := time.Now()
		w.accounts["wb"].say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			at = append(at, time.Since(start).Round(time.Millisecond))
			return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Phase: adapters.Answered, Op: "send"}
		}
		w.item(bots.ForReply)
		w.run(func(o *Options) { o.Pace.Backoff, o.Pace.MaxBackoff = time.Second, 10*time.Second })
		pass(40 * time.Second)
		s := time.Second
		if want := []time.Duration{0, s, 3 * s, 7 * s, 15 * s, 25 * s, 35 * s}; !slices.Equal(at, want) {
			t.Errorf("tried at %v, want %v", at, want)
		}
	})
}

func TestRateLimitPausesItsScope(t *testing.T) {
	for _, c := range []struct {
		scope         adapters.Scope
		person, other string // how another person's message, and another channel's, stand meanwhile
	}{
		{adapters.ScopeItem, record.ItemDelivered, record.ItemDelivered},
		{adapters.ScopeEndpoint, record.ItemDue, record.ItemDelivered},
		{adapters.ScopeAccount, record.ItemDue, record.ItemDue},
	} {
		t.Run(c.scope.String(), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				until := time.Now().Add(10 * time.Minute)
				w.accounts["wb"].fails(1, adapters.Error{Class: adapters.RateLimited, Scope: c.scope, Until: until})
				first := w.item(bots.ForReply)
				box := w.run()
				pass(time.Second)
				person, other := w.item(bots.ForReply, to("zhao")), w.item(bots.ForBulletin)
				box.Wake()
				pass(9 * time.Minute)
				w.wantState(first, record.ItemDue)
				w.wantState(person, c.person)
				w.wantState(other, c.other)
				pass(time.Minute)
				for _, it := range []*record.Item{first, person, other} {
					w.wantState(it, record.ItemDelivered)
				}
			})
		})
	}
}

func TestPauseOutlivesTheProcess(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(1, adapters.Error{Class: adapters.AuthExpired})
		w.item(bots.ForReply)
		w.run(func(o *Options) { o.Pace.Backoff = time.Hour })
		pass(time.Second)
		w.stops[0]()
		w.item(bots.ForReply, to("zhao"))
		w.run()
		pass(9 * time.Minute)
		if n := len(w.accounts["wb"].sent()); n != 1 {
			t.Errorf("%d sends while the account is paused", n)
		}
	})
}

func TestPendingReceiptIsPolledUntilThePlatformTells(t *testing.T) {
	for _, c := range []struct {
		name  string
		after int
		err   error
		end   string
		alarm bool
	}{
		{"done", 3, nil, record.ItemDelivered, false},
		{"failed", 3, &adapters.Error{Class: adapters.Rejected, Op: "check"}, record.ItemRejected, true},
		{"never", 1 << 30, nil, record.ItemAccepted, true},
		{"checks fail for a while", 3, &adapters.Error{Class: adapters.NotSent, Op: "check"}, record.ItemAccepted, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				p := w.accounts["wb"]
				p.say = func(_ context.Context, at adapters.Attempt) (adapters.Receipt, error) {
					return adapters.Receipt{Ref: "job-1", Pending: true}, nil
				}
				p.check = func(r adapters.Receipt) (adapters.Receipt, error) {
					if p.checks < c.after {
						return r, nil
					}
					return adapters.Receipt{Ref: "post-9"}, c.err
				}
				it, next := w.item(bots.ForBulletin), w.item(bots.ForBulletin)
				w.run()
				pass(time.Second)
				w.wantState(it, record.ItemAccepted)
				w.wantState(next, record.ItemAccepted) // the next bulletin does not wait for it
				w.wantOutcomes(it)
				pass(12 * time.Hour)
				got := w.wantState(it, c.end)
				if c.end == record.ItemDelivered && got.Receipt.Ref != "post-9" {
					t.Errorf("receipt %v", got.Receipt)
				}
				if (len(w.alarms()) > 0) != c.alarm {
					t.Errorf("alarms %q", w.alarms())
				}
				if c.end != record.ItemAccepted {
					w.wantOutcomes(it, "1|"+c.end)
				}
			})
		})
	}
}

func TestWhatCannotBeOnePostGoesBack(t *testing.T) {
	for name, plan := range map[string]func(adapters.Bulletin) (adapters.Plan, error){
		"too long": func(adapters.Bulletin) (adapters.Plan, error) {
			return adapters.Plan{}, &adapters.TooLong{Length: 600, Max: 500, Unit: adapters.Runes}
		},
		"two parts": func(b adapters.Bulletin) (adapters.Plan, error) {
			return adapters.Plan{Parts: []adapters.Part{{Text: b.Text[:3]}, {Text: b.Text[3:]}}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].plan = plan
				it := w.item(bots.ForBulletin)
				w.run()
				pass(time.Second)
				w.wantState(it, record.ItemRejected)
				w.wantSent("wb")
				w.wantOutcomes(it, "1|rejected")
			})
		})
	}
}

func TestExpiredItemsEndWithAnOutcome(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		soon := func(d *bots.Draft) { d.Expires = time.Now().Add(time.Hour) }
		w.down["wb"] = true
		waits := w.item(bots.ForReply, soon)
		held := w.item(bots.ForReply, soon, to("zhao"))
		change(w, held.ID, func(i *record.Item) { i.Text += "!" })
		w.run()
		pass(59 * time.Minute)
		w.wantState(waits, record.ItemDue)
		w.wantWhy(waits, whyDown)
		w.wantState(held, record.ItemHeld)
		pass(3 * time.Minute)
		w.wantState(waits, record.ItemExpired)
		w.wantOutcomes(waits, "0|expired")
		w.wantState(held, record.ItemExpired)
		w.wantOutcomes(held, "0|held", "0|expired")
	})
}

func TestWhatAnOfficerHoldsLapsesToo(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Expires = time.Now().Add(time.Hour) })
		change(w, it.ID, func(i *record.Item) {
			if err := i.Hold("wait for the press office"); err != nil {
				t.Fatal(err)
			}
		})
		w.run()
		pass(59 * time.Minute)
		w.wantState(it, record.ItemHeld)
		pass(3 * time.Minute)
		w.wantState(it, record.ItemExpired)
		w.wantSent("wb")
	})
}

func TestErasedItemsAreForgotten(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Subject = "conv/li" })
		if err := w.store.Erase(t.Context(), "conv/li"); err != nil {
			t.Fatal(err)
		}
		w.run()
		pass(time.Second)
		if _, err := w.store.Get(t.Context(), record.KindItem, it.ID); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("the item is still there: %v", err)
		}
		w.wantSent("wb")
	})
}

func TestPanicInAnAdapterIsAnUnknownOutcome(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) { panic("boom") }
		it := w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		w.wantState(it, record.ItemUnknown)
		w.wantWhy(it, "boom")
	})
}

func TestBreakerOpensForInfrastructureOnly(t *testing.T) {
	for _, c := range []struct {
		fail  adapters.Error
		opens bool
	}{
		{adapters.Error{Class: adapters.NotSent}, true},
		{adapters.Error{Class: adapters.Rejected}, false},
		{adapters.Error{Class: adapters.WindowClosed}, false},
	} {
		t.Run(c.fail.Class.String(), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].fails(1<<30, c.fail)
				w.accounts["wb"].limits.LaneWidth = 1
				var items []*record.Item
				for i := range 8 {
					items = append(items, w.item(bots.ForReply, to(fmt.Sprint("p", i))))
				}
				other := w.item(bots.ForBulletin)
				w.run(func(o *Options) { o.Pace.Backoff = time.Hour })
				pass(time.Second)
				sends := len(w.accounts["wb"].sent())
				if c.opens {
					w.wantWhy(items[7], whyBroken)
					if sends != trips+1 { // the other channel has a breaker of its own
						t.Errorf("%d sends, want the breaker to open after %d", sends, trips)
					}
				} else if sends != 9 {
					t.Errorf("%d sends, want all 9", sends)
				}
				if len(w.get(other).Attempts) != 1 {
					t.Error("the other channel did not go on")
				}
			})
		})
	}
}

func TestBreakerClosesAgain(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(trips, notSent)
		var items []*record.Item
		for i := range 8 {
			items = append(items, w.item(bots.ForReply, to(fmt.Sprint("p", i))))
		}
		w.run()
		pass(10 * time.Minute)
		for _, it := range items {
			w.wantState(it, record.ItemDelivered)
		}
	})
}
