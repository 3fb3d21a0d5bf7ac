// Package bulletin releases approved bulletins when their slot comes due, accounts for every
// slot that publishes nothing, and has what came out counted for a week.
//
// # Failure model
//
// The bot is pure. A slot ends in a release, or in a recorded miss with its reason; there
// is no third way (promise 6). It cannot approve: releasing a bulletin that lacks an
// approval is refused by the engine.
package bulletin

import "netpatrol/bots"

// most is how many bulletins of one schedule may wait at once.
const most = 1000

// The reasons of a miss that are the bot's own.
const (
	NotApproved = "not approved"
	NoBulletin  = "no bulletin"
)

var _ bots.Bot = (*Bot)(nil)

// Bot is the bulletin desk's clockwork. It is safe for concurrent use.
type Bot struct{}

// New returns the bot.
func New() *Bot { return &Bot{} }

// Name implements [bots.Bot].
func (*Bot) Name() string { return "bulletin" }

// Decide implements [bots.Bot].
func (*Bot) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	switch body := e.Body.(type) {
	case *bots.Outcome:
		return published(body, e, f)
	case *bots.FetchResult:
		return counted(body, e, f)
	}
	slot, ok := e.Body.(*bots.Slot)
	if !ok || e.Kind != bots.SlotDue {
		return nil, bots.ErrNotMine
	}
	if slot.Skipped != "" {
		return miss(slot, slot.Skipped), nil
	}
	if due := bound(f, e.Stream, bots.BulletinApproved, slot); len(due) > 0 {
		return release(due), nil
	}
	if len(bound(f, e.Stream, bots.BulletinReleased, slot)) > 0 {
		return nil, nil // it left already: nothing was missed
	}
	if len(bound(f, e.Stream, "", slot)) > 0 {
		return miss(slot, NotApproved), nil
	}
	return miss(slot, NoBulletin), nil
}

// bound returns the bulletins of a schedule that are for this very slot.
func bound(f bots.Facts, stream, state string, slot *bots.Slot) (ids []string) {
	for _, id := range f.Find(bots.KindBulletin, stream, state, most) {
		if b, ok := bots.Get[bots.Bulletin](f, id); ok && b.Slot.Equal(slot.At) {
			ids = append(ids, id)
		}
	}
	return ids
}

func release(ids []string) (effects []bots.Effect) {
	for _, id := range ids {
		effects = append(effects, bots.Release{Bulletin: id})
	}
	return effects
}

func miss(slot *bots.Slot, reason string) []bots.Effect {
	return []bots.Effect{bots.Miss{Schedule: slot.Schedule, Slot: slot.At, Reason: reason}}
}
