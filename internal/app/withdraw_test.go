package app

import (
	"slices"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/manual"
	"netpatrol/adapters/mastodon"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox"
)

// A bulletin came out on a microblog and, by hand, on a forum without an interface. It is taken back
// from both: there by the program, although the answer is lost, here by an officer.
func TestABulletinIsTakenBackFromWhereverItCameOut(t *testing.T) {
	v, err := newBlogVenue()
	if err != nil {
		t.Fatal(err)
	}
	c := blogConfig(t, v.account(), config.Account{ID: "tieba", Platform: "manual", Names: []string{"测试网警"}, Language: "zh-Hans", Options: map[string]string{"site": "贴吧", "name": "测试网警"}})
	app := beside(t, v, c, map[string]adapters.Platform{"mastodon": mastodon.Platform(), "manual": manual.Platform()})
	s, n := &sim{t: t, app: app}, 0
	deed := func(who string, verb bots.Verb, on bots.Target, seen uint64, reason string, fields map[string]string) {
		t.Helper()
		n++
		r, err := app.engine.Submit(t.Context(), bots.Decision{Officer: who, Verb: verb, On: on, Seen: seen, Reason: reason, Fields: fields}, strings.Repeat("x", n))
		if err != nil || r.Status != bots.Applied {
			t.Fatalf("%s: %+v, %v", verb, r, err)
		}
	}
	goLive(t, app, "weibo")
	deed("lin", bots.RequestMode, bots.Target{Kind: bots.KindAccount, ID: "tieba"}, 0, "", map[string]string{"mode": "suggest", "attest": "开户函"})
	deed("wu", bots.ConfirmMode, bots.Target{Kind: bots.KindAccount, ID: "tieba"}, 0, "", map[string]string{"attest": "开户函"})
	if err := signInOnce(t.Context(), app, "lin"); err != nil {
		t.Fatal(err)
	}
	approve := func() {
		for _, r := range s.all(bots.KindDraft) {
			if d := r.(*bots.Draft); d.State == bots.DraftAwaiting {
				deed("lin", bots.Approve, bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Version, "", nil)
			}
		}
	}
	item := func(account string, p bots.Purpose, state string) (found *record.Item) {
		t.Helper()
		eventually(t, account+" "+string(p)+" "+state, func() bool {
			for _, r := range s.all(record.KindItem) {
				if i := r.(*record.Item); i.Account == account && i.Purpose == p && i.State == state {
					found = i
				}
			}
			return found != nil
		})
		return found
	}
	take := func(i *record.Item) bots.Target {
		on := bots.Target{Kind: record.KindItem, ID: i.ID}
		deed("lin", bots.TakeHand, on, 0, "", nil)
		return on
	}

	deed("wu", bots.WriteBulletin, bots.Target{}, 0, "", map[string]string{"title": "防骗提醒", "text": "先垫付的兼职都是诈骗。", "accounts": "weibo,tieba"})
	approve()
	posted := item("weibo", bots.ForBulletin, record.ItemDelivered)
	there := item("tieba", bots.ForBulletin, record.ItemByHand)
	deed("lin", bots.ProveHand, take(there), 0, "", map[string]string{"link": "https://tieba.example/p/7", "text": there.Text})
	item("tieba", bots.ForBulletin, record.ItemDelivered)

	v.blog.Fault(sandbox.Fault{Kind: sandbox.ResetAfterAccept, Method: "DELETE"})
	bulletin := posted.About
	deed("wu", bots.TakeBack, bulletin, 0, "数字写错了", nil)
	approve()
	got := item("weibo", bots.ForWithdrawal, record.ItemDelivered)
	if got.Attempts[0].Result != record.ItemUnknown || len(got.Attempts) != 1 {
		t.Errorf("the outcome was looked at after %+v", got.Attempts)
	}
	if post, ok := v.blog.Status(sandbox.StatusID(posted.Receipt.Ref)); !ok || post.Deleted.IsZero() {
		t.Errorf("it still stands: %+v, %v", post, ok)
	}
	task := item("tieba", bots.ForWithdrawal, record.ItemByHand)
	if task.Hand.Place != "https://tieba.example/p/7" {
		t.Errorf("the task leads to %q", task.Hand.Place)
	}
	deed("lin", bots.ProveHand, take(task), 0, "", nil)
	var b *bots.Bulletin
	eventually(t, "the bulletin is withdrawn", func() bool {
		b, err = record.Fetch[bots.Bulletin](t.Context(), app.store, bulletin.ID)
		return err == nil && b.State == bots.BulletinWithdrawn
	})
	from := []string{b.Gone[0].Account, b.Gone[1].Account}
	if slices.Sort(from); !slices.Equal(from, []string{"tieba", "weibo"}) || b.Gone[0].By != "wu" || b.Gone[1].Why != "数字写错了" {
		t.Errorf("%+v", b.Gone)
	}

	p := publicOf(app)
	if shown, ok, err := p.Bulletin(t.Context(), b.ID); err != nil || !ok || shown.Withdrawn.IsZero() || len(shown.Blocks) != 0 {
		t.Errorf("everybody reads %+v, %v, %v", shown, ok, err)
	}
	if sent, ok, err := p.Sent(t.Context(), posted.Code); err != nil || !ok || sent.Withdrawn.IsZero() {
		t.Errorf("its code: %+v, %v, %v", sent, ok, err)
	}
	if sent, ok, err := p.Sent(t.Context(), got.Code); err != nil || ok {
		t.Errorf("nobody got the withdrawal: %+v, %v", sent, err)
	}
	if all, _, err := p.Bulletins(t.Context(), ""); err != nil || len(all) != 0 {
		t.Errorf("listed: %+v, %v", all, err)
	}
}

