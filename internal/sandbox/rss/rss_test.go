package rss

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// read reads the feed once.
func read(t *testing.T, url, etag string) (status int, header http.Header, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	res, err := http.DefaultTransport.RoundTrip(req) // a redirect is an answer
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header, string(b)
}

func TestWaysToBehave(t *testing.T) {
	f := New("论坛")
	at := time.Date(2026, 11, 26, 1, 2, 3, 0, time.UTC)
	f.Post(Entry{ID: "7", Link: "https://bbs.example/7", Title: "刷单 <日结>", Author: "发财", At: at})
	srv := httptest.NewServer(f)
	defer srv.Close()
	for _, c := range []struct {
		name        string
		way         Way
		status      int
		has, hasNot string
	}{
		{"well", Way{}, 200, "刷单 &lt;日结&gt;</title><link>https://bbs.example/7</link><guid>7</guid><author>发财</author><pubDate>Thu, 26 Nov 2026 01:02:03 +0000", ""},
		{"GBK", Way{GBK: true}, 200, "\xcb\xa2\xb5\xa5", "刷单"},
		{"no ids", Way{NoIDs: true}, 200, "<link>https://bbs.example/7</link><author>", "guid"},
		{"cut", Way{Cut: true}, 200, "<rss", "</rss>"},
		{"unescaped", Way{Unescaped: true}, 200, " & 论坛<br></title>", ""},
		{"another place", Way{Redirect: "/other"}, 302, "", "<rss"},
		{"gone", Way{NotFound: true}, 404, "", "<rss"},
		{"large", Way{Padding: 10 << 20}, 200, "</rss>", ""},
		{"a clock that is two days ahead", Way{Skew: 48 * time.Hour}, 200, "Sat, 28 Nov 2026 01:02:03", "26 Nov"},
	} {
		f.Behave(c.way)
		status, _, body := read(t, srv.URL, "")
		if status != c.status || !strings.Contains(body, c.has) || c.hasNot != "" && strings.Contains(body, c.hasNot) || len(body) < c.way.Padding {
			t.Errorf("%s: %d, %.300s", c.name, status, body)
		}
	}
	if f.Sent() < 10<<20 {
		t.Errorf("%d bytes were sent", f.Sent())
	}
}

func TestNothingHasChanged(t *testing.T) {
	f := New("论坛")
	f.Post(Entry{Link: "https://bbs.example/7", Title: "刷单"})
	srv := httptest.NewServer(f)
	defer srv.Close()
	_, h, _ := read(t, srv.URL, "")
	if status, _, body := read(t, srv.URL, h.Get("ETag")); status != http.StatusNotModified || body != "" {
		t.Errorf("%d, %s", status, body)
	}
	f.Edit("https://bbs.example/7", "刷单返利")
	if status, _, body := read(t, srv.URL, h.Get("ETag")); status != http.StatusOK || !strings.Contains(body, "刷单返利") {
		t.Errorf("an edit: %d, %s", status, body)
	}
	f.Behave(Way{NoValidators: true})
	if _, h, _ := read(t, srv.URL, ""); h.Get("ETag") != "" {
		t.Error("it has an ETag")
	}
	if all, unchanged := f.Read(); all != 4 || unchanged != 1 {
		t.Errorf("%d readings, %d of them unchanged", all, unchanged)
	}
}
