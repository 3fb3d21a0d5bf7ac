package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

const scam = "姐妹们在家躺着也能赚！手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888，名额不多 #兼职#"

// nasty is what somebody writes who wants to take over an officer's browser.
const nasty = `刷单返利日结加我微信 <script>alert(1)</script> "><img src=x onerror=alert(2)> ' onmouseover='alert(3) {{.Officer}}`

func TestCitizensTextIsNeverMarkup(t *testing.T) {
	s := newSite(t)
	s.Posts("weibo", `x"><script>alert(4)</script>`, "1001", nasty)
	s.Says("weibo", `y'><b>`, "2001", "我被骗了 "+nasty)
	o := s.as("lin")
	pages := []string{"/", "/drafts", "/items", "/reports", "/clues", "/bulletins", "/accounts"}
	for _, r := range s.All(bots.KindDraft, "") {
		pages = append(pages, "/drafts/"+url.PathEscape(r.Meta().ID), "/why/"+r.(*bots.Draft).Code)
	}
	for _, r := range s.All(bots.KindReport, "") {
		pages = append(pages, "/reports/"+url.PathEscape(r.Meta().ID))
	}
	for _, r := range s.All(bots.KindClue, "") {
		pages = append(pages, "/clues/"+url.PathEscape(r.Meta().ID))
	}
	for _, r := range s.All(bots.KindConversation, "") {
		pages = append(pages, "/conversations/"+url.PathEscape(r.Meta().ID))
	}
	shown := false
	for _, p := range pages {
		page := o.get(p)
		if page.status != http.StatusOK {
			t.Errorf("%s: %d", p, page.status)
		}
		page.lacks("<script>alert", "<img src=x", "' onmouseover='", "y'><b>")
		shown = shown || strings.Contains(page.body, "&lt;script&gt;alert(1)&lt;/script&gt;")
	}
	if !shown {
		t.Error("the text is shown nowhere: this test proves nothing")
	}
}

func TestALinkFromAPlatformCannotRunScript(t *testing.T) {
	s, d := warned(t)
	for _, r := range s.All(bots.KindClue, "") {
		c := r.(*bots.Clue)
		c.URL = "javascript:alert(1)"
		s.Put(c)
	}
	s.as("lin").get(path(d)).lacks(`href="javascript:`)
}

func TestPersonalPagesAreForThoseWhoNeedThem(t *testing.T) {
	s, d := warned(t)
	s.Says("weibo", "xiaoli", "2001", "我被骗了三万块，怎么办")
	report := s.All(bots.KindReport, "")[0].Meta().ID
	for _, p := range []string{"/reports", "/reports/" + report, "/clues", "/why/" + d.Code} {
		if page := s.as("zhou").get(p); page.status != http.StatusForbidden {
			t.Errorf("a volunteer gets %d for %s", page.status, p)
		}
	}
	front := s.as("zhou").get("/")
	front.lacks("我被骗了", "@ahua", d.Code)
	if page := s.as("shen").get("/why/" + d.Code); page.status != http.StatusOK {
		t.Errorf("an auditor gets %d for a story", page.status)
	}
}

func TestAnEditorSeesBulletinsAndNotWhatWasWrittenToAPerson(t *testing.T) {
	s, d := warned(t)
	s.write()
	s.sends()
	s.Update(func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, "zhou")
		if err != nil {
			return err
		}
		o.Roles = []record.Role{record.Editor}
		return tx.Put(o)
	})
	o := s.as("zhou")
	for _, p := range []string{path(d), "/items/item-unknown"} {
		if page := o.get(p); page.status != http.StatusForbidden {
			t.Errorf("%s: %d", p, page.status)
		}
	}
	for _, p := range []string{"/", "/drafts", "/items"} {
		o.get(p).lacks("姐妹们", d.Code, "K7M2P9XW")
	}
	o.get("/drafts").has("警惕冒充客服退款骗局")
	if page := o.get(path(s.Draft(bots.ForBulletin, bots.DraftAwaiting))); page.status != http.StatusOK {
		t.Errorf("their own bulletin: %d", page.status)
	}
}

func TestAParkedEventIsSeen(t *testing.T) {
	s := newSite(t)
	e := s.parked()
	o := s.as("chen")
	o.get("/").has("没能处理的事件", "/events/event-parked")
	page := o.get("/events/" + e.ID)
	page.has("请人工处理", "被盗号")
	o.post("/events/"+e.ID+"/seen", page.form("/events/"+e.ID+"/seen", nil)).has("已记为查看过", "没有要办的事")
	o.get("/events/"+e.ID).lacks("请人工处理", "/seen")
	o.get("/events/" + e.ID).has("已查看")
}

func TestAnAutomaticReceiptIsNoAnswer(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "chenayi", "2001", "请问这个短信是真的吗？说我医保卡异常要点链接认证")
	o := s.as("chen")
	o.get("/").has("等待民警答复", "30分钟承诺：还剩29分钟")
	o.get("/").lacks("已自动回执")
	s.late()
	o.get("/").has("已自动回执，等待民警答复", "30分钟承诺：已超时4分钟")
	r := s.All(bots.KindReport, "")[0].(*bots.Report)
	o.get("/reports/" + r.ID).has("已自动回执，等待民警答复")
	r.Answered, r.State = r.Created.Add(12*time.Minute), "answered"
	s.Put(r)
	o.get("/").has("没有等待答复的举报")
	o.get("/reports?state=answered").has("12分钟内由民警答复")
	o.get("/reports/" + r.ID).has("用时12分钟")
}

