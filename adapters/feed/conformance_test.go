package feed

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

// site is a pretend site with one feed of its newest posts.
type site struct {
	mu      sync.Mutex
	posts   []post
	n       int
	gets    int
	bodies  int
	noDates bool
}

type post struct {
	id   int
	text string
}

func (s *site) Sent() []adaptertest.Sent { return nil }

func (s *site) Write(_, text string) adapters.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	s.posts = append(s.posts, post{s.n, text})
	return ref(s.n)
}

func ref(id int) adapters.Ref {
	return adapters.Ref(fmt.Sprintf("https://bbs.example/thread-%d.html", id))
}

func (s *site) Edit(r adapters.Ref, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		if ref(s.posts[i].id) == r {
			s.posts[i].text = text
		}
	}
}

func (s *site) Delete(r adapters.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = slices.DeleteFunc(s.posts, func(p post) bool { return ref(p.id) == r })
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	var b []byte
	b = append(b, `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>椰城论坛</title><language>zh-cn</language>`...)
	for _, p := range slices.Backward(s.posts) {
		b = append(b, "<item><title>"...)
		b = appendXML(b, p.text)
		b = append(b, "</title><link>"+string(ref(p.id))+"</link><guid>"+string(ref(p.id))+"</guid><dc:creator>user-"+strconv.Itoa(p.id%3)+"x</dc:creator>"...)
		if !s.noDates {
			b = append(b, "<pubDate>"+time.Date(2026, 11, 25, 9, 0, p.id, 0, time.UTC).Format(time.RFC1123Z)+"</pubDate>"...)
		}
		b = append(b, "</item>"...)
	}
	b = append(b, "</channel></rss>"...)
	etag := fmt.Sprintf(`"%d-%d"`, s.n, len(b))
	w.Header().Set("ETag", etag)
	w.Header().Set("Content-Type", "application/rss+xml")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.bodies++
	_, _ = w.Write(b)
}

func appendXML(b []byte, text string) []byte {
	var w writer
	_ = xml.EscapeText(&w, []byte(text))
	return append(b, w...)
}

type writer []byte

func (w *writer) Write(b []byte) (int, error) {
	*w = append(*w, b...)
	return len(b), nil
}

func kit(fake func() *site) adaptertest.Kit {
	return adaptertest.Kit{
		Platform: Platform(),
		Config: func(base string) adapters.Config {
			return adapters.Config{ID: "bbs", BaseURL: base + "/forum.php?mod=rss", Options: map[string]string{"allow_private": "127.0.0.1"}}
		},
		Fake:   func() adaptertest.Fake { return fake() },
		To:     adapters.Person{ID: "user-1x"},
		Parent: func(adaptertest.Fake) adapters.Ref { return ref(1) },
		Answers: adaptertest.Answers{
			Error200:    &adaptertest.Answer{Name: "200 with a page", Body: "<html><body>RSS Disabled</body></html>", Want: adapters.NotSent},
			LimitedBare: &adaptertest.Answer{Name: "503 of a proxy", Status: 503, Body: "busy"},
		},
		Sources: []adaptertest.Source{{Name: "feed", Kind: adapters.KindPost}, {Name: "feed:forum.php?mod=rss&fid=2", Kind: adapters.KindPost}},
		Shared: func(f adaptertest.Fake, text string) (adapters.Ref, []string) {
			return f.(*site).Write("", text), []string{"feed", "feed:forum.php?mod=rss&fid=2"}
		},
	}
}

func TestConformance(t *testing.T) {
	adaptertest.Run(t, kit(func() *site { return &site{} }))
}

func TestConformance_WithoutDates(t *testing.T) {
	adaptertest.Run(t, kit(func() *site { return &site{noDates: true} }))
}
