package engine

import (
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestPromise1_AnApprovalIsOnlyOfWhatWasShown(t *testing.T) {
	d := newDesk(t, deskOptions{})
	wantResult(t, "write", d.decides("wu", bots.WriteBulletin, nil, map[string]string{"title": "提醒", "text": "号码是假的", "accounts": "wb"}, ""), "")
	draft := one[bots.Draft](d)
	other := *draft
	other.Text = strings.Replace(draft.Text, "假", "真", 1)
	wantResult(t, "another text was shown", d.decides("lin", bots.Approve, draft, map[string]string{"seal": record.Seal(&other)}, ""), "changed")
	if n := len(d.all(record.KindItem, "")); n != 0 {
		t.Errorf("%d sends", n)
	}
	wantResult(t, "this text was shown", d.decides("lin", bots.Approve, draft, map[string]string{"seal": record.Seal(draft)}, ""), "")
}

func TestOfManyAccountsOneChangedDraftKeepsNoneOfTheOthers(t *testing.T) {
	d := newThreeAccounts(t, bots.Suggest)
	wantResult(t, "write", d.decides("wu", bots.WriteBulletin, nil, map[string]string{"title": "提醒", "text": "号码是假的", "accounts": "wb,wx,bbs"}, ""), "")
	shown := d.all(bots.KindDraft, bots.DraftAwaiting)
	for _, r := range shown {
		x := r.(*bots.Draft)
		was := map[string]string{"seal": record.Seal(x)}
		want := ""
		if x.Account == "wx" {
			wantResult(t, "edit", d.decides("chen", bots.Edit, x, map[string]string{"text": x.Text + "！"}, ""), "")
			want = "changed"
		}
		wantResult(t, x.Account, d.decides("lin", bots.Approve, x, was, ""), want)
	}
	if n := len(d.all(record.KindItem, record.ItemDue)); n != 2 {
		t.Errorf("%d sends, want those of the two that stand as they were shown", n)
	}
	if n := len(d.all(record.KindApproval, "")); n != 2 {
		t.Errorf("%d approvals, want one for each account", n)
	}
	if b := one[bots.Bulletin](d); len(b.Signs) != 2 || b.State != bots.BulletinDrafted {
		t.Errorf("%+v, %s", b.Signs, b.State)
	}
}
