package console_test

import (
	"bytes"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"netpatrol/internal/web/console"
	"netpatrol/internal/web/webtest"
)

// formCalls are the forms whose fields differ in what they need.
func formCalls() []string {
	return []string{
		"/bulletins/new", "/tip", "/by-hand/note", "/by-hand/x/shot", "/by-hand/x/prove", "/drafts/x/edit", "/standing", "/sites", "/sites/x/rectifications", "/rectifications/x/note",
		"/accounts/weibo/request", "/conversations/x/call", "/conversations/x/reply", "/clues/x/dismiss", "/alarms/x/seen", "/bulletins/console", "/items/x/settle",
	}
}

// Whatever comes as a form, the answer is a page: nothing breaks, and nothing ends the session.
func FuzzForms(f *testing.F) {
	key := webtest.Part(`name="key"`, "KEY")
	for i := range formCalls() {
		for _, body := range []string{
			"key=KEY", "key=KEY&seen=-1", "key=KEY&seen=1&text=%ff%00&reason=x", "key=KEY&title=t&text=x&slot=99999-01-01&accounts=weibo&picture=%7B", "key=KEY&deadline=2026-13-40&findings=x&points=x",
			"key=KEY&template=receipt&version=x&until=never", "key=KEY&mode=live&attest=x", "key=%zz", "key=KEY&text=" + strings.Repeat("x", 70000), "key=KEY&id=../x&page=javascript:alert(1)&name=x",
		} {
			f.Add(uint8(i), "application/x-www-form-urlencoded", []byte(body))
		}
		for _, body := range []string{"", key + "--b--\r\n", key, key + webtest.Part(`name="file"; filename="a.png"`, "\x89PNG") + "--b--\r\n", key + webtest.Part(`name="picture"; filename="a.svg"`, "<svg>") + webtest.Part(`name="title"`, "\xff") + "--b--\r\n"} {
			f.Add(uint8(i), webtest.FormKind, []byte(body))
		}
	}
	d := webtest.Open(f)
	h, err := console.New(console.Options{Desk: d.Reader(), Evidence: d.Files(), Door: d.Door, Station: d.Station(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	r := httptest.NewRequestWithContext(f.Context(), http.MethodPost, "/sign-in", strings.NewReader(url.Values{"code": {d.Code("lin")}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	session := w.Result().Cookies()
	f.Fuzz(func(t *testing.T, call uint8, kind string, body []byte) {
		send := func(r *http.Request) *httptest.ResponseRecorder {
			for _, c := range session {
				r.AddCookie(c)
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w
		}
		me := send(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/me", nil))
		m := hidden.FindStringSubmatch(me.Body.String())
		if m == nil || m[1] != "key" {
			t.Fatalf("no form: HTTP %d\n%s", me.Code, me.Body)
		}
		path := formCalls()[int(call)%len(formCalls())]
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, bytes.NewReader(bytes.ReplaceAll(body, []byte("KEY"), []byte(html.UnescapeString(m[2])))))
		r.Header.Set("Content-Type", kind)
		w := send(r)
		if page := w.Body.String(); w.Code >= 500 || w.Code/100 != 3 && !strings.Contains(page, "</html>") {
			t.Errorf("%s: HTTP %d to %s, %q:\n%s", path, w.Code, kind, body, page)
		}
	})
}
