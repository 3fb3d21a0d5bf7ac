package record

import (
	"time"

	"netpatrol/bots"
)

// DismissClue ends a clue that nobody acts on, and says why. awaiting says that a warning
// about it, or a flag of its post, still waits for its decision: that comes first, so that no one
// is warned, and nothing reported, over a clue that was dismissed.
func DismissClue(c *bots.Clue, by *Officer, reason string, awaiting bool, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not dismiss a clue: it needs an officer or approver", by.ID)
	}
	if reason == "" {
		return refuse("reason", "say why nothing is done about this clue; it is kept with the record")
	}
	if c.State != bots.ClueOpen {
		return refuse("clue-done", "the clue is %s: there is nothing to dismiss", c.State)
	}
	if awaiting {
		return refuse("warning-awaits", "a warning or flag about this clue is still being decided or sent: reject or hold that first")
	}
	c.State, c.Reason, c.Officer, c.Updated = bots.ClueDismissed, reason, by.ID, now
	return nil
}
