package frontdoor

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"golang.org/x/time/rate"

	"netpatrol/internal/web/webtest/browsertest"
)

// A reporter looks up the matter, adds text and a picture, is refused a lookup code in the text, and ends the code.
func TestBrowserAReporterAddsAndEndsTheCode(t *testing.T) {
	tab := browsertest.Open(t)
	o := newOffice()
	srv := httptest.NewServer(o.open())
	defer srv.Close()
	shot := filepath.Join(t.TempDir(), "截图.png")
	if err := os.WriteFile(shot, []byte("\x89PNG\r\n\x1a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	matter := []chromedp.Action[chromedp.Void]{chromedp.Navigate(srv.URL + "/status"), chromedp.SendKeys("#code", mine), chromedp.Click(".send"), chromedp.WaitVisible("#text")}
	for _, scheme := range []string{"light", "dark"} {
		browsertest.InScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			browsertest.Do(t, tab, append([]chromedp.Action[chromedp.Void]{chromedp.EmulateViewport(width, 900)}, matter...)...)
			browsertest.Do(t, tab, chromedp.Click(".end summary"))
			browsertest.Usable(t, tab, fmt.Sprintf("%s a matter with the form to add at %d", scheme, width))
		}
	}
	browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844))
	browsertest.Do(t, tab, matter...)
	browsertest.Do(t, tab, chromedp.SendKeys("#text", "GOOD-0000-0000-0000-0"), chromedp.Click("#more ~ form .send"), chromedp.WaitVisible("#more-problem"))
	browsertest.Usable(t, tab, "an addition that is refused")
	browsertest.Do(t, tab, chromedp.SetValue("#text", "对方又打来了"), chromedp.SetUploadFiles("#file", []string{shot}), chromedp.Click("#more ~ form .send"), chromedp.WaitVisible(".done"))
	browsertest.Usable(t, tab, "an addition that was received")
	if len(o.added) != 1 || o.added[0].Text != "对方又打来了" || len(o.added[0].Media) != 1 {
		t.Errorf("added %+v", o.added)
	}
	browsertest.Do(t, tab, chromedp.Click(".end summary"), chromedp.Click(`.end input[type="checkbox"]`), chromedp.Click(".end button"), chromedp.WaitVisible(`//p[@class="done" and contains(., "失效")]`)) // the page before has a .done of its own
	browsertest.Usable(t, tab, "a code that was ended")
	if got := browsertest.Ask[string](t, tab, "location.pathname + location.search"); got != "/status/end" || len(o.ended) != 1 {
		t.Errorf("at %s, ended %v", got, o.ended)
	}
}

// While somebody guesses, a browser works for whoever mistyped a code, and the answer comes without a wait.
func TestBrowserWorksForTheAnswer(t *testing.T) {
	tab := browsertest.Open(t)
	o := newOffice()
	p := newPublic(Options{Matters: o, Press: o, Unit: "椰城", Log: slog.New(slog.DiscardHandler)})
	p.lookups.all = rate.NewLimiter(0, 0)
	mux := http.NewServeMux()
	p.routes(mux)
	srv := httptest.NewServer(mux)
	defer srv.Close()
	for _, width := range []int64{390, 1280} {
		browsertest.Do(t, tab, chromedp.EmulateViewport(width, 844), chromedp.Navigate(srv.URL+"/status"), chromedp.SendKeys("#code", "GONE0000000000000"), chromedp.Click(".send"), chromedp.WaitVisible("form[data-work]"))
		browsertest.Usable(t, tab, fmt.Sprintf("a page that asks for a wait at %d", width))
		if _, err := chromedp.Run(tab, chromedp.Poll[bool](`document.querySelector("[name=work]").value !== ""`)); err != nil {
			t.Fatal(err)
		}
		browsertest.Do(t, tab, chromedp.Click(".send"), chromedp.WaitVisible("#problem"))
		if got := browsertest.Ask[string](t, tab, `document.querySelector("#problem").textContent`); got != problems[unknown] {
			t.Errorf("it says %q", got)
		}
	}
}
