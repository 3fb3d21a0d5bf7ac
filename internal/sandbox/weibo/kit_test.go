package weibo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

const tok = "2.00token"

// wire is a platform served over HTTP.
type wire struct {
	*Platform
	t    *testing.T
	base string
}

func serve(t *testing.T, o Options) *wire {
	t.Helper()
	o.Token, o.AppKey, o.AppSecret = tok, "123456", "xyz123xyz"
	if o.SafeDomains == nil {
		o.SafeDomains = []string{"gaj.example.gov.cn"}
	}
	p := New(o)
	s := httptest.NewServer(p)
	t.Cleanup(func() { p.Close(); s.Close() })
	return &wire{p, t, s.URL}
}

// ask makes a call with pairs of parameters and returns status and body.
func (w *wire) ask(method, path string, pairs ...string) (int, map[string]any) {
	w.t.Helper()
	status, body := w.raw(method, path, tok, pairs...)
	var out map[string]any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		w.t.Fatalf("%s %s: %s", method, path, body)
	}
	return status, out
}

func (w *wire) raw(method, path, token string, pairs ...string) (int, string) {
	w.t.Helper()
	v := url.Values{}
	if token != "" {
		v.Set("access_token", token)
	}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	var r *http.Request
	if method == http.MethodGet {
		r, _ = http.NewRequest(method, w.base+path+"?"+v.Encode(), nil)
	} else {
		r, _ = http.NewRequest(method, w.base+path, strings.NewReader(v.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultTransport.RoundTrip(r) // no redirect is followed
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if at := resp.Header.Get("Location"); at != "" {
		return resp.StatusCode, at
	}
	return resp.StatusCode, string(b)
}

// code is the error_code of a call; "": none.
func (w *wire) code(method, path string, pairs ...string) string {
	w.t.Helper()
	_, body := w.ask(method, path, pairs...)
	if body["error_code"] == nil {
		return ""
	}
	return fmt.Sprint(body["error_code"])
}

func (w *wire) share(said string) string {
	w.t.Helper()
	return w.code("POST", "/2/statuses/share.json", "status", said, "rip", "203.0.113.7")
}

func (w *wire) people(names ...string) {
	w.t.Helper()
	for _, n := range names {
		if _, err := w.AddCitizen(n, false); err != nil {
			w.t.Fatal(err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newForm(path string, v url.Values) (*http.Request, error) {
	r, err := http.NewRequest(http.MethodPost, path, strings.NewReader(v.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r, r.ParseForm()
}
