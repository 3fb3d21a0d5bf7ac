package record

import (
	"testing"
	"time"

	"netpatrol/bots"
)

func prepared(t *testing.T, p HandoffPackage) *Handoff {
	t.Helper()
	h := &Handoff{Head: bots.Head{ID: "e1.handoff"}, Code: "ABCD2345", About: bots.Target{Kind: bots.KindReport, ID: "r1"}, Unit: "meilan", Way: ByPage, Package: p}
	if err := PrepareHandoff(h, officer("chen", Duty), now); err != nil {
		t.Fatal(err)
	}
	h.Version = 4
	return h
}

// sent is a hand-off that the other unit has got.
func sent(t *testing.T) *Handoff {
	t.Helper()
	h := prepared(t, HandoffPackage{ToUnit: "美兰分局"})
	if err := ApproveHandoff(h, officer("chen", Duty), 4, Policy{}, now); err != nil {
		t.Fatal(err)
	}
	h.Delivered(now)
	return h
}

func TestPromise1_APackageLeavesOnlyAsTheOfficerSawIt(t *testing.T) {
	h := prepared(t, HandoffPackage{ToUnit: "美兰分局"})
	refusedWith(t, ApproveHandoff(h, officer("lin", Duty), 3, Policy{}, now), "changed")
	h.Package.Reporter = "微博账号 @xiaoli"
	refusedWith(t, ApproveHandoff(h, officer("lin", Duty), 4, Policy{}, now), "changed")
}

func TestPromise2_WhoReportedIsPassedOnByTwoPeople(t *testing.T) {
	words := prepared(t, HandoffPackage{Words: []string{"我被骗了"}})
	refusedWith(t, ApproveHandoff(words, officer("chen", Duty), 4, Policy{}, now), "two-people")
	if err := ApproveHandoff(words, officer("lin", Approver), 4, Policy{}, now); err != nil || words.State != HandoffApproved || words.OneOfficer {
		t.Errorf("a second officer: %v, %+v", err, words)
	}
	alone := prepared(t, HandoffPackage{Reporter: "微博账号 @xiaoli"})
	if err := ApproveHandoff(alone, officer("chen", Duty), 4, Policy{OneOfficer: true}, now); err != nil || !alone.OneOfficer {
		t.Errorf("a station with one officer: %v, marked %v", err, alone.OneOfficer)
	}
	numbers := prepared(t, HandoffPackage{Indicators: []HandoffIndicator{{Kind: "phone", Value: "+8613800138000", Role: "suspect"}}})
	if err := ApproveHandoff(numbers, officer("chen", Duty), 4, Policy{}, now); err != nil {
		t.Errorf("numbers of a suspect alone: %v", err)
	}
}

func TestHandoffAnswers(t *testing.T) {
	type step struct{ as, note, refused string }
	for name, steps := range map[string][]step{
		"accepted, then the result, then more": {{bots.HandoffAccepted, "", ""}, {bots.HandoffResult, "已立案", ""}, {bots.HandoffResult, "已抓获", ""}},
		"answered twice":                       {{bots.HandoffAccepted, "", ""}, {bots.HandoffDuplicate, "", "answered"}},
		"not theirs is the end":                {{bots.HandoffNotOurs, "", ""}, {bots.HandoffResult, "已立案", "answered"}},
		"a result says what":                   {{bots.HandoffResult, " ", "empty"}},
		"something else":                       {{"maybe", "", "as"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := sent(t)
			for _, s := range steps {
				err := AnswerHandoff(h, HandoffAnswer{As: s.as, Note: s.note, At: now})
				if s.refused != "" {
					refusedWith(t, err, s.refused)
				} else if err != nil || h.State != s.as {
					t.Errorf("%s: %v, state %s", s.as, err, h.State)
				}
			}
		})
	}
	unsent := prepared(t, HandoffPackage{})
	refusedWith(t, AnswerHandoff(unsent, HandoffAnswer{As: bots.HandoffAccepted}), "not-open")
}

func TestACorrectionHasToBeAnsweredAgain(t *testing.T) {
	h := sent(t)
	if err := AnswerHandoff(h, HandoffAnswer{As: bots.HandoffAccepted, At: now}); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, CorrectHandoff(h, officer("chen", Duty), "", now), "reason")
	if err := CorrectHandoff(h, officer("chen", Duty), "卡号末四位应为8921", now); err != nil {
		t.Fatal(err)
	}
	if h.State != HandoffCorrected || !h.Waits() || h.Revision != 2 {
		t.Errorf("corrected: %+v", h)
	}
	h.Delivered(now)
	if err := AnswerHandoff(h, HandoffAnswer{As: bots.HandoffAccepted, At: now}); err != nil || h.Answers[1].Revision != 2 {
		t.Errorf("the correction answered: %v, %+v", err, h.Answers)
	}
}

