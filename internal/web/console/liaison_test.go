package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/webtest/browsertest"
)

func TestAnOfficerInvitesAndRevokesASiteSecurityOfficer(t *testing.T) {
	s := newSite(t)
	s.partner()
	chen := s.as("chen")
	const at = "/sites/coconut/liaisons"
	chen.get("/sites/coconut").has(at)
	chen.get(at).has("还没有人可以为这个网站登录", "更看不到任何举报")
	chen.post(at, chen.get(at).form(at, url.Values{"name": {"Zhang San"}, "called": {"张安全"}})).has("账号只能用小写字母", `value="张安全"`)
	form := chen.get(at).form(at, url.Values{"name": {"zhang"}, "called": {"张安全"}})
	first := chen.post(at, form)
	first.has("邀请已生成", "https://gangting.example/partner/enter?code=", "zhang@coconut", "等本人接受邀请")
	_, rest, _ := strings.Cut(first.body, "enter?code=")
	code, _, _ := strings.Cut(rest, "<")
	chen.post(at, form).has(code) // pressed twice
	chen.get(at).lacks(code)
	chen.get("/sites").lacks("zhang@coconut") // nobody looks after a site from outside
	if p := s.guest().post("/sign-in", url.Values{"code": {code}}); p.status != http.StatusUnauthorized {
		t.Errorf("a site's security officer at the desk: %d", p.status)
	}
	chen.post(at+"/revoke", chen.get(at).form(at+"/revoke", nil)).has("已撤销，立即不能登录", "已撤销")
	if o, err := record.Fetch[record.Officer](t.Context(), s.Store, "zhang@coconut"); err != nil || o.State == record.OfficerActive || o.Link != "" {
		t.Errorf("%+v, %v", o, err)
	}
	if p := s.as("zhou").get(at); p.status != http.StatusForbidden {
		t.Errorf("a volunteer: %d", p.status)
	}
	s.as("shen").get(at).lacks("生成邀请</button>", "<button>撤销")
}

// What a site answers stands on the rectification, for officers.
func TestARectificationShowsWhatTheSiteAnswered(t *testing.T) {
	s := newSite(t)
	s.partner()
	path := s.asked()
	chen := s.as("chen")
	chen.get(path).has("没有在网上答复过")
	r := s.All(record.KindRectification, "")[0].(*record.Rectification)
	stream := record.AnswersOf(r.ID)
	k, err := s.files.Put(t.Context(), stream, strings.NewReader(string(screenshot(t, 60, 40))))
	if err != nil {
		t.Fatal(err)
	}
	s.Put(&record.Evidence{Head: bots.Head{ID: "a1.file0", Subject: stream, Stream: stream, State: record.EvidenceKept}, By: "zhang@coconut", Type: k.Type, Size: k.Size, SHA256: k.SHA256},
		&record.SiteAnswer{Head: bots.Head{ID: "a1", Subject: stream, Stream: stream, State: "given"}, Rectification: r.ID, Site: "coconut", By: "zhang@coconut", Text: "已删除全部广告帖。", Evidence: []string{"a1.file0"}})
	chen.get(path).has("已删除全部广告帖。", `src="/evidence/a1.file0/small"`)
	if p := chen.get("/evidence/a1.file0/small"); p.status != http.StatusOK {
		t.Errorf("its picture: %d", p.status)
	}
}

// The pages that give a lookup code and invite a site's people, on a phone and at a desk.
func TestBrowserCodesAndInvitationsHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.partner()
	rectification := s.asked()
	s.Says("weibo", "xiaoli", "2001", "我刚才被人骗了")
	conv := s.All(bots.KindReport, "")[0].(*bots.Report).Conversation
	s.Put(record.OpenLookup(s.Store.Vault().Tag, "old", conv, time.Now()))
	codes := "/conversations/" + url.PathEscape(conv) + "/lookup"
	s.enter(t, tab, "chen")
	for _, scheme := range []string{"light", "dark"} {
		inScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			do(t, tab, chromedp.EmulateViewport(width, 900))
			for _, p := range []string{codes, "/conversations/" + url.PathEscape(conv), "/sites/coconut/liaisons", rectification} {
				do(t, tab, chromedp.Navigate(s.url+p))
				accessible(t, tab, p)
				if got := ask[int](t, tab, "document.documentElement.scrollWidth - innerWidth"); got > 1 {
					t.Errorf("%s at %d: %d px too wide", p, width, got)
				}
				browsertest.Picture(t, tab, fmt.Sprintf("desk %s %s %d", scheme, p[:min(len(p), 24)], width))
			}
		}
	}
	do(t, tab, chromedp.Navigate(s.url+codes), chromedp.SendKeys("#reason", "本人持身份证到窗口\r"), chromedp.WaitVisible("strong.code"))
	accessible(t, tab, "a new code")
	browsertest.Picture(t, tab, "desk new code")
	do(t, tab, chromedp.Navigate(s.url+"/sites/coconut/liaisons"), chromedp.SendKeys("#called", "张安全"), chromedp.SendKeys("#name", "zhang\r"), chromedp.WaitVisible("#invite"))
	accessible(t, tab, "an invitation")
	browsertest.Picture(t, tab, "desk invitation")
}
