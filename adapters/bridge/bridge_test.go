package bridge_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/bridge"
)

// open opens an account on a site.
func open(t *testing.T, site http.Handler) (adapters.Account, error) {
	t.Helper()
	srv := httptest.NewServer(site)
	t.Cleanup(srv.Close)
	return bridge.Platform().Open(t.Context(), config(srv.URL+"/"), adaptertest.Host(t))
}

func opened(t *testing.T, site http.Handler) adapters.Account {
	t.Helper()
	a, err := open(t, site)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// answering is a site that answers one path so, and keeps the contract otherwise.
type answering struct {
	*fakeSite
	path, body string
}

func (a answering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != a.path {
		a.fakeSite.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(a.body))
}

var try = adapters.Attempt{Item: "item", N: 1, Key: "key-1", Code: "NP-7Q4"}

func TestPromise4_ASuccessWithoutAnIdIsUnknown(t *testing.T) {
	for _, body := range []string{`{"state":"done"}`, `{"ref":"","state":"done"}`, `{"ref":"a/b","state":"done"}`, `{"ref":"s1"}`, `{"ref":"s1","state":"sent"}`} {
		a := opened(t, answering{newFake(), "/v1/messages", body})
		r, err := a.Caps().Message.Send(t.Context(), try, adapters.Message{To: adapters.Person{ID: citizenID}, Text: "您好"})
		if err == nil || adapters.ClassOf(err) != adapters.Unknown || r.Ref != "" {
			t.Errorf("%s: %+v, %v; want class unknown", body, r, err)
		}
	}
}

func TestOpen_ReadsTheSitesLimits(t *testing.T) {
	f := newFake()
	l := opened(t, f).Caps().Limits
	from := adapters.Provenance{Source: "read from the site", CheckedOn: time.Now().UTC().Format(time.DateOnly), Confirmed: true}
	want := adapters.Limits{
		Text: []adapters.TextLimit{
			{Channel: adapters.Public, Max: 2000, Unit: adapters.Runes, Provenance: from},
			{Channel: adapters.Private, Max: 900, Unit: adapters.Bytes, Provenance: from},
			{Channel: adapters.InReply, Max: 140, Unit: adapters.FullWidths, Provenance: from},
		},
		Quotas:    []adapters.Quota{{Scope: adapters.ScopeAccount, Channel: adapters.Public, N: 20, Per: 24 * time.Hour, Zone: "Asia/Shanghai", Provenance: from}},
		Windows:   []adapters.ReplyWindow{{Trigger: adapters.KindMessage, N: 5, Within: 48 * time.Hour, Provenance: from}},
		LaneWidth: 4,
	}
	if d := cmp.Diff(want, l); d != "" {
		t.Error(d)
	}
}

func TestOpen_RefusesASiteItWouldMisunderstand(t *testing.T) {
	limits := func(l object) object { return object{"limits": l} }
	for name, change := range map[string]object{
		"another version":    {"contract": "2"},
		"no account":         {"account": object{"name": "测试网警"}},
		"unknown unit":       limits(object{"text": []object{{"channel": "public", "max": 9, "unit": "words"}}}),
		"unknown channel":    limits(object{"text": []object{{"channel": "wall", "max": 9}}}),
		"no characters":      limits(object{"text": []object{{"channel": "public", "max": 0}}}),
		"no quota":           limits(object{"quotas": []object{{"n": 0, "seconds": 60}}}),
		"quota for ever":     limits(object{"quotas": []object{{"n": 5, "seconds": 1 << 40}}}),
		"quota of no zone":   limits(object{"quotas": []object{{"n": 5, "seconds": 60, "zone": "Haikou"}}}),
		"window of nothing":  limits(object{"windows": []object{{"trigger": "message", "n": 1, "seconds": 0}}}),
		"abilities are text": {"abilities": "publish"},
	} {
		f := newFake()
		maps.Copy(f.about, change)
		if _, err := open(t, f); err == nil || adapters.ClassOf(err) == adapters.Unknown {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCaps_AreWhatTheSiteLists(t *testing.T) {
	f := newFake()
	f.about["abilities"], f.about["limits"] = []string{"comment", "lookup"}, object{}
	c := opened(t, f).Caps()
	if c.Comment == nil || c.Lookup == nil || c.Find == nil || c.Webhook == nil || c.Publish != nil || c.Message != nil || c.Watch != nil || c.Retract != nil || c.Measure != nil || c.Media != nil {
		t.Errorf("%+v", c)
	}
	long := strings.Repeat("警", 100_000) // without a limit of the site's there is none
	if _, err := c.Comment.Comment(t.Context(), try, adapters.Comment{Parent: "p1", Text: long}); err != nil {
		t.Error(err)
	}
}

func TestOpen_RefusesAConfigurationThatCannotWork(t *testing.T) {
	good := map[string]adapters.Secret{"secret": testSecret}
	for name, c := range map[string]adapters.Config{
		"a password in the address": {BaseURL: "https://u:p@site.example", Secrets: good},
		"no address":                {BaseURL: "", Secrets: good},
		"the version in the base":   {BaseURL: "https://site.example/v1", Secrets: good},
		"a query":                   {BaseURL: "https://site.example/?a=b", Secrets: good},
		"a short secret":            {BaseURL: "https://site.example", Secrets: map[string]adapters.Secret{"secret": "hunter2"}},
		"a short old secret":        {BaseURL: "https://site.example", Secrets: map[string]adapters.Secret{"secret": testSecret, "secret_previous": "hunter2"}},
	} {
		_, err := bridge.Open(t.Context(), c, adaptertest.Host(t))
		if adapters.ClassOf(err) != adapters.Rejected || strings.Contains(fmt.Sprint(err), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIdentity_IsConfirmedOnlyWithEvidence(t *testing.T) {
	f := newFake()
	a := opened(t, f)
	if id, err := a.Identity(t.Context()); err != nil || !id.Confirmed || id.ID != "police" || id.Evidence == "" {
		t.Errorf("%+v, %v", id, err)
	}
	f.about["account"] = object{"id": "police", "confirmed": true}
	if id, err := a.Identity(t.Context()); err != nil || id.Confirmed {
		t.Errorf("without evidence: %+v, %v", id, err)
	}
}

func TestVerify_TakesTheSecretBeforeThisOne(t *testing.T) {
	f := newFake()
	r := opened(t, f).Caps().Webhook
	ref := f.Write("messages", "被骗了")
	now := time.Now()
	if d, err := r.Verify(f.push(ref, now, oldSecret), now); err != nil || len(d.Items) != 1 || string(d.Ack) != `{"accepted":1}` {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := r.Verify(f.push(ref, now, strings.Repeat("x", 32)), now); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("another's secret: %v", err)
	}
	other := f.push(ref, now, testSecret)
	other.Method = "PUT"
	if _, err := r.Verify(other, now); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("another method: %v", err)
	}
}

// What we signed for the site cannot be sent back to us as an event.
func TestVerify_RefusesOurOwnRequests(t *testing.T) {
	f := newFake()
	r := opened(t, f).Caps().Webhook
	body, now := []byte(`{"items":[{"id":"1","kind":"message"}]}`), time.Now()
	c := signed(body, now, testSecret)
	c.Header.Set("Bridge-Signature", sign(testSecret, "POST", "/v1/messages", c.Header.Get("Bridge-Timestamp"), c.Header.Get("Bridge-Nonce"), body))
	if _, err := r.Verify(c, now); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("%v", err)
	}
}

func TestVerify_DropsNothingItCanName(t *testing.T) {
	r := opened(t, newFake()).Caps().Webhook
	now := time.Now()
	d, err := r.Verify(signed([]byte(`{"items":[
		{"id":"e1","kind":"message","ref":"m1","from":{"id":"u1"},"text":"您好","media":[{"ref":"x","type":"image/png","url":"https://site.example/x.png"}]},
		{"id":"e2","kind":"wave","ref":"m2"},
		{"id":"e3","kind":"message","at":"yesterday"},
		{"id":"e4","kind":"outcome","ref":"s1"}]}`), now, testSecret), now)
	if err != nil {
		t.Fatal(err)
	}
	want := []adapters.Inbound{
		{Key: "e1", Kind: adapters.KindMessage, Ref: "m1", From: adapters.Person{ID: "u1"}, Text: "您好", Media: []adapters.Media{{Ref: "x", Type: "image/png", URL: "https://site.example/x.png"}}},
		{Key: "e2", Kind: adapters.KindOther, Ref: "m2", Detail: "wave"},
		{Key: "e3", Kind: adapters.KindOther, Detail: "unreadable"},
		{Key: "e4", Kind: adapters.KindOutcome, Ref: "s1"},
	}
	if diff := cmp.Diff(want, d.Items); diff != "" {
		t.Error(diff)
	}
	for _, body := range []string{``, `{}`, `{"items":[]}`, `{"items":[{"kind":"message"}]}`, `{"items":[{"id":"a/b"}]}`, `{"items":[7]}`} {
		if d, err := r.Verify(signed([]byte(body), now, testSecret), now); adapters.ClassOf(err) != adapters.Rejected || err == nil || len(d.Items) > 0 {
			t.Errorf("%q: %+v, %v", body, d, err)
		}
	}
}

func TestPoll_TakesOnlyPagesOfTheContract(t *testing.T) {
	for _, body := range []string{
		`{}`, `{"items":null,"next":"1"}`, `{"items":[]}`, `{"items":[],"next":""}`, `[]`, `{"items":[{"id":""}],"next":"1"}`,
		`{"items":[{"id":"1"},{"id":"2"},{"id":"3"}],"next":"3"}`,
	} {
		w := opened(t, answering{newFake(), "/v1/events", body}).Caps().Watch
		if b, err := w.Poll(t.Context(), "messages", "", 2); err == nil || adapters.ClassOf(err) == adapters.Unknown || b.Next != "" {
			t.Errorf("%s: %+v, %v", body, b, err)
		}
	}
}

// A 404 that is no problem document may come from a proxy, and proves nothing about a post.
func TestLook_BelievesNoProxy(t *testing.T) {
	a := opened(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v1/posts/") {
			http.NotFound(w, r)
			return
		}
		newFake().ServeHTTP(w, r)
	}))
	if s, err := a.Caps().Lookup.Look(t.Context(), "p1"); err == nil || adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("%+v, %v", s, err)
	}
	for _, ref := range []adapters.Ref{"", "..", "a/b", "a?b", "中", adapters.Ref(strings.Repeat("1", 129))} {
		if _, err := a.Caps().Lookup.Look(t.Context(), ref); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%q: %v", ref, err)
		}
	}
	if s, err := opened(t, answering{newFake(), "/v1/posts/p1", `{"ref":"p2","author":{"id":"u"},"text":"x"}`}).Caps().Lookup.Look(t.Context(), "p1"); err == nil {
		t.Errorf("another post: %+v", s)
	}
}

