// Package customadapter is a whole adapter, for an imaginary forum with a plain
// interface of forms and JSON. Copy it, change the calls, keep the test.
//
// Failure model: one attempt is one POST; what was written and not answered with
// an id is unknown and settled by looking for the printed code among our own posts.
package customadapter

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// Platform is what an assembly needs: what the adapter can do, and how to open it.
func Platform() adapters.Platform { return adapters.Platform{Manifest: manifest(), Open: open} }

func manifest() adapters.Manifest {
	source := adapters.Provenance{Source: "forum.example/api", CheckedOn: "2026-11-22", Confirmed: true}
	return adapters.Manifest{
		Name: "forum", Title: "An imaginary forum", Docs: "docs/forum.md",
		Abilities: []adapters.Ability{{Name: "publish", Permission: "post"}, {Name: "comment", Permission: "post"},
			{Name: "watch", Permission: "read"}, {Name: "find", Permission: "read"}, {Name: "lookup", Permission: "read"}},
		Limits: adapters.Limits{Text: []adapters.TextLimit{
			{Channel: adapters.Public, Max: 2000, Unit: adapters.Bytes, Provenance: source},
			{Channel: adapters.InReply, Max: 500, Unit: adapters.Bytes, Provenance: source}}},
		Idem:    map[adapters.Channel]adapters.Idempotency{adapters.Public: adapters.ByLookup, adapters.InReply: adapters.ByLookup},
		Secrets: []adapters.Setting{{Name: "key", Required: true, Help: "from the forum's settings page"}},
	}
}

type forum struct {
	base string
	key  adapters.Secret
	host adapters.Host
}

func open(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	if c.Secrets["key"] == "" {
		return nil, &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open", Err: errors.New("secret key is missing")}
	}
	return &forum{base: strings.TrimRight(c.BaseURL, "/"), key: c.Secrets["key"], host: h}, nil
}

func (f *forum) Caps() adapters.Caps {
	return adapters.Caps{Limits: manifest().Limits, Publish: f, Comment: f, Watch: f, Find: f, Lookup: f}
}

func (f *forum) Close() error { return nil }

// post is a topic, a reply or a page of them on the wire.
type post struct {
	ID, Parent, Author, Name, Text string
	Created, Edited                time.Time
	Posts                          []post
}

func (f *forum) Identity(ctx context.Context) (adapters.Identity, error) {
	me := post{}
	err := f.call(ctx, "identity", http.MethodGet, "/me", nil, &me)
	return adapters.Identity{Person: adapters.Person{ID: me.ID, Name: me.Name}}, err
}

func (f *forum) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	l, _ := manifest().Limits.For(adapters.Public)
	if err := l.Check(b.Text); err != nil {
		return adapters.Plan{}, err
	}
	return adapters.Plan{Parts: []adapters.Part{{Text: b.Text, Length: l.Measure(b.Text), Max: l.Max, Unit: l.Unit}}}, nil
}

func (f *forum) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	return f.write(ctx, at, adapters.Public, "", p.Text)
}

func (f *forum) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	return f.write(ctx, at, adapters.InReply, c.Parent, c.Text)
}

// Check has nothing to ask: nothing stays pending here.
func (f *forum) Check(_ context.Context, r adapters.Receipt) (adapters.Receipt, error) { return r, nil }

// write makes the one mutating request of an attempt.
func (f *forum) write(ctx context.Context, at adapters.Attempt, ch adapters.Channel, parent adapters.Ref, text string) (adapters.Receipt, error) {
	l, _ := manifest().Limits.For(ch)
	if err := l.Check(text); err != nil {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: "post", Err: err}
	}
	ctx, cancel := context.WithDeadline(ctx, at.Deadline) // the outbox always sets one
	defer cancel()
	var p post
	if err := f.call(ctx, "post", http.MethodPost, "/posts", url.Values{"text": {text}, "parent": {string(parent)}}, &p); err != nil {
		return adapters.Receipt{}, err
	}
	return adapters.Receipt{Ref: adapters.Ref(p.ID), At: p.Created}, nil
}

func (f *forum) Sources() []string { return []string{"new"} }

