package record

import (
	"testing"

	"netpatrol/bots"
)

func TestPromise2_WhoApprovedAWarningDoesNotReviewItsAppeal(t *testing.T) {
	appealed := func() *bots.Warning {
		w := &bots.Warning{Head: bots.Head{ID: "w", State: bots.WarningSent}, Officer: "chen"}
		if err := AppealWarning(w, now); err != nil {
			t.Fatal(err)
		}
		return w
	}
	refusedWith(t, DecideAppeal(appealed(), officer("chen", Duty), bots.WarningUpheld, "x", Policy{}, now), "two-people")
	refusedWith(t, DecideAppeal(appealed(), officer("lin", Duty), bots.WarningUpheld, "", Policy{}, now), "reason")
	refusedWith(t, DecideAppeal(appealed(), officer("lin", Duty), "ignored", "x", Policy{}, now), "as")
	refusedWith(t, DecideAppeal(appealed(), officer("wu", Editor), bots.WarningUpheld, "x", Policy{}, now), "role")
	w := appealed()
	if err := DecideAppeal(w, officer("lin", Duty), bots.WarningWithdrawn, "x", Policy{}, now); err != nil || w.State != bots.WarningWithdrawn {
		t.Errorf("%s, %v", w.State, err)
	}
	refusedWith(t, DecideAppeal(w, officer("lin", Duty), bots.WarningUpheld, "x", Policy{}, now), "not-appealed")
}

func TestOnlyWhatReachedSomebodyCanBeAppealed(t *testing.T) {
	for _, state := range []string{bots.WarningProposed, bots.WarningRejected, bots.WarningHeld, bots.WarningWithdrawn} {
		w := &bots.Warning{Head: bots.Head{State: state}}
		refusedWith(t, AppealWarning(w, now), "not-sent")
	}
}