func TestFind_IsHonestAboutWhatTheSiteSays(t *testing.T) {
	for body, want := range map[string]adapters.Finding{
		`{"verdict":"found","receipt":{"ref":"s1","state":"done"}}`:    {Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "s1"}},
		`{"verdict":"found","receipt":{"ref":"s1","state":"pending"}}`: {Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "s1", Pending: true}},
		`{"verdict":"found","receipt":{"ref":"s1","state":"refused"}}`: {},
		`{"verdict":"found"}`:        {},
		`{"verdict":"inconclusive"}`: {},
		`{"verdict":"absent"}`:       {Verdict: adapters.Absent},
	} {
		f, err := opened(t, answering{newFake(), "/v1/sends", body}).Caps().Find.Find(t.Context(), adapters.FindQuery{Key: "k"})
		if err != nil || !cmp.Equal(f, want) {
			t.Errorf("%s: %+v, %v; want %+v", body, f, err, want)
		}
	}
	if f, err := opened(t, answering{newFake(), "/v1/sends", `{"verdict":"no"}`}).Caps().Find.Find(t.Context(), adapters.FindQuery{Key: "k"}); err == nil {
		t.Errorf("%+v", f)
	}
}

func TestFigures_AreOnlyOfWhatWasAsked(t *testing.T) {
	body := `{"figures":[{"ref":"s1","name":"reads","value":7},{"ref":"s2","name":"reads","value":8},{"ref":"s1","name":"","value":1},{"ref":"s1","name":"likes","value":-1}]}`
	got, err := opened(t, answering{newFake(), "/v1/figures", body}).Caps().Measure.Figures(t.Context(), []adapters.Ref{"s1"})
	if err != nil || !slices.Equal(got, []adapters.Figure{{Ref: "s1", Name: "reads", Value: 7}}) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestFetchMedia_GoesByTheIdAlone(t *testing.T) {
	f := newFake()
	a := opened(t, f)
	if _, err := a.Caps().Media.FetchMedia(t.Context(), adapters.Media{URL: "http://127.0.0.1/secret"}); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("without an id: %v", err)
	}
	page := opened(t, answering{f, "/v1/media/f1", "<html>please sign in</html>"})
	if _, err := page.Caps().Media.FetchMedia(t.Context(), adapters.Media{Ref: "f1"}); adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("a page in place of a file: %v", err)
	}
}

