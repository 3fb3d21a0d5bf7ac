package outbox

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// conversation stores the conversation every item of [world.item] belongs to.
func (w *world) conversation() string {
	w.t.Helper()
	c := &bots.Conversation{Account: "wb", Person: adapters.Person{ID: "li"}}
	c.Head = bots.Head{ID: "conv/li", Stream: "conv/li"}
	w.put(c)
	return c.ID
}

type answered struct {
	p   Passive
	ok  bool
	err error
}

// awaits asks for a passive reply as the frontdoor does, before the event is decided.
func (w *world) awaits(box *Outbox, conversation string, within time.Duration) chan answered {
	got := make(chan answered, 1)
	go func() {
		p, ok, err := box.Answer(w.t.Context(), conversation, "", time.Now().Add(within))
		got <- answered{p, ok, err}
	}()
	return got
}

func TestAPassiveReplyIsClaimedWrittenAndReported(t *testing.T) {
	for _, c := range []struct {
		name  string
		err   error
		end   string
		sends int // the ordinary way, afterwards
	}{
		{"written", nil, record.ItemDelivered, 0},
		{"certainly not written", &notSent, record.ItemDelivered, 1},
		{"nobody knows", errors.New("broken pipe"), record.ItemUnknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				conv, box := w.conversation(), w.idle()
				got := w.awaits(box, conv, 4*time.Second)
				pass(time.Second)
				it := w.item(bots.ForReply)
				box.Wake()
				a := <-got
				if !a.ok || a.err != nil || a.p.Text != it.Text {
					t.Fatalf("answer %+v", a)
				}
				w.wantState(it, record.ItemClaimed) // the intent is durable before the bytes are written
				a.p.Done(c.err)
				a.p.Done(errors.New("a second word does not count"))
				pass(time.Hour)
				w.wantState(it, c.end)
				if n := len(w.accounts["wb"].sent()); n != c.sends {
					t.Errorf("%d ordinary sends, want %d", n, c.sends)
				}
			})
		})
	}
}

func TestACallbackDoesNotWaitForAMessageOfWhichNothingCame(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		ask := func(ref adapters.Ref) (took func() time.Duration) {
			began, done := time.Now(), make(chan time.Time, 1)
			go func() {
				if _, ok, err := box.Answer(t.Context(), conv, ref, began.Add(4*time.Second)); ok || err != nil {
					t.Errorf("%s: answered %t, %v", ref, ok, err)
				}
				done <- time.Now()
			}()
			return func() time.Duration { return (<-done).Sub(began) }
		}
		silent, other := ask("m1"), ask("m2")
		pass(time.Second)
		box.Unanswered(conv, "m1")
		if took := silent(); took != time.Second {
			t.Errorf("its callback waited %s, want no longer than the decision", took)
		}
		if took := other(); took != 4*time.Second {
			t.Errorf("that of another message waited %s, want its whole time", took)
		}
	})
}

func TestAnEmergencyCardIsAnsweredBeforeAnythingElse(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv := w.conversation()
		w.item(bots.ForReply)
		card := w.item(bots.ForEmergency)
		box := New(w.opts)
		p, ok, err := box.Answer(t.Context(), conv, "", time.Now().Add(time.Second))
		if !ok || err != nil || p.Item != card.ID {
			t.Fatalf("answer %+v %v %v", p, ok, err)
		}
		p.Done(nil)
		w.wantState(card, record.ItemAccepted)
	})
}

func TestAPassiveReplyNobodyReportsIsUnknown(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		it := w.item(bots.ForReply)
		if a := <-w.awaits(box, conv, 4*time.Second); !a.ok {
			t.Fatalf("answer %+v", a)
		}
		pass(20 * time.Second)
		w.wantState(it, record.ItemUnknown)
	})
}

func TestWithoutAPassiveReplyTheMessageGoesItsOrdinaryWay(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		got := w.awaits(box, conv, 4*time.Second)
		if a := <-got; a.ok || a.err != nil {
			t.Fatalf("answer %+v", a)
		}
		it := w.item(bots.ForReply)
		box.Wake()
		pass(time.Second)
		w.wantState(it, record.ItemDelivered)
		w.wantSent("wb", it.Text)
	})
}

func TestWhatAPassiveReplyMustNotCarry(t *testing.T) {
	for name, obstacle := range map[string]func(*world, *record.Item){
		"other bytes": func(w *world, it *record.Item) {
			change(w, it.ID, func(i *record.Item) { i.Text += "!" })
		},
		"everything halted": func(w *world, _ *record.Item) {
			h := &record.Halt{Level: record.HaltEverything}
			h.ID = record.HaltID
			w.put(h)
		},
		"an unknown outcome before it": func(w *world, it *record.Item) {
			change(w, it.ID, func(i *record.Item) {
				_, _ = i.Claim(7, time.Now())
				_ = i.Lost(time.Now())
			})
			w.item(bots.ForReply)
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				conv := w.conversation()
				it := w.item(bots.ForReply)
				obstacle(w, it)
				if _, ok, err := New(w.opts).Answer(t.Context(), conv, "", time.Now().Add(2*time.Second)); ok || err != nil {
					t.Errorf("answered: %v %v", ok, err)
				}
			})
		})
	}
}

