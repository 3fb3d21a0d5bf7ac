package forum

import (
	"slices"
	"sync"
	"time"
)

// The kinds of what is written.
const (
	Topic   = "topic"
	Reply   = "reply"
	Message = "message"
	Edit    = "edit"
	Delete  = "delete"
)

// Received is one text that the agency's account made readers see, whatever its program was
// told about it.
type Received struct {
	ID    string // the forum's id of the post or message
	Kind  string
	To    string // the name of whom a message went to, or a reply answers
	Title string
	Text  string
	At    time.Time
	Nth   int // 1 for the first of its kind, more for a second copy
}

// Action is what a member did.
type Action struct {
	Kind string
	Who  string
	ID   string // of the post or message
	Text string
	At   time.Time
}

// Flag is a report of a post to the forum's moderators.
type Flag struct {
	ID, By   string
	Post     string // its number
	Author   string
	PostText string
	Kind     string // what the forum calls it; "" where it knows no kinds
	Text     string // what moderators read
	At       time.Time
}

// Time is the time of day in China.
func (f Flag) Time() string { return clock(f.At) }

// Ledger is what a pretend forum writes down. The zero value is empty.
type Ledger struct {
	mu       sync.Mutex
	received []Received
	actions  []Action
	copies   map[string]int
	flags    []Flag
}

// Receive writes down what became visible.
func (l *Ledger) Receive(r Received) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.copies == nil {
		l.copies = map[string]int{}
	}
	same := r.Kind + "\x00" + r.To + "\x00" + r.Title + "\x00" + r.Text
	l.copies[same]++
	r.Nth = l.copies[same]
	l.received = append(l.received, r)
}

// Act writes down what a member did.
func (l *Ledger) Act(a Action) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.actions = append(l.actions, a)
}

// Received lists what readers saw, oldest first.
func (l *Ledger) Received() []Received {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.received)
}

// Duplicates lists second copies and later ones.
func (l *Ledger) Duplicates() []Received {
	return slices.DeleteFunc(l.Received(), func(r Received) bool { return r.Nth < 2 })
}

// Actions lists what members did, oldest first.
func (l *Ledger) Actions() []Action {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.actions)
}

// Report writes down a flag.
func (l *Ledger) Report(f Flag) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flags = append(l.flags, f)
}

// Flags lists what the forum's moderators have to look at, oldest first.
func (l *Ledger) Flags() []Flag {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.flags)
}
