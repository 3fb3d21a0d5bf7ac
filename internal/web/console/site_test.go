package console_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/webtest"
)

// partner registers a site by the console and confirms it.
func (s *site) partner() {
	s.t.Helper()
	chen, lin := s.as("chen"), s.as("lin")
	chen.post("/sites", chen.get("/sites").form("/sites", url.Values{
		"id": {"coconut"}, "name": {"椰风社区"}, "page": {"https://yefeng.example/"}, "contact": {"王站长 13800000000"}, "officer": {"chen"},
	})).has("已登记，须由另一位同事确认")
	lin.post("/sites/coconut/confirm", lin.get("/sites/coconut").form("/sites/coconut/confirm", nil)).has("已确认")
}

// asked asks the partner to put something right and returns the path of the record.
func (s *site) asked() string {
	s.t.Helper()
	chen := s.as("chen")
	action := "/sites/coconut/rectifications"
	chen.post(action, chen.get("/sites/coconut").form(action, url.Values{
		"findings": {"交流区有刷单广告"}, "points": {"一、请删除交流区的刷单广告。"}, "due": {time.Now().AddDate(0, 0, 15).Format(time.DateOnly)},
	})).has("函件须由另一位同事看过")
	return "/rectifications/" + url.PathEscape(s.All(record.KindRectification, "")[0].Meta().ID)
}

func TestASiteIsRegisteredByTwo(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	page := chen.post("/sites", chen.get("/sites").form("/sites", url.Values{
		"id": {"Coconut"}, "name": {"椰风社区"}, "page": {"https://yefeng.example/"}, "contact": {"王站长"}, "officer": {"chen"},
	}))
	page.has("代号只能用小写字母", `value="椰风社区"`)
	s.partner()
	chen.get("/sites").has("椰风社区", "合作中")
	chen.get("/sites/coconut").lacks("确认合作</button>")
	if got := s.All(record.KindSite, record.SiteActive); len(got) != 1 || got[0].(*record.Site).Confirmed != "lin" {
		t.Errorf("%+v", got)
	}
}

func TestWhatThereIsOfASiteIsKeptWithAReason(t *testing.T) {
	s := newSite(t)
	s.partner()
	chen := s.as("chen")
	chen.post("/sites/coconut/keep", chen.get("/sites/coconut").form("/sites/coconut/keep", nil)).has("理由")
	page := chen.post("/sites/coconut/keep", chen.get("/sites/coconut").form("/sites/coconut/keep", url.Values{"reason": {"正在侦办"}}))
	page.has("已要求保留，理由：正在侦办", "不再保留")
	page.lacks("保留的理由，如正在侦办")
	chen.post("/sites/coconut/let-go", page.form("/sites/coconut/let-go", nil)).has("保存期限满后按规定删除", "保留的理由，如正在侦办")
	if got := s.All(record.KindSite, "")[0].(*record.Site); got.Kept != "" {
		t.Errorf("%+v", got)
	}
}

func TestALetterLeavesOnlyOnceSomebodyElseHasReadIt(t *testing.T) {
	s := newSite(t)
	s.partner()
	at := s.asked()
	chen, lin := s.as("chen"), s.as("lin")
	chen.get("/sites/coconut").has("交流区有刷单广告", "函件待签发")
	page := chen.get(at)
	page.has("还没有签发，任何内容都不能给网站")
	page.lacks("看过，签发</button>")
	chen.get(at + "/letter").lacks("刷单广告")
	chen.post(at+"/settle", page.form(at+"/settle", url.Values{"as": {"answered"}, "reason": {"说已删除"}})).has("函件还没有签发")
	lin.post(at+"/sign", lin.get(at).form(at+"/sign", nil)).has("已签发")
	letter := chen.get(at + "/letter")
	letter.has("椰风社区：", "一、请删除交流区的刷单广告。", "书面答复", "核对码 "+s.All(record.KindRectification, "")[0].(*record.Rectification).Code, webtest.Unit)
	letter.lacks("交流区有刷单广告") // what was found is the desk's own
	chen.post(at+"/note", chen.get(at).form(at+"/note", url.Values{
		"held": {time.Now().In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly)}, "present": {"王站长、陈警官"}, "note": {"广告是用户发的"}, "agreed": {"今天删除"},
	})).has("已记下", "王站长、陈警官", "商定：今天删除")
	chen.get(at+"/interviews/1").has("约谈记录", "王站长、陈警官", "广告是用户发的", "今天删除", "签字")
	chen.get(at + "/interviews/2").lacks("王站长")
	chen.post(at+"/remind", chen.get(at).form(at+"/remind", nil)).has("催办函已写好")
	chen.get(at+"/reminders/1").has("期限将到", "椰风社区", "核对码")
	chen.post(at+"/settle", chen.get(at).form(at+"/settle", url.Values{"as": {"fixed"}, "reason": {"复看已删除"}})).has("已整改", "复看已删除")
	if r := s.All(record.KindRectification, "")[0].(*record.Rectification); r.Signed != "lin" || r.State != record.RectificationFixed {
		t.Errorf("%+v", r)
	}
}

