package app

import (
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/mastodon"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
)

// A post under a watched tag is heard as it is made: the next poll is an hour away.
func TestMastodon_APostUnderAWatchedTagIsHeardByTheStream(t *testing.T) {
	v, err := newBlogVenue()
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试市公安局网络警察支队", "", ""
	c.Officers = boardConfig("", "").Officers
	a := v.account()
	a.Watch, a.Poll = []string{"mentions", "tag:兼职"}, time.Hour
	c.Accounts = []config.Account{a}
	app := beside(t, v, c, map[string]adapters.Platform{"mastodon": mastodon.Platform()})
	asked := func(path string) (n int) {
		for _, r := range v.blog.Requests() {
			n += one(r.Path == path && r.Status < 400)
		}
		return n
	}
	eventually(t, "the stream is up, and everything was polled behind it", func() bool {
		return asked("/api/v1/streaming") == 1 && asked("/api/v1/timelines/tag/兼职") >= 2
	})
	polls := asked("/api/v1/timelines/tag/兼职")
	who := v.script.Citizens[slices.IndexFunc(v.script.Citizens, func(c sandbox.Citizen) bool { return c.Role == sandbox.Scammer })].Handle
	id, err := v.blog.Say(who, "手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888 #兼职")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the post is a clue", func() bool {
		return slices.ContainsFunc((&sim{t: t, app: app}).all(bots.KindClue), func(r bots.Record) bool { return string(r.(*bots.Clue).Post) == string(id) })
	})
	if n := asked("/api/v1/timelines/tag/兼职"); n != polls {
		t.Errorf("the tag was polled %d times more", n-polls)
	}
}
