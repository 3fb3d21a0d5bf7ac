package bridge

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// send is something the agency asked for under a key.
type send struct {
	Ref, Kind, To, Parent string // Kind: publications, messages, comments
	Title, Text           string
	at, due               time.Time // due: when a person has looked at it
	asked                 [32]byte
	refused, gone         bool
	nth                   int
}

// take carries a send out, once for each key.
func (s *Site) take(kind string, body []byte) reply {
	var in struct {
		Key, Code, Title, Text, Parent string
		To                             member
	}
	if !slices.Contains([]string{"publications", "messages", "comments"}, kind) {
		return no(http.StatusNotFound, "unsupported", "path", "")
	}
	if json.Unmarshal(body, &in) != nil || in.Key == "" || len(in.Key) > 32 || strings.TrimSpace(in.Text) == "" {
		return no(http.StatusBadRequest, "rejected", "incomplete", "a key of at most 32 characters and a text are needed")
	}
	asked := sha256.Sum256(append([]byte(kind+"\n"), body...))
	if known := s.keys[in.Key]; known != nil {
		if known.asked != asked {
			return no(http.StatusConflict, "rejected", "key-reused", "")
		}
		return s.receipt(known, http.StatusOK, true)
	}
	if refusal, bad := s.objection(kind, in.To.ID, in.Parent, in.Text); bad {
		return refusal
	}
	now := s.opts.Now().UTC()
	made := &send{Ref: fmt.Sprintf("s%06d", len(s.sends)+1), Kind: kind, To: in.To.ID, Parent: in.Parent, Title: in.Title, Text: in.Text, at: now, due: now, asked: asked}
	if kind == "publications" {
		made.due = now.Add(s.opts.ReviewDelay)
		made.refused = s.opts.Refuse != "" && strings.Contains(in.Text, s.opts.Refuse)
	}
	s.copies[kind+"\n"+in.To.ID+"\n"+in.Text]++
	made.nth = s.copies[kind+"\n"+in.To.ID+"\n"+in.Text]
	s.sends, s.keys[in.Key] = append(s.sends, made), made
	return s.receipt(made, http.StatusCreated, false)
}

// objection is why a send is not carried out.
func (s *Site) objection(kind, to, parent, text string) (reply, bool) {
	if n := len([]rune(text)); kind == "messages" && n > s.opts.MaxPrivate {
		return no(http.StatusUnprocessableEntity, "rejected", "too-long", fmt.Sprintf("%d characters, at most %d", n, s.opts.MaxPrivate)), true
	}
	if _, known := s.nameOf(to); kind == "messages" && !known {
		return no(http.StatusUnprocessableEntity, "rejected", "no-such-person", ""), true
	}
	if p := s.posts[parent]; kind == "comments" && (p == nil || p.deleted || p.private) {
		return no(http.StatusGone, "gone", "post", ""), true
	}
	return reply{}, false
}

func (s *Site) receipt(x *send, status int, existed bool) reply {
	r := map[string]any{"ref": x.Ref, "state": s.state(x), "at": x.at, "url": "https://site.example/t/" + x.Ref}
	if existed {
		r["existed"] = true
	}
	if x.refused {
		r["reason"] = "编辑未通过"
	}
	return reply{status, r}
}

func (s *Site) state(x *send) string {
	switch {
	case s.opts.Now().Before(x.due):
		return "pending"
	case x.refused:
		return "refused"
	}
	return "done"
}

func (s *Site) lookFor(key string) reply {
	if x := s.keys[key]; x != nil {
		return reply{http.StatusOK, map[string]any{"verdict": "found", "receipt": s.receipt(x, 0, false).body}}
	}
	return reply{http.StatusOK, map[string]any{"verdict": "absent"}}
}

// sent finds a send that is still there.
func (s *Site) sent(ref string) *send {
	for _, x := range s.sends {
		if x.Ref == ref && !x.gone {
			return x
		}
	}
	return nil
}

func (s *Site) sendState(ref string) reply {
	if x := s.sent(ref); x != nil {
		return s.receipt(x, http.StatusOK, false)
	}
	return no(http.StatusNotFound, "gone", "send", "")
}

func (s *Site) withdraw(ref string) reply {
	x := s.sent(ref)
	if x == nil {
		return no(http.StatusNotFound, "gone", "send", "")
	}
	x.gone = true
	return reply{http.StatusNoContent, nil}
}

func (s *Site) figures(refs []string) reply {
	list := []any{}
	for _, ref := range refs {
		if x := s.sent(ref); x != nil && s.state(x) == "done" {
			list = append(list, map[string]any{"ref": ref, "name": "reads", "value": 10 + len(x.Text)%90})
		}
	}
	return reply{http.StatusOK, map[string]any{"figures": list}}
}

// Received is one thing that reached people.
type Received struct {
	Ref     string
	Kind    string // "publications", "messages", "comments"
	To      string // a name, if private
	Title   string
	Text    string
	At      time.Time
	Nth     int // more than 1: the same text reached the same person before
	Removed bool
}

// Received lists everything that reached people, oldest first: what a person has yet to
// look at, or has refused, has not.
func (s *Site) Received() (out []Received) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.sends {
		if s.state(x) != "done" {
			continue
		}
		name, _ := s.nameOf(x.To)
		out = append(out, Received{x.Ref, x.Kind, name, x.Title, x.Text, x.at, x.nth, x.gone})
	}
	return out
}

// Duplicates lists what reached people more than once: second copies and later ones.
func (s *Site) Duplicates() []Received {
	return slices.DeleteFunc(s.Received(), func(r Received) bool { return r.Nth < 2 })
}
