package partner_test

import (
	"bytes"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"netpatrol/internal/record"
	"netpatrol/internal/web/webtest"
)

// formCalls are the forms of the pages.
func formCalls() []string {
	return []string{"/partner/findings/ID", "/partner/sign-in", "/partner/password", "/partner/findings/none"}
}

// Whatever comes as a form, the answer is a page, nothing breaks, and what is kept is an answer within its bounds, by whoever
// is signed in.
func FuzzForms(f *testing.F) {
	whole := webtest.Part(`name="key"`, "KEY") + webtest.Part(`name="text"`, "已删除全部广告帖。")
	picture := webtest.Part(`name="picture"; filename="a.png"`, "\x89PNG\r\n\x1a\n")
	for i := range formCalls() {
		for _, body := range []string{
			"", "--b--", whole, whole + "--b--\r\n", whole + picture + "--b--\r\n", picture + whole + "--b--\r\n", whole + strings.Repeat(picture, 5) + "--b--\r\n",
			webtest.Part(`name="key"`, "\xff\x00") + webtest.Part(`name="text"`, "\xff") + "--b--\r\n", whole + webtest.Part(`name="text"`, strings.Repeat("长", 6000)) + "--b--\r\n",
		} {
			f.Add(uint8(i), webtest.FormKind, []byte(body))
		}
		for _, body := range []string{"code=x", "name=zhang%40coconut&password=x", "key=KEY&next=correct+horse+battery&again=correct", "key=KEY&next=x&again=x", "key=%zz", "code=" + strings.Repeat("x", 20000)} {
			f.Add(uint8(i), "application/x-www-form-urlencoded", []byte(body))
		}
	}
	h := open(f)
	r := h.asked("coconut", true)
	code := h.invited("coconut", "zhang")
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	res, err := browser.PostForm(h.url+"/partner/sign-in", url.Values{"code": {code}})
	if err != nil || res.StatusCode != http.StatusOK {
		f.Fatalf("sign-in: %v, %v", res, err)
	}
	_ = res.Body.Close()
	f.Fuzz(func(t *testing.T, call uint8, kind string, body []byte) {
		read := func(res *http.Response, err error) (int, string) {
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			return res.StatusCode, string(b)
		}
		_, page := read(browser.Get(h.url + "/partner/findings/" + r.ID))
		m := keyField.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no form:\n%s", page)
		}
		path := strings.Replace(formCalls()[int(call)%len(formCalls())], "ID", r.ID, 1)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+path, bytes.NewReader(bytes.ReplaceAll(body, []byte("KEY"), []byte(html.UnescapeString(m[1])))))
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Content-Type"] = []string{strings.Map(printable, kind)}
		if status, page := read(browser.Do(req)); status >= 500 || !strings.Contains(page, "</html>") {
			t.Errorf("%s: HTTP %d to %q:\n%s", path, status, body, page)
		}
		all, err := h.Store.List(t.Context(), record.Query{Kind: record.KindSiteAnswer, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			a := x.(*record.SiteAnswer)
			if a.By != "zhang@coconut" || !utf8.ValidString(a.Text) || strings.TrimSpace(a.Text) == "" || utf8.RuneCountInString(a.Text) > 2000 || len(a.Evidence) > 3 {
				t.Errorf("kept %+v of %q", a, body)
			}
		}
	})
}

// printable drops what no client could send in a header.
func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return -1
	}
	return r
}
