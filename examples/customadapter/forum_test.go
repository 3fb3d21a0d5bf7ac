package customadapter

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

func TestConformance(t *testing.T) {
	adaptertest.Run(t, adaptertest.Kit{
		Platform: Platform(),
		Config: func(base string) adapters.Config {
			return adapters.Config{ID: "forum", BaseURL: base, Secrets: map[string]adapters.Secret{"key": testKey}}
		},
		Fake:    func() adaptertest.Fake { return &fakeForum{} },
		To:      adapters.Person{ID: "citizen"},
		Text:    func(code string) string { return "请勿转账 " + code },
		Sources: []adaptertest.Source{{Name: "new", Kind: adapters.KindPost}},
		Answers: adaptertest.Answers{
			Expired:  &adaptertest.Answer{Name: "key withdrawn", Status: 401, Body: `{"error":"key"}`},
			Error200: &adaptertest.Answer{Name: "200 with an error", Body: `{"error":"busy"}`, Want: adapters.Unknown},
			More:     []adaptertest.Answer{{Name: "banned", Status: 403, Want: adapters.AccountBlocked}},
		},
	})
}

// The manifest sends an administrator to a page that is there.
func TestTheManifestsPageExists(t *testing.T) {
	if _, err := os.Stat(manifest().Docs); err != nil {
		t.Error(err)
	}
}

const testKey = "key-of-the-test-forum"

// fakeForum is the forum, as far as the adapter uses it.
type fakeForum struct {
	mu    sync.Mutex
	posts []post
}

func (f *fakeForum) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.posts {
		if p.Author == "me" {
			ch := map[bool]adapters.Channel{true: adapters.Public, false: adapters.InReply}[p.Parent == ""]
			out = append(out, adaptertest.Sent{Ref: adapters.Ref(p.ID), Channel: ch, Parent: adapters.Ref(p.Parent), Text: p.Text})
		}
	}
	return out
}

func (f *fakeForum) Write(_, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	return adapters.Ref(f.add(post{Author: "citizen", Text: text}).ID)
}

func (f *fakeForum) Edit(ref adapters.Ref, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.find(string(ref))
	p.Text, p.Edited = text, time.Now()
}

func (f *fakeForum) Delete(ref adapters.Ref) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.find(string(ref)).Author = ""
}

func (f *fakeForum) add(p post) post {
	p.ID, p.Created = fmt.Sprintf("%06d", len(f.posts)+1), time.Now()
	f.posts = append(f.posts, p)
	return p
}

func (f *fakeForum) find(id string) *post {
	for i := range f.posts {
		if f.posts[i].ID == id && f.posts[i].Author != "" {
			return &f.posts[i]
		}
	}
	return nil
}

func (f *fakeForum) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, one := strings.CutPrefix(r.URL.Path, "/posts/")
	switch {
	case r.Header.Get("Authorization") != testKey:
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodPost:
		say(w, f.add(post{Author: "me", Text: r.FormValue("text"), Parent: r.FormValue("parent")}))
	case r.URL.Path == "/me":
		say(w, post{ID: "me"})
	case r.URL.Path == "/last":
		say(w, post{ID: fmt.Sprintf("%06d", len(f.posts))})
	case one && f.find(id) == nil:
		w.WriteHeader(http.StatusNotFound)
	case one:
		say(w, f.find(id))
	default:
		say(w, map[string]any{"ID": "page", "Posts": f.list(r)})
	}
}

func (f *fakeForum) list(r *http.Request) []post {
	out := []post{}
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	for _, p := range f.posts {
		ours := p.Author == "me"
		if ours == (q.Get("by") == "me") && p.Author != "" && p.ID > q.Get("after") && (limit == 0 || len(out) < limit) {
			out = append(out, p)
		}
	}
	return out
}

func say(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }
