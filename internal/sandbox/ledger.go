package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Received is one text the API under test made the platform accept: a status, or an
// edit of one. It is written down when the platform accepts it, whether or not the
// client ever learns so.
type Received struct {
	ID         StatusID   `json:"id"`
	Edit       bool       `json:"edit,omitempty"` // a new text for the status ID
	Account    string     `json:"account"`        // handle of the sender
	Visibility Visibility `json:"visibility"`
	To         []string   `json:"to"` // handles of those mentioned, in the order of the text
	Text       string     `json:"text"`
	Digest     string     `json:"digest"` // hex SHA-256 of Text
	// Body is Text without the mentions it begins with, which address it; equal to
	// Text when there are none.
	Body       string    `json:"body"`
	BodyDigest string    `json:"body_digest"`
	InReplyTo  StatusID  `json:"in_reply_to,omitempty"`
	Key        string    `json:"key,omitempty"` // Idempotency-Key
	At         time.Time `json:"at"`
	// Nth is 1 for the first of its kind and more for a duplicate: the same account,
	// visibility, recipients and text were accepted before.
	Nth int `json:"nth"`
	// Repeats counts the requests that were answered with this status because they
	// carried its key again.
	Repeats int       `json:"repeats,omitempty"`
	Deleted time.Time `json:"deleted,omitzero"`
}

type received struct {
	Received
	status *status
}

// receive writes down what the platform accepted through the API.
func (m *Microblog) receive(s *status, key string, at time.Time) {
	r := m.entry(s, at)
	same := fmt.Sprintf("%q", append([]string{r.Account, string(r.Visibility), r.Text}, r.To...))
	m.copies[same]++
	r.Key, r.Nth = key, m.copies[same]
	m.received = append(m.received, r)
}

func (m *Microblog) entry(s *status, at time.Time) *received {
	body := withoutAddress(m.reader(s.generous).split(s.text))
	r := Received{
		ID: StatusID(s.id), Account: s.author.handle, Visibility: s.visibility, To: handles(s.mentions), Text: s.text,
		Digest: digest(s.text), Body: body, BodyDigest: digest(body), At: at,
	}
	if s.parent != nil {
		r.InReplyTo = StatusID(s.parent.id)
	}
	return &received{r, s}
}

func (m *Microblog) receivedAgain(id string) {
	for _, r := range m.received {
		if string(r.ID) == id && !r.Edit {
			r.Repeats++
		}
	}
}

func (m *Microblog) noteEdit(s *status) {
	r := m.entry(s, s.edited)
	r.Edit, r.Nth = true, 1
	m.received = append(m.received, r)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func handles(accounts []*account) []string {
	out := []string{}
	for _, a := range accounts {
		out = append(out, a.handle)
	}
	return out
}

// Received lists everything the API under test made the platform accept, oldest first.
func (m *Microblog) Received() []Received {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Received, len(m.received))
	for i, r := range m.received {
		out[i] = r.Received
		out[i].Deleted = r.status.deleted
	}
	return out
}

// Duplicates lists what was received more than once: second copies and later ones.
func (m *Microblog) Duplicates() []Received {
	return slices.DeleteFunc(m.Received(), func(r Received) bool { return r.Nth < 2 })
}

// ActionKind is what a citizen did.
type ActionKind string

// The kinds of actions.
const (
	Said       ActionKind = "say"  // in public
	Told       ActionKind = "tell" // in private
	Edited     ActionKind = "edit"
	Deleted    ActionKind = "delete"
	Followed   ActionKind = "follow"
	Unfollowed ActionKind = "unfollow"
)

// Action is one thing a citizen did through the methods of [Microblog] or the citizen
// page. Status names the post, so that one that left no trace can be found.
type Action struct {
	N         int        `json:"n"` // counts from 1
	Kind      ActionKind `json:"kind"`
	From      string     `json:"from"`
	To        []string   `json:"to,omitempty"` // handles told, mentioned or followed
	Text      string     `json:"text,omitempty"`
	Tags      []string   `json:"tags,omitempty"`
	Status    StatusID   `json:"status,omitempty"`
	InReplyTo StatusID   `json:"in_reply_to,omitempty"`
	At        time.Time  `json:"at"`
}

func (m *Microblog) record(kind ActionKind, from *account, s *status, to ...*account) {
	a := Action{N: len(m.actions) + 1, Kind: kind, From: from.handle, To: handles(to), At: m.opts.Now()}
	if s != nil {
		a.Status, a.Text, a.Tags, a.To = StatusID(s.id), s.text, slices.Clone(s.tags), handles(s.mentions)
		if s.parent != nil {
			a.InReplyTo = StatusID(s.parent.id)
		}
	}
	m.actions = append(m.actions, a)
}

