package record

import (
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
)

func flaggable() (*bots.Clue, *bots.Account) {
	return &bots.Clue{Head: bots.Head{ID: "c", State: bots.ClueOpen}, Account: "forum", Post: "7", Stance: bots.Asserting},
		&bots.Account{Head: bots.Head{ID: "forum"}, Flags: []adapters.FlagKind{adapters.FlagIllegal, adapters.FlagSpam}}
}

func TestAFlagIsAskedForOnceByAnOfficer(t *testing.T) {
	for _, c := range []struct {
		why      string
		change   func(*bots.Clue, *bots.Account)
		by       *Officer
		kind     adapters.FlagKind
		standing bool
		code     string
	}{
		{why: "an editor reports nothing", by: officer("wu", Editor), code: "role"},
		{why: "forgotten", change: func(c *bots.Clue, _ *bots.Account) { c.Erased = true }, code: "erased"},
		{why: "dismissed", change: func(c *bots.Clue, _ *bots.Account) { c.State = bots.ClueDismissed }, code: "clue-done"},
		{why: "no ability", change: func(_ *bots.Clue, a *bots.Account) { a.Flags = nil }, code: "no-flag"},
		{why: "no post", change: func(c *bots.Clue, _ *bots.Account) { c.Post = "" }, code: "no-flag"},
		{why: "no such drawer", kind: adapters.FlagInappropriate, code: "flag-kind"},
		{why: "one stands", standing: true, code: "flagged"},
	} {
		clue, account := flaggable()
		if c.change != nil {
			c.change(clue, account)
		}
		if c.by == nil {
			c.by = officer("chen", Duty)
		}
		if c.kind == "" {
			c.kind = adapters.FlagSpam
		}
		refusedWith(t, AskFlag(clue, account, c.by, c.kind, c.standing), c.code)
	}
	for _, state := range []string{bots.ClueOpen, bots.ClueWarned, bots.ClueFlagged} { // one of unknown outcome, or that was refused, may be asked for again
		clue, account := flaggable()
		clue.State = state
		if err := AskFlag(clue, account, officer("lin", Approver), adapters.FlagIllegal, false); err != nil {
			t.Errorf("%s: %v", state, err)
		}
	}
}

func TestPromise9_OnlyWhoOffersIsReported(t *testing.T) {
	for _, stance := range []bots.Stance{bots.Victim, bots.Cautions, bots.Quoting, bots.Asking, bots.Minor} {
		clue, account := flaggable()
		clue.Stance = stance
		refusedWith(t, AskFlag(clue, account, officer("chen", Duty), adapters.FlagIllegal, false), "flag-stance")
	}
}

// TestWhoAsksForAFlagMayApproveItUnlessTheyWroteInIt: as a warning that a bot proposed.
func TestWhoAsksForAFlagMayApproveItUnlessTheyWroteInIt(t *testing.T) {
	flag := func() *bots.Draft {
		d := draft(bots.ForFlag)
		d.Author, d.Channel, d.Parent, d.Flag = "chen", adapters.Moderators, "7", adapters.FlagSpam
		Submit(d, bots.Suggest)
		return d
	}
	d := flag()
	a, err := ApproveDraft(d, officer("chen", Duty), d.Version, now, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	i, err := Release(d, a, now)
	if err != nil {
		t.Fatal(err)
	}
	if i.MayCorrect(officer("lin", Approver, Duty)) {
		t.Error("a flag is corrected: its moderators decide on the post itself")
	}
	if !i.Intact(a) || i.Flag != adapters.FlagSpam || !i.Unsolicited() || i.Recipient() != "7" {
		t.Errorf("%+v", i)
	}
	if i.Flag = adapters.FlagIllegal; i.Intact(a) {
		t.Error("a flag of another kind passes for the approved one")
	}
	edited := flag()
	if err := EditDraft(edited, officer("chen", Duty), edited.Text+"！", edited.Version); err != nil {
		t.Fatal(err)
	}
	_, err = ApproveDraft(edited, officer("chen", Duty), edited.Version, now, Policy{})
	refusedWith(t, err, "two-people")
	if _, err := Cover(flag(), &Standing{Head: bots.Head{State: StandingActive}, Until: now.AddDate(0, 1, 0)}, bots.Live, now); err == nil {
		t.Error("a standing approval covers a flag")
	}
}

func TestAFlagStandsUntilItCertainlyDidNotArrive(t *testing.T) {
	d := draft(bots.ForFlag)
	for state, want := range map[string]bool{bots.DraftAwaiting: true, bots.DraftApproved: true, bots.DraftReturned: false, bots.DraftExpired: false, bots.DraftObserved: false} {
		if d.State = state; Stands(d, nil) != want {
			t.Errorf("draft %s: %v", state, !want)
		}
	}
	for state, want := range map[string]bool{
		ItemDue: true, ItemHeld: true, ItemClaimed: true, ItemUnknown: true, ItemDelivered: true,
		ItemRejected: false, ItemClosed: false, ItemExpired: false, ItemWithdrawn: false,
	} {
		if i := (&Item{Head: bots.Head{State: state}}); Stands(d, i) != want {
			t.Errorf("item %s: %v", state, !want)
		}
	}
}
