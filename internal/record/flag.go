package record

import (
	"slices"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// AskFlag says whether an officer may have a clue's post reported to the moderators of its
// platform, as kind. Standing says that a flag of that post is being decided or sent, or went out.
func AskFlag(c *bots.Clue, a *bots.Account, by *Officer, kind adapters.FlagKind, standing bool) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not ask for a flag: it needs an officer or approver", by.ID)
	case c.Erased:
		return refuse("erased", "what was kept of this post was erased")
	case c.State == bots.ClueDismissed:
		return refuse("clue-done", "the clue is %s: nothing is done about it", c.State)
	case len(a.Flags) == 0 || c.Post == "":
		return refuse("no-flag", "account %s cannot report posts to its platform's moderators", a.ID)
	case !slices.Contains(a.Flags, kind):
		return refuse("flag-kind", "on account %s a post is not flagged as %q", a.ID, kind)
	case standing:
		return refuse("flagged", "this post was reported before, or a flag of it is being decided")
	}
	if c.Stance != bots.Asserting { // promise 9
		return refuse("flag-stance", "the post is %s: it is not reported", c.Stance)
	}
	return nil
}

// Stands says whether a flag may still reach the moderators, or has. item is what its draft
// became; nil: nothing yet.
func Stands(d *bots.Draft, item *Item) bool {
	if item == nil {
		return d.State == bots.DraftAwaiting || d.State == bots.DraftApproved
	}
	switch item.State {
	case ItemRejected, ItemClosed, ItemExpired, ItemWithdrawn:
		return false
	}
	return true
}
