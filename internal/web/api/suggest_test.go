package api_test

import (
	"testing"

	"netpatrol/bots"
)

func TestSuggestedAnswersComeWithTheConversation(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Says("weibo", "xiaoli", "2001", "我想举报一个刷单的网站，我还没有转钱")
	id := s.All(bots.KindConversation, "")[0].Meta().ID
	talk, err := s.as("chen").Conversation(ctx, id)
	if err != nil || len(talk.Suggested) < 3 || talk.Suggested[0].Template != "suggest-first" || talk.Suggested[0].Rev == 0 {
		t.Fatalf("%+v, %v", talk.Suggested, err)
	}
	if r, err := s.as("chen").Reply(ctx, id, talk.Suggested[0].Text); err != nil || r.Status != bots.Applied {
		t.Fatalf("%+v, %v", r, err)
	}
	if d := s.Draft(bots.ForOfficer, bots.DraftReleased); d.Template != "suggest-first" || d.Rev != talk.Suggested[0].Rev {
		t.Errorf("%+v", d)
	}
	if talk, err = s.as("shen").Conversation(ctx, id); err != nil || len(talk.Suggested) != 0 {
		t.Errorf("who may not answer: %+v, %v", talk.Suggested, err)
	}
}
