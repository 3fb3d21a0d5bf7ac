package wechat

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"
)

// Received is one message or article that reached phones. It is written down when it
// does, whether or not the caller ever learns so.
type Received struct {
	Via     Via
	Kind    string   // text, image, news, mpnews, msgmenu …
	To      []string // names; none: published for anybody to find
	Title   string   // of an article
	Text    string   // of a message; the content of an article as readers get it
	Digest  string   // hex SHA-256 of Text
	URL     string
	MediaID string
	// MsgID names what it belongs to: the message answered by a passive reply, the
	// msg_id of a mass send, the publish_id of a publication.
	MsgID   string
	Article ArticleRef
	At      time.Time
	// Nth is 1 for the first of its kind and more for a duplicate: the same content
	// reached the same people before, by whichever way. It is 0 for what people sent
	// by hand.
	Nth     int
	Deleted time.Time
}

func (r *Received) byHand() bool {
	return r.Via == ViaStaff || r.Via == ViaConsole || r.Via == ViaAuto || r.Via == ViaSystem
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Received lists everything that reached phones, oldest first, but for what the platform
// itself and the auto-replies say.
func (p *Platform) Received() []Received {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Received, len(p.received))
	for i, r := range p.received {
		out[i] = *r
		out[i].To = slices.Clone(r.To)
	}
	return out
}

// Duplicates lists what reached phones more than once: second copies and later ones.
func (p *Platform) Duplicates() []Received {
	return slices.DeleteFunc(p.Received(), func(r Received) bool { return r.Nth < 2 })
}

// ReceivedBy lists what reached one person, oldest first.
func (p *Platform) ReceivedBy(name string) []Received {
	return slices.DeleteFunc(p.Received(), func(r Received) bool { return !slices.Contains(r.To, name) })
}

// Actions lists everything followers and staff did, oldest first.
func (p *Platform) Actions() []Action {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.actions)
}

// Counts are totals.
type Counts struct {
	Requests        int `json:"requests"`         // of the API
	Refused         int `json:"refused"`          // of them, with an errcode or an error status
	Tokens          int `json:"tokens"`           // made
	Pushes          int `json:"pushes"`           // callbacks
	Deliveries      int `json:"deliveries"`       // tries of callbacks
	DeadlinesMissed int `json:"deadlines_missed"` // deliveries not answered in time
	Malformed       int `json:"malformed"`        // answers that are no reply
	Unavailable     int `json:"unavailable"`      // notices that the service is out of order
	Unheard         int `json:"unheard"`          // callbacks that ended without an answer
	Contradicted    int `json:"contradicted"`     // redeliveries answered otherwise than before
	Actions         int `json:"actions"`
	Received        int `json:"received"`
	Passive         int `json:"passive"`  // of those received
	Custom          int `json:"custom"`   // of those received
	Articles        int `json:"articles"` // of those received: published or mass-sent by API
	Duplicates      int `json:"duplicates"`
	Faults          int `json:"faults"` // requests and deliveries struck by one
}

// Counts returns the totals.
func (p *Platform) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.counts
	n.Actions, n.Received = len(p.actions), len(p.received)
	for _, x := range p.pushes {
		n.Unheard += count(x.Done && !x.Acknowledged)
		n.Contradicted += count(x.Contradicted)
	}
	for _, r := range p.received {
		n.Passive += count(r.Via == ViaPassive)
		n.Custom += count(r.Via == ViaCustom)
		n.Articles += count(r.Via == ViaPublish || r.Via == ViaMass)
		n.Duplicates += count(r.Nth > 1)
	}
	for _, struck := range p.struck {
		n.Faults += struck
	}
	return n
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Struck returns how often each kind of fault has struck.
func (p *Platform) Struck() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.struck)
}
