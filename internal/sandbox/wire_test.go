package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// wire calls a Microblog over real HTTP with nothing but net/http.
type wire struct {
	t      *testing.T
	client *http.Client
	base   string
	token  string
}

// reply is an answer as it came.
type reply struct {
	code   int
	header http.Header
	body   []byte
}

func (r reply) object(t *testing.T) map[string]any { return decode[map[string]any](t, r.body) }

func (r reply) list(t *testing.T) []map[string]any { return decode[[]map[string]any](t, r.body) }

func decode[T any](t *testing.T, body []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("answer is not the JSON expected: %v\n%s", err, body)
	}
	return v
}

// bundle is a platform with one official account and two citizens, served on loopback.
type bundle struct {
	m      *Microblog
	srv    *httptest.Server
	agency *wire
	id     string // of the agency
}

func setup(t *testing.T, o Options) *bundle {
	t.Helper()
	m := NewMicroblog(o)
	b := &bundle{m: m, srv: httptest.NewServer(m)}
	t.Cleanup(b.srv.Close)
	id, token, err := m.AddAccount("海口网警", "海口网警巡查执法", "https://police.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{"xiaolin", "阿明"} {
		if _, err := m.AddCitizen(h, h); err != nil {
			t.Fatal(err)
		}
	}
	b.id, b.agency = id, b.as(t, token)
	return b
}

func (b *bundle) as(t *testing.T, token string) *wire {
	return &wire{t: t, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, base: b.srv.URL, token: token}
}

// do sends one request and returns the error of the connection, if any.
func (w *wire) do(method, path string, form url.Values, header ...string) (reply, error) {
	var body io.Reader
	if form != nil && method != http.MethodGet {
		body = strings.NewReader(form.Encode())
	} else if form != nil {
		path += "?" + form.Encode()
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.base+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if w.token != "" {
		req.Header.Set("Authorization", "Bearer "+w.token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := w.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, b}, err
}

// must sends one request and requires an answer with that code.
func (w *wire) must(code int, method, path string, form url.Values, header ...string) reply {
	w.t.Helper()
	r, err := w.do(method, path, form, header...)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	if r.code != code {
		w.t.Fatalf("%s %s: got %d %s, want %d", method, path, r.code, r.body, code)
	}
	return r
}

func (w *wire) get(path string, pairs ...string) []map[string]any {
	w.t.Helper()
	return w.must(200, "GET", path, values(pairs...)).list(w.t)
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// say, tell are citizens' deeds that must work.
func (b *bundle) say(t *testing.T, from, text string, opts ...SayOption) StatusID {
	t.Helper()
	id, err := b.m.Say(from, text, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (b *bundle) tell(t *testing.T, from, text string, opts ...SayOption) StatusID {
	t.Helper()
	id, err := b.m.Tell(from, "海口网警", text, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func ids(list []map[string]any) (out []string) {
	for _, x := range list {
		out = append(out, x["id"].(string))
	}
	return out
}

func flavours(t *testing.T, run func(t *testing.T, f Flavour)) {
	for _, f := range []Flavour{Mastodon, GoToSocial} {
		t.Run(f.String(), func(t *testing.T) { run(t, f) })
	}
}

// clock is a clock that a test turns.
type clock struct{ t time.Time }

func newClock() *clock { return &clock{time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time { return c.t }

func jsonRequest(t *testing.T, b *bundle, method, path, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+b.agency.token)
	return req
}