func TestAPassiveReplyIsNotTakenFromAnotherNode(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv := w.conversation()
		it := w.item(bots.ForReply)
		if err := New(w.opts).lane(it.Stream).lease(t.Context()); err != nil {
			t.Fatal(err)
		}
		o := w.opts
		o.Owner = "two"
		if _, ok, err := New(o).Answer(t.Context(), conv, "", time.Now().Add(2*time.Second)); ok || err != nil {
			t.Errorf("answered: %v %v", ok, err)
		}
		w.wantState(it, record.ItemDue)
	})
}

func TestACallbackThatComesAgainGetsTheSameBytes(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Parent = "msg-7" })
		answer := func() Passive {
			t.Helper()
			p, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(3*time.Second))
			if !ok || err != nil || p.Text != it.Text || !p.At.Equal(it.Created) {
				t.Fatalf("answer %+v, %v, %v", p, ok, err)
			}
			return p
		}
		answer().Done(nil)
		pass(15 * time.Second)
		w.wantState(it, record.ItemAccepted) // nobody can prove it yet
		answer().Done(nil)
		pass(15 * time.Second)
		w.wantState(it, record.ItemAccepted)
		pass(10 * time.Second)
		w.wantState(it, record.ItemDelivered)
		if n := w.get(it).Tries(); n != 1 || len(w.accounts["wb"].sent()) != 0 {
			t.Errorf("%d attempts and %d ordinary sends", n, len(w.accounts["wb"].sent()))
		}
		if _, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(time.Second)); ok || err != nil {
			t.Errorf("delivered long ago and handed over again: %v, %v", ok, err)
		}
	})
}

// However many other replies wait for their proof, the one whose callback comes again is found.
func TestACallbackThatComesAgainInAFloodGetsTheSameBytes(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Parent = "msg-7" })
		first, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(3*time.Second))
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		first.Done(nil)
		var others []bots.Record
		for n := range 1050 {
			for _, id := range []string{"00000000.%04d.item", "99999999.%04d.item"} { // older and newer
				others = append(others, &record.Item{Head: bots.Head{ID: fmt.Sprintf(id, n), State: record.ItemAccepted, Stream: "elsewhere/private", Due: time.Now().Add(time.Hour)}, Passive: true})
			}
		}
		w.put(others...)
		p, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(3*time.Second))
		if !ok || err != nil || p.Text != first.Text || !p.At.Equal(it.Created) {
			t.Errorf("again %+v, %v, %v", p, ok, err)
		}
	})
}

// Two messages of one person, two callbacks at once: the reply to the first may leave with the second,
// and then nothing of it leaves with the first, nor when either comes again but with its own.
func TestPromise4_AReplyLeavesWithOneCallbackOnly(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Parent = "msg-1" })
		answer := func(ref adapters.Ref, want bool) {
			t.Helper()
			p, ok, err := box.Answer(t.Context(), conv, ref, time.Now().Add(time.Second))
			if err != nil || ok != want || ok && p.Text != it.Text {
				t.Errorf("%s: %+v, %v, %v", ref, p, ok, err)
			}
			if ok {
				p.Done(nil)
			}
		}
		answer("msg-2", true)
		answer("msg-1", false)
		answer("msg-2", true)
		answer("msg-1", false)
		pass(time.Minute)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestPromise4_ARepeatedReplyThatCannotBeWrittenIsUnknown(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Parent = "msg-7" })
		for _, outcome := range []error{nil, errors.New("broken pipe")} {
			p, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(3*time.Second))
			if !ok || err != nil {
				t.Fatalf("answer %v, %v", ok, err)
			}
			p.Done(outcome)
			pass(time.Second)
		}
		w.wantState(it, record.ItemUnknown)
		pass(time.Hour)
		if n := len(w.accounts["wb"].sent()); n != 0 {
			t.Errorf("%d ordinary sends of what may have arrived", n)
		}
	})
}

func TestWhatWasAcknowledgedWithoutAReplyGoesTheOrdinaryWay(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		conv, box := w.conversation(), w.idle()
		if _, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(time.Second)); ok || err != nil {
			t.Fatalf("answered before there was anything: %v, %v", ok, err)
		}
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Parent = "msg-7" })
		if _, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(time.Second)); ok || err != nil {
			t.Errorf("the platform would drop this reply: %v, %v", ok, err)
		}
		box.Wake()
		pass(time.Minute)
		w.wantState(it, record.ItemDelivered)
		if n := len(w.accounts["wb"].sent()); n != 1 {
			t.Errorf("%d ordinary sends", n)
		}
	})
}

func TestDeliveriesUnderWayAtTheSameTimeGetTheSameAnswer(t *testing.T) {
	for _, comes := range []bool{true, false} {
		in(t, func(t *testing.T, w *world) {
			conv, box := w.conversation(), w.idle()
			got := make(chan answered, 3)
			for i := range 3 {
				go func() {
					p, ok, err := box.Answer(t.Context(), conv, "msg-7", time.Now().Add(2*time.Second))
					got <- answered{p, ok, err}
				}()
				pass(time.Duration(i+1) * 100 * time.Millisecond)
			}
			if comes {
				w.item(bots.ForReply, func(d *bots.Draft) { d.Parent = "msg-7" })
				box.Wake()
			}
			first := <-got
			for range 2 {
				if a := <-got; a.ok != comes || a.err != nil || a.p.Text != first.p.Text || !a.p.At.Equal(first.p.At) {
					t.Errorf("answers differ: %+v and %+v", first, a)
				}
			}
		})
	}
}
