package engine

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	botdesk "netpatrol/bots/desk"
	"netpatrol/bots/intake"
	"netpatrol/internal/record"
)

// manned is a desk with the shipped intake and clock, whose officers are rung by one account, each by
// their own name; gao is on duty.
func manned(t *testing.T, more func(*deskOptions)) *desk {
	t.Helper()
	o := deskOptions{
		bots: []bots.Bot{intake.New(), botdesk.New(30 * time.Minute)}, poll: time.Minute,
		more: []*Account{{Record: bots.Account{Head: bots.Head{ID: "bell"}, Unit: "测试网警", Language: "zh-Hans", Internal: true}, Open: func() adapters.Account { return nil }, Poll: time.Minute}},
		onDuty: func(_ record.Tx, _ time.Time, level, turn int) ([]Contact, error) {
			return bell([]string{"gao", "supervisor", "commander"}[level-1] + strings.Repeat("+", turn)), nil
		},
		reach: func(_ record.Tx, _ time.Time, officer string) ([]Contact, error) { return bell(officer), nil },
	}
	if more != nil {
		more(&o)
	}
	return newDesk(t, o)
}

func bell(officer string) []Contact {
	return []Contact{{Officer: officer, Account: "bell", To: adapters.Person{ID: officer}}}
}

// rung is who was rung by a template, in order.
func (d *desk) rung(template string) (who []string) {
	for _, r := range d.all(bots.KindDraft, "") {
		if x := r.(*bots.Draft); x.Purpose == bots.ForAlarm && x.Template == template {
			who = append(who, x.To.ID)
		}
	}
	return who
}

func wantRung(t *testing.T, d *desk, template, when, want string) {
	t.Helper()
	if got := strings.Join(d.rung(template), " "); got != want {
		t.Errorf("%s: rung %q, want %q", when, got, want)
	}
}

func TestDangerInAConversationThatIsTakenRingsWhoHasItThenWhoIsOnDuty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := manned(t, nil)
		d.says("p1", "1", "你好，我想举报一个网站")
		d.settle()
		if r := d.decides("chen", bots.TakeTalk, one[bots.Conversation](d), nil, ""); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
		if w := one[bots.Wait](d); w.Seen != "chen" {
			t.Fatalf("seen by %q", w.Seen)
		}
		time.Sleep(10 * time.Second)
		d.says("p1", "2", "他又让我转钱，我刚转了两千")
		d.settle()
		began := time.Now()
		wantRung(t, d, "alarm-urgent", "at once", "chen")
		for after, want := range []string{"chen gao", "chen gao gao+", "chen gao gao+ gao++", "chen gao gao+ gao++ supervisor", "chen gao gao+ gao++ supervisor commander", "chen gao gao+ gao++ supervisor commander"} {
			time.Sleep(time.Until(began.Add(time.Duration(after+1)*3*time.Minute + time.Second)))
			synctest.Wait()
			wantRung(t, d, "alarm-urgent", time.Since(began).String(), want)
		}
		for _, r := range d.all(record.KindItem, "") {
			if i := r.(*record.Item); i.Purpose == bots.ForEmergency {
				t.Error("a card went into a conversation that an officer leads")
			}
		}
	})
}

func TestDangerThatSomebodyTakesNoticeOfRingsNobodyMore(t *testing.T) {
	for name, notice := range map[string]func(d *desk) bots.Result{
		"the alarm is acknowledged": func(d *desk) bots.Result {
			return d.decides("lin", bots.AcknowledgeAll, d.alarmAbout(bots.KindReport), nil, "")
		},
		"the conversation is taken": func(d *desk) bots.Result {
			return d.decides("lin", bots.TakeTalk, one[bots.Conversation](d), nil, "")
		},
		"somebody calls": func(d *desk) bots.Result {
			return d.decides("lin", bots.LogCall, one[bots.Conversation](d), map[string]string{"note": "已通话"}, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := manned(t, nil)
				d.says("p1", "1", "我刚转了两千给骗子")
				d.settle()
				wantRung(t, d, "alarm-urgent", "at once", "gao")
				time.Sleep(4 * time.Minute)
				synctest.Wait()
				wantRung(t, d, "alarm-urgent", "after three minutes", "gao gao+")
				if r := notice(d); r.Status != bots.Applied {
					t.Fatalf("%+v", r)
				}
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				wantRung(t, d, "alarm-urgent", "later", "gao gao+")
			})
		})
	}
}

