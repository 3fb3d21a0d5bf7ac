package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/wechat"
)

// rig is an account opened on a fake server.
type rig struct {
	adapters.Account
	fake *fake
	caps adapters.Caps
	host adapters.Host
	base string
}

func open(t *testing.T, f *fake, options ...string) *rig {
	t.Helper()
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	r := &rig{fake: f, host: adaptertest.Host(t), base: srv.URL}
	r.reopen(t, options...)
	return r
}

// reopen opens the account again, as after a restart.
func (r *rig) reopen(t *testing.T, options ...string) {
	t.Helper()
	a, err := wechat.Platform().Open(t.Context(), config(r.base, options...), r.host)
	if err != nil {
		t.Fatal(err)
	}
	r.Account, r.caps = a, a.Caps()
}

var (
	citizen = adapters.Person{ID: openID}
	try     = adapters.Attempt{Item: "item", N: 1, Key: "key-1", Code: "NP-7Q4"}
	again   = adapters.Attempt{Item: "item", N: 2, Key: "key-1", Code: "NP-7Q4"}
	notice  = adapters.Part{Title: "警惕冒充客服", Text: "接到自称客服的电话请挂断。编号NP-7Q4。"}
	massOn  = []string{"publish", "api", "audience", "all"}
)

func (r *rig) send(t *testing.T) error {
	t.Helper()
	_, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: citizen, Text: "您好"})
	return err
}

func TestOpen_SaysHowToMend(t *testing.T) {
	for _, c := range []struct {
		name string
		with func(*adapters.Config)
		want string
	}{
		{"no appid", func(c *adapters.Config) { delete(c.Options, "appid") }, "appid"},
		{"no kind", func(c *adapters.Config) { delete(c.Options, "kind") }, "kind"},
		{"a mode nobody knows", func(c *adapters.Config) { c.Options["mode"] = "secret" }, "mode"},
		{"publish api without an audience", func(c *adapters.Config) { c.Options["publish"] = "api" }, "audience"},
		{"a tag that is no number", func(c *adapters.Config) { c.Options["audience"] = "tag:x" }, "audience"},
		{"an author's name that is too long", func(c *adapters.Config) { c.Options["author"] = strings.Repeat("警", 17) }, "author"},
		{"a window without a time", func(c *adapters.Config) { c.Options["replies_after_message"] = "5" }, "replies_after_message"},
		{"an article that is no number", func(c *adapters.Config) { c.Options["articles"] = "abc" }, "articles"},
		{"no key in safe mode", func(c *adapters.Config) { delete(c.Secrets, "aes_key") }, "aes_key"},
		{"a short key", func(c *adapters.Config) { c.Secrets["aes_key"] = "short-key-of-ours" }, "43"},
		{"an address with a password", func(c *adapters.Config) { c.BaseURL = "https://a:hunter2@api.example" }, "base_url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := config("https://api.example")
			c.with(&cfg)
			_, err := wechat.Platform().Open(t.Context(), cfg, adaptertest.Host(t))
			if err == nil || !strings.Contains(err.Error(), c.want) || adapters.ClassOf(err) != adapters.Rejected {
				t.Errorf("%v; want it to name %q", err, c.want)
			}
			for _, secret := range []string{"hunter2", "short-key-of-ours", appSecret} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("%v", err)
				}
			}
		})
	}
	cfg := config("")
	if _, err := wechat.Platform().Open(t.Context(), cfg, adaptertest.Host(t)); err != nil {
		t.Errorf("without an address it is the platform's own: %v", err)
	}
}

