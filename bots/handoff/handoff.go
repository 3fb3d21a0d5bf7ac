// Package handoff tells people who reported something that their matter has news: another unit has taken it
// over, or something came of it.
//
// # Failure model
//
// The bot is pure. What the other unit wrote stays with the officers: the message says that there is news
// and nothing of what it is, because phones are read by others.
package handoff

import "netpatrol/bots"

var _ bots.Bot = (*Bot)(nil)

// Bot answers a unit's answer. It is safe for concurrent use.
type Bot struct{}

// New returns one.
func New() *Bot { return &Bot{} }

// Name implements [bots.Bot].
func (*Bot) Name() string { return "handoff" }

// Decide implements [bots.Bot].
func (*Bot) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	a, ok := e.Body.(*bots.HandoffAnswer)
	if !ok {
		return nil, bots.ErrNotMine
	}
	if a.As != bots.HandoffAccepted && a.As != bots.HandoffResult {
		return nil, nil // for the officers to deal with
	}
	talk, ok := bots.Get[bots.Conversation](f, e.Stream)
	if a.Report == "" || !ok || talk.Person.ID == "" || talk.Erased {
		return nil, nil // about a post, or nobody is there to tell
	}
	return []bots.Effect{bots.Reply{Template: "handoff-news", Purpose: bots.ForNotice, Report: a.Report}}, nil
}
