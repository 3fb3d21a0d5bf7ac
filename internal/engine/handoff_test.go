package engine

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// clerk passes texts on as they are, and delivers unless told to fail.
type clerk struct {
	mu        sync.Mutex
	fails     error
	delivered []string // code and state
}

func (*clerk) Unit(id string) (name, way string, ok bool) {
	way = record.ByPage
	if id == "b" {
		way = record.ByBridge
	}
	return "单位" + id, way, id != "nowhere"
}

func (*clerk) Courier(unit string) string { return map[string]string{"b": "mb"}[unit] }

func (*clerk) Pack(texts []string, whole bool, _ []bots.Check) record.HandoffPackage {
	p := record.HandoffPackage{FromUnit: "测试网警", Words: texts}
	if whole {
		p.Places = []string{"460100 海口市"}
	}
	return p
}

func (c *clerk) Deliver(_ context.Context, h *record.Handoff) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails == nil {
		c.delivered = append(c.delivered, h.Unit+" "+h.State)
	}
	return c.fails
}

func (c *clerk) got() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.delivered, ", ")
}

// news answers an accepted hand-off as the shipped bot does.
type news struct{}

func (news) Name() string { return "news" }

func (news) Decide(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
	if a, ok := e.Body.(*bots.HandoffAnswer); ok {
		return []bots.Effect{bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Report: a.Report}}, nil
	}
	return nil, bots.ErrNotMine
}

// handedOver is a desk with a report of which a package was prepared for a unit.
func handedOver(t *testing.T, c *clerk, fields map[string]string) (*desk, *record.Handoff) {
	t.Helper()
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot(), news{}}, clerk: c})
	d.says("victim", "1", "我被骗了")
	d.settle()
	if r := d.decides("chen", bots.PrepareHandoff, one[bots.Report](d), fields, ""); r.Status != bots.Applied {
		t.Fatalf("prepare: %+v", r)
	}
	return d, one[record.Handoff](d)
}

func (d *desk) handoff() *record.Handoff { return one[record.Handoff](d) }

func (d *desk) untilHandoff(state string) {
	d.t.Helper()
	d.until("the hand-off is "+state, func() bool { return d.handoff().State == state })
}

func TestAHandoffGoesToItsUnitAndTheAnswerBackToTheReporter(t *testing.T) {
	c := &clerk{}
	d, h := handedOver(t, c, map[string]string{"unit": "a", "words": "true"})
	if h.Package.Reporter != "" || len(h.Package.Words) != 1 || h.Package.Reference == "" || h.Package.ToUnit != "单位a" {
		t.Errorf("package %+v", h.Package)
	}
	if r := d.decides("chen", bots.ApproveHandoff, h, nil, ""); r.Code != "two-people" {
		t.Errorf("approved alone: %+v", r)
	}
	if r := d.decides("lin", bots.ApproveHandoff, h, nil, ""); r.Status != bots.Applied {
		t.Fatalf("approve: %+v", r)
	}
	d.untilHandoff(record.HandoffSent)
	before := len(d.all(bots.KindDraft, ""))
	for range 2 { // the form is sent twice
		if r, err := d.AnswerHandoff(t.Context(), h.ID, bots.HandoffAnswer{As: bots.HandoffAccepted, Number: "海公2026-7"}, "form"); err != nil || r.Status != bots.Applied {
			t.Fatalf("answer: %+v, %v", r, err)
		}
	}
	if now := d.handoff(); now.State != bots.HandoffAccepted || len(now.Answers) != 1 || now.Answers[0].Number != "海公2026-7" {
		t.Errorf("answered: %+v", now)
	}
	if n := len(d.all(bots.KindDraft, "")); n != before+1 {
		t.Errorf("the reporter gets %d messages", n-before)
	}
	if r, err := d.AnswerHandoff(t.Context(), h.ID, bots.HandoffAnswer{As: bots.HandoffDuplicate}, "other"); err != nil || r.Code != "answered" {
		t.Errorf("another answer: %+v, %v", r, err)
	}
	if c.got() != "a approved" {
		t.Errorf("delivered %s", c.got())
	}
}