func TestLimits_FollowTheAccount(t *testing.T) {
	for _, c := range []struct {
		name    string
		options []string
		quotas  string
	}{
		{"drafts hold nothing back", nil, "[preview 100/24h0m0s, public 4 a month to look at, public 1/24h0m0s to look at]"},
		{"quiet", []string{"publish", "quiet"}, "[preview 100/24h0m0s]"},
		{"service, tag", []string{"publish", "api", "audience", "tag:2"}, "[preview 100/24h0m0s, public 4 a month]"},
		{"service, all", massOn, "[preview 100/24h0m0s, public 4 a month, public 1/24h0m0s]"},
		{"subscription", append([]string{"kind", "subscription"}, massOn...), "[preview 100/24h0m0s, public 1/24h0m0s]"},
	} {
		var got []string
		l := open(t, newFake(), c.options...).caps.Limits
		for _, q := range l.Quotas {
			line := fmt.Sprintf("%s %d/%s", q.Channel, q.N, q.Per)
			if q.Monthly {
				line = fmt.Sprintf("%s %d a month", q.Channel, q.N)
			}
			if q.Advisory {
				line += " to look at"
			}
			got = append(got, line)
		}
		if line := "[" + strings.Join(got, ", ") + "]"; line != c.quotas {
			t.Errorf("%s: %s, want %s", c.name, line, c.quotas)
		}
	}
	l := open(t, newFake(), "replies_after_message", "20/48h").caps.Limits
	if len(l.Windows) != 4 || l.Windows[0].N != 20 || l.Windows[0].Within != 48*time.Hour || l.Windows[1].N != 3 || l.Windows[2].Within != time.Minute || l.Windows[2].Trigger != "menu" || l.Windows[3].Trigger != "scan" {
		t.Errorf("windows %+v", l.Windows)
	}
}

