package bridge

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const secret = "0123456789abcdef0123456789abcdef"

// opened is a site with one person, on loopback.
func opened(t *testing.T, o Options) (*Site, string) {
	t.Helper()
	o.Secret = secret
	s := New(o)
	if _, err := s.AddPerson("小郭"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	t.Cleanup(s.Close)
	return s, srv.URL
}

// ask makes a signed request, changed by spoil, and returns status and document.
func ask(t *testing.T, method, base, target, body string, spoil func(*http.Request)) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, base+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	stamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), rand.Text()
	r.Header = http.Header{"Bridge-Timestamp": {stamp}, "Bridge-Nonce": {nonce}, "Bridge-Signature": {"v1=" + seal(secret, method, target, stamp, nonce, []byte(body))}}
	if spoil != nil {
		spoil(r)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	doc := map[string]any{}
	raw, _ := io.ReadAll(resp.Body)
	_ = json.Unmarshal(raw, &doc) // a fault's answer need not be a document
	return resp.StatusCode, doc
}

func TestOnlyFreshSignedRequestsAreTaken(t *testing.T) {
	_, base := opened(t, Options{})
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, c := range map[string]struct {
		spoil func(*http.Request)
		want  int
	}{
		"genuine":           {nil, 200},
		"another signature": {set("Bridge-Signature", "v1=00"), 401},
		"no scheme":         {func(r *http.Request) { r.Header.Set("Bridge-Signature", r.Header.Get("Bridge-Signature")[3:]) }, 401},
		"another nonce":     {set("Bridge-Nonce", "0123456789abcdef"), 401},
		"another time":      {set("Bridge-Timestamp", "1"), 401},
		"another target":    {func(r *http.Request) { r.URL.Path = "/v1/sends" }, 401},
		"a short nonce": {func(r *http.Request) {
			r.Header.Set("Bridge-Nonce", "abc")
			r.Header.Set("Bridge-Signature", "v1="+seal(secret, "GET", "/v1/about", r.Header.Get("Bridge-Timestamp"), "abc", nil))
		}, 401},
		"old": {func(r *http.Request) {
			old := strconv.FormatInt(time.Now().Add(-301*time.Second).Unix(), 10)
			r.Header.Set("Bridge-Timestamp", old)
			r.Header.Set("Bridge-Signature", "v1="+seal(secret, "GET", "/v1/about", old, r.Header.Get("Bridge-Nonce"), nil))
		}, 401},
	} {
		if got, _ := ask(t, "GET", base, "/v1/about", "", c.spoil); got != c.want {
			t.Errorf("%s: HTTP %d, want %d", name, got, c.want)
		}
	}
	var nonce, stamp, signature string
	keep := func(r *http.Request) {
		if nonce == "" {
			nonce, stamp, signature = r.Header.Get("Bridge-Nonce"), r.Header.Get("Bridge-Timestamp"), r.Header.Get("Bridge-Signature")
		}
		r.Header = http.Header{"Bridge-Timestamp": {stamp}, "Bridge-Nonce": {nonce}, "Bridge-Signature": {signature}}
	}
	first, _ := ask(t, "GET", base, "/v1/about", "", keep)
	second, _ := ask(t, "GET", base, "/v1/about", "", keep)
	if first != 200 || second != 401 {
		t.Errorf("a nonce: HTTP %d, the second time %d", first, second)
	}
}

func TestAKeyIsCarriedOutOnce(t *testing.T) {
	s, base := opened(t, Options{})
	send := `{"key":"k1","to":{"id":"u1001"},"text":"您好"}`
	made, first := ask(t, "POST", base, "/v1/messages", send, nil)
	again, second := ask(t, "POST", base, "/v1/messages", send, nil)
	other, clash := ask(t, "POST", base, "/v1/messages", `{"key":"k1","to":{"id":"u1001"},"text":"再见"}`, nil)
	if made != 201 || again != 200 || first["ref"] != second["ref"] || second["existed"] != true || other != 409 || clash["class"] != "rejected" {
		t.Errorf("%d %v; %d %v; %d %v", made, first, again, second, other, clash)
	}
	if got := s.Received(); len(got) != 1 || got[0].To != "小郭" || got[0].Text != "您好" {
		t.Errorf("%+v", got)
	}
	// Another key with the same words reaches the person twice, and shows.
	_, _ = ask(t, "POST", base, "/v1/messages", `{"key":"k2","to":{"id":"u1001"},"text":"您好"}`, nil)
	if n := len(s.Duplicates()); n != 1 {
		t.Errorf("%d duplicates", n)
	}
}

