package app

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/mastodon"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox"
)

// blogStation is a netpatrol with one account on a pretend microblog, which is polled hourly: what is
// heard before is heard by the stream.
func blogStation(t *testing.T, o sandbox.Options) (*App, *blogVenue) {
	t.Helper()
	v, err := newBlogVenue()
	if err != nil {
		t.Fatal(err)
	}
	o.BaseURL, o.Rates = v.base(), sandbox.Rates{Requests: -1, Paging: -1, Deletes: -1}
	v.blog = sandbox.NewMicroblog(o)
	if _, v.token, err = v.blog.AddAccount(demoHandle, demoName, "https://police.example"); err != nil {
		t.Fatal(err)
	}
	if err := v.script.Seat(v.blog); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试市公安局网络警察支队", "", ""
	c.Officers = boardConfig("", "").Officers
	c.Pace.Backoff, c.Pace.Settle = 100*time.Millisecond, 200*time.Millisecond
	a := v.account()
	a.Watch, a.Poll = []string{"mentions", "tag:兼职"}, time.Hour
	c.Accounts = []config.Account{a}
	return beside(t, v, c, map[string]adapters.Platform{"mastodon": mastodon.Platform()}), v
}

// asked counts the requests for a path that were answered.
func (v *blogVenue) asked(path string) (n int) {
	for _, r := range v.blog.Requests() {
		n += one(r.Path == path && r.Status < 400)
	}
	return n
}

// A post under a watched tag is heard as it is made: the next poll is an hour away.
func TestMastodon_APostUnderAWatchedTagIsHeardByTheStream(t *testing.T) {
	app, v := blogStation(t, sandbox.Options{})
	eventually(t, "the stream is up, and everything was polled behind it", func() bool {
		return v.asked("/api/v1/streaming") > 0 && v.asked("/api/v1/timelines/tag/兼职") >= 2
	})
	polls := v.asked("/api/v1/timelines/tag/兼职")
	who := v.script.Citizens[slices.IndexFunc(v.script.Citizens, func(c sandbox.Citizen) bool { return c.Role == sandbox.Scammer })].Handle
	id, err := v.blog.Say(who, "手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888 #兼职")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the post is a clue", func() bool {
		return slices.ContainsFunc((&sim{t: t, app: app}).all(bots.KindClue), func(r bots.Record) bool { return string(r.(*bots.Clue).Post) == string(id) })
	})
	if n := v.asked("/api/v1/timelines/tag/兼职"); n != polls {
		t.Errorf("the tag was polled %d times more", n-polls)
	}
}

// A post is reported to the server's moderators in the template's words, once.
func TestMastodon_APostIsReported(t *testing.T) {
	app, v := blogStation(t, sandbox.Options{})
	goLive(t, app, "weibo")
	if err := signInOnce(t.Context(), app, "lin"); err != nil {
		t.Fatal(err)
	}
	who := v.script.Citizens[slices.IndexFunc(v.script.Citizens, func(c sandbox.Citizen) bool { return c.Role == sandbox.Scammer })].Handle
	eventually(t, "the tag is watched", func() bool {
		_, err := record.Fetch[record.Mark](t.Context(), app.store, "cursor/weibo/tag:兼职")
		return err == nil
	})
	if _, err := v.blog.Say(who, "手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888 #兼职"); err != nil {
		t.Fatal(err)
	}
	clue, i := (&forumStation{t: t, sim: &sim{t: t, app: app}, account: "weibo"}).flags()
	got := v.blog.Reports()
	if len(got) != 1 || adapters.Ref(got[0].Status) != clue.Post || got[0].Comment != i.Text || got[0].Author != who {
		t.Errorf("the moderators have %+v", got)
	}
}

