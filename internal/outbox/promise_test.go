package outbox

import (
	"context"
	"errors"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// seen is the post a warning is about, as the officer saw it.
func seen() (adapters.Sight, error) {
	return adapters.Sight{Exists: true, Text: "稳赚不赔", Author: adapters.Person{ID: "li"}}, nil
}

func TestPromise1_WhatWasNotApprovedDoesNotLeave(t *testing.T) {
	for name, tamper := range map[string]func(*world, *record.Item){
		"text": func(w *world, it *record.Item) { change(w, it.ID, func(i *record.Item) { i.Text += "，请转账" }) },
		"recipient": func(w *world, it *record.Item) {
			change(w, it.ID, func(i *record.Item) { i.To.ID = "zhao" })
		},
		"channel": func(w *world, it *record.Item) {
			change(w, it.ID, func(i *record.Item) { i.Channel = adapters.InReply })
		},
		"expiry": func(w *world, it *record.Item) {
			change(w, it.ID, func(i *record.Item) { i.Expires = i.Expires.Add(time.Hour) })
		},
		"another approval's seal": func(w *world, it *record.Item) {
			change(w, it.Approval, func(a *record.Approval) { a.Seal = "00" })
		},
		"no approval": func(w *world, it *record.Item) {
			if err := w.store.Update(w.t.Context(), func(tx record.Tx) error {
				return tx.Delete(record.KindApproval, it.Approval)
			}); err != nil {
				w.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				it := w.item(bots.ForReply)
				tamper(w, it)
				w.run()
				pass(time.Hour)
				w.wantState(it, record.ItemHeld)
				w.wantSent("wb")
				w.wantAlarm("封签")
				w.wantOutcomes(it, "0|held")
			})
		})
	}
}

func TestPromise1_NothingUnsolicitedLeavesOnAMachinesWord(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForBulletin)
		change(w, it.Approval, func(a *record.Approval) { a.Officer = "" })
		w.run()
		pass(time.Hour)
		w.wantState(it, record.ItemHeld)
		w.wantSent("wb")
	})
}

func TestPromise1_AnInternalAccountCarriesAlarmsAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		internal bool
		purpose  bots.Purpose
		want     string
	}{
		"an alarm to officers":      {true, bots.ForAlarm, record.ItemDelivered},
		"an alarm to the public":    {false, bots.ForAlarm, record.ItemHeld},
		"an answer to the officers": {true, bots.ForReply, record.ItemHeld},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				it := w.item(c.purpose)
				change(w, it.Approval, func(a *record.Approval) { a.Officer, a.Standing = "", record.OfficersOnly })
				change(w, "wb", func(a *bots.Account) { a.Internal = c.internal })
				w.run()
				pass(time.Hour)
				w.wantState(it, c.want)
			})
		})
	}
}

func TestPromise1_AStandingApprovalMustStillStand(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(*record.Standing)
		mode bots.Mode
		want string
	}{
		{"active", func(*record.Standing) {}, bots.Live, record.ItemDelivered},
		{"revoked", func(s *record.Standing) { s.State = record.StandingRevoked }, bots.Live, record.ItemHeld},
		{"ended", func(s *record.Standing) { s.Until = time.Now() }, bots.Live, record.ItemHeld},
		{"another one", func(s *record.Standing) { s.ID = "elsewhere" }, bots.Live, record.ItemHeld},
		{"the account went back to suggest", func(*record.Standing) {}, bots.Suggest, record.ItemHeld},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				it := w.item(bots.ForReply)
				s := &record.Standing{Until: time.Now().Add(time.Hour)}
				s.Head = bots.Head{ID: "standing-1", State: record.StandingActive}
				c.edit(s)
				w.put(s)
				change(w, it.Approval, func(a *record.Approval) { a.Officer, a.Standing = "", "standing-1" })
				change(w, "wb", func(a *bots.Account) { a.State = string(c.mode) })
				w.run()
				pass(time.Minute)
				w.wantState(it, c.want)
			})
		})
	}
}

func TestPromise1_ThePlannedPostIsTheApprovedText(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].plan = func(b adapters.Bulletin) (adapters.Plan, error) {
			return adapters.Plan{Parts: []adapters.Part{{Text: b.Text + " via app"}}}, nil
		}
		it := w.item(bots.ForBulletin)
		w.run()
		pass(time.Minute)
		w.wantState(it, record.ItemRejected)
		w.wantSent("wb")
	})
}