func TestABulletinIsWrittenPreviewedAndApprovedByAnother(t *testing.T) {
	s := newSite(t)
	wu := s.as("wu")
	page := wu.get("/bulletins/new")
	page.has("每日防骗提醒")
	fields := url.Values{"title": {"警惕冒充客服"}, "text": {"凡是要求共享屏幕的“客服”，都是诈骗。"}, "account": {"weibo"}, "do": {"preview"}}
	page = wu.post("/bulletins/new", page.form("/bulletins/new", fields))
	page.has("核对码", "警惕冒充客服")
	fields.Set("do", "submit")
	page = wu.post("/bulletins/new", page.form("/bulletins/new", fields))
	page.has("须由另一位同事批准", "警惕冒充客服")
	d := s.Draft(bots.ForBulletin, bots.DraftAwaiting)
	wu.post(path(d)+"/approve", wu.get(path(d)).form(path(d)+"/approve", nil)).has("须由两个人完成")
	lin := s.as("lin")
	lin.post(path(d)+"/approve", lin.get(path(d)).form(path(d)+"/approve", nil)).has("已批准")
	lin.get("/bulletins").has("已发布")
	fields.Set("text", "")
	wu.post("/bulletins/new", wu.get("/bulletins/new").form("/bulletins/new", fields)).has("请写正文", `value="警惕冒充客服"`)
}

func TestTheStoryOfAMessage(t *testing.T) {
	s, d := warned(t)
	o := s.as("lin")
	o.post(path(d)+"/approve", o.get(path(d)).form(path(d)+"/approve", nil))
	page := o.get("/why?code=" + strings.ToLower(d.Code))
	page.has("巡查发现", "<mark>", "机器人读了", "批准：</b>林珊", "排队发送", "批准</td>", "提出警示")
	page = o.get("/why/NOSUCHCODE")
	if page.status != http.StatusNotFound {
		t.Errorf("%d", page.status)
	}
	page.has("没有这个核对码", "冒充")
}

func TestVerifyingTheAuditChainSaysWhatIsWrong(t *testing.T) {
	s := newSite(t)
	o := s.as("shen")
	o.get("/audit").lacks("链条")
	s.Report.OK, s.Report.Entries, s.Report.Head = true, 42, "abcd1234"
	o.get("/audit?run=1").has("链条完整", "42 条", "abcd1234")
	s.Report.OK, s.Report.Faults = false, []string{"第 7 条被改动"}
	o.get("/audit?run=1").has("链条有问题", "第 7 条被改动")
}

func TestEmptyPagesHelpAndLostOnesLeadBack(t *testing.T) {
	s := newSite(t)
	o := s.as("lin")
	for p, want := range map[string]string{
		"/": "没有要办的事", "/drafts": "没有待审批的内容", "/items": "没有结果不明", "/reports": "没有等待答复的举报", "/clues": "没有命中规则的帖子不会保存", "/bulletins": "还没有通报",
		"/standing": "还没有常设审批",
	} {
		o.get(p).has(want)
	}
	for _, p := range []string{"/nowhere", "/drafts/none", "/items/none", "/reports/none", "/clues/none", "/bulletins/none", "/accounts/none", "/conversations/none", "/warnings/none", "/events/none"} {
		page := o.get(p)
		if page.status != http.StatusNotFound {
			t.Errorf("%s: %d", p, page.status)
		}
		page.has("回到待办")
	}
}

func TestAnErasedPersonLeavesAPageThatSaysSo(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我被骗了三万块，怎么办")
	r := s.All(bots.KindReport, "")[0].Meta()
	d := s.All(bots.KindDraft, "")[0].Meta()
	if err := s.Store.Erase(t.Context(), r.Subject); err != nil {
		t.Fatal(err)
	}
	o := s.as("lin")
	for _, p := range []string{"/drafts/" + d.ID, "/reports/" + r.ID, "/", "/reports", "/drafts"} {
		page := o.get(p)
		if page.status != http.StatusOK {
			t.Errorf("%s: %d", p, page.status)
		}
		page.lacks("三万")
	}
	o.get("/drafts/" + d.ID).has("内容已按规定删除")
}

func TestAssetsAreNamedByTheirDigest(t *testing.T) {
	s := newSite(t)
	page := s.guest().get("/sign-in")
	at := strings.Index(page.body, `href="/assets/`)
	style := page.body[at+len(`href="`):]
	style = style[:strings.Index(style, `"`)]
	css := s.guest().get(style)
	if css.status != http.StatusOK || !strings.Contains(strings.Join(css.header.Values("Cache-Control"), ","), "immutable") {
		t.Errorf("%s: %d %v", style, css.status, css.header)
	}
	if page := s.guest().get("/assets/0000/console.css"); page.status != http.StatusNotFound {
		t.Errorf("a made-up digest: %d", page.status)
	}
}