// Every code of the fact sheet, as an answer to a message.
var codes = map[int]struct {
	class adapters.Class
	scope adapters.Scope
}{
	-1:    {adapters.NotSent, adapters.ScopeEndpoint},
	40001: {adapters.AuthExpired, adapters.ScopeAccount}, 40014: {adapters.AuthExpired, adapters.ScopeAccount}, 42001: {adapters.AuthExpired, adapters.ScopeAccount},
	41001: {adapters.AuthExpired, adapters.ScopeAccount}, 40013: {adapters.AuthExpired, adapters.ScopeAccount}, 40125: {adapters.AuthExpired, adapters.ScopeAccount},
	41002: {adapters.AuthExpired, adapters.ScopeAccount}, 41004: {adapters.AuthExpired, adapters.ScopeAccount}, 40243: {adapters.AuthExpired, adapters.ScopeAccount},
	40164: {adapters.AuthExpired, adapters.ScopeAccount}, 89503: {adapters.AuthExpired, adapters.ScopeAccount},
	40002: {adapters.Rejected, adapters.ScopeAccount}, 43002: {adapters.Rejected, adapters.ScopeEndpoint},
	40003: {adapters.Rejected, adapters.ScopeRecipient}, 43019: {adapters.Rejected, adapters.ScopeRecipient},
	43004: {adapters.WindowClosed, adapters.ScopeRecipient}, 43101: {adapters.WindowClosed, adapters.ScopeRecipient}, 45015: {adapters.WindowClosed, adapters.ScopeRecipient},
	43117: {adapters.RateLimited, adapters.ScopeRecipient}, 45047: {adapters.RateLimited, adapters.ScopeRecipient},
	40016: {adapters.Rejected, adapters.ScopeItem}, 40017: {adapters.Rejected, adapters.ScopeItem}, 40018: {adapters.Rejected, adapters.ScopeItem},
	40019: {adapters.Rejected, adapters.ScopeItem}, 40020: {adapters.Rejected, adapters.ScopeItem}, 40023: {adapters.Rejected, adapters.ScopeItem}, 46003: {adapters.Gone, adapters.ScopeItem},
	40005: {adapters.Rejected, adapters.ScopeItem}, 40008: {adapters.Rejected, adapters.ScopeItem}, 40009: {adapters.Rejected, adapters.ScopeItem},
	40033: {adapters.Rejected, adapters.ScopeItem}, 44004: {adapters.Rejected, adapters.ScopeItem}, 45002: {adapters.Rejected, adapters.ScopeItem},
	47003: {adapters.Rejected, adapters.ScopeItem}, 53503: {adapters.Rejected, adapters.ScopeItem}, 53504: {adapters.Rejected, adapters.ScopeItem},
	53505: {adapters.Rejected, adapters.ScopeItem}, 61500: {adapters.Rejected, adapters.ScopeItem}, 61501: {adapters.Rejected, adapters.ScopeItem}, 45065: {adapters.Rejected, adapters.ScopeItem}, 45067: {adapters.Rejected, adapters.ScopeItem},
	45003: {adapters.Rejected, adapters.ScopeItem}, 45004: {adapters.Rejected, adapters.ScopeItem}, 45008: {adapters.Rejected, adapters.ScopeItem}, 45110: {adapters.Rejected, adapters.ScopeItem},
	45166: {adapters.Rejected, adapters.ScopeItem}, 47001: {adapters.Rejected, adapters.ScopeItem}, 48004: {adapters.AccountBlocked, adapters.ScopeAccount}, 50002: {adapters.AccountBlocked, adapters.ScopeAccount},
	40037: {adapters.Rejected, adapters.ScopeEndpoint}, 40152: {adapters.Rejected, adapters.ScopeEndpoint}, 87009: {adapters.Rejected, adapters.ScopeEndpoint}, 88010: {adapters.Rejected, adapters.ScopeEndpoint},
	40007: {adapters.Gone, adapters.ScopeItem}, 40059: {adapters.Gone, adapters.ScopeItem}, 53600: {adapters.Gone, adapters.ScopeItem},
	88001: {adapters.Gone, adapters.ScopeItem}, 88004: {adapters.Gone, adapters.ScopeItem}, 88008: {adapters.Gone, adapters.ScopeItem}, 88009: {adapters.Gone, adapters.ScopeItem},
	88002: {adapters.Rejected, adapters.ScopeItem}, 88003: {adapters.Rejected, adapters.ScopeItem}, 88005: {adapters.Rejected, adapters.ScopeItem}, 88007: {adapters.Rejected, adapters.ScopeItem}, 88011: {adapters.Rejected, adapters.ScopeItem},
	45009: {adapters.RateLimited, adapters.ScopeEndpoint}, 45011: {adapters.RateLimited, adapters.ScopeEndpoint}, 45028: {adapters.RateLimited, adapters.ScopeEndpoint}, 45066: {adapters.RateLimited, adapters.ScopeItem},
	65400: {adapters.Unsupported, adapters.ScopeEndpoint}, 65416: {adapters.Rejected, adapters.ScopeEndpoint}, 65417: {adapters.Rejected, adapters.ScopeEndpoint},
	40066: {adapters.Unsupported, adapters.ScopeEndpoint}, 48001: {adapters.Unsupported, adapters.ScopeEndpoint}, 88000: {adapters.Unsupported, adapters.ScopeEndpoint},
}

func TestCodes_LandInTheirClass(t *testing.T) {
	for code := range wechat.Codes() {
		if _, ok := codes[code]; !ok {
			t.Errorf("code %d is not tried", code)
		}
	}
	r := open(t, newFake())
	for code, want := range codes {
		r.fake.with(func() {
			r.fake.answers["/cgi-bin/message/custom/send"] = fmt.Sprintf(`{"errcode":%d,"errmsg":"to %s rid: 1-2-3"}`, code, openID)
		})
		err := r.send(t)
		var e *adapters.Error
		if !errors.As(err, &e) || e.Class != want.class || e.Scope != want.scope || e.Code != fmt.Sprint(code) || e.Phase != adapters.Answered {
			t.Errorf("%d: %+v; want %s of %s", code, err, want.class, want.scope)
		}
		if err != nil && strings.Contains(err.Error(), openID) {
			t.Errorf("%d: the error names the person: %v", code, err)
		}
	}
}

