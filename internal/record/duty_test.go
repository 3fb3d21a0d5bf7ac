package record

import (
	"testing"
	"time"

	"netpatrol/bots"
)

var dutyNow = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// wantRefusal holds an error against a refusal's code; empty: none.
func wantRefusal(t *testing.T, what string, err error, code string) {
	t.Helper()
	if !codeIs(err, code) {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

func TestAShiftIsCheckedBeforeItIsKept(t *testing.T) {
	gone := officerOf("gone", Duty)
	gone.State = "suspended"
	for name, c := range map[string]struct {
		who, by *Officer
		change  func(*Shift)
		code    string
	}{
		"as it should be":              {officerOf("chen", Duty), officerOf("lin", Approver), func(*Shift) {}, ""},
		"by an administrator":          {officerOf("chen", Duty), officerOf("gu", Admin), func(*Shift) {}, ""},
		"by an editor":                 {officerOf("chen", Duty), officerOf("wu", Editor), func(*Shift) {}, "role"},
		"of who left":                  {gone, officerOf("lin", Approver), func(*Shift) {}, "duty-officer"},
		"of a volunteer":               {officerOf("zhou", Volunteer), officerOf("lin", Approver), func(*Shift) {}, "duty-officer"},
		"of who may not answer":        {officerOf("wu", Editor), officerOf("lin", Approver), func(*Shift) {}, "duty-answers"},
		"an editor may command":        {officerOf("wu", Editor), officerOf("lin", Approver), func(s *Shift) { s.Level = "commander" }, ""},
		"at no level":                  {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.Level = "boss" }, "duty-level"},
		"at no time":                   {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.Start = "8" }, "shift-time"},
		"to a quarter past midnight":   {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.End = "24:15" }, "shift-time"},
		"until midnight":               {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.End = "24:00" }, ""},
		"from the end of a day":        {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.Start = "24:00" }, "shift-time"},
		"on the eighth day of a week":  {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.Days = []int{8} }, "shift-days"},
		"from no day":                  {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.Since = "2026-02-30" }, "shift-date"},
		"to a day before its first":    {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.Until = "2026-01-01" }, "shift-date"},
		"on a single date by its name": {officerOf("chen", Duty), officerOf("lin", Approver), func(s *Shift) { s.Days = nil }, ""},
	} {
		s := &Shift{Officer: c.who.ID, Level: "duty", Days: []int{3, 1, 3}, Since: "2026-11-26", Start: "20:00", End: "08:00"}
		c.change(s)
		err := AddShift(s, c.who, c.by)
		wantRefusal(t, name, err, c.code)
		if err == nil && (s.State != DutyActive || s.By != c.by.ID || len(s.Days) > 2 || len(s.Days) == 0 && s.Until != s.Since) {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestAShiftIsStruckOutOnce(t *testing.T) {
	s := weekly("1", "chen", "08:00", "20:00", 1)
	wantRefusal(t, "by an editor", EndShift(s, officerOf("wu", Editor), dutyNow), "role")
	wantRefusal(t, "by an officer", EndShift(s, officerOf("chen", Duty), dutyNow), "")
	wantRefusal(t, "again", EndShift(s, officerOf("chen", Duty), dutyNow), "duty-ended")
}

func TestAShiftIsOverAWeekAfterItsLastNight(t *testing.T) {
	s := dated("1", "chen", "2026-11-01", "2026-11-02", "20:00", "08:00")
	if s.Over(time.Date(2026, 11, 10, 0, 0, 0, 0, time.UTC)) || !s.Over(time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC)) {
		t.Error("not a week")
	}
	if weekly("2", "chen", "08:00", "20:00", 1).Over(dutyNow.AddDate(10, 0, 0)) {
		t.Error("without a last day it is never over")
	}
}

func TestALeaveNamesSomebodyElseOrNobody(t *testing.T) {
	chen, lin, by := officerOf("chen", Duty), officerOf("lin", Duty), officerOf("gu", Admin)
	for name, c := range map[string]struct {
		standIn  *Officer
		from, to time.Time
		code     string
	}{
		"stood in for":         {lin, dutyNow, dutyNow.Add(time.Hour), ""},
		"by nobody":            {nil, dutyNow, dutyNow.Add(time.Hour), ""},
		"by oneself":           {chen, dutyNow, dutyNow.Add(time.Hour), "stand-in"},
		"by a volunteer":       {officerOf("zhou", Volunteer), dutyNow, dutyNow.Add(time.Hour), "stand-in"},
		"ends before":          {lin, dutyNow.Add(time.Hour), dutyNow, "leave-time"},
		"past":                 {lin, dutyNow.Add(-2 * time.Hour), dutyNow.Add(-time.Hour), "leave-time"},
		"begun, and under way": {lin, dutyNow.Add(-2 * time.Hour), dutyNow.Add(time.Hour), ""},
	} {
		l := &Leave{Officer: "chen", From: c.from, To: c.to}
		wantRefusal(t, name, AddLeave(l, chen, c.standIn, by, dutyNow), c.code)
	}
	l := away("1", "chen", "lin", dutyNow, dutyNow.Add(time.Hour))
	wantRefusal(t, "back", EndLeave(l, chen, dutyNow), "")
	wantRefusal(t, "back again", EndLeave(l, chen, dutyNow), "duty-ended")
}

func TestASheetIsSignedByBothInTurn(t *testing.T) {
	chen, lin, gao := officerOf("chen", Duty), officerOf("lin", Duty), officerOf("gao", Duty)
	h := new(HandOver)
	wantRefusal(t, "to oneself", DrawHandOver(h, chen, chen, chen, nil), "handover-two")
	wantRefusal(t, "by an editor", DrawHandOver(h, chen, lin, officerOf("wu", Editor), nil), "role")
	wantRefusal(t, "to an editor", DrawHandOver(h, chen, officerOf("wu", Editor), chen, nil), "duty-answers")
	wantRefusal(t, "drawn", DrawHandOver(h, chen, lin, lin, nil), "")
	wantRefusal(t, "who comes does not sign first", SignHandOver(h, lin, dutyNow), "handover-first")
	wantRefusal(t, "a third does not sign", SignHandOver(h, gao, dutyNow), "handover-who")
	wantRefusal(t, "nor write on it", RemarkHandOver(h, gao, "看过", dutyNow), "handover-who")
	wantRefusal(t, "who leaves signs", SignHandOver(h, chen, dutyNow), "")
	wantRefusal(t, "once", SignHandOver(h, chen, dutyNow), "handover-signed")
	wantRefusal(t, "who comes signs", SignHandOver(h, lin, dutyNow.Add(time.Minute)), "")
	wantRefusal(t, "once, too", SignHandOver(h, lin, dutyNow), "handover-signed")
	wantRefusal(t, "an empty remark", RemarkHandOver(h, lin, " ", dutyNow), "empty")
	wantRefusal(t, "a remark, also later", RemarkHandOver(h, lin, "第三项已联系", dutyNow), "")
	if h.State != HandOverTaken || !h.LeftAt.Equal(dutyNow) || !h.TakenAt.Equal(dutyNow.Add(time.Minute)) || len(h.Remarks) != 1 || h.Remarks[0].By != "lin" {
		t.Errorf("%+v", h)
	}
}

// shelf is a Source over records in memory.
func shelf(all ...bots.Record) Source {
	return Source{
		Get: func(kind bots.RecordKind, id string) (bots.Record, error) {
			for _, r := range all {
				if r.RecordKind() == kind && r.Meta().ID == id {
					return r, nil
				}
			}
			return nil, ErrNotFound
		},
		List: func(q Query) (page []bots.Record, err error) {
			for _, r := range all {
				if r.RecordKind() == q.Kind && (q.State == "" || r.Meta().State == q.State) {
					page = append(page, r)
				}
			}
			return page, nil
		},
	}
}

func TestWhatIsOpenIsListedByItsDeadline(t *testing.T) {
	soon, later, last := dutyNow.Add(time.Minute), dutyNow.Add(time.Hour), dutyNow.Add(100*time.Hour)
	head := func(id, state string) bots.Head { return bots.Head{ID: id, State: state, Updated: dutyNow} }
	sent := head("handoff", HandoffSent)
	sent.Due = later.Add(3 * time.Minute)
	open, err := ListOpen(shelf(
		&bots.Report{Head: head("answered-long-ago", "answered")},
		&bots.Report{Head: head("report", "open"), Reference: "HK-1", Conversation: "conv/a", Account: "weibo"},
		&bots.Conversation{Head: head("conv/a", "open"), Report: "report", Officer: "chen"},
		&bots.Wait{Head: head("w1", bots.WaitRunning), Conversation: "conv/a", Deadline: soon},
		&bots.Conversation{Head: head("conv/b", "open"), Officer: "lin"},
		&bots.Wait{Head: head("w2", bots.WaitRunning), Conversation: "conv/b", Deadline: later},
		&Alarm{Head: bots.Head{ID: "alarm", State: AlarmOpen, Created: dutyNow}, About: bots.Target{Kind: bots.KindReport, ID: "report"}}, &Alarm{Head: head("seen", AlarmAcknowledged)},
		&bots.Draft{Head: head("draft", bots.DraftAwaiting), Code: "K7M2", Expires: later.Add(time.Minute)},
		&Item{Head: head("unknown", ItemUnknown), Code: "U"},
		&Item{Head: head("held", ItemHeld), Expires: last},
		&Item{Head: head("task", ItemByHand), Hand: &Hand{Deadline: later.Add(2 * time.Minute), Taken: "gao"}},
		&bots.Warning{Head: head("warning", bots.WarningAppealed)},
		&Handoff{Head: sent, Code: "YJ"}, &Handoff{Head: head("package", HandoffPrepared)},
		&Rectification{Head: head("rect", RectificationOverdue), Site: "coconut", Deadline: dutyNow.Add(-time.Hour)},
		&Standing{Head: head("standing", StandingProposed), Template: "receipt"}, &Site{Head: head("palm", SiteProposed)},
	))
	if err != nil {
		t.Fatal(err)
	}
	want := []OpenItem{
		{What: PendingRectification, Code: "coconut", Due: dutyNow.Add(-time.Hour)},
		{What: PendingAlarm, Code: "HK-1", Account: "weibo", Due: dutyNow},
		{What: PendingReport, Code: "HK-1", Account: "weibo", Due: soon, Who: "chen"},
		{What: PendingTalk, Due: later, Who: "lin"},
		{What: PendingApproval, Code: "K7M2", Due: later.Add(time.Minute)},
		{What: PendingByHand, Due: later.Add(2 * time.Minute), Who: "gao"},
		{What: PendingHandoff, Code: "YJ", Due: later.Add(3 * time.Minute)},
		{What: PendingAppeal, Due: dutyNow.Add(bots.AppealWithin)},
		{What: PendingHeld, Due: last},
		{What: PendingPackage}, {What: PendingApproval, Code: "receipt"}, {What: PendingApproval, Code: "palm"}, {What: PendingUnknown, Code: "U"},
	}
	if len(open) != len(want) {
		t.Fatalf("%d items: %+v", len(open), open)
	}
	for i, w := range want {
		got := open[i]
		if got.On.ID == "" {
			t.Errorf("item %d leads nowhere", i)
		}
		if got.On = (bots.Target{}); got != w {
			t.Errorf("item %d: %+v, want %+v", i, got, w)
		}
	}
}

func TestASheetNamesNoMoreThanItHolds(t *testing.T) {
	h := new(HandOver)
	open := make([]OpenItem, MostOpen+7)
	wantRefusal(t, "a long sheet", DrawHandOver(h, officerOf("chen", Duty), officerOf("lin", Duty), officerOf("chen", Duty), open), "")
	if len(h.Open) != MostOpen || h.More != 7 {
		t.Errorf("%d named, %d more", len(h.Open), h.More)
	}
}
