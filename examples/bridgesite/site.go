// Command bridgesite is a site's whole side of netpatrol's bridge contract, in memory: copy
// it, put your own forum or gateway behind it, and keep the test. Run it, then write to it:
//
//	BRIDGE_SECRET=$(openssl rand -hex 32) go run . -listen 127.0.0.1:8099
//	curl -d 'from=u-555&text=被骗了，怎么办' http://127.0.0.1:8099/say
//
// Failure model: a key, its deed and its receipt are written down together under one
// lock, so that a key is carried out once: one transaction, in a site that keeps them.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "address to serve on")
	push := flag.String("push", "", "netpatrol's callback address for our events; empty: it polls")
	flag.Parse()
	secret := os.Getenv("BRIDGE_SECRET")
	if len(secret) < 32 {
		log.Fatal("BRIDGE_SECRET must hold at least 32 characters: openssl rand -hex 32")
	}
	log.Fatal(http.ListenAndServe(*listen, NewSite(secret, *push)))
}

// who is a person, by id.
type who map[string]string

// Event is something a person did that concerns netpatrol, and the post it made.
type Event struct {
	ID   string    `json:"id"`
	Kind string    `json:"kind"`
	Ref  string    `json:"ref"`
	From who       `json:"from,omitempty"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`

	// of an answer to a package
	Package  string `json:"package,omitempty"`
	Revision int    `json:"revision,omitempty"`
	Answer   string `json:"answer,omitempty"`
	Number   string `json:"number,omitempty"`
}

// Receipt is what becomes of a send.
type Receipt struct {
	Ref     string    `json:"ref"`
	State   string    `json:"state"`
	At      time.Time `json:"at"`
	Existed bool      `json:"existed,omitempty"`
}

// send is what netpatrol asked for, under its key.
type send struct {
	receipt Receipt
	digest  [32]byte // of the request, so that a key with another body is noticed
	gone    bool
}

// Site is the site. It is safe for concurrent use.
type Site struct {
	secret, push string
	api          *http.ServeMux

	mu     sync.Mutex
	nonces map[string]time.Time
	sends  map[string]*send   // by key
	events []Event            // a cursor is an index into it
	given  map[string]Package // by code, as last handed over
}

// NewSite makes an empty site that pushes events to push, unless that is empty.
func NewSite(secret, push string) *Site {
	s := &Site{secret: secret, push: push, api: http.NewServeMux(), nonces: map[string]time.Time{}, sends: map[string]*send{}, given: map[string]Package{}}
	s.api.HandleFunc("GET /v1/about", s.about)
	for _, path := range []string{"/v1/publications", "/v1/messages", "/v1/comments", "/v1/handovers"} {
		s.api.HandleFunc("POST "+path, s.accept)
	}
	s.api.HandleFunc("GET /v1/sends", s.find)
	s.api.HandleFunc("/v1/sends/{ref}", s.oneSend)
	s.api.HandleFunc("GET /v1/posts/{ref}", s.look)
	s.api.HandleFunc("GET /v1/events", s.poll)
	s.api.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { problem(w, 404, "unsupported", "no such path") })
	return s
}

// ServeHTTP lets people say something, and netpatrol in only with a good signature.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<20))
	if err != nil {
		problem(w, 413, "rejected", "the body is too long")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.Method == "POST" && r.URL.Path == "/say" {
		s.Say(r.FormValue("from"), "messages", r.FormValue("text"))
		return
	}
	if r.Method == "POST" && r.URL.Path == "/answer" {
		s.answerForm(w, r)
		return
	}
	if err := s.genuine(r, body); err != nil {
		problem(w, 401, "auth-expired", err.Error())
		return
	}
	s.api.ServeHTTP(w, r)
}

// genuine checks the signature, the time and that the nonce is new, in that order: only
// netpatrol's nonces are remembered.
func (s *Site) genuine(r *http.Request, body []byte) error {
	at, nonce := r.Header.Get("Bridge-Timestamp"), r.Header.Get("Bridge-Nonce")
	target := r.RequestURI[max(strings.Index(r.RequestURI, "/v1/"), 0):]
	if !hmac.Equal([]byte(s.sign(r.Method, target, at, nonce, body)), []byte(r.Header.Get("Bridge-Signature"))) {
		return fmt.Errorf("the signature is wrong")
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	now := time.Now()
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return fmt.Errorf("the timestamp is not within five minutes of our clock")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.nonces, func(_ string, seen time.Time) bool { return now.Sub(seen) > 10*time.Minute })
	if _, seen := s.nonces[nonce]; seen || !nonces.MatchString(nonce) {
		return fmt.Errorf("the nonce was used before, or is none")
	}
	s.nonces[nonce] = now
	return nil
}

var nonces = regexp.MustCompile(`^[A-Za-z0-9_-]{16,64}$`)

func (s *Site) sign(method, target, at, nonce string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(s.secret))
	fmt.Fprintf(mac, "bridge-v1\n%s\n%s\n%s\n%s\n%x", method, target, at, nonce, sha256.Sum256(body))
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

func (s *Site) about(w http.ResponseWriter, _ *http.Request) {
	answer(w, 200, map[string]any{
		"contract": "1", "account": map[string]any{"id": "u-110", "name": "示例网警", "confirmed": true, "evidence": "站方与示例网警签有协议"},
		"abilities": []string{"publish", "message", "comment", "watch", "retract", "lookup", "handover"}, "sources": []string{"messages", "mentions", "handovers"},
		"limits": map[string]any{"text": []any{map[string]any{"channel": "private", "max": 500}}, "parallel": 4},
	})
}