func TestCodes_AreInTheDocuments(t *testing.T) {
	page, err := os.ReadFile("../../docs/wechat.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Codes")
	section, _, _ = strings.Cut(section, "\n## ")
	for code := range wechat.Codes() {
		if !strings.Contains(section, fmt.Sprint(code)) {
			t.Errorf("docs/wechat.md does not say what %d means", code)
		}
	}
}

func TestRedirects_AreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was carried elsewhere, with Referer %q", r.URL, r.Referer())
	}))
	defer elsewhere.Close()
	f := newFake()
	for _, from := range []string{"/cgi-bin/stable_token", "/cgi-bin/account/getaccountbasicinfo"} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == from {
				http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
				return
			}
			f.ServeHTTP(w, r)
		}))
		a, err := wechat.Platform().Open(t.Context(), config(srv.URL), adaptertest.Host(t))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Identity(t.Context()); err == nil || adapters.ClassOf(err) != adapters.NotSent {
			t.Errorf("%s: %v", from, err)
		}
		srv.Close()
	}
}

func TestCodes_SayWhenALimitEnds(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		code   int
		within time.Duration
	}{{45011, time.Minute}, {45066, time.Minute + 2*time.Second}, {45009, 24 * time.Hour}, {45028, 24 * time.Hour}} {
		r := open(t, newFake())
		r.fake.with(func() { r.fake.answers["/cgi-bin/message/custom/send"] = fmt.Sprintf(`{"errcode":%d}`, c.code) })
		var e *adapters.Error
		if err := r.send(t); !errors.As(err, &e) || e.Until.Before(now.Add(-time.Second)) || e.Until.After(now.Add(c.within+time.Second)) {
			t.Errorf("%d: until %v", c.code, e)
		}
		if c.within == 24*time.Hour && e.Until.In(time.FixedZone("", 8*3600)).Format("15:04") != "00:00" {
			t.Errorf("%d ends at midnight in China, not %v", c.code, e.Until)
		}
	}
	r := open(t, newFake())
	r.fake.with(func() {
		r.fake.plain = true
		r.fake.answers["/cgi-bin/message/custom/send"] = `{"errcode":45011}`
	})
	var e *adapters.Error
	if err := r.send(t); !errors.As(err, &e) || !e.Until.IsZero() {
		t.Errorf("without a date nothing is known: %v", e)
	}
}

