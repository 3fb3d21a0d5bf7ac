package feed

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

// opened is an account that reads what serve answers.
func opened(t *testing.T, serve http.HandlerFunc) adapters.Watcher {
	t.Helper()
	srv := httptest.NewServer(serve)
	t.Cleanup(srv.Close)
	a, err := Platform().Open(t.Context(), adapters.Config{ID: "bbs", BaseURL: srv.URL}, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	return a.Caps().Watch
}

// polled returns what a document shows to somebody who saw an empty feed before.
func polled(t *testing.T, contentType, doc string) []adapters.Inbound {
	t.Helper()
	body := `<rss version="2.0"><channel></channel></rss>`
	w := opened(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(rw, body)
	})
	first, err := w.Poll(t.Context(), "feed", "", 10)
	if err != nil {
		t.Fatal(err)
	}
	body = doc
	b, err := w.Poll(t.Context(), "feed", first.Next, 10)
	if err != nil {
		t.Fatal(err)
	}
	return b.Items
}

func TestFormats(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(`<title>刷单日结</title><link>https://bbs.example/thread-7.html</link><author>发财</author>`)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC)
	for _, c := range []struct {
		name, contentType, doc string
		text, from, url        string
		at                     time.Time
	}{
		{"RSS with markup", "application/rss+xml",
			`<?xml version="1.0"?><rss version="2.0"><channel><item><title>兼职</title><guid isPermaLink="false">7</guid><link>https://bbs.example/7</link>` +
				`<pubDate>Wed, 25 Nov 2026 01:02:03 GMT</pubDate><description>&lt;p&gt;日结 &amp;amp; 高薪&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;&lt;br/&gt;加我&lt;b&gt;微信&lt;/b&gt;</description></item></channel></rss>`,
			"兼职\n日结 & 高薪\n加我微信", "", "https://bbs.example/7", at},
		{"Atom", "application/atom+xml; charset=utf-8",
			`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>tag:bbs,7</id><title>兼职</title><author><name>发财</name></author>` +
				`<link href="https://bbs.example/7"/><published>2026-11-25T09:02:03+08:00</published><content type="html">加我</content></entry></feed>`,
			"兼职\n加我", "发财", "https://bbs.example/7", at},
		{"JSON Feed", "application/feed+json",
			`{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"7","url":"https://bbs.example/7","title":"兼职","content_text":"加我","authors":[{"name":"发财"}],"date_published":"2026-11-25T01:02:03Z"}]}`,
			"兼职\n加我", "发财", "https://bbs.example/7", at},
		{"RDF", "text/xml",
			`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://bbs.example/7"><title>兼职</title><link>https://bbs.example/7</link></item></rdf:RDF>`,
			"兼职", "", "https://bbs.example/7", time.Time{}},
		{"GBK by its prolog, as Discuz writes", "text/xml", `<?xml version="1.0" encoding="gbk"?><rss version="2.0"><channel><item>` + gbk + `</item></channel></rss>`,
			"刷单日结", "发财", "https://bbs.example/thread-7.html", time.Time{}},
		{"GBK by its header only", "text/xml; charset=gbk", `<rss version="2.0"><channel><item>` + gbk + `</item></channel></rss>`,
			"刷单日结", "发财", "https://bbs.example/thread-7.html", time.Time{}},
		{"a byte order mark and space", "text/xml", "\xef\xbb\xbf \n<rss version=\"2.0\"><channel><item><title>兼职</title><guid>7</guid></item></channel></rss>\n<!-- 0.1 s -->",
			"兼职", "", "", time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := polled(t, c.contentType, c.doc)
			if len(got) != 1 {
				t.Fatalf("%d entries", len(got))
			}
			in := got[0]
			if in.Text != c.text || in.From.Name != c.from || in.URL != c.url || !in.At.Equal(c.at) || in.Kind != adapters.KindPost || in.Ref == "" || in.Key == "" {
				t.Errorf("%+v", in)
			}
		})
	}
}

func rss(items string) string { return `<rss version="2.0"><channel>` + items + `</channel></rss>` }

func item(id, link, title string) string {
	if id != "" {
		id = "<guid>" + id + "</guid>"
	}
	return "<item>" + id + "<link>" + strings.ReplaceAll(link, "&", "&amp;") + "</link><title>" + title + "</title></item>"
}

// script polls one feed through several documents and lists what each shows: "post 甲".
func script(t *testing.T, limit int, docs ...string) (shown [][]string) {
	t.Helper()
	doc := ""
	w := opened(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, doc) })
	cur := adapters.Cursor("")
	for _, doc = range docs {
		b, err := w.Poll(context.Background(), "feed", cur, limit)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, in := range b.Items {
			all = append(all, string(in.Kind)+" "+in.Text)
		}
		cur, shown = b.Next, append(shown, all)
	}
	return shown
}