// The linter reads a letter like any text that leaves, and what a reporter wrote is not passed on.
func TestALetterIsReadByTheLinterBeforeItIsKept(t *testing.T) {
	s := newSite(t)
	s.partner()
	chen, action := s.as("chen"), "/sites/coconut/rectifications"
	for points, says := range map[string]string{
		"请在三日内缴纳罚款2000元到我单位账户。":          "缴纳罚款",
		"见 https://evil.example/a 上的说明。": "发送前检查没有通过",
		"一、14:32 有用户在交流区发了刷单广告。":         "分钟",
		"一、有 1 名群众举报被骗。":                 "3",
	} {
		page := chen.post(action, chen.get("/sites/coconut").form(action, url.Values{
			"findings": {"x"}, "points": {points}, "due": {time.Now().AddDate(0, 0, 15).Format(time.DateOnly)},
		}))
		page.has(points)
		if got := s.All(record.KindRectification, ""); len(got) != 0 {
			t.Errorf("%s (%s): a letter was kept", points, says)
		}
	}
	chen.post(action, chen.get("/sites/coconut").form(action, url.Values{
		"findings": {"x"}, "points": {"一、https://yefeng.example/post/7 是招募刷单的广告。"}, "due": {time.Now().AddDate(0, 0, 15).Format(time.DateOnly)},
	})).has("函件须由另一位同事看过")
}

func TestWhatIsOverdueStandsAboveTheSites(t *testing.T) {
	s := newSite(t)
	s.partner()
	at := s.asked()
	id := s.All(record.KindRectification, "")[0].Meta().ID
	s.Update(func(tx record.Tx) error {
		r, err := record.Load[record.Rectification](tx, id)
		if err != nil {
			return err
		}
		r.Lapse(r.Deadline)
		alarm := &record.Alarm{Head: bots.Head{ID: "a1", State: record.AlarmOpen, Created: time.Now()}, Why: "合作网站整改已到期", About: bots.Target{Kind: record.KindRectification, ID: r.ID}}
		return errors.Join(tx.Put(alarm), tx.Put(r))
	})
	s.as("chen").get("/sites").has("整改已逾期", "交流区有刷单广告", at)
	s.as("chen").get("/").has("合作网站整改已到期", at)
}

func TestWhoSeesNoReportsSeesNoSites(t *testing.T) {
	s := newSite(t)
	s.partner()
	s.as("zhou").get("/").lacks(`href="/sites"`)
	s.as("zhou").get("/sites").lacks("椰风社区", "登记一个网站")
}

func TestBrowserSitePagesHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.partner()
	at := s.asked()
	chen, lin := s.as("chen"), s.as("lin")
	lin.post(at+"/sign", lin.get(at).form(at+"/sign", nil)).has("已签发")
	chen.post(at+"/note", chen.get(at).form(at+"/note", url.Values{
		"held": {time.Now().AddDate(0, 0, -1).Format(time.DateOnly)}, "present": {"王站长、陈警官"}, "note": {"广告是用户发的"}, "agreed": {"今天删除"},
	})).has("已记下")
	chen.post(at+"/remind", chen.get(at).form(at+"/remind", nil)).has("催办函已写好")
	s.enter(t, tab, "lin")
	for _, width := range []int64{390, 1280} {
		for _, p := range []string{"/sites", "/sites/coconut", at, at + "/letter", at + "/interviews/1", at + "/reminders/1"} {
			do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+p))
			if got := ask[string](t, tab, `document.querySelector("nav.side [aria-current]")?.textContent ?? ""`); got != "合作网站" {
				t.Errorf("%s is no page of the partner sites: %q", p, got)
			}
			accessible(t, tab, p)
			if found := ask[string](t, tab, faults); found != "" {
				t.Errorf("%s at %d: %s", p, width, found)
			}
		}
	}
}
