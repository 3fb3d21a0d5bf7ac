package mastodon

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

func TestClassify(t *testing.T) {
	send := call{method: "POST", path: "/api/v1/statuses"}
	answer := call{method: "POST", path: "/api/v1/statuses", parent: "1"}
	read := call{path: "/api/v1/statuses/1", parent: "1"}
	for _, c := range []struct {
		what   string
		call   call
		status int
		text   string
		class  adapters.Class
		scope  adapters.Scope
	}{
		{"bad token", send, 401, "", adapters.AuthExpired, adapters.ScopeAccount},
		{"suspended", send, 403, "Your account has been suspended", adapters.AccountBlocked, adapters.ScopeAccount},
		{"disabled", send, 403, "Your login is currently disabled", adapters.AccountBlocked, adapters.ScopeAccount},
		{"scope", send, 403, "This action is outside the authorized scopes", adapters.Rejected, adapters.ScopeEndpoint},
		{"forbidden otherwise", send, 403, "This action is not allowed", adapters.Rejected, adapters.ScopeItem},
		{"the post answered is gone", answer, 404, "", adapters.Gone, adapters.ScopeItem},
		{"no such endpoint", send, 404, "", adapters.Unsupported, adapters.ScopeEndpoint},
		{"read what is gone", read, 410, "", adapters.Gone, adapters.ScopeItem},
		{"validation, Mastodon", send, 422, "", adapters.Rejected, adapters.ScopeItem},
		{"validation, GoToSocial", send, 400, "", adapters.Rejected, adapters.ScopeItem},
		{"too large", send, 413, "", adapters.Rejected, adapters.ScopeItem},
		{"no User-Agent, GoToSocial", send, 418, "", adapters.Rejected, adapters.ScopeAccount},
		{"too fast", send, 429, "", adapters.RateLimited, adapters.ScopeAccount},
		{"a proxy gave up on a send", send, 504, "", adapters.Unknown, adapters.ScopeAccount},
		{"maintenance during a send", send, 503, "", adapters.Unknown, adapters.ScopeAccount},
		{"maintenance during a read", read, 503, "", adapters.NotSent, adapters.ScopeAccount},
		{"conflict", send, 409, "", adapters.Unknown, adapters.ScopeItem},
		{"request timeout", send, 408, "", adapters.Unknown, adapters.ScopeItem},
		{"moved", send, 301, "", adapters.NotSent, adapters.ScopeAccount},
		{"see other", send, 303, "", adapters.Unknown, adapters.ScopeAccount},
	} {
		if class, scope := classify(c.call, c.status, c.text); class != c.class || scope != c.scope {
			t.Errorf("%s (%d): %s of %s, want %s of %s", c.what, c.status, class, scope, c.class, c.scope)
		}
	}
}

func TestResetTime(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 5, 0, 0, time.UTC)
	date := "Sun, 22 Nov 2026 08:00:00 GMT"
	for _, c := range []struct {
		name   string
		header map[string]string
		want   time.Time
	}{
		{"ISO, as Mastodon", map[string]string{"X-RateLimit-Reset": "2026-11-22T08:05:00.000000Z"}, at},
		{"ISO in another zone", map[string]string{"X-RateLimit-Reset": "2026-11-22T16:05:00+08:00"}, at},
		{"epoch seconds", map[string]string{"X-RateLimit-Reset": "1795334700"}, at},
		{"a small number is no time", map[string]string{"X-RateLimit-Reset": "300"}, time.Time{}},
		{"Retry-After in seconds by the server's clock", map[string]string{"Retry-After": "300", "Date": date}, at},
		{"Retry-After without a clock", map[string]string{"Retry-After": "300"}, time.Time{}},
		{"Retry-After as a date", map[string]string{"Retry-After": "Sun, 22 Nov 2026 08:05:00 GMT"}, at},
		{"negative", map[string]string{"Retry-After": "-5", "Date": date}, time.Time{}},
		{"nothing", nil, time.Time{}},
	} {
		h := http.Header{}
		for k, v := range c.header {
			h.Set(k, v)
		}
		if got := resetTime(h); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestPlatformText(t *testing.T) {
	c := &client{token: "s3cret-token"}
	for _, x := range []struct{ name, body, want string }{
		{"the error field", `{"error":"Validation failed","error_description":"too long"}`, "Validation failed too long"},
		{"other JSON as it is", `{"reason":"x"}`, `{"reason":"x"}`},
		{"nothing", "", "no explanation given"},
		{"our token", `{"error":"bad token s3cret-token"}`, "bad token [redacted]"},
		{"our token at the cut", `{"error":"` + strings.Repeat("x", 195) + `s3cret-token"}`, strings.Repeat("x", 195) + "[reda…"},
		{"long", `{"error":"` + strings.Repeat("长", 300) + `"}`, strings.Repeat("长", 200) + "…"},
		{"lines", "<html>\n <b>Bad</b>\n", "<html> <b>Bad</b>"},
	} {
		if got := c.platformText([]byte(x.body)); got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

func TestHoldsCode(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"编号NP-7Q4。", true}, {"NP-7Q4", true}, {"(NP-7Q4)", true}, {"警情NP-7Q4警情", true},
		{"NP-7Q45", false}, {"XNP-7Q4", false}, {"NP-7Q4-2", false}, {"NP-7Q45 NP-7Q4", true}, {"", false}, {"np-7q4", false},
	} {
		if got := holdsCode(c.text, "NP-7Q4"); got != c.want {
			t.Errorf("%q: %v", c.text, got)
		}
	}
}

func TestPrevious(t *testing.T) {
	for _, c := range []struct{ link, want string }{
		{"", ""},
		{`<https://s.example/x?max_id=1>; rel="next"`, ""},
		{`<https://s.example/x?max_id=1>; rel="next", <https://s.example/x?min_id=9>; rel="prev"`, "9"},
		{`<https://s.example/x?limit=80&since_id=01HZ>; rel="prev"`, "01HZ"},
		{`<https://s.example/x?types[]=mention&min_id=9>; rel="prev"`, "9"},
		{`<://>; rel="prev"`, ""},
		{`rel="prev"`, ""},
	} {
		if got := previous(c.link); got != c.want {
			t.Errorf("%s: %q, want %q", c.link, got, c.want)
		}
	}
}

func FuzzPrevious(f *testing.F) {
	f.Add(`<https://s.example/x?max_id=1>; rel="next", <https://s.example/x?min_id=9>; rel="prev"`)
	f.Add(`<%>; rel="prev",,;>`)
	f.Fuzz(func(t *testing.T, link string) {
		if got := previous(link); got != "" && !strings.Contains(link, `rel="prev"`) {
			t.Errorf("%q from %q", got, link)
		}
	})
}
