// Package bridgetest holds a site to the bridge contract over HTTP, as netpatrol will use
// it: docs/bridge.md says what must hold. It knows nothing of the site but its address and
// secret, and shares no code with the adapter.
//
// # Failure model
//
// A deviation is reported with the request that showed it; the other checks still run.
// What the site's about does not list is left out. On a site that is in use it makes
// posts and messages, which carry the word "bridgetest".
package bridgetest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Site is the site under test.
type Site struct {
	BaseURL, Secret string
	To              string // the id of a person who may be written to
	// Write makes a person write text where source shows it and returns the ref of what was
	// written; nil: reading is not tried.
	Write func(source, text string) (ref string)
}

// T is what the kit needs of a test. [Run] takes a *testing.T; a recorder in its place
// shows that the kit has teeth.
type T interface {
	Helper()
	Context() context.Context
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Run(name string, f func(T)) (ok bool)
}

// Run checks everything the contract asks of the abilities the site lists.
func Run(t *testing.T, s Site) {
	t.Helper()
	Check(std{t}, s)
}

type std struct{ *testing.T }

func (s std) Run(name string, f func(T)) bool {
	return s.T.Run(name, func(t *testing.T) { f(std{t}) })
}

// Check is [Run] for anything that can stand in for a test.
func Check(t T, s Site) {
	t.Helper()
	c := &checker{Site: s}
	if !t.Run("about", c.about) {
		return
	}
	t.Run("signatures", c.signatures)
	t.Run("problems", c.problems)
	for _, way := range c.ways() {
		t.Run(way.ability, func(t T) { c.send(t, way) })
	}
	if c.can("handover") {
		t.Run("packages", c.packages)
	}
	if s.Write == nil {
		return
	}
	for _, source := range c.doc.Sources {
		if source == answers {
			continue // which no citizen writes
		}
		t.Run("events of "+source, func(t T) { c.events(t, source) })
	}
	if c.can("lookup") {
		t.Run("lookup", c.lookup)
	}
}

// Signed says whether a request of the site carries a good signature over target and body.
func Signed(h http.Header, secret, method, target string, body []byte) bool {
	want := sign(secret, method, target, h.Get("Bridge-Timestamp"), h.Get("Bridge-Nonce"), body)
	return hmac.Equal([]byte(want), []byte(h.Get("Bridge-Signature")))
}

func sign(secret, method, target, at, nonce string, body []byte) string {
	digest := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, strings.Join([]string{"bridge-v1", method, target, at, nonce, hex.EncodeToString(digest[:])}, "\n"))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

type checker struct {
	Site
	doc struct {
		Contract  string
		Account   struct{ ID string }
		Abilities []string
		Sources   []string
	}
}

func (c *checker) can(ability string) bool { return slices.Contains(c.doc.Abilities, ability) }

// request is one request, before and after it is signed.
type request struct {
	method, target string
	body           []byte
	secret         string        // "": the site's
	age            time.Duration // of the timestamp
	nonce          string        // "": a new one
	spoil          func(*http.Request)
}

// response is what the site answered.
type response struct {
	status int
	kind   string
	body   []byte
}

func (r response) problem() bool { return strings.HasPrefix(r.kind, "application/problem+json") }

// class is the class of a problem document.
func (r response) class() string {
	var p struct{ Class string }
	_ = json.Unmarshal(r.body, &p) // what is no document has no class
	return p.Class
}

func (c *checker) do(t T, q request) response {
	t.Helper()
	r, err := c.try(t.Context(), q)
	if err != nil {
		t.Fatalf("%s %s: %v", q.method, q.target, err)
	}
	return r
}

