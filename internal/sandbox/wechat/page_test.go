package wechat

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/web/webtest/browsertest"
)

// street is a platform served on loopback, without an account's program behind it.
func street(t *testing.T) (*Platform, *httptest.Server) {
	t.Helper()
	p := New(Options{AppID: testApp, AppSecret: "secret", Token: testToken, EncodingAESKey: testKey, PublishDelay: -1})
	srv := httptest.NewServer(p)
	t.Cleanup(func() { srv.Close(); p.Close() })
	for _, name := range []string{"小林", "阿娜"} {
		if _, err := p.AddFollower(name); err != nil {
			t.Fatal(err)
		}
	}
	return p, srv
}

const linPhone = "/phone/of/小林"

func fetch(t *testing.T, srv *httptest.Server, method, path string, form url.Values) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func TestPhoneShowsItsOwnChatOnly(t *testing.T) {
	p, srv := street(t)
	if _, err := p.Write("小林", "被骗了<b>"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write("阿娜", "阿娜的秘密"); err != nil {
		t.Fatal(err)
	}
	code, page, header := fetch(t, srv, "GET", linPhone, nil)
	for _, want := range []string{"被骗了&lt;b&gt;", "海口网警", "演练环境", "还可主动回复 5 条"} {
		if code != 200 || !strings.Contains(page, want) {
			t.Errorf("%d: the page lacks %q", code, want)
		}
	}
	if strings.Contains(page, "秘密") {
		t.Error("the page shows somebody else's message")
	}
	if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("weak policy %q", csp)
	}
	if code, _, _ := fetch(t, srv, "GET", "/phone/of/"+p.OpenID("小林"), nil); code != 404 {
		t.Errorf("an openid opens a phone: %d", code)
	}
}

func TestPhoneActs(t *testing.T) {
	p, srv := street(t)
	if err := p.ConsoleMenu(`[{"type":"click","name":"我要举报","key":"report"},{"name":"更多","sub_button":[{"type":"view","name":"官网","url":"http://x.example"}]}]`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		code int
		path string
		form url.Values
	}{
		{200, linPhone + "/write", url.Values{"text": {"您好"}}},
		{422, linPhone + "/write", url.Values{"text": {" "}}},
		{200, linPhone + "/press", url.Values{"key": {"report"}}},
		{200, linPhone + "/press", url.Values{"url": {"http://x.example"}}},
		{200, linPhone + "/follow", url.Values{"stop": {"1"}}},
		{422, linPhone + "/write", url.Values{"text": {"还在吗"}}},
		{200, linPhone + "/follow", nil},
		{404, "/phone/of/路人/write", url.Values{"text": {"x"}}},
	} {
		if code, page, _ := fetch(t, srv, "POST", c.path, c.form); code != c.code {
			t.Errorf("%s %v: %d, want %d\n%s", c.path, c.form, code, c.code, page)
		}
	}
	var kinds []string
	for _, a := range p.Actions() {
		kinds = append(kinds, string(a.Kind))
	}
	if got := strings.Join(kinds, " "); got != "write click click unfollow follow" {
		t.Errorf("actions %s", got)
	}
}

