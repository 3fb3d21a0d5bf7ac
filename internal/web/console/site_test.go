package console_test

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
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
		"findings": {"交流区有刷单广告"}, "letter": {"椰风社区：请删除刷单广告，并书面答复。"}, "due": {time.Now().AddDate(0, 0, 15).Format(time.DateOnly)},
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

func TestALetterLeavesOnlyOnceSomebodyElseHasReadIt(t *testing.T) {
	s := newSite(t)
	s.partner()
	at := s.asked()
	chen, lin := s.as("chen"), s.as("lin")
	chen.get("/sites/coconut").has("交流区有刷单广告", "函件待签发")
	page := chen.get(at)
	page.has("还没有签发，任何内容都不能给网站")
	page.lacks("看过，签发</button>")
	chen.post(at+"/settle", page.form(at+"/settle", url.Values{"as": {"answered"}, "reason": {"说已删除"}})).has("函件还没有签发")
	lin.post(at+"/sign", lin.get(at).form(at+"/sign", nil)).has("已签发")
	chen.post(at+"/note", chen.get(at).form(at+"/note", url.Values{"note": {"王站长：今天删"}})).has("已记下", "王站长：今天删")
	chen.post(at+"/settle", chen.get(at).form(at+"/settle", url.Values{"as": {"fixed"}, "reason": {"复看已删除"}})).has("已整改", "复看已删除")
	if r := s.All(record.KindRectification, "")[0].(*record.Rectification); r.Signed != "lin" || r.State != record.RectificationFixed {
		t.Errorf("%+v", r)
	}
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
		return errors.Join(record.RaiseSite(tx, "合作网站整改已到期", bots.Target{Kind: record.KindRectification, ID: r.ID}, r.Stream, time.Now()), tx.Put(r))
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
	s.enter(t, tab, "lin")
	for _, width := range []int64{390, 1280} {
		for _, p := range []string{"/sites", "/sites/coconut", at} {
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