// try signs and makes a request; an error means that there was no answer.
func (c *checker) try(ctx context.Context, q request) (response, error) {
	if q.secret == "" {
		q.secret = c.Secret
	}
	if q.nonce == "" {
		q.nonce = rand.Text()
	}
	r, err := http.NewRequestWithContext(ctx, q.method, strings.TrimRight(c.BaseURL, "/")+q.target, bytes.NewReader(q.body))
	if err != nil {
		return response{}, err
	}
	at := strconv.FormatInt(time.Now().Add(-q.age).Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Bridge-Timestamp", at)
	r.Header.Set("Bridge-Nonce", q.nonce)
	r.Header.Set("Bridge-Signature", sign(q.secret, q.method, q.target, at, q.nonce, q.body))
	if q.spoil != nil {
		q.spoil(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	return response{resp.StatusCode, resp.Header.Get("Content-Type"), body}, err
}

func (c *checker) get(t T, target string) response {
	t.Helper()
	return c.do(t, request{method: http.MethodGet, target: target})
}

func (c *checker) about(t T) {
	r := c.get(t, "/v1/about")
	if err := json.Unmarshal(r.body, &c.doc); err != nil || r.status != http.StatusOK {
		t.Fatalf("GET /v1/about: HTTP %d, %v: %.200s", r.status, err, r.body)
	}
	if c.doc.Contract != "1" || c.doc.Account.ID == "" {
		t.Errorf(`about must say contract "1" and our account's id: %.200s`, r.body)
	}
	if c.can("watch") != (len(c.doc.Sources) > 0) {
		t.Errorf("about lists abilities %q and sources %q: watch needs sources, and sources need it", c.doc.Abilities, c.doc.Sources)
	}
}

// signatures: nothing but a fresh, new, unchanged request of netpatrol's is taken.
func (c *checker) signatures(t T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	used := rand.Text()
	if r := c.do(t, request{method: "GET", target: "/v1/about", nonce: used}); r.status != http.StatusOK {
		t.Errorf("a genuine request: HTTP %d", r.status)
	}
	for _, q := range []struct {
		why string
		request
	}{
		{"another secret", request{secret: strings.Repeat("x", 32)}},
		{"signed six minutes ago", request{age: 6 * time.Minute}},
		{"signed six minutes ahead", request{age: -6 * time.Minute}},
		{"a nonce used before", request{nonce: used}},
		{"a nonce that is too short", request{nonce: "abc"}},
		{"no signature", request{spoil: func(r *http.Request) { r.Header.Del("Bridge-Signature") }}},
		{"an empty signature", request{spoil: header("Bridge-Signature", "v1=")}},
		{"another nonce than was signed", request{spoil: header("Bridge-Nonce", rand.Text())}},
		{"another time than was signed", request{spoil: header("Bridge-Timestamp", strconv.FormatInt(time.Now().Unix()+7, 10))}},
		{"a query that was not signed", request{spoil: func(r *http.Request) { r.URL.RawQuery = "a=b" }}},
		{"a body that was not signed", request{spoil: func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("{}")), 2 }}},
	} {
		q.method, q.target = "GET", "/v1/about"
		r := c.do(t, q.request)
		if r.status != http.StatusUnauthorized || !r.problem() {
			t.Errorf("%s: HTTP %d, %s; want 401 and a problem document", q.why, r.status, r.kind)
		}
	}
}

// problems: what cannot be done is refused in a problem document, and nothing is made of it.
func (c *checker) problems(t T) {
	for _, q := range []request{
		{method: "GET", target: "/v1/nothing-of-the-kind"},
		{method: "POST", target: "/v1/publications", body: []byte(`{`)},
		{method: "POST", target: "/v1/publications", body: []byte(`{"key":"bridgetest-0","text":""}`)},
		{method: "POST", target: "/v1/messages", body: []byte(`{"text":"bridgetest without a key","to":{"id":"` + c.To + `"}}`)},
		{method: "POST", target: "/v1/messages", body: []byte(`{"key":"bridgetest-1","text":"bridgetest to nobody"}`)},
		{method: "GET", target: "/v1/events?limit=10&source=no-such-source"},
		{method: "GET", target: "/v1/sends/no-such-send"},
	} {
		if r := c.do(t, q); r.status < 400 || r.status >= 500 || !r.problem() {
			t.Errorf("%s %s %s: HTTP %d, %s; want a 4xx with a problem document", q.method, q.target, q.body, r.status, r.kind)
		}
	}
}

// way is one way in which netpatrol sends.
type way struct {
	ability, path string
	fields        map[string]any
}

func (c *checker) ways() (out []way) {
	to := map[string]string{"id": c.To}
	all := []way{
		{"publish", "/v1/publications", map[string]any{"title": "bridgetest"}}, {"message", "/v1/messages", map[string]any{"to": to}},
		{"handover", "/v1/handovers", handing(1)},
	}
	if i := slices.IndexFunc(c.doc.Sources, public); i >= 0 && c.Write != nil {
		all = append(all, way{"comment", "/v1/comments", map[string]any{"to": to, "parent": c.Write(c.doc.Sources[i], "bridgetest: a post to answer")}})
	}
	for _, w := range all {
		if c.can(w.ability) {
			out = append(out, w)
		}
	}
	return out
}

func (w way) request(key, text string) request {
	body := map[string]any{"key": key, "code": "NP-0", "text": text, "language": "zh-Hans"}
	for k, v := range w.fields {
		body[k] = v
	}
	if w.ability == "handover" {
		delete(body, "text")
		body["files"] = []any{map[string]any{"name": "clue.csv", "type": "text/csv", "data": []byte(text)}}
	}
	raw, _ := json.Marshal(body) // strings and maps of them always marshal
	return request{method: http.MethodPost, target: w.path, body: raw}
}

var refs = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$`)

type receipt struct {
	Ref, State string
	Existed    bool
}

// send: a key is carried out once, whoever asks, and can be asked for.
func (c *checker) send(t T, w way) {
	key := rand.Text()
	if v, _ := c.find(t, key); v == "found" {
		t.Errorf("a key nobody has used is found")
	}
	first := c.sent(t, w.request(key, "bridgetest: 请勿转账"), http.StatusCreated)
	if first.Existed {
		t.Errorf("the first send under a key says that it existed")
	}
	again := c.sent(t, w.request(key, "bridgetest: 请勿转账"), http.StatusOK)
	if !again.Existed || again.Ref != first.Ref {
		t.Errorf("the same key again: %+v; want the first receipt %+v and existed", again, first)
	}
	if r := c.do(t, w.request(key, "bridgetest: another text")); r.class() != "rejected" || !r.problem() {
		t.Errorf("the same key with another text: HTTP %d, class %q; want rejected", r.status, r.class())
	}
	if v, found := c.find(t, key); v != "found" || found.Ref != first.Ref {
		t.Errorf("find: %s %+v; want the first receipt %+v", v, found, first)
	}
	var checked receipt
	if r := c.get(t, "/v1/sends/"+first.Ref); json.Unmarshal(r.body, &checked) != nil || r.status != http.StatusOK || checked.Ref != first.Ref {
		t.Errorf("check: HTTP %d %.200s", r.status, r.body)
	}
	c.race(t, w)
	if c.can("retract") {
		c.retract(t, first.Ref)
	}
}

func (c *checker) sent(t T, q request, want int) (r receipt) {
	t.Helper()
	got := c.do(t, q)
	if err := json.Unmarshal(got.body, &r); err != nil || got.status != want {
		t.Fatalf("POST %s: HTTP %d, want %d: %.200s", q.target, got.status, want, got.body)
	}
	if !refs.MatchString(r.Ref) || !slices.Contains([]string{"done", "pending"}, r.State) {
		t.Errorf("POST %s: %+v; want an id of the contract and state done or pending", q.target, r)
	}
	return r
}

func (c *checker) find(t T, key string) (string, receipt) {
	t.Helper()
	var f struct {
		Verdict string
		Receipt receipt
	}
	r := c.get(t, "/v1/sends?key="+url.QueryEscape(key))
	if err := json.Unmarshal(r.body, &f); err != nil || !slices.Contains([]string{"found", "absent", "inconclusive"}, f.Verdict) {
		t.Errorf("find: HTTP %d: %.200s", r.status, r.body)
	}
	return f.Verdict, f.Receipt
}

// race: eight requests at once under one key make one thing. Some may be told that the key
// is under way.
func (c *checker) race(t T, w way) {
	key, got := rand.Text(), make(chan response, 8)
	for range cap(got) {
		go func() {
			r, _ := c.try(t.Context(), w.request(key, "bridgetest: 同时")) // no answer is judged below
			got <- r
		}()
	}
	made, ids := 0, map[string]bool{}
	for range cap(got) {
		r := <-got
		var one receipt
		switch err := json.Unmarshal(r.body, &one); {
		case err == nil && r.status < 300:
			ids[one.Ref] = true
			made += map[bool]int{true: 0, false: 1}[one.Existed]
		case r.class() != "unknown":
			t.Errorf("at once under one key: HTTP %d, class %q", r.status, r.class())
		}
	}
	if len(ids) != 1 || made > 1 {
		t.Errorf("eight at once under one key made %d things with the ids %v", made, ids)
	}
}

func (c *checker) retract(t T, ref string) {
	for _, when := range []string{"the first time", "once it is gone"} {
		r := c.do(t, request{method: http.MethodDelete, target: "/v1/sends/" + ref})
		if r.status != http.StatusNoContent && r.class() != "gone" {
			t.Errorf("withdraw %s: HTTP %d, class %q", when, r.status, r.class())
		}
	}
	if r := c.get(t, "/v1/sends/"+ref); r.class() != "gone" || !r.problem() {
		t.Errorf("check of what was withdrawn: HTTP %d, class %q; want gone", r.status, r.class())
	}
}

type event struct {
	ID, Kind, Ref, Text string
	From                struct{ ID string }
}

type page struct {
	Items []event
	Next  string
	More  bool
}

func (c *checker) page(t T, source, after string, limit int) page {
	t.Helper()
	q := url.Values{"source": {source}, "limit": {strconv.Itoa(limit)}}
	if after != "" {
		q.Set("after", after)
	}
	var p page
	r := c.get(t, "/v1/events?"+q.Encode())
	if err := json.Unmarshal(r.body, &p); err != nil || r.status != http.StatusOK || p.Next == "" || p.Items == nil || len(p.Items) > limit {
		t.Fatalf("events of %s after %q: HTTP %d: %.300s; want items, at most %d, and next", source, after, r.status, r.body, limit)
	}
	return p
}

// drain reads on until nothing more is waiting.
func (c *checker) drain(t T, source, after string, limit int) (all []event, next string) {
	t.Helper()
	for range 1000 {
		p := c.page(t, source, after, limit)
		all, after = append(all, p.Items...), p.Next
		if !p.More {
			return all, after
		}
	}
	t.Fatalf("events of %s: there is still more after 1000 pages", source)
	return nil, ""
}

// events: oldest first, nothing twice, nothing missing, the same again from the same cursor.
func (c *checker) events(t T, source string) {
	before := c.Write(source, "bridgetest: before")
	early, cursor := c.drain(t, source, "", 50)
	inbox := source == "messages"
	if had := slices.ContainsFunc(early, func(e event) bool { return e.Ref == before }); had != inbox {
		t.Errorf("without a cursor what was there before came: %v; only messages start at the oldest", had)
	}
	var want []string
	for i := range 5 {
		want = append(want, c.Write(source, fmt.Sprintf("bridgetest: number %d", i)))
	}
	got, end := c.drain(t, source, cursor, 2)
	again, _ := c.drain(t, source, cursor, 3)
	var ids, seen []string
	for _, e := range got {
		ids, seen = append(ids, e.ID), append(seen, e.Ref)
		if !refs.MatchString(e.ID) || e.Kind == "" || e.From.ID == "" || strings.Contains(e.ID, e.From.ID) {
			t.Errorf("event %+v: needs an id of the contract without the person's, a kind, and who it is from", e)
		}
	}
	if !slices.Equal(seen, want) {
		t.Errorf("written were %v, polled %v (oldest first)", want, seen)
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != len(got) {
		t.Errorf("two events have one id: %v", ids)
	}
	if !slices.Equal(got, again) {
		t.Errorf("the same cursor gave %v, then %v", got, again)
	}
	if late, _ := c.drain(t, source, end, 2); len(late) > 0 {
		t.Errorf("after the last cursor came %v", late)
	}
}

func (c *checker) lookup(t T) {
	i := slices.IndexFunc(c.doc.Sources, public)
	if i < 0 {
		t.Logf("left out: the site has no public source")
		return
	}
	ref := c.Write(c.doc.Sources[i], "bridgetest: a post")
	var p struct {
		Ref, Text string
		Author    struct{ ID string }
	}
	r := c.get(t, "/v1/posts/"+ref)
	if err := json.Unmarshal(r.body, &p); err != nil || p.Ref != ref || p.Text != "bridgetest: a post" || p.Author.ID == "" {
		t.Errorf("look: HTTP %d: %.200s", r.status, r.body)
	}
	if r := c.get(t, "/v1/posts/no-such-post"); r.class() != "gone" || !r.problem() {
		t.Errorf("look at what is not there: HTTP %d, class %q; want gone", r.status, r.class())
	}
}
