package bridge

import (
	"fmt"
	"strings"
	"time"
)

// Action is something a person did.
type Action struct {
	Kind  string // "message", "mention", "post", "comment", "edit", "delete"
	Who   string
	Ref   string // of the message or post
	Event string // the id of the event it made
	Text  string
	At    time.Time
}

// post is something public, or a private message.
type post struct {
	ref, author, text string
	private           bool
	at, edited        time.Time
	deleted           bool
}

// event is one event as the contract writes it, and the source that shows it.
type event struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	Ref    string    `json:"ref,omitempty"`
	Parent string    `json:"parent,omitempty"`
	From   *member   `json:"from,omitempty"`
	Text   string    `json:"text,omitempty"`
	At     time.Time `json:"at"`

	Package  string `json:"package,omitempty"` // of an answer to one
	Revision int    `json:"revision,omitempty"`
	Answer   string `json:"answer,omitempty"`
	Number   string `json:"number,omitempty"`

	source string
}

type member struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// Write lets a person write to the agency in private, and returns the message's ref.
func (s *Site) Write(name, text string) (string, error) {
	return s.say(name, "message", "messages", "", text)
}

// Mention lets a person name the agency in public.
func (s *Site) Mention(name, text string) (string, error) {
	return s.say(name, "mention", "mentions", "", text)
}

// Post lets a person write on the site's board, to nobody in particular.
func (s *Site) Post(name, text string) (string, error) { return s.say(name, "post", "board", "", text) }

// Answer lets a person comment publicly under something the agency published.
func (s *Site) Answer(name, under, text string) (string, error) {
	return s.say(name, "comment", "mentions", under, text)
}

func (s *Site) say(name, kind, source, parent, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.idOf(name)
	if err != nil {
		return "", err
	}
	if strings.TrimSpace(text) == "" {
		return "", fmt.Errorf("%s writes: %w", name, ErrEmpty)
	}
	now := s.opts.Now().UTC()
	p := &post{ref: fmt.Sprintf("p%06d", len(s.posts)+1), author: id, text: text, private: kind == "message", at: now}
	s.posts[p.ref] = p
	e := s.happen(event{Kind: kind, Ref: p.ref, Parent: parent, From: &member{id, name}, Text: text, source: source})
	s.actions = append(s.actions, Action{kind, name, p.ref, e.ID, text, now})
	return p.ref, nil
}

// happen writes an event down and begins to push it; the lock is held.
func (s *Site) happen(e event) event {
	now := s.opts.Now().UTC()
	e.ID, e.At = fmt.Sprintf("%d-%d", now.UnixMilli(), len(s.events)+1), now
	s.events = append(s.events, e)
	s.pushSoon(e)
	return e
}

// Edit changes what a person wrote, Delete takes it away. Both make an event.
func (s *Site) Edit(ref, text string) error { return s.change(ref, "edit", text) }

// Delete takes away what a person wrote.
func (s *Site) Delete(ref string) error { return s.change(ref, "delete", "") }

func (s *Site) change(ref, kind, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.posts[ref]
	if p == nil || p.deleted {
		return fmt.Errorf("%s %s: no such post", kind, ref)
	}
	name, _ := s.nameOf(p.author)
	e := event{Kind: "edited", Ref: ref, From: &member{p.author, name}, Text: text, source: "board"}
	if kind == "delete" {
		p.deleted, e.Kind = true, "deleted"
	} else {
		p.text, p.edited = text, s.opts.Now().UTC()
	}
	s.actions = append(s.actions, Action{kind, name, ref, s.happen(e).ID, text, s.opts.Now().UTC()})
	return nil
}

// Actions lists everything people did, oldest first.
func (s *Site) Actions() []Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Action(nil), s.actions...)
}