// alarmAbout is the open alarm about a kind of record.
func (d *desk) alarmAbout(kind bots.RecordKind) *record.Alarm {
	d.t.Helper()
	for _, r := range d.all(record.KindAlarm, record.AlarmOpen) {
		if a := r.(*record.Alarm); a.About.Kind == kind {
			return a
		}
	}
	d.t.Fatalf("no alarm about a %s", kind)
	return nil
}

func TestWhoHasTheConversationButIsReachedByNothingIsNoAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := manned(t, func(o *deskOptions) {
			o.reach = func(record.Tx, time.Time, string) ([]Contact, error) { return nil, nil } // on leave, and nobody stands in
		})
		d.says("p1", "1", "你好，我想举报一个网站")
		d.settle()
		d.decides("chen", bots.TakeTalk, one[bots.Conversation](d), nil, "")
		d.says("p1", "2", "他又让我转钱，我刚转了两千")
		d.settle()
		wantRung(t, d, "alarm-urgent", "at once", "gao")
		time.Sleep(3*time.Minute + time.Second)
		synctest.Wait()
		wantRung(t, d, "alarm-urgent", "after three minutes", "gao gao+")
	})
}

func shiftFields(change map[string]string) map[string]string {
	f := map[string]string{"officer": "chen", "level": "duty", "days": "1,2,3,4,5", "since": "2026-11-26", "start": "20:00", "end": "08:00"}
	for k, v := range change {
		f[k] = v
	}
	return f
}

func TestTheRotaIsEditedAtTheDesk(t *testing.T) {
	d := newDesk(t, deskOptions{})
	for name, c := range map[string]struct{ field, value, code string }{
		"of nobody":   {"officer", "nobody", "duty-officer"},
		"on no day":   {"days", "monday", "shift-days"},
		"at no level": {"level", "chief", "duty-level"},
	} {
		wantResult(t, name, d.decides("lin", bots.AddShift, nil, shiftFields(map[string]string{c.field: c.value}), ""), c.code)
	}
	if r := d.decides("lin", bots.AddShift, nil, shiftFields(nil), ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	s := one[record.Shift](d)
	if s.Officer != "chen" || len(s.Days) != 5 || s.By != "lin" || s.State != record.DutyActive {
		t.Errorf("%+v", s)
	}
	if r := d.decides("chen", bots.EndShift, s, nil, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	if s = one[record.Shift](d); s.State != record.DutyEnded || s.EndedBy != "chen" {
		t.Errorf("%+v", s)
	}
	did := ""
	entries, err := d.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindShift, ID: s.ID})
	for _, e := range entries {
		did += e.Who + " " + e.Did + " (" + e.Detail + ") "
	}
	if want := "lin add-shift (duty chen) chen end-shift (duty chen) "; err != nil || did != want {
		t.Errorf("the audit says %q, %v", did, err)
	}
}

