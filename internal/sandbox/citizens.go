package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// SayOption changes how a citizen posts.
type SayOption func(*post, *Microblog)

// InReplyTo makes a post answer another one; an unknown id is ignored.
func InReplyTo(id StatusID) SayOption {
	return func(p *post, m *Microblog) { p.parent = m.byID[string(id)] }
}

// WithVisibility makes a post something else than public.
func WithVisibility(v Visibility) SayOption {
	return func(p *post, _ *Microblog) { p.visibility = v }
}

// Say posts in public. Tags are read from #tag and #tag#, mentions from @handle
// with any neighbouring characters but ASCII letters and digits.
func (m *Microblog) Say(from, text string, opts ...SayOption) (StatusID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := post{text: text, language: "zh", visibility: Public, generous: true}
	for _, o := range opts {
		o(&p, m)
	}
	return m.say(Said, from, p)
}

// Tell sends a private message; the platform puts the recipient's @handle in front.
func (m *Microblog) Tell(from, to, text string, opts ...SayOption) (StatusID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.find(to)
	if a == nil {
		return "", fmt.Errorf("%s tells %s: %w", from, to, ErrNoAccount)
	}
	if strings.TrimSpace(text) == "" {
		return "", fmt.Errorf("%s tells %s: %w", from, to, ErrEmpty)
	}
	p := post{text: "@" + a.handle + " " + text, language: "zh", visibility: Direct, generous: true}
	for _, o := range opts {
		o(&p, m)
	}
	return m.say(Told, from, p)
}

func (m *Microblog) say(kind ActionKind, from string, p post) (StatusID, error) {
	a := m.find(from)
	if a == nil {
		return "", fmt.Errorf("%s of %s: %w", kind, from, ErrNoAccount)
	}
	if err := m.fits(p.text); err != nil {
		return "", fmt.Errorf("%s of %s: %w", kind, from, err)
	}
	s := m.publish(a, p)
	m.record(kind, a, s)
	return StatusID(s.id), nil
}

// fits holds a citizen's text to the limits of the API.
func (m *Microblog) fits(text string) error {
	n := weight(m.reader(true).split(text), m.perURL())
	switch {
	case strings.TrimSpace(text) == "":
		return ErrEmpty
	case n > m.opts.MaxChars:
		return fmt.Errorf("%w: %d characters of %d", ErrTooLong, n, m.opts.MaxChars)
	}
	return nil
}

// Edit changes the text of one's own post.
func (m *Microblog) Edit(from string, id StatusID, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, err := m.ownStatus(Edited, from, id)
	if err != nil {
		return err
	}
	if err := m.fits(text); err != nil {
		return fmt.Errorf("edit of %s: %w", from, err)
	}
	m.revise(s, text, s.spoiler, s.sensitive)
	m.record(Edited, s.author, s)
	return nil
}

// Delete deletes one's own post.
func (m *Microblog) Delete(from string, id StatusID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, err := m.ownStatus(Deleted, from, id)
	if err != nil {
		return err
	}
	m.remove(s)
	m.record(Deleted, s.author, s)
	return nil
}

func (m *Microblog) ownStatus(kind ActionKind, from string, id StatusID) (*status, error) {
	a, s := m.find(from), m.byID[string(id)]
	if a == nil {
		return nil, fmt.Errorf("%s of %s: %w", kind, from, ErrNoAccount)
	}
	if s == nil || s.author != a || !s.deleted.IsZero() {
		return nil, fmt.Errorf("%s of %s, post %s: %w", kind, from, id, ErrNoStatus)
	}
	return s, nil
}

// Follow makes one account follow another.
func (m *Microblog) Follow(from, to string) error { return m.relate(Followed, from, to, m.follow) }

// Unfollow ends it.
func (m *Microblog) Unfollow(from, to string) error {
	return m.relate(Unfollowed, from, to, m.unfollow)
}

func (m *Microblog) relate(kind ActionKind, from, to string, deed func(a, b *account)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, b := m.find(from), m.find(to)
	if a == nil || b == nil {
		return fmt.Errorf("%s of %s and %s: %w", kind, from, to, ErrNoAccount)
	}
	deed(a, b)
	m.record(kind, a, nil, b)
	return nil
}

// Age sets how long ago an account was made: a policy may filter new ones.
func (m *Microblog) Age(handle string, age time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.find(handle)
	if a == nil {
		return fmt.Errorf("age of %s: %w", handle, ErrNoAccount)
	}
	a.created = m.opts.Now().Add(-age)
	return nil
}

// AuthorizationCode returns a code that POST /oauth/token exchanges once for a token
// of that account.
func (m *Microblog) AuthorizationCode(handle string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.find(handle)
	if a == nil {
		return "", fmt.Errorf("authorize %s: %w", handle, ErrNoAccount)
	}
	code := m.newToken("code", fmt.Sprint(len(m.grants), len(m.codes)))
	m.codes[code] = a
	return code, nil
}

// describe keeps what the citizen page says of a citizen.
func (m *Microblog) describe(c Citizen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.find(c.Handle).about = c.About
}
