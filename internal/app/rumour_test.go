package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/mastodon"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox"
)

// An editor writes what is refuted, an approver releases it, it comes out; whoever then forwards the rumour
// reads when, by whom and in what bulletin it was refuted, without anybody at the desk.
func TestWhoForwardsARefutedRumourIsTold(t *testing.T) {
	v, err := newBlogVenue()
	if err != nil {
		t.Fatal(err)
	}
	c := blogConfig(t, v.account())
	app := beside(t, v, c, map[string]adapters.Platform{"mastodon": mastodon.Platform()})
	s := &sim{t: t, app: app}
	goLive(t, app, "weibo")
	if err := signInOnce(t.Context(), app, "lin"); err != nil {
		t.Fatal(err)
	}
	decide := func(who string, verb bots.Verb, on bots.Target, seen uint64, fields map[string]string) {
		t.Helper()
		r, err := app.engine.Submit(t.Context(), bots.Decision{Officer: who, Verb: verb, On: on, Seen: seen, Fields: fields}, who+string(verb))
		if err != nil || r.Status != bots.Applied {
			t.Fatalf("%s: %+v, %v", verb, r, err)
		}
	}
	decide("wu", bots.WriteBulletin, bots.Target{}, 0, map[string]string{
		"title": "关于网传停水消息的情况通报", "text": "经核实，我市供水正常，网传消息不实。", "accounts": "weibo",
		"refutes": "测试市明天起全城停水三天，请大家马上储水", "basis": "市水务集团与市应急局分别答复",
	})
	for _, r := range s.all(bots.KindDraft) {
		if d := r.(*bots.Draft); d.Purpose == bots.ForBulletin {
			decide("lin", bots.Approve, bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Version, nil)
		}
	}
	var out *record.Item
	eventually(t, "the bulletin is out", func() bool {
		for _, r := range s.all(record.KindItem) {
			if i := r.(*record.Item); i.Purpose == bots.ForBulletin && i.State == record.ItemDelivered {
				out = i
			}
		}
		return out != nil
	})
	if _, err := v.blog.Tell("laowang", demoHandle, "家里群里传的：测试市明天起全城停水三天，请大家马上储水！！是真的吗？"); err != nil {
		t.Fatal(err)
	}
	want := []string{"测试网警", out.Receipt.At.In(time.FixedZone("", 8*60*60)).Format("2006年1月2日"), "关于网传停水消息的情况通报", out.Code, "不要再转发", "110"}
	eventually(t, "the citizen is told", func() bool {
		return slices.ContainsFunc(v.blog.Inbox("laowang"), func(m sandbox.Status) bool {
			return !slices.ContainsFunc(want, func(w string) bool { return !strings.Contains(m.Text, w) })
		})
	})
}
