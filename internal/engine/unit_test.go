package engine

import (
	"context"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// overBridge is a hand-off that unit b got by its account mb; the account other is somebody else's.
func overBridge(t *testing.T) (*desk, *record.Handoff) {
	t.Helper()
	down := func() adapters.Account { return nil }
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot(), news{}}, clerk: &clerk{}, more: []*Account{
		{Record: bots.Account{Head: bots.Head{ID: "mb"}}, Open: down}, {Record: bots.Account{Head: bots.Head{ID: "other"}}, Open: down},
	}})
	d.says("victim", "1", "我被骗了")
	d.settle()
	for _, r := range []bots.Result{
		d.decides("chen", bots.PrepareHandoff, one[bots.Report](d), map[string]string{"unit": "b"}, ""),
		d.decides("lin", bots.ApproveHandoff, one[record.Handoff](d), nil, ""),
	} {
		if r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
	}
	d.untilHandoff(record.HandoffSent)
	return d, d.handoff()
}

func answerTo(h *record.Handoff, key, as string) adapters.Inbound {
	return adapters.Inbound{
		Key: key, Kind: adapters.KindAnswer, At: time.Now(), Text: "已受理",
		Answer: &adapters.PackageAnswer{Code: h.Code, Revision: h.Revision, As: as, Number: "美公2026-7"},
	}
}

func (d *desk) by(account string, in ...adapters.Inbound) {
	d.t.Helper()
	if err := d.Receive(context.Background(), account, in); err != nil {
		d.t.Fatal(err)
	}
}

func TestAUnitAnswersByTheAccountItGetsPackagesBy(t *testing.T) {
	d, h := overBridge(t)
	before := len(d.all(bots.KindDraft, ""))
	for range 2 { // pushed and polled
		d.by("mb", answerTo(h, "9-1", adapters.AnswerAccepted))
	}
	d.untilHandoff(bots.HandoffAccepted)
	d.settle()
	now := d.handoff()
	if len(now.Answers) != 1 || now.Answers[0].Number != "美公2026-7" || now.Answers[0].Note != "已受理" || now.Answers[0].By != "" {
		t.Errorf("%+v", now.Answers)
	}
	if n := len(d.all(bots.KindDraft, "")); n != before+1 {
		t.Errorf("the reporter gets %d messages", n-before)
	}
}

func TestPromise14_OnlyTheUnitsOwnAccountAnswersForIt(t *testing.T) {
	d, h := overBridge(t)
	d.by("other", answerTo(h, "9-1", adapters.AnswerNotOurs))
	d.by("wb", answerTo(h, "9-2", adapters.AnswerNotOurs))
	d.settle()
	if now := d.handoff(); now.State != record.HandoffSent || len(now.Answers) != 0 {
		t.Errorf("%+v", now)
	}
}

// What names no package of ours is kept, as anything a platform brings.
func TestAnAnswerToNothingIsKept(t *testing.T) {
	d, h := overBridge(t)
	none := answerTo(h, "9-1", adapters.AnswerAccepted)
	none.Answer.Code = "NONE2345"
	d.by("mb", none)
	d.settle()
	var kept int
	for _, r := range d.all(bots.KindEvent, "") {
		if ev := r.(*bots.Event); ev.Account == "mb" && ev.Kind == bots.OtherHeard && ev.Body.(*bots.Heard).Detail == "answer" {
			kept++
		}
	}
	if kept != 1 {
		t.Errorf("%d events", kept)
	}
}

// The other unit answered before our correction reached it: the correction still goes, and is answered.
func TestACorrectionIsNotLostToAnAnswerOnItsWay(t *testing.T) {
	d, h := overBridge(t)
	d.by("mb", answerTo(h, "9-1", adapters.AnswerAccepted))
	d.untilHandoff(bots.HandoffAccepted)
	if r := d.decides("chen", bots.CorrectHandoff, d.handoff(), nil, "号码有误"); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	d.untilHandoff(record.HandoffSent)
	d.by("mb", answerTo(h, "9-2", adapters.AnswerAccepted)) // of revision 1
	d.settle()
	if now := d.handoff(); now.State != record.HandoffSent || len(now.Answers) != 2 || now.Answers[1].Revision != 1 {
		t.Errorf("%+v", now)
	}
	d.by("mb", answerTo(d.handoff(), "9-3", adapters.AnswerAccepted))
	d.untilHandoff(bots.HandoffAccepted)
}
