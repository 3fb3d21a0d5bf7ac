package engine

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (d *desk) leaves(person, ref string) {
	d.t.Helper()
	d.hears(adapters.Inbound{Key: ref, Kind: adapters.KindUnfollow, Ref: adapters.Ref(ref), From: adapters.Person{ID: person}, At: time.Now()})
	d.settle()
}

func TestPromise15_WhoUnfollowsIsForgotten(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我叫张三，被骗了")
	d.says("p2", "101", "我叫李四，被骗了")
	d.settle()
	d.leaves("p1", "102")
	gone, left := 0, 0
	for _, kind := range []bots.RecordKind{bots.KindEvent, bots.KindConversation, bots.KindReport, bots.KindDraft, record.KindItem, record.KindTape} {
		for _, r := range d.all(kind, "") {
			if r.Meta().Erased {
				gone++
			} else {
				left++
			}
		}
	}
	if gone != 6 || left != 7 { // the other person's six, and the event of the leaving without its person
		t.Errorf("%d records erased and %d left, want 6 and 7", gone, left)
	}
	d.says("p1", "103", "我又来了")
	d.settle()
	if n := len(d.all(bots.KindEvent, bots.EventDecided)); n != 4 {
		t.Errorf("%d events decided: a person who comes back is heard again", n)
	}
}

func TestAKeptCaseIsNotErased(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我叫张三，被骗了")
	d.settle()
	if r := d.decides("chen", bots.KeepCase, one[bots.Conversation](d), nil, ""); r.Code != "reason" {
		t.Errorf("without a reason: %+v", r)
	}
	if r := d.decides("chen", bots.KeepCase, one[bots.Conversation](d), nil, "正在侦办"); r.Status != bots.Applied {
		t.Fatalf("keep: %+v", r)
	}
	d.leaves("p1", "102")
	if r := one[bots.Report](d); r.Erased || len(r.Lines) != 1 {
		t.Errorf("report %+v", r)
	}
	if len(d.all(record.KindAlarm, record.AlarmOpen)) != 1 {
		t.Error("nobody is asked whether it must still be kept")
	}
	if r := d.decides("chen", bots.LetGo, one[bots.Conversation](d), nil, ""); r.Status != bots.Applied {
		t.Fatalf("let go: %+v", r)
	}
	d.leaves("p1", "103")
	if r := one[bots.Report](d); !r.Erased {
		t.Error("the report was not erased")
	}
}