func TestPromise3_AWarningsPostIsLookedAtAgain(t *testing.T) {
	for _, c := range []struct {
		name string
		look func() (adapters.Sight, error)
		want string
		why  string
	}{
		{"unchanged", seen, record.ItemDelivered, ""},
		{"deleted", func() (adapters.Sight, error) { return adapters.Sight{}, nil }, record.ItemHeld, "已不在"},
		{"gone", func() (adapters.Sight, error) {
			return adapters.Sight{}, &adapters.Error{Class: adapters.Gone, Op: "look"}
		}, record.ItemHeld, "已不在"},
		{"corrected", func() (adapters.Sight, error) {
			s, _ := seen()
			s.Text = "更正：此前内容不实"
			return s, nil
		}, record.ItemHeld, "已被修改"},
		{"edited but for the text", func() (adapters.Sight, error) {
			s, _ := seen()
			s.Edited = time.Now().Add(time.Millisecond)
			return s, nil
		}, record.ItemHeld, "已被修改"},
		{"edited before the officer saw it", func() (adapters.Sight, error) {
			s, _ := seen()
			s.Edited = time.Now().Add(-time.Hour)
			return s, nil
		}, record.ItemDelivered, ""},
		{"somebody else's", func() (adapters.Sight, error) {
			s, _ := seen()
			s.Author.ID = "zhao"
			return s, nil
		}, record.ItemHeld, "作者"},
		{"the look fails", func() (adapters.Sight, error) {
			return adapters.Sight{}, &adapters.Error{Class: adapters.NotSent, Op: "look"}
		}, record.ItemHeld, "无法复看"},
		{"the account cannot look", nil, record.ItemHeld, "无法复看"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].look = c.look
				it := w.item(bots.ForWarning)
				w.run()
				pass(time.Minute)
				got := w.wantState(it, c.want)
				if c.want == record.ItemDelivered {
					if got.Looked.IsZero() {
						t.Error("nothing says when the post was looked at")
					}
					return
				}
				w.wantWhy(it, c.why)
				w.wantSent("wb")
				w.wantAlarm(c.why)
				w.wantOutcomes(it, "0|held")
			})
		})
	}
}

func TestAnOfficerMayLetAWarningLeaveUnseen(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForWarning)
		box := w.run()
		pass(time.Second)
		w.wantState(it, record.ItemHeld)
		officer := &record.Officer{Head: bots.Head{ID: "wang", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
		change(w, it.ID, func(i *record.Item) {
			if err := i.SendUnseen(officer, time.Now()); err != nil {
				t.Fatal(err)
			}
		})
		box.Wake()
		pass(time.Second)
		if got := w.wantState(it, record.ItemDelivered); got.NotLooked != "wang" || !got.Looked.IsZero() {
			t.Errorf("not looked %q, looked %v", got.NotLooked, got.Looked)
		}
	})
}

func TestAWarningThatChangedDuringTheLookIsNotClaimedOnIt(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForWarning)
		p := w.accounts["wb"]
		p.look = func() (adapters.Sight, error) {
			if p.looks == 1 { // somebody touches the item meanwhile
				change(w, it.ID, func(i *record.Item) { i.PostText = "另一条" })
			}
			return seen()
		}
		w.run()
		pass(time.Minute)
		w.wantState(it, record.ItemHeld)
		if p.looks != 2 {
			t.Errorf("looked %d times, want again for the new version", p.looks)
		}
	})
}

func TestPromise4_AClaimFromAnEarlierLifeIsNeverDue(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		change(w, it.ID, func(i *record.Item) { // as a process leaves it that dies in the call
			if _, err := i.Claim(7, time.Now()); err != nil {
				t.Fatal(err)
			}
		})
		next := w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		w.wantState(it, record.ItemUnknown)
		w.wantOutcomes(it, "1|unknown")
		pass(time.Hour)
		w.wantState(it, record.ItemUnknown)
		w.wantAlarm("请民警")
		w.wantState(next, record.ItemDue) // blocked behind it
		w.wantWhy(next, it.ID)
		w.wantSent("wb")
	})
}

func TestPromise4_AFormerHolderCannotClaim(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		old := New(w.opts).lane(it.Stream)
		if err := old.lease(t.Context()); err != nil {
			t.Fatal(err)
		}
		pass(time.Minute) // its lease lapses, and another takes the lane
		o := w.opts
		o.Owner = "two"
		if err := New(o).lane(it.Stream).lease(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := old.send(t.Context(), w.get(it)); !errors.Is(err, record.ErrFenced) {
			t.Errorf("send under a lost lease: %v, want %v", err, record.ErrFenced)
		}
		w.wantSent("wb")
		w.wantState(it, record.ItemDue)
	})
}

func TestPromise4_AnAnswerWithoutAnIdIsUnknown(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			return adapters.Receipt{URL: "https://example.org/ok"}, nil
		}
		it := w.item(bots.ForReply)
		w.run()
		pass(time.Second)
		w.wantState(it, record.ItemUnknown)
	})
}

