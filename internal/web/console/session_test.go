package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"netpatrol/bots"
)

func TestEveryPageNeedsSignIn(t *testing.T) {
	s := newSite(t)
	g := s.guest()
	for _, p := range []string{"/", "/drafts", "/items", "/reports", "/clues", "/bulletins", "/bulletins/new", "/accounts", "/standing", "/why", "/audit", "/halt", "/me"} {
		page := g.get(p)
		if page.path != "/sign-in" {
			t.Errorf("%s shows %s to a guest", p, page.path)
		}
		page.lacks("退出")
	}
	for _, p := range []string{"/drafts/x/approve", "/halt", "/sign-out", "/standing"} {
		if page := g.post(p, url.Values{"key": {"x"}}); page.path != "/sign-in" {
			t.Errorf("POST %s by a guest leads to %s", p, page.path)
		}
	}
}

func TestSignInLeadsWhereOneWantedToGoButNotToOtherSites(t *testing.T) {
	s := newSite(t)
	for want, next := range map[string]string{"/reports": "/reports", "/": "https://evil.example/"} {
		g := s.guest()
		if page := g.post("/sign-in", url.Values{"code": {s.Code("lin")}, "next": {next}}); page.path != want {
			t.Errorf("next=%s leads to %s", next, page.path)
		}
	}
	for _, next := range []string{"//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		g := s.guest()
		if page := g.post("/sign-in", url.Values{"code": {s.Code("lin")}, "next": {next}}); page.path != "/" {
			t.Errorf("next=%s leads to %s", next, page.path)
		}
	}
}

func TestAOneTimeLinkAsksFirstAndWorksOnce(t *testing.T) {
	s := newSite(t)
	code := s.Code("lin")
	g := s.guest()
	g.get("/sign-in?code=" + code).has("林珊")
	g.get("/sign-in?code=" + code).has("林珊") // opening the link, as chat programs do, does not use it up
	if page := g.post("/sign-in", url.Values{"code": {code}}); page.path != "/" {
		t.Fatalf("leads to %s", page.path)
	}
	other := s.guest()
	other.get("/sign-in?code=" + code).has("已经用过")
	if page := other.post("/sign-in", url.Values{"code": {code}}); page.status != http.StatusUnauthorized {
		t.Errorf("a used code gives %d", page.status)
	} else {
		page.has("已经用过")
	}
}

func TestPasswordSignInAnswersAlike(t *testing.T) {
	s := newSite(t)
	lin := s.as("lin")
	form := lin.get("/me").form("/me/password", url.Values{"next": {"一个足够长的新密码"}, "again": {"一个足够长的新密码"}})
	lin.post("/me/password", form).has("至少要十个字符")
	form = lin.get("/me").form("/me/password", url.Values{"next": {"一个足够长的新密码了"}, "again": {"一个足够长的新密码"}})
	lin.post("/me/password", form).has("两次输入的新密码不一样")
	elsewhere := s.as("lin")
	form = lin.get("/me").form("/me/password", url.Values{"next": {"一个足够长的新密码了"}, "again": {"一个足够长的新密码了"}})
	lin.post("/me/password", form).has("密码已更换")
	if page := elsewhere.get("/"); page.path != "/sign-in" {
		t.Error("a session from before the new password lives on")
	}
	wrong := s.guest().post("/sign-in", url.Values{"name": {"lin"}, "password": {"不是这个密码，真的"}})
	nobody := s.guest().post("/sign-in", url.Values{"name": {"mei"}, "password": {"不是这个密码，真的"}})
	if wrong.status != http.StatusUnauthorized || strings.ReplaceAll(wrong.body, `value="lin"`, `value="mei"`) != nobody.body {
		t.Error("a known name is told from an unknown one")
	}
	if page := s.guest().post("/sign-in", url.Values{"name": {"lin"}, "password": {"一个足够长的新密码了"}}); page.path != "/" {
		t.Errorf("the new password leads to %s", page.path)
	}
}

func TestCookiesAndHeaders(t *testing.T) {
	s := newSite(t)
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.PostForm(s.url+"/sign-in", url.Values{"code": {s.Code("lin")}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	cookie := res.Header.Get("Set-Cookie")
	for _, want := range []string{"netpatrol=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	page := s.as("lin").get("/")
	csp := page.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	page.lacks("<style", "onclick", "style=\"", "javascript:")
	if page.header.Get("Cache-Control") != "no-store" && !strings.Contains(strings.Join(page.header.Values("Cache-Control"), ","), "no-store") {
		t.Errorf("pages may be cached: %v", page.header["Cache-Control"])
	}
}

func TestTheTokenIsRenewedAtSignIn(t *testing.T) {
	s := newSite(t)
	o := s.as("lin")
	u, _ := url.Parse(s.url)
	before := o.http.Jar.Cookies(u)[0].Value
	o.post("/sign-in", url.Values{"code": {s.Code("lin")}})
	if after := o.http.Jar.Cookies(u)[0].Value; after == before {
		t.Error("the session keeps its token over a sign-in")
	}
}

func TestAnotherSitesFormIsTurnedAway(t *testing.T) {
	s, d := warned(t)
	o := s.as("lin")
	form := o.get(path(d)).form(path(d)+"/approve", nil)
	req, err := http.NewRequest(http.MethodPost, s.url+path(d)+"/approve", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	page := o.page(o.http.Do(req))
	if page.status != http.StatusForbidden || s.again(d).State != bots.DraftAwaiting {
		t.Errorf("%d, the draft is %s", page.status, s.again(d).State)
	}
	page.has("来自别的网站")
}

func TestAFormWithoutThisSessionsKeyDoesNothing(t *testing.T) {
	s, d := warned(t)
	lin, chen := s.as("lin"), s.as("chen")
	theirs := chen.get(path(d)).form(path(d)+"/approve", nil)
	for what, form := range map[string]url.Values{
		"no key":              {"seen": {fmt.Sprint(d.Version)}},
		"a made-up key":       {"seen": {fmt.Sprint(d.Version)}, "key": {"ABCDEFGHIJ.abcdefghijkl"}},
		"another session's":   theirs,
		"an empty proof":      {"seen": {fmt.Sprint(d.Version)}, "key": {"ABCDEFGHIJ."}},
		"an overlong request": {"seen": {fmt.Sprint(d.Version)}, "key": {strings.Repeat("x", 70<<10)}},
	} {
		page := lin.post(path(d)+"/approve", form)
		if page.status != http.StatusForbidden || s.again(d).State != bots.DraftAwaiting {
			t.Errorf("%s: %d, the draft is %s", what, page.status, s.again(d).State)
		}
	}
}
