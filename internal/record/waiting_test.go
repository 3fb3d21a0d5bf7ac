package record

import (
	"errors"
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func itemIn(state string, p bots.Purpose) *Item {
	i := &Item{Purpose: p, Expires: noon.Add(time.Hour), Attempts: []Try{{N: 1, Epoch: 1}}}
	i.Head = bots.Head{ID: "e.draft.item", State: state}
	return i
}

func TestPromise4_OnlyKeyedOrEmergencyIsRepeatedUnseen(t *testing.T) {
	for _, c := range []struct {
		name    string
		purpose bots.Purpose
		keyed   bool
		want    string
	}{
		{"a reply without a key waits", bots.ForReply, false, ItemUnknown},
		{"a bulletin without a key waits", bots.ForBulletin, false, ItemUnknown},
		{"a keyed bulletin is repeated", bots.ForBulletin, true, ItemDue},
		{"an emergency card is repeated", bots.ForEmergency, false, ItemDue},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := itemIn(ItemUnknown, c.purpose)
			err := i.Repeat(c.keyed, noon)
			if i.State != c.want || (err == nil) != (c.want == ItemDue) {
				t.Errorf("state %s (error %v), want %s", i.State, err, c.want)
			}
		})
	}
}

func TestWaitingNeverOutlastsTheExpiry(t *testing.T) {
	i := itemIn(ItemDue, bots.ForBulletin)
	if err := i.Snooze("quota", noon.Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !i.Due.Equal(i.Expires) || i.Snoozes != 1 || i.Why != "quota" {
		t.Errorf("due %v, snoozes %d, why %q", i.Due, i.Snoozes, i.Why)
	}
}

func TestWaitingTransitionsRefuseOtherStates(t *testing.T) {
	for name, do := range map[string]func(*Item) error{
		"snooze":       func(i *Item) error { return i.Snooze("x", noon) },
		"repeat":       func(i *Item) error { return i.Repeat(true, noon) },
		"inconclusive": func(i *Item) error { return i.Inconclusive("x", noon) },
		"checked":      func(i *Item) error { return i.Checked(adapters.Receipt{Ref: "1"}, "", noon) },
	} {
		t.Run(name, func(t *testing.T) {
			i := itemIn(ItemClaimed, bots.ForEmergency)
			var refusal *Refusal
			if err := do(i); !errors.As(err, &refusal) || i.State != ItemClaimed {
				t.Errorf("state %s, error %v; want a refusal that changes nothing", i.State, err)
			}
		})
	}
}

func TestCheckedIsNews(t *testing.T) {
	for failure, want := range map[string]string{"": ItemDelivered, "the platform refused it": ItemRejected} {
		i := itemIn(ItemAccepted, bots.ForBulletin)
		if err := i.Checked(adapters.Receipt{Ref: "1"}, failure, noon); err != nil {
			t.Fatal(err)
		}
		if i.State != want || !i.Untold || !i.Due.Equal(noon) {
			t.Errorf("failure %q: state %s, untold %v, due %v", failure, i.State, i.Untold, i.Due)
		}
	}
}

func TestWhatAnOfficerSettledIsNewsToo(t *testing.T) {
	by := &Officer{Head: bots.Head{ID: "li", State: OfficerActive}, Roles: []Role{Duty}}
	for as, news := range map[string]bool{ItemDelivered: true, ItemClosed: true, ItemDue: false} {
		i := itemIn(ItemUnknown, bots.ForReply)
		if err := i.Settle(by, as, noon); err != nil {
			t.Fatal(err)
		}
		if i.Untold != news || !i.Due.Equal(noon) {
			t.Errorf("settled as %s: untold %v due %v", as, i.Untold, i.Due)
		}
	}
}

func TestAnItemRemembersABoundedNumberOfAttempts(t *testing.T) {
	i := &Item{Head: bots.Head{State: ItemDue}, Expires: noon.AddDate(1, 0, 0)}
	for n := 1; n <= 500; n++ {
		got, err := i.Claim(1, noon)
		if err != nil || got != n {
			t.Fatalf("attempt %d is number %d: %v", n, got, err)
		}
		state := ItemDue
		if n == 7 {
			state = ItemUnknown
		}
		if err := i.Ended(n, 1, Ending{State: state, Due: noon}, noon); err != nil {
			t.Fatal(err)
		}
		i.State = ItemDue
	}
	if len(i.Attempts) > maxTries || i.Attempts[0].N != 1 || i.Tries() != 500 {
		t.Errorf("%d attempts kept, the first is %d and the last %d", len(i.Attempts), i.Attempts[0].N, i.Tries())
	}
	if !slices.ContainsFunc(i.Attempts, func(x Try) bool { return x.N == 7 }) {
		t.Error("the attempt that may have gone out was forgotten")
	}
}