func TestPromise4_NoErrcodeIsNoSuccess(t *testing.T) {
	r := open(t, newFake())
	for _, body := range []string{`{}`, `{"errmsg":"ok"}`, `[]`, `{"errcode":"zero"}`} {
		r.fake.with(func() { r.fake.answers["/cgi-bin/message/custom/send"] = body })
		if err := r.send(t); err == nil || adapters.ClassOf(err) != adapters.Unknown {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestToken_OneFetchHoweverManyAsk(t *testing.T) {
	f := newFake()
	r := open(t, f)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := r.Identity(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := f.called("/cgi-bin/stable_token"); n != 1 {
		t.Errorf("%d fetches", n)
	}
	r.reopen(t)
	if _, err := r.Identity(t.Context()); err != nil || f.called("/cgi-bin/stable_token") != 1 {
		t.Errorf("after a restart the kept token is used: %d fetches, %v", f.called("/cgi-bin/stable_token"), err)
	}
}

func TestToken_ShortLivesAreNotKept(t *testing.T) {
	f := newFake()
	f.lives = 300 // the SDK subtracts five minutes: nothing is left
	r := open(t, f)
	for range 2 {
		if _, err := r.Identity(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.called("/cgi-bin/stable_token"); n != 2 {
		t.Errorf("%d fetches", n)
	}
}

func TestToken_ARefusedOneIsReplaced(t *testing.T) {
	f := newFake()
	r := open(t, f)
	if err := r.send(t); err != nil {
		t.Fatal(err)
	}
	// Another program took the token away; the platform repeats it until forced.
	f.with(func() { f.spoiled = true })
	if err := r.send(t); adapters.ClassOf(err) != adapters.AuthExpired || err == nil || f.called("/cgi-bin/message/custom/send") != 2 {
		t.Errorf("a send is not repeated: %v, %d calls", err, f.called("/cgi-bin/message/custom/send"))
	}
	if err := r.send(t); err != nil || f.forced != 1 {
		t.Errorf("the next attempt has a fresh token: %v, forced %d times", err, f.forced)
	}
	f.with(func() { f.spoiled = true })
	if _, err := r.Identity(t.Context()); err != nil || f.forced != 2 {
		t.Errorf("a read is repeated once: %v, forced %d times", err, f.forced)
	}
	f.with(func() { f.token, f.spoiled = "", false })
	if _, err := r.Identity(t.Context()); err != nil || f.forced != 2 {
		t.Errorf("an expired token needs no force: %v, forced %d times", err, f.forced)
	}
}

func TestToken_ErrorsNameWhatToDoAndNoSecret(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"address", `{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2-3"}`, "allow the address 203.0.113.7"},
		{"secret", `{"errcode":40125,"errmsg":"invalid appsecret ` + appSecret + `"}`, "AppSecret"},
		{"frozen", `{"errcode":40243,"errmsg":"frozen"}`, "frozen"},
		{"nothing", `{"expires_in":7200}`, "no token"},
		{"broken", `{"access_token":`, "JSON"},
	} {
		f := newFake()
		f.answers["/cgi-bin/stable_token"] = c.body
		r := open(t, f)
		err := r.send(t)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), appSecret) || adapters.ClassOf(err) == adapters.Unknown {
			t.Errorf("%s: %v", c.name, err)
		}
		if strings.Contains(err.Error(), "access_token=") || strings.Contains(err.Error(), "http") {
			t.Errorf("%s: an address is in the error: %v", c.name, err)
		}
	}
}

func TestToken_NeverShows(t *testing.T) {
	f := newFake()
	r := open(t, f)
	if err := r.send(t); err != nil {
		t.Fatal(err)
	}
	f.with(func() { f.spoiled = true })
	err := r.send(t) // the fake repeats the token in its errmsg
	if err == nil || strings.Contains(err.Error(), "access-token-number") || strings.Contains(adaptertest.Logs(r.host), "access-token-number") {
		t.Errorf("%v\n%s", err, adaptertest.Logs(r.host))
	}
}

func TestSend_RefusesWhatCannotGo(t *testing.T) {
	r := open(t, newFake())
	for _, c := range []struct {
		name string
		at   adapters.Attempt
		m    adapters.Message
	}{
		{"nobody", try, adapters.Message{Text: "x"}},
		{"no text", try, adapters.Message{To: citizen}},
		{"no key", adapters.Attempt{}, adapters.Message{To: citizen, Text: "x"}},
	} {
		if _, err := r.caps.Message.Send(t.Context(), c.at, c.m); err == nil || adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: citizen, Text: "a<b & c>d"}); err != nil {
		t.Fatal(err)
	}
	if got := r.fake.bodies["/cgi-bin/message/custom/send"]; !strings.Contains(got, "a<b & c>d") || strings.Contains(got, `\u003c`) {
		t.Errorf("sent %s", got)
	}
}

func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		name, answer, principal string
		confirmed               bool
	}{
		{"verified", "", "", true},
		{"verified for the agency", "", "示例市公安局", true},
		{"verified for somebody else", "", "另一个市公安局", false},
		{"not verified", `{"appid":"` + appID + `","principal_name":"示例市公安局","wx_verify_info":{"qualification_verify":false}}`, "", false},
		{"no permission", `{"errcode":48001,"errmsg":"api unauthorized"}`, "", false},
		{"no such interface", `{"errcode":40066,"errmsg":"invalid url"}`, "", false},
	} {
		f := newFake()
		if c.answer != "" {
			f.answers["/cgi-bin/account/getaccountbasicinfo"] = c.answer
		}
		id, err := open(t, f, "principal", c.principal, "username", "gh_station").Identity(t.Context())
		if err != nil || id.ID != "gh_station" || id.Confirmed != c.confirmed || id.Evidence == "" {
			t.Errorf("%s: %+v, %v", c.name, id, err)
		}
	}
	f := newFake()
	f.answers["/cgi-bin/account/getaccountbasicinfo"] = `{"appid":"wxother","principal_name":"x"}`
	if _, err := open(t, f).Identity(t.Context()); err == nil {
		t.Error("an answer about another account is an error")
	}
}

