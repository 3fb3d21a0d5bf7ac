package outbox

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// eraser is a platform that takes posts back.
type eraser struct {
	*platform
	asked []adapters.Ref // what it was asked to take back
	fails []error        // of the first requests
}

func (e *eraser) Caps() adapters.Caps {
	c := e.platform.Caps()
	c.Retract = e
	return c
}

func (e *eraser) Withdraw(_ context.Context, _ adapters.Attempt, r adapters.Receipt) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked = append(e.asked, r.Ref)
	if n := len(e.asked); n <= len(e.fails) {
		return e.fails[n-1]
	}
	return nil
}

func (e *eraser) requests() []adapters.Ref {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.asked)
}

// erasing makes the account one that takes posts back, after some requests that fail.
func (w *world) erasing(fails ...error) (*eraser, func(*Options)) {
	e := &eraser{platform: w.accounts["wb"], fails: fails}
	return e, func(o *Options) { o.Accounts = func(string) (adapters.Account, bool) { return e, !w.down["wb"] } }
}

// published is a bulletin that is out, and its withdrawal, asked for by wu and approved by wang.
func (w *world) published() (out, withdrawal *record.Item) {
	w.t.Helper()
	out = w.item(bots.ForBulletin)
	change(w, out.ID, func(i *record.Item) {
		i.State, i.Due = record.ItemDelivered, time.Time{}
		i.Receipt = adapters.Receipt{Ref: "post-" + adapters.Ref(i.Code), URL: "https://pretend.example/" + i.Code}
	})
	out = w.get(out)
	wu := &record.Officer{Head: bots.Head{ID: "wu", State: record.OfficerActive}, Roles: []record.Role{record.Editor}}
	asked, err := record.AskWithdrawal(out, wu, "数字写错了")
	if err != nil {
		w.t.Fatal(err)
	}
	withdrawal = w.item(bots.ForWithdrawal, func(d *bots.Draft) {
		head, code := d.Head, d.Code
		*d = *asked
		d.Head, d.Code, d.Expires, d.Stream = head, code, time.Now().Add(48*time.Hour), "schedule/daily"
	})
	return out, withdrawal
}

func TestWithdrawal_ThePostIsTakenBack(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		e, erasing := w.erasing()
		out, it := w.published()
		w.run(erasing)
		pass(time.Second)
		got := w.wantState(it, record.ItemDelivered)
		if asked := e.requests(); !slices.Equal(asked, []adapters.Ref{out.Receipt.Ref}) || got.Receipt.Ref != out.Receipt.Ref {
			t.Errorf("asked to take back %q; %+v", asked, got.Receipt)
		}
		w.wantOutcomes(it, "1|delivered")
		w.wantSent("wb")
		if deeds := w.deeds(it); !slices.Equal(deeds[:2], []string{"claimed", record.ItemDelivered}) {
			t.Errorf("deeds %q", deeds)
		}
	})
}

// What the platform had accepted is asked for while it is taken back: that it is gone then is no
// refusal, and nobody is alarmed. When the withdrawal came to nothing, it is.
func TestWithdrawal_WhatIsFoundGoneMeanwhileIsNotRefused(t *testing.T) {
	for state, want := range map[string]string{
		record.ItemClaimed: record.ItemAccepted, record.ItemUnknown: record.ItemAccepted, record.ItemByHand: record.ItemAccepted,
		record.ItemDelivered: record.ItemAccepted, record.ItemExpired: record.ItemRejected, record.ItemClosed: record.ItemRejected,
	} {
		t.Run("the withdrawal is "+state, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].check = func(adapters.Receipt) (adapters.Receipt, error) {
					return adapters.Receipt{}, &adapters.Error{Op: "check", Class: adapters.Gone, Phase: adapters.Answered}
				}
				out, it := w.published()
				w.put(&bots.Bulletin{Head: bots.Head{ID: "b", State: bots.BulletinReleased}, Withdrawals: []string{"forgotten", it.Draft}})
				change(w, out.ID, func(i *record.Item) { i.State, i.Due, i.About.ID = record.ItemAccepted, time.Now(), "b" })
				change(w, it.ID, func(i *record.Item) { i.State, i.Due, i.Stream = state, time.Time{}, "elsewhere/withdrawal" })
				w.run()
				pass(2 * time.Second)
				w.wantState(out, want)
				if all := w.alarms(); (len(all) == 0) != (want == record.ItemAccepted) || len(all) > 0 && !strings.Contains(all[0], "平台上已经没有这一条") {
					t.Errorf("alarms %q", all)
				}
			})
		})
	}
}

func TestPromise1_AnotherPostThanTheApprovedOneIsNotTakenBack(t *testing.T) {
	for name, tamper := range map[string]func(*record.Item){
		"another post":    func(i *record.Item) { i.Parent = "post-of-somebody" },
		"another account": func(i *record.Item) { i.Account, i.Stream = "wb2", record.Lane("wb2", adapters.Withdrawal, "") },
		"no approval":     func(i *record.Item) { i.Approval = "none" },
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.account("wb2", bots.Live)
				e, erasing := w.erasing()
				_, it := w.published()
				change(w, it.ID, tamper)
				w.run(erasing)
				pass(time.Second)
				w.wantState(it, record.ItemHeld)
				if asked := e.requests(); len(asked) != 0 {
					t.Errorf("asked to take back %q", asked)
				}
			})
		})
	}
}

