// Package intake answers people who write to us privately and turns what they say into
// reports an officer can work on.
//
// Whatever else a message says, danger to life and then moving money is looked for first
// and answered with a card (promise 12). Somebody who disagrees with a warning reaches an
// officer (promise 10). When an officer has taken a conversation over, the bot writes
// down and keeps silent.
//
// # Failure model
//
// The bot is pure and turns nobody away: a message it cannot read opens a report and
// gets the line with 110. When in doubt a text counts as an emergency; the price of a card
// too many is small.
package intake

import (
	"time"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// quiet is how long the bot says no more than it has said, so that twelve short lines get
// one answer. Emergencies do not wait for it.
const quiet = 2 * time.Minute

var _ bots.Bot = (*Bot)(nil)

// Bot is the intake. It is safe for concurrent use.
type Bot struct{ folder *match.Folder }

// New returns the intake.
func New() *Bot { return &Bot{folder: match.NewFolder()} }

// Name implements [bots.Bot].
func (*Bot) Name() string { return "intake" }

// Decide implements [bots.Bot].
func (b *Bot) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	if r, ok := e.Body.(*bots.Reminder); ok && r.Bot == b.Name() {
		return lapsed(r, f), nil
	}
	if r, ok := e.Body.(*bots.FetchResult); ok && r.Bot == b.Name() {
		return collected(e, f, r), nil
	}
	h, ok := e.Body.(*bots.Heard)
	if !ok || e.Kind != bots.MessageHeard && e.Kind != bots.MenuPressed {
		return nil, bots.ErrNotMine
	}
	account, known := f.Account(e.Account)
	if known && ours(account, h.From.ID) {
		return nil, nil
	}
	t := newTurn(e, f, b.folder.Fold(h.Text))
	if e.Kind == bots.MenuPressed && t.pressed(h) {
		return t.effects, nil
	}
	t.chosen = t.choice(h)
	t.decide()
	t.collect(h)
	return t.effects, nil
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
