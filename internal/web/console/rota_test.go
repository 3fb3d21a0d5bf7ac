package console_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// shift puts a line into the rota by the console.
func (o *officer) shift(fields url.Values) *seen {
	o.t.Helper()
	all := url.Values{"officer": {"chen"}, "level": {"duty"}, "days": {"1", "2", "3", "4", "5", "6", "7"}, "since": {"2026-01-01"}, "start": {"08:00"}, "end": {"20:00"}}
	for k, v := range fields {
		all[k] = v
	}
	return o.post("/duty/shifts", o.get("/duty").form("/duty/shifts", all))
}

func TestTheRotaIsEnteredAndShowsWhoIsOnDuty(t *testing.T) {
	s := newSite(t)
	lin := s.as("lin")
	lin.get("/duty").has("还没有排班", "没有排班，按配置的名单依次提醒", "letters chen@gaj.example.gov.cn", "同时发到群：wecom", "提醒不到人，会发给下一级")
	lin.shift(url.Values{"officer": {"chen"}, "end": {"08:00"}, "start": {"08:00"}}).has("已排入。", "陈立", "每天 08:00–次日 08:00")
	page := lin.get("/duty")
	page.has("值班民警", "letters chen@gaj.example.gov.cn")
	page.lacks("段没有人", "排班表上现在没有人", "还没有排班")
	lin.get("/").has("现在值班：陈立")
	for kind, words := range map[string]url.Values{
		"周一至周五 20:00–次日 08:00":                {"officer": {"lin"}, "days": {"1", "2", "3", "4", "5"}, "start": {"20:00"}, "end": {"08:00"}},
		"周六、周日 08:00–20:00":                   {"officer": {"lin"}, "days": {"6", "7"}},
		"2030年10月1日 00:00–次日 00:00":           {"officer": {"lin"}, "days": nil, "since": {"2030-10-01"}, "until": {"2030-10-01"}, "start": {"00:00"}, "end": {"00:00"}},
		"2030年10月2日至2030年10月7日每天 08:00–20:00": {"officer": {"lin"}, "days": nil, "since": {"2030-10-02"}, "until": {"2030-10-07"}},
	} {
		lin.shift(words).has(kind)
	}
	lin.get("/duty").has("同时值班")
}

func TestAGapInTheRotaIsInPlainSight(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	hour := (time.Now().In(time.FixedZone("CST", 8*60*60)).Hour() + 2) % 24 // not now
	chen.shift(url.Values{"start": {clock(hour)}, "end": {clock((hour + 1) % 24)}})
	page := chen.get("/duty")
	page.has("排班表上现在没有人", "改为依次提醒配置里的名单", "段没有人", "没有人值班")
	chen.get("/").has("排班表上现在没有人值班")
}

func TestARotaThatHasNotBegunIsNoGap(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	later := time.Now().In(time.FixedZone("CST", 8*60*60)).AddDate(0, 0, 3)
	page := chen.shift(url.Values{"since": {later.Format(time.DateOnly)}, "start": {"00:00"}, "end": {"00:00"}})
	page.has("排班从 "+later.Format("1月2日"), "开始，按配置的名单依次提醒", "每天 00:00–次日 00:00")
	page.lacks("排班表上现在没有人", "段没有人", "没有人值班")
	chen.get("/").lacks("没有人值班", "现在值班：")
}

func clock(hour int) string { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC).Format("15:04") }

func TestAShiftIsTakenOutAndAMistakeKeepsWhatWasTyped(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	page := chen.shift(url.Values{"officer": {"gu"}, "start": {"22:15"}})
	page.has("这位同事没有答复群众的权限")
	page = chen.shift(url.Values{"until": {"2025-01-01"}, "start": {"22:15"}, "days": {"3"}})
	page.has("截止日期不能早于开始日期", `value="22:15"`, `value="3" checked`, `<option value="chen" selected>`)
	chen.shift(nil)
	at := "/duty/shifts/" + url.PathEscape(s.All(bots.KindShift, record.DutyActive)[len(s.All(bots.KindShift, record.DutyActive))-1].Meta().ID) + "/end"
	page = chen.post(at, chen.get("/duty").form(at, nil))
	page.has("已从排班中撤下")
	page.lacks("每天 08:00–20:00")
	if again := chen.post(at, url.Values{"key": page.form("/duty/shifts", nil)["key"]}); !strings.Contains(again.body, "它已经不在表上") {
		t.Error("it is taken out twice")
	}
}

