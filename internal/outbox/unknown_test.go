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

func finding(v adapters.Verdict) func(adapters.FindQuery) (adapters.Finding, error) {
	return func(adapters.FindQuery) (adapters.Finding, error) {
		return adapters.Finding{Verdict: v, Receipt: adapters.Receipt{Ref: "found-1"}}, nil
	}
}

func class(c adapters.Idempotency) func(*Options) {
	return func(o *Options) {
		o.Idem = func(string, adapters.Channel) adapters.Idempotency { return c }
	}
}

// TestPromise4_HowAnUnknownOutcomeIsSettled is the table of idempotency classes and findings.
func TestPromise4_HowAnUnknownOutcomeIsSettled(t *testing.T) {
	failed := func(adapters.FindQuery) (adapters.Finding, error) {
		return adapters.Finding{}, errors.New("connection refused")
	}
	for _, c := range []struct {
		name  string
		class adapters.Idempotency
		find  func(adapters.FindQuery) (adapters.Finding, error)
		end   string
		sends int
		finds int
		alarm string
	}{
		{"look-up finds it", adapters.ByLookup, finding(adapters.Found), record.ItemDelivered, 1, 1, ""},
		{"look-up finds it absent", adapters.ByLookup, finding(adapters.Absent), record.ItemDelivered, 2, 1, ""},
		{"look-up stays inconclusive", adapters.ByLookup, finding(adapters.Inconclusive), record.ItemUnknown, 1, maxLookups, "尚无定论"},
		{"look-up keeps failing", adapters.ByLookup, failed, record.ItemUnknown, 1, maxLookups, "查询未成功"},
		{"look-up without a finder", adapters.ByLookup, nil, record.ItemUnknown, 1, 0, "请民警"},
		{"natural is looked up", adapters.Natural, finding(adapters.Found), record.ItemDelivered, 1, 1, ""},
		{"natural without a finder", adapters.Natural, nil, record.ItemUnknown, 1, 0, "请民警"},
		{"keyed is repeated under its key", adapters.Keyed, nil, record.ItemDelivered, 2, 0, ""},
		{"none goes to an officer", adapters.NoIdem, finding(adapters.Absent), record.ItemUnknown, 1, 0, "请民警"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				p := w.accounts["wb"]
				p.find = c.find
				p.fails(1, adapters.Error{Class: adapters.Unknown})
				it := w.item(bots.ForReply)
				w.run(class(c.class))
				pass(30 * time.Second)
				w.wantState(it, record.ItemUnknown) // it first settles
				if len(p.sent()) != 1 || p.asked() != 0 {
					t.Errorf("%d sends, %d look-ups before it settled", len(p.sent()), p.asked())
				}
				pass(6 * time.Hour)
				w.wantState(it, c.end)
				if len(p.sent()) != c.sends || p.asked() != c.finds {
					t.Errorf("%d sends and %d look-ups, want %d and %d", len(p.sent()), p.asked(), c.sends, c.finds)
				}
				for _, at := range p.got {
					if at.Key != it.Key {
						t.Errorf("attempt %d went under key %q, want %q", at.N, at.Key, it.Key)
					}
				}
				if c.alarm != "" {
					w.wantAlarm(c.alarm)
				}
				if c.end == record.ItemDelivered {
					heard := w.outcomes(it)
					if n := len(heard); n != 2 || heard[0] != "1|unknown" {
						t.Errorf("bots heard %q", heard)
					}
				}
			})
		})
	}
}

func TestTheLookUpIsAskedTheRightThing(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		var q adapters.FindQuery
		p.find = func(asked adapters.FindQuery) (adapters.Finding, error) {
			q = asked
			return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "1"}}, nil
		}
		p.fails(1, adapters.Error{Class: adapters.Unknown})
		it := w.item(bots.ForReply)
		start := time.Now()
		w.run()
		pass(5 * time.Minute)
		if q.Channel != it.Channel || q.To != it.To || q.Code != it.Code || q.Key != it.Key || q.Text != it.Text {
			t.Errorf("asked %+v", q)
		}
		if q.Since.After(start) || q.Since.Before(start.Add(-5*time.Minute)) {
			t.Errorf("since %v before the first attempt", start.Sub(q.Since))
		}
	})
}

func TestPromise4_AKeyedSendIsNotRepeatedForever(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(1<<30, adapters.Error{Class: adapters.Unknown})
		it := w.item(bots.ForReply)
		w.run(class(adapters.Keyed))
		pass(20 * time.Hour)
		if n := len(w.accounts["wb"].sent()); n != 1+maxKeyed {
			t.Errorf("%d sends, want %d", n, 1+maxKeyed)
		}
		w.wantState(it, record.ItemUnknown)
		w.wantAlarm("请民警")
	})
}

func TestAKeyTheForgetfulPlatformMayHaveDroppedIsNotTrusted(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		it := w.item(bots.ForReply)
		change(w, it.ID, func(i *record.Item) { _, _ = i.Claim(7, time.Now()) })
		pass(2 * time.Hour) // the station was down so long
		w.run(class(adapters.Keyed))
		pass(time.Hour)
		w.wantState(it, record.ItemUnknown)
		w.wantSent("wb")
	})
}

func TestAKeyedRepeatThatNamesWhatExistsIsDelivered(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		p.say = func(_ context.Context, at adapters.Attempt) (adapters.Receipt, error) {
			if at.N == 1 {
				return adapters.Receipt{}, &adapters.Error{Op: "send"}
			}
			return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Code: "45065", Ref: "msg-1", Op: "send"}
		}
		it := w.item(bots.ForReply)
		w.run(class(adapters.Keyed))
		pass(time.Hour)
		if got := w.wantState(it, record.ItemDelivered); got.Receipt.Ref != "msg-1" || !got.Receipt.Existed {
			t.Errorf("receipt %+v", got.Receipt)
		}
	})
}

func TestAnUnknownHeadBlocksOnlyItsRecipient(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		p.find = finding(adapters.Found)
		p.fails(1, adapters.Error{Class: adapters.Unknown})
		first, second := w.item(bots.ForReply), w.item(bots.ForReply)
		other := w.item(bots.ForReply, to("zhao"))
		w.run()
		pass(30 * time.Second)
		w.wantState(first, record.ItemUnknown)
		w.wantState(second, record.ItemDue)
		w.wantState(other, record.ItemDelivered)
		pass(time.Hour)
		w.wantSent("wb", first.Text, other.Text, second.Text)
	})
}

func TestWhatAnOfficerSettlesIsToldAndFreesTheLane(t *testing.T) {
	for as, sends := range map[string]int{record.ItemDelivered: 2, record.ItemClosed: 2, record.ItemDue: 3} {
		t.Run(as, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				w.accounts["wb"].fails(1, adapters.Error{Class: adapters.Unknown})
				it, next := w.item(bots.ForReply), w.item(bots.ForReply)
				box := w.run()
				pass(time.Hour)
				officer := &record.Officer{Head: bots.Head{ID: "wang", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
				change(w, it.ID, func(i *record.Item) {
					if err := i.Settle(officer, as, time.Now()); err != nil {
						t.Fatal(err)
					}
				})
				box.Wake()
				pass(2 * time.Minute)
				w.wantState(next, record.ItemDelivered)
				if n := len(w.accounts["wb"].sent()); n != sends {
					t.Errorf("%d sends, want %d", n, sends)
				}
				if as == record.ItemDue {
					w.wantOutcomes(it, "1|unknown", "2|delivered")
				} else {
					w.wantOutcomes(it, "1|unknown", "1|"+as)
				}
			})
		})
	}
}
