package view

import (
	"context"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// shelf is a reader over records in memory, by kind.
type shelf []bots.Record

func (s shelf) Get(_ context.Context, kind bots.RecordKind, id string) (bots.Record, error) {
	for _, r := range s {
		if r.RecordKind() == kind && r.Meta().ID == id {
			return r, nil
		}
	}
	return nil, record.ErrNotFound
}

func (s shelf) List(_ context.Context, q record.Query) (out []bots.Record, err error) {
	for _, r := range s {
		m := r.Meta()
		if r.RecordKind() == q.Kind && (q.State == "" || m.State == q.State) && (q.Stream == "" || m.Stream == q.Stream) {
			out = append(out, r)
		}
	}
	return out, nil
}

func shanghai(day, hour int) time.Time {
	return time.Date(2026, 11, day, hour, 0, 0, 0, time.FixedZone("China", 8*3600))
}

func bulletinDraft(id, state string, slot time.Time, edit ...func(*bots.Draft)) *bots.Draft {
	d := &bots.Draft{Head: bots.Head{ID: id, State: state}, Account: "weixin", Purpose: bots.ForBulletin, NotBefore: slot}
	for _, e := range edit {
		e(d)
	}
	return d
}

func TestHowAQuotaWillStand(t *testing.T) {
	monthly := adapters.Quota{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 4, Per: 30 * 24 * time.Hour, Zone: "Asia/Shanghai", Monthly: true, Pushes: true}
	st := Station{Quotas: func(account string) []adapters.Quota {
		if account != "weixin" {
			return nil
		}
		return []adapters.Quota{{Scope: adapters.ScopeRecipient, Channel: adapters.Private, N: 5, Per: time.Hour}, monthly}
	}}
	now := shanghai(26, 9)
	spent := &record.Ledger{Head: bots.Head{ID: record.QuotaLedgerID("weixin", monthly)}, Entries: []record.LedgerEntry{
		{Item: "october", At: shanghai(-3, 9)}, {Item: "a.item", At: shanghai(2, 9)}, {Item: "b.item", At: shanghai(20, 9)},
	}}
	quiet := func(d *bots.Draft) { d.Extras.Quiet = true }
	other := func(d *bots.Draft) { d.Account = "blog" }
	preview := func(d *bots.Draft) { d.Purpose = bots.ForPreview }
	due := &record.Item{Head: bots.Head{ID: "e.item", State: record.ItemDue, Stream: record.Lane("weixin", adapters.Public, bots.ForBulletin)}, Account: "weixin"}
	left := &record.Item{Head: bots.Head{ID: "g.item", State: record.ItemAccepted, Stream: due.Stream}, Account: "weixin"}
	for name, c := range map[string]struct {
		kept           shelf
		at             time.Time
		used, reserved int
	}{
		"nothing yet":                               {nil, now, 0, 0},
		"two this month":                            {shelf{spent}, now, 2, 0},
		"next month begins anew":                    {shelf{spent}, shanghai(32, 9), 0, 0},
		"one written for this month":                {shelf{spent, bulletinDraft("c", bots.DraftAwaiting, shanghai(28, 9))}, now, 2, 1},
		"one approved, and one that leaves at once": {shelf{spent, bulletinDraft("c", bots.DraftApproved, shanghai(28, 9)), bulletinDraft("d", bots.DraftAwaiting, time.Time{})}, now, 2, 2},
		"one for next month":                        {shelf{spent, bulletinDraft("c", bots.DraftApproved, shanghai(33, 9))}, now, 2, 0},
		"and seen from there":                       {shelf{spent, bulletinDraft("c", bots.DraftApproved, shanghai(33, 9))}, shanghai(35, 9), 0, 1},
		"one on its way":                            {shelf{spent, due}, now, 2, 1},
		"one the platform has taken":                {shelf{spent, left}, now, 2, 0},
		"what is counted already":                   {shelf{spent, bulletinDraft("b", bots.DraftApproved, shanghai(28, 9))}, now, 2, 0},
		"quiet, elsewhere or shown to a colleague": {shelf{
			spent, bulletinDraft("c", bots.DraftAwaiting, shanghai(28, 9), quiet), bulletinDraft("d", bots.DraftAwaiting, shanghai(28, 9), other),
			bulletinDraft("f", bots.DraftAwaiting, shanghai(28, 9), preview),
		}, now, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Forecasts(t.Context(), c.kept, st, "weixin", c.at, now)
			if err != nil || len(got) != 1 {
				t.Fatalf("%+v, %v", got, err)
			}
			f := got[0]
			if f.Used != c.used || f.Reserved != c.reserved || f.N != 4 || f.Left() != 4-c.used-c.reserved || !f.Monthly {
				t.Errorf("%+v, want %d used, %d reserved", f, c.used, c.reserved)
			}
		})
	}
	monthly.Advisory = true // people send: what is left for them is not used yet
	if got, err := Forecasts(t.Context(), shelf{spent, left}, st, "weixin", now, now); err != nil || len(got) != 1 || got[0].Reserved != 1 || !got[0].Advisory {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := Forecasts(t.Context(), shelf{}, st, "blog", now, now); err != nil || len(got) != 0 {
		t.Errorf("an account without quotas: %+v, %v", got, err)
	}
}
