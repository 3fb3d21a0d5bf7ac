package outbox

import (
	"context"
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func byHand(rule HandRule) func(*Options) {
	return func(o *Options) { o.Hand = func(string) HandRule { return rule } }
}

// take lets an officer take a task, and prove lets them say that it was posted.
func (w *world) take(it *record.Item) {
	change(w, it.ID, func(i *record.Item) {
		a, err := record.Fetch[record.Approval](context.Background(), w.store, i.Approval)
		if err == nil {
			err = i.TakeHand(wang(), a, &bots.Account{Head: bots.Head{State: string(bots.Live)}}, &record.Halt{}, true, time.Now())
		}
		if err != nil {
			w.t.Error(err)
		}
	})
}

func (w *world) prove(it *record.Item) {
	change(w, it.ID, func(i *record.Item) {
		if err := i.ProveHand(wang(), record.Proof{Link: "https://tieba.example/p/1", Text: i.Text}, record.Policy{}, time.Now()); err != nil {
			w.t.Error(err)
		}
	})
}

func wang() *record.Officer {
	return &record.Officer{Head: bots.Head{ID: "wang", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
}

func TestPromise7_WhereThereIsNoInterfaceAPersonPosts(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForBulletin)
		w.run(byHand(HandAlways))
		pass(time.Minute)
		got := w.wantState(it, record.ItemByHand)
		w.wantSent("wb")
		w.wantOutcomes(it)
		if got.Hand == nil || got.Hand.Why != whyManual || !got.Hand.Deadline.Equal(got.Hand.Since.Add(handWithin)) {
			t.Errorf("%+v", got.Hand)
		}
		w.take(it)
		pass(time.Minute)
		w.prove(it)
		pass(time.Minute)
		w.wantState(it, record.ItemDelivered)
		w.wantOutcomes(it, "0|delivered")
		w.wantSent("wb")
	})
}

func TestByHand_OnlyWhatMayLeave(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		tampered, warns := w.item(bots.ForBulletin), w.item(bots.ForWarning)
		change(w, tampered.ID, func(i *record.Item) { i.Text += "加我" })
		w.put(&record.Halt{Head: bots.Head{ID: record.HaltID}, Level: record.HaltUnsolicited})
		w.run(byHand(HandAlways))
		pass(time.Minute)
		w.wantState(tampered, record.ItemDue)
		change(w, record.HaltID, func(h *record.Halt) { h.Level = record.HaltNone })
		pass(2 * time.Minute)
		w.wantState(tampered, record.ItemHeld)
		w.wantState(warns, record.ItemByHand) // nothing can look at its post but the person who takes it
	})
}

func TestByHand_WhatCanLookLooksFirst(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].look = func() (adapters.Sight, error) { return adapters.Sight{}, nil }
		it := w.item(bots.ForWarning)
		w.run(byHand(HandAlways))
		pass(time.Minute)
		w.wantState(it, record.ItemHeld)
		w.wantWhy(it, "已不在")
	})
}

func TestByHand_Fallback(t *testing.T) {
	classes := map[adapters.Class]string{
		adapters.WindowClosed: record.ItemByHand, adapters.Unsupported: record.ItemByHand,
		adapters.Rejected: record.ItemRejected, adapters.Gone: record.ItemRejected,
	}
	for class, want := range classes {
		t.Run(class.String(), func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].fails(9, adapters.Error{Class: class})
				it := w.item(bots.ForReply)
				w.run(byHand(HandFallback))
				pass(time.Minute)
				w.wantState(it, want)
				w.wantSent("wb", it.Text)
			})
		})
	}
}

func TestByHand_FallbackWhereNobodyIsNamed(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(9, adapters.Error{Class: adapters.WindowClosed})
		it := w.item(bots.ForReply)
		w.run()
		pass(time.Minute)
		w.wantState(it, record.ItemRejected)
	})
}

func TestByHand_FallbackWhenNobodyMayBeWrittenTo(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].limits = adapters.Limits{Windows: []adapters.ReplyWindow{{Trigger: adapters.KindMessage, N: 2, Within: time.Hour}}}
		it := w.item(bots.ForReply)
		w.run(byHand(HandFallback))
		pass(time.Minute)
		w.wantState(it, record.ItemByHand)
		w.wantWhy(it, "没有来信")
		w.wantSent("wb")
	})
}