func TestPromise7_ASuspectAccountHoldsItsSends(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		change(w, "wb", func(a *bots.Account) { a.Suspect = "another name" })
		w.run()
		pass(time.Minute)
		w.wantState(it, record.ItemHeld)
		w.wantSent("wb")
	})
}

func TestAnObservingOrUnknownAccountSendsNothing(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.account("new", bots.Observe)
		observed, stray := w.item(bots.ForReply, on("new")), w.item(bots.ForReply, on("nowhere"))
		w.run()
		pass(time.Minute)
		w.wantState(observed, record.ItemHeld)
		w.wantState(stray, record.ItemHeld)
		w.wantSent("new")
	})
}

func TestPromise11_TheLinterHasTheLastWord(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it, emergency := w.item(bots.ForReply), w.item(bots.ForEmergency, to("zhao"))
		w.run(func(o *Options) {
			o.Lint = func(text string) error { return errors.New("asks the reader for a transfer") }
		})
		pass(time.Minute)
		w.wantState(it, record.ItemHeld)
		w.wantState(emergency, record.ItemHeld)
		w.wantWhy(it, "transfer")
		w.wantSent("wb")
		w.wantAlarm("外发文本检查")
	})
}

func TestPromise12_AnEmergencyCardIsRepeatedWithTheSameCode(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(2, adapters.Error{Class: adapters.Unknown})
		it := w.item(bots.ForEmergency)
		w.run()
		pass(time.Minute)
		w.wantState(it, record.ItemDelivered)
		got := w.accounts["wb"].got
		if len(got) != 3 {
			t.Fatalf("%d sends, want 3", len(got))
		}
		for _, at := range got {
			if at.Code != it.Code || at.Key != it.Key {
				t.Errorf("attempt %d carries %s %s, want %s %s", at.N, at.Code, at.Key, it.Code, it.Key)
			}
		}
	})
}

func TestPromise12_AnEmergencyCardIsRepeatedThriceAtMost(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(1<<30, adapters.Error{Class: adapters.Unknown})
		it := w.item(bots.ForEmergency)
		w.run()
		pass(2 * time.Hour)
		if n := len(w.accounts["wb"].got); n != 1+maxRepeats {
			t.Errorf("%d sends, want %d", n, 1+maxRepeats)
		}
		w.wantState(it, record.ItemUnknown)
		w.wantAlarm("请民警")
		if heard := w.outcomes(it); len(heard) == 0 || heard[len(heard)-1] != "4|unknown" {
			t.Errorf("bots heard %q, want the last unknown outcome too", heard)
		}
	})
}

func TestPromise12_AnEmergencyCardNeverWaitsItsTurn(t *testing.T) {
	for name, obstacle := range map[string]func(*world){
		"an unknown head": func(w *world) {
			head := w.item(bots.ForReply)
			change(w, head.ID, func(i *record.Item) { _, _ = i.Claim(7, time.Now()) })
		},
		"everything halted": func(w *world) {
			h := &record.Halt{Level: record.HaltEverything}
			h.ID = record.HaltID
			w.put(h)
		},
		"the account paused": func(w *world) {
			m := &record.Mark{Value: "rate limit"}
			m.Head = bots.Head{ID: "pause/wb", Due: time.Now().Add(time.Hour)}
			w.put(m)
		},
		"the quota used up": func(w *world) {
			w.accounts["wb"].limits.Quotas = []adapters.Quota{{Scope: adapters.ScopeAccount, N: 1, Per: time.Hour}}
			w.item(bots.ForReply, to("zhao"))
		},
		"another emergency of unknown outcome": func(w *world) {
			head := w.item(bots.ForEmergency)
			change(w, head.ID, func(i *record.Item) {
				for range maxRepeats + 1 {
					i.State = record.ItemDue
					_, _ = i.Claim(7, time.Now())
					_ = i.Lost(time.Now())
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				obstacle(w)
				box := w.run()
				pass(time.Second)
				it := w.item(bots.ForEmergency)
				box.Wake()
				pass(time.Second)
				w.wantState(it, record.ItemDelivered)
			})
		})
	}
}

func TestPromise12_TheLastCreditIsKeptForAnEmergency(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].limits.Quotas = []adapters.Quota{{Scope: adapters.ScopeRecipient, Channel: adapters.Private, N: 3, Per: time.Hour}}
		a, b, c := w.item(bots.ForReply), w.item(bots.ForReply), w.item(bots.ForReply)
		box := w.run()
		pass(time.Second)
		w.wantState(a, record.ItemDelivered)
		w.wantState(b, record.ItemDelivered)
		w.wantState(c, record.ItemDue)
		card := w.item(bots.ForEmergency)
		box.Wake()
		pass(time.Second)
		w.wantState(card, record.ItemDelivered)
		w.wantSent("wb", a.Text, b.Text, card.Text)
	})
}