func TestWhoReportedGoesAlongOnlyWhenChosen(t *testing.T) {
	_, h := handedOver(t, &clerk{}, map[string]string{"unit": "a"})
	if h.Personal() || h.Package.Words != nil || h.Package.Reporter != "" {
		t.Errorf("package %+v", h.Package)
	}
	_, h = handedOver(t, &clerk{}, map[string]string{"unit": "a", "identity": "true"})
	if !strings.Contains(h.Package.Reporter, "victim") || len(h.Package.Places) != 1 {
		t.Errorf("package %+v", h.Package)
	}
}

func TestACorrectionReachesEveryReceiver(t *testing.T) {
	c := &clerk{}
	d, first := handedOver(t, c, map[string]string{"unit": "a"})
	for _, unit := range []string{"b", "c"} {
		if r := d.decides("chen", bots.PrepareHandoff, one[bots.Report](d), map[string]string{"unit": unit}, ""); r.Status != bots.Applied {
			t.Fatalf("prepare: %+v", r)
		}
	}
	of := func(unit string) *record.Handoff {
		for _, r := range d.all(record.KindHandoff, "") {
			if h := r.(*record.Handoff); h.Unit == unit {
				return h
			}
		}
		t.Fatal("no hand-off to " + unit)
		return nil
	}
	for _, unit := range []string{"a", "b"} {
		if r := d.decides("chen", bots.ApproveHandoff, of(unit), nil, ""); r.Status != bots.Applied {
			t.Fatalf("approve: %+v", r)
		}
		d.until("it is sent", func() bool { return of(unit).State == record.HandoffSent })
	}
	if r, err := d.AnswerHandoff(t.Context(), first.ID, bots.HandoffAnswer{As: bots.HandoffNotOurs}, "f"); err != nil || r.Status != bots.Applied {
		t.Fatalf("answer: %+v, %v", r, err)
	}
	if alarms := d.all(record.KindAlarm, record.AlarmOpen); len(alarms) != 1 || !strings.Contains(alarms[0].(*record.Alarm).Why, "不属其管辖") {
		t.Errorf("alarms %+v", alarms)
	}
	if r := d.decides("chen", bots.CorrectHandoff, of("b"), nil, "卡号写错了"); r.Status != bots.Applied {
		t.Fatalf("correct: %+v", r)
	}
	d.until("both are told", func() bool { return of("a").State == record.HandoffSent && of("b").State == record.HandoffSent })
	if of("c").State != record.HandoffPrepared || of("a").Revision != 2 || of("b").Revision != 2 {
		t.Errorf("a %+v, c %+v", of("a"), of("c"))
	}
	if r := d.decides("lin", bots.WithdrawHandoff, of("a"), nil, "查明是误报"); r.Status != bots.Applied {
		t.Fatalf("withdraw: %+v", r)
	}
	d.until("both are told", func() bool { return of("a").Due.IsZero() && of("b").Due.IsZero() })
	if of("a").State != record.HandoffWithdrawn || of("b").State != record.HandoffWithdrawn {
		t.Errorf("withdrawn: %s, %s", of("a").State, of("b").State)
	}
}

func TestWhatCannotBeDeliveredIsTriedAgainAndThenAPersonLooks(t *testing.T) {
	c := &clerk{fails: errors.New("no such folder")}
	d, h := handedOver(t, c, map[string]string{"unit": "a"})
	if r := d.decides("chen", bots.ApproveHandoff, h, nil, ""); r.Status != bots.Applied {
		t.Fatalf("approve: %+v", r)
	}
	for try := 1; try <= 3; try++ {
		d.until("a try has failed", func() bool { return d.handoff().Tries == try })
		if now := d.handoff(); now.State != record.HandoffApproved || now.Problem != "no such folder" {
			t.Fatalf("after try %d: %+v", try, now)
		}
		d.update(func(tx record.Tx) error { // the half hour passes
			again, err := record.Load[record.Handoff](tx, h.ID)
			if err != nil || again.Due.IsZero() {
				return err
			}
			again.Due = time.Now()
			return tx.Put(again)
		})
		d.wakeDue()
	}
	if now := d.handoff(); !now.Due.IsZero() {
		t.Errorf("it is tried a fourth time at %s", now.Due)
	}
	if alarms := d.all(record.KindAlarm, record.AlarmOpen); len(alarms) != 1 || !strings.Contains(alarms[0].(*record.Alarm).Why, "没有送到") {
		t.Errorf("alarms %+v", alarms)
	}
	c.mu.Lock()
	c.fails = nil
	c.mu.Unlock()
	if r := d.decides("chen", bots.ResendHandoff, d.handoff(), nil, ""); r.Status != bots.Applied {
		t.Fatalf("send again: %+v", r)
	}
	d.untilHandoff(record.HandoffSent)
}

