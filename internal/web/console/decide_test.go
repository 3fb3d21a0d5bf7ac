package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/console"
	"netpatrol/internal/web/webtest"
)

// warned is a site where one warning awaits a decision.
func warned(t *testing.T) (*site, *bots.Draft) {
	s := newSite(t)
	s.Posts("weibo", "ahua", "1001", scam)
	return s, s.Draft(bots.ForWarning, bots.DraftAwaiting)
}

func path(d *bots.Draft) string { return "/drafts/" + url.PathEscape(d.ID) }

func (s *site) again(d *bots.Draft) *bots.Draft {
	s.t.Helper()
	now, err := record.Fetch[bots.Draft](context.Background(), s.Store, d.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return now
}

func TestTheApprovalPageShowsEvidenceAndTheExactMessage(t *testing.T) {
	s, d := warned(t)
	page := s.as("lin").get(path(d))
	page.has("<mark>刷单返利日结</mark>", "@ahua", "本人在招揽或散布", "fraud-brush-orders", d.Code, "500 字", "私信", "https://weibo.example/1001", d.Seal)
	for _, line := range strings.Split(d.Text, "\n") {
		page.has(strings.NewReplacer("&", "&amp;", "<", "&lt;", "'", "&#39;", `"`, "&#34;").Replace(line))
	}
}

func TestApproveGoesToTheNextDraft(t *testing.T) {
	s, d := warned(t)
	s.Posts("weibo", "dage", "1002", "#兼职# 招聘点赞员，日入300，做任务佣金秒结，小白也能做，私聊我拉群")
	o := s.as("lin")
	page := o.post(path(d)+"/approve", o.get(path(d)).form(path(d)+"/approve", nil))
	page.has("已批准", "做任务佣金秒结")
	now := s.again(d)
	if now.State != bots.DraftReleased || now.DecidedBy != "lin" {
		t.Errorf("the draft is %s, decided by %q", now.State, now.DecidedBy)
	}
	if _, err := record.Fetch[record.Item](t.Context(), s.Store, now.Item); err != nil {
		t.Errorf("no item: %v", err)
	}
	next := s.Draft(bots.ForWarning, bots.DraftAwaiting)
	page = o.post(path(next)+"/approve", page.form(path(next)+"/approve", nil))
	page.has("没有其他待审批的内容了")
	if page.path != "/" {
		t.Errorf("after the last one: %s", page.path)
	}
}

func TestRejectNeedsAReason(t *testing.T) {
	s, d := warned(t)
	o := s.as("lin")
	page := o.post(path(d)+"/reject", o.get(path(d)).form(path(d)+"/reject", url.Values{"reason": {"  "}}))
	if page.status != http.StatusUnprocessableEntity || s.again(d).State != bots.DraftAwaiting {
		t.Errorf("%d, the draft is %s", page.status, s.again(d).State)
	}
	page.has("请写明退回的理由")
	page = o.post(path(d)+"/reject", page.form(path(d)+"/reject", url.Values{"reason": {"作者是在提醒他人"}}))
	page.has("已退回，不会发出")
	if now := s.again(d); now.State != bots.DraftReturned || now.Reason != "作者是在提醒他人" {
		t.Errorf("the draft is %s because %q", now.State, now.Reason)
	}
	o.get(path(d)).lacks("批准并看下一条")
}

func TestADoubleClickGetsTheFirstOutcome(t *testing.T) {
	s, d := warned(t)
	o := s.as("lin")
	form := o.get(path(d)).form(path(d)+"/approve", nil)
	first, second := o.post(path(d)+"/approve", form), o.post(path(d)+"/approve", form)
	first.has("已批准")
	second.has("已批准")
	if n := len(s.All(record.KindItem, "")); n != 1 {
		t.Errorf("%d items", n)
	}
	fresh := o.get("/").form("/sign-out", nil)
	form.Set("key", fresh.Get("key"))
	o.post(path(d)+"/approve", form).has("已经不在待审批状态")
}

func TestApprovalBindsToWhatWasSeen(t *testing.T) {
	s, d := warned(t)
	lin, chen := s.as("lin"), s.as("chen")
	form := lin.get(path(d)).form(path(d)+"/approve", nil)
	edited := strings.Replace(d.Text, "你好", "您好", 1)
	chen.post(path(d)+"/edit", chen.get(path(d)).form(path(d)+"/edit", url.Values{"text": {edited}})).has("已保存修改")
	page := lin.post(path(d)+"/approve", form)
	page.has("在您打开之后被改动过", "您好。")
	if s.again(d).State != bots.DraftAwaiting || page.status != http.StatusConflict {
		t.Fatalf("%d, the draft is %s", page.status, s.again(d).State)
	}
	lin.post(path(d)+"/approve", page.form(path(d)+"/approve", nil)).has("已批准")
}

func TestWhoeverEditsIsToldInASentenceThatAnotherMustApprove(t *testing.T) {
	s, d := warned(t)
	o := s.as("lin")
	edited := strings.Replace(d.Text, "你好", "您好", 1)
	page := o.post(path(d)+"/edit", o.get(path(d)).form(path(d)+"/edit", url.Values{"text": {edited}}))
	page.has("里面有您写的话")
	page = o.post(path(d)+"/approve", page.form(path(d)+"/approve", nil))
	page.has("须由两个人完成", "您好。")
	if s.again(d).State != bots.DraftAwaiting {
		t.Errorf("the draft is %s", s.again(d).State)
	}
}

func TestWhatWasTypedSurvivesARefusal(t *testing.T) {
	s, d := warned(t)
	o := s.as("lin")
	page := o.post(path(d)+"/edit", o.get(path(d)).form(path(d)+"/edit", url.Values{"text": {"一句没有核对码的话"}}))
	page.has("必须保留核对码", "一句没有核对码的话</textarea>")
	if s.again(d).Text != d.Text {
		t.Error("the text was changed")
	}
}

func TestReplyToAReport(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "chenayi", "2001", "请问这个短信是真的吗？说我医保卡异常要点链接认证")
	r := s.All(bots.KindReport, "")[0].Meta().ID
	p := "/reports/" + url.PathEscape(r)
	o := s.as("chen")
	page := o.get(p)
	page.has("医保卡异常", "30分钟承诺")
	page = o.post(p+"/reply", page.form(p+"/reply", url.Values{"text": {""}}))
	page.has("回复不能为空")
	page = o.post(p+"/reply", page.form(p+"/reply", url.Values{"text": {"这是诈骗短信，医保部门不会要求点链接认证，请删除。"}}))
	page.has("回复已提交", "这是诈骗短信")
	if d := s.Draft(bots.ForOfficer, bots.DraftReleased); d.Author != "chen" {
		t.Errorf("written by %s", d.Author)
	}
	page = o.post(p+"/reply", page.form(p+"/reply", url.Values{"text": {"请把验证码发给我核实一下。"}}))
	page.has("发送前检查没有通过", "请把验证码发给我核实一下。</textarea>")
}

