package record

import (
	"errors"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

var now = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func officer(id string, roles ...Role) *Officer {
	return &Officer{Head: bots.Head{ID: id, State: OfficerActive}, Roles: roles}
}

// draft is a sealed draft that awaits a decision.
func draft(p bots.Purpose) *bots.Draft {
	d := &bots.Draft{
		Head: bots.Head{ID: "d1", Stream: "post/wb/1", Version: 3}, Code: "ABCD2345", Purpose: p, Account: "wb",
		Channel: adapters.Private, To: adapters.Person{ID: "p1"}, Text: "提醒您", Template: "receipt", Rev: 1, Author: "bot:patrol",
		Evidence: "e1", Expires: now.Add(time.Hour),
	}
	Submit(d, bots.Live)
	return d
}

// refusedWith checks that err is a refusal with a code.
func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || r.Code != code {
		t.Errorf("got %v, want a refusal %q", err, code)
	}
}

func TestPromise1_NothingLeavesWithoutAnApprovalOverTheseVeryBytes(t *testing.T) {
	approve := func(d *bots.Draft) *Approval {
		a, err := ApproveDraft(d, officer("chen", Duty), 3, now, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	d := draft(bots.ForWarning)
	_, err := Release(d, nil, now)
	refusedWith(t, err, "no-approval")

	changes := map[string]func(*bots.Draft){
		"title":     func(d *bots.Draft) { d.Title += "。" },
		"text":      func(d *bots.Draft) { d.Text += "。" },
		"account":   func(d *bots.Draft) { d.Account = "other" },
		"recipient": func(d *bots.Draft) { d.To.ID = "p2" },
		"channel":   func(d *bots.Draft) { d.Channel = adapters.Public },
		"parent":    func(d *bots.Draft) { d.Parent = "7" },
		"flag":      func(d *bots.Draft) { d.Flag = adapters.FlagSpam },
		"evidence":  func(d *bots.Draft) { d.Evidence = "e2" },
		"expiry":    func(d *bots.Draft) { d.Expires = d.Expires.Add(time.Second) },
	}
	for name, change := range changes {
		d := draft(bots.ForWarning)
		a := approve(d)
		change(d)
		if _, err := Release(d, a, now); err == nil {
			t.Errorf("a changed %s left under the old approval", name)
		}
	}
	d = draft(bots.ForWarning)
	if _, err := Release(d, approve(d), now); err != nil {
		t.Errorf("an approved draft: %v", err)
	}
}

func TestPromise1_AnApprovalOfAnotherDraftCoversNothing(t *testing.T) {
	d, other := draft(bots.ForWarning), draft(bots.ForWarning)
	other.ID = "d2"
	a, err := ApproveDraft(other, officer("chen", Duty), 3, now, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Release(d, a, now)
	refusedWith(t, err, "no-approval")
}

func TestPromise1_AStandingApprovalNeverCoversTheUnsolicited(t *testing.T) {
	for _, p := range []bots.Purpose{bots.ForWarning, bots.ForBulletin, bots.ForOfficer} {
		d := draft(p)
		s := &Standing{Head: bots.Head{ID: "s", State: StandingActive}, Template: "receipt", Rev: 1, Purposes: []bots.Purpose{p}, Until: now.Add(time.Hour)}
		_, err := Cover(d, s, bots.Live, now)
		refusedWith(t, err, "unsolicited")
		_, err = Release(d, &Approval{Draft: d.ID, Seal: Seal(d), Standing: "s"}, now)
		refusedWith(t, err, "no-officer")
		refusedWith(t, ProposeStanding(s, officer("lin", Approver), now), "unsolicited")
	}
}

func TestAStandingApprovalCoversOnlyWhatItNames(t *testing.T) {
	standing := func() *Standing {
		return &Standing{
			Head: bots.Head{ID: "s", State: StandingActive}, Template: "receipt", Rev: 1, Purposes: []bots.Purpose{bots.ForReceipt},
			Accounts: []string{"wb"}, Vars: []string{"Note"}, Until: now.Add(time.Hour),
		}
	}
	cases := map[string]struct {
		change func(*bots.Draft, *Standing)
		mode   bots.Mode
		code   string
	}{
		"as named":         {func(*bots.Draft, *Standing) {}, bots.Live, ""},
		"other template":   {func(d *bots.Draft, _ *Standing) { d.Template = "x" }, bots.Live, "standing-other"},
		"other version":    {func(d *bots.Draft, _ *Standing) { d.Rev = 2 }, bots.Live, "standing-other"},
		"other account":    {func(d *bots.Draft, _ *Standing) { d.Account = "wx" }, bots.Live, "standing-other"},
		"unnamed variable": {func(d *bots.Draft, _ *Standing) { d.Vars = map[string]string{"X": "1"} }, bots.Live, "standing-other"},
		"edited by hand":   {func(d *bots.Draft, _ *Standing) { d.Editors = []string{"chen"} }, bots.Live, "standing-other"},
		"past its end":     {func(_ *bots.Draft, s *Standing) { s.Until = now }, bots.Live, "standing-ended"},
		"only proposed":    {func(_ *bots.Draft, s *Standing) { s.State = StandingProposed }, bots.Live, "standing-ended"},
		"in suggest":       {func(*bots.Draft, *Standing) {}, bots.Suggest, "mode"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, s := draft(bots.ForReceipt), standing()
			c.change(d, s)
			a, err := Cover(d, s, c.mode, now)
			if c.code != "" {
				refusedWith(t, err, c.code)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Release(d, a, now); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPromise2_WhoWroteMayNotApprove(t *testing.T) {
	d := draft(bots.ForBulletin)
	d.Author = "wu"
	_, err := ApproveDraft(d, officer("wu", Approver), 3, now, Policy{})
	refusedWith(t, err, "two-people")
	d.Author, d.Editors = "bot:bulletin", []string{"wu"}
	_, err = ApproveDraft(d, officer("wu", Approver), 3, now, Policy{})
	refusedWith(t, err, "two-people")
}

func TestPromise2_AOneOfficerStationBearsTheMark(t *testing.T) {
	d := draft(bots.ForBulletin)
	d.Author = "wu"
	a, err := ApproveDraft(d, officer("wu", Approver), 3, now, Policy{OneOfficer: true})
	if err != nil || !a.OneOfficer {
		t.Errorf("approval %+v, %v: want it given and marked", a, err)
	}
	d = draft(bots.ForBulletin)
	if a, err = ApproveDraft(d, officer("wu", Approver), 3, now, Policy{OneOfficer: true}); err != nil || a.OneOfficer {
		t.Errorf("approval %+v, %v: nothing was waived, so no mark", a, err)
	}
}

func TestPromise2_AStandingApprovalNeedsTwo(t *testing.T) {
	s := &Standing{Template: "receipt", Rev: 1, Purposes: []bots.Purpose{bots.ForReceipt}, Until: now.Add(time.Hour)}
	if err := ProposeStanding(s, officer("lin", Approver), now); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, ConfirmStanding(s, officer("lin", Approver), Policy{}), "two-people")
	if err := ConfirmStanding(s, officer("wu", Approver), Policy{}); err != nil || s.State != StandingActive {
		t.Errorf("state %s, %v", s.State, err)
	}
}

func TestPromise2_AModeChangeNeedsTwo(t *testing.T) {
	a := &bots.Account{Head: bots.Head{ID: "wb", State: string(bots.Observe)}}
	if err := RequestMode(a, officer("lin", Approver), bots.Suggest, ""); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, ConfirmMode(a, officer("lin", Approver), "", Policy{}, now), "two-people")
	if err := ConfirmMode(a, officer("wu", Admin), "", Policy{}, now); err != nil || a.Mode() != bots.Suggest {
		t.Errorf("mode %s, %v", a.Mode(), err)
	}
}

func TestPromise3_OnlyAPostThatNobodyCouldLookAtIsWavedThrough(t *testing.T) {
	for _, c := range []struct {
		purpose bots.Purpose
		why     string
		leaves  bool
	}{
		{bots.ForWarning, WhyNotLooked + "：该账号不支持查看", true},
		{bots.ForWarning, "复看发现原帖已被修改，请核对后决定", false},
		{bots.ForWarning, "", false},
		{bots.ForReply, WhyNotLooked, false},
	} {
		i := &Item{Head: bots.Head{State: ItemHeld}, Purpose: c.purpose, Why: c.why, Expires: now.Add(time.Hour)}
		err := i.SendUnseen(officer("chen", Duty), now)
		if c.leaves && (err != nil || i.State != ItemDue || i.NotLooked != "chen") {
			t.Errorf("%q: %s, not looked %q, %v", c.why, i.State, i.NotLooked, err)
		}
		if !c.leaves {
			refusedWith(t, err, "looked")
			if i.State != ItemHeld || i.NotLooked != "" {
				t.Errorf("%q: refused, and yet %s", c.why, i.State)
			}
		}
	}
}

func TestPromise4_ALateAnswerNeverOverwritesANewerTruth(t *testing.T) {
	item := func() *Item {
		d := draft(bots.ForReceipt)
		i := newItem(d, &Approval{Seal: d.Seal}, now)
		if n, err := i.Claim(7, now); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		return i
	}
	delivered := Ending{State: ItemDelivered, Receipt: adapters.Receipt{Ref: "9"}}
	i := item()
	refusedWith(t, i.Ended(1, 6, delivered, now), "fenced")
	refusedWith(t, i.Ended(2, 7, delivered, now), "fenced")
	if err := i.Lost(now); err != nil || i.State != ItemUnknown {
		t.Fatalf("state %s, %v: a lost claim is unknown, never due", i.State, err)
	}
	refusedWith(t, i.Ended(1, 7, delivered, now), "fenced")
	i = item()
	if err := i.Ended(1, 7, delivered, now); err != nil || i.State != ItemDelivered || i.Receipt.Ref != "9" {
		t.Errorf("item %+v, %v", i, err)
	}
}

func TestPromise7_OnlyAnIdentifiedAccountGoesLive(t *testing.T) {
	suggest := func() *bots.Account {
		a := &bots.Account{Head: bots.Head{ID: "wb", State: string(bots.Suggest)}}
		if err := RequestMode(a, officer("lin", Approver), bots.Live, "平台开户函"); err != nil {
			t.Fatal(err)
		}
		return a
	}
	refusedWith(t, ConfirmMode(suggest(), officer("wu", Approver), "", Policy{}, now), "identity")
	a := suggest()
	if err := ConfirmMode(a, officer("wu", Approver), "已致电论坛站长核对", Policy{}, now); err != nil || a.Mode() != bots.Live {
		t.Errorf("attested by two: %s, %v", a.Mode(), err)
	}
	if a.Grounds["lin"] != "平台开户函" || a.Grounds["wu"] != "已致电论坛站长核对" {
		t.Errorf("what it rests on: %v", a.Grounds)
	}
	a = suggest()
	a.Confirmed, a.Attested = true, nil
	if err := ConfirmMode(a, officer("wu", Approver), "", Policy{}, now); err != nil {
		t.Errorf("confirmed by the platform: %v", err)
	}
}

func TestPromise7_AnIdentityThatChangesPutsTheAccountUnderSuspicion(t *testing.T) {
	a := &bots.Account{}
	if Identified(a, "one", true) || a.Suspect != "" {
		t.Error("the first look is no change")
	}
	if Identified(a, "one", true) || a.Suspect != "" {
		t.Error("the same again is no change")
	}
	if !Identified(a, "two", true) || a.Suspect == "" {
		t.Error("a change went unnoticed")
	}
}

func TestPromise7_ASuspectAccountMustBeAttestedAnewByTwo(t *testing.T) {
	suspect := func(first string) *bots.Account {
		a := &bots.Account{Head: bots.Head{ID: "wb", State: string(bots.Live)}, Identity: "one", Attested: []string{"lin", "wu"}}
		Identified(a, "two", true)
		if err := RequestMode(a, officer("lin", Approver), bots.Live, first); err != nil {
			t.Fatal(err)
		}
		return a
	}
	refusedWith(t, ConfirmMode(suspect(""), officer("wu", Approver), "已致电论坛站长核对", Policy{}, now), "identity")
	a := suspect("平台更名公告")
	if err := ConfirmMode(a, officer("wu", Approver), "已致电论坛站长核对", Policy{}, now); err != nil || a.Suspect != "" || a.Mode() != bots.Live {
		t.Errorf("attested anew: %+v, %v", a, err)
	}
	a = suspect("")
	a.Wanted = bots.Observe
	if err := ConfirmMode(a, officer("wu", Approver), "", Policy{}, now); err != nil || a.Suspect == "" {
		t.Errorf("back to observe needs no attestation and clears nothing: %+v, %v", a, err)
	}
}

func TestAHaltStopsWhatIsPublicOrUnsolicited(t *testing.T) {
	for channel, want := range map[adapters.Channel]bool{adapters.Private: false, adapters.InReply: true, adapters.Public: true} {
		if got := (&Halt{Level: HaltUnsolicited}).Stops(&Item{Purpose: bots.ForReply, Channel: channel}); got != want {
			t.Errorf("halt stops a %s reply: %v, want %v", channel, got, want)
		}
		if (&Halt{Level: HaltUnsolicited}).Stops(&Item{Purpose: bots.ForEmergency, Channel: channel}) {
			t.Errorf("halt stops a %s emergency card", channel)
		}
	}
}

func TestPromise12_AHaltSparesTheEmergencyCard(t *testing.T) {
	cases := map[bots.Purpose]map[HaltLevel]bool{
		bots.ForEmergency: {HaltNone: false, HaltUnsolicited: false, HaltEverything: false},
		bots.ForAlarm:     {HaltNone: false, HaltUnsolicited: false, HaltEverything: false},
		bots.ForReceipt:   {HaltNone: false, HaltUnsolicited: false, HaltEverything: true},
		bots.ForWarning:   {HaltNone: false, HaltUnsolicited: true, HaltEverything: true},
		bots.ForBulletin:  {HaltNone: false, HaltUnsolicited: true, HaltEverything: true},
	}
	for purpose, levels := range cases {
		for level, want := range levels {
			if got := (&Halt{Level: level}).Stops(&Item{Purpose: purpose}); got != want {
				t.Errorf("halt %q stops a %s: %v, want %v", level, purpose, got, want)
			}
		}
	}
}

func TestPromise1_OnlyAnAlarmToOfficersLeavesWithoutAnApproval(t *testing.T) {
	bell := &bots.Account{Head: bots.Head{ID: "bell"}, Internal: true}
	for name, c := range map[string]struct {
		account *bots.Account
		purpose bots.Purpose
		ok      bool
	}{
		"an alarm to officers":  {bell, bots.ForAlarm, true},
		"a warning to officers": {bell, bots.ForWarning, false},
		"an alarm in public":    {&bots.Account{Head: bots.Head{ID: "wb"}}, bots.ForAlarm, false},
	} {
		d := &bots.Draft{Head: bots.Head{ID: "d"}, Account: c.account.ID, Purpose: c.purpose}
		a, err := CoverAlarm(d, c.account, now)
		if (err == nil) != c.ok {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
	d := &bots.Draft{Head: bots.Head{ID: "d"}, Account: "bell", Purpose: bots.ForWarning}
	if _, err := Release(d, &Approval{Draft: "d", Seal: Seal(d), Standing: OfficersOnly}, now); err == nil {
		t.Error("a warning left on the word that it goes to officers")
	}
}
