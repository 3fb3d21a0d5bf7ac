package app

import (
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
)

// Weibo lets nobody write to a stranger, so a warning to one becomes an officer's task, with the
// way there; what the officer posted is proven, and counts as any warning that was sent.
func TestWeibo_AWarningToAStrangerIsPostedByHand(t *testing.T) {
	app, p := weiboStation(t, asIs, func(a *config.Account) {
		a.Fallback, a.Watch = config.ByHand, []string{"comments"}
	})
	goLive(t, app, demoWeiboID)
	for _, who := range []string{"lin", "wu"} {
		if err := signInOnce(t.Context(), app, who); err != nil {
			t.Fatal(err)
		}
	}
	s := &sim{t: t, app: app}
	deed := func(who string, verb bots.Verb, on bots.Target, seen uint64, fields map[string]string) {
		t.Helper()
		r, err := app.engine.Submit(t.Context(), bots.Decision{Officer: who, Verb: verb, On: on, Seen: seen, Fields: fields}, who+string(verb)+on.ID)
		if err != nil || r.Status != bots.Applied {
			t.Fatalf("%s: %+v, %v", verb, r, err)
		}
	}
	approved := func(purpose bots.Purpose) (approved bool) {
		for _, r := range s.all(bots.KindDraft) {
			if d := r.(*bots.Draft); d.State == bots.DraftAwaiting && d.Purpose == purpose {
				deed("lin", bots.Approve, bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Version, nil)
				approved = true
			}
		}
		return approved
	}

	deed("wu", bots.WriteBulletin, bots.Target{}, 0, map[string]string{"title": "防骗提醒", "text": "先垫付的兼职都是诈骗。", "accounts": demoWeiboID})
	approved(bots.ForBulletin)
	eventually(t, "a bulletin is out", func() bool { return len(p.Own()) == 1 })
	uid, err := p.AddCitizen("刷单小号", false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Comment("刷单小号", p.Own()[0], "", "刷单返利日结，每单佣金5%，先垫付后返还，加微信abc12345"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the warning is proposed, and approved", func() bool { return approved(bots.ForWarning) })

	var task *record.Item
	eventually(t, "it is put before people", func() bool {
		for _, r := range s.all(record.KindItem) {
			if i := r.(*record.Item); i.Purpose == bots.ForWarning && i.State == record.ItemByHand {
				task = i
			}
		}
		return task != nil
	})
	if task.Channel != adapters.Private || !strings.HasSuffix(task.Hand.Place, "/u/"+uid) || task.Hand.Why == "" {
		t.Errorf("the task leads to %q, because %q", task.Hand.Place, task.Hand.Why)
	}
	if got := reached(p, "刷单小号"); len(got) != 0 || p.Refused(20301) != 0 {
		t.Errorf("a stranger was written to: %+v", got)
	}
	on := bots.Target{Kind: record.KindItem, ID: task.ID}
	deed("lin", bots.TakeHand, on, 0, map[string]string{"looked": "true"})
	deed("lin", bots.ProveHand, on, 0, map[string]string{"text": task.Text})
	eventually(t, "the warning counts as sent", func() bool {
		w, err := record.Fetch[bots.Warning](t.Context(), app.store, task.About.ID)
		return err == nil && w.State == bots.WarningSent
	})
}
