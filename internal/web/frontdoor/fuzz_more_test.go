package frontdoor

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// field is one part of a multipart body with the boundary "b".
func field(head, value string) string {
	return "--b\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + value + "\r\n"
}

// sends makes a request whose address and body are whatever they are.
func sends(t *testing.T, h http.Handler, method, path, query, kind string, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
	if r.URL.RawQuery = query; query != "" {
		r.RequestURI = path + "?" + query
	}
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Whatever comes as an addition, it is added whole to the matter of the code that came with it, or answered with
// a page that says why not; without the code no file is kept.
func FuzzAddition(f *testing.F) {
	whole := field(`name="code"`, mine) + field(`name="key"`, "KEY") + field(`name="text"`, "对方又来电话了")
	picture := field(`name="file"; filename="a.jpg"`, "\xff\xd8\xff picture")
	for _, body := range []string{
		"", "--b--", whole, whole + "--b--\r\n", whole + picture + "--b--\r\n", picture + whole + "--b--\r\n", whole + strings.Repeat(picture, 5) + "--b--\r\n",
		field(`name="key"`, "KEY") + picture + "--b--\r\n", field(`name="code"`, "BAD") + picture + "--b--\r\n",
		whole + field(`name="kept"`, strings.Repeat("0a", 32)) + "--b--\r\n", whole + field(`name="text"`, strings.Repeat("长", 40000)) + "--b--\r\n",
		whole + field(`name="text"`, "\xff\x00") + "--b--\r\n", whole + field(`name="file"; filename="a.svg"`, "<svg onload=1>") + "--b--\r\n", "code=" + mine + "&text=x",
		field(`name="code"`, mine) + field(`name="key"`, "KEY") + field(`name="text"`, "我的码是"+mine) + picture + "--b--\r\n",
	} {
		f.Add("multipart/form-data; boundary=b", []byte(body))
		f.Add("application/x-www-form-urlencoded", []byte(body))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		o := newOffice()
		h := o.open()
		w := sends(t, h, http.MethodPost, "/status/more", "", kind, bytes.ReplaceAll(body, []byte("KEY"), []byte(moreKey(t, h))))
		if w.Code >= 500 || w.Body.Len() == 0 {
			t.Errorf("HTTP %d to %q:\n%s", w.Code, body, w.Body)
		}
		for _, a := range o.added {
			if len(a.Media) > moreFiles || !utf8.ValidString(a.Text) || utf8.RuneCountInString(a.Text) > maxMore || a.Text == "" && len(a.Media) == 0 {
				t.Errorf("added %+v of %q", a, body)
			}
		}
		for _, kept := range o.kept {
			if !strings.HasPrefix(kept, mine+" ") {
				t.Errorf("kept %q of %q", kept, body)
			}
		}
	})
}

// publicCalls are the public pages that read something of what comes.
func publicCalls() [][2]string {
	return [][2]string{
		{http.MethodPost, "/status"}, {http.MethodPost, "/status/proof"}, {http.MethodPost, "/status/end"}, {http.MethodPost, "/proof"}, {http.MethodGet, "/check"},
		{http.MethodGet, "/bulletins"}, {http.MethodGet, "/status"}, {http.MethodPost, "/handoff/GOOD2345/right"},
	}
}

