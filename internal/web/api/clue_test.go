package api_test

import (
	"net/http"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/web/api"
)

const advert = "姐妹们在家躺着也能赚！手机刷单返利日结，每单佣金5%，想做的加我微信 shuadan888，名额不多 #兼职#"

func TestAClueIsDismissedWithAReason(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Posts("weibo", "ahua", "1001", advert)
	c := s.as("chen")
	clues, err := c.Clues(ctx, api.Paging{State: bots.ClueOpen})
	if err != nil || len(clues.Records) != 1 {
		t.Fatalf("%+v, %v", clues, err)
	}
	id := clues.Records[0].ID
	_, err = c.DismissClue(ctx, id, " ")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	_, err = c.DismissClue(ctx, id, "重复")
	refused(t, err, http.StatusConflict, "warning-awaits")
	d := s.Draft(bots.ForWarning, bots.DraftAwaiting)
	if _, err := c.Reject(ctx, d.ID, d.Version, "重复"); err != nil {
		t.Fatal(err)
	}
	_, err = s.as("gu").DismissClue(ctx, id, "重复")
	refused(t, err, http.StatusConflict, "role")
	if _, err := c.DismissClue(ctx, id, "重复，已处理过同一帖子"); err != nil {
		t.Fatal(err)
	}
	one, err := c.Clue(ctx, id)
	if err != nil || one.State != bots.ClueDismissed || one.Reason != "重复，已处理过同一帖子" || one.Officer != "chen" {
		t.Errorf("%+v, %v", one, err)
	}
}

func TestAConversationIsKeptWithAReasonAndLetGo(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	s.Says("weibo", "chenayi", "2001", "请问这个短信是真的吗？说我医保卡异常要点链接认证")
	c := s.as("chen")
	id := s.All(bots.KindConversation, "")[0].Meta().ID
	kept := func() string {
		t.Helper()
		talk, err := c.Conversation(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return talk.Conversation.Kept
	}
	_, err := c.KeepCase(ctx, id, "")
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	if _, err := c.KeepCase(ctx, id, "正在侦办"); err != nil || kept() != "正在侦办" {
		t.Errorf("%v, kept for %q", err, kept())
	}
	_, err = s.as("gu").LetGo(ctx, id)
	refused(t, err, http.StatusConflict, "role")
	if _, err := c.LetGo(ctx, id); err != nil || kept() != "" {
		t.Errorf("%v, kept for %q", err, kept())
	}
}