func TestAWithdrawalIsSentOnlyToWhomThePackageReached(t *testing.T) {
	h := prepared(t, HandoffPackage{})
	if err := WithdrawHandoff(h, officer("chen", Duty), "单位选错了", now); err != nil || h.Waits() {
		t.Errorf("never sent: %v, waits %v", err, h.Waits())
	}
	h = sent(t)
	if err := WithdrawHandoff(h, officer("chen", Duty), "单位选错了", now); err != nil || !h.Waits() {
		t.Errorf("sent: %v, waits %v", err, h.Waits())
	}
	h.Delivered(now)
	if h.Waits() || h.State != HandoffWithdrawn {
		t.Errorf("told: %+v", h)
	}
	refusedWith(t, AnswerHandoff(h, HandoffAnswer{As: bots.HandoffAccepted}), "not-open")
	refusedWith(t, CorrectHandoff(h, officer("chen", Duty), "x", now), "withdrawn")
}

func TestAHandoffIsTriedAgainAfterFiveAndThirtyMinutesThenAPersonLooks(t *testing.T) {
	h := prepared(t, HandoffPackage{})
	if err := ApproveHandoff(h, officer("chen", Duty), 4, Policy{}, now); err != nil {
		t.Fatal(err)
	}
	for _, wait := range []time.Duration{5 * time.Minute, 30 * time.Minute} {
		if last := h.Failed("no such folder", now); last || !h.Due.Equal(now.Add(wait)) {
			t.Errorf("after %s: last %v, due %s", wait, last, h.Due)
		}
	}
	if last := h.Failed("no such folder", now); !last || !h.Due.IsZero() {
		t.Errorf("the third failure: last %v, due %s", last, h.Due)
	}
	if err := ResendHandoff(h, officer("lin", Approver), now); err != nil || !h.Due.Equal(now) || h.Tries != 0 || h.Round != 2 {
		t.Errorf("sent again: %v, %+v", err, h)
	}
}

func TestAReturnSlipIsNeitherMistypedNorMadeUp(t *testing.T) {
	tag := func(scope, value string) string { return map[string]string{"handoff-slip": "k3m9p2"}[scope] + value }
	h := sent(t)
	slip := HandoffSlip(tag, h, bots.HandoffNotOurs)
	if slip != "ABCD2345-NK3M9P2" {
		t.Fatalf("slip %q", slip)
	}
	code, as, ok := ReadSlip(" abcd2345 nk3m－9p2")
	if !ok || code != h.Code || as != bots.HandoffNotOurs || !SameSlip(" abcd2345 nk3m－9p2", slip) {
		t.Errorf("read %q, %q, %v", code, as, ok)
	}
	if SameSlip("ABCD2345-NK3M9P3", slip) || SameSlip("", "") {
		t.Error("another slip passes")
	}
	for _, bad := range []string{"", "ABCD", "ABCD2345-XK3M9P2"} {
		if _, _, ok := ReadSlip(bad); ok {
			t.Errorf("%q is read", bad)
		}
	}
}

func TestALinkOpensForItsTimeAndItsRound(t *testing.T) {
	tag := func(scope, value string) string { return scope + value }
	h := sent(t)
	first := HandoffToken(tag, h)
	if !h.Open(now) || h.Open(h.Until) {
		t.Errorf("open until %s", h.Until)
	}
	if err := ResendHandoff(h, officer("chen", Duty), now); err != nil || HandoffToken(tag, h) == first {
		t.Errorf("the old link still opens: %v", err)
	}
}

func TestAnAnswerToAnEarlierRevisionEndsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		way      string
		revision int // that is answered; 0: not said
		due      bool
		want     string
		answered int
	}{
		"before the correction left":          {ByBridge, 0, true, HandoffCorrected, 1},
		"of the revision before":              {ByBridge, 1, false, HandoffSent, 1},
		"of this revision":                    {ByBridge, 2, false, bots.HandoffAccepted, 2},
		"of none that there is":               {ByBridge, 9, false, bots.HandoffAccepted, 2},
		"not said, and the correction is out": {ByFolder, 0, false, bots.HandoffAccepted, 2},
		"a page shows the correction at once": {ByPage, 0, true, bots.HandoffAccepted, 2},
	} {
		h := sent(t)
		h.Way = c.way
		if err := CorrectHandoff(h, officer("chen", Duty), "号码有误", now); err != nil {
			t.Fatal(err)
		}
		if !c.due {
			h.Delivered(now)
		}
		if err := AnswerHandoff(h, HandoffAnswer{As: bots.HandoffAccepted, Revision: c.revision}); err != nil || h.State != c.want || h.Answers[0].Revision != c.answered {
			t.Errorf("%s: %v, %s, revision %d", name, err, h.State, h.Answers[0].Revision)
		}
		if c.want == HandoffCorrected && !h.Waits() {
			t.Errorf("%s: the correction is not sent", name)
		}
	}
}

func TestTheKeyOfAPackageIsTheSameForEveryTry(t *testing.T) {
	h := sent(t)
	first := h.Key("0123456789abcdef")
	if err := WithdrawHandoff(h, officer("chen", Duty), "误移", now); err != nil {
		t.Fatal(err)
	}
	if last := h.Key("0123456789abcdef"); first != "ABCD2345-1-01234567" || last != "ABCD2345-1w-01234567" {
		t.Errorf("%s, %s", first, last)
	}
}