func TestWhoIsOnLeaveIsStoodInFor(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	chen.shift(url.Values{"start": {"00:00"}, "end": {"00:00"}})
	here := time.Now().In(time.FixedZone("CST", 8*60*60))
	form := func(change url.Values) url.Values {
		all := url.Values{"officer": {"chen"}, "standin": {"lin"}, "from": {here.Add(-time.Hour).Format("2006-01-02T15:04")}, "to": {here.Add(time.Hour).Format("2006-01-02T15:04")}}
		for k, v := range change {
			all[k] = v
		}
		return chen.get("/duty").form("/duty/leaves", all)
	}
	chen.post("/duty/leaves", form(url.Values{"standin": {"chen"}})).has("代班的须是另一位在职的同事")
	chen.post("/duty/leaves", form(url.Values{"to": {""}})).has("请假的结束时间须晚于开始时间")
	page := chen.post("/duty/leaves", form(nil))
	page.has("已登记", "替 陈立", "letters lin@gaj.example.gov.cn", "假期中", "林珊 <small class=\"id\">lin</small> 代班")
	at := "/duty/leaves/" + url.PathEscape(s.All(bots.KindLeave, "")[0].Meta().ID) + "/end"
	page = chen.post(at, page.form(at, nil))
	page.has("已销假")
	page.lacks("替 陈立")
}

func TestWhoPlansNothingSeesNoForms(t *testing.T) {
	s := newSite(t)
	s.as("shen").get("/duty").lacks("排入一班", "登记请假", "<form method=\"post\" action=\"/duty")
	if page := s.as("zhou").get("/duty"); strings.Contains(page.body, "现在值班") {
		t.Error("a volunteer sees who is on duty")
	}
}

func TestASheetIsDrawnUpAndSignedByBoth(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "你好，我想举报一个网站")
	chen, lin, gu := s.as("chen"), s.as("lin"), s.as("gu")
	chen.shift(url.Values{"officer": {"lin"}, "start": {"00:00"}, "end": {"00:00"}})
	page := chen.get("/handovers")
	page.has("举报待答复", s.All(bots.KindReport, "")[0].(*bots.Report).Reference, `<option value="chen" selected>`, `<option value="lin" selected>`) // who comes next stands there
	chen.post("/handovers", page.form("/handovers", url.Values{"from": {"chen"}, "to": {"chen"}, "notes": {"请回电"}})).has("交班和接班须是两个人", "请回电")
	page = chen.post("/handovers", chen.get("/handovers").form("/handovers", url.Values{"from": {"chen"}, "to": {"lin"}, "notes": {"请回二号线的电话"}}))
	page.has("已开具", "等交班人签字", "请回二号线的电话", "举报待答复")
	at := page.path
	lin.get("/").lacks("有一张交接单等您签字")
	lin.get("/").has("交接单已备好，等", at) // who comes finds it, too
	lin.get(at).lacks("签字接班")
	gu.get(at).lacks("签字交班", "补充备注")
	page = chen.post(at+"/sign", page.form(at+"/sign", nil))
	page.has("已签字", "等接班人签字")
	lin.get("/").has("有一张交接单等您签字")
	old := lin.get(at)
	chen.post(at+"/remark", chen.get(at).form(at+"/remark", url.Values{"note": {"钥匙在抽屉里"}})).has("备注已记下", "钥匙在抽屉里")
	lin.post(at+"/sign", old.form(at+"/sign", nil)).has("请看过最新的内容再签字")
	lin.post(at+"/sign", lin.get(at).form(at+"/sign", nil)).has("已签字", "双方已签字")
	report := s.All(bots.KindReport, "")[0].Meta().ID
	s.Decides("lin", bots.Decision{Verb: bots.CloseReport, On: bots.Target{Kind: bots.KindReport, ID: report}})
	lin.get(at).has("现已办")
	lin.get("/handovers").has("双方已签字")
	if page := s.as("zhou").get("/handovers"); strings.Contains(page.body, "交接单") {
		t.Error("a volunteer reads what citizens wait for")
	}
}