func TestWhatIsNew(t *testing.T) {
	a, b := item("1", "https://x.example/1", "甲"), item("2", "https://x.example/2", "乙")
	for _, c := range []struct {
		name string
		docs []string
		want string // of the last one
	}{
		{"nothing", []string{rss(a), rss(a)}, "[]"},
		{"one more", []string{rss(a), rss(b + a)}, "[post 乙]"},
		{"edited", []string{rss(a), rss(item("1", "https://x.example/1", "丙"))}, "[edited 丙]"},
		{"gone and back", []string{rss(b + a), rss(b), rss(b + a)}, "[]"},
		{"another address, the same id", []string{rss(a), rss(item("1", "https://y.example/1", "甲"))}, "[]"},
		{"no id: the visit in the address is not it", []string{rss(item("", "https://x.example/t?id=1&sid=abc#p9", "甲")), rss(item("", "https://x.example/t?id=1&sid=def&utm_source=q", "甲"))}, "[]"},
		{"no id: another page is another entry", []string{rss(item("", "https://x.example/t?id=1", "甲")), rss(item("", "https://x.example/t?id=2", "甲"))}, "[post 甲]"},
		{"the same entry twice in a document", []string{rss(""), rss(a + a)}, "[post 甲]"},
		{"two: the oldest first", []string{rss(""), rss(b + a)}, "[post 甲 post 乙]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			shown := script(t, 10, c.docs...)
			if got := fmt.Sprint(shown[len(shown)-1]); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	edited := rss(item("1", "", "甲2") + item("2", "", "乙2"))
	shown := script(t, 1, rss(item("1", "", "甲")+item("2", "", "乙")), edited, edited, edited)
	if got := fmt.Sprint(shown[1:]); got != "[[edited 乙2] [edited 甲2] []]" {
		t.Errorf("edits one at a time: %s", got)
	}
}

func TestWhatIsNoFeed(t *testing.T) {
	many := strings.Builder{}
	for i := range maxEntries + 1 {
		many.WriteString(item(fmt.Sprint(i), "", "x"))
	}
	for _, c := range []struct {
		name   string
		status int
		doc    string
		want   string
		class  adapters.Class
	}{
		{"nothing", 200, "", "empty", adapters.NotSent},
		{"a page", 200, "<html><body>登录</body></html>", "does not lead to a feed", adapters.NotSent},
		{"words", 200, "RSS Disabled", "no feed", adapters.NotSent},
		{"half a feed", 200, rss(item("1", "", "甲"))[:60], "cut short", adapters.NotSent},
		{"half a JSON feed", 200, `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"7"`, "cut short", adapters.NotSent},
		{"too large", 200, "<rss>" + strings.Repeat("x", maxBody) + "</rss>", "", adapters.NotSent},
		{"too many", 200, rss(many.String()), "2001 entries", adapters.NotSent},
		{"gone", 410, "", "Gone", adapters.Gone},
		{"forbidden", 403, "", "Forbidden", adapters.AuthExpired},
		{"304 that nobody asked for", 304, "", "", adapters.NotSent},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := opened(t, func(rw http.ResponseWriter, _ *http.Request) {
				rw.WriteHeader(c.status)
				_, _ = io.WriteString(rw, c.doc)
			})
			b, err := w.Poll(t.Context(), "feed", "", 10)
			if err == nil || !strings.Contains(err.Error(), c.want) || adapters.ClassOf(err) != c.class || b.Next != "" {
				t.Errorf("%v (%s), %+v; want %q", err, adapters.ClassOf(err), b, c.want)
			}
		})
	}
}

func TestAFeedThatHasNotChangedIsNotSentAgain(t *testing.T) {
	s := &site{}
	s.Write("", "一")
	w := opened(t, s.ServeHTTP)
	first, err := w.Poll(t.Context(), "feed", "", 10)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Poll(t.Context(), "feed", first.Next, 10)
	if err != nil || again.Next != first.Next || len(again.Items) > 0 {
		t.Errorf("%+v, %v", again, err)
	}
	if s.gets != 2 || s.bodies != 1 {
		t.Errorf("%d requests, %d documents", s.gets, s.bodies)
	}
	s.Write("", "二")
	s.Write("", "三")
	part, err := w.Poll(t.Context(), "feed", first.Next, 1)
	if err != nil || len(part.Items) != 1 || !part.More {
		t.Fatalf("%+v, %v", part, err)
	}
	rest, err := w.Poll(t.Context(), "feed", part.Next, 10)
	if err != nil || len(rest.Items) != 1 || rest.Items[0].Text != "三" {
		t.Errorf("what a short page left behind: %+v, %v", rest, err)
	}
}

func TestSourcesStayOnTheirSite(t *testing.T) {
	w := opened(t, func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(rw, rss(item("1", "", r.URL.RequestURI())))
	})
	if _, err := w.Poll(t.Context(), "feed:index.php?fid=2", "", 10); err != nil {
		t.Error(err)
	}
	for _, s := range []string{"mentions", "feed:https://other.example/rss", "feed://other.example/rss", "feed::"} {
		if _, err := w.Poll(t.Context(), s, "", 10); adapters.ClassOf(err) != adapters.Unsupported || err == nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	if _, err := w.Poll(t.Context(), "feed", "nonsense", 10); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("a cursor that is not ours: %v", err)
	}
}

func TestOpen(t *testing.T) {
	for _, base := range []string{"", "bbs.example", "ftp://bbs.example", "https://u:p@bbs.example/"} {
		_, err := Platform().Open(t.Context(), adapters.Config{ID: "bbs", BaseURL: base}, adapters.Host{})
		if err == nil || !strings.Contains(err.Error(), "base_url") {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func FuzzReadFeed(f *testing.F) {
	f.Add([]byte(rss(item("1", "https://x.example/1", "甲"))), "text/xml; charset=gbk")
	f.Add([]byte(`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"7","title":"x"}]}`), "")
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title>x</title></entry></feed>`), "application/atom+xml")
	f.Add([]byte("<rss><channel><item><title>&lt;p</title></item></channel></rss>"), "x/y; charset=nonsense")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		entries, err := readFeed(body, contentType)
		if err != nil {
			return
		}
		c, err := parseCursor(cursor{}.batch(entries, true, 0, "", "").Next)
		if err != nil {
			t.Fatal(err)
		}
		if b := c.batch(entries, false, 0, "", ""); len(b.Items) > 0 {
			t.Errorf("%d entries are new that were seen", len(b.Items))
		}
		for _, e := range entries {
			if len(e.mark) != markLen || e.in.Key == "" || e.in.Ref == "" {
				t.Errorf("%+v", e)
			}
		}
	})
}