// publish puts an article with a picture on the phones.
func publish(t *testing.T, p *Platform) ArticleRef {
	t.Helper()
	cover := p.StaffCover()
	p.mu.Lock()
	picture := p.media[cover].url
	p.mu.Unlock()
	id, err := p.StaffDraft(Article{
		Title: "警惕“刷单返利”", Author: "海口网警", ThumbMediaID: cover, OpenComment: 1,
		Content: `<p>先交钱的兼职都是诈骗。</p><img src="` + picture + `"><p onclick="x()">请拨打 96110。</p><script>document.title='坏'</script>`,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, mid, err := p.StaffPublish(id)
	if err != nil {
		t.Fatal(err)
	}
	return ArticleRef{mid, 1}
}

func TestArticlePage(t *testing.T) {
	p, srv := street(t)
	ref := publish(t, p)
	path := linPhone + "/article/" + ref.MsgDataID + "/1"
	code, page, _ := fetch(t, srv, "GET", path, nil)
	if code != 200 || !strings.Contains(page, `<img src="/phone/media/`) || strings.Contains(page, "onclick") || strings.Contains(page, "document.title") {
		t.Errorf("%d %s", code, page)
	}
	if code, page, _ := fetch(t, srv, "POST", path, url.Values{"text": {"谢谢提醒"}}); code != 200 || !strings.Contains(page, "谢谢提醒") {
		t.Errorf("%d %s", code, page)
	}
	u, err := url.Parse(p.Issues()[0].URLs[0])
	if err != nil {
		t.Fatal(err)
	}
	if code, page, _ := fetch(t, srv, "GET", "/s?"+u.RawQuery, nil); code != 200 || !strings.Contains(page, "96110") {
		t.Errorf("at its own address: %d", code)
	}
	p.mu.Lock()
	picture := strings.TrimPrefix(p.materials[0].url, "http://mmbiz.qpic.cn")
	p.mu.Unlock()
	if code, _, header := fetch(t, srv, "GET", picture, nil); code != 200 || header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture: %d %v", code, header)
	}
	if err := p.StaffErase(ref.MsgDataID); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{path, "/s?" + u.RawQuery, linPhone + "/article/1/x"} {
		if code, _, _ := fetch(t, srv, "GET", gone, nil); code != 404 {
			t.Errorf("%s: %d", gone, code)
		}
	}
}

// TestPhoneInABrowser types on a narrow screen while an answer arrives: the answer must
// appear, and what was typed must stay.
func TestPhoneInABrowser(t *testing.T) {
	p, srv := street(t)
	if err := p.ConsoleMenu(`[{"type":"click","name":"我要举报","key":"report"},{"type":"click","name":"是不是骗局","key":"ask"},{"name":"更多","sub_button":[{"type":"click","name":"查进度","key":"status"}]}]`); err != nil {
		t.Fatal(err)
	}
	ref := publish(t, p)
	ctx := browsertest.Open(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	narrow := func() {
		t.Helper()
		if width, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); err != nil || width > 390 {
			t.Errorf("the page is %d px wide on a screen of 390 (%v)", width, err)
		}
	}
	do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+linPhone), chromedp.SendKeys("#write", "还没写完"))
	if err := p.StaffReply("小林", "您好，我是值班民警。先别转账。"); err != nil {
		t.Fatal(err)
	}
	do(chromedp.WaitVisible(`.theirs`))
	if typed, err := chromedp.Run(ctx, chromedp.Value("#write")); err != nil || typed != "还没写完" {
		t.Errorf("typing was lost: %q %v", typed, err)
	}
	do(chromedp.Click(`.write button`), chromedp.WaitVisible(`.mine`))
	narrow()
	picture(ctx, t, "phone-390.png")
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.className = "old"`)); err != nil {
		t.Fatal(err)
	}
	do(chromedp.Click(`.menubar > button`), chromedp.WaitVisible(`body:not(.old)`))
	do(chromedp.Navigate(srv.URL+linPhone+"/article/"+ref.MsgDataID+"/1"), chromedp.WaitVisible(`.content img`))
	narrow()
	if width, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelector('.content img').naturalWidth`)); err != nil || width != 1 {
		t.Errorf("the article's picture does not load: %d %v", width, err)
	}
	picture(ctx, t, "article-390.png")
	do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate(srv.URL+linPhone), chromedp.WaitVisible(`.entry`))
	picture(ctx, t, "phone-1280.png")
	var kinds []string
	for _, a := range p.Actions() {
		kinds = append(kinds, string(a.Kind))
	}
	if got := strings.Join(kinds, " "); got != "staff-draft staff-issue staff-write write click read" {
		t.Errorf("actions %s", got)
	}
}

// picture keeps a screenshot in the folder named by SANDBOX_PICTURES, if any.
func picture(ctx context.Context, t *testing.T, name string) {
	dir := os.Getenv("SANDBOX_PICTURES")
	if dir == "" {
		return
	}
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), shot, 0o644); err != nil {
		t.Fatal(err)
	}
}
