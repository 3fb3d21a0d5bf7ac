package app

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestABadgeIsALinkOrTheScript(t *testing.T) {
	for page, want := range map[string]bool{
		`<a href="https://gangting.example.gov.cn/kiosk?site=coconut"><img src="https://gangting.example.gov.cn/kiosk/badge.svg?site=coconut"></a>`: true,
		`<script src="https://gangting.example.gov.cn/kiosk/badge.v1.js" data-site="coconut"></script>`:                                             true,
		`<a href="https://gangting.example.gov.cn/kiosk?site=palm">`:                                                                                false,
		`<img src="https://gangting.example.gov.cn/kiosk/badge.svg?site=coconut">`:                                                                  false,
		`<!-- <a href="https://gangting.example.gov.cn/kiosk?site=coconut"> -->`:                                                                    false,
		`<p>/kiosk?site=coconut</p>`: false,
		``:                           false,
	} {
		if got := hasBadge(strings.NewReader(page), "coconut"); got != want {
			t.Errorf("%s: %v", page, got)
		}
	}
}

// registered puts an active site into the store.
func registered(t *testing.T, a *App, page string) {
	t.Helper()
	s := &record.Site{Name: "椰风社区", Page: page}
	s.Head = bots.Head{ID: "coconut", Stream: "site/coconut", State: record.SiteActive, Due: time.Now().Add(-time.Second), Created: time.Now()}
	if err := a.store.Update(t.Context(), func(tx record.Tx) error { return tx.Put(s) }); err != nil {
		t.Fatal(err)
	}
}

func siteNow(t *testing.T, a *App) *record.Site {
	t.Helper()
	s, err := record.Fetch[record.Site](t.Context(), a.store, "coconut")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The engine looks at the page of an active site by itself, over real HTTP.
func TestTheBadgeOfASiteIsLookedFor(t *testing.T) {
	a, _ := kioskStation(t)
	a.o.Dial = new(net.Dialer).DialContext
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<a href="/kiosk?site=coconut">`))
	}))
	defer site.Close()
	registered(t, a, site.URL)
	if seen, problem := a.badge(t.Context(), siteNow(t, a)); !seen || problem != "" {
		t.Errorf("%v, %q", seen, problem)
	}
}

func TestTheBadgeIsNotLookedForInPrivateNetworks(t *testing.T) {
	a, _ := kioskStation(t)
	asked := false
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer site.Close()
	registered(t, a, site.URL)
	if seen, problem := a.badge(t.Context(), siteNow(t, a)); asked || seen || !strings.Contains(problem, "内部网络") {
		t.Errorf("asked %v, %v, %q", asked, seen, problem)
	}
}

// A site that is registered is named on the form; one that nobody registered is not.
func TestTheKioskNamesPartnersOnly(t *testing.T) {
	a, _ := kioskStation(t)
	registered(t, a, "https://yefeng.example/")
	if name, ok := a.kiosk().Site(t.Context(), "coconut"); !ok || name != "椰风社区" {
		t.Errorf("%q %v", name, ok)
	}
	if name, ok := a.kiosk().Site(t.Context(), "invented"); ok || name != "" {
		t.Errorf("%q %v", name, ok)
	}
}
