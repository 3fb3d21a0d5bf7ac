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

// again makes the site due now and looks.
func again(t *testing.T, a *App) *record.Site {
	t.Helper()
	err := a.store.Update(t.Context(), func(tx record.Tx) error {
		s, err := record.Load[record.Site](tx, "coconut")
		if err != nil {
			return err
		}
		s.Due = time.Now().Add(-time.Second)
		return tx.Put(s)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.lookAtSites(t.Context()); err != nil {
		t.Fatal(err)
	}
	return siteNow(t, a)
}

func TestABadgeThatVanishedRaisesOneAlarm(t *testing.T) {
	a, _ := kioskStation(t)
	page := `<a href="/kiosk?site=coconut">`
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(page)) }))
	defer site.Close()
	a.o.Dial = new(net.Dialer).DialContext
	registered(t, a, site.URL)
	if s := again(t, a); s.Seen.IsZero() || s.Missing != 0 || time.Until(s.Due) < time.Hour {
		t.Fatalf("with the badge: %+v", s)
	}
	page = "<p>改版了"
	if s := again(t, a); s.Vanished() || s.Missing != 1 {
		t.Errorf("one look without it: %+v", s)
	}
	for range 3 {
		if s := again(t, a); !s.Vanished() || s.Problem == "" {
			t.Errorf("gone: %+v", s)
		}
	}
	if alarms := (&sim{t: t, app: a}).all(record.KindAlarm); len(alarms) != 1 {
		t.Errorf("%d alarms, want one", len(alarms))
	}
}

func TestTheBadgeIsNotLookedForInPrivateNetworks(t *testing.T) {
	a, _ := kioskStation(t)
	asked := false
	site := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer site.Close()
	registered(t, a, site.URL)
	if s := again(t, a); asked || !strings.Contains(s.Problem, "内部网络") {
		t.Errorf("asked %v, %+v", asked, s)
	}
}

func TestWhatWasNotPutRightInTimeRaisesAnAlarm(t *testing.T) {
	a, _ := kioskStation(t)
	r := &record.Rectification{Site: "coconut", Deadline: time.Now().Add(-time.Minute)}
	r.Head = bots.Head{ID: "r1", Stream: "site/coconut", State: record.RectificationOpen, Due: r.Deadline}
	if err := a.store.Update(t.Context(), func(tx record.Tx) error { return tx.Put(r) }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.lapseRectifications(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	now, err := record.Fetch[record.Rectification](t.Context(), a.store, "r1")
	alarms := (&sim{t: t, app: a}).all(record.KindAlarm)
	if err != nil || now.State != record.RectificationOverdue || len(alarms) != 1 {
		t.Errorf("%+v, %v, %d alarms", now, err, len(alarms))
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
