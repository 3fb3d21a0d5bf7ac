package frontdoor

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever comes as a form of the kiosk is filed whole, or answered with a page that says why not;
// what is filed has a key that was given out, no more files than allowed and text that can be shown.
func FuzzKioskForm(f *testing.F) {
	const kind = "multipart/form-data; boundary=b"
	whole := field(`name="key"`, "KEY") + field(`name="moved"`, "now") + field(`name="story"`, "冒充客服让我转了5万")
	picture := field(`name="file"; filename="a.jpg"`, "\xff\xd8\xff picture")
	for _, body := range []string{
		"", "--b--", whole + "--b--\r\n", whole, whole + picture + "--b--\r\n", picture + whole + "--b--\r\n", whole + strings.Repeat(picture, 8) + "--b--\r\n",
		whole + field(`name="kept"`, strings.Repeat("0a", 32)) + "--b--\r\n", whole + field(`name="story"`, strings.Repeat("长", 40000)) + "--b--\r\n",
		field(`name="key"`, "\xff\x00") + field(`name="story"`, "\xff") + "--b--\r\n", whole + "--b\r\n\r\n\r\n--b--\r\n", whole + field(``, "x") + "--b--\r\n", "story=x&key=KEY",
	} {
		f.Add(kind, []byte(body))
		f.Add("application/x-www-form-urlencoded", []byte(body))
	}
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		b := newBooth(t)
		key := b.open("/kiosk/help?site=coconut")
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/kiosk/help", strings.NewReader(strings.ReplaceAll(string(body), "KEY", key)))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		b.h.ServeHTTP(w, r)
		if w.Code >= 500 || !strings.Contains(w.Body.String(), "110") {
			t.Errorf("HTTP %d to %q:\n%s", w.Code, body, w.Body)
		}
		for _, v := range b.filed {
			if !strings.HasPrefix(key, v.Key+".") || len(v.Media) > maxFiles || !utf8.ValidString(v.Text) || len(v.Text) > 2*maxFields {
				t.Errorf("filed %+v of %q", v, body)
			}
		}
	})
}
