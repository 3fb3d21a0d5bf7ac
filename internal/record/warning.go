package record

import (
	"slices"
	"time"

	"netpatrol/bots"
)

// reached are the states of a warning that its recipient can object to.
var reached = []string{bots.WarningSent, bots.WarningKept, bots.WarningRemoved, bots.WarningUpheld}

// AppealWarning records an objection. A second one changes nothing.
func AppealWarning(w *bots.Warning, now time.Time) error {
	if w.State == bots.WarningAppealed {
		return nil
	}
	if !slices.Contains(reached, w.State) {
		return refuse("not-sent", "the warning is %s: it reached nobody who could object", w.State)
	}
	w.State, w.Updated = bots.WarningAppealed, now
	return nil
}

// DecideAppeal is the review: upheld or withdrawn, with a reason the person is told. Whoever
// approved the warning may not review it.
func DecideAppeal(w *bots.Warning, by *Officer, as, reason string, p Policy, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not review an appeal: it needs an officer or approver", by.ID)
	}
	if w.State != bots.WarningAppealed {
		return refuse("not-appealed", "the warning is %s: there is no appeal to decide", w.State)
	}
	if w.Officer == by.ID && !p.OneOfficer { // promise 2
		return refuse("two-people", "you approved this warning: another officer must review the appeal")
	}
	if reason == "" {
		return refuse("reason", "say why: the person who objected is told")
	}
	if as != bots.WarningUpheld && as != bots.WarningWithdrawn {
		return refuse("as", "decide an appeal as upheld or withdrawn, not %q", as)
	}
	w.State, w.Reason, w.Updated = as, reason, now
	return nil
}

// LookBack is an officer's word on a warned post that no program can look at.
func LookBack(w *bots.Warning, by *Officer, as string, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not say what became of a post", by.ID)
	}
	if w.State != bots.WarningSent && w.State != bots.WarningKept {
		return refuse("not-sent", "the warning is %s: there is nothing to look back on", w.State)
	}
	if as != bots.WarningRemoved && as != bots.WarningKept {
		return refuse("as", "the post is removed or kept, not %q", as)
	}
	w.State, w.Updated = as, now
	return nil
}

// LapseAppeal withdraws a warning whose appeal nobody decided in time.
func LapseAppeal(w *bots.Warning, why string, now time.Time) error {
	if w.State != bots.WarningAppealed {
		return refuse("not-appealed", "the warning is %s", w.State)
	}
	w.State, w.Reason, w.Updated = bots.WarningWithdrawn, why, now
	return nil
}
