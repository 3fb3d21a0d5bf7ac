package app

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
)

// board is a pretend platform with one feature that matters: how it treats a send it has
// seen before. It lives in the parent process, so that it survives the crashes.
type board struct {
	idem  adapters.Idempotency
	mu    sync.Mutex
	posts []boardPost // what citizens wrote
	sent  []boardSent // what it accepted from us
	slow  func()      // called after a send was accepted, before it is answered
}

type boardPost struct {
	ID   int    `json:"id"`
	From string `json:"from"`
	Text string `json:"text"`
	Post bool   `json:"post,omitempty"` // in public, and not to us
}

type boardSent struct {
	ID   int    `json:"id"`
	Key  string `json:"key"`
	To   string `json:"to"`
	Text string `json:"text"`
}

// as is the same send under another id.
func (s boardSent) as(id int) boardSent {
	s.ID = id
	return s
}

func (b *board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /inbox":
		b.inbox(w, r)
	case "GET /post":
		b.post(w, r)
	case "GET /sent":
		b.find(w, r)
	case "POST /send":
		b.send(w, r)
	default:
		http.NotFound(w, r)
	}
}

// forget drops what citizens wrote, so that no poll finds it.
func (b *board) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts = nil
}

func (b *board) write(from, text string) boardPost {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := boardPost{ID: len(b.posts) + 1, From: from, Text: text}
	b.posts = append(b.posts, p)
	return p
}

// publish is what a citizen says in public.
func (b *board) publish(from, text string) {
	b.write(from, text)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts[len(b.posts)-1].Post = true
}

func (b *board) received() []boardSent {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]boardSent(nil), b.sent...)
}

// show is a message that came in the answer to a callback.
func (b *board) show(to, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, boardSent{ID: 1000 + len(b.sent), To: to, Text: text})
}

func (b *board) inbox(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = json.NewEncoder(w).Encode(b.posts[min(after, len(b.posts)):])
}

func (b *board) post(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.URL.Query().Get("id"))
	b.mu.Lock()
	defer b.mu.Unlock()
	if id < 1 || id > len(b.posts) {
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(b.posts[id-1])
}

func (b *board) find(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []boardSent
	for _, s := range b.sent {
		if strings.Contains(s.Text, r.URL.Query().Get("code")) {
			found = append(found, s)
		}
	}
	_ = json.NewEncoder(w).Encode(found)
}

// send accepts a message, or says 409 with the id of the one it takes for the same.
func (b *board) send(w http.ResponseWriter, r *http.Request) {
	var s boardSent
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	old, same := b.same(s)
	if !same {
		s.ID = 1000 + len(b.sent)
		b.sent = append(b.sent, s)
	}
	b.mu.Unlock()
	if same {
		w.WriteHeader(http.StatusConflict)
		_ = json.NewEncoder(w).Encode(old)
		return
	}
	if b.slow != nil {
		b.slow()
	}
	_ = json.NewEncoder(w).Encode(s)
}

func (b *board) same(s boardSent) (boardSent, bool) {
	for i, old := range b.sent {
		if b.idem == adapters.Keyed && old.Key == s.Key {
			return old, true
		}
		if b.idem == adapters.Natural && i == len(b.sent)-1 && old.To == s.To && old.Text == s.Text {
			return old, true
		}
	}
	return boardSent{}, false
}

// boardSecret signs callbacks.
const boardSecret = "board secret"

func boardSignature(body []byte) string {
	m := hmac.New(sha256.New, []byte(boardSecret))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

// boardPlatform is the adapter of a board.
func boardPlatform(idem adapters.Idempotency) adapters.Platform { return boardThat(idem, false) }

// boardThat is the adapter of a board that may show the answer to a callback as a message.
func boardThat(idem adapters.Idempotency, answers bool) adapters.Platform {
	return adapters.Platform{
		Manifest: adapters.Manifest{Name: "board", Idem: map[adapters.Channel]adapters.Idempotency{adapters.Private: idem}},
		Open: func(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
			return &boardAccount{base: c.BaseURL, host: h, idem: idem, answers: answers}, nil
		},
	}
}

type boardAccount struct {
	base string
	host adapters.Host
	idem adapters.Idempotency

	answers bool
}

func (a *boardAccount) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "police", Handle: "police"}, Confirmed: true}, nil
}

