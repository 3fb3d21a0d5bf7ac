package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
	"netpatrol/internal/web/view"
)

// forMany is a bulletin of wu's for n accounts.
func (s *site) forMany(t *testing.T, n int) (bulletin string) {
	t.Helper()
	var accounts []string
	for i := range n {
		id := fmt.Sprintf("acct%02d", i)
		s.Put(&bots.Account{Head: bots.Head{ID: id, State: string(bots.Suggest)}, Platform: "weibo", Unit: "海口网警", Language: "zh-Hans"})
		accounts = append(accounts, id)
	}
	r, err := s.as("wu").NewBulletin(t.Context(), view.BulletinText{Title: "提醒", Text: "近日冒充客服退款的多发。", Accounts: accounts})
	if err != nil {
		t.Fatal(err)
	}
	for _, made := range r.Made {
		if made.Kind == bots.KindBulletin {
			bulletin = made.ID
		}
	}
	return bulletin
}

func ticks(together api.Together, but ...string) (all []view.Ticked) {
	for _, l := range together.Letters {
		for _, c := range l.Copies {
			if c.Not == "" && !strings.Contains(strings.Join(but, " "), c.Account) {
				all = append(all, c.Ticked)
			}
		}
	}
	return all
}

func TestManyAccountsAreApprovedTogetherThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	id := s.forMany(t, 6)
	lin := s.as("lin")
	shown, err := lin.Together(ctx, id, false)
	if err != nil || len(shown.Letters) != 1 || len(shown.Letters[0].Copies) != 6 {
		t.Fatalf("%+v, %v", shown, err)
	}
	for _, c := range shown.Letters[0].Copies {
		d, err := record.Fetch[bots.Draft](ctx, s.Store, c.Draft)
		if err != nil || c.Text != d.Text || c.Seal != record.Seal(d) || c.Measure == nil || c.Not != "" {
			t.Errorf("%+v, %v", c, err)
		}
	}
	changed := shown.Letters[0].Copies[2]
	if _, err := s.as("wu").Edit(ctx, changed.Draft, changed.Seen, changed.Text+"！"); err != nil {
		t.Fatal(err)
	}
	done, err := lin.ApproveTogether(ctx, id, false, ticks(shown, "acct04"))
	if err != nil || len(done.Approved) != 4 || len(done.Refused) != 1 || done.Refused[changed.Draft].Code != "changed" {
		t.Fatalf("%+v, %v", done, err)
	}
	if shown, err = lin.Together(ctx, id, false); err != nil || len(shown.Letters) != 2 || len(shown.Settled) != 4 {
		t.Errorf("%+v, %v", shown, err)
	}
	chen, err := s.as("chen").Together(ctx, id, false)
	if err != nil || len(ticks(chen)) != 0 || chen.Letters[0].Copies[0].Not != "role" {
		t.Errorf("%+v, %v", chen, err)
	}
	done, err = s.as("wu").ApproveTogether(ctx, id, false, ticks(shown))
	if err != nil || len(done.Approved) != 0 || len(done.Refused) != 2 || done.Refused[changed.Draft].Code != "two-people" {
		t.Errorf("%+v, %v", done, err)
	}
	_, err = s.as("zhou").Together(ctx, id, false)
	refused(t, err, http.StatusForbidden, "role")
}

func TestPromise1_NothingOfAnotherBulletinIsApprovedAlong(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	id := s.forMany(t, 2)
	lin := s.as("lin")
	shown, err := lin.Together(ctx, id, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.as("wu").NewBulletin(ctx, view.BulletinText{Title: "另一篇", Text: "请勿转账。", Accounts: []string{"weibo"}}); err != nil {
		t.Fatal(err)
	}
	var other view.Ticked
	for _, r := range s.All(bots.KindDraft, bots.DraftAwaiting) {
		if d := r.(*bots.Draft); d.Account == "weibo" {
			other = view.Ticked{Draft: d.ID, Seen: d.Version, Seal: d.Seal}
		}
	}
	_, err = lin.ApproveTogether(ctx, id, false, append(ticks(shown), other))
	refused(t, err, http.StatusConflict, "not-on-page")
	_, err = lin.ApproveTogether(ctx, id, false, nil)
	refused(t, err, http.StatusUnprocessableEntity, "invalid")
	if n := len(s.All(bots.KindDraft, bots.DraftAwaiting)); n != 3 {
		t.Errorf("%d await a decision, want all", n)
	}
}

func TestABulletinIsTakenBackFromManyAccountsThroughTheAPI(t *testing.T) {
	s, ctx := newSite(t), t.Context()
	id := s.forMany(t, 3)
	lin := s.as("lin")
	shown, err := lin.Together(ctx, id, false)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := lin.ApproveTogether(ctx, id, false, ticks(shown)); err != nil || len(done.Approved) != 3 {
		t.Fatalf("%+v, %v", done, err)
	}
	for _, r := range s.All(record.KindItem, "") {
		i := r.(*record.Item)
		i.State, i.Receipt = record.ItemDelivered, adapters.Receipt{Ref: adapters.Ref("post-" + i.Account)}
		s.Put(i)
	}
	if _, err := s.as("wu").WithdrawBulletin(ctx, id, "电话写错了"); err != nil {
		t.Fatal(err)
	}
	shown, err = lin.Together(ctx, id, true)
	if err != nil || len(shown.Letters) != 1 || shown.Letters[0].Reason != "电话写错了" || !strings.Contains(shown.Letters[0].Copies[0].Text, "冒充客服") {
		t.Fatalf("%+v, %v", shown, err)
	}
	if done, err := lin.ApproveTogether(ctx, id, true, ticks(shown)); err != nil || len(done.Approved) != 3 {
		t.Errorf("%+v, %v", done, err)
	}
}
