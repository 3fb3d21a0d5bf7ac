package adaptertest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

const toyToken = "token-of-the-toy-platform"

// toyFake is the imaginary platform. It honours keys on posts.
type toyFake struct {
	mu        sync.Mutex
	posts     []*toyPost
	flags     []toyFlag
	byKey     map[string]*toyPost
	pends     bool
	streaming chan struct{}
	frames    chan toyPost
}

var (
	_ adaptertest.Citizens = (*toyFake)(nil)
	_ adaptertest.Streamer = (*toyFake)(nil)
	_ adaptertest.Pender   = (*pendingFake)(nil)
)

func newToyFake() *toyFake {
	return &toyFake{byKey: map[string]*toyPost{}, streaming: make(chan struct{}), frames: make(chan toyPost, 16)}
}

// pendingFake keeps posts pending.
type pendingFake struct{ *toyFake }

func newPendingFake() *pendingFake {
	f := newToyFake()
	f.pends = true
	return &pendingFake{f}
}

func (f *pendingFake) Settle(ref adapters.Ref, well bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.find(string(ref)).State = map[bool]string{true: "", false: "failed"}[well]
}

func (f *toyFake) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.posts {
		if p.Who == "us" {
			ch := map[bool]adapters.Channel{true: adapters.Public, false: adapters.Private}[p.To == ""]
			out = append(out, adaptertest.Sent{Ref: adapters.Ref(p.ID), Channel: ch, To: p.To, Text: p.Text})
		}
	}
	for _, g := range f.flags {
		out = append(out, adaptertest.Sent{Ref: adapters.Ref("flag-" + g.Post), Channel: adapters.Moderators, Parent: adapters.Ref(g.Post), Text: g.Text, Flag: g.Kind})
	}
	return out
}

func (f *toyFake) Write(_, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.add("citizen", text)
	select {
	case f.frames <- *p:
	default: // nobody streams
	}
	return adapters.Ref(p.ID)
}

func (f *toyFake) Edit(ref adapters.Ref, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.find(string(ref))
	p.Text, p.Edited = text, time.Now()
}

func (f *toyFake) Delete(ref adapters.Ref) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(string(ref))
}

func (f *toyFake) Connected() <-chan struct{} { return f.streaming }

func (f *toyFake) add(who, text string) *toyPost {
	p := &toyPost{ID: fmt.Sprintf("%06d", len(f.posts)+1), Who: who, Text: text}
	f.posts = append(f.posts, p)
	return p
}

func (f *toyFake) find(id string) *toyPost {
	for _, p := range f.posts {
		if p.ID == id && p.Who != "" {
			return p
		}
	}
	return nil
}

// remove blanks a post; its id is not given again.
func (f *toyFake) remove(id string) { *f.find(id) = toyPost{ID: id} }

func (f *toyFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/stream" {
		f.stream(w, r)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	id, isPost := strings.CutPrefix(r.URL.Path, "/posts/")
	switch {
	case r.Header.Get("Authorization") != toyToken:
		w.WriteHeader(401)
	case r.URL.Path == "/flags":
		f.flag(w, r)
	case r.Method == http.MethodPost:
		f.create(w, r)
	case r.URL.Path == "/me":
		toySay(w, map[string]string{"ID": "us"})
	case r.URL.Path == "/sent":
		sent := f.by("us", "")
		for _, g := range f.flags {
			sent = append(sent, &toyPost{ID: "flag-" + g.Post, Text: g.Text})
		}
		toySay(w, map[string]any{"Posts": sent})
	case r.URL.Path == "/wall":
		ids := []string{}
		for _, p := range f.by("citizen", r.URL.Query().Get("after")) {
			ids = append(ids, p.ID)
		}
		toySay(w, map[string]any{"IDs": ids})
	case isPost && f.find(id) == nil:
		w.WriteHeader(404)
	case r.Method == http.MethodDelete:
		f.remove(id)
		toySay(w, map[string]any{})
	default:
		toySay(w, f.find(id))
	}
}

func (f *toyFake) by(who, after string) []*toyPost {
	out := []*toyPost{}
	for _, p := range f.posts {
		if p.Who == who && p.ID > after {
			out = append(out, p)
		}
	}
	return out
}

func (f *toyFake) create(w http.ResponseWriter, r *http.Request) {
	var in struct{ Text, To string }
	if json.NewDecoder(r.Body).Decode(&in) != nil {
		w.WriteHeader(400)
		return
	}
	key := r.Header.Get("Idempotency-Key")
	p := f.byKey[key]
	if p == nil || key == "" {
		p = f.add("us", in.Text)
		if p.To = in.To; f.pends {
			p.State = "pending"
		}
		f.byKey[key] = p
	}
	toySay(w, p)
}

// flag keeps one flag of a post.
func (f *toyFake) flag(w http.ResponseWriter, r *http.Request) {
	var g toyFlag
	if json.NewDecoder(r.Body).Decode(&g) != nil {
		w.WriteHeader(400)
		return
	}
	stands := slices.ContainsFunc(f.flags, func(old toyFlag) bool { return old.Post == g.Post })
	if !stands {
		f.flags = append(f.flags, g)
	}
	toySay(w, map[string]any{"ID": "flag-" + g.Post, "Stands": stands})
}

func toySay(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func (f *toyFake) stream(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	for len(f.frames) > 0 { // written before anybody listened
		<-f.frames
	}
	f.mu.Unlock()
	w.WriteHeader(200)
	w.(http.Flusher).Flush()
	close(f.streaming)
	for {
		select {
		case p := <-f.frames:
			toySay(w, p)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func toyKit(b bug) adaptertest.Kit {
	return adaptertest.Kit{
		Platform: toyPlatform(b),
		Config: func(base string) adapters.Config {
			return adapters.Config{ID: "toy", BaseURL: base, Secrets: map[string]adapters.Secret{"token": toyToken, "hook": toyHook}}
		},
		Fake:    func() adaptertest.Fake { return newToyFake() },
		To:      adapters.Person{ID: "citizen"},
		Parent:  func(f adaptertest.Fake) adapters.Ref { return f.(adaptertest.Citizens).Write("wall", "is this true?") },
		Answers: adaptertest.Answers{FlaggedOnce: true, Exists: &adaptertest.Answer{Name: "exists", Status: 409, Body: `{"ID":"000042"}`, Ref: "000042", Want: adapters.Rejected}},
		Sources: []adaptertest.Source{{Name: "wall", Kind: adapters.KindMessage, Inbox: true}},
		Webhook: &adaptertest.Webhook{Callback: toyCallback, Signed: []string{"at", "Signature", "body"}, Source: "wall"},
	}
}

func toyCallback(f adaptertest.Fake, ref adapters.Ref, at time.Time) adapters.Callback {
	fake := f.(*toyFake)
	fake.mu.Lock()
	defer fake.mu.Unlock()
	body, _ := json.Marshal(fake.find(string(ref)))
	stamp := strconv.FormatInt(at.Unix(), 10)
	return adapters.Callback{Method: "POST", Query: url.Values{"at": {stamp}}, Header: http.Header{"Signature": {toySign(stamp, body)}}, Body: body}
}
