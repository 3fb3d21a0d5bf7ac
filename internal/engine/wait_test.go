package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	botdesk "netpatrol/bots/desk"
	"netpatrol/internal/record"
)

// guarded is a desk that rings: one group for the duty officer, one person above.
func guarded(t *testing.T) *desk {
	t.Helper()
	return newDesk(t, deskOptions{
		bots: []bots.Bot{intakeBot(), botdesk.New(30 * time.Minute)}, poll: time.Minute,
		more: []*Account{{Record: bots.Account{Head: bots.Head{ID: "bell"}, Unit: "测试网警", Language: "zh-Hans", Internal: true}, Open: func() adapters.Account { return nil }, Poll: time.Minute}},
		onDuty: func(_ record.Tx, _ time.Time, level, turn int) ([]Contact, error) {
			return []Contact{{Officer: "chen", Account: "bell", To: adapters.Person{ID: "chen"}}}, nil
		},
	})
}

// alarms are the items that ring officers.
func (d *desk) alarms() (all []*record.Item) {
	for _, r := range d.all(record.KindItem, "") {
		if i := r.(*record.Item); i.Purpose == bots.ForAlarm {
			all = append(all, i)
		}
	}
	return all
}

func TestThePromiseRingsAtFifteenTwentyFourAndThirtyMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := guarded(t)
		d.says("p1", "1", "我被骗了")
		d.settle()
		for _, step := range []struct {
			until time.Duration
			level int
		}{{14 * time.Minute, 0}, {16 * time.Minute, 1}, {25 * time.Minute, 2}, {31 * time.Minute, 3}} {
			w := one[bots.Wait](d)
			time.Sleep(time.Until(w.Since.Add(step.until)))
			synctest.Wait()
			if w = one[bots.Wait](d); w.Alarms != step.level {
				t.Errorf("after %s level %d was rung, want %d", step.until, w.Alarms, step.level)
			}
		}
		for _, i := range d.alarms() {
			if i.To.ID != "chen" || i.Account != "bell" || i.Purpose != bots.ForAlarm || i.Conversation == one[bots.Conversation](d).ID {
				t.Errorf("an alarm to %+v by %s", i.To, i.Account)
			}
		}
		if n := len(d.alarms()); n < 3 {
			t.Errorf("%d alarms", n)
		}
	})
}

func TestAnOfficerWhoTakesNoticeIsEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := guarded(t)
		d.says("p1", "1", "我被骗了")
		d.settle()
		time.Sleep(15*time.Minute + time.Second)
		synctest.Wait()
		rung := len(d.alarms())
		alarm := one[record.Alarm](d)
		d.audited()
		if r := d.decides("shen", bots.AcknowledgeAll, alarm, nil, ""); r.Code != "role" {
			t.Errorf("an auditor ends the ringing: %+v", r)
		}
		if r := d.decides("chen", bots.AcknowledgeAll, alarm, nil, ""); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
		if r := d.decides("lin", bots.AcknowledgeAll, alarm, nil, ""); r.Status != bots.Applied || one[record.Alarm](d).By != "chen" {
			t.Errorf("a colleague was faster, and it stays theirs: %+v", r)
		}
		time.Sleep(8 * time.Minute)
		synctest.Wait()
		if w := one[bots.Wait](d); w.Seen != "chen" || len(d.alarms()) != rung {
			t.Errorf("seen by %q, %d alarms after %d", w.Seen, len(d.alarms()), rung)
		}
	})
}