func TestAnAppealIsReviewedByAnother(t *testing.T) {
	s, d := warned(t)
	lin := s.as("lin")
	lin.post(path(d)+"/approve", lin.get(path(d)).form(path(d)+"/approve", nil))
	warning := s.All(bots.KindWarning, "")[0].Meta().ID
	s.delivered(warning)
	s.Says("weibo", "ahua", "1009", "异议，我只是开玩笑")
	action := "/warnings/" + url.PathEscape(warning) + "/appeal"
	page := lin.get("/warnings/" + url.PathEscape(warning))
	page.has("当事人的异议", "我只是开玩笑", "姐妹们", "/conversations/")
	page = lin.post(action, page.form(action, url.Values{"as": {"withdrawn"}}))
	page.has("请写明处理异议的理由")
	lin.post(action, page.form(action, url.Values{"as": {"withdrawn"}, "reason": {"是玩笑"}})).has("须由另一位同事复核")
	chen := s.as("chen")
	page = chen.get("/warnings/" + url.PathEscape(warning))
	chen.post(action, page.form(action, url.Values{"as": {"withdrawn"}, "reason": {"是玩笑"}})).has("已处理异议")
	if w, err := record.Fetch[bots.Warning](t.Context(), s.Store, warning); err != nil || w.State != bots.WarningWithdrawn {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestADecisionThatTakesLongIsNotLostFromSight(t *testing.T) {
	s := newSiteOver(t, func(r webtest.Reader) console.Desk { return webtest.Slow{Reader: r} })
	o := s.as("wu")
	fields := url.Values{"title": {"警惕冒充客服"}, "text": {"凡是要求共享屏幕的“客服”，都是诈骗。"}, "account": {"weibo"}, "do": {"submit"}}
	page := o.post("/bulletins/new", o.get("/bulletins/new").form("/bulletins/new", fields))
	page.has("已收下，系统正在处理", "看处理结果")
	page.lacks(`class="notice bad"`)
	link := page.body[strings.Index(page.body, `href="/events/`)+len(`href="`):]
	link = link[:strings.Index(link, `"`)]
	o.get(link).has("已执行", "吴越", "提交通报")
	d := s.Draft(bots.ForBulletin, bots.DraftAwaiting)
	page = o.post(path(d)+"/approve", o.get(path(d)).form(path(d)+"/approve", nil))
	at := strings.Index(page.body, `href="/events/`) + len(`href="`)
	refused := page.body[at : at+strings.Index(page.body[at:], `"`)]
	o.get(refused).has("没有执行：这一步须由两个人完成")
	e, err := record.Fetch[bots.Event](t.Context(), s.Store, strings.TrimPrefix(refused, "/events/"))
	if err != nil {
		t.Fatal(err)
	}
	e.State, e.Result = bots.EventPending, nil
	s.Put(e)
	page = o.get(refused)
	page.has("正在处理", `data-refresh="5"`)
	if page := s.as("zhou").get(refused); page.status != http.StatusForbidden {
		t.Errorf("a volunteer sees somebody else's decision: %d", page.status)
	}
}