func TestPromise1_NoStandingApprovalTakesAPostBack(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		e, erasing := w.erasing()
		_, it := w.published()
		change(w, it.Approval, func(a *record.Approval) { a.Officer, a.Standing = "", "receipt@1" })
		w.put(&record.Standing{Head: bots.Head{ID: "receipt@1", State: record.StandingActive}, Until: time.Now().Add(time.Hour)})
		w.run(erasing)
		pass(time.Second)
		w.wantState(it, record.ItemHeld)
		w.wantWhy(it, whyNoOfficer)
		if asked := e.requests(); len(asked) != 0 {
			t.Errorf("asked to take back %q", asked)
		}
	})
}

func TestWithdrawal_WhatIsGoneAlreadyIsASuccess(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		_, erasing := w.erasing(&adapters.Error{Op: "withdraw", Class: adapters.Gone, Phase: adapters.Answered})
		_, it := w.published()
		w.run(erasing)
		pass(time.Second)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestWithdrawal_OfUnknownOutcomeIsLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		sight    adapters.Sight
		err      error
		requests int
		note     string
	}{
		"gone":           {sight: adapters.Sight{}, requests: 1, note: "平台上已经没有这一条"},
		"gone, as error": {err: &adapters.Error{Op: "look", Class: adapters.Gone}, requests: 1, note: "平台上已经没有这一条"},
		"still there":    {sight: adapters.Sight{Exists: true}, requests: 2},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].look = func() (adapters.Sight, error) { return c.sight, c.err }
				e, erasing := w.erasing(&adapters.Error{Op: "withdraw"})
				_, it := w.published()
				w.run(erasing)
				pass(time.Second)
				w.wantState(it, record.ItemUnknown)
				pass(10 * time.Minute)
				got := w.wantState(it, record.ItemDelivered)
				if n := len(e.requests()); n != c.requests {
					t.Errorf("%d requests, want %d", n, c.requests)
				}
				if c.note != "" && got.Attempts[0].Note != c.note {
					t.Errorf("the attempt says %q", got.Attempts[0].Note)
				}
			})
		})
	}
}

func TestWithdrawal_OfUnknownOutcomeThatCannotBeLookedAtIsAskedForAgainThenGivenToAPerson(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		unknown := &adapters.Error{Op: "withdraw"}
		e, erasing := w.erasing(unknown)
		_, once := w.published()
		w.run(erasing)
		pass(10 * time.Minute)
		w.wantState(once, record.ItemDelivered)
		if n := len(e.requests()); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
	in(t, func(t *testing.T, w *world) {
		unknown := &adapters.Error{Op: "withdraw"}
		e, erasing := w.erasing(slices.Repeat([]error{unknown}, 20)...)
		_, always := w.published()
		w.run(erasing)
		pass(12 * time.Hour)
		w.wantState(always, record.ItemUnknown)
		w.wantAlarm("多次请求撤回没有得到答复")
		if n := len(e.requests()); n != maxKeyed+1 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestWithdrawal_WhatNoProgramCanTakeBackAPersonDoes(t *testing.T) {
	refusal := &adapters.Error{Op: "withdraw", Class: adapters.Rejected, Phase: adapters.Answered}
	for name, c := range map[string]struct {
		able  bool
		fails []error
		rule  HandRule
		why   string
	}{
		"the platform has no such ability": {why: whyNoRetract},
		"the platform refuses":             {able: true, fails: []error{refusal}, why: "平台拒绝"},
		"people work the account":          {able: true, rule: HandAlways, why: whyManual},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				e, erasing := w.erasing(c.fails...)
				out, it := w.published()
				w.run(func(o *Options) {
					if c.able {
						erasing(o)
					}
				}, byHand(c.rule))
				pass(time.Second)
				got := w.wantState(it, record.ItemByHand)
				if got.Hand.Place != out.Receipt.URL || !slices.Contains([]string{c.why}, got.Hand.Why[:len(c.why)]) {
					t.Errorf("%+v", got.Hand)
				}
				w.take(it)
				change(w, it.ID, func(i *record.Item) {
					if err := i.ProveGone(wang(), time.Now()); err != nil {
						t.Error(err)
					}
				})
				pass(time.Minute)
				w.wantState(it, record.ItemDelivered)
				if n := len(e.requests()); n != len(c.fails) {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

func TestWithdrawal_IsNotStoppedByAHaltOfPublicSends(t *testing.T) {
	for level, state := range map[record.HaltLevel]string{record.HaltUnsolicited: record.ItemDelivered, record.HaltEverything: record.ItemDue} {
		in(t, func(t *testing.T, w *world) {
			_, erasing := w.erasing()
			_, it := w.published()
			w.put(&record.Halt{Head: bots.Head{ID: record.HaltID}, Level: level})
			w.run(erasing)
			pass(time.Second)
			w.wantState(it, state)
		})
	}
}

func TestWithdrawal_WaitsForNoOther(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		e, erasing := w.erasing(&adapters.Error{Op: "withdraw"})
		_, unknown := w.published()
		_, next := w.published()
		w.run(erasing)
		pass(time.Second)
		w.wantState(unknown, record.ItemUnknown)
		w.wantState(next, record.ItemDelivered)
		if n := len(e.requests()); n != 2 {
			t.Errorf("%d requests", n)
		}
	})
}

func TestPromise4_AWithdrawalCutShortIsUnknownNotDue(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		_, erasing := w.erasing()
		_, it := w.published()
		change(w, it.ID, func(i *record.Item) {
			if _, err := i.Claim(0, time.Now()); err != nil {
				t.Error(err)
			}
		})
		w.run(erasing)
		pass(time.Second)
		w.wantState(it, record.ItemUnknown)
		pass(5 * time.Minute)
		w.wantState(it, record.ItemDelivered)
	})
}
