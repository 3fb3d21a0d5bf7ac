package console_test

import (
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"netpatrol/internal/web/console"
	"netpatrol/internal/web/webtest"
)

// site is a desk with its console on a loopback port.
type site struct {
	*webtest.Desk
	t     *testing.T
	url   string
	files webtest.Files
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOver(t, func(r webtest.Reader) console.Desk { return r })
}

// newSiteWith puts something between the console and the files of evidence.
func newSiteWith(t *testing.T, between func(console.Evidence) console.Evidence) *site {
	t.Helper()
	return newSiteOf(t, func(r webtest.Reader) console.Desk { return r }, between)
}

// newSiteOver puts something between the console and its desk.
func newSiteOver(t *testing.T, between func(webtest.Reader) console.Desk) *site {
	t.Helper()
	return newSiteOf(t, between, func(f console.Evidence) console.Evidence { return f })
}

func newSiteOf(t *testing.T, between func(webtest.Reader) console.Desk, files func(console.Evidence) console.Evidence) *site {
	t.Helper()
	d := webtest.Open(t)
	kept := d.Files()
	h, err := console.New(console.Options{Desk: between(d.Reader()), Evidence: files(kept), Door: d.Door, Station: d.Station(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return &site{Desk: d, t: t, url: srv.URL, files: kept}
}

// officer is somebody with a browser that has no script.
type officer struct {
	t    *testing.T
	site *site
	http *http.Client
}

// guest is a browser that is not signed in.
func (s *site) guest() *officer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &officer{t: s.t, site: s, http: &http.Client{Jar: jar}}
}

// as signs an officer in with a one-time code.
func (s *site) as(name string) *officer {
	s.t.Helper()
	o := s.guest()
	if p := o.post("/sign-in", url.Values{"code": {s.Code(name)}}); p.status != http.StatusOK {
		s.t.Fatalf("sign-in of %s: %d", name, p.status)
	}
	return o
}

// seen is a page as it arrived, after redirects.
type seen struct {
	t      *testing.T
	status int
	path   string
	body   string
	header http.Header
}

func (o *officer) get(path string) *seen {
	o.t.Helper()
	res, err := o.http.Get(o.site.url + path)
	return o.page(res, err)
}

func (o *officer) post(path string, form url.Values) *seen {
	o.t.Helper()
	res, err := o.http.PostForm(o.site.url+path, form)
	return o.page(res, err)
}

func (o *officer) page(res *http.Response, err error) *seen {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		o.t.Fatal(err)
	}
	return &seen{o.t, res.StatusCode, res.Request.URL.EscapedPath(), string(b), res.Header}
}

// form fills in the hidden fields of the form with an action, as a browser would.
func (p *seen) form(action string, fields url.Values) url.Values {
	p.t.Helper()
	at := strings.Index(p.body, `action="`+action+`"`)
	if at < 0 {
		p.t.Fatalf("no form %s on %s", action, p.path)
	}
	form := p.body[at:]
	form = form[:strings.Index(form, "</form>")]
	out := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(form, -1) {
		out.Set(m[1], html.UnescapeString(m[2]))
	}
	for k, v := range fields {
		out[k] = v
	}
	return out
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)"`)

func (p *seen) has(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.body, w) {
			p.t.Errorf("%s (%d) does not say %q", p.path, p.status, w)
		}
	}
}

func (p *seen) lacks(words ...string) {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.body, w) {
			p.t.Errorf("%s says %q", p.path, w)
		}
	}
}