// A fetch that hangs holds up nobody longer than they are willing to wait.
func TestToken_WaitingEndsWithTheCallersContext(t *testing.T) {
	asked, release := make(chan struct{}), make(chan struct{})
	f := newFake()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/stable_token" {
			asked <- struct{}{}
			<-release
		}
		f.ServeHTTP(w, r)
	}))
	defer srv.Close()
	a, err := wechat.Platform().Open(t.Context(), config(srv.URL), adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	first := make(chan error, 1)
	go func() {
		_, err := a.Identity(t.Context())
		first <- err
	}()
	<-asked
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	second := make(chan error, 1)
	go func() {
		_, err := a.Caps().Message.Send(ctx, try, adapters.Message{To: citizen, Text: "您好"})
		second <- err
	}()
	if err := <-second; adapters.ClassOf(err) != adapters.NotSent || err == nil {
		t.Errorf("the second: %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
}

// badCache loses everything.
type badCache struct{}

func (badCache) Token(context.Context, string) (adapters.Secret, bool, error) {
	return "", false, errors.New("disk on fire")
}

func (badCache) KeepToken(context.Context, string, adapters.Secret, time.Time) error {
	return errors.New("disk on fire")
}

func TestBrokenMemory_StopsNoSend(t *testing.T) {
	f := newFake()
	srv := httptest.NewServer(f)
	defer srv.Close()
	host := adaptertest.Host(t)
	host.Tokens = badCache{}
	a, err := wechat.Platform().Open(t.Context(), config(srv.URL, massOn...), host)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := a.Caps().Publish.Publish(t.Context(), try, notice); err != nil || r.Ref == "" {
		t.Errorf("a mass send: %+v, %v", r, err)
	}
	if !strings.Contains(adaptertest.Logs(host), "disk on fire") {
		t.Error("nobody is told")
	}
	if _, err := a.Caps().Watch.Poll(t.Context(), "comments", "", 10); err == nil || adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("a poll that does not know its articles must not move on: %v", err)
	}
}

func TestWebhook_OnlyTheEncryptedHalfCounts(t *testing.T) {
	doc := "<xml><ToUserName>gh_1</ToUserName><FromUserName>" + openID + "</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>我被骗了</Content><MsgId>7</MsgId></xml>"
	now := time.Now()
	c := callback(doc, now, "compatible")
	c.Body = []byte(strings.Replace(string(c.Body), "我被骗了", "没事", 1))
	for _, mode := range []string{"compatible", "safe"} {
		d, err := open(t, newFake(), "mode", mode).caps.Webhook.Verify(c, now)
		if err != nil || len(d.Items) != 1 || d.Items[0].Text != "我被骗了" {
			t.Errorf("%s: %+v, %v", mode, d, err)
		}
	}
	if d, err := open(t, newFake(), "mode", "compatible").caps.Webhook.Verify(callback(doc, now, "plain"), now); err != nil || d.Items[0].Text != "我被骗了" {
		t.Errorf("in the clear: %+v, %v", d, err)
	}
	cfg := config("https://api.example", "mode", "plain")
	delete(cfg.Secrets, "aes_key")
	a, err := wechat.Platform().Open(t.Context(), cfg, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Caps().Webhook.Verify(callback(doc, now, "safe"), now); err == nil || !strings.Contains(err.Error(), "no secret aes_key") {
		t.Errorf("encrypted, and no key: %v", err)
	}
}