func TestWhatCannotBeDoneIsRefusedWithItsClass(t *testing.T) {
	s, base := opened(t, Options{MaxPrivate: 5})
	private, _ := s.Write("小郭", "私信")
	for target, c := range map[string]struct{ method, body, class string }{
		"/v1/messages":                   {"POST", `{"key":"a","to":{"id":"u1001"},"text":"一二三四五六"}`, "rejected"},
		"/v1/messages?x=1":               {"POST", `{"key":"b","to":{"id":"u9"},"text":"您好"}`, "rejected"},
		"/v1/messages?x=2":               {"POST", `{"text":"您好"}`, "rejected"},
		"/v1/comments":                   {"POST", `{"key":"c","parent":"p9","text":"您好"}`, "gone"},
		"/v1/wall":                       {"POST", `{"key":"d","text":"您好"}`, "unsupported"},
		"/v1/posts/p9":                   {"GET", "", "gone"},
		"/v1/posts/" + private:           {"GET", "", "gone"},
		"/v1/sends/s9":                   {"GET", "", "gone"},
		"/v1/sends/s8":                   {"DELETE", "", "gone"},
		"/v1/nothing":                    {"GET", "", "unsupported"},
		"/v1/about":                      {"PUT", "", "unsupported"},
		"/v1/events?source=messages":     {"GET", "", "rejected"},
		"/v1/events?limit=5&source=wall": {"GET", "", "rejected"},
		"/v1/events?after=x&limit=5&source=messages":  {"GET", "", "rejected"},
		"/v1/events?after=99&limit=5&source=messages": {"GET", "", "rejected"},
	} {
		if status, doc := ask(t, c.method, base, target, c.body, nil); status < 400 || doc["class"] != c.class {
			t.Errorf("%s %s: HTTP %d %v, want class %s", c.method, target, status, doc, c.class)
		}
	}
	if len(s.Received()) > 0 {
		t.Errorf("%+v", s.Received())
	}
}

