package intake

import (
	"strings"

	"netpatrol/bots"
)

// appealKey begins the key of the reminder that an appeal must be decided; the warning's id
// follows.
const appealKey = "appeal "

// lapsed withdraws a warning whose appeal nobody decided in time, and tells the person.
func lapsed(r *bots.Reminder, f bots.Facts) []bots.Effect {
	id, ok := strings.CutPrefix(r.Key, appealKey)
	if !ok {
		return nil
	}
	w, ok := bots.Get[bots.Warning](f, id)
	if !ok {
		return nil
	}
	if w.State == bots.WarningAppealed { // promise 10
		return []bots.Effect{
			bots.WithdrawWarning{Warning: id, Why: "异议未在期限内复核"},
			bots.Reply{Template: "notice-withdrawn", Purpose: bots.ForNotice, Vars: map[string]string{"Why": "你的异议未能在期限内复核。"}},
		}
	}
	return nil
}