func TestAnOfficerIsToldWhenNoAnswerComes(t *testing.T) {
	d, h := handedOver(t, &clerk{}, map[string]string{"unit": "a"})
	if r := d.decides("chen", bots.ApproveHandoff, h, nil, ""); r.Status != bots.Applied {
		t.Fatalf("approve: %+v", r)
	}
	d.untilHandoff(record.HandoffSent)
	if left := time.Until(d.handoff().Due); left < 47*time.Hour {
		t.Errorf("%s to answer", left)
	}
	d.update(func(tx record.Tx) error {
		again, err := record.Load[record.Handoff](tx, h.ID)
		if err != nil {
			return err
		}
		again.Due = time.Now()
		return tx.Put(again)
	})
	d.wakeDue()
	d.until("an officer is told", func() bool { return len(d.all(record.KindAlarm, record.AlarmOpen)) == 1 })
	if now := d.handoff(); now.State != record.HandoffSent || !now.Due.IsZero() {
		t.Errorf("%+v", now)
	}
}

func TestAReturnSlipTypedIn(t *testing.T) {
	d, h := handedOver(t, &clerk{}, map[string]string{"unit": "a"})
	slip := func(officer, code, note string) bots.Result {
		t.Helper()
		r, err := d.Submit(t.Context(), bots.Decision{Officer: officer, Verb: bots.SlipHandoff, Fields: map[string]string{"slip": code, "note": note}}, "form "+officer+code+note)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	good := record.HandoffSlip(d.store.Vault().Tag, h, bots.HandoffResult)
	if r := slip("chen", good, "已立案"); r.Code != "not-open" {
		t.Errorf("before it was sent: %+v", r)
	}
	if r := d.decides("chen", bots.ApproveHandoff, h, nil, ""); r.Status != bots.Applied {
		t.Fatalf("approve: %+v", r)
	}
	d.untilHandoff(record.HandoffSent)
	for _, bad := range []string{"", "ABCD", good[:len(good)-1] + "!", "ZZZZZZZZ" + good[8:], one[bots.Report](d).Reference + "-A234567"} {
		if r := slip("chen", bad, "已立案"); r.Code != "slip" {
			t.Errorf("%q: %+v", bad, r)
		}
	}
	if r := slip("nobody", good, "已立案"); r.Code != "role" {
		t.Errorf("nobody's: %+v", r)
	}
	if r := slip("chen", " "+strings.ToLower(good), "已立案"); r.Status != bots.Applied {
		t.Fatalf("typed in: %+v", r)
	}
	if now := d.handoff(); now.State != bots.HandoffResult || now.Answers[0].By != "chen" {
		t.Errorf("%+v", now.Answers)
	}
}

func TestPromise15_APackageIsForgottenWithItsReporter(t *testing.T) {
	d, h := handedOver(t, &clerk{}, map[string]string{"unit": "a", "identity": "true", "words": "true"})
	d.hears(adapters.Inbound{Key: "gone", Kind: adapters.KindUnfollow, From: adapters.Person{ID: "victim"}, At: time.Now()})
	d.settle()
	if now := d.handoff(); !now.Erased || now.Package.Reporter != "" {
		t.Errorf("it still tells %+v", now.Package)
	}
	if r := d.decides("lin", bots.ApproveHandoff, h, nil, ""); r.Status == bots.Applied {
		t.Errorf("what was erased is approved: %+v", r)
	}
}