// Poll: the forum lists posts after an id, oldest first; "last" is the newest id.
func (f *forum) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	if source != "new" {
		return adapters.Batch{}, &adapters.Error{Class: adapters.Unsupported, Op: "poll", Err: fmt.Errorf("no source %q: use new", source)}
	}
	if last := (post{}); cur == "" { // start at the present
		err := f.call(ctx, "poll", http.MethodGet, "/last", nil, &last)
		return adapters.Batch{Next: adapters.Cursor(last.ID)}, err
	}
	list, err := f.list(ctx, url.Values{"after": {string(cur)}, "limit": {strconv.Itoa(limit)}})
	if err != nil {
		return adapters.Batch{}, err
	}
	b := adapters.Batch{More: len(list) >= limit, Next: cur}
	for _, p := range list {
		b.Items = append(b.Items, adapters.Inbound{Key: p.key(), Kind: adapters.KindPost, Ref: adapters.Ref(p.ID), Parent: adapters.Ref(p.Parent),
			From: adapters.Person{ID: p.Author, Name: p.Name}, Text: p.Text, At: p.Created, Edited: p.Edited})
		b.Next = adapters.Cursor(p.ID)
	}
	return b, nil
}

// key is the object and its revision.
func (p post) key() string {
	if p.Edited.IsZero() {
		return p.ID
	}
	return fmt.Sprint(p.ID, "@", p.Edited.Unix())
}

func (f *forum) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	p := post{}
	err := f.call(ctx, "look", http.MethodGet, "/posts/"+url.PathEscape(string(ref)), nil, &p)
	if adapters.ClassOf(err) == adapters.Gone {
		return adapters.Sight{}, nil
	}
	return adapters.Sight{Exists: err == nil, Text: p.Text, Edited: p.Edited, Author: adapters.Person{ID: p.Author, Name: p.Name}}, err
}

// Find: the forum lists all our posts since a time, so that absence is certain.
func (f *forum) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	list, err := f.list(ctx, url.Values{"by": {"me"}, "since": {q.Since.UTC().Format(time.RFC3339)}})
	for _, p := range list {
		if strings.HasSuffix(p.Text, " "+q.Code) { // our texts end with the code
			return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: adapters.Ref(p.ID)}}, nil
		}
	}
	if err != nil || q.Since.IsZero() {
		return adapters.Finding{}, err
	}
	return adapters.Finding{Verdict: adapters.Absent}, nil
}

func (f *forum) list(ctx context.Context, q url.Values) ([]post, error) {
	var page post
	err := f.call(ctx, "list", http.MethodGet, "/posts?"+q.Encode(), nil, &page)
	return page.Posts, err
}

// call makes one request; every success of this forum names an id.
func (f *forum) call(ctx context.Context, op, method, path string, form url.Values, out *post) error {
	client, unclear := f.host.Write, adapters.Unknown
	if method == http.MethodGet { // it changes nothing, so its outcome is never unknown
		client, unclear = f.host.Read, adapters.NotSent
	}
	var trace adapters.Trace
	r, err := http.NewRequestWithContext(trace.Watch(ctx), method, f.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return &adapters.Error{Class: adapters.NotSent, Op: op, Err: adapters.Redact(err)}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", f.key.Reveal())
	resp, err := client.Do(r)
	if err != nil {
		e := trace.Fail(op, err)
		e.Class = cmp.Or(e.Class, unclear)
		return e
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return &adapters.Error{Class: cmp.Or(classes[resp.StatusCode], unclear), Op: op, Phase: adapters.Answered,
			Code: strconv.Itoa(resp.StatusCode), Until: adapters.RetryAfter(resp.Header)}
	}
	if json.NewDecoder(http.MaxBytesReader(nil, resp.Body, 1<<20)).Decode(out) != nil || out.ID == "" {
		return &adapters.Error{Class: unclear, Op: op, Phase: adapters.Answered, Err: errors.New("the answer is broken or names no id")}
	}
	return nil
}

// classes maps statuses; what is not here is unclear.
var classes = map[int]adapters.Class{400: adapters.Rejected, 401: adapters.AuthExpired, 403: adapters.AccountBlocked, 404: adapters.Gone, 429: adapters.RateLimited}
