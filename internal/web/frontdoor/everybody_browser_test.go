package frontdoor

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"netpatrol/internal/web/webtest/browsertest"
)

// weixin is how WeChat's browser on Android calls itself.
// Source: the platform's pages for developers of web views, read 2026-11-25.
const weixin = "Mozilla/5.0 (Linux; Android 13; M2102J2SC Build/TKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560(0x28002F37) WeChat/arm64 NetType/4G Language/zh_CN"

// plain is a browser that runs no script, under a name.
func plain(t *testing.T, tab context.Context, name string) {
	t.Helper()
	browsertest.Do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		if _, err := cdp.Call(ctx, page, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, page, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: name})
		return err
	}))
}

// everything is a front door with a kiosk, where a code leads to a matter.
func everything(t *testing.T) (*httptest.Server, *booth, *office) {
	t.Helper()
	b, o := newBooth(t), newOffice()
	srv := httptest.NewServer(New(Options{Kiosk: b, Matters: o, Press: o, More: o, Unit: "椰城市公安局网络警察支队", Log: slog.New(slog.DiscardHandler)}))
	t.Cleanup(srv.Close)
	return srv, b, o
}

// In WeChat's browser, without script: from the badge to the slip, to the status page, an addition and the end of the code.
func TestBrowserWithoutScriptAndInWeChat(t *testing.T) {
	tab := browsertest.Open(t)
	srv, b, o := everything(t)
	plain(t, tab, weixin)
	browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/kiosk?site=coconut"), chromedp.Click(`.doors a[href^="/kiosk/help"]`), chromedp.WaitVisible("#story"),
		chromedp.Click(`input[value="before"]`), chromedp.SendKeys("#story", "冒充客服让我转了5万"), chromedp.Click(".send"), chromedp.WaitVisible(".slip"),
		chromedp.Click(`a[href="/status"].button`), chromedp.WaitVisible("#code"), chromedp.SendKeys("#code", mine), chromedp.Click(".send"), chromedp.WaitVisible("#text"),
		chromedp.SendKeys("#text", "想起来了"), chromedp.Click("#more ~ form .send"), chromedp.WaitVisible(".done"),
		chromedp.Click(".end summary"), chromedp.Click(`.end input[type="checkbox"]`), chromedp.Click(".end button"), chromedp.WaitVisible(`//h1[contains(.,"查询码已停用")]`))
	if len(b.filed) != 1 || len(o.added) != 1 || len(o.ended) != 1 {
		t.Errorf("filed %d, added %d, ended %d", len(b.filed), len(o.added), len(o.ended))
	}
}

// The keyboard alone fills in the kiosk's form: the skip link first, then every field in the order of the page.
func TestBrowserTheKioskIsFilledInByKeyboardAlone(t *testing.T) {
	tab := browsertest.Open(t)
	srv, b, _ := everything(t)
	browsertest.Do(t, tab, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(srv.URL+"/kiosk/help"), chromedp.KeyEvent("\t"))
	focused := func() string {
		return browsertest.Ask[string](t, tab, `(document.activeElement.name || document.activeElement.className || document.activeElement.tagName) + ""`)
	}
	if got := focused(); got != "skip" {
		t.Errorf("first is %q, want the skip link", got)
	}
	var order []string
	for range 30 {
		browsertest.Do(t, tab, chromedp.KeyEvent("\t"))
		at := focused()
		order = append(order, at)
		switch at {
		case "moved":
			browsertest.Do(t, tab, chromedp.KeyEvent(" "))
		case "story":
			browsertest.Do(t, tab, chromedp.KeyEvent("有人冒充客服"))
		}
		if at == "send" {
			break
		}
	}
	if got := strings.Join(order, " "); !strings.HasSuffix(got, "moved oncall story amount when other file contact send") || strings.Contains(got, "homepage") {
		t.Errorf("the order is %s", got)
	}
	browsertest.Do(t, tab, chromedp.KeyEvent("\r"), chromedp.WaitVisible(".slip"))
	if len(b.filed) != 1 || !strings.Contains(b.filed[0].Text, "有人冒充客服") {
		t.Errorf("filed %+v", b.filed)
	}
}

// Letters twice as large fit a phone: nothing is cut off, nothing scrolls sideways.
func TestBrowserPagesBearLargeType(t *testing.T) {
	tab := browsertest.Open(t)
	srv, _, _ := everything(t)
	for _, path := range []string{"/", "/kiosk", "/kiosk/help?site=coconut", "/status", "/check?code=ABCD2345", "/bulletins/b2", "/proof"} {
		browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+path))
		wide := browsertest.Ask[int](t, tab, `(() => { document.documentElement.style.fontSize = "38px"; return document.documentElement.scrollWidth - innerWidth })()`)
		if wide > 1 {
			t.Errorf("%s is %d px too wide", path, wide)
		}
		browsertest.Picture(t, tab, "large type "+path)
	}
}
