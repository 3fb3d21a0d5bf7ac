package outbox

import (
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// closed is a world in which li wrote too long ago to be answered.
func closed(w *world) *platform {
	windowed(w)
	w.opts.Tag = plainTag
	wrote(w, "li", adapters.KindMessage)
	pass(25 * time.Hour)
	return w.accounts["wb"]
}

func (p *platform) ways() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.told)
}

// goOn is an officer who lets a held send be tried again.
func goOn(t *testing.T, i *record.Item) {
	t.Helper()
	if err := i.Unhold(time.Now()); err != nil {
		t.Error(err)
	}
}

// noConsent refuses what is told by one way.
func noConsent(way string) func(adapters.Notice) (adapters.Receipt, error) {
	return func(n adapters.Notice) (adapters.Receipt, error) {
		if n.Way == way {
			return adapters.Receipt{}, &adapters.Error{Class: adapters.WindowClosed, Op: "notice"}
		}
		return adapters.Receipt{Ref: "told-1"}, nil
	}
}

func TestOutsideTheWindowThePersonIsToldOfNews(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := closed(w)
		p.notify = noConsent("nobody's")
		it := w.item(bots.ForReply)
		box := w.run()
		pass(time.Minute)
		got := w.wantState(it, record.ItemHeld)
		w.wantWhy(it, "已通知对方")
		if !slices.Equal(p.ways(), []string{"subscription to li"}) || len(p.sent()) != 0 {
			t.Errorf("told %v, sent %v", p.ways(), p.sent())
		}
		if n := got.Notices; len(n) != 1 || n[0].Result != record.NoticeSent || n[0].Ref != "told-1" {
			t.Errorf("%+v", n)
		}
		conv, err := record.Fetch[bots.Conversation](t.Context(), w.store, record.ConversationID(plainTag, "wb", "li"))
		if err != nil || !slices.Equal(conv.Waiting, []string{it.ID}) {
			t.Errorf("the conversation awaits %+v, %v", conv, err)
		}
		change(w, it.ID, func(i *record.Item) { goOn(t, i) }) // an officer tries it again
		box.Wake()
		pass(time.Minute)
		w.wantState(it, record.ItemHeld)
		if !slices.Equal(p.ways(), []string{"subscription to li"}) {
			t.Errorf("told again: %v", p.ways())
		}
		wrote(w, "li", adapters.KindMessage)
		change(w, it.ID, func(i *record.Item) { goOn(t, i) })
		box.Wake()
		pass(time.Minute)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestOutsideTheWindowTheNextWayIsTriedThenPeople(t *testing.T) {
	for name, c := range map[string]struct {
		refused string
		told    []string
		why     string
	}{
		"no consent":  {"subscription", []string{"subscription to li", "template to li"}, "已通知对方"},
		"none at all": {"", []string{"subscription to li", "template to li"}, "改用其他渠道"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				p := closed(w)
				p.notify = noConsent(c.refused)
				if c.refused == "" {
					p.notify = func(n adapters.Notice) (adapters.Receipt, error) { return noConsent(n.Way)(n) }
				}
				it := w.item(bots.ForOfficer)
				w.run()
				pass(time.Minute)
				w.wantState(it, record.ItemHeld)
				w.wantWhy(it, c.why)
				w.wantAlarm(c.why)
				if !slices.Equal(p.ways(), c.told) {
					t.Errorf("told %v, want %v", p.ways(), c.told)
				}
			})
		})
	}
}

func TestOutsideTheWindowAPersonSendsWhatNoNoticeReaches(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := closed(w)
		p.notify = func(n adapters.Notice) (adapters.Receipt, error) { return noConsent(n.Way)(n) }
		it := w.item(bots.ForReply)
		w.run(byHand(HandFallback))
		pass(time.Minute)
		w.wantState(it, record.ItemByHand)
		if len(p.ways()) != 2 {
			t.Errorf("told %v before people were asked", p.ways())
		}
	})
}

func TestANoticeOfUnknownOutcomeIsNotRepeated(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := closed(w)
		p.notify = func(adapters.Notice) (adapters.Receipt, error) {
			return adapters.Receipt{}, &adapters.Error{Op: "notice"}
		}
		it := w.item(bots.ForReply)
		box := w.run()
		pass(time.Minute)
		w.wantWhy(it, "是否送达未知")
		change(w, it.ID, func(i *record.Item) { goOn(t, i) })
		box.Wake()
		pass(time.Hour)
		w.wantState(it, record.ItemHeld)
		if len(p.ways()) != 1 {
			t.Errorf("told %v", p.ways())
		}
	})
}

func TestANoticeLeavesOnlyForWhatMayLeave(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := closed(w)
		p.notify = noConsent("nobody's")
		it := w.item(bots.ForReply)
		change(w, it.ID, func(i *record.Item) { i.Text += " changed" })
		w.run()
		pass(time.Minute)
		w.wantState(it, record.ItemHeld)
		w.wantWhy(it, "封签")
		if len(p.ways()) != 0 {
			t.Errorf("told %v of a text nobody approved", p.ways())
		}
	})
}

func TestAnAnswerWithChoicesIsNoPassiveReplyWhereThereAreButtons(t *testing.T) {
	for name, c := range map[string]struct{ buttons, sent int }{"buttons": {3, 1}, "too few": {1, 0}, "none": {0, 0}} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				p := w.accounts["wb"]
				p.limits.Choices = c.buttons
				conv, box := w.conversation(), w.run()
				got := w.awaits(box, conv, 4*time.Second)
				pass(time.Second)
				it := w.item(bots.ForReply, func(d *bots.Draft) {
					d.Text, d.Choices = "?\n1 a\n2 b", []adapters.Choice{{ID: "a", Text: "1 a"}, {ID: "b", Text: "2 b"}}
				})
				box.Wake()
				a := <-got
				if a.ok != (c.sent == 0) {
					t.Fatalf("answer %+v", a)
				}
				if a.ok {
					a.p.Done(nil)
				}
				pass(time.Hour)
				w.wantState(it, record.ItemDelivered)
				if n := len(p.sent()); n != c.sent {
					t.Errorf("%d ordinary sends, want %d", n, c.sent)
				}
			})
		})
	}
}
