package outbox

import (
	"errors"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

var (
	lin     = &record.Officer{Head: bots.Head{ID: "lin", State: record.OfficerActive}, Roles: []record.Role{record.Approver}}
	reports = []adapters.MenuEntry{{Label: "我要举报", Key: "report"}}
)

// noPay refuses labels that speak of paying.
func noPay(o *Options) {
	o.Lint = func(text string) error {
		if strings.Contains(text, "缴费") {
			return errors.New("asks for money")
		}
		return nil
	}
}

func TestSetMenu_IsAnOfficersDeed(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		p.menus = true
		if err := w.run().SetMenu(t.Context(), "wb", lin, reports); err != nil {
			t.Fatal(err)
		}
		if len(p.menu) != 1 || p.menu[0].Key != "report" {
			t.Errorf("%+v", p.menu)
		}
		deeds, err := w.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindAccount, ID: "wb"})
		if err != nil || len(deeds) != 1 || deeds[0].Who != "lin" || deeds[0].Did != "set-menu" {
			t.Errorf("%+v, %v", deeds, err)
		}
	})
}

func TestSetMenu_Refusals(t *testing.T) {
	for name, c := range map[string]struct {
		by    *record.Officer
		given func(w *world)
		want  string
	}{
		"an officer on duty":   {&record.Officer{Head: bots.Head{ID: "chen", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}, nil, "needs an approver"},
		"everything is halted": {lin, func(w *world) { w.put(&record.Halt{Head: bots.Head{ID: record.HaltID}, Level: record.HaltEverything}) }, "halted"},
		"there is no menu":     {lin, func(w *world) { w.accounts["wb"].menus = false }, ErrNoMenu.Error()},
		"the account is down":  {lin, func(w *world) { w.down["wb"] = true }, ErrNoMenu.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, w *world) {
				p := w.accounts["wb"]
				p.menus = true
				if c.given != nil {
					c.given(w)
				}
				err := w.run().SetMenu(t.Context(), "wb", c.by, reports)
				if err == nil || !strings.Contains(err.Error(), c.want) || p.menu != nil {
					t.Errorf("%v, menu %+v; want it refused because %q", err, p.menu, c.want)
				}
			})
		})
	}
}

func TestPromise11_ALabelAsksForNothing(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		p := w.accounts["wb"]
		p.menus = true
		box := w.run(noPay)
		for _, menu := range [][]adapters.MenuEntry{{{Label: "缴费", Key: "report"}}, {{Label: "更多", Entries: []adapters.MenuEntry{{Label: "在线缴费", Key: "report"}}}}} {
			if err := box.SetMenu(t.Context(), "wb", lin, menu); err == nil || p.menu != nil {
				t.Errorf("%v, menu %+v", err, p.menu)
			}
		}
	})
}

func TestSpent_ASendFromTheConsoleUsesTheQuota(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].limits.Quotas = []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 2, Per: 24 * time.Hour}}
		box := w.run()
		for range 2 { // its callback comes twice
			if err := box.Spent(t.Context(), "wb", adapters.Public, "mass:7"); err != nil {
				t.Fatal(err)
			}
		}
		first := w.item(bots.ForBulletin)
		box.Wake()
		pass(time.Minute)
		got := w.wantState(first, record.ItemDelivered)
		if err := box.Spent(t.Context(), "wb", adapters.Public, got.Receipt.Ref); err != nil { // one of ours
			t.Fatal(err)
		}
		second := w.item(bots.ForBulletin)
		box.Wake()
		pass(time.Minute)
		w.wantState(second, record.ItemDue)
		w.wantWhy(second, "限额已用完")
		pass(25 * time.Hour)
		w.wantState(second, record.ItemDelivered)
	})
}

func TestSpent_WithoutAQuotaNothingIsCounted(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		box := w.run()
		if err := box.Spent(t.Context(), "wb", adapters.Public, "mass:7"); err != nil {
			t.Fatal(err)
		}
		w.down["wb"] = true
		if err := box.Spent(t.Context(), "wb", adapters.Public, "mass:7"); err == nil {
			t.Error("an account that is down cannot say what its quotas are")
		}
	})
}
