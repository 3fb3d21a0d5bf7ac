package app

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/weibo"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	wechatpretend "netpatrol/internal/sandbox/wechat"
	pretend "netpatrol/internal/sandbox/weibo"
)

// weiboStation is a netpatrol with one account on a pretend Weibo.
func weiboStation(t *testing.T, platform func(*pretend.Options), account func(*config.Account)) (*App, *pretend.Platform) {
	t.Helper()
	door, err := freeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	v, err := newWeiboVenue(door)
	if err != nil {
		t.Fatal(err)
	}
	o := pretend.Options{
		UID: demoWeiboUID, ScreenName: demoName, Token: demoWeiboToken, AppSecret: demoWeiboSecret, LongText: true, AllMentions: true,
		CallbackURL: "http://" + door + "/callback/" + demoWeiboID, RetryDelay: 50 * time.Millisecond, DailyCalls: 1_000_000, HourlyCalls: 1_000_000,
	}
	platform(&o)
	v.platform = pretend.New(o)
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试市公安局网络警察支队", "", door
	c.Officers = boardConfig("", "").Officers
	c.Pace.Settle, c.Pace.Backoff = time.Second, 200*time.Millisecond
	a := v.account()
	a.Poll = 100 * time.Millisecond
	account(&a)
	c.Accounts, c.Unit.Links = []config.Account{a}, []string{"gaj.example.gov.cn"}
	app := beside(t, v, c, map[string]adapters.Platform{"weibo": weibo.Platform()})
	eventually(t, "the platform can reach the front door", func() bool { return v.platform.Bind(t.Context()) == nil })
	return app, v.platform
}

func asIs[T any](*T) {}

func citizens(t *testing.T, p *pretend.Platform, names ...string) {
	t.Helper()
	for _, n := range names {
		if _, err := p.AddCitizen(n, false); err != nil {
			t.Fatal(err)
		}
	}
}

// reached lists what one citizen got.
func reached(p *pretend.Platform, name string) []pretend.Received {
	return slices.DeleteFunc(p.Received(), func(r pretend.Received) bool { return !slices.Contains(r.To, name) })
}