func TestAChangeOnDutyWithoutASheetIsToldToBoth(t *testing.T) {
	s := newSite(t)
	chen, lin := s.as("chen"), s.as("lin")
	hour := time.Now().In(time.FixedZone("CST", 8*60*60)).Hour() + 24
	chen.shift(url.Values{"officer": {"chen"}, "start": {clock((hour - 6) % 24)}, "end": {clock((hour - 1) % 24)}})
	chen.shift(url.Values{"officer": {"lin"}, "start": {clock((hour - 1) % 24)}, "end": {clock((hour + 5) % 24)}})
	words := []string{"由 陈立", "换 林珊", "还没有交接单"}
	chen.get("/").has(words...)
	lin.get("/").has(words...)
	s.as("gu").get("/").lacks("还没有交接单")
	chen.post("/handovers", chen.get("/handovers").form("/handovers", url.Values{"from": {"chen"}, "to": {"lin"}}))
	chen.get("/").lacks("还没有交接单")
	lin.get("/").lacks("还没有交接单")
	s.Update(func(tx record.Tx) error { // as the rota draws one
		h, err := record.Load[record.HandOver](tx, s.All(bots.KindHandOver, "")[0].Meta().ID)
		h.By = ""
		return errors.Join(err, tx.Put(h))
	})
	chen.get("/handovers/"+url.PathEscape(s.All(bots.KindHandOver, "")[0].Meta().ID)).has("系统按排班开具", "看过，签字交班")
}

func TestAShiftThatReachesNobodyIsMarked(t *testing.T) {
	s := newSite(t)
	lin := s.as("lin")
	lin.shift(url.Values{"officer": {"wu"}}).has("没有联系方式，提醒发不到")
	s.Update(func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, "wu")
		if err != nil {
			return err
		}
		o.State = "suspended"
		return tx.Put(o)
	})
	lin.get("/duty").has("账户已停用，这一班没有人")
}

// everyOpen puts one record of each kind that can be open into the store.
func (s *site) everyOpen() {
	now := time.Now()
	head := func(id, state string) bots.Head {
		return bots.Head{ID: id, Stream: "open/" + id, State: state, Created: now, Updated: now}
	}
	s.Put(
		&record.Alarm{Head: head("o-alarm", record.AlarmOpen), Why: "账号 weibo 的平台授权七天内到期", About: bots.Target{Kind: bots.KindAccount, ID: "weibo"}},
		&bots.Warning{Head: head("o-warning", bots.WarningAppealed), Account: "weibo"},
		&record.Handoff{Head: head("o-handoff", record.HandoffSent), Code: "H8KM2PQ4"},
		&record.Rectification{Head: head("o-rect", record.RectificationOverdue), Site: "coconut", Deadline: now.Add(-time.Hour)},
		&bots.Wait{Head: head("o-wait", bots.WaitRunning), Account: "weibo", Conversation: "conv/weibo/nobody", Deadline: now.Add(9 * time.Minute)},
	)
}

func TestEverythingThatCanBeOpenHasItsWords(t *testing.T) {
	s := newSite(t)
	s.scene()
	s.everyOpen()
	page := s.as("lin").get("/handovers")
	page.has("举报待答复", "来信待答复", "待审批", "暂缓发送", "发送结果不明", "人工代发", "异议待复核", "移交待对方答复", "约谈整改", "提醒未知悉", "平台授权七天内到期", "响起", `class="overdue"`, "在办")
	if strings.Contains(page.body, ">standing<") || strings.Contains(page.body, ">by-hand<") {
		t.Error("a kind has no words")
	}
}

