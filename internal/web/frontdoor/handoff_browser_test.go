package frontdoor

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/web/webtest/browsertest"
)

// Another unit opens a clue package by its link, on a phone and at a desk, and answers it; a wrong link says nothing.
func TestBrowserAnotherUnitReadsAndAnswersAPackage(t *testing.T) {
	tab := browsertest.Open(t)
	b := &bureau{}
	srv := httptest.NewServer(New(Options{Handoffs: b, Matters: newOffice(), Press: newOffice(), Unit: "椰城", Log: slog.New(slog.DiscardHandler)}))
	defer srv.Close()
	for _, scheme := range []string{"light", "dark"} {
		browsertest.InScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			browsertest.Do(t, tab, chromedp.EmulateViewport(width, 900))
			for _, path := range []string{"/handoff/GOOD2345/right", "/handoff/GOOD2345/wrong"} {
				browsertest.Do(t, tab, chromedp.Navigate(srv.URL+path))
				browsertest.Usable(t, tab, fmt.Sprintf("%s %s at %d", scheme, path, width))
			}
		}
	}
	browsertest.Do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(srv.URL+"/handoff/GOOD2345/right"))
	if !browsertest.Ask[bool](t, tab, `!document.querySelector("main script")`) {
		t.Error("what is in the package is run")
	}
	browsertest.Do(t, tab, chromedp.Click(`form button[value="accepted"], form button`), chromedp.WaitVisible(`[role="status"], .done`))
	browsertest.Usable(t, tab, "a package that was answered")
	if len(b.answered) != 1 || b.answered[0].As != "accepted" {
		t.Errorf("answered %+v", b.answered)
	}
}