// A refusal says what the site said: class, scope, wait, code and what it names.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		body, want string
		scope      adapters.Scope
		ref        adapters.Ref
	}{
		{`{"class":"rate-limited","scope":"recipient","code":"slow"}`, "message: rate limited (platform code slow)", adapters.ScopeRecipient, ""},
		{`{"class":"rate-limited"}`, "message: rate limited (platform code 429)", adapters.ScopeAccount, ""},
		{`{"class":"unsupported"}`, "message: unsupported", adapters.ScopeEndpoint, ""},
		{`{"class":"rejected","ref":"s7","detail":"含有联系方式"}`, "message: rejected (platform code 429): 含有联系方式", adapters.ScopeItem, "s7"},
		{`{"class":"rejected","ref":"../7","scope":"account"}`, "message: rejected", adapters.ScopeAccount, ""},
	} {
		f := newFake()
		a := opened(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/messages" {
				w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
				w.WriteHeader(429)
				_, _ = w.Write([]byte(c.body))
				return
			}
			f.ServeHTTP(w, r)
		}))
		_, err := a.Caps().Message.Send(t.Context(), try, adapters.Message{To: adapters.Person{ID: citizenID}, Text: "您好"})
		var e *adapters.Error
		if !errors.As(err, &e) || !strings.HasPrefix(e.Error(), c.want) || e.Scope != c.scope || e.Ref != c.ref {
			t.Errorf("%s: %v, scope %v, ref %q", c.body, err, e.Scope, e.Ref)
		}
	}
}

func TestSend_NeedsWhomAndUnderWhatKey(t *testing.T) {
	c := opened(t, newFake()).Caps()
	_, nobody := c.Message.Send(t.Context(), try, adapters.Message{Text: "您好"})
	_, nothing := c.Comment.Comment(t.Context(), try, adapters.Comment{Text: "您好"})
	_, keyless := c.Publish.Publish(t.Context(), adapters.Attempt{}, adapters.Part{Text: "您好"})
	_, empty := c.Publish.Publish(t.Context(), try, adapters.Part{})
	for _, err := range []error{nobody, nothing, keyless, empty} {
		if adapters.ClassOf(err) != adapters.Rejected {
			t.Error(err)
		}
	}
}
