package engine

import (
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// toPost is an approved reply that people are asked to post.
func (d *desk) toPost() *record.Item {
	d.t.Helper()
	d.says("p1", "100", "我被骗了")
	d.settle()
	it := one[record.Item](d)
	d.update(func(tx record.Tx) error {
		i, err := record.Load[record.Item](tx, it.ID)
		if err != nil {
			return err
		}
		if err := i.HandOver("没有官方接口", "", time.Now().Add(time.Hour), time.Now()); err != nil {
			return err
		}
		return tx.Put(i)
	})
	return one[record.Item](d)
}

func wantResult(t *testing.T, what string, r bots.Result, code string) {
	t.Helper()
	if (code == "") != (r.Status == bots.Applied) || r.Code != code {
		t.Errorf("%s: %s %s (%s), want %q", what, r.Status, r.Code, r.Message, code)
	}
}

func TestByHand_TakenByOneProvenByTheSame(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	it := d.toPost()
	text := map[string]string{"link": " https://tieba.example/p/1 ", "text": it.Text + "\n"}
	wantResult(t, "prove what nobody took", d.decides("chen", bots.ProveHand, it, text, ""), "not-yours")
	wantResult(t, "take", d.decides("chen", bots.TakeHand, it, nil, ""), "")
	wantResult(t, "take again", d.decides("lin", bots.TakeHand, it, nil, ""), "taken")
	wantResult(t, "prove another's", d.decides("lin", bots.ProveHand, it, text, ""), "not-yours")
	wantResult(t, "give", d.decides("chen", bots.GiveHand, it, nil, ""), "")
	wantResult(t, "take what was given back", d.decides("lin", bots.TakeHand, it, nil, ""), "")
	wantResult(t, "prove", d.decides("lin", bots.ProveHand, it, text, ""), "")
	wantResult(t, "prove twice", d.decides("lin", bots.ProveHand, it, text, ""), "not-by-hand")
	got := one[record.Item](d)
	if got.State != record.ItemDelivered || got.Receipt.URL != "https://tieba.example/p/1" || !got.Untold {
		t.Errorf("%s, %+v", got.State, got.Receipt)
	}
}

func TestByHand_AnotherTextIsPutBeforePeople(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	it := d.toPost()
	d.decides("chen", bots.TakeHand, it, nil, "")
	text := map[string]string{"link": "https://tieba.example/p/1", "text": "别的"}
	wantResult(t, "another text", d.decides("chen", bots.ProveHand, it, text, ""), "differs")
	wantResult(t, "with a reason", d.decides("chen", bots.ProveHand, it, text, "平台屏蔽了一个词"), "")
	if a := one[record.Alarm](d); a.About.ID != it.ID || !strings.Contains(a.Why, "平台屏蔽了一个词") {
		t.Errorf("%+v", a)
	}
	wantResult(t, "confirm one's own", d.decides("chen", bots.ConfirmHand, it, nil, ""), "two-people")
	wantResult(t, "confirm", d.decides("lin", bots.ConfirmHand, it, nil, ""), "")
	if got := one[record.Item](d); got.State != record.ItemDelivered || got.Hand.Second != "lin" {
		t.Errorf("%s, %+v", got.State, got.Hand)
	}
}

func TestByHand_ClosedAndHalted(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	it := d.toPost()
	wantResult(t, "halt", d.decides("chen", bots.HaltSends, nil, map[string]string{"level": "everything"}, "演练"), "")
	wantResult(t, "take while halted", d.decides("chen", bots.TakeHand, it, nil, ""), "halted")
	wantResult(t, "close", d.decides("chen", bots.CloseHand, it, nil, "吧已关闭"), "")
	if got := one[record.Item](d); got.State != record.ItemClosed {
		t.Errorf("%s", got.State)
	}
}
