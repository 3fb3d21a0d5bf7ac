// Package intake answers people who write to us privately and turns what they say into
// reports an officer can work on.
//
// Whatever else a message says, danger to life and then moving money is looked for first
// and answered with a card (promise 12). Somebody who disagrees with a warning reaches an
// officer (promise 10). When an officer has taken a conversation over, the bot writes
// down and keeps silent.
//
// Everybody else is guided: what a free text tells fills the slots of the report in any order, and
// what is missing is asked for, one question a message. A first message is answered at once; after
// it, what a person sends in several pieces gets one answer when they pause. 0 leads to an officer, 停
// ends the questions, 改 corrects. What was read of their words is read back to them, and 对 confirms it. The
// writer's identity number and full card number are never asked for. Before anything is asked they are told, once,
// who reads what they write, how long it is kept and to whom it goes.
//
// # Failure model
//
// The bot is pure and turns nobody away: a message it cannot read opens a report and
// gets the line with 110. Only a first message every word of which is an everyday one gets a short answer instead, and
// whatever follows it begins with it. When in doubt a text counts as an emergency; the price of a card
// too many is small.
package intake

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"netpatrol/bots"
	"netpatrol/bots/match"
	"netpatrol/templates"
)

// quiet is how long the bot says no more than it has said, so that twelve short lines get
// one answer. Emergencies do not wait for it.
const quiet = 2 * time.Minute

// aStory is how much of a message is read for answers, in bytes: some two thousand Chinese characters.
// The rest is pasted.
const aStory = 6 << 10

var _ bots.Bot = (*Bot)(nil)

// Bot is the intake. It is safe for concurrent use.
type Bot struct {
	folder  *match.Folder
	kinds   *kinds
	filings []templates.Filing
	local   Local

	hotlines []templates.Hotline // numbers that may be named
}

// Local is what an intake knows of the places of its station.
type Local struct {
	// Filings are the station's own figures, in front of the shipped ones.
	Filings []templates.Filing
	// Regions are the codes (GB/T 2260) of the places that a text names. It is pure; nil: places count by name only.
	Regions func(text string) []string
	// Keep is for how long a conversation is kept after it is over, as people are told in days; 0: nothing is said of it.
	Keep time.Duration
}

// New returns the intake. It reads tables that are part of the program, and panics when they
// are broken.
func New() *Bot { return NewAt(Local{}) }

// NewAt returns the intake of a place.
func NewAt(l Local) *Bot {
	rows, err := templates.Catalogue()
	if err != nil {
		panic(err)
	}
	filings, err := templates.Filings()
	if err != nil {
		panic(err)
	}
	hotlines, err := templates.Hotlines()
	if err != nil {
		panic(err)
	}
	f := match.NewFolder()
	return &Bot{folder: f, kinds: newKinds(f, rows), filings: slices.Concat(l.Filings, filings), local: l, hotlines: hotlines}
}

// Name implements [bots.Bot].
func (*Bot) Name() string { return "intake" }

// Decide implements [bots.Bot].
func (b *Bot) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	if r, ok := e.Body.(*bots.Reminder); ok && r.Bot == b.Name() {
		return b.reminded(e, r, f), nil
	}
	if r, ok := e.Body.(*bots.FetchResult); ok && r.Bot == b.Name() {
		return collected(e, f, r), nil
	}
	h, ok := e.Body.(*bots.Heard)
	if !ok || e.Kind != bots.MessageHeard && e.Kind != bots.MenuPressed && e.Kind != bots.Followed {
		return nil, bots.ErrNotMine
	}
	account, known := f.Account(e.Account)
	if known && ours(account, h.From.ID) {
		return nil, nil
	}
	said := unaddressed(h.Text, account)
	t := newTurn(b, e, f, b.folder.Fold(said))
	if e.Kind == bots.Followed {
		return t.greet(), nil
	}
	if len(said) > aStory {
		t.words = b.folder.Fold(strings.ToValidUTF8(said[:aStory], ""))
	}
	if e.Kind == bots.MenuPressed && t.pressed(h) {
		t.keepGuide()
		return t.effects, nil
	}
	t.chosen, t.chosenSlot = t.choice(h)
	t.wonder()
	t.decide()
	t.keepGuide()
	t.collect(h)
	return t.effects, nil
}

// unaddressed leaves our own name out at the beginning of what somebody wrote: where private messages are addressed, as on a
// microblog, it only tells the platform whom they mean, and 0 or 停 behind it is the whole of the message.
func unaddressed(text string, a bots.Account) string {
	for {
		rest, addressed := strings.CutPrefix(strings.TrimSpace(text), "@")
		end := strings.IndexFunc(rest, unicode.IsSpace)
		if !addressed || end < 0 {
			return text
		}
		name, _, _ := strings.Cut(rest[:end], "@")
		own := func(s string) bool { s, _, _ = strings.Cut(s, "@"); return s != "" && strings.EqualFold(s, name) }
		if !own(a.Handle) && !slices.ContainsFunc(a.Names, own) {
			return text
		}
		text = strings.TrimSpace(rest[end:])
	}
}

// reminded does what was put off.
func (b *Bot) reminded(e bots.Event, r *bots.Reminder, f bots.Facts) []bots.Effect {
	switch r.Key {
	case turnKey:
		return b.settle(e, f)
	case caseKey:
		return b.nudgeCase(e, f)
	}
	return lapsed(r, f)
}

// ours says whether somebody is the account itself or its staff.
func ours(a bots.Account, person string) bool {
	if person != "" && person == a.Self {
		return true
	}
	for _, id := range a.Staff {
		if id == person {
			return true
		}
	}
	return false
}