// What is pushed twice, and polled besides, is answered once; a stranger who mentions the
// account gets the one answer the platform allows.
func TestWeibo_EverybodyIsAnsweredOnceHoweverOftenWeAreTold(t *testing.T) {
	app, p := weiboStation(t, asIs, asIs)
	goLive(t, app, demoWeiboID)
	citizens(t, p, "阿芬", "老林头")
	if err := p.Message("阿芬", "我要举报一个冒充客服的网站，让我填银行卡号"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Post("老林头", "@"+demoName+" 有人打电话说我医保卡停用了，要我报验证码，这是不是骗局？"); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{"阿芬", "老林头"} {
		eventually(t, who+" is answered", func() bool { return len(reached(p, who)) > 0 })
	}
	if err := p.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range p.Pushes() {
		p.Redeliver(i)
	}
	spent := p.Spent(demoWeiboToken)
	eventually(t, "every source was asked twice more", func() bool { return p.Spent(demoWeiboToken) >= spent+8 })
	for _, who := range []string{"阿芬", "老林头"} {
		if got := reached(p, who); len(got) != 1 {
			t.Errorf("%s got %d answers: %+v", who, len(got), got)
		}
	}
	if n := p.Refused(20301); n != 0 {
		t.Errorf("%d messages to people who may not be written to", n)
	}
	if status := p.Forge(t.Context(), "6660000001", "转账给我"); status != http.StatusForbidden {
		t.Errorf("a forged callback is answered %d", status)
	}
}

// Who named the account in public and takes no private messages is answered once, where they wrote,
// in a line that repeats nothing; who showed a number is asked to take it down.
func TestWeibo_AMentionByWhoTakesNoPrivateMessagesIsAnsweredInPublic(t *testing.T) {
	app, p := weiboStation(t, asIs, asIs)
	goLive(t, app, demoWeiboID)
	citizens(t, p, "老林头")
	p.Strike(pretend.Fault{Path: "/2/messages/reply.json", Code: 20508, Times: 100})
	if _, err := p.Post("老林头", "@"+demoName+" 有人打我电话13800138000说医保卡停用了，这是不是骗局？"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "he is answered in public", func() bool { return len(p.Received()) > 0 })
	spent := p.Spent(demoWeiboToken)
	eventually(t, "every source was asked twice more", func() bool { return p.Spent(demoWeiboToken) >= spent+8 })
	got := p.Received()
	if len(got) != 1 || got[0].Via != pretend.ViaComment || strings.Contains(got[0].Text, "13800138000") || !strings.Contains(got[0].Text, "请私信本账号") || !strings.Contains(got[0].Text, "尽快删除") {
		t.Errorf("%+v", got)
	}
	if n := p.Refused(20508); n != 1 {
		t.Errorf("tried %d times in private", n)
	}
}

// Messages have no id. Two in one second are two, the same delivered again is one; what no document
// names is taken and does not come again; the XML form is understood, and answered by a call of its own.
func TestWeibo_CallbacksAsTheyCome(t *testing.T) {
	for _, format := range []pretend.Format{pretend.JSON, pretend.XML} {
		t.Run(string(format), func(t *testing.T) {
			app, p := weiboStation(t, func(o *pretend.Options) { o.Format = format }, asIs)
			goLive(t, app, demoWeiboID)
			citizens(t, p, "阿芬")
			for _, said := range []string{"我要举报一个冒充客服的网站", "网址是 http://kefu.example/1", "他让我填银行卡号"} {
				if err := p.Message("阿芬", said); err != nil {
					t.Fatal(err)
				}
			}
			for _, kind := range []string{"hologram", "voice"} {
				if err := p.Odd("阿芬", kind); err != nil {
					t.Fatal(err)
				}
			}
			if err := p.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			for i := range p.Pushes() {
				p.Redeliver(i)
			}
			heard := map[bots.EventKind]int{}
			for _, r := range (&sim{t: t, app: app}).all(bots.KindEvent) {
				heard[r.(*bots.Event).Kind]++
			}
			if heard[bots.MessageHeard] != 4 || heard[bots.OtherHeard] != 1 {
				t.Errorf("heard %v, want three messages, a voice and something else", heard)
			}
			for i, push := range p.Pushes() {
				if !push.Acknowledged || len(push.Statuses) != 2 || push.Malformed != "" {
					t.Errorf("push %d: %+v", i, push)
				}
			}
			eventually(t, "she is answered", func() bool { return len(reached(p, "阿芬")) > 0 })
			if got := reached(p, "阿芬")[0]; format == pretend.XML && got.Via != pretend.ViaMessage {
				t.Errorf("answered in place, in a form that is not documented: %+v", got)
			}
			if n := len(p.Duplicates()); n != 0 {
				t.Errorf("%d answers came twice: %+v", n, p.Received())
			}
		})
	}
}

// A screenshot that somebody sends in private is evidence; one that the platform has deleted is known
// to be lost.
func TestWeibo_WhatPeopleSendIsEvidence(t *testing.T) {
	app, p := weiboStation(t, asIs, asIs)
	goLive(t, app, demoWeiboID)
	citizens(t, p, "阿芬", "老林头")
	if err := p.Send("阿芬", "image", "image/png", wechatpretend.Screenshot()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is kept", func() bool { return len(evidenceOf(t, app)[record.EvidenceKept]) == 1 })
	if v := evidenceOf(t, app)[record.EvidenceKept][0]; v.Type != "image/png" || v.Size != int64(len(wechatpretend.Screenshot())) {
		t.Errorf("%+v", v)
	}
	p.Strike(pretend.Fault{Path: "/2/mss/msget", Code: 20305, Times: 1})
	if err := p.Send("老林头", "image", "image/png", wechatpretend.Screenshot()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is lost", func() bool { return len(evidenceOf(t, app)[record.EvidenceLost]) == 1 })
}

// The fixed lines of a bulletin leave room for a short text and a link in the 140 characters
// of a shared post.
func TestWeibo_AShortBulletinIsShared(t *testing.T) {
	app, p := weiboStation(t, func(o *pretend.Options) { o.SafeDomains, o.LongText = []string{"gaj.example.gov.cn"}, false }, func(a *config.Account) {
		a.Options["publish"], a.Options["safe_domains"] = "share", "gaj.example.gov.cn"
	})
	goLive(t, app, demoWeiboID)
	if err := signInOnce(t.Context(), app, "lin"); err != nil {
		t.Fatal(err)
	}
	submit := func(who string, verb bots.Verb, on bots.Target, seen uint64, fields map[string]string) bots.Result {
		t.Helper()
		r, err := app.engine.Submit(t.Context(), bots.Decision{Officer: who, Verb: verb, On: on, Seen: seen, Fields: fields}, who+string(verb)+fields["text"])
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	write := func(text string) bots.Result {
		return submit("wu", bots.WriteBulletin, bots.Target{}, 0, map[string]string{"title": "防骗提醒", "text": text, "accounts": demoWeiboID})
	}
	if r := write("先垫付的兼职都是诈骗。"); r.Code != "unfit" {
		t.Errorf("without a link: %+v", r)
	}
	if r := write("先垫付的兼职都是诈骗 https://example.com/1"); r.Code != "text" {
		t.Errorf("with somebody else's link: %+v", r)
	}
	if r := write("先垫付的兼职都是诈骗 https://gaj.example.gov.cn/1"); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	for _, r := range (&sim{t: t, app: app}).all(bots.KindDraft) {
		d := r.(*bots.Draft)
		if got := submit("lin", bots.Approve, bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Version, nil); got.Status != bots.Applied {
			t.Fatalf("%+v", got)
		}
	}
	eventually(t, "it is out", func() bool { return len(p.Own()) == 1 })
	if r := p.Received(); len(r) != 1 || !strings.Contains(r[0].Text, "https://gaj.example.gov.cn/1") {
		t.Errorf("%+v", r)
	}
}

func TestWeibo_CallsAreCountedAsThePlatformCountsThem(t *testing.T) {
	app, p := weiboStation(t, asIs, func(a *config.Account) { a.Options["calls_per_day"] = "40" })
	eventually(t, "something was asked", func() bool { return p.Spent(demoWeiboToken) >= 4 })
	eventually(t, "the account says how soon it hears", func() bool {
		pulse, err := record.Fetch[record.Pulse](t.Context(), app.store, demoWeiboID)
		return err == nil && pulse.Hears == 2*time.Hour && !pulse.InTime() && !pulse.Ends.IsZero()
	})
	pulse, err := record.Fetch[record.Pulse](t.Context(), app.store, demoWeiboID)
	if err != nil {
		t.Fatal(err)
	}
	// The question about the token is a call, too, though this platform does not count it.
	if left := pulse.Calls.Left(time.Now()); left > 40-p.Spent(demoWeiboToken) || left < 40-p.Spent(demoWeiboToken)-3 {
		t.Errorf("%d calls left of 40, the platform has counted %d", left, p.Spent(demoWeiboToken))
	}
}

func TestWeibo_ATokenThatEndsIsAnAlarmBeforeAndShowsAfter(t *testing.T) {
	app, p := weiboStation(t, func(o *pretend.Options) { o.TokenLife = 5 * 24 * time.Hour }, asIs)
	s := &sim{t: t, app: app}
	eventually(t, "an officer is told", func() bool {
		return slices.ContainsFunc(s.all(record.KindAlarm), func(r bots.Record) bool {
			return strings.Contains(r.(*record.Alarm).Why, "七天内到期")
		})
	})
	p.ExpireToken(demoWeiboToken)
	eventually(t, "the trouble shows", func() bool {
		pulse, err := record.Fetch[record.Pulse](t.Context(), app.store, demoWeiboID)
		return err == nil && strings.Contains(pulse.Trouble["mentions"], "21327")
	})
}

// The adapter and the pretend platform were written apart; here they meet on what the
// documents demand of a shared post, in every form of refusal.
func TestWeibo_SharingMeetsThePlatform(t *testing.T) {
	const said = "先垫付的兼职不要做。NP-7Q4 https://gaj.example.gov.cn/1"
	for name, o := range map[string]pretend.Options{
		"as documented": {}, "codes as text": {CodesAsText: true}, "refusals under 200": {ErrorStatus: 200, NoRequest: true},
	} {
		t.Run(name, func(t *testing.T) {
			o.UID, o.Token, o.SafeDomains, o.DelayedFor = demoWeiboUID, demoWeiboToken, []string{"gaj.example.gov.cn"}, time.Nanosecond
			p := pretend.New(o)
			s := httptest.NewServer(p)
			defer s.Close()
			defer p.Close()
			a, err := weibo.Open(t.Context(), adapters.Config{ID: "weibo", BaseURL: s.URL,
				Options: map[string]string{"uid": demoWeiboUID, "rip": "203.0.113.7", "safe_domains": "gaj.example.gov.cn"},
				Secrets: map[string]adapters.Secret{"token": demoWeiboToken}}, adaptertest.Host(t))
			if err != nil {
				t.Fatal(err)
			}
			publish := a.Caps().Publish
			at := adapters.Attempt{Item: "i", N: 1, Key: "k", Code: "NP-7Q4", Deadline: time.Now().Add(time.Minute)}
			p.Strike(pretend.Fault{Path: "/2/statuses/share.json", Code: 20032, Acts: true, Times: 1})
			r, err := publish.Publish(t.Context(), at, adapters.Part{Text: said})
			if err != nil || !r.Pending {
				t.Fatalf("taken, and shown later: %+v %v", r, err)
			}
			if r, err = publish.Check(t.Context(), r); err != nil || r.Pending || string(r.Ref) != p.Own()[0] {
				t.Errorf("once it is there: %+v %v", r, err)
			}
			_, err = publish.Publish(t.Context(), at, adapters.Part{Text: said})
			if adapters.ClassOf(err) != adapters.Unknown || err == nil {
				t.Errorf("the same again: %v", err)
			}
			f, err := a.Caps().Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Public, Code: "NP-7Q4", Since: time.Now().Add(-time.Minute)})
			if err != nil || f.Verdict != adapters.Found || f.Receipt.Ref != r.Ref {
				t.Errorf("looked up: %+v %v", f, err)
			}
			var unfit *adapters.Unfit
			if _, err := publish.Plan(adapters.Bulletin{Text: "没有链接"}); !errors.As(err, &unfit) {
				t.Errorf("without a link: %v", err)
			}
			p.RevokeToken(demoWeiboToken)
			if _, err := a.Identity(t.Context()); adapters.ClassOf(err) != adapters.AuthExpired {
				t.Errorf("revoked: %v", err)
			}
			if len(p.Received()) != 1 {
				t.Errorf("%d posts reached people", len(p.Received()))
			}
		})
	}
}
