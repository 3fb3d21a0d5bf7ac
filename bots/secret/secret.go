// Package secret answers whoever sends us a lookup code: it belongs on the status page, and
// into no message, because whoever reads it there can read what the reporter was told.
//
// The code was masked before the message was stored; the bot sees only that there was one. The
// rest of the message is the intake's, and danger comes before this answer as before any other.
package secret

import "netpatrol/bots"

// Bot is safe for concurrent use.
type Bot struct{}

// New makes the bot. Place it before the intake: the first reply wins.
func New() Bot { return Bot{} }

// Name implements [bots.Bot].
func (Bot) Name() string { return "secret" }

// Decide implements [bots.Bot]. It answers in private what was written in public, too.
func (Bot) Decide(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
	h, ok := e.Body.(*bots.Heard)
	if !ok || !h.Secret {
		return nil, bots.ErrNotMine
	}
	switch e.Kind {
	case bots.MessageHeard, bots.MentionHeard, bots.CommentHeard:
		return []bots.Effect{bots.Reply{Template: "lookup-secret", Purpose: bots.ForReply}}, nil
	}
	return nil, bots.ErrNotMine
}

var _ bots.Bot = Bot{}
