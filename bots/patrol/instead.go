package patrol

import (
	"netpatrol/adapters"
	"netpatrol/bots"
)

// The fixed lines that may stand under a public post. They repeat nothing of it.
const (
	answerPublic    = "answer-mention-public"
	emergencyPublic = "emergency-public"
)

// rejected is how the outbox names a send that the platform refused for good.
const rejected = "rejected"

// instead answers in public, in the fixed line, whoever named us and takes no private messages: the
// private answer was refused for good, so this is still the only one.
func (b *Bot) instead(o *bots.Outcome, f bots.Facts) ([]bots.Effect, error) {
	if o.State != rejected || o.Purpose != bots.ForReply && o.Purpose != bots.ForEmergency {
		return nil, bots.ErrNotMine
	}
	d, ok := bots.Get[bots.Draft](f, o.Draft)
	if !ok || d.Channel != adapters.Private {
		return nil, bots.ErrNotMine
	}
	asked, ok := bots.Get[bots.Event](f, d.Event)
	h, heard := asked.Body.(*bots.Heard)
	if !ok || !heard || asked.Kind != bots.MentionHeard {
		return nil, bots.ErrNotMine
	}
	r := bots.Reply{Template: answerPublic, Purpose: bots.ForReply, Public: true}
	switch {
	case o.Purpose == bots.ForEmergency:
		r.Template, r.Purpose = emergencyPublic, bots.ForEmergency
	case b.exposed(b.folder.Fold(h.Text)):
		r.Vars = map[string]string{"Remove": "true"}
	}
	return []bots.Effect{r}, nil
}