func (a *boardAccount) Caps() adapters.Caps {
	c := adapters.Caps{Message: a, Watch: a, Webhook: a, Lookup: a}
	if a.idem == adapters.ByLookup {
		c.Find = a
	}
	return c
}

func (a *boardAccount) Close() error      { return nil }
func (a *boardAccount) Sources() []string { return []string{"inbox"} }

func (p boardPost) inbound() adapters.Inbound {
	id, kind := fmt.Sprintf("%08d", p.ID), adapters.KindMessage
	if p.Post {
		kind = adapters.KindPost
	}
	return adapters.Inbound{
		Key: id, Kind: kind, Ref: adapters.Ref(id), From: adapters.Person{ID: p.From, Handle: p.From}, Text: p.Text, At: time.Now(),
	}
}

func (a *boardAccount) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+path, nil)
	if err != nil {
		return err
	}
	res, err := a.host.Read.Do(req)
	if err != nil {
		return &adapters.Error{Class: adapters.NotSent, Op: path, Err: adapters.Redact(err)}
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(into)
}

func (a *boardAccount) Poll(ctx context.Context, _ string, cur adapters.Cursor, _ int) (adapters.Batch, error) {
	var posts []boardPost
	if err := a.get(ctx, "/inbox?after="+url.QueryEscape(string(cur)), &posts); err != nil {
		return adapters.Batch{}, err
	}
	b := adapters.Batch{Next: cur}
	for _, p := range posts {
		b.Items = append(b.Items, p.inbound())
		b.Next = adapters.Cursor(strconv.Itoa(p.ID))
	}
	return b, nil
}

func (a *boardAccount) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	body, err := json.Marshal(boardSent{Key: at.Key, To: m.To.ID, Text: m.Text})
	if err != nil {
		return adapters.Receipt{}, err
	}
	var trace adapters.Trace
	req, err := http.NewRequestWithContext(trace.Watch(ctx), http.MethodPost, a.base+"/send", bytes.NewReader(body))
	if err != nil {
		return adapters.Receipt{}, err
	}
	res, err := a.host.Write.Do(req)
	if err != nil {
		return adapters.Receipt{}, trace.Fail("send", err)
	}
	defer res.Body.Close()
	var got boardSent
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || got.ID == 0 {
		return adapters.Receipt{}, &adapters.Error{Op: "send", Phase: adapters.Answered, Err: err}
	}
	return adapters.Receipt{Ref: adapters.Ref(strconv.Itoa(got.ID)), Existed: res.StatusCode == http.StatusConflict}, nil
}

func (a *boardAccount) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	var found []boardSent
	if err := a.get(ctx, "/sent?code="+url.QueryEscape(q.Code), &found); err != nil {
		return adapters.Finding{}, err
	}
	if len(found) == 0 {
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: adapters.Ref(strconv.Itoa(found[0].ID))}}, nil
}

func (a *boardAccount) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	var p boardPost
	if err := a.get(ctx, "/post?id="+url.QueryEscape(string(ref)), &p); err != nil {
		return adapters.Sight{}, err
	}
	return adapters.Sight{Exists: true, Text: p.Text, Author: adapters.Person{ID: p.From}}, nil
}

func (a *boardAccount) Verify(r adapters.Callback, _ time.Time) (adapters.Delivery, error) {
	if !hmac.Equal([]byte(r.Header.Get("X-Signature")), []byte(boardSignature(r.Body))) {
		return adapters.Delivery{}, &adapters.Error{Class: adapters.Rejected, Op: "verify callback"}
	}
	var p boardPost
	if err := json.Unmarshal(r.Body, &p); err != nil {
		return adapters.Delivery{}, &adapters.Error{Class: adapters.Rejected, Op: "read callback", Err: err}
	}
	return adapters.Delivery{Items: []adapters.Inbound{p.inbound()}, Ack: []byte("ok"), ContentType: "text/plain", Replyable: a.answers}, nil
}

func (a *boardAccount) Encode(_ adapters.Delivery, text string, _ time.Time) ([]byte, string, error) {
	return []byte(text), "text/plain", nil
}
