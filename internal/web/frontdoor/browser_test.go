package frontdoor

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/web/webtest/browsertest"
)

func TestBrowserPublicPagesCanBeUsedByAnybody(t *testing.T) {
	tab := browsertest.Open(t)
	srv := httptest.NewServer(newOffice().handler())
	defer srv.Close()
	for _, scheme := range []string{"light", "dark"} {
		browsertest.InScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			browsertest.Do(t, tab, chromedp.EmulateViewport(width, 900))
			for _, path := range append([]string{"/bulletins/none"}, publicPaths...) {
				browsertest.Do(t, tab, chromedp.Navigate(srv.URL+path))
				browsertest.Usable(t, tab, fmt.Sprintf("%s %s at %d", scheme, path, width))
			}
		}
	}
}

func TestBrowserAReporterLooksUpAndChecks(t *testing.T) {
	tab := browsertest.Open(t)
	srv := httptest.NewServer(newOffice().handler())
	defer srv.Close()
	browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844))
	browsertest.Do(t, tab, chromedp.Navigate(srv.URL+"/status"), chromedp.SendKeys("#code", "gone-0000-0000-0000-0\r"), chromedp.WaitVisible("#problem"))
	browsertest.Usable(t, tab, "a code that leads nowhere")
	browsertest.Do(t, tab, chromedp.SendKeys("#code", "good-0000-0000-0000-0"), chromedp.Click(".send"), chromedp.WaitVisible(".state"))
	browsertest.Usable(t, tab, "a matter")
	if got := browsertest.Ask[string](t, tab, "location.pathname + location.search"); got != "/status" {
		t.Errorf("the code is in the address: %s", got)
	}
	browsertest.Do(t, tab, chromedp.Navigate(srv.URL+"/proof"), chromedp.SendKeys("#proof", "真"), chromedp.Click(".send"), chromedp.WaitVisible(".yes"))
	browsertest.Usable(t, tab, "a proof that holds")
	browsertest.Do(t, tab, chromedp.Navigate(srv.URL+"/proof"), chromedp.SendKeys("#proof", "假"), chromedp.Click(".send"), chromedp.WaitVisible(".no"))
	browsertest.Usable(t, tab, "a forged proof")
}