// Whatever comes to a public page, it is answered with a page, and only the code itself leads to a matter.
func FuzzPublicPages(f *testing.F) {
	for i := range publicCalls() {
		for _, body := range []string{
			"", "code=" + mine, "code=good-0000+0000+0000+0&sure=yes", "code=%zz", "code=" + strings.Repeat("x", 20000), "code=\xff&ticket=x&work=-1", "text=netpatrol+receipt&code=1",
			"as=accepted&note=x&number=1&key=k", "as=result", "before=2026-11-25&before=", "before=\x00", "code[]=1;code=2",
		} {
			f.Add(uint8(i), body, []byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, call uint8, query string, body []byte) {
		o, b := newOffice(), &bureau{}
		h := New(Options{Matters: o, Press: o, More: o, Handoffs: b, Unit: "椰城市公安局网络警察支队", Log: slog.New(slog.DiscardHandler)})
		c := publicCalls()[int(call)%len(publicCalls())]
		w := sends(t, h, c[0], c[1], query, "application/x-www-form-urlencoded", body)
		if w.Code >= 500 || w.Body.Len() == 0 && w.Code/100 == 2 {
			t.Errorf("%v: HTTP %d to %q, %q:\n%s", c, w.Code, query, body, w.Body)
		}
		if form, _ := url.ParseQuery(string(body)); strings.Contains(w.Body.String(), "民警已答复") && form.Get("code") == "" {
			t.Errorf("%v: a matter is shown to whoever has no code: %q, %q", c, query, body)
		}
	})
}

// office that takes packages and remembers the last.
type catcher struct {
	mailbox
	got []IncomingPackage
}

func (c *catcher) Take(_ context.Context, _ string, p IncomingPackage) error {
	c.got = append(c.got, p)
	return nil
}

// Whatever another unit sends, signed or not, the answer is JSON of the contract. What nobody signed is never taken,
// and what is taken has a key, a code, and files with names that can be kept.
func FuzzPackages(f *testing.F) {
	for _, body := range []string{
		"", "null", "{", "[]", onePackage, onePackage + "x", strings.Replace(onePackage, `"revision":1`, `"revision":-1`, 1), strings.Replace(onePackage, "manifest.json", "../../x", 1),
		strings.Replace(onePackage, "eA==", "e", 1), strings.Replace(onePackage, `"files":[`, `"files":[null,`, 1), strings.Replace(onePackage, "7Q4KM2XP", "\xff\x00", 1),
	} {
		f.Add("source=handovers&limit=5", []byte(body), "0123456789abcdef", "v1=00")
	}
	for _, query := range []string{"source=handovers&limit=-1", "source=handovers&limit=5&after=99999999999999999999999", "key=K-1", "source=%zz;limit=1", "limit=5&source=handovers&after=\xff"} {
		f.Add(query, []byte(onePackage), "x", "")
	}
	f.Fuzz(func(t *testing.T, query string, body []byte, nonce, signature string) {
		o := &catcher{}
		h := New(Options{Packages: o, Log: slog.New(slog.DiscardHandler)})
		ask := func(method, target, query string, body []byte, nonce string, sign func(at, target string) string) int {
			r := httptest.NewRequestWithContext(t.Context(), method, "/bridge/yecheng"+target, bytes.NewReader(body))
			if query != "" {
				r.URL.RawQuery, r.RequestURI = query, r.RequestURI+"?"+query
				target += "?" + query
			}
			at := strconv.FormatInt(time.Now().Unix(), 10)
			r.Header = http.Header{"Bridge-Timestamp": {at}, "Bridge-Nonce": {nonce}, "Bridge-Signature": {sign(at, target)}}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if !json.Valid(w.Body.Bytes()) || w.Code >= 500 {
				t.Errorf("%s %s: HTTP %d\n%s", method, target, w.Code, w.Body)
			}
			return w.Code
		}
		forged := func(string, string) string { return signature }
		if got := ask(http.MethodPost, "/v1/handovers", "", body, nonce, forged); got != http.StatusUnauthorized || len(o.got) > 0 {
			t.Fatalf("unsigned: HTTP %d, %d taken", got, len(o.got))
		}
		ask(http.MethodPost, "/v1/handovers", "", body, "0123456789abcdef", func(at, target string) string {
			return signatureOf(officeSecret, http.MethodPost, target, at, "0123456789abcdef", body)
		})
		for i, target := range []string{"/v1/events", "/v1/sends", "/v1/about"} {
			fresh := "0123456789abcde" + strconv.Itoa(i)
			ask(http.MethodGet, target, query, nil, fresh, func(at, target string) string {
				return signatureOf(officeSecret, http.MethodGet, target, at, fresh, nil)
			})
		}
		for _, p := range o.got {
			if !sendKey.MatchString(p.Key) || !packageRef.MatchString(p.Code) || p.Revision < 1 || len(p.Files) == 0 || len(p.Files) > mostFiles {
				t.Errorf("taken: %+v", p)
			}
			for _, file := range p.Files {
				if strings.ContainsAny(file.Name, "/\\\x00") || strings.HasPrefix(file.Name, ".") {
					t.Errorf("a file named %q is taken", file.Name)
				}
			}
		}
	})
}
