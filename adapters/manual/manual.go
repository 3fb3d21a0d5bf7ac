// Package manual is the account that no program sends on, 人工代发: a site without an
// official interface, such as Tieba, where an officer posts the approved text by hand.
//
// # Failure model
//
// The adapter speaks to nobody, so nothing can fail but its configuration. It says how
// long a text may be and where on the site a person goes; its senders answer [adapters.Unsupported],
// which is certainly not sent, should anybody call them. That the outbox never does follows
// from [adapters.Manifest.ByHand]. What is heard there comes from officers' notes.
package manual

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"netpatrol/adapters"
)

const checkedOn = "2026-11-25"

// Platform is a site where people post by hand, and how to open an account on it.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: manifest(), Open: open}
}

func manifest() adapters.Manifest {
	return adapters.Manifest{
		Name: "manual", Title: "Any site, posted by hand (人工代发)", Docs: "docs/manual.md", ByHand: true,
		Abilities: []adapters.Ability{
			{Name: "publish", Note: "an officer posts the approved text"},
			{Name: "message", Note: "an officer sends the approved text"},
			{Name: "comment", Note: "an officer posts the approved text"},
			{Name: "guide", Note: "links to the page to post on"},
		},
		Idem: map[adapters.Channel]adapters.Idempotency{
			adapters.Public: adapters.NoIdem, adapters.Private: adapters.NoIdem, adapters.InReply: adapters.NoIdem,
		},
		Options: []adapters.Setting{
			{Name: "site", Required: true, Help: "what people call the site, such as 百度贴吧"},
			{Name: "name", Required: true, Help: "what the account is called there"},
			{Name: "id", Help: "its id there; default: its name"},
			{Name: "home", Help: "address of the page on which new posts are made"},
			{Name: "post_link", Help: "address of a post, with {post} for its id"},
			{Name: "person_link", Help: "address of the page to write to somebody on, with {person} for their id"},
			{Name: "public_limit", Help: "longest post, such as \"2000 characters\"; units: characters, bytes, UTF-16 units, half-widths, full-widths"},
			{Name: "private_limit", Help: "longest private message, written as public_limit"},
			{Name: "comment_limit", Help: "longest answer under a post, written as public_limit"},
		},
	}
}

// account is one account of the agency on one such site.
type account struct {
	site   string
	self   adapters.Person
	home   string
	post   string // template of a post's address
	person string // template of the address of the page to write to somebody on
	limits adapters.Limits
}

var (
	_ adapters.Account   = (*account)(nil)
	_ adapters.Publisher = (*account)(nil)
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
	_ adapters.Guide     = (*account)(nil)
)

// Identity is what the configuration says. Nobody vouches for it, so that two officers must
// attest the account before it goes live.
func (a *account) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: a.self, URL: a.home, Evidence: "configured for " + a.site + "; no platform was asked"}, nil
}

// Caps says that the account can do everything, by somebody's hand.
func (a *account) Caps() adapters.Caps {
	return adapters.Caps{Limits: a.limits, Publish: a, Message: a, Comment: a, Guide: a}
}

// Close has nothing to release.
func (*account) Close() error { return nil }

// Plan makes a bulletin one post, measured in the configured unit.
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	p := adapters.Part{Title: b.Title, Text: b.Text, Language: b.Language, Unit: adapters.Runes}
	l, limited := a.limits.For(adapters.Public)
	if limited {
		p.Unit, p.Max = l.Unit, l.Max
		if err := l.Check(b.Text); err != nil {
			return adapters.Plan{}, err
		}
	}
	p.Length = p.Unit.Count(b.Text)
	return adapters.Plan{Parts: []adapters.Part{p}}, nil
}

// Publish is never called for a post; it has none to make.
func (*account) Publish(context.Context, adapters.Attempt, adapters.Part) (adapters.Receipt, error) {
	return adapters.Receipt{}, onlyByHand("publish")
}

// Check has nothing to ask.
func (*account) Check(_ context.Context, r adapters.Receipt) (adapters.Receipt, error) { return r, nil }

// Send sends nothing.
func (*account) Send(context.Context, adapters.Attempt, adapters.Message) (adapters.Receipt, error) {
	return adapters.Receipt{}, onlyByHand("message")
}

// Comment posts nothing.
func (*account) Comment(context.Context, adapters.Attempt, adapters.Comment) (adapters.Receipt, error) {
	return adapters.Receipt{}, onlyByHand("comment")
}

func onlyByHand(op string) error {
	return &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeAccount, Op: op, Err: errByHand}
}

// Place is the page to write to somebody on, the post to answer under, or the page for new posts.
func (a *account) Place(t adapters.Task) string {
	switch t.Channel {
	case adapters.Private:
		if a.person != "" && t.To.ID != "" {
			return fill(a.person, "{person}", t.To.ID)
		}
		if t.Parent == "" {
			return a.address(t.Post)
		}
		return a.address(t.Parent)
	case adapters.InReply:
		return a.address(t.Parent)
	}
	return a.home
}

// address is where a post stands. An officer may have noted its address instead of an id.
func (a *account) address(ref adapters.Ref) string {
	if u, err := url.Parse(string(ref)); err == nil && u.Host != "" && slices.Contains([]string{"http", "https"}, u.Scheme) {
		return string(ref)
	}
	if a.post == "" || ref == "" {
		return a.home
	}
	return fill(a.post, "{post}", string(ref))
}

// fill puts an id into an address, where it cannot change anything else.
func fill(template, field, id string) string {
	return strings.ReplaceAll(template, field, strings.ReplaceAll(url.QueryEscape(id), "+", "%20"))
}