// dutyScene is a rota with a night, a gap, a leave and a sheet; it returns the pages.
func (s *site) dutyScene() []string {
	s.Says("weibo", "xiaoli", "2001", "你好，我想举报一个网站")
	s.everyOpen()
	chen := s.as("chen")
	chen.shift(nil)
	chen.shift(url.Values{"officer": {"lin"}, "days": {"1", "2", "3", "4", "5"}, "start": {"20:00"}, "end": {"08:00"}})
	chen.shift(url.Values{"officer": {"lin"}, "level": {"supervisor"}, "start": {"08:00"}, "end": {"08:00"}})
	here := time.Now().In(time.FixedZone("CST", 8*60*60))
	chen.post("/duty/leaves", chen.get("/duty").form("/duty/leaves", url.Values{"officer": {"chen"}, "standin": {"lin"}, "from": {here.Format("2006-01-02T15:04")}, "to": {here.AddDate(0, 0, 2).Format("2006-01-02T15:04")}}))
	sheet := chen.post("/handovers", chen.get("/handovers").form("/handovers", url.Values{"from": {"chen"}, "to": {"lin"}, "notes": {"请回二号线的电话"}})).path
	return []string{"/duty", "/handovers", sheet}
}

func TestBrowserDutyPagesHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.enter(t, tab, "lin")
	for _, p := range []string{"/duty", "/handovers"} { // empty
		do(t, tab, chromedp.Navigate(s.url+p))
		accessible(t, tab, p)
	}
	pages := s.dutyScene()
	for _, scheme := range []string{"light", "dark"} {
		inScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			for _, p := range pages {
				do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+p))
				accessible(t, tab, p+" in "+scheme)
				if found := ask[string](t, tab, faults); found != "" {
					t.Errorf("%s at %d: %s", p, width, found)
				}
			}
		}
	}
}

// A shift is entered without a mouse: every field is reached by Tab, in the order in which it is read.
func TestBrowserAShiftIsEnteredByKeyboard(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.enter(t, tab, "lin")
	do(t, tab, chromedp.Navigate(s.url+"/duty"), chromedp.Focus("#officer"))
	order := []string{"officer", "level", "days", "days", "days", "days", "days", "days", "days", "start", "end", "since", "until", ""}
	for i, want := range order {
		if got := ask[string](t, tab, `document.activeElement.getAttribute("name") ?? ""`); got != want {
			t.Fatalf("stop %d is %q, want %q", i, got, want)
		}
		switch {
		case i == 0:
			do(t, tab, chromedp.KeyEvent("陈"), chromedp.KeyEvent("\t"))
		case want == "days" && i < 7: // Monday to Friday
			do(t, tab, chromedp.KeyEvent(" "), chromedp.KeyEvent("\t"))
		case want == "start" || want == "end" || want == "since" || want == "until": // such a field has stops of its own
			ask[string](t, tab, `(e => { if (e.type === "time") e.value = e.name === "start" ? "20:00" : "08:00"; const all = [...e.form.querySelectorAll("input, select, button")].filter(x => x.type !== "hidden"); all[all.indexOf(e) + 1].focus(); return "" })(document.activeElement)`)
		case want == "":
			do(t, tab, chromedp.KeyEvent("\r"))
		default:
			do(t, tab, chromedp.KeyEvent("\t"))
		}
	}
	shows(t, tab, "已排入")
	all := s.All(bots.KindShift, "")
	if len(all) != 1 {
		t.Fatalf("%d shifts", len(all))
	}
	if got := all[0].(*record.Shift); got.Officer != "chen" || len(got.Days) != 5 || got.Start != "20:00" || got.End != "08:00" {
		t.Errorf("%+v", got)
	}
}
