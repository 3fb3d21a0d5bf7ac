package engine

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// slotBot releases or misses as the bulletin desk's clockwork does.
func slotBot() bots.Bot {
	return botFunc{"slots", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		s, ok := e.Body.(*bots.Slot)
		if !ok {
			return nil, nil
		}
		if s.Skipped == "" {
			for _, id := range f.Find(bots.KindBulletin, e.Stream, bots.BulletinApproved, 100) {
				if b, _ := bots.Get[bots.Bulletin](f, id); b.Slot.Equal(s.At) {
					return []bots.Effect{bots.Release{Bulletin: id}}, nil
				}
			}
		}
		return []bots.Effect{bots.Miss{Schedule: s.Schedule, Slot: s.At, Reason: "stale"}}, nil
	}}
}

// scheduled is a desk with one bulletin for the next slot, awaiting its approval.
func scheduled(t *testing.T) (*desk, *bots.Bulletin) {
	t.Helper()
	d := newDesk(t, deskOptions{bots: []bots.Bot{slotBot()}, schedules: []Schedule{everyMinute(t)}})
	slot := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
	fields := map[string]string{"title": "警情通报", "text": "近期刷单诈骗高发。", "schedule": "daily", "slot": slot.Format(time.RFC3339), "accounts": "wb"}
	if r := d.decides("wu", bots.WriteBulletin, nil, fields, ""); r.Status != bots.Applied {
		t.Fatalf("write: %+v", r)
	}
	return d, one[bots.Bulletin](d)
}

func (d *desk) slot(s bots.Slot) {
	d.t.Helper()
	ev := &bots.Event{Key: s.At.String() + s.Skipped, Kind: bots.SlotDue, V: 1, Body: &s}
	ev.Stream, ev.State = scheduleStream("daily"), bots.EventPending
	if _, err := d.Accept(context.Background(), []*bots.Event{ev}); err != nil {
		d.t.Fatal(err)
	}
	d.settle()
}

func TestABulletinEditedAfterItsApprovalIsApprovedAgain(t *testing.T) {
	d, b := scheduled(t)
	d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
	draft := one[bots.Draft](d)
	text := strings.ReplaceAll(draft.Text, "高发", "多发")
	if r := d.decides("lin", bots.Edit, draft, map[string]string{"text": text}, ""); r.Status != bots.Applied {
		t.Fatalf("edit: %+v", r)
	}
	if b := one[bots.Bulletin](d); b.State != bots.BulletinDrafted {
		t.Errorf("the edited bulletin is %s", b.State)
	}
	d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
	if x := one[bots.Draft](d); x.State != bots.DraftAwaiting {
		t.Fatalf("who edited also approved: the draft is %s", x.State)
	}
	fresh := bots.Decision{Officer: "zhao", Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: draft.ID}, Seen: one[bots.Draft](d).Version}
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Officer{Head: bots.Head{ID: "zhao", State: record.OfficerActive}, Roles: []record.Role{record.Approver}})
	})
	if r, err := d.Submit(t.Context(), fresh, "again"); err != nil || r.Status != bots.Applied {
		t.Fatalf("second approval: %+v, %v", r, err)
	}
	d.slot(bots.Slot{Schedule: "daily", At: b.Slot})
	if i := one[record.Item](d); i.Text != text {
		t.Errorf("released %q", i.Text)
	}
	if b := one[bots.Bulletin](d); b.State != bots.BulletinReleased {
		t.Errorf("bulletin is %s", b.State)
	}
}

func TestPromise6_AMissedSlotEndsItsBulletinApprovedOrNot(t *testing.T) {
	for _, approved := range []bool{true, false} {
		for name, gap := range map[string]time.Duration{"its own": 0, "within a summarised gap": time.Hour} {
			d, b := scheduled(t)
			if approved {
				d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
			}
			d.slot(bots.Slot{Schedule: "daily", At: b.Slot.Add(-gap), Skipped: "stale", Count: 200, Last: b.Slot.Add(gap)})
			if b := one[bots.Bulletin](d); b.State != bots.BulletinMissed || b.Reason != "stale" {
				t.Errorf("%s, approved %t: bulletin is %s, %q", name, approved, b.State, b.Reason)
			}
			if r := d.decides("lin", bots.Approve, one[bots.Draft](d), nil, ""); r.Code != "not-awaiting" {
				t.Errorf("%s, approved %t: approved in vain: %+v", name, approved, r)
			}
		}
	}
}

func TestPromise6_AnApprovedBulletinWhoseSlotNeverComesLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, deskOptions{schedules: []Schedule{everyMinute(t)}}) // no bot releases it
		fields := map[string]string{"title": "警情通报", "text": "近期刷单诈骗高发。", "schedule": "daily", "accounts": "wb"}
		d.decides("wu", bots.WriteBulletin, nil, fields, "")
		d.decides("lin", bots.Approve, one[bots.Draft](d), nil, "")
		time.Sleep(slotWindow + 3*time.Minute)
		synctest.Wait()
		if b := one[bots.Bulletin](d); b.State != bots.BulletinMissed || b.Reason == "" {
			t.Errorf("bulletin is %s, %q", b.State, b.Reason)
		}
	})
}

func TestPromise6_NobodyApprovesABulletinWhoseSlotHasPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, deskOptions{schedules: []Schedule{everyMinute(t)}})
		fields := map[string]string{"title": "警情通报", "text": "近期刷单诈骗高发。", "schedule": "daily", "accounts": "wb"}
		d.decides("wu", bots.WriteBulletin, nil, fields, "")
		time.Sleep(3 * time.Minute)
		if r := d.decides("lin", bots.Approve, one[bots.Draft](d), nil, ""); r.Code != "slot-passed" {
			t.Errorf("approved in vain: %+v", r)
		}
	})
}

func TestAWarningEditedAfterItsRejectionLapsesToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
		d.hears(adapters.Inbound{Key: "200", Kind: adapters.KindPost, Ref: "200", From: adapters.Person{ID: "p"}, Text: "刷单日结"})
		d.settle()
		d.decides("chen", bots.Reject, one[bots.Draft](d), nil, "措辞太重")
		draft := one[bots.Draft](d)
		d.decides("chen", bots.Edit, draft, map[string]string{"text": draft.Text + "请留意。"}, "")
		if w := one[bots.Warning](d); w.State != bots.WarningProposed {
			t.Errorf("warning is %s after the edit", w.State)
		}
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		if x := one[bots.Draft](d); x.State != bots.DraftExpired {
			t.Errorf("draft is %s", x.State)
		}
		if w := one[bots.Warning](d); w.State != bots.WarningLapsed {
			t.Errorf("warning is %s", w.State)
		}
	})
}
