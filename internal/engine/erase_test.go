package engine

import (
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/audit"
	"netpatrol/internal/record"
)

// told is a desk with a conversation that holds a report.
func told(t *testing.T) (*desk, *bots.Conversation) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p", "1", "我被骗了三万")
	d.settle()
	return d, one[bots.Conversation](d)
}

func TestPromise15_TwoOfficersEraseAPersonAndTheChainStaysValid(t *testing.T) {
	d, conv := told(t)
	if r := d.decides("chen", bots.EraseTalk, conv, nil, ""); r.Code != "not-asked" {
		t.Fatalf("%+v", r)
	}
	if r := d.decides("chen", bots.AskErase, conv, nil, "本人要求"); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	if r := d.decides("chen", bots.EraseTalk, conv, nil, ""); r.Code != "two-people" {
		t.Fatalf("%+v", r)
	}
	if r := d.decides("lin", bots.EraseTalk, conv, nil, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	r := one[bots.Report](d)
	if c := one[bots.Conversation](d); !c.Erased || !r.Erased || c.Person.ID != "" || len(r.Lines) > 0 {
		t.Errorf("%+v, %+v", c, r)
	}
	deeds, err := d.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindConversation, ID: conv.ID})
	if err != nil || len(deeds) != 2 || deeds[1].Did != "erase" || deeds[1].Who != "lin" || deeds[1].Detail != "asked for by chen" {
		t.Errorf("%+v, %v", deeds, err)
	}
	if report, err := audit.Verify(t.Context(), d.store, ""); err != nil || !report.OK() {
		t.Errorf("the chain: %+v, %v", report, err)
	}
	if r := d.decides("lin", bots.AskErase, conv, nil, "再来"); r.Code != "erased" {
		t.Errorf("once more: %+v", r)
	}
}

func TestPromise15_AHoldStopsAnErasureThatWasAskedFor(t *testing.T) {
	d, conv := told(t)
	for _, step := range []struct {
		who  string
		verb bots.Verb
		why  string
		code string
	}{
		{"chen", bots.AskErase, "本人要求", ""},
		{"lin", bots.KeepCase, "正在侦办", ""},
		{"lin", bots.EraseTalk, "", "kept"},
		{"lin", bots.LetGo, "", ""},
		{"lin", bots.EraseTalk, "", "not-asked"}, // whoever asked did not know of the hold
	} {
		if r := d.decides(step.who, step.verb, conv, nil, step.why); r.Code != step.code {
			t.Fatalf("%s %s: %+v, want %q", step.who, step.verb, r, step.code)
		}
	}
	if one[bots.Conversation](d).Erased {
		t.Error("it is erased")
	}
}

func TestAnErasureThatACrashInterruptedIsCommittedAtTheNextStart(t *testing.T) {
	d, conv := told(t)
	d.decides("chen", bots.AskErase, conv, nil, "本人要求")
	if err := d.store.Erase(t.Context(), conv.ID); err != nil { // as far as it came
		t.Fatal(err)
	}
	if r := d.decides("lin", bots.EraseTalk, conv, nil, ""); r.Status != bots.Applied {
		t.Errorf("%+v", r)
	}
	if n := len(d.all(record.KindAlarm, "")); n > 0 {
		t.Errorf("%d alarms", n)
	}
}
