package outbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestWhichQuotasBoundAnItem(t *testing.T) {
	box := New(Options{})
	private := &record.Item{Account: "wb", Channel: adapters.Private, To: adapters.Person{ID: "li-1990"}, Purpose: bots.ForReply}
	public := &record.Item{Account: "wb", Channel: adapters.Public, Purpose: bots.ForBulletin}
	for _, c := range []struct {
		name            string
		q               adapters.Quota
		private, public int // limits; 0: does not bound
	}{
		{"every channel", adapters.Quota{Scope: adapters.ScopeAccount, N: 10, Per: time.Hour}, 9, 10},
		{"public only", adapters.Quota{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 10, Per: time.Hour}, 0, 10},
		{"per recipient", adapters.Quota{Scope: adapters.ScopeRecipient, N: 5, Per: time.Hour}, 4, 0},
		{"a single credit is not kept back", adapters.Quota{Scope: adapters.ScopeAccount, N: 1, Per: time.Hour}, 1, 1},
		{"without a figure", adapters.Quota{Scope: adapters.ScopeAccount, Per: time.Hour}, 0, 0},
		{"per item", adapters.Quota{Scope: adapters.ScopeItem, N: 5, Per: time.Hour}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			lim := adapters.Limits{Quotas: []adapters.Quota{c.q}}
			for it, want := range map[*record.Item]int{private: c.private, public: c.public} {
				got := 0
				for _, a := range box.allowances(lim, it) {
					got = a.limit
					if strings.Contains(a.ledger, "li-1990") {
						t.Errorf("a personal id in the record id %q", a.ledger)
					}
				}
				if got != want {
					t.Errorf("%s: limit %d, want %d", it.Channel, got, want)
				}
			}
		})
	}
}

func TestWhenAnEntryStopsCounting(t *testing.T) {
	at := time.Date(2026, 11, 25, 15, 30, 0, 0, time.UTC) // 23:30 in Shanghai
	for _, c := range []struct {
		name string
		per  time.Duration
		zone string
		want string
	}{
		{"sliding", 3 * time.Hour, "", "2026-11-25T18:30:00Z"},
		{"Shanghai's midnight", 24 * time.Hour, "Asia/Shanghai", "2026-11-25T16:00:00Z"},
		{"a calendar month of Shanghai", 30 * 24 * time.Hour, "Asia/Shanghai monthly", "2026-11-30T16:00:00Z"},
		{"three days of Shanghai", 72 * time.Hour, "Asia/Shanghai", "2026-11-27T16:00:00Z"},
		{"UTC's midnight", 24 * time.Hour, "UTC", "2026-11-26T00:00:00Z"},
		{"a zone nobody knows slides", 24 * time.Hour, "Asia/Nowhere", "2026-11-26T15:30:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, monthly := strings.CutSuffix(c.zone, " monthly")
			a := allowance{limit: 1, per: c.per, quota: adapters.Quota{Monthly: monthly}}
			if name != "" {
				a.zone = zone(name)
			}
			if got := a.ends(at).UTC().Format(time.RFC3339); got != c.want {
				t.Errorf("ends %s, want %s", got, c.want)
			}
		})
	}
}

func TestADailyQuotaResetsAtItsMidnight(t *testing.T) {
	in(t, func(t *testing.T, w *world) { // the bubble begins at midnight UTC, 8:00 in Shanghai
		w.accounts["wb"].limits.Quotas = []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 2, Per: 24 * time.Hour, Zone: "Asia/Shanghai"}}
		var items []*record.Item
		for range 3 {
			items = append(items, w.item(bots.ForBulletin))
		}
		w.run()
		pass(15 * time.Hour)
		w.wantState(items[1], record.ItemDelivered)
		w.wantState(items[2], record.ItemDue)
		w.wantWhy(items[2], "自然日")
		pass(2 * time.Hour)
		w.wantState(items[2], record.ItemDelivered)
	})
}

func TestARetryIsCountedOnce(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		p.limits.Quotas = []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 2, Per: 10 * time.Hour}}
		p.fails(1, adapters.Error{Class: adapters.Unknown})
		a, b, c := w.item(bots.ForBulletin), w.item(bots.ForBulletin), w.item(bots.ForBulletin)
		w.run(class(adapters.Keyed))
		pass(time.Hour)
		w.wantState(a, record.ItemDelivered) // twice attempted, once counted
		w.wantState(b, record.ItemDelivered)
		w.wantState(c, record.ItemDue)
	})
}

func TestALargeQuotaIsKeptInASmallLedger(t *testing.T) {
	a := allowance{limit: 500_000, per: 24 * time.Hour}
	a.fit()
	if a.limit > ledgerMax || a.limit < ledgerMax/2 {
		t.Errorf("limit %d", a.limit)
	}
	if perDay := float64(a.limit) * float64(24*time.Hour) / float64(a.per); perDay > 500_001 {
		t.Errorf("allows %.0f a day", perDay)
	}
}

// TestNoWindowEverHoldsTooMany sends whenever the ledger says so and counts every window.
func TestNoWindowEverHoldsTooMany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := allowance{limit: rapid.IntRange(1, 5).Draw(t, "limit"), per: time.Duration(rapid.IntRange(1, 50).Draw(t, "minutes")) * time.Minute}
		now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
		var entries []record.LedgerEntry
		var sent []time.Time
		for i := range 60 {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "wait")) * time.Minute)
			entries = a.counting(entries, now)
			if until := a.frees(entries); !until.IsZero() {
				if !until.After(now) {
					t.Fatalf("full, but frees at %v, not after %v", until, now)
				}
				now = until
				entries = a.counting(entries, now)
				if !a.frees(entries).IsZero() {
					t.Fatalf("still full at the moment it should free")
				}
			}
			entries = append(entries, record.LedgerEntry{Item: fmt.Sprint(i), At: now})
			sent = append(sent, now)
		}
		for i := range sent {
			if j := i + a.limit; j < len(sent) && sent[j].Sub(sent[i]) < a.per {
				t.Fatalf("%d sends within %v", a.limit+1, sent[j].Sub(sent[i]))
			}
		}
	})
}
