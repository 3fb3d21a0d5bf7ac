package app

import (
	"context"
	"errors"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

// moderated is a venue whose moderators are told of posts.
type moderated interface {
	// flagged counts what was reported to them.
	flagged() int
}

func (v *forumVenue) flagged() int { return len(v.board.Flags()) }

// flagsFirst is the account whose moderators the demo's officers tell of an advertisement, before
// its author is warned and takes it away.
const flagsFirst = "nodebb-luntan"

// flagged says whether the post a warning is about was reported, where the demo does so. Until it
// was, the warning waits.
func (c *crew) flagged(ctx context.Context, m api.Matter) (bool, error) {
	if m.Draft.Purpose != bots.ForWarning || m.Draft.Account != flagsFirst || m.Clue == nil {
		return true, nil
	}
	if m.Clue.State == bots.ClueFlagged {
		return true, nil
	}
	_, err := c.chen.FlagPost(ctx, m.Clue.ID, adapters.FlagOther, "")
	var refused *api.Error
	if errors.As(err, &refused) && refused.Status == 409 { // it is on its way, or the account is not known yet
		return false, nil
	}
	return false, err
}