// On WeChat what is out, what was published without notifying, and what waits in the draft box are
// all taken back by the program.
func TestWechat_ABulletinIsTakenBack(t *testing.T) {
	for name, c := range map[string]struct {
		publish, waits string
		quiet          bool
	}{
		"a mass send":                      {"api", record.ItemDelivered, false},
		"published without notifying":      {"api", record.ItemDelivered, true},
		"a draft that nobody has sent yet": {"draft-only", record.ItemAccepted, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := openNewsroom(t, c.publish)
			r.write(c.quiet)
			r.approve()
			r.until("it is with the platform", func() bool { return r.item().State == c.waits })
			b := r.all(bots.KindBulletin)[0].Meta().ID
			res, err := r.app.engine.Submit(t.Context(), bots.Decision{Officer: "wu", Verb: bots.TakeBack, On: bots.Target{Kind: bots.KindBulletin, ID: b}, Reason: "数字写错了"}, "take-back")
			if err != nil || res.Status != bots.Applied {
				t.Fatalf("%+v, %v", res, err)
			}
			for _, x := range r.all(bots.KindDraft) {
				if d := x.(*bots.Draft); d.Purpose == bots.ForWithdrawal {
					r.decide("lin", bots.Approve, bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Version, nil)
				}
			}
			r.until("the bulletin is withdrawn", func() bool { return r.all(bots.KindBulletin)[0].Meta().State == bots.BulletinWithdrawn })
			for _, i := range r.v.platform.Issues() {
				if !i.Deleted {
					t.Errorf("readers still find %v", i.Titles)
				}
			}
			if n := len(r.v.platform.Drafts()); n != 0 && c.publish == "draft-only" {
				t.Errorf("%d drafts are left in the box", n)
			}
			if i := r.item(); i.Gone.IsZero() || c.waits == record.ItemAccepted && i.State != record.ItemWithdrawn {
				t.Errorf("%s, gone %v", i.State, i.Gone)
			}
			if all := r.alarms(); len(all) != 0 {
				t.Errorf("alarms %q", all)
			}
		})
	}
}