func TestACallThatIsLoggedStopsTheClock(t *testing.T) {
	d := guarded(t)
	d.says("p1", "1", "我被骗了")
	d.settle()
	conv := one[bots.Conversation](d)
	if r := d.decides("chen", bots.LogCall, conv, nil, ""); r.Code != "empty" {
		t.Errorf("without a note: %+v", r)
	}
	if r := d.decides("chen", bots.LogCall, conv, map[string]string{"note": "已电话核实，建议止付"}, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	w, r := one[bots.Wait](d), one[bots.Report](d)
	if w.State != bots.WaitEnded || w.How != bots.EndedCall || w.By != "chen" || w.Late() || !w.Due.IsZero() {
		t.Errorf("wait %+v", w)
	}
	if len(r.Calls) != 1 || r.State != "answered" || one[bots.Conversation](d).Wait != "" {
		t.Errorf("report %+v", r)
	}
}

func TestWhoTakesAConversationSilencesTheBots(t *testing.T) {
	d := guarded(t)
	d.says("p1", "1", "我被骗了")
	d.settle()
	if r := d.decides("chen", bots.TakeTalk, one[bots.Conversation](d), nil, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	if c := one[bots.Conversation](d); c.Officer != "chen" || one[bots.Wait](d).Seen != "chen" {
		t.Errorf("%+v", c)
	}
	if r := d.decides("chen", bots.GiveTalk, one[bots.Conversation](d), nil, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	if r := d.decides("chen", bots.GiveTalk, one[bots.Conversation](d), nil, ""); r.Code != "not-taken" {
		t.Errorf("%+v", r)
	}
}

func TestPromise1_AnAlarmReachesOfficersOnly(t *testing.T) {
	d := newDesk(t, deskOptions{
		bots: []bots.Bot{botFunc{"loud", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
			if e.Kind != bots.MessageHeard {
				return nil, nil
			}
			return []bots.Effect{bots.Notify{Level: 1, Template: "alarm-waiting"}}, nil
		}}},
		onDuty: func(record.Tx, time.Time, int, int) ([]Contact, error) { // a configuration that went wrong
			return []Contact{{Account: "wb", To: adapters.Person{ID: "citizen"}}}, nil
		},
	})
	d.says("p1", "1", "在吗")
	d.settle()
	if n := len(d.all(record.KindItem, "")); n != 0 {
		t.Errorf("%d items leave to a citizen without an approval", n)
	}
}

func TestWhoeverGetsAnEmergencyCardIsRungForAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		onDuty func(record.Tx, time.Time, int, int) ([]Contact, error)
		rung   int // officers
		alarms int // in the desk
	}{
		"somebody is on duty": {func(record.Tx, time.Time, int, int) ([]Contact, error) {
			return []Contact{{Account: "bell", To: adapters.Person{ID: "chen"}}}, nil
		}, 1, 0},
		"nobody can be rung": {func(record.Tx, time.Time, int, int) ([]Contact, error) {
			return []Contact{{Account: "gone", To: adapters.Person{ID: "chen"}}}, nil
		}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, deskOptions{
				bots: []bots.Bot{botFunc{"intake", func(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
					if e.Kind != bots.MessageHeard {
						return nil, nil
					}
					return []bots.Effect{bots.Reply{Template: "receipt", Purpose: bots.ForEmergency}}, nil
				}}},
				more:   []*Account{{Record: bots.Account{Head: bots.Head{ID: "bell"}, Unit: "测试网警", Language: "zh-Hans", Internal: true}, Open: func() adapters.Account { return nil }, Poll: time.Minute}},
				onDuty: c.onDuty,
			})
			d.says("p1", "1", "我正在转账")
			d.settle()
			cards := 0
			for _, r := range d.all(record.KindItem, "") {
				if r.(*record.Item).Purpose == bots.ForEmergency {
					cards++
				}
			}
			if cards != 1 || len(d.alarms()) != c.rung || len(d.all(record.KindAlarm, "")) != c.alarms {
				t.Errorf("%d cards, %d officers rung, %d alarms in the desk", cards, len(d.alarms()), len(d.all(record.KindAlarm, "")))
			}
			for _, r := range d.all(bots.KindDraft, "") {
				if x := r.(*bots.Draft); x.Purpose == bots.ForAlarm && x.Template != "alarm-urgent" {
					t.Errorf("rung with %s", x.Template)
				}
			}
		})
	}
}