func TestALeaveIsWrittenDownAndEnded(t *testing.T) {
	d := newDesk(t, deskOptions{})
	now := time.Now()
	fields := map[string]string{"officer": "chen", "from": now.Format(time.RFC3339), "to": now.Add(time.Hour).Format(time.RFC3339), "standin": "lin"}
	if r := d.decides("chen", bots.AddLeave, nil, fields, ""); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	l := one[record.Leave](d)
	if l.Officer != "chen" || l.StandIn != "lin" {
		t.Errorf("%+v", l)
	}
	if r := d.decides("lin", bots.EndLeave, l, nil, ""); r.Status != bots.Applied || one[record.Leave](d).State != record.DutyEnded {
		t.Errorf("%+v", r)
	}
	fields["to"] = "tomorrow"
	wantResult(t, "until no time", d.decides("chen", bots.AddLeave, nil, fields, ""), "leave-time")
	fields["standin"] = "nobody"
	wantResult(t, "nobody stands in", d.decides("chen", bots.AddLeave, nil, fields, ""), "duty-officer")
}

func TestASheetFreezesWhatIsOpenAndRingsUntilBothHaveSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := manned(t, nil)
		d.says("p1", "1", "你好，我想举报一个网站")
		d.settle()
		fields := map[string]string{"from": "chen", "to": "lin", "notes": "二号线的电话要回"}
		if r := d.decides("chen", bots.DrawHandOver, nil, fields, ""); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
		h := one[record.HandOver](d)
		if len(h.Open) == 0 || h.Open[0].What != record.PendingReport || h.Open[0].Code != one[bots.Report](d).Reference || !h.Open[0].Due.Equal(one[bots.Wait](d).Deadline) {
			t.Errorf("open: %+v", h.Open)
		}
		drawn := time.Now()
		wantResult(t, "who comes signs first", d.decides("lin", bots.SignHandOver, h, nil, ""), "handover-first")
		if r := d.decides("chen", bots.SignHandOver, h, nil, ""); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
		time.Sleep(time.Until(drawn.Add(30*time.Minute - time.Second)))
		synctest.Wait()
		wantRung(t, d, "alarm-handover", "within half an hour", "")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		wantRung(t, d, "alarm-handover", "half an hour later", "supervisor")
		d.alarmAbout(bots.KindHandOver)
		h = one[record.HandOver](d)
		if r := d.decides("lin", bots.RemarkHandOver, h, map[string]string{"note": "已回电"}, ""); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
		wantResult(t, "signing what was not read", d.decides("lin", bots.SignHandOver, h, nil, ""), "changed")
		time.Sleep(time.Second) // another form
		if r := d.decides("lin", bots.SignHandOver, one[record.HandOver](d), nil, ""); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		wantRung(t, d, "alarm-handover", "once it is signed", "supervisor")
		if h = one[record.HandOver](d); h.State != record.HandOverTaken || len(h.Remarks) != 1 || h.Notes != "二号线的电话要回" {
			t.Errorf("%+v", h)
		}
	})
}

func TestASheetWithoutBothSignaturesIsReplacedByTheNext(t *testing.T) {
	d := newDesk(t, deskOptions{})
	draw := func(to string) *record.HandOver {
		t.Helper()
		wantResult(t, "draw", d.decides("chen", bots.DrawHandOver, nil, map[string]string{"from": "chen", "to": to}, ""), "")
		all := d.all(bots.KindHandOver, record.HandOverDrawn)
		if len(all) != 1 {
			t.Fatalf("%d sheets are drawn", len(all))
		}
		return all[0].(*record.HandOver)
	}
	draw("lin")
	signed := draw("wu")
	wantResult(t, "who leaves signs", d.decides("chen", bots.SignHandOver, signed, nil, ""), "")
	taken := draw("lin") // wu did not come
	wantResult(t, "who leaves signs", d.decides("chen", bots.SignHandOver, taken, nil, ""), "")
	wantResult(t, "who comes signs", d.decides("lin", bots.SignHandOver, d.all(bots.KindHandOver, record.HandOverLeft)[0], nil, ""), "")
	draw("lin")
	if n, m := len(d.all(bots.KindHandOver, record.HandOverReplaced)), len(d.all(bots.KindHandOver, record.HandOverTaken)); n != 2 || m != 1 {
		t.Errorf("%d are replaced, %d taken", n, m)
	}
}
