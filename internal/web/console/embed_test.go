package console_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/adapters"
	"netpatrol/internal/web/console"
	"netpatrol/internal/web/frontdoor"
	"netpatrol/internal/web/webtest/browsertest"
)

// booth is a kiosk that knows one site.
type booth struct{ frontdoor.Kiosk }

func (booth) Tag(scope, value string) string { return fmt.Sprintf("%x", scope+value) }

func (booth) Site(_ context.Context, id string) (string, bool) {
	return "椰风社区", id == "coconut"
}

func (booth) Keep(context.Context, string, io.Reader) (adapters.Media, error) {
	return adapters.Media{}, nil
}

// documented are the two ways to carry the badge, as docs/kiosk.md gives them.
func documented(t *testing.T, public string) (link, script string) {
	t.Helper()
	b, err := os.ReadFile("../../../docs/kiosk.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```html\n(.*?)```").FindAllStringSubmatch(string(b), -1)
	if len(found) != 2 {
		t.Fatalf("%d snippets", len(found))
	}
	of := func(s string) string {
		return strings.NewReplacer("https://gangting.example.gov.cn", public, "SITE", "coconut").Replace(s)
	}
	return of(found[0][1]), of(found[1][1])
}

// A pretend partner site, at an address of its own, carries the badge: as the desk gives it, and as the manual does, with and without
// script. Each is seen, loads the picture from the public address, and leads to the kiosk, which names the site.
func TestBrowserAPartnerSiteCarriesTheBadge(t *testing.T) {
	tab := browsertest.Open(t)
	s := newSite(t)
	door := httptest.NewServer(frontdoor.New(frontdoor.Options{Kiosk: booth{}, Unit: "海口网警", Log: slog.New(slog.DiscardHandler)}))
	defer door.Close()
	station := s.Station()
	station.Kiosk = door.URL + "/kiosk"
	h, err := console.New(console.Options{Desk: s.Reader(), Door: s.Door, Station: station, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	desk := httptest.NewServer(h)
	defer desk.Close()
	s.url = desk.URL
	s.partner()
	page := s.as("chen").get("/sites/coconut")
	m := regexp.MustCompile(`(?s)<textarea id="code"[^>]*>(.*?)</textarea>`).FindStringSubmatch(page.body)
	if m == nil {
		t.Fatalf("the desk gives no badge:\n%s", page.body)
	}
	link, script := documented(t, door.URL)
	forged := strings.Replace(script, "sha384-", "sha384-A", 1)
	for name, badge := range map[string]string{"the desk's": html.UnescapeString(m[1]), "a link": link, "a script": script, "a script that was changed": forged} {
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>椰风社区</title><main><h1>椰风社区</h1>`+badge+`</main></html>`)
		}))
		for _, width := range []int64{390, 1280} {
			browsertest.Do(t, tab, chromedp.EmulateViewport(width, 844), chromedp.Navigate(site.URL))
			if name == "a script that was changed" {
				if browsertest.Ask[int](t, tab, `document.querySelectorAll("main a").length`) != 0 {
					t.Errorf("%s is run", name)
				}
				continue
			}
			browsertest.Do(t, tab, chromedp.WaitVisible("main a img"))
			if _, err := chromedp.Run(tab, chromedp.Poll[bool](`document.querySelector("main a img").complete`)); err != nil {
				t.Fatal(err)
			}
			seen := browsertest.Ask[string](t, tab, `(() => { const a = document.querySelector("main a"), i = a.querySelector("img"), r = i.getBoundingClientRect();
				return [a.href, a.target, a.rel, i.naturalWidth, r.width, i.alt].join(" ") })()`)
			if want := door.URL + "/kiosk?site=coconut _blank noopener 132 132 网警110 报警岗亭"; seen != want {
				t.Errorf("%s at %d: %q, want %q", name, width, seen, want)
			}
			if found := browsertest.Barriers(t, tab); found != `""` {
				t.Errorf("%s at %d: %s", name, width, found)
			}
			browsertest.Picture(t, tab, fmt.Sprintf("badge by %s at %d", name, width))
		}
		site.Close()
		browsertest.Do(t, tab, chromedp.Navigate(door.URL+"/kiosk?site=coconut"))
		if got := browsertest.Ask[string](t, tab, `document.querySelector("main").textContent`); !strings.Contains(got, "椰风社区") {
			t.Errorf("the kiosk does not name the site: %s", got)
		}
	}
}
