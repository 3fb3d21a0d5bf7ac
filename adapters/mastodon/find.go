package mastodon

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"netpatrol/adapters"
)

var _ adapters.Finder = (*account)(nil)

var errNoPost = errors.New("the server answered without a post")

const (
	// clockSkew is how far the server's clock may be from ours.
	clockSkew = 5 * time.Minute
	// findPages bounds how far back a look-up walks: 400 posts of our own.
	findPages = 10
)

// Find looks for the printed code among our own posts since just before the first
// attempt. Absent needs a listing that is complete for that time; for private
// messages it also needs a server known to list them there. A code found in a post
// of another shape (another recipient, another parent) settles nothing.
func (a *account) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	if q.Code == "" || q.Channel == adapters.Moderators {
		return adapters.Finding{}, nil
	}
	s := search{account: a, query: q, since: q.Since.Add(-clockSkew), directs: a.server.Mastodon > 0}
	complete, err := s.ownPosts(ctx)
	if err != nil || s.found != nil {
		return s.finding(false), err
	}
	if q.Channel == adapters.Private && !s.directs {
		err = s.conversations(ctx)
		complete = false
	}
	return s.finding(complete), err
}

// search is one look-up under way.
type search struct {
	account *account
	query   adapters.FindQuery
	since   time.Time
	directs bool // the listing holds direct posts
	odd     bool // the code was seen in a post of another shape
	found   *status
}

func (s *search) finding(complete bool) adapters.Finding {
	switch {
	case s.found != nil:
		return adapters.Finding{Verdict: adapters.Found, Receipt: s.found.receipt()}
	case complete && !s.odd && !s.query.Since.IsZero():
		return adapters.Finding{Verdict: adapters.Absent}
	}
	return adapters.Finding{}
}

// ownPosts walks our posts, newest first, and reports whether it saw all of them
// back to since.
func (s *search) ownPosts(ctx context.Context) (complete bool, err error) {
	q := url.Values{"limit": {"40"}}
	for range findPages {
		var page []status
		k := call{op: "find", path: "/api/v1/accounts/" + url.PathEscape(string(s.account.self.ID)) + "/statuses", query: q}
		if err := s.account.http.do(ctx, k, &page); err != nil {
			return false, err
		}
		if len(page) == 0 {
			return true, nil
		}
		if s.judgeAll(page) {
			return true, nil
		}
		q.Set("max_id", string(page[len(page)-1].ID))
	}
	return false, nil
}

// judgeAll reports whether the walk may end: found, or older than since.
func (s *search) judgeAll(page []status) (done bool) {
	for _, p := range page {
		if !p.Created.IsZero() && p.Created.Before(s.since) {
			return true
		}
		if s.judge(p); s.found != nil {
			return true
		}
	}
	return false
}

func (s *search) judge(p status) {
	if p.Visibility == "direct" {
		s.directs = true
	}
	if p.Account.ID != s.account.self.ID || p.ID == "" || !holdsCode(p.words(), s.query.Code) {
		return
	}
	if !s.fits(p) {
		s.odd = true
		return
	}
	s.found = &p
}

// fits says whether a post that holds the code has the shape of what was sent.
func (s *search) fits(p status) bool {
	switch s.query.Channel {
	case adapters.Private:
		return p.Visibility == "direct" && p.reaches(s.query.To)
	case adapters.InReply:
		return p.Visibility != "direct" && string(p.Parent) == string(s.query.Parent)
	default:
		return p.Visibility != "direct"
	}
}

// conversations looks where servers list private messages that leave them out of
// the account's posts. It can find, but never prove absence: only the newest
// message of each conversation is listed.
func (s *search) conversations(ctx context.Context) error {
	var list []conversation
	err := s.account.http.do(ctx, call{op: "find", path: "/api/v1/conversations", query: url.Values{"limit": {"40"}}}, &list)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.LastStatus == nil || c.LastStatus.ID == "" || !c.with(s.query.To) {
			continue
		}
		if err := s.conversation(ctx, *c.LastStatus); err != nil || s.found != nil {
			return err
		}
	}
	return nil
}

func (s *search) conversation(ctx context.Context, last status) error {
	if s.judge(last); s.found != nil {
		return nil
	}
	path, err := statusPath("find", adapters.Ref(last.ID))
	if err != nil {
		return nil // an id we cannot ask about proves nothing
	}
	var t thread
	if err := s.account.http.do(ctx, call{op: "find", path: path + "/context"}, &t); err != nil && !isGone(err) {
		return err
	}
	for _, p := range append(t.Ancestors, t.Descendants...) {
		if s.judge(p); s.found != nil {
			return nil
		}
	}
	return nil
}

func (c conversation) with(to adapters.Person) bool {
	for _, p := range c.Accounts {
		if to.ID != "" && string(p.ID) == to.ID || strings.EqualFold(p.Acct, strings.TrimPrefix(to.Handle, "@")) {
			return true
		}
	}
	return false
}

// holdsCode says whether text holds code as a word of its own: NP-1 is not in NP-12.
func holdsCode(text, code string) bool {
	for rest := text; ; {
		i := strings.Index(rest, code)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(rest[:i])
		after, _ := utf8.DecodeRuneInString(rest[i+len(code):])
		if !codeRune(before) && !codeRune(after) {
			return true
		}
		rest = rest[i+len(code):]
	}
}

// codeRune says whether r could continue a code. Chinese characters do not.
func codeRune(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-')
}
