package console_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
	"netpatrol/internal/web/webtest"
)

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
