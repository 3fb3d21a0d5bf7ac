package app

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/wechat"
	"netpatrol/bots"
	"netpatrol/bots/intake"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	pretend "netpatrol/internal/sandbox/wechat"
	"netpatrol/internal/web/view"
)

// officeOf starts a netpatrol with one account on a pretend WeChat of its own.
func officeOf(t *testing.T, platform func(*pretend.Options), account func(*config.Account)) (*App, *pretend.Platform) {
	t.Helper()
	door, err := freeLoopback()
	if err != nil {
		t.Fatal(err)
	}
	v, err := newWechatVenue("weixin", "draft-only", door)
	if err != nil {
		t.Fatal(err)
	}
	o := pretend.Options{
		AppID: demoAppID, AppSecret: demoSecret, Token: demoToken, EncodingAESKey: demoAESKey, Kind: pretend.Service,
		CallbackURL: "http://" + door + "/callback/weixin", MassDelay: time.Millisecond,
	}
	if platform != nil {
		platform(&o)
	}
	v.platform = pretend.New(o)
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试市公安局网络警察支队", "", door
	c.Officers = boardConfig("", "").Officers
	c.Pace.Settle, c.Pace.Backoff = time.Second, 200*time.Millisecond
	a := v.account()
	a.Options["kind"] = "service"
	if account != nil {
		account(&a)
	}
	c.Accounts = []config.Account{a}
	app := beside(t, v, c, map[string]adapters.Platform{"wechat": wechat.Platform()})
	eventually(t, "the door is open", func() bool {
		res, err := http.Get("http://" + door + "/healthz")
		if err == nil {
			_ = res.Body.Close()
		}
		_, open := app.opener.get("weixin")
		return err == nil && open
	})
	return app, v.platform
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	late := time.After(60 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("never: %s", what)
		}
	}
}

func follower(t *testing.T, p *pretend.Platform, name string) {
	t.Helper()
	if _, err := p.AddFollower(name); err != nil {
		t.Fatal(err)
	}
}

func writes(t *testing.T, p *pretend.Platform, name, text string) {
	t.Helper()
	if _, err := p.Write(name, text); err != nil {
		t.Fatal(err)
	}
}

// got says whether what reached a person includes a text that came by one way.
func got(p *pretend.Platform, name string, via pretend.Via, part string) bool {
	for _, r := range p.ReceivedBy(name) {
		if r.Via == via && strings.Contains(r.Text, part) {
			return true
		}
	}
	return false
}

