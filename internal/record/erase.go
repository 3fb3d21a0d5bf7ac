package record

import (
	"strings"
	"time"

	"netpatrol/bots"
)

// AskErase asks that everything that is kept of a person is erased, as the first of two people.
func AskErase(c *bots.Conversation, by *Officer, reason string, now time.Time) error {
	if err := mayErase(c, by); err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" {
		return refuse("reason", "say why it is erased: the person's own wish, or what it was kept for is done")
	}
	c.ForgetBy, c.ForgetWhy, c.Updated = by.ID, reason, now
	return nil
}

// ConfirmErase says whether the second person may let it be erased. It cannot be undone.
func ConfirmErase(c *bots.Conversation, by *Officer, p Policy) error {
	if err := mayErase(c, by); err != nil {
		return err
	}
	if c.ForgetBy == "" {
		return refuse("not-asked", "nobody has asked for it")
	}
	if c.ForgetBy == by.ID && !p.OneOfficer { // promise 2
		return refuse("two-people", "you asked for it: a second officer must confirm it")
	}
	return nil
}

func mayErase(c *bots.Conversation, by *Officer) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not decide what is kept", by.ID)
	case c.Erased:
		return refuse("erased", "what was kept of this person was erased")
	}
	if c.Kept != "" { // promise 15
		return refuse("kept", "the case is kept, with a reason: somebody must let it go first")
	}
	return nil
}