// Actions lists everything citizens did, oldest first.
func (m *Microblog) Actions() []Action {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.actions)
}

// Counts are totals since the platform was made.
type Counts struct {
	Requests     int `json:"requests"`
	Writes       int `json:"writes"`  // requests by POST, PUT, PATCH or DELETE
	Refused      int `json:"refused"` // answers of 400 and more, 429 included
	RateLimited  int `json:"rate_limited"`
	Faults       int `json:"faults"`        // requests and connections struck by one
	Public       int `json:"public"`        // statuses received that are not direct
	Direct       int `json:"direct"`        // statuses received that are
	Edits        int `json:"edits"`         // through the API
	Duplicates   int `json:"duplicates"`    // of [Microblog.Duplicates]
	KeyRepeats   int `json:"key_repeats"`   // requests answered by their Idempotency-Key
	Actions      int `json:"actions"`       // of citizens
	RemovedAfter int `json:"removed_after"` // of [Microblog.RemovedAfterMessage]
}

func (n *Counts) add(r Request) {
	n.Requests++
	if r.Method != http.MethodGet {
		n.Writes++
	}
	if r.Status >= http.StatusBadRequest {
		n.Refused++
	}
	if r.Status == http.StatusTooManyRequests {
		n.RateLimited++
	}
}

// Counts returns the totals.
func (m *Microblog) Counts() Counts {
	received, removed := m.Received(), len(m.RemovedAfterMessage())
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.counts
	n.Actions, n.RemovedAfter = len(m.actions), removed
	for _, struck := range m.faults.struck {
		n.Faults += struck
	}
	for _, r := range received {
		n.count(r)
	}
	return n
}

func (n *Counts) count(r Received) {
	switch {
	case r.Edit:
		n.Edits++
	case r.Visibility == Direct:
		n.Direct++
	default:
		n.Public++
	}
	if r.Nth > 1 {
		n.Duplicates++
	}
	n.KeyRepeats += r.Repeats
}

// RemovedAfterMessage lists the public posts their author deleted after an official
// account had written to the author in private, later than the post.
func (m *Microblog) RemovedAfterMessage() (out []Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.statuses {
		if s.author.citizen && s.visibility != Direct && !s.deleted.IsZero() && m.wasTold(s) {
			out = append(out, m.status(s))
		}
	}
	return out
}

func (m *Microblog) wasTold(s *status) bool {
	return slices.ContainsFunc(m.received, func(r *received) bool {
		return r.Visibility == Direct && slices.Contains(r.status.mentions, s.author) &&
			!r.At.Before(s.created) && !r.At.After(s.deleted)
	})
}

// Status is a post or message as its readers see it.
type Status struct {
	ID         StatusID   `json:"id"`
	From       string     `json:"from"`
	To         []string   `json:"to"`
	Text       string     `json:"text"`
	Visibility Visibility `json:"visibility"`
	InReplyTo  StatusID   `json:"in_reply_to,omitempty"`
	At         time.Time  `json:"at"`
	Edited     time.Time  `json:"edited,omitzero"`
	Deleted    time.Time  `json:"deleted,omitzero"`
}

func (m *Microblog) status(s *status) Status {
	v := Status{
		ID: StatusID(s.id), From: s.author.handle, To: handles(s.mentions), Text: s.text, Visibility: s.visibility,
		At: s.created, Edited: s.edited, Deleted: s.deleted,
	}
	if s.parent != nil {
		v.InReplyTo = StatusID(s.parent.id)
	}
	return v
}

// Status returns one post, deleted or not.
func (m *Microblog) Status(id StatusID) (Status, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.byID[string(id)]
	if s == nil {
		return Status{}, false
	}
	return m.status(s), true
}

// Inbox lists the private messages an account was sent and can still see, oldest first.
// A policy that filters strangers does not hide them here.
func (m *Microblog) Inbox(handle string) []Status {
	return m.list(func(s *status) bool {
		return s.visibility == Direct && !strings.EqualFold(s.author.handle, handle) &&
			slices.ContainsFunc(s.mentions, func(a *account) bool { return strings.EqualFold(a.handle, handle) })
	})
}

// Posts lists the posts of one account that are not private messages and still exist,
// oldest first.
func (m *Microblog) Posts(handle string) []Status {
	return m.list(func(s *status) bool { return s.visibility != Direct && strings.EqualFold(s.author.handle, handle) })
}

func (m *Microblog) list(keep func(*status) bool) (out []Status) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.statuses {
		if s.deleted.IsZero() && keep(s) {
			out = append(out, m.status(s))
		}
	}
	return out
}
