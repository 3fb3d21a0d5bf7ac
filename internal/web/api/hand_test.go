package api_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/webtest"
)

// toPost is an approved answer that people are asked to post.
func toPost(t *testing.T, d *webtest.Desk) string {
	t.Helper()
	d.Says("weibo", "xiaoli", "2001", "我被人骗了三万块，怎么办")
	for _, r := range d.All(bots.KindDraft, bots.DraftAwaiting) {
		d.Decides("lin", bots.Decision{Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: r.Meta().ID}, Seen: r.Meta().Version})
	}
	all := d.All(record.KindItem, "")
	if len(all) == 0 {
		t.Fatal("nothing was released")
	}
	i := all[0].(*record.Item)
	d.Task(i, time.Now().Add(time.Hour))
	d.Put(i)
	return i.ID
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	var e *api.Error
	switch {
	case code == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case code != "" && (!errors.As(err, &e) || e.Code != code):
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestASendIsMadeByHandThroughTheAPI(t *testing.T) {
	s := newSite(t)
	id, ctx := toPost(t, s.Desk), t.Context()
	chen, lin := s.as("chen"), s.as("lin")
	page, err := chen.Items(ctx, api.Paging{State: "by-hand"})
	if err != nil || len(page.Records) != 1 || page.Records[0].Hand == nil {
		t.Fatalf("%+v, %v", page, err)
	}
	i := page.Records[0]
	prove := func(c *api.Client, link, text, reason string) error {
		_, err := c.ProveHand(ctx, id, link, text, reason)
		return err
	}
	take := func(c *api.Client) error { _, err := c.TakeHand(ctx, id, false); return err }
	wantCode(t, "prove what nobody took", prove(chen, "", i.Text, ""), "not-yours")
	wantCode(t, "take", take(chen), "")
	wantCode(t, "take what is taken", take(lin), "taken")
	_, err = chen.GiveHand(ctx, id, "")
	wantCode(t, "give", err, "")
	wantCode(t, "take again", take(chen), "")
	wantCode(t, "another text", prove(chen, "", "别的", ""), "differs")
	wantCode(t, "no text", prove(chen, "", " ", ""), "invalid")
	wantCode(t, "another text, with a reason", prove(chen, "", "别的", "平台屏蔽了一个词"), "")
	_, err = chen.ConfirmHand(ctx, id)
	wantCode(t, "confirm one's own", err, "two-people")
	_, err = lin.ConfirmHand(ctx, id)
	wantCode(t, "confirm", err, "")
	_, err = lin.CloseHand(ctx, id, "不发了")
	wantCode(t, "close what is done", err, "not-by-hand")
	if done, err := chen.Item(ctx, id); err != nil || done.State != record.ItemDelivered || done.Hand.Altered != "别的" {
		t.Errorf("%+v, %v", done, err)
	}
}

func TestWhatIsReadByHandEntersThroughTheAPI(t *testing.T) {
	s := newSite(t)
	note := func(c *api.Client, account string, kind adapters.Kind, from, text, link string) error {
		_, err := c.Note(context.Background(), account, kind, from, text, link)
		return err
	}
	chen := s.as("chen")
	const spam = "招聘点赞员，手机刷单返利日结，每单佣金5%，加我微信 shuadan888"
	wantCode(t, "a post", note(chen, "tieba", adapters.KindPost, "发财", spam, "https://tieba.example/p/1"), "")
	wantCode(t, "a harmless post", note(chen, "tieba", adapters.KindPost, "路人", "今天天气好", "https://tieba.example/p/2"), "no-match")
	wantCode(t, "on another account", note(chen, "weibo", adapters.KindPost, "发财", spam, "https://tieba.example/p/1"), "account")
	wantCode(t, "by an editor's token", note(s.as("zhou"), "tieba", adapters.KindPost, "发财", spam, "https://tieba.example/p/1"), "role")
	wantCode(t, "by nobody", note(chen, "tieba", adapters.KindPost, " ", spam, "https://tieba.example/p/1"), "invalid")
	if clues := s.All(bots.KindClue, ""); len(clues) != 1 || clues[0].(*bots.Clue).Account != "tieba" {
		t.Errorf("%d clues", len(clues))
	}
	_, err := chen.LookBack(t.Context(), "none", "removed")
	wantCode(t, "look back on nothing", err, "not-found")
}
