package partner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/record"
	"netpatrol/internal/web/webtest/browsertest"
)

// From the invitation to the answer, on a phone and at a desk, in both schemes.
func TestBrowserASiteSecurityOfficerAnswers(t *testing.T) {
	tab := browsertest.Open(t)
	h := open(t)
	r := h.asked("coconut", true)
	shot := filepath.Join(t.TempDir(), "截图.png")
	if err := os.WriteFile(shot, screenshot(t), 0o600); err != nil {
		t.Fatal(err)
	}
	browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(h.url+"/partner/enter?code="+h.invited("coconut", "zhang")))
	browsertest.Usable(t, tab, "an invitation")
	browsertest.Do(t, tab, chromedp.Click(".send"), chromedp.WaitVisible("#next"), chromedp.SendKeys("#next", "correct horse battery"), chromedp.SendKeys("#again", "correct horse battery\r"), chromedp.WaitVisible(".done"))
	for _, scheme := range []string{"light", "dark"} {
		browsertest.InScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			browsertest.Do(t, tab, chromedp.EmulateViewport(width, 900))
			for _, path := range []string{"/partner", "/partner/findings/" + r.ID, "/partner/findings/none"} {
				browsertest.Do(t, tab, chromedp.Navigate(h.url+path))
				browsertest.Usable(t, tab, fmt.Sprintf("%s partner %s at %d", scheme, path[len("/partner"):], width))
			}
		}
	}
	browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(h.url+"/partner"), chromedp.Click(".list a"), chromedp.WaitVisible("#text"),
		chromedp.SendKeys("#text", "已删除全部广告帖。"), chromedp.SetUploadFiles("#picture", []string{shot}), chromedp.Click(`form[action^="/partner/findings"] .send`), chromedp.WaitVisible(".done"))
	browsertest.Usable(t, tab, "answered")
	if n := len(h.All(record.KindSiteAnswer, "")); n != 1 {
		t.Errorf("%d answers", n)
	}
	browsertest.Do(t, tab, chromedp.Navigate(h.url+"/partner"), chromedp.Click(`form[action="/partner/sign-out"] button`), chromedp.WaitVisible("#name"))
	browsertest.Usable(t, tab, "sign-in of a site")
}
