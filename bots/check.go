package bots

import (
	"slices"
	"strings"
	"time"
)

// Check is one thing that was read from a person's words, and what they said of it.
type Check struct {
	Slot  string    `json:"slot"`
	Value string    `json:"value"`           // as it stands in the slot; one of the values of a list
	Told  time.Time `json:"told,omitzero"`   // when it was last read back to them; zero: it was not
	As    CheckAs   `json:"as,omitempty"`    // what they said of it; empty: nothing yet
	At    time.Time `json:"at,omitzero"`     // when they said so
	Event string    `json:"event,omitempty"` // the message by which they said so
}

// CheckAs is what a person said of what was read from their words.
type CheckAs string

// What they can say.
const (
	CheckConfirmed CheckAs = "confirmed" // it was read right
	CheckCorrected CheckAs = "corrected" // it is their own word, in place of another
	CheckDisputed  CheckAs = "disputed"  // something of what was read back is wrong; they have not said what
	CheckOwn       CheckAs = "own"       // it is theirs or their family's, nobody's who is reported
	CheckWrong     CheckAs = "wrong"     // it was read wrong, or gave way to another value
)

// Denied says whether it is no fact about whoever is reported.
func (c Check) Denied() bool { return c.As == CheckOwn || c.As == CheckWrong }

// Sure says whether it is the person's own word.
func (c Check) Sure() bool { return c.As == CheckConfirmed || c.As == CheckCorrected }

// tail begins a value of which only the end was kept.
const tail = "尾号"

// Plain is the value without the words that a slot puts before it.
func (c Check) Plain() string {
	for _, lead := range []string{"微信", "QQ", "订单号", "约", tail} {
		if rest, ok := strings.CutPrefix(c.Value, lead); ok && rest != "" {
			return rest
		}
	}
	return c.Value
}

// Names says whether it is about an indicator of this kind and value.
func (c Check) Names(kind, value string) bool {
	counted := kind == "amount" || kind == "coins"
	switch {
	case counted != (c.Slot == "amount") || (kind == "time") != (c.Slot == "time"):
		return false
	case strings.HasPrefix(c.Value, tail):
		return strings.HasSuffix(value, c.Plain())
	}
	return strings.EqualFold(c.Plain(), value)
}

// CheckOf finds what was said of a value of a slot; false: nothing was read back or said.
func (r *Report) CheckOf(slot, value string) (Check, bool) {
	i := slices.IndexFunc(r.Checks, func(c Check) bool { return c.Slot == slot && c.Value == value })
	if i < 0 {
		return Check{}, false
	}
	return r.Checks[i], true
}

// mostChecks bounds the checks a report remembers, because a record has a size. Values have at most
// mostValue bytes.
const (
	mostChecks = 60
	mostValue  = 120
)

// change changes the check of a value, or begins one.
func (r *Report) change(slot, value string, how func(*Check)) {
	all := slices.Clone(r.Checks) // the record read may be somebody else's too
	i := slices.IndexFunc(all, func(c Check) bool { return c.Slot == slot && c.Value == value })
	if i < 0 {
		if len(all) >= mostChecks || len(value) > mostValue {
			return
		}
		i, all = len(all), append(all, Check{Slot: slot, Value: value})
	}
	how(&all[i])
	r.Checks = all
}

// NoteTold notes that these were read back to the person.
func (r *Report) NoteTold(all []Told, at time.Time) {
	for _, t := range all {
		r.change(t.Slot, t.Value, func(c *Check) { c.Told = at })
	}
}

// NoteCheck notes what the person said of a value, by the message of an event.
func (r *Report) NoteCheck(x NoteCheck, at time.Time, event string) {
	r.change(x.Slot, x.Value, func(c *Check) {
		if c.As, c.At, c.Event = x.As, at, event; x.As == "" {
			c.At, c.Event = time.Time{}, ""
		}
	})
}

// Told is one thing that a reply reads back to the person.
type Told struct{ Slot, Value string }

// NoteCheck records what the person said of a value that was read from their words. As empty takes back
// what they had said.
type NoteCheck struct {
	Report, Slot, Value string
	As                  CheckAs
}

// Unshare ends what [Share] tied: what was named is not what the report is about.
type Unshare struct{ Report, What string }

func (NoteCheck) effect() {}
func (Unshare) effect()   {}
