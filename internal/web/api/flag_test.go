package api_test

import (
	"net/http"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
)

func TestAPostIsFlagged(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Posts("weibo", "ahua", "1001", advert)
	c, id := s.as("chen"), s.All(bots.KindClue, "")[0].Meta().ID
	_, err := c.FlagPost(ctx, id, "", "")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = c.FlagPost(ctx, id, adapters.FlagInappropriate, "")
	refused(t, err, http.StatusConflict, "flag-kind")
	_, err = s.as("gu").FlagPost(ctx, id, adapters.FlagSpam, "")
	refused(t, err, http.StatusConflict, "role")
	r, err := c.FlagPost(ctx, id, adapters.FlagSpam, "")
	if err != nil || len(r.Made) == 0 || r.Made[0].Kind != bots.KindDraft {
		t.Fatalf("%+v, %v", r, err)
	}
	m, err := c.Draft(ctx, r.Made[0].ID)
	if err != nil || m.Draft.Purpose != bots.ForFlag || m.Draft.Flag != adapters.FlagSpam || m.Clue == nil || m.Clue.ID != id {
		t.Errorf("%+v, %v", m, err)
	}
	_, err = c.FlagPost(ctx, id, adapters.FlagIllegal, "")
	refused(t, err, http.StatusConflict, "flagged")
}
