package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/console"
	"netpatrol/internal/web/view"
	"netpatrol/internal/web/webtest"
)

const scam = "姐妹们在家躺着也能赚！手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888，名额不多 #兼职#"

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

func TestHaltTakesReasonAndConfirmation(t *testing.T) {
	s := newSite(t)
	o := s.as("chen")
	page := o.get("/halt")
	page = o.post("/halt", page.form("/halt", url.Values{"level": {"unsolicited"}, "sure": {"1"}}))
	page.has("请写明停发的原因")
	page = o.post("/halt", page.form("/halt", url.Values{"level": {"unsolicited"}, "reason": {"误判太多"}}))
	page.has("请勾选确认", `value="误判太多"`)
	page = o.post("/halt", page.form("/halt", url.Values{"level": {"unsolicited"}, "reason": {"误判太多"}, "sure": {"1"}}))
	page.has("已停发", "误判太多")
	o.get("/drafts").has("已停发：公开和主动发送")
	page.lacks("恢复发送</button>")
	lin := s.as("lin")
	lin.post("/resume", lin.get("/halt").form("/resume", nil)).has("已恢复发送")
	lin.get("/").lacks("已停发：")
}

func TestAnUnknownOutcomeIsSettledByAnOfficer(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	page := o.get("/items/item-unknown")
	page.has("结果不明", "K7M2P9XW", "timeout")
	form := page.form("/items/item-unknown/settle", url.Values{"as": {"delivered"}})
	o.post("/items/item-unknown/settle", form).has("已认定：已送达")
	i, err := record.Fetch[record.Item](t.Context(), s.Store, "item-unknown")
	if err != nil || i.State != record.ItemDelivered {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestWhatProvesWrongIsCorrectedFromItsPage(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	o.get("/items/item-unknown").lacks("拟更正")
	o.post("/items/item-unknown/settle", o.get("/items/item-unknown").form("/items/item-unknown/settle", url.Values{"as": {"delivered"}}))
	s.as("gu").get("/items/item-unknown").lacks("拟更正") // an administrator writes to nobody
	page := o.get("/items/item-unknown")
	o.post("/items/item-unknown/correct", page.form("/items/item-unknown/correct", url.Values{"text": {"此前写错了时间。"}})).has("已拟好更正")
	i, err := record.Fetch[record.Item](t.Context(), s.Store, "item-unknown")
	if err != nil || len(i.Corrected) != 1 {
		t.Fatalf("%+v, %v", i, err)
	}
	o.get("/items/item-unknown").has("更正件", "/why/"+i.Corrected[0])
	o.get("/why/"+i.Corrected[0]).has("本条更正的是", "/why/"+i.Code)
}

func TestAHeldSendGoesOnAndIsCheckedAgain(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	page := o.get("/items/item-held")
	page.has("已被修改", "继续发送（重新检查）")
	page.lacks("仍发送") // the post was looked at: it cannot be waved through
	o.post("/items/item-held/resume", page.form("/items/item-held/resume", nil)).has("已重新排队")
	i, err := record.Fetch[record.Item](t.Context(), s.Store, "item-held")
	if err != nil || i.State != record.ItemDue || i.NotLooked != "" {
		t.Errorf("%+v, %v", i, err)
	}
	forged := page.form("/items/item-held/resume", nil)
	forged.Set("key", o.get("/items/item-unseen").form("/items/item-unseen/send-held", nil).Get("key"))
	o.post("/items/item-held/hold", o.get("/items/item-held").form("/items/item-held/hold", nil)).has("由陈立暂停")
	o.post("/items/item-held/send-held", forged).has("不是因为无法复看原帖而暂缓的")
	s.as("gu").get("/items/item-unseen").lacks("继续发送（重新检查）") // an administrator may not: no button that would be refused
}

func TestAWarningWhosePostNobodyCouldLookAtMayLeaveUnderAName(t *testing.T) {
	s := newSite(t)
	s.sends()
	o := s.as("chen")
	page := o.get("/items/item-unseen")
	page.has("未能复核原帖，仍发送", "继续发送（重新检查）")
	o.post("/items/item-unseen/send-held", page.form("/items/item-unseen/send-held", nil)).has("已放行")
	o.get("/items/item-unseen").has(`陈立 <small class="id">chen</small> 放行`)
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

func TestOnePersonRevokesAStandingApprovalWithAReason(t *testing.T) {
	s := newSite(t)
	s.standings()
	o := s.as("chen")
	page := o.get("/standing")
	page.has("生效中", "已撤销", "模板已有新版")
	active := ""
	for _, r := range s.All(record.KindStanding, record.StandingActive) {
		if one := r.(*record.Standing); one.Template == "added" {
			active = "/standing/" + url.PathEscape(one.ID) + "/revoke"
		}
	}
	page = o.post(active, page.form(active, url.Values{"reason": {" "}}))
	page.has("请写明撤销的理由", "生效中")
	page = o.post(active, page.form(active, url.Values{"reason": {"措辞要改"}}))
	page.has("已撤销，即刻起")
	if strings.Contains(page.body, active) {
		t.Error("what is revoked can be revoked again")
	}
	s.as("shen").get("/standing").lacks("/revoke")
}

func TestRevisionsAreCountedAsPeopleCount(t *testing.T) {
	s := newSite(t)
	s.scene()
	o := s.as("lin")
	tags, whole := regexp.MustCompile(`<[^>]*>`), regexp.MustCompile(`\b[1-9]\d{6}\b`)
	added, err := strconv.Atoi(s.rev("added"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]int{"/standing": view.Revision(added)} // and the revision each must show
	for _, r := range s.All(bots.KindDraft, bots.DraftAwaiting) {
		if d := r.(*bots.Draft); d.Template != "" {
			pages[path(d)] = view.Revision(d.Rev)
		}
	}
	for p, rev := range pages {
		page := o.get(p)
		page.has(fmt.Sprintf("第 %d 版", rev), fmt.Sprintf(`title="完整版本号 %d`, rev))
		if seen := whole.FindString(tags.ReplaceAllString(page.body, " ")); seen != "" {
			t.Errorf("%s shows the whole number %s", p, seen)
		}
	}
}

func TestTheStandingPageShowsWhatWouldBeSent(t *testing.T) {
	s := newSite(t)
	page := s.as("wu").get("/standing")
	page.has("各模板的原文", "已收到你的举报", "本消息由"+webtest.Unit+"自动发出")
	page.lacks("warning-fraud", "bulletin-case") // they can never be covered
}

func TestPeopleAreNamed(t *testing.T) {
	s := newSite(t)
	s.scene()
	o := s.as("lin")
	named := func(id string) string { return webtest.Names()[id] + ` <small class="id">` + id + "</small>" }
	d := s.Draft(bots.ForBulletin, bots.DraftAwaiting)
	o.get(path(d)).has(named("wu"))
	o.post(path(d)+"/approve", o.get(path(d)).form(path(d)+"/approve", nil))
	o.get("/why/"+d.Code).has("批准：</b>"+named("lin"), `title="wu">`+named("wu"))
	o.get("/accounts/forum").has(named("wu") + " 申请")
	o.get("/standing").has(named("wu"), named("lin"))
	o.get("/bulletins").has(named("wu"))
	o.get("/items/item-by-hand").has("由林珊暂停")
	o.get("/me").has(named("lin"))
	o.post("/halt", o.get("/halt").form("/halt", url.Values{"level": {"unsolicited"}, "reason": {"误判太多"}, "sure": {"1"}}))
	o.get("/drafts").has(named("lin") + " 于")
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

// slow is a desk whose officers stop waiting before the engine has decided.
type slow struct{ webtest.Reader }

func (d slow) Submit(ctx context.Context, dec bots.Decision, formKey string) (bots.Result, error) {
	if _, err := d.Reader.Submit(ctx, dec, formKey); err != nil {
		return bots.Result{}, err
	}
	page, err := d.List(ctx, record.Query{Kind: bots.KindEvent, Newest: true, Limit: 1})
	if err != nil {
		return bots.Result{}, err
	}
	return bots.Result{Status: "pending", Made: []bots.Target{{Kind: bots.KindEvent, ID: page[0].Meta().ID}}}, nil
}

func TestADecisionThatTakesLongIsNotLostFromSight(t *testing.T) {
	s := newSiteOver(t, func(r webtest.Reader) console.Desk { return slow{r} })
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

func TestAnAccountsModeTakesTwoPeople(t *testing.T) {
	s := newSite(t)
	s.Posts("forum", "yulinfeng", "3001", "听说城西小学门口有人抢孩子，已经抢走三个了，大家快转发！")
	wu := s.as("wu")
	page := wu.get("/accounts/forum")
	page.has("本可以发出的内容", "抢孩子")
	page = wu.post("/accounts/forum/request", page.form("/accounts/forum/request", url.Values{"mode": {"suggest"}, "attest": {"平台开户函"}}))
	page.has("请另一位同事确认")
	page = wu.post("/accounts/forum/confirm", page.form("/accounts/forum/confirm", nil))
	page.has("须由两个人完成")
	lin := s.as("lin")
	lin.post("/accounts/forum/confirm", lin.get("/accounts/forum").form("/accounts/forum/confirm", nil)).has("模式已切换", "建议模式")
}

func TestAStandingApprovalTakesTwoPeople(t *testing.T) {
	s := newSite(t)
	wu := s.as("wu")
	page := wu.get("/standing")
	until := time.Now().AddDate(0, 3, 0).Format(time.DateOnly)
	form := page.form("/standing", url.Values{"template": {"receipt|" + s.rev("receipt")}, "until": {until}})
	page = wu.post("/standing", form)
	page.has("须由另一位同事确认", "receipt")
	id := s.All(record.KindStanding, "")[0].Meta().ID
	action := "/standing/" + url.PathEscape(id) + "/confirm"
	wu.post(action, page.form(action, nil)).has("须由两个人完成")
	lin := s.as("lin")
	lin.post(action, lin.get("/standing").form(action, nil)).has("常设审批已生效", "生效中")
	warning := url.Values{"template": {"warning-fraud|" + s.rev("warning-fraud")}, "until": {until}}
	wu.post("/standing", wu.get("/standing").form("/standing", warning)).has("不能用于警示和通报")
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