func officer(t *testing.T, a *App, id string) *record.Officer {
	t.Helper()
	o, err := record.Fetch[record.Officer](t.Context(), a.store, id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// The configuration cannot know the bots, so the words it takes are held against theirs here.
func TestMenuMeansWhatTheIntakeAnswers(t *testing.T) {
	if got, want := config.Meanings(), []string{intake.MenuReport, intake.MenuAsk, intake.MenuProgress}; !slices.Equal(got, want) {
		t.Errorf("a menu can mean %q, the intake answers %q", got, want)
	}
}

// What a survey keeps fits into a record, whatever the platform has.
func TestASurveyThatIsTooLargeIsCutAndSaysSo(t *testing.T) {
	s := adapters.Survey{}
	for range 400 {
		s.Articles = append(s.Articles, adapters.Published{Ref: "article:x", Title: strings.Repeat("警", 32), URL: "http://mp.weixin.qq.com/s?" + strings.Repeat("a=b&", 40)})
		s.Replies = append(s.Replies, adapters.AutoReply{When: []string{"报警"}, Says: []string{strings.Repeat("请拨打110。", 60)}})
	}
	got := fitting(s)
	if n := size(got); n > surveyMax || got.More+len(got.Articles) != 400 || len(got.Gaps) == 0 || len(got.Replies) == 0 {
		t.Errorf("%d bytes, %d articles and %d more, %d replies, gaps %v", n, len(got.Articles), got.More, len(got.Replies), got.Gaps)
	}
	small := adapters.Survey{Followers: 1, Replies: s.Replies[:1], Articles: s.Articles[:1]}
	if got := fitting(small); len(got.Articles) != 1 || len(got.Replies) != 1 || len(got.Gaps) != 0 {
		t.Errorf("a small survey is cut: %+v", got)
	}
}

func TestWechatMenu_IsSetPressedAndAnswered(t *testing.T) {
	a, p := officeOf(t, nil, nil)
	follower(t, p, "小郭")
	goLive(t, a, "weixin")
	s := surroundings{a}
	m, err := s.Menu(t.Context(), "weixin")
	if err != nil || len(m.Shown) != 0 || m.Same || len(m.Wanted) != 3 {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := s.SetMenu(t.Context(), "weixin", officer(t, a, "lin"), "seen long ago"); err == nil {
		t.Error("a menu is set over one nobody looked at")
	}
	if m, err = s.SetMenu(t.Context(), "weixin", officer(t, a, "lin"), m.Seen); err != nil || !m.Same {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := p.Click("小郭", m.Shown[0].Key); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the question is on the phone, as a message menu", func() bool { return got(p, "小郭", pretend.ViaCustom, "1 钱已经转出去了") })
	if _, err := p.ChooseOption("小郭", "unpaid"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the choice is a report with its receipt", func() bool { return got(p, "小郭", pretend.ViaPassive, "已收到你的举报") })
	if err := p.Click("小郭", m.Shown[2].Key); err != nil {
		t.Fatal(err)
	}
	report := (&sim{t: t, app: a}).all(bots.KindReport)[0].(*bots.Report)
	eventually(t, "progress names the report", func() bool { return got(p, "小郭", pretend.ViaPassive, report.Reference+" 还在办理") })
	if report.Slots["paid"] != "还没有转钱" || report.Lines[0].Text != "2 还没有转钱" {
		t.Errorf("report %+v", report)
	}
	heard := (&sim{t: t, app: a}).all(bots.KindEvent)
	for _, r := range heard {
		if e := r.(*bots.Event); e.Kind == bots.MenuPressed && e.Body.(*bots.Heard).Choice == "report" && e.Body.(*bots.Heard).Text != "我要举报" {
			t.Errorf("the press says %q", e.Body.(*bots.Heard).Text)
		}
	}
}

func TestWechatObserving_LeavesMessagesToTheConsole(t *testing.T) {
	a, p := officeOf(t, nil, nil)
	follower(t, p, "小郭")
	writes(t, p, "小郭", "我被人坑了")
	eventually(t, "the console's staff have the chat", func() bool { return p.WithStaff("小郭") })
	eventually(t, "the message is heard", func() bool { return len((&sim{t: t, app: a}).all(bots.KindReport)) == 1 })
	if all := p.ReceivedBy("小郭"); len(all) != 0 {
		t.Errorf("an account that only observes sent %+v", all)
	}
	follower(t, p, "老符")
	goLive(t, a, "weixin")
	writes(t, p, "老符", "我要举报一个网站")
	eventually(t, "once live it answers itself", func() bool { // in the answer to the callback, or right after it
		return got(p, "老符", pretend.ViaPassive, "已收到你的举报") || got(p, "老符", pretend.ViaCustom, "已收到你的举报")
	})
	if p.WithStaff("老符") {
		t.Error("and leaves nothing to the console")
	}
}

// What staff write in the platform's console reaches the conversation as an answer of a person.
func TestWechatConsole_WhatStaffWriteIsCounted(t *testing.T) {
	a, p := officeOf(t, nil, nil)
	s := &sim{t: t, app: a}
	eventually(t, "the chat log is read", func() bool {
		_, err := record.Fetch[record.Mark](t.Context(), a.store, "cursor/weixin/staff")
		return err == nil
	})
	follower(t, p, "小郭")
	writes(t, p, "小郭", "我被骗了两千块")
	eventually(t, "a person waits", func() bool { return len(s.all(bots.KindWait)) == 1 })
	if err := p.StaffReply("小郭", "我是值班民警，请先拨打110"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "and was answered", func() bool { return s.all(bots.KindWait)[0].(*bots.Wait).State == bots.WaitEnded })
	if w := s.all(bots.KindWait)[0].(*bots.Wait); w.How != bots.EndedReply || !strings.HasPrefix(w.By, "duty@") {
		t.Errorf("the wait: %+v", w)
	}
	talk := s.all(bots.KindConversation)[0].(*bots.Conversation)
	lines, err := view.Talk(t.Context(), a.store, talk)
	if err != nil || !slices.ContainsFunc(lines, func(l view.Said) bool { return l.Staff && l.Text == "我是值班民警，请先拨打110" }) {
		t.Errorf("the transcript: %+v (%v)", lines, err)
	}
	spent, err := record.Fetch[record.Ledger](t.Context(), a.store, record.WindowLedgerID(talk.ID))
	if err != nil || len(spent.Entries) != 1 {
		t.Errorf("the window: %+v (%v)", spent, err)
	}
	if r := s.all(bots.KindReport)[0].(*bots.Report); r.State != "answered" {
		t.Errorf("the report is %s", r.State)
	}
}

func TestWechatTakeover_IsReadAndKept(t *testing.T) {
	a, p := officeOf(t, nil, nil)
	follower(t, p, "小郭")
	p.SetAutoReply(pretend.AutoReply{OnFollow: "欢迎关注", Keywords: []pretend.Keyword{{Rule: "报警", Contains: "报警", Answer: "请拨打110"}}})
	if err := p.ConsoleMenu(`[{"type":"view","name":"办事大厅","url":"https://ga.example.gov.cn/"}]`); err != nil {
		t.Fatal(err)
	}
	draft, err := p.StaffDraft(pretend.Article{Title: "警惕冒充客服", Content: "<p>不要转账</p>", ThumbMediaID: p.StaffCover()})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.StaffPublish(draft); err != nil {
		t.Fatal(err)
	}
	found, err := surroundings{a}.Survey(t.Context(), "weixin", officer(t, a, "lin"))
	if err != nil {
		t.Fatal(err)
	}
	v := found.Survey
	if v.Followers != 1 || len(v.Replies) != 2 || len(v.Menu) != 1 || len(v.Articles) != 1 || v.Articles[0].Title != "警惕冒充客服" || len(v.Stops) != 2 || v.Back == "" || len(v.Gaps) != 0 {
		t.Errorf("%+v", v)
	}
	for range 2 { // a second survey takes the place of the first
		if _, err := (surroundings{a}).Survey(t.Context(), "weixin", officer(t, a, "lin")); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := record.Fetch[record.Takeover](t.Context(), a.store, "weixin")
	if err != nil || kept.By != "lin" || len(kept.Survey.Replies) != 2 {
		t.Errorf("%+v, %v", kept, err)
	}
	if _, err := (surroundings{a}).Survey(t.Context(), "weixin", &record.Officer{Head: bots.Head{ID: "chen", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}); err == nil {
		t.Error("an officer on duty takes an account over")
	}
}

func TestWechatPrincipal_AnotherOneHoldsTheAccount(t *testing.T) {
	a, _ := officeOf(t, func(o *pretend.Options) { o.Principal = "邻市公安局" }, nil)
	eventually(t, "the account is under suspicion", func() bool {
		acc, err := record.Fetch[bots.Account](t.Context(), a.store, "weixin")
		return err == nil && strings.Contains(acc.Suspect, "邻市公安局")
	})
	on := bots.Target{Kind: bots.KindAccount, ID: "weixin"}
	r, err := a.engine.Submit(t.Context(), bots.Decision{Officer: "lin", Verb: bots.RequestMode, On: on, Fields: map[string]string{"mode": "suggest", "attest": "平台开户函"}}, "1")
	if err != nil || r.Status != bots.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	r, err = a.engine.Submit(t.Context(), bots.Decision{Officer: "wu", Verb: bots.ConfirmMode, On: on, Fields: map[string]string{"attest": "平台开户函", "for": "suggest"}}, "2")
	if err != nil || r.Status != bots.Refused || r.Code != "principal" {
		t.Errorf("two people attest another agency's account: %+v, %v", r, err)
	}
}

func TestWechatConsoleMassSend_UsesTheQuota(t *testing.T) {
	a, p := officeOf(t, nil, func(c *config.Account) { c.Options["publish"] = "api" })
	follower(t, p, "小郭")
	goLive(t, a, "weixin")
	draft, err := p.StaffDraft(pretend.Article{Title: "警惕冒充客服", Content: "<p>不要转账</p>", ThumbMediaID: p.StaffCover()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.StaffMass(draft); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the ledgers count it", func() bool {
		n := 0
		for _, r := range (&sim{t: t, app: a}).all(record.KindLedger) {
			if l := r.(*record.Ledger); len(l.Entries) == 1 && strings.HasPrefix(l.Entries[0].Item, "console/") {
				n++
			}
		}
		return n == 2 // four a month, and one a day to all
	})
}

func TestWechatNotice_TellsOfNewsOutsideTheWindow(t *testing.T) {
	a, p := officeOf(t, nil, func(c *config.Account) {
		c.Options["replies_after_message"], c.Options["replies_after_event"] = "5/1s", "3/1s"
		c.Options["notify_subscription"], c.Options["notify_template"] = "any:SUB1:thing1=news:character_string2=code", "any:TPL1:first=news"
	})
	p.AddTemplate("SUB1", true)
	p.AddTemplate("TPL1", false)
	follower(t, p, "小郭")
	follower(t, p, "老符")
	goLive(t, a, "weixin")
	if err := p.Consent("小郭", "SUB1", true); err != nil {
		t.Fatal(err)
	}
	for name, via := range map[string]pretend.Via{"小郭": pretend.ViaSubscribe, "老符": pretend.ViaTemplate} {
		writes(t, p, name, "我要举报一个网站")
		eventually(t, "the receipt", func() bool {
			return got(p, name, pretend.ViaPassive, "已收到你的举报") || got(p, name, pretend.ViaCustom, "已收到你的举报")
		})
		conversation := a.engine.Conversation("weixin", p.OpenID(name))
		eventually(t, "the window is closed", func() bool {
			c, err := record.Fetch[bots.Conversation](t.Context(), a.store, conversation)
			return err == nil && time.Since(c.LastHeard) > time.Second
		})
		d := bots.Decision{Officer: "lin", Verb: bots.ReplyTo, On: bots.Target{Kind: bots.KindConversation, ID: conversation}, Fields: map[string]string{"text": "该网站已处置。"}}
		if r, err := a.engine.Submit(t.Context(), d, name); err != nil || r.Status != bots.Applied {
			t.Fatalf("%+v, %v", r, err)
		}
		eventually(t, "the notice by "+string(via), func() bool { return got(p, name, via, "你的事项有新进展，请打开会话") })
		if got(p, name, via, "该网站") || got(p, name, pretend.ViaCustom, "该网站") {
			t.Errorf("%s: the notice tells what the news is, or the message left", name)
		}
		if err := p.Click(name, "progress"); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the message goes on", func() bool {
			return got(p, name, pretend.ViaPassive, "该网站已处置") || got(p, name, pretend.ViaCustom, "该网站已处置")
		})
	}
	if n := len(p.Duplicates()); n != 0 {
		t.Errorf("%d texts arrived twice", n)
	}
}
