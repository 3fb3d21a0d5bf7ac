package bridge_test

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

const (
	testSecret = "0123456789abcdef0123456789abcdef"
	oldSecret  = "fedcba9876543210fedcba9876543210"
	citizenID  = "u-555"
)

type object = map[string]any

// fakeSite is a site that keeps the contract, in memory.
type fakeSite struct {
	mu      sync.Mutex
	about   object
	pending bool // publications wait for a person
	sends   []*fakeSend
	posts   map[adapters.Ref]*fakePost
	events  []fakeEvent
	nonces  map[string]bool
	serial  int
	files   map[adapters.Ref][]byte
}

type fakeSend struct {
	adaptertest.Sent
	key, state string
	body       []byte
	gone       bool
}

type fakePost struct {
	text    string
	edited  time.Time
	deleted bool
}

type fakeEvent struct {
	source string
	body   object
}

var (
	_ adaptertest.Citizens = (*fakeSite)(nil)
)

func newFake() *fakeSite {
	limits := []object{
		{"channel": "public", "max": 2000, "unit": "characters"}, {"channel": "private", "max": 900, "unit": "bytes"},
		{"channel": "comment", "max": 140, "unit": "full-widths"},
	}
	return &fakeSite{posts: map[adapters.Ref]*fakePost{}, nonces: map[string]bool{}, about: object{
		"contract": "1", "account": object{"id": "police", "name": "测试网警", "url": "https://site.example/u/police", "confirmed": true, "evidence": "站方与公安机关签有协议"},
		"abilities": []string{"publish", "message", "comment", "watch", "retract", "measure", "lookup", "media", "handover", "dance"},
		"sources":   []string{"messages", "mentions", "board:1"},
		"limits": object{"text": limits, "parallel": 4, "quotas": []object{{"channel": "public", "n": 20, "seconds": 86400, "zone": "Asia/Shanghai"}},
			"windows": []object{{"trigger": "message", "n": 5, "seconds": 172800}}},
	}}
}

func (f *fakeSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if !f.genuine(r, body) {
		problem(w, 401, "auth-expired", object{})
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	ref, _ := strings.CutPrefix(path, "/sends/")
	switch key := r.Method + " " + path; {
	case key == "GET /about":
		say(w, 200, f.about)
	case r.Method == "POST" && slices.Contains([]string{"/publications", "/messages", "/comments", "/handovers"}, path):
		f.accept(w, path, body)
	case key == "GET /sends":
		f.lookFor(w, r.URL.Query().Get("key"))
	case strings.HasPrefix(path, "/sends/"):
		f.oneSend(w, r.Method, ref)
	case strings.HasPrefix(path, "/posts/"):
		f.onePost(w, adapters.Ref(strings.TrimPrefix(path, "/posts/")))
	case strings.HasPrefix(path, "/media/"):
		f.file(w, adapters.Ref(strings.TrimPrefix(path, "/media/")))
	case key == "GET /figures":
		say(w, 200, object{"figures": []object{{"ref": r.URL.Query().Get("ref"), "name": "reads", "value": 7}}})
	case key == "GET /events":
		f.page(w, r)
	default:
		problem(w, 404, "", object{})
	}
}

// genuine checks the signature as docs/bridge.md describes it.
func (f *fakeSite) genuine(r *http.Request, body []byte) bool {
	nonce, at := r.Header.Get("Bridge-Nonce"), r.Header.Get("Bridge-Timestamp")
	if f.nonces[nonce] {
		return false
	}
	f.nonces[nonce] = true
	target := r.RequestURI[strings.Index(r.RequestURI, "/v1/"):]
	return r.Header.Get("Bridge-Signature") == sign(testSecret, r.Method, target, at, nonce, body)
}

func sign(secret, method, target, at, nonce string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "bridge-v1\n%s\n%s\n%s\n%s\n%x", method, target, at, nonce, sha256.Sum256(body))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

func (f *fakeSite) accept(w http.ResponseWriter, path string, body []byte) {
	var in struct {
		Key, Text, Parent, Package string
		To                         json.RawMessage
		Files                      []struct{ Data []byte }
	}
	wrong := json.Unmarshal(body, &in) != nil
	if len(in.Files) > 0 {
		in.Text = string(in.Files[0].Data)
	}
	if wrong || in.Key == "" || in.Text == "" || (path == "/handovers") != (in.Package != "") {
		problem(w, 400, "rejected", object{})
		return
	}
	for _, s := range f.sends {
		if s.key == in.Key && string(s.body) != string(body) {
			problem(w, 409, "rejected", object{"code": "key-reused"})
			return
		}
		if s.key == in.Key {
			say(w, 200, object{"ref": s.Ref, "state": s.state, "existed": true})
			return
		}
	}
	s := &fakeSend{key: in.Key, state: "done", body: body, Sent: adaptertest.Sent{Ref: f.next("s"), Text: in.Text}}
	switch path {
	case "/messages":
		var to struct{ ID string }
		_ = json.Unmarshal(in.To, &to)
		s.Channel, s.To = adapters.Private, to.ID
	case "/handovers":
		s.Channel = adapters.HandedOver
	case "/comments":
		s.Channel, s.Parent = adapters.InReply, adapters.Ref(in.Parent)
	default:
		s.Channel = adapters.Public
		if f.pending {
			s.state = "pending"
		}
	}
	f.sends = append(f.sends, s)
	say(w, 201, object{"ref": s.Ref, "state": s.state, "at": "2026-11-25T08:00:00Z", "url": "https://site.example/p/" + string(s.Ref)})
}

func (f *fakeSite) lookFor(w http.ResponseWriter, key string) {
	for _, s := range f.sends {
		if s.key == key {
			say(w, 200, object{"verdict": "found", "receipt": object{"ref": s.Ref, "state": s.state}})
			return
		}
	}
	say(w, 200, object{"verdict": "absent"})
}

func (f *fakeSite) oneSend(w http.ResponseWriter, method, ref string) {
	i := slices.IndexFunc(f.sends, func(s *fakeSend) bool { return string(s.Ref) == ref && !s.gone })
	switch {
	case i < 0:
		problem(w, 404, "", object{})
	case method == "DELETE":
		f.sends[i].gone = true
		w.WriteHeader(204)
	default:
		say(w, 200, object{"ref": f.sends[i].Ref, "state": f.sends[i].state, "reason": "含有联系方式"})
	}
}

func (f *fakeSite) onePost(w http.ResponseWriter, ref adapters.Ref) {
	p := f.posts[ref]
	switch {
	case p == nil || p.deleted:
		problem(w, 410, "gone", object{})
	case p.edited.IsZero():
		say(w, 200, object{"ref": ref, "text": p.text, "author": object{"id": citizenID}})
	default:
		say(w, 200, object{"ref": ref, "text": p.text, "author": object{"id": citizenID}, "edited": p.edited.Format(time.RFC3339)})
	}
}

// page: the cursor counts events of all sources.
func (f *fakeSite) page(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	at, err := strconv.Atoi(q.Get("after"))
	if at = min(max(at, 0), len(f.events)); err != nil {
		at = 0
		if q.Get("source") != "messages" {
			at = len(f.events)
		}
	}
	items := []object{}
	for ; at < len(f.events) && len(items) < limit; at++ {
		if f.events[at].source == q.Get("source") {
			items = append(items, f.events[at].body)
		}
	}
	say(w, 200, object{"items": items, "next": strconv.Itoa(at), "more": at < len(f.events)})
}

func (f *fakeSite) Sent() (out []adaptertest.Sent) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.sends {
		if !s.gone {
			out = append(out, s.Sent)
		}
	}
	return out
}