func TestPromise13_AFullQuotaWaitsInPlainSight(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].limits.Quotas = []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 1, Per: 3 * time.Hour}}
		start := time.Now()
		a, b := w.item(bots.ForBulletin), w.item(bots.ForBulletin)
		w.run()
		pass(time.Second)
		w.wantState(a, record.ItemDelivered)
		got := w.wantState(b, record.ItemDue)
		w.wantWhy(b, "该账号每3小时 1 条")
		if !got.Due.Equal(start.Add(3 * time.Hour)) {
			t.Errorf("due %v after the start, want when the quota frees: 3h", got.Due.Sub(start))
		}
		pass(3 * time.Hour)
		w.wantState(b, record.ItemDelivered)
	})
}

func TestPromise13_AQuotaIsGivenBackWhenNothingLeft(t *testing.T) {
	for _, c := range []struct {
		class adapters.Class
		next  string // the next item, over a quota of one
	}{
		{adapters.Rejected, record.ItemDelivered},
		{adapters.WindowClosed, record.ItemDelivered},
		{adapters.NotSent, record.ItemDelivered},
		{adapters.Unknown, record.ItemDue},
	} {
		t.Run(c.class.String(), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].limits.Quotas = []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.InReply, N: 2, Per: 100 * time.Hour}}
				w.accounts["wb"].fails(1, adapters.Error{Class: c.class})
				public := func(d *bots.Draft) { d.Channel, d.Expires = adapters.InReply, time.Now().Add(99*time.Hour) }
				w.item(bots.ForReply, public)
				next := w.item(bots.ForReply, public, to("zhao"))
				w.run(func(o *Options) { o.Pace.Backoff, o.Pace.MaxBackoff = 90*time.Hour, 90*time.Hour })
				pass(time.Minute)
				w.wantState(next, c.next)
			})
		})
	}
}

func TestPromise13_HaltedItemsWaitAndGoOn(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].look = seen
		h := &record.Halt{Level: record.HaltUnsolicited}
		h.ID = record.HaltID
		w.put(h)
		bulletin, warning, reply := w.item(bots.ForBulletin), w.item(bots.ForWarning), w.item(bots.ForReply)
		box := w.run()
		pass(time.Hour)
		w.wantState(reply, record.ItemDelivered) // not stopped by the warning before it to the same person
		for _, it := range []*record.Item{bulletin, warning} {
			w.wantState(it, record.ItemDue)
			w.wantWhy(it, "停发")
		}
		change(w, record.HaltID, func(h *record.Halt) { h.Level = record.HaltNone })
		box.Wake()
		pass(time.Second)
		w.wantState(bulletin, record.ItemDelivered)
		w.wantState(warning, record.ItemDelivered)
	})
}

func TestPromise13_AHaltBetweenLookingAndClaimingCounts(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		l := New(w.opts).lane(it.Stream)
		if err := l.lease(t.Context()); err != nil {
			t.Fatal(err)
		}
		h := &record.Halt{Level: record.HaltEverything}
		h.ID = record.HaltID
		w.put(h)
		if err := l.send(t.Context(), w.get(it)); !errors.Is(err, errStays) {
			t.Errorf("send while halted: %v, want %v", err, errStays)
		}
		w.wantState(it, record.ItemDue)
		w.wantSent("wb")
	})
}

func TestPromise13_NothingUnsolicitedLeavesAnUnmannedStation(t *testing.T) {
	for _, c := range []struct {
		name string
		away time.Duration
		want string
	}{
		{"signed in yesterday", 24 * time.Hour, record.ItemDelivered},
		{"signed in four days ago", 96 * time.Hour, record.ItemHeld},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].look = seen
				w.seen = time.Now().Add(-c.away)
				bulletin, warning, reply := w.item(bots.ForBulletin), w.item(bots.ForWarning, to("li")), w.item(bots.ForReply, to("zhao"))
				w.run()
				pass(time.Minute)
				w.wantState(bulletin, c.want)
				w.wantState(warning, c.want)
				w.wantState(reply, record.ItemDelivered)
			})
		})
	}
}

func TestPromise13_AnOpenBreakerHoldsTheRestBack(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		box := New(w.opts)
		for range trips {
			report, _ := box.permit(it)
			report(&notSent)
		}
		w.stops = append(w.stops, box.start(t))
		pass(time.Second)
		w.wantState(it, record.ItemDue)
		w.wantWhy(it, whyBroken)
		w.wantSent("wb")
		pass(2 * time.Minute)
		w.wantState(it, record.ItemDelivered)
	})
}