// A person at the site looks at publications before they appear.
func TestPublicationsWaitForReview(t *testing.T) {
	var now atomic.Int64
	now.Store(time.Now().Unix())
	s, base := opened(t, Options{ReviewDelay: time.Minute, Refuse: "红包", Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	_, good := ask(t, "POST", base, "/v1/publications", `{"key":"k1","title":"通报","text":"请勿转账"}`, nil)
	_, bad := ask(t, "POST", base, "/v1/publications", `{"key":"k2","text":"领红包"}`, nil)
	if good["state"] != "pending" || bad["state"] != "pending" || len(s.Received()) != 0 {
		t.Errorf("at once: %v, %v, %v", good, bad, s.Received())
	}
	now.Add(61)
	_, good = ask(t, "GET", base, "/v1/sends/s000001", "", nil)
	_, bad = ask(t, "GET", base, "/v1/sends/s000002", "", nil)
	if good["state"] != "done" || bad["state"] != "refused" || bad["reason"] == nil || len(s.Received()) != 1 {
		t.Errorf("after review: %v, %v, %v", good, bad, s.Received())
	}
	if status, _ := ask(t, "DELETE", base, "/v1/sends/s000001", "", nil); status != 204 || !s.Received()[0].Removed {
		t.Errorf("HTTP %d, %+v", status, s.Received())
	}
}

func TestEventsArePagedAndPosts(t *testing.T) {
	s, base := opened(t, Options{})
	if _, err := s.Write("老王", "您好"); err == nil {
		t.Error("a stranger wrote")
	}
	if _, err := s.Write("小郭", "  "); err == nil {
		t.Error("nothing was written")
	}
	_, _ = s.Write("小郭", "一")
	post, _ := s.Mention("小郭", "二")
	_, _ = s.Write("小郭", "三")
	_, page := ask(t, "GET", base, "/v1/events?limit=1&source=messages", "", nil)
	items := page["items"].([]any)
	if len(items) != 1 || items[0].(map[string]any)["text"] != "一" || page["more"] != true {
		t.Errorf("%v", page)
	}
	_, page = ask(t, "GET", base, "/v1/events?after="+page["next"].(string)+"&limit=9&source=messages", "", nil)
	if items = page["items"].([]any); len(items) != 1 || items[0].(map[string]any)["text"] != "三" || page["more"] != false {
		t.Errorf("%v", page)
	}
	if err := s.Edit(post, "二改"); err != nil {
		t.Error(err)
	}
	if _, seen := ask(t, "GET", base, "/v1/posts/"+post, "", nil); seen["text"] != "二改" || seen["edited"] == nil {
		t.Errorf("%v", seen)
	}
	if err := s.Delete(post); err != nil {
		t.Error(err)
	}
	if err := s.Delete(post); err == nil {
		t.Error("deleted twice")
	}
	if n := len(s.Actions()); n != 5 {
		t.Errorf("%d actions", n)
	}
}

// A push that is not taken comes again, with the same event and another nonce.
func TestAPushComesUntilItIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies, nonces []string
		tries := 0
		client := &http.Client{Transport: trip(func(r *http.Request) (*http.Response, error) {
			tries++
			body, _ := io.ReadAll(r.Body)
			h := r.Header
			if want := "v1=" + seal(secret, "POST", "/v1/events", h.Get("Bridge-Timestamp"), h.Get("Bridge-Nonce"), body); h.Get("Bridge-Signature") != want {
				t.Errorf("signed %s", h.Get("Bridge-Signature"))
			}
			bodies, nonces = append(bodies, string(body)), append(nonces, h.Get("Bridge-Nonce"))
			status := map[bool]int{true: 200, false: 503}[tries == 3]
			return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
		})}
		s := New(Options{Secret: secret, CallbackURL: "http://netpatrol.test/callback/x", Client: client})
		defer s.Close()
		_, _ = s.AddPerson("小郭")
		_, _ = s.Write("小郭", "被骗了")
		time.Sleep(10 * time.Second) // the bubble's clock
		synctest.Wait()
		if tries != 3 || bodies[0] != bodies[2] || nonces[0] == nonces[2] || !strings.Contains(bodies[0], "被骗了") {
			t.Errorf("%d pushes: %q under %q", tries, bodies, nonces)
		}
	})
}

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A push nobody takes ends with the site.
func TestCloseEndsPushes(t *testing.T) {
	reached, once := make(chan struct{}), atomic.Bool{}
	s, _ := opened(t, Options{CallbackURL: "http://netpatrol.test/x", Client: &http.Client{Transport: trip(func(r *http.Request) (*http.Response, error) {
		if once.CompareAndSwap(false, true) {
			close(reached)
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	})}})
	_, _ = s.Write("小郭", "您好")
	<-reached
	s.Close()
	s.Close()
}

func TestFaultsStrikeWhereTheySay(t *testing.T) {
	for kind, want := range map[FaultKind]struct{ status, sent int }{
		ResetBefore: {0, 0}, ResetAfter: {0, 1}, Gateway: {504, 1}, HalfJSON: {201, 1}, NotSent: {503, 0}, Busy: {429, 0}, InUse: {409, 1},
	} {
		s, base := opened(t, Options{})
		s.Fault(Fault{Kind: kind, On: "POST /v1/messages", Skip: 1})
		body := func(key string) string { return `{"key":"` + key + `","to":{"id":"u1001"},"text":"` + key + `"}` }
		if status, _ := ask(t, "POST", base, "/v1/messages", body("before"), nil); status != 201 {
			t.Errorf("%s struck too early: HTTP %d", kind, status)
		}
		status, doc := ask(t, "POST", base, "/v1/messages", body("struck"), nil)
		if n := len(s.Received()) - 1; status != want.status || n != want.sent || doc["ref"] != nil {
			t.Errorf("%s: HTTP %d %v, %d sent", kind, status, doc, n)
		}
		if status, _ := ask(t, "POST", base, "/v1/messages", body("after"), nil); status != 201 {
			t.Errorf("%s struck again: HTTP %d", kind, status)
		}
	}
}

func TestThePageLetsAPersonPlay(t *testing.T) {
	s, base := opened(t, Options{})
	_, _ = ask(t, "POST", base, "/v1/messages", `{"key":"k1","to":{"id":"u1001"},"text":"<b>您好</b>"}`, nil)
	resp, err := http.PostForm(base+"/citizen", url.Values{"who": {"小郭"}, "where": {"public"}, "text": {"这是不是骗局"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || !strings.Contains(string(page), "这是不是骗局") || !strings.Contains(string(page), "&lt;b&gt;您好") {
		t.Errorf("HTTP %d: %s", resp.StatusCode, page)
	}
	if a := s.Actions(); len(a) != 1 || a[0].Kind != "mention" {
		t.Errorf("%+v", a)
	}
	resp, err = http.PostForm(base+"/citizen", url.Values{"who": {"没有这人"}, "text": {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a stranger: HTTP %d", resp.StatusCode)
	}
}
