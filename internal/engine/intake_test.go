package engine

import (
	"testing"
	"testing/synctest"

	"netpatrol/bots"
	"netpatrol/bots/intake"
)

// A first message is answered at once. What follows in several pieces gets one answer, when the person has
// paused, also when the station was started anew meanwhile.
func TestSeveralShortMessagesGetOneAnswerAfterARestart(t *testing.T) {
	synctest.Test(t, severalShortMessages)
}

func severalShortMessages(t *testing.T) {
	dir := t.TempDir()
	open := func() *desk { return newDesk(t, deskOptions{dir: dir, bots: []bots.Bot{intake.New()}}) }
	d := open()
	d.says("p1", "1", "上个月网购被骗了2000块，支付宝转的")
	d.settle()
	if first := d.all(bots.KindDraft, ""); len(first) != 1 || first[0].(*bots.Draft).Template != "receipt" {
		t.Fatalf("the first message leads to %+v", first)
	}
	d.says("p1", "2", "13800138000")
	d.says("p1", "3", "店名叫优品汇")
	d.says("p1", "4", "没别的")
	d.settle()
	if n := len(d.all(bots.KindDraft, "")); n != 1 {
		t.Errorf("%d messages while the person is still writing", n)
	}
	d.close()
	d = open()
	d.until("the turn is answered", func() bool { return len(d.all(bots.KindDraft, "")) > 1 })
	d.settle()
	all := d.all(bots.KindDraft, "")
	if len(all) != 2 {
		t.Fatalf("%d messages, want the receipt and one question", len(all))
	}
	if ask := all[1].(*bots.Draft); ask.Template != "ask" || ask.Vars["AskAccount"] == "" || ask.To.ID != "p1" {
		t.Errorf("the answer is %+v", ask)
	}
	report := d.all(bots.KindReport, "")[0].(*bots.Report)
	if len(report.Lines) != 4 || report.Slots["callback"] != "+8613800138000" || report.Slots["amount"] != "2000" {
		t.Errorf("the report is %+v", report)
	}
}
