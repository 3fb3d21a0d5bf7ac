package engine

import (
	"errors"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/intake"
	"netpatrol/internal/record"
)

// What a message reads back, and the lines on privacy, are noted as told only when the message still says them.
func TestWhatThereIsNoRoomForIsNotNotedAsTold(t *testing.T) {
	const both, single = "truetrue", "true" // as the writer of these tests shows them
	for name, c := range map[string]struct {
		refused        string
		told, informed bool
	}{
		"room for both":        {"never", true, true},
		"room for the privacy": {both, false, true},
		"room for neither":     {single, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}, lint: func(text string) error {
				if strings.HasSuffix(text, c.refused) {
					return errors.New("too long")
				}
				return nil
			}})
			d.says("p1", "1", "上个月被骗80块，骗子电话13912345678")
			d.settle()
			r, conv := one[bots.Report](d), one[bots.Conversation](d)
			if told := len(r.Checks) > 0; told != c.told || conv.Informed.IsZero() == c.informed {
				t.Errorf("told %v, informed %v: %+v", told, conv.Informed, r.Checks)
			}
			if n := len(d.all(bots.KindDraft, "")); n != 1 {
				t.Errorf("%d messages", n)
			}
			d.replaysEverything(intake.New())
		})
	}
}

// A number that is the person's own ties their report to nobody's, and goes to no other unit as somebody else's.
func TestWhatIsTheirOwnIsUntiedAndNotPassedOn(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}})
	d.says("p1", "1", "上个月被骗80块，骗子电话13912345678，骗子微信abc_888888")
	d.settle()
	if n := len(d.all(bots.KindTie, "")); n != 2 {
		t.Fatalf("%d ties", n)
	}
	d.says("p1", "2", "那个电话是我自己的")
	d.settle()
	r := one[bots.Report](d)
	if ties := d.all(bots.KindTie, ""); len(ties) != 1 || len(r.Shared) != 1 || r.Slots["phone"] != "" {
		t.Errorf("%d ties, shared %v, slots %v", len(ties), r.Shared, r.Slots)
	}
	if c, ok := r.CheckOf("phone", "+8613912345678"); !ok || c.As != bots.CheckOwn || c.Event == "" || c.At.IsZero() {
		t.Errorf("%+v", r.Checks)
	}
	d.says("p1", "3", "对")
	d.settle()
	if c, _ := one[bots.Report](d).CheckOf("contact", "微信abc_888888"); c.As != bots.CheckConfirmed {
		t.Errorf("%+v", c)
	}
	var did []string
	deeds, err := d.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindReport, ID: r.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range deeds {
		if strings.HasPrefix(e.Did, "check-") || e.Did == "unshare" {
			did = append(did, e.Did+" "+e.Detail)
		}
		if strings.Contains(e.Detail, "139") {
			t.Errorf("the audit tells %q", e.Detail)
		}
	}
	if len(did) < 3 {
		t.Errorf("audited %q", did)
	}
	d.replaysEverything(intake.New())
}

// A new follower is greeted, once, and never late.
func TestAFollowerIsGreetedInTime(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intake.New()}})
	d.until("the platform has said who we are", func() bool { // and what this account can do, which is changed below
		a, err := record.Fetch[bots.Account](t.Context(), d.store, "wb")
		return err == nil && a.Handle != ""
	})
	d.update(func(tx record.Tx) error {
		a, err := record.Load[bots.Account](tx, "wb")
		if err != nil {
			return err
		}
		a.Private = true
		return tx.Put(a)
	})
	for _, key := range []string{"1", "2"} {
		if err := d.Receive(t.Context(), "wb", []adapters.Inbound{{Key: key, Kind: adapters.KindFollow, From: adapters.Person{ID: "p1"}}}); err != nil {
			t.Fatal(err)
		}
	}
	d.settle()
	greeting := one[bots.Draft](d)
	if greeting.Template != "greeting" || greeting.Expires.Sub(greeting.Created) != greetWithin {
		t.Errorf("%+v", greeting)
	}
}

// The number at which somebody wants to be called is theirs, unless they report it, too.
func TestWhereSomebodyIsCalledIsTheirs(t *testing.T) {
	for phones, own := range map[string]bool{"": true, "+8613911112222": true, "+8613911112222、+8613912345678": false} {
		said := saidOf(&bots.Report{Slots: map[string]string{"callback": "+8613912345678", "phone": phones}})
		if (len(said) == 1 && said[0].As == bots.CheckOwn) != own {
			t.Errorf("beside %q: %+v", phones, said)
		}
	}
}
