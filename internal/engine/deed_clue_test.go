package engine

import (
	"testing"

	"netpatrol/bots"
)

func TestAClueIsDismissedOnlyWhenNobodyIsStillBeingWarnedOverIt(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("author", "200", "刷单日结")
	d.settle()
	if r := d.decides("chen", bots.DismissClue, one[bots.Clue](d), nil, "普通招聘"); r.Code != "warning-awaits" {
		t.Errorf("while its warning waits: %+v", r)
	}
	if r := d.decides("chen", bots.Reject, one[bots.Draft](d), nil, "普通招聘"); r.Status != bots.Applied {
		t.Fatalf("reject the warning: %+v", r)
	}
	if c := one[bots.Clue](d); c.State != bots.ClueOpen {
		t.Errorf("a rejected warning made the clue %s", c.State)
	}
	if r := d.decides("chen", bots.DismissClue, one[bots.Clue](d), nil, ""); r.Code != "reason" {
		t.Errorf("without a reason: %+v", r)
	}
	if r := d.decides("chen", bots.DismissClue, one[bots.Clue](d), nil, "普通招聘"); r.Status != bots.Applied {
		t.Fatalf("dismiss: %+v", r)
	}
	if c := one[bots.Clue](d); c.State != bots.ClueDismissed || c.Reason != "普通招聘" || c.Officer != "chen" {
		t.Errorf("clue %+v", c)
	}
	draft := one[bots.Draft](d)
	if r := d.decides("lin", bots.Edit, draft, map[string]string{"text": draft.Text + "！"}, ""); r.Code != "clue-dismissed" {
		t.Errorf("its warning taken up again: %+v", r)
	}
	if w := one[bots.Warning](d); w.State != bots.WarningRejected {
		t.Errorf("the warning is %s", w.State)
	}
}
