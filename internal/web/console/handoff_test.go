package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// prepared is a desk with a report, and a package of it prepared by chen.
func prepared(t *testing.T, fields url.Values) (*site, *officer, *record.Handoff) {
	t.Helper()
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我刚才被人骗了，骗子微信shuadan888，让我转到他的卡，我的手机号13912345678")
	s.Settle()
	o := s.as("chen")
	report := s.All(bots.KindReport, "")[0].Meta().ID
	ask := "/handoffs/new?" + url.Values{"kind": {"report"}, "about": {report}}.Encode()
	o.get("/reports/"+url.PathEscape(report)).has("/handoffs/new?kind=report", "移交")
	page := o.get(ask)
	page.has("美兰分局", "三沙市公安局", "须由另一位同志批准")
	o.post("/handoffs/new", page.form("/handoffs/new", fields)).has("移交单已生成")
	return s, o, s.All(record.KindHandoff, "")[0].(*record.Handoff)
}

func handed(h *record.Handoff) string { return "/handoffs/" + url.PathEscape(h.ID) }

func (s *site) untilSent(h *record.Handoff) *record.Handoff {
	s.t.Helper()
	limit, tick := time.After(30*time.Second), time.NewTicker(2*time.Millisecond)
	defer tick.Stop()
	for {
		if now := s.All(record.KindHandoff, "")[0].(*record.Handoff); now.State == record.HandoffSent {
			return now
		}
		select {
		case <-limit:
			s.t.Fatal("the hand-off was not sent")
		case <-tick.C:
		}
	}
}

func TestAHandoffFromReportToResult(t *testing.T) {
	s, chen, h := prepared(t, url.Values{"unit": {"meilan"}, "words": {"true"}})
	page := chen.get(handed(h))
	page.has("shuadan888", "须由另一位同志批准", "待批准")
	page.lacks("批准并移交", "13912345678", "front.example")

	lin := s.as("lin")
	page = lin.get(handed(h))
	lin.post(handed(h)+"/approve", page.form(handed(h)+"/approve", nil)).has("已批准")
	h = s.untilSent(h)
	page = lin.get(handed(h))
	page.has("https://front.example/handoff/"+h.Code+"/", "等对方答复", "应在此前答复")

	slip := record.HandoffSlip(s.Store.Vault().Tag, h, bots.HandoffResult)
	wrong := url.Values{"slip": {slip[:len(slip)-1] + "!"}, "note": {"已立案"}}
	lin.post("/handoffs/slip", page.form("/handoffs/slip", wrong)).has("这不是回执上的编码")
	page = lin.get(handed(h))
	lin.post("/handoffs/slip", page.form("/handoffs/slip", url.Values{"slip": {slip}, "note": {"已立案"}})).has("回执已登记", "对方已反馈结果", "已立案")
	lin.get("/handoffs?state=result").has(h.Code, "美兰分局")

	page = lin.get(handed(h))
	lin.post(handed(h)+"/correct", page.form(handed(h)+"/withdraw", url.Values{"reason": {""}})).has("请写明哪里有误")
	page = lin.get(handed(h))
	lin.post(handed(h)+"/withdraw", page.form(handed(h)+"/withdraw", url.Values{"reason": {"查明是误报"}})).has("已撤回")
}

func TestFilesOfAPackageAreDownloadedAndNotShown(t *testing.T) {
	_, chen, h := prepared(t, url.Values{"unit": {"sansha"}})
	for _, name := range []string{"clue.html", "clue.stix.json", "clue.xlsx", "manifest.json.sig"} {
		res, err := chen.http.Get(chen.site.url + handed(h) + "/files/" + name)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d, %s", name, res.StatusCode, res.Header.Get("Content-Disposition"))
		}
	}
	chen.get(handed(h) + "/files/other").has("没有这一页")
	chen.get("/handoffs/new?kind=draft&about=x").has("没有这一页")
}

func TestWhoMaySeeHandoffs(t *testing.T) {
	s, _, h := prepared(t, url.Values{"unit": {"meilan"}})
	s.as("zhou").get("/handoffs").has("您的角色看不到这一页")
	s.as("zhou").get(handed(h)).has("您的角色看不到这一页")
	page := s.as("shen").get(handed(h))
	page.has(h.Code)
	page.lacks("批准并移交", "登记回执")
}

func TestBrowserHandoffsHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s, _, h := prepared(t, url.Values{"unit": {"meilan"}, "words": {"true"}})
	s.enter(t, tab, "lin")
	do(t, tab, chromedp.Navigate(s.url+handed(h)), chromedp.Click("#approve"))
	shows(t, tab, "已批准")
	s.untilSent(h)
	form := "/handoffs/new?" + url.Values{"kind": {"report"}, "about": {h.About.ID}}.Encode()
	for _, p := range []string{"/handoffs", handed(h), form} {
		for _, scheme := range []string{"light", "dark"} {
			inScheme(t, tab, scheme)
			do(t, tab, chromedp.Navigate(s.url+p))
			accessible(t, tab, p+" in "+scheme)
			if wrong := ask[string](t, tab, faults); wrong != "" {
				t.Errorf("%s in %s: %s", p, scheme, wrong)
			}
		}
	}
}
