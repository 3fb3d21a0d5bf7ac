package tieba

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func post(t *testing.T, base, path string, form url.Values) (status int, at string) {
	t.Helper()
	res, err := http.PostForm(base+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Request.URL.RequestURI()
}

func TestPeopleAndTheOfficerUseTheSameForms(t *testing.T) {
	b := New("椰城网警")
	srv := httptest.NewServer(b)
	defer srv.Close()
	for _, c := range []struct {
		name, at string
		status   int
		form     url.Values
	}{
		{"a post", "/p/1", 200, url.Values{"kind": {"post"}, "author": {"发财"}, "text": {"刷单\n日结"}}},
		{"a reply", "/p/1?pid=2", 200, url.Values{"kind": {"reply"}, "author": {"椰城网警"}, "parent": {"1"}, "text": {"这是骗局"}}},
		{"a message", "/im", 200, url.Values{"kind": {"message"}, "author": {"椰城网警"}, "to": {"发财"}, "text": {"提醒您"}}},
		{"the same message", "/im", 200, url.Values{"kind": {"message"}, "author": {"椰城网警"}, "to": {"发财"}, "text": {"提醒您"}}},
		{"no author", "/write", 400, url.Values{"kind": {"post"}, "text": {"x"}}},
		{"no text", "/write", 400, url.Values{"kind": {"post"}, "author": {"x"}, "text": {" "}}},
		{"a message to nobody", "/write", 400, url.Values{"kind": {"message"}, "author": {"x"}, "text": {"x"}}},
		{"a reply to a message", "/write", 400, url.Values{"kind": {"reply"}, "author": {"x"}, "parent": {"3"}, "text": {"x"}}},
		{"no kind", "/write", 400, url.Values{"author": {"x"}, "text": {"x"}}},
	} {
		if status, at := post(t, srv.URL, "/write", c.form); status != c.status || at != c.at {
			t.Errorf("%s: %d at %s, want %d at %s", c.name, status, at, c.status, c.at)
		}
	}
	if status, _ := post(t, srv.URL, "/remove", url.Values{"id": {"1"}, "author": {"别人"}}); status != 400 {
		t.Errorf("somebody else's post was removed: %d", status)
	}
	if status, _ := post(t, srv.URL, "/remove", url.Values{"id": {"1"}, "author": {"发财"}}); status != 200 {
		t.Errorf("one's own post: %d", status)
	}
	if n := b.Duplicates(); n != 1 {
		t.Errorf("%d duplicates, want 1", n)
	}
	if got, people := b.Received(), b.Deeds(); len(got) != 3 || len(people) != 1 || !people[0].Removed || people[0].Text != "刷单 日结" {
		t.Errorf("received %+v, people wrote %+v", got, people)
	}
	ledger(t, srv.URL)
}

func ledger(t *testing.T, base string) {
	t.Helper()
	for path, want := range map[string]string{"/": "这是骗局", "/ledger": `"kind":"reply"`} {
		res, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.Body.Close() != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %s, %v", path, body, err)
		}
		if path == "/ledger" && json.Unmarshal(body, new([]Entry)) != nil {
			t.Errorf("%s is no ledger", body)
		}
	}
}

func TestTheFeedIsInGBKAndSaysWhenNothingChanged(t *testing.T) {
	b := New("椰城网警")
	srv := httptest.NewServer(b)
	defer srv.Close()
	b.Write(Post, "发财", "", 0, "刷单日结")
	b.Write(Reply, "路人", "", 1, "假的")
	res, err := http.Get(srv.URL + "/feed.xml")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil || res.Body.Close() != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), "\xcb\xa2\xb5\xa5") || !strings.Contains(string(body), srv.URL+"/p/1</link>") || strings.Count(string(body), "<item>") != 1 {
		t.Errorf("%q", body)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/feed.xml", nil)
	req.Header.Set("If-None-Match", res.Header.Get("ETag"))
	if res, err = http.DefaultClient.Do(req); err != nil || res.Body.Close() != nil || res.StatusCode != http.StatusNotModified {
		t.Errorf("%v, %v", res.Status, err)
	}
}
