package record

import (
	"testing"

	"netpatrol/bots"
)

func TestAClueIsDismissedOnceWithAReason(t *testing.T) {
	clue := func(state string) *bots.Clue { return &bots.Clue{Head: bots.Head{ID: "c", State: state}} }
	for _, c := range []struct {
		why      string
		clue     *bots.Clue
		by       *Officer
		reason   string
		awaiting bool
		code     string
	}{
		{"an editor decides nothing about citizens", clue(bots.ClueOpen), officer("wu", Editor), "x", false, "role"},
		{"no reason", clue(bots.ClueOpen), officer("chen", Duty), "", false, "reason"},
		{"its author was warned", clue(bots.ClueWarned), officer("chen", Duty), "x", false, "clue-done"},
		{"dismissed before", clue(bots.ClueDismissed), officer("chen", Duty), "x", false, "clue-done"},
		{"a warning may still leave", clue(bots.ClueOpen), officer("chen", Duty), "x", true, "warning-awaits"},
	} {
		state := c.clue.State
		refusedWith(t, DismissClue(c.clue, c.by, c.reason, c.awaiting, now), c.code)
		if c.clue.State != state || c.clue.Reason != "" {
			t.Errorf("%s: a refusal changed the clue to %+v", c.why, c.clue)
		}
	}
	for _, by := range []*Officer{officer("chen", Duty), officer("lin", Approver)} {
		done := clue(bots.ClueOpen)
		if err := DismissClue(done, by, "内容属实，是防骗提醒", false, now); err != nil {
			t.Fatal(err)
		}
		if done.State != bots.ClueDismissed || done.Reason == "" || done.Officer != by.ID || !done.Updated.Equal(now) {
			t.Errorf("%+v", done)
		}
	}
}
