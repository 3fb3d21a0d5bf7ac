package api

import (
	"context"
	"strings"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// maxNote bounds an officer's own words in a flag, in bytes.
const maxNote = 600

// flagging takes what a post is flagged as, and the officer's own words about it, if any.
func flagging(in *Decision, d *bots.Decision) error {
	if in.As == "" {
		return invalid("as", "what is wrong with the post: illegal, spam, inappropriate or other, as far as the account's platform knows it")
	}
	note := strings.TrimSpace(in.Text)
	if len(note) > maxNote {
		return invalid("text", "at most %d bytes", maxNote)
	}
	d.Fields["kind"], d.Fields["note"] = in.As, note
	return nil
}

// FlagPost drafts a flag of a clue's post to its platform's moderators. With a note, in the
// officer's own words, a second officer must approve it. Its Result names the draft.
func (c *Client) FlagPost(ctx context.Context, clue string, kind adapters.FlagKind, note string) (bots.Result, error) {
	return c.decide(ctx, at("/clues", clue, "flag"), Decision{As: string(kind), Text: note})
}