// mute is an account that cannot send.
type mute struct{ adapters.Account }

func (mute) Caps() adapters.Caps { return adapters.Caps{Guide: guide{}} }

type guide struct{}

func (guide) Place(t adapters.Task) string { return "https://tieba.example/u/" + t.To.ID }

func TestByHand_FallbackOfWhatCannotSend(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		w.run(byHand(HandFallback), func(o *Options) {
			o.Accounts = func(string) (adapters.Account, bool) { return mute{w.accounts["wb"]}, true }
		})
		pass(time.Minute)
		if got := w.wantState(it, record.ItemByHand); got.Hand == nil || got.Hand.Place != "https://tieba.example/u/li" {
			t.Errorf("%+v", got.Hand)
		}
	})
}

func TestPromise4_WhatMayHaveGoneOutIsNotPostedByHand(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		n := 0
		w.accounts["wb"].say = func(context.Context, adapters.Attempt) (adapters.Receipt, error) {
			if n++; n == 1 {
				return adapters.Receipt{}, &adapters.Error{Op: "send", Class: adapters.Unknown}
			}
			return adapters.Receipt{}, &adapters.Error{Op: "send", Class: adapters.WindowClosed}
		}
		it := w.item(bots.ForReply)
		w.run(byHand(HandFallback), func(o *Options) {
			o.Idem = func(string, adapters.Channel) adapters.Idempotency { return adapters.Keyed }
		})
		pass(time.Hour)
		w.wantState(it, record.ItemRejected)
	})
}

func TestPromise13_ALateTaskIsSaidToBeLateAndStays(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForBulletin)
		w.run(byHand(HandAlways))
		pass(handWithin - time.Minute)
		if got := w.alarms(); len(got) > 0 {
			t.Errorf("alarms before the deadline: %q", got)
		}
		pass(2 * time.Minute)
		w.wantState(it, record.ItemByHand)
		w.wantAlarm("超过时限")
		w.take(it)
		pass(48 * time.Hour)
		w.wantState(it, record.ItemByHand) // somebody may have posted it
		w.prove(it)
		pass(time.Minute)
		w.wantOutcomes(it, "0|delivered")
	})
}

func TestByHand_WhatNobodyTookExpires(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForBulletin)
		w.run(byHand(HandAlways))
		pass(25 * time.Hour)
		w.wantState(it, record.ItemExpired)
		w.wantOutcomes(it, "0|expired")
	})
}

func TestPromise12_AnEmergencyCardToPostIsPutBeforePeopleAtOnce(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForEmergency)
		w.run(byHand(HandAlways))
		pass(time.Minute)
		if got := w.wantState(it, record.ItemByHand); got.Hand.Deadline.Sub(got.Hand.Since) != urgentWithin {
			t.Errorf("%+v", got.Hand)
		}
		w.wantAlarm("紧急")
	})
}

// TestByHand_ACrashAtAnyStep: a task is given to people once, and its proof is told once.
func TestByHand_ACrashAtAnyStep(t *testing.T) {
	for _, at := range []string{StepLeased, StepAccepted, StepTold} {
		t.Run(at, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				it := w.item(bots.ForBulletin)
				crashed := ""
				dir := t.TempDir()
				w.run(byHand(HandAlways), func(o *Options) {
					o.Step = func(name string) {
						if name == at && crashed == "" {
							crashed = w.snapshot(dir + "/crash")
						}
					}
				})
				pass(time.Minute)
				w.take(it)
				w.prove(it)
				pass(2 * time.Minute)
				if crashed == "" {
					t.Fatalf("step %s never came", at)
				}
				again := w.reopen(crashed)
				defer again.close()
				again.run(byHand(HandAlways))
				pass(2 * time.Minute)
				if again.get(it).State == record.ItemByHand {
					again.take(it)
					again.prove(it)
				}
				pass(2 * time.Minute)
				again.wantState(it, record.ItemDelivered)
				again.wantOutcomes(it, "0|delivered")
				if n := len(slices.DeleteFunc(again.deeds(it), func(s string) bool { return s != record.ItemByHand })); n != 1 {
					t.Errorf("given to people %d times", n)
				}
			})
		})
	}
}