// accept carries out a send once. Here belongs the code that shows it to people.
func (s *Site) accept(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	in, given, ok := read(r.URL.Path, body)
	if err != nil || !ok {
		problem(w, 400, "rejected", "the request lacks something the contract requires")
		return
	}
	digest := sha256.Sum256(append([]byte(r.URL.Path+"\n"), body...))
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.sends[in.Key]
	switch {
	case known != nil && known.digest != digest:
		problem(w, 409, "rejected", "this key was used for something else")
	case known != nil:
		again := known.receipt
		again.Existed = true
		answer(w, 200, again)
	default:
		if given.Package != "" {
			s.given[given.Package] = given
		}
		s.sends[in.Key] = &send{receipt: Receipt{Ref: fmt.Sprintf("s%06d", len(s.sends)+1), State: "done", At: time.Now().UTC()}, digest: digest}
		answer(w, 201, s.sends[in.Key].receipt)
	}
}

// wanted is what every send has, and what some have.
type wanted struct {
	Key, Text, Parent string
	To                json.RawMessage // a person, or the name of a unit
}

// read understands what netpatrol asks for; ok is false when something is missing.
func read(path string, body []byte) (in wanted, p Package, ok bool) {
	if json.Unmarshal(body, &in) != nil || in.Key == "" || len(in.Key) > 32 {
		return in, p, false
	}
	var to who
	switch path {
	case "/v1/handovers":
		return in, p, json.Unmarshal(body, &p) == nil && p.Package != "" && p.Revision > 0 && len(p.Files) > 0
	case "/v1/messages":
		ok = json.Unmarshal(in.To, &to) == nil && to["id"] != ""
	case "/v1/comments":
		ok = in.Parent != ""
	default:
		ok = true
	}
	return in, p, ok && in.Text != ""
}

func (s *Site) find(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	finding := map[string]any{"verdict": "absent"}
	if known := s.sends[r.URL.Query().Get("key")]; known != nil {
		finding = map[string]any{"verdict": "found", "receipt": known.receipt}
	}
	answer(w, 200, finding)
}

// oneSend shows a send, or takes it back.
func (s *Site) oneSend(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, known := range s.sends {
		if known.receipt.Ref != r.PathValue("ref") || known.gone {
			continue
		}
		if known.gone = r.Method == http.MethodDelete; known.gone {
			w.WriteHeader(http.StatusNoContent)
		} else {
			answer(w, 200, known.receipt)
		}
		return
	}
	problem(w, 404, "gone", "it is not there")
}

func (s *Site) look(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.events, func(e Event) bool { return e.Ref == r.PathValue("ref") && e.Kind != "message" })
	if i < 0 {
		problem(w, 404, "gone", "it is not there")
		return
	}
	e := s.events[i]
	answer(w, 200, map[string]any{"ref": e.Ref, "author": e.From, "text": e.Text, "at": e.At})
}

// poll pages through the events of one source: "messages" from the first, others from now.
func (s *Site) poll(w http.ResponseWriter, r *http.Request) {
	kind := map[string]string{"messages": "message", "mentions": "mention", "handovers": "answer"}[r.URL.Query().Get("source")]
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || kind == "" {
		problem(w, 400, "rejected", "source or limit is missing or not ours")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := map[string]int{"mention": len(s.events)}[kind] // answers begin with the first, too: none may be lost
	if after := r.URL.Query().Get("after"); after != "" {
		at, err = strconv.Atoi(after)
	}
	if err != nil || at < 0 || at > len(s.events) {
		problem(w, 400, "rejected", "after is no cursor of ours")
		return
	}
	items := []Event{}
	for ; at < len(s.events) && len(items) < limit; at++ {
		if s.events[at].Kind == kind {
			items = append(items, s.events[at])
		}
	}
	answer(w, 200, map[string]any{"items": items, "next": strconv.Itoa(at), "more": at < len(s.events)})
}

// Say lets a person write.
func (s *Site) Say(from, source, text string) (ref string) {
	return s.happen(Event{Kind: strings.TrimSuffix(source, "s"), From: who{"id": from}, Text: text}).Ref
}

// happen writes an event down, and pushes it if there is somewhere to push it. What a push
// loses, the next poll finds.
func (s *Site) happen(e Event) Event {
	s.mu.Lock()
	n, now := len(s.events)+1, time.Now().UTC()
	e.ID, e.Ref, e.At = fmt.Sprintf("%d-%d", now.Unix(), n), fmt.Sprintf("p%06d", n), now
	s.events = append(s.events, e)
	s.mu.Unlock()
	if s.push != "" {
		if err := s.Push(context.Background(), e); err != nil {
			log.Print(err)
		}
	}
	return e
}

// Push delivers events to netpatrol; an error means that they were not taken.
func (s *Site) Push(ctx context.Context, events ...Event) error {
	body, _ := json.Marshal(map[string]any{"items": events}) // such values always marshal
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.push, bytes.NewReader(body))
	if err != nil {
		return err
	}
	at, nonce := strconv.FormatInt(time.Now().Unix(), 10), rand.Text()
	r.Header = http.Header{"Content-Type": {"application/json"}, "Bridge-Timestamp": {at}, "Bridge-Nonce": {nonce}}
	r.Header.Set("Bridge-Signature", s.sign(http.MethodPost, "/v1/events", at, nonce, body))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("netpatrol did not take the events: HTTP %d", resp.StatusCode)
	}
	return nil
}

// problem refuses, and says what became of the request.
func problem(w http.ResponseWriter, status int, class, detail string) {
	answer(w, status, map[string]any{"title": http.StatusText(status), "status": status, "class": class, "detail": detail})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", map[bool]string{true: "application/problem+json", false: "application/json"}[status >= 400])
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
