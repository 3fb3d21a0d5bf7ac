package console_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// rang puts an alarm about something in a stream, so many minutes ago.
func (s *site) rang(id, why, stream string, about bots.Target, ago int) {
	at := time.Now().Add(-time.Duration(ago) * time.Minute)
	s.Put(&record.Alarm{Head: bots.Head{ID: id, Stream: stream, State: record.AlarmOpen, Created: at, Updated: at}, Why: why, About: about, Event: id})
}

func (s *site) ringing() (reports []*bots.Report) {
	s.t.Helper()
	for i := range 3 {
		s.Says("weibo", fmt.Sprint("citizen", i), fmt.Sprint(2000+i), "我被人骗了三千块，怎么办")
	}
	for _, r := range s.All(bots.KindReport, "") {
		reports = append(reports, r.(*bots.Report))
	}
	for _, a := range s.All(record.KindAlarm, record.AlarmOpen) {
		s.Decides("lin", bots.Decision{Verb: bots.AcknowledgeAll, On: on(record.KindAlarm, a.Meta().ID)})
	}
	return reports
}

func on(kind bots.RecordKind, id string) bots.Target { return bots.Target{Kind: kind, ID: id} }

func (s *site) alarmsLeft() (n int) { return len(s.All(record.KindAlarm, record.AlarmOpen)) }

func TestAlarmsOfOneReportAreOneRow(t *testing.T) {
	s := newSite(t)
	r := s.ringing()[0]
	s.rang("a1", "来信人已等了 15 分钟", r.Conversation, on(bots.KindConversation, r.Conversation), 15)
	s.rang("a2", "来信人可能正在转账", r.Stream, on(bots.KindReport, r.ID), 9)
	s.rang("a3", "来信人可能正在转账", r.Stream, on(bots.KindReport, r.ID), 2)
	s.rang("a4", "账号 weibo 的授权即将过期", "", on(bots.KindAccount, "weibo"), 30)
	chen := s.as("chen")
	page := chen.get("/")
	page.has("3 次", "最近2分钟前", "此前：来信人已等了 15 分钟", `<span class="code">`+r.Reference+`</span>　来信人可能正在转账`)
	if n := strings.Count(page.body, `class="row alarm`); n != 3 {
		t.Errorf("%d rows, want one of the account, and one of the report behind the line on who waits", n)
	}
	if strings.Index(page.body, `id="reports"`) > strings.Index(page.body, `id="alarms"`) {
		t.Error("alarms stand before the people who wait")
	}
	page.has(`name="also" value="a1"`, `name="also" value="a2"`)
	form := page.form("/alarms/a3/seen", nil)
	form["also"] = []string{"a1", "a2"}
	page = chen.post("/alarms/a3/seen", form)
	page.has("已知悉")
	page.lacks("正在转账")
	if n := s.alarmsLeft(); n != 1 {
		t.Errorf("%d alarms are left", n)
	}
}

// Danger to life or money goes before who has waited longer, and stays in sight however many wait.
func TestDangerIsFirstAmongThoseWhoWait(t *testing.T) {
	s := newSite(t)
	for i := range 14 {
		s.Says("weibo", fmt.Sprint("citizen", i), fmt.Sprint(2000+i), "我被人骗了三千块，怎么办")
	}
	all := s.All(bots.KindReport, "")
	for _, r := range all[:13] {
		calm := *r.(*bots.Report)
		calm.Emergency = false
		s.Put(&calm)
	}
	urgent := all[13].(*bots.Report).Reference
	page := s.as("chen").get("/")
	page.has(urgent, "还有 2 人在等待")
	if strings.Index(page.body, urgent) > strings.Index(page.body, `<b class="purpose">举报</b>`) {
		t.Errorf("%q is not the first row", urgent)
	}
}

func TestAlarmsThatSayTheSameAreFoldedAndTakenNoticeOfOneByOne(t *testing.T) {
	s := newSite(t)
	for i, r := range s.ringing() {
		s.rang(fmt.Sprint("same", i), "来信人可能正在转账", r.Stream, on(bots.KindReport, r.ID), 5-i)
	}
	chen := s.as("chen")
	page := chen.get("/")
	page.has("<details><summary><span>等待答复的人：还没有知悉的提醒</span>", "3 件", "最近3分钟前")
	for _, r := range s.All(bots.KindReport, "") {
		page.has(`<span class="code">` + r.(*bots.Report).Reference + `</span>`)
	}
	page = chen.post("/alarms/same1/seen", page.form("/alarms/same1/seen", nil))
	if n := s.alarmsLeft(); n != 2 {
		t.Errorf("%d alarms are left, want the two of the other reports", n)
	}
	chen.post("/alarms/same1/seen", page.form("/alarms/same0/seen", nil)).has("需要留意") // a colleague was faster
}

// On a phone the preview stands below a long form: it is led to, and back.
func TestBrowserThePreviewIsReachedOnAPhone(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	for i, r := range s.ringing() {
		s.rang(fmt.Sprint("same", i), "来信人可能正在转账", r.Stream, on(bots.KindReport, r.ID), 5-i)
	}
	s.enter(t, tab, "wu")
	seen := func(what string) bool {
		return ask[bool](t, tab, `(() => { const r = document.querySelector("`+what+`").getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()`)
	}
	do(t, tab, chromedp.EmulateViewport(390, 800), chromedp.Navigate(s.url+"/bulletins/new"), chromedp.WaitVisible(".reach"))
	if !seen(".reach") {
		t.Error("the buttons are not in sight above a long form")
	}
	do(t, tab, chromedp.SetValue("#title", "刷单都是诈骗"), chromedp.SetValue("#text", "凡是要求先垫付的兼职都是诈骗。"), chromedp.Click(`.reach [value=preview]`), chromedp.WaitVisible(".preview"))
	if !seen("#preview") {
		t.Error("the preview is not in sight after it was asked for")
	}
	accessible(t, tab, "the preview on a phone")
	do(t, tab, chromedp.Click("#preview .handy"), chromedp.WaitVisible("#text"))
	if ask[string](t, tab, "location.hash") != "#text" {
		t.Error("no way back to the text")
	}
	for _, width := range []int64{390, 1280} {
		do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+"/"), chromedp.Click(".alarm summary"), chromedp.WaitVisible(".alarm .alarm button"))
		accessible(t, tab, "folded alarms")
		if got := ask[int](t, tab, "document.documentElement.scrollWidth - innerWidth"); got > 1 {
			t.Errorf("at %d: %d px too wide", width, got)
		}
	}
}
