// Package warning follows a private warning after it was sent: is the post still there? What
// could not be sent goes to an officer; an unknown outcome is the outbox's to look up first, and
// to put to an officer when nobody can tell.
//
// # Failure model
//
// The bot is pure. A post that cannot be fetched is tried once more after the same wait, then
// put to an officer; it is never guessed to be gone. Where nobody but people can look, an officer is
// asked after the same wait. Nothing here writes to anybody.
package warning

import (
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// The states a send can end in that concern a warning, as the outbox names them.
const (
	delivered = "delivered"
	rejected  = "rejected"
	expired   = "expired"
)

var _ bots.Bot = (*Bot)(nil)

// Bot is the follow-up of warnings. It is safe for concurrent use.
type Bot struct{ wait time.Duration }

// New returns the bot. It looks at a post again followUp after the warning arrived.
func New(followUp time.Duration) *Bot { return &Bot{wait: followUp} }

// Name implements [bots.Bot].
func (*Bot) Name() string { return "warning" }

// Decide implements [bots.Bot].
func (b *Bot) Decide(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
	switch body := e.Body.(type) {
	case *bots.Outcome:
		if body.Purpose == bots.ForWarning {
			return b.ended(f, body), nil
		}
	case *bots.Reminder:
		if body.Bot == b.Name() {
			return b.askOfficer(f, body), nil
		}
	case *bots.FetchResult:
		if body.Bot == b.Name() {
			return b.looked(f, body), nil
		}
	}
	return nil, bots.ErrNotMine
}

// ended acts on what became of the send.
func (b *Bot) ended(f bots.Facts, o *bots.Outcome) []bots.Effect {
	w, ok := warned(f, o.Draft)
	if !ok {
		return nil
	}
	about := bots.Target{Kind: bots.KindWarning, ID: w.ID}
	switch o.State {
	case delivered:
		return b.lookLater(f, w)
	case rejected:
		return []bots.Effect{bots.Escalate{Why: "警示没有发出：平台拒绝" + because(o.Problem), About: about}}
	case expired:
		return []bots.Effect{bots.Escalate{Why: "警示过期未发出" + because(o.Problem), About: about}}
	}
	return nil
}

// warned finds the warning a draft serves.
func warned(f bots.Facts, draft string) (bots.Warning, bool) {
	d, ok := bots.Get[bots.Draft](f, draft)
	if !ok || d.About.Kind != bots.KindWarning {
		return bots.Warning{}, false
	}
	return bots.Get[bots.Warning](f, d.About.ID)
}

func because(problem string) string {
	if problem == "" {
		return ""
	}
	return "（" + problem + "）"
}

// The keys of the errand; the warning's id follows.
const (
	first  = "still-there "
	second = "still-there-again "
)

func (b *Bot) lookLater(f bots.Facts, w bots.Warning) []bots.Effect {
	a, ok := f.Account(w.Account)
	if !ok || w.Post == "" {
		return nil
	}
	if !a.Lookable { // this platform cannot be asked: a person looks
		return []bots.Effect{bots.Remind{Key: first + w.ID, At: f.Now().Add(b.wait)}}
	}
	return b.fetch(f, w.Post, first+w.ID)
}

// askOfficer puts it to people what became of a post that only they can look at.
func (b *Bot) askOfficer(f bots.Facts, r *bots.Reminder) []bots.Effect {
	w, ok := bots.Get[bots.Warning](f, strings.TrimPrefix(r.Key, first))
	if !ok || w.State != bots.WarningSent {
		return nil
	}
	return []bots.Effect{bots.Escalate{
		Why:   "警示发出已有一段时间，该平台不能自动复看，请人工查看原帖是否仍在，并在线索页登记",
		About: bots.Target{Kind: bots.KindWarning, ID: w.ID},
	}}
}

func (b *Bot) fetch(f bots.Facts, post adapters.Ref, key string) []bots.Effect {
	return []bots.Effect{bots.Fetch{What: bots.FetchPost, Ref: post, Key: key, At: f.Now().Add(b.wait)}}
}

// looked records what the errand saw.
func (b *Bot) looked(f bots.Facts, r *bots.FetchResult) []bots.Effect {
	id, again := strings.CutPrefix(r.Key, second)
	if !again {
		id = strings.TrimPrefix(r.Key, first)
	}
	w, ok := bots.Get[bots.Warning](f, id)
	if !ok || w.State != bots.WarningSent {
		return nil // withdrawn, appealed or settled meanwhile
	}
	switch {
	case r.Sight != nil && r.Problem == "":
		return []bots.Effect{bots.FollowUp{Warning: w.ID, State: state(f, w, r.Sight)}}
	case !again:
		return b.fetch(f, w.Post, second+w.ID)
	}
	return []bots.Effect{bots.Escalate{
		Why:   "警示发出后两次未能查看原帖，请人工查看是否仍在" + because(r.Problem),
		About: bots.Target{Kind: bots.KindWarning, ID: w.ID},
	}}
}

// state says whether what was warned about is gone: the post, or the words that matched.
func state(f bots.Facts, w bots.Warning, now *adapters.Sight) string {
	if !now.Exists {
		return bots.WarningRemoved
	}
	c, ok := bots.Get[bots.Clue](f, w.Clue)
	if ok && !c.Erased && now.Text != c.Text && mostlyGone(now.Text, c.Text, w.Spans) {
		return bots.WarningRemoved
	}
	return bots.WarningKept
}

// mostlyGone says whether fewer than half of the phrases that spans show in the old text are
// still in the new one. A word or two remain in any honest correction.
func mostlyGone(text, old string, spans []bots.Span) bool {
	shown, left := 0, 0
	for _, s := range spans {
		if s.Start < 0 || s.Start > s.End || s.End > len(old) {
			continue
		}
		shown++
		if strings.Contains(text, old[s.Start:s.End]) {
			left++
		}
	}
	return shown > 0 && 2*left < shown
}