func (f *fakeSite) Write(source, text string) adapters.Ref {
	f.mu.Lock()
	defer f.mu.Unlock()
	kind := map[string]string{"messages": "message", "mentions": "mention"}[source]
	ref := f.next("p")
	f.posts[ref] = &fakePost{text: text}
	f.events = append(f.events, fakeEvent{source, object{"id": string(ref), "kind": cmp.Or(kind, "post"), "ref": ref,
		"from": object{"id": citizenID, "name": "市民"}, "text": text, "at": "2026-11-25T08:00:00Z"}})
	return ref
}

func (f *fakeSite) Edit(ref adapters.Ref, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts[ref].text, f.posts[ref].edited = text, time.Now()
}

func (f *fakeSite) Delete(ref adapters.Ref) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.posts[ref].deleted = true
}

func (f *fakeSite) file(w http.ResponseWriter, ref adapters.Ref) {
	data, ok := f.files[ref]
	if !ok {
		problem(w, 404, "gone", object{})
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(data)
}

// attach makes somebody send a file, detach deletes it.
func attach(to adaptertest.Fake, _ string, data []byte) adapters.Media {
	f := site(to)
	f.mu.Lock()
	defer f.mu.Unlock()
	ref := f.next("f")
	f.files = map[adapters.Ref][]byte{ref: data}
	return adapters.Media{Ref: ref, Type: "image/jpeg", URL: "https://site.example/f.jpg"}
}

func detach(from adaptertest.Fake, _ adapters.Media) {
	f := site(from)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files = nil
}

// site is the site within a fake.
func site(f adaptertest.Fake) *fakeSite {
	if p, ok := f.(pendingSite); ok {
		return p.fakeSite
	}
	return f.(*fakeSite)
}

func (f *fakeSite) next(prefix string) adapters.Ref {
	f.serial++
	return adapters.Ref(fmt.Sprintf("%s%06d", prefix, f.serial))
}

// push is the callback about one event, signed at a moment.
func (f *fakeSite) push(ref adapters.Ref, at time.Time, secret string) adapters.Callback {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.events, func(e fakeEvent) bool { return e.body["ref"] == ref })
	body, _ := json.Marshal(object{"items": []object{f.events[i].body}})
	return signed(body, at, secret)
}

func signed(body []byte, at time.Time, secret string) adapters.Callback {
	h, stamp := http.Header{}, strconv.FormatInt(at.Unix(), 10)
	h.Set("Bridge-Timestamp", stamp)
	h.Set("Bridge-Nonce", "0123456789abcdefXYZ")
	h.Set("Bridge-Signature", sign(secret, "POST", "/v1/events", stamp, "0123456789abcdefXYZ", body))
	return adapters.Callback{Method: "POST", Header: h, Body: body}
}

// pendingSite publishes once a person at the site agrees.
type pendingSite struct{ *fakeSite }

func (p pendingSite) Settle(ref adapters.Ref, well bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.sends {
		if s.Ref == ref {
			s.state = map[bool]string{true: "done", false: "refused"}[well]
		}
	}
}

func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func problem(w http.ResponseWriter, status int, class string, more object) {
	more["title"], more["status"] = http.StatusText(status), status
	if class != "" {
		more["class"] = class
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(more)
}
