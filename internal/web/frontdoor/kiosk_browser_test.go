package frontdoor

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/web/webtest/browsertest"
)

func TestBrowserKioskPagesCanBeUsedByAnybody(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBooth(t)
	srv := httptest.NewServer(b.h)
	defer srv.Close()
	for _, scheme := range []string{"light", "dark"} {
		browsertest.InScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			browsertest.Do(t, tab, chromedp.EmulateViewport(width, 900))
			for _, path := range []string{"/kiosk", "/kiosk/help?site=coconut", "/kiosk/consult"} {
				browsertest.Do(t, tab, chromedp.Navigate(srv.URL+path))
				browsertest.Usable(t, tab, fmt.Sprintf("%s %s at %d", scheme, path, width))
			}
		}
	}
}

// From the badge to the slip on a phone: a form that lacks something is said so first.
func TestBrowserAVictimFillsInTheForm(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBooth(t)
	srv := httptest.NewServer(b.h)
	defer srv.Close()
	shot := filepath.Join(t.TempDir(), "截图.png")
	if err := os.WriteFile(shot, []byte("\x89PNG\r\n\x1a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/kiosk?site=coconut"), chromedp.Click(`.doors a[href^="/kiosk/help"]`), chromedp.WaitVisible("#story"))
	browsertest.Do(t, tab, chromedp.Click(`input[value="now"]`), chromedp.SendKeys("#story", " "), chromedp.Click(".send"), chromedp.WaitVisible("#problem"))
	browsertest.Usable(t, tab, "a form that lacks something")
	browsertest.Do(t, tab, chromedp.SendKeys("#story", "冒充客服让我转了5万"), chromedp.SetUploadFiles("#file", []string{shot}), chromedp.Click(".send"), chromedp.WaitVisible(".slip"))
	browsertest.Usable(t, tab, "the slip")
	if len(b.filed) != 1 || len(b.filed[0].Media) != 1 || !strings.Contains(b.filed[0].Text, "5万") {
		t.Errorf("filed %+v", b.filed)
	}
}

// Under a flood a browser works while somebody writes another form, and it is good at once.
func TestBrowserWorksInsteadOfWaiting(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBooth(t)
	b.flood()
	b.another()
	srv := httptest.NewServer(b.h)
	defer srv.Close()
	browsertest.Do(t, tab, chromedp.Navigate(srv.URL+"/kiosk/report?again=1"))
	if _, err := chromedp.Run(tab, chromedp.Poll[bool](`document.querySelector("[name=work]").value !== ""`)); err != nil {
		t.Fatal(err)
	}
	browsertest.Do(t, tab, chromedp.Click(`input[value="no"]`), chromedp.SendKeys("#story", "有人加我好友推荐投资"), chromedp.Click(".send"), chromedp.WaitVisible(".slip"))
	if len(b.filed) != 1 {
		t.Errorf("filed %+v", b.filed)
	}
}