// A stream that breaks off and tells again what it told before changes nothing: everybody is
// answered, and once. What a stream tells again, it tells before what is new.
func TestMastodon_AStreamThatBreaksOffAnswersNobodyTwice(t *testing.T) {
	app, v := blogStation(t, sandbox.Options{Retell: 5})
	goLive(t, app, "weibo")
	var people []string
	for i, c := range v.script.Citizens[:4] {
		people = append(people, c.Handle)
		eventually(t, "the stream is up", func() bool { return v.asked("/api/v1/streaming") > i })
		if _, err := v.blog.Tell(c.Handle, demoHandle, "我要举报一个冒充客服的网站"); err != nil {
			t.Fatal(err)
		}
		eventually(t, c.Handle+" is answered", func() bool { return v.answers(c.Handle) > 0 })
		v.blog.DropStreams()
	}
	for _, who := range people {
		if n := v.answers(who); n != 1 {
			t.Errorf("%s got %d answers", who, n)
		}
	}
}

func (v *blogVenue) answers(to string) (n int) {
	for _, r := range v.blog.Received() {
		n += one(slices.Contains(r.To, to))
	}
	return n
}

// Who takes back what they wrote before we answer, is answered all the same, in a message of its own.
func TestMastodon_WhoDeletesWhatTheyWroteIsAnsweredAllTheSame(t *testing.T) {
	app, v := blogStation(t, sandbox.Options{})
	goLive(t, app, "weibo")
	halt := bots.Decision{Officer: "lin", Verb: bots.HaltSends, Fields: map[string]string{"level": "everything"}, Reason: "演练"}
	if r, err := app.engine.Submit(t.Context(), halt, "halt"); err != nil || r.Status != bots.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	who := v.script.Citizens[0].Handle
	id, err := v.blog.Tell(who, demoHandle, "我要举报一个冒充客服的网站")
	if err != nil {
		t.Fatal(err)
	}
	s := &sim{t: t, app: app}
	eventually(t, "the answer waits", func() bool { return len(s.all(record.KindItem)) == 1 })
	if err := v.blog.Delete(who, id); err != nil {
		t.Fatal(err)
	}
	if r, err := app.engine.Submit(t.Context(), bots.Decision{Officer: "lin", Verb: bots.ResumeSends}, "resume"); err != nil || r.Status != bots.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	eventually(t, "the answer left", func() bool { return s.all(record.KindItem)[0].(*record.Item).Final() })
	if n := v.answers(who); n != 1 {
		t.Errorf("%d answers: %+v", n, s.all(record.KindItem)[0].(*record.Item).Attempts)
	}
}

// What may have gone out is found on either kind of server, also where it was written in private: nobody
// gets it twice, and nobody goes without.
func TestMastodon_WhatMayHaveGoneOutIsFoundOnBothServers(t *testing.T) {
	for name, flavour := range map[string]sandbox.Flavour{"Mastodon": sandbox.Mastodon, "GoToSocial": sandbox.GoToSocial} {
		for _, lost := range []sandbox.FaultKind{sandbox.ResetAfterAccept, sandbox.HalfJSON} {
			t.Run(fmt.Sprint(name, " ", lost), func(t *testing.T) {
				app, v := blogStation(t, sandbox.Options{Flavour: flavour})
				goLive(t, app, "weibo")
				v.blog.Fault(sandbox.Fault{Kind: lost, Method: http.MethodPost, Path: "/api/v1/statuses", Times: 1})
				who, asker := v.script.Citizens[0].Handle, v.script.Citizens[1].Handle
				if _, err := v.blog.Tell(who, demoHandle, "我要举报一个冒充客服的网站"); err != nil {
					t.Fatal(err)
				}
				s := &sim{t: t, app: app}
				delivered := func(n int) bool {
					ended := 0
					for _, r := range s.all(record.KindItem) {
						ended += one(r.(*record.Item).State == record.ItemDelivered)
					}
					return ended == n
				}
				eventually(t, "the answer is delivered", func() bool { return delivered(1) })
				if _, err := v.blog.Say(asker, "@"+demoHandle+" 这是不是骗局？"); err != nil {
					t.Fatal(err)
				}
				eventually(t, "the mention is answered", func() bool { return delivered(2) })
				if a, b := v.answers(who), v.answers(asker); a != 1 || b != 1 {
					t.Errorf("%d and %d answers", a, b)
				}
				if struck := v.blog.Struck()[lost]; struck != 1 {
					t.Errorf("%d faults struck", struck)
				}
			})
		}
	}
}
