package api_test

import (
	"net/http"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

func TestWaitsAndTheirFigures(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	since := time.Now().Add(-time.Hour)
	wait := func(id, state string, ended time.Time) *bots.Wait {
		return &bots.Wait{Head: bots.Head{ID: id, State: state}, Account: "weibo", Conversation: "conv/weibo/x", Since: since, Deadline: since.Add(30 * time.Minute), Ended: ended}
	}
	s.Put(wait("w1", bots.WaitRunning, time.Time{}), wait("w2", bots.WaitEnded, since.Add(7*time.Minute)))
	c := s.as("chen")
	page, err := c.Waits(ctx, api.Paging{})
	if err != nil || len(page.Records) != 1 || page.Records[0].ID != "w1" {
		t.Errorf("who waits: %+v, %v", page, err)
	}
	w, err := c.WaitFigures(ctx)
	if err != nil || len(w.Days) != 1 || w.Days[0].Answered != 1 || w.Days[0].Missed != 1 || w.Days[0].P50 != 7*time.Minute {
		t.Errorf("figures: %+v, %v", w, err)
	}
}

func TestAConversationIsTakenGivenBackAndACallLogged(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Says("weibo", "chenayi", "2001", "我昨天被骗了三万块，怎么办")
	c := s.as("chen")
	id := s.All(bots.KindConversation, "")[0].Meta().ID
	officer := func() string {
		t.Helper()
		talk, err := c.Conversation(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return talk.Conversation.Officer
	}
	if _, err := c.TakeTalk(ctx, id); err != nil || officer() != "chen" {
		t.Errorf("%v, taken by %q", err, officer())
	}
	if _, err := c.GiveTalk(ctx, id); err != nil || officer() != "" {
		t.Errorf("%v, still taken by %q", err, officer())
	}
	_, err := c.GiveTalk(ctx, id)
	refused(t, err, http.StatusConflict, "not-taken")
	_, err = c.LogCall(ctx, id, " ")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	if _, err := c.LogCall(ctx, id, "已电话联系，建议报案"); err != nil {
		t.Fatal(err)
	}
	if r := s.All(bots.KindReport, "")[0].(*bots.Report); len(r.Calls) != 1 || r.Calls[0].By != "chen" {
		t.Errorf("calls: %+v", r.Calls)
	}
}
