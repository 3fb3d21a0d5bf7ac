package record

import (
	"errors"
	"testing"
	"time"

	"netpatrol/bots"
)

func officerOf(id string, roles ...Role) *Officer {
	return &Officer{Head: bots.Head{ID: id, State: OfficerActive}, Roles: roles}
}

// codeIs says whether an error is a refusal with a code; "" means none.
func codeIs(err error, code string) bool {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code == code
	}
	return err == nil && code == ""
}

var siteNow = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func proposedSite() *Site {
	return &Site{Head: bots.Head{ID: "coconut", State: SiteProposed}, Name: "椰风社区", Page: "https://yefeng.example/", Contact: "王站长", Officer: "chen", By: "chen"}
}

func TestASiteIsRegisteredWhole(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Site)
		by     *Officer
		code   string
	}{
		"as it should be": {func(*Site) {}, officerOf("chen", Duty), ""},
		"by an editor":    {func(*Site) {}, officerOf("wu", Editor), "role"},
		"a strange id":    {func(s *Site) { s.ID = "Coconut&x" }, officerOf("chen", Duty), "site-id"},
		"no contact":      {func(s *Site) { s.Contact = "" }, officerOf("chen", Duty), "site-empty"},
		"no page":         {func(s *Site) { s.Page = "javascript:alert(1)" }, officerOf("chen", Duty), "site-page"},
	} {
		s := proposedSite()
		c.change(s)
		if err := RegisterSite(s, c.by); !codeIs(err, c.code) {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

func TestPromise2_ASiteIsConfirmedBySomebodyElse(t *testing.T) {
	s := proposedSite()
	if err := ConfirmSite(s, officerOf("chen", Approver), Policy{}, siteNow); !codeIs(err, "two-people") || s.State != SiteProposed {
		t.Errorf("by its proposer: %v, %s", err, s.State)
	}
	if err := ConfirmSite(s, officerOf("lin", Approver), Policy{}, siteNow); err != nil || s.State != SiteActive || s.Due.IsZero() {
		t.Errorf("by somebody else: %v, %+v", err, s)
	}
	if err := ConfirmSite(proposedSite(), officerOf("chen", Approver), Policy{OneOfficer: true}, siteNow); err != nil {
		t.Errorf("a station of one: %v", err)
	}
}

func TestPromise2_ALetterIsSignedBySomebodyElse(t *testing.T) {
	r := &Rectification{Head: bots.Head{State: RectificationOpen}, By: "lin", Letter: "请整改"}
	if err := SignLetter(r, officerOf("lin", Approver), Policy{}, siteNow); !codeIs(err, "two-people") || r.Signed != "" {
		t.Errorf("by its author: %v, signed by %q", err, r.Signed)
	}
	if err := SignLetter(r, officerOf("wu", Editor), Policy{}, siteNow); !codeIs(err, "role") {
		t.Errorf("by an editor: %v", err)
	}
	if err := SignLetter(r, officerOf("gu", Approver), Policy{}, siteNow); err != nil || r.Signed != "gu" || r.OneOfficer {
		t.Errorf("by somebody else: %v, %+v", err, r)
	}
}

func TestABadgeHasVanishedOnceTwoLooksMissIt(t *testing.T) {
	s := &Site{}
	for i, look := range []struct{ seen, vanished, returned bool }{
		{true, false, false}, {false, false, false}, {false, true, false}, {false, false, false}, {true, false, true}, {true, false, false}, {false, false, false}, {true, false, false}, {false, false, false}, {false, true, false},
	} {
		if vanished, returned := s.LookedFor(look.seen, "网页打不开", siteNow); vanished != look.vanished || returned != look.returned {
			t.Errorf("look %d: vanished %v, returned %v", i, vanished, returned)
		}
		if !s.Due.After(siteNow) || s.Due.After(siteNow.Add(24*time.Hour)) || look.seen && s.Problem != "" {
			t.Errorf("look %d: %+v", i, s)
		}
	}
}

func TestARectificationRunsItsCourse(t *testing.T) {
	chen := officerOf("chen", Duty)
	active := proposedSite()
	active.State = SiteActive
	r := &Rectification{Findings: "有刷单广告", Letter: "请整改", Deadline: siteNow.Add(time.Hour)}
	if err := OpenRectification(r, proposedSite(), chen, siteNow); !codeIs(err, "site-state") {
		t.Errorf("of no partner: %v", err)
	}
	if err := OpenRectification(r, active, chen, siteNow); err != nil || r.State != RectificationOpen {
		t.Fatalf("%v, %+v", err, r)
	}
	if err := SettleRectification(r, chen, RectificationAnswered, "说已删除", siteNow); !codeIs(err, "unsigned") {
		t.Errorf("answered before the letter left: %v", err)
	}
	if err := SignLetter(r, officerOf("lin", Approver), Policy{}, siteNow); err != nil {
		t.Fatal(err)
	}
	talk := Interview{Held: siteNow.Add(-time.Hour), Present: "王站长、陈警官", Note: "广告是用户发的", Agreed: "今天删除，以后先审后发"}
	for code, change := range map[string]func(*Interview){
		"interview-empty": func(i *Interview) { i.Agreed = " " }, "held": func(i *Interview) { i.Held = siteNow.Add(time.Hour) },
	} {
		bad := talk
		if change(&bad); !codeIs(NoteInterview(r, chen, bad, siteNow), code) {
			t.Errorf("%s is taken", code)
		}
	}
	if err := NoteInterview(r, chen, talk, siteNow); err != nil || len(r.Interviews) != 1 || r.Interviews[0].By != "chen" || !r.Interviews[0].At.Equal(siteNow) {
		t.Errorf("%v, %+v", err, r.Interviews)
	}
	if r.Lapse(siteNow) || !r.Lapse(siteNow.Add(time.Hour)) || r.State != RectificationOverdue || r.Lapse(siteNow.Add(2*time.Hour)) {
		t.Errorf("lapse: %+v", r)
	}
	if err := SettleRectification(r, chen, RectificationFixed, "复看已删除", siteNow.Add(2*time.Hour)); err != nil || r.State != RectificationFixed || !r.Due.IsZero() {
		t.Errorf("%v, %+v", err, r)
	}
	if err := SettleRectification(r, chen, RectificationOpen, "又出现了", siteNow.Add(2*time.Hour)); err != nil || r.State != RectificationOverdue {
		t.Errorf("open again after its day: %v, %+v", err, r)
	}
}

func TestASiteIsRemindedOfWhatItGot(t *testing.T) {
	chen := officerOf("chen", Duty)
	for want, r := range map[string]*Rectification{
		"unsigned":  {Head: bots.Head{State: RectificationOpen}},
		"settled":   {Head: bots.Head{State: RectificationFixed}, Signed: "lin"},
		"reminders": {Head: bots.Head{State: RectificationOverdue}, Signed: "lin", Reminders: make([]Reminder, mostReminders)},
		"":          {Head: bots.Head{State: RectificationOverdue}, Signed: "lin"},
	} {
		if err := MayRemind(r, chen); !codeIs(err, want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := MayRemind(&Rectification{Head: bots.Head{State: RectificationOpen}, Signed: "lin"}, officerOf("wu", Editor)); !codeIs(err, "role") {
		t.Errorf("by an editor: %v", err)
	}
}
