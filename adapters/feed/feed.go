// Package feed watches any site that offers an RSS, Atom or JSON feed and nothing else. It
// only reads; what is to be said there is posted by an officer's hand.
//
// # Failure model
//
// A feed is a window over the newest entries, written by strangers. One that cannot be had in
// full, is larger than 4 MiB, has more than 2000 entries, or is no feed at all is an error, and the
// cursor stays: what it holds is found by the next poll, as long as the site still shows it. A site
// that shows less than appears between two polls loses entries; that is a limit of feeds. A repeated
// or rewritten address does not make an entry new; changed words make it an edited one. Whether an
// address may be called at all (none in private networks, by redirect or otherwise) is for
// the Host's client to enforce; see [adapters.Manifest.Strangers].
package feed

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"netpatrol/adapters"
)

// Platform is any site with a feed, and how to open one.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: manifest(), Open: open}
}

// The sources: the feed at base_url, or one whose address is relative to it.
const (
	baseSource = "feed"
	prefix     = "feed:"
)

func manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "feed", Title: "Any site with an RSS, Atom or JSON feed (read only)", Docs: "docs/feed.md", ByHand: true, Strangers: true,
		Watch: []string{baseSource},
		Abilities: []adapters.Ability{
			{Name: "watch", Note: "what the feed shows; often no replies, never private messages"},
			{Name: "message", Note: "an officer sends the approved text"},
			{Name: "comment", Note: "an officer posts the approved text"},
			{Name: "guide", Note: "links to the post"},
		},
		Idem: map[adapters.Channel]adapters.Idempotency{adapters.Private: adapters.NoIdem, adapters.InReply: adapters.NoIdem},
		Options: []adapters.Setting{
			{Name: "allow_private", Help: "hosts, separated by commas, that may have addresses in private networks"},
		},
	}
}

// account is one site.
type account struct {
	id   string
	base *url.URL
	http *client
}

var (
	_ adapters.Account   = (*account)(nil)
	_ adapters.Watcher   = (*account)(nil)
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
	_ adapters.Guide     = (*account)(nil)
)

// open asks nobody: a feed that is down today may be up tomorrow.
func open(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || base.User != nil {
		return nil, &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open",
			Err: fmt.Errorf("account %s: base_url must be the address of a feed or its site, beginning with https://", c.ID)}
	}
	return &account{id: c.ID, base: base, http: newClient(h)}, nil
}

// Identity is nobody: a feed has readers, no members.
func (a *account) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "reader of " + a.base.Host}, URL: a.base.String(), Evidence: "a feed is read without signing in"}, nil
}

// Caps says that programs only read.
func (a *account) Caps() adapters.Caps {
	return adapters.Caps{Watch: a, Message: a, Comment: a, Guide: a}
}

// Close has nothing to release.
func (*account) Close() error { return nil }

// Sources names the feed at base_url. Any "feed:PATH" relative to it can be polled as well.
func (*account) Sources() []string { return []string{baseSource} }

// Send sends nothing.
func (*account) Send(context.Context, adapters.Attempt, adapters.Message) (adapters.Receipt, error) {
	return adapters.Receipt{}, onlyByHand("message")
}

// Comment posts nothing.
func (*account) Comment(context.Context, adapters.Attempt, adapters.Comment) (adapters.Receipt, error) {
	return adapters.Receipt{}, onlyByHand("comment")
}

func onlyByHand(op string) error {
	return &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeAccount, Op: op, Err: errReadOnly}
}

// Place is the address of the post: a feed's references are addresses where it gives them.
func (a *account) Place(t adapters.Task) string {
	for _, ref := range []adapters.Ref{t.Parent, t.Post} {
		if strings.HasPrefix(string(ref), "https://") || strings.HasPrefix(string(ref), "http://") {
			return string(ref)
		}
	}
	return a.base.String()
}

// addressOf is where a source is read.
func (a *account) addressOf(source string) (string, error) {
	path, named := strings.CutPrefix(source, prefix)
	if source != baseSource && !named {
		return "", &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: "poll",
			Err: fmt.Errorf("no source %q: use feed, or feed:PATH relative to base_url", source)}
	}
	u, err := a.base.Parse(path)
	if err != nil || u.Host != a.base.Host || u.Scheme != a.base.Scheme {
		return "", &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: "poll",
			Err: fmt.Errorf("source %q leads to another site than base_url: give it an account of its own", source)}
	}
	return u.String(), nil
}

// Poll reads a feed once. The first poll only notes what is there.
func (a *account) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	address, err := a.addressOf(source)
	if err != nil {
		return adapters.Batch{}, err
	}
	at, err := parseCursor(cur)
	if err != nil {
		return adapters.Batch{}, err
	}
	got, err := a.http.fetch(ctx, address, at.ETag, at.Modified)
	if err != nil {
		return adapters.Batch{}, err
	}
	if got.unchanged {
		return adapters.Batch{Next: cur}, nil
	}
	entries, err := readFeed(got.body, got.contentType)
	if err != nil {
		return adapters.Batch{}, &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeEndpoint, Op: "poll", Phase: adapters.Answered, Err: err}
	}
	return at.batch(entries, cur == "", limit, got.etag, got.modified), nil
}
