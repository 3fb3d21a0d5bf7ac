package engine

import (
	"context"
	"sync"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// badge is the page of a partner site.
type badge struct {
	mu    sync.Mutex
	there bool
	looks int
}

func (b *badge) look(context.Context, *record.Site) (bool, string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looks++
	if !b.there {
		return false, "网页里没有岗亭的图标和链接"
	}
	return true, ""
}

func (b *badge) put(there bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.there = there
}

// watched is a desk with an active partner site that is due now.
func watched(t *testing.T, b *badge) *desk {
	t.Helper()
	d := newDesk(t, deskOptions{badge: b.look})
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Site{
			Head: bots.Head{ID: "coconut", State: record.SiteActive, Stream: "site/coconut", Due: time.Now(), Created: time.Now()},
			Name: "椰风社区", Page: "https://yefeng.example/", Officer: "chen",
		})
	})
	d.wakeDue()
	return d
}

// looksAgain makes the site due and waits for the look.
func (d *desk) looksAgain(want func(*record.Site) bool) *record.Site {
	d.t.Helper()
	before := one[record.Site](d).Looked
	d.update(func(tx record.Tx) error {
		s, err := record.Load[record.Site](tx, "coconut")
		if err != nil {
			return err
		}
		s.Due = time.Now()
		return tx.Put(s)
	})
	d.wakeDue()
	d.until("a look is booked", func() bool { s := one[record.Site](d); return s.Looked.After(before) && want(s) })
	return one[record.Site](d)
}

func TestABadgeThatVanishedRaisesOneAlarmAndItsReturnIsNoted(t *testing.T) {
	b := &badge{there: true}
	d := watched(t, b)
	d.until("the badge was seen", func() bool { return !one[record.Site](d).Seen.IsZero() })
	if s := one[record.Site](d); s.Missing != 0 || time.Until(s.Due) < record.SiteLookEvery-time.Minute || time.Until(s.Due) > record.SiteLookEvery+badgeJitter {
		t.Errorf("with the badge: %+v", s)
	}
	b.put(false)
	for i := 1; i <= 4; i++ {
		s := d.looksAgain(func(s *record.Site) bool { return s.Missing == i })
		if s.Vanished() != (i > 1) || time.Until(s.Due) > 12*time.Hour {
			t.Errorf("look %d: %+v", i, s)
		}
	}
	if alarms := d.all(record.KindAlarm, ""); len(alarms) != 1 || alarms[0].(*record.Alarm).About.ID != "coconut" {
		t.Errorf("%d alarms, want one", len(alarms))
	}
	b.put(true)
	d.looksAgain(func(s *record.Site) bool { return s.Missing == 0 })
	var deeds []string
	entries, err := d.store.AuditOf(t.Context(), bots.Target{Kind: record.KindSite, ID: "coconut"})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range entries {
		if a.Did == "badge-vanished" || a.Did == "badge-returned" {
			deeds = append(deeds, a.Did)
		}
	}
	if len(deeds) != 2 || deeds[0] != "badge-vanished" || deeds[1] != "badge-returned" {
		t.Errorf("%v", deeds)
	}
}

// A look is an event like any other: it stands in the site's story.
func TestALookForABadgeIsAnEvent(t *testing.T) {
	d := watched(t, &badge{there: true})
	d.until("the badge was seen", func() bool { return !one[record.Site](d).Seen.IsZero() })
	ev := one[bots.Event](d)
	if r, ok := ev.Body.(*bots.FetchResult); !ok || r.What != bots.FetchBadge || !r.Seen || ev.Stream != "site/coconut" {
		t.Errorf("%+v", ev)
	}
}

func TestASiteThatIsNoPartnerAnyMoreIsLeftAlone(t *testing.T) {
	b := &badge{}
	d := watched(t, b)
	d.until("it was looked for", func() bool { return one[record.Site](d).Missing == 1 })
	if r := d.decides("chen", bots.RetireSite, one[record.Site](d), nil, "不再合作"); r.Status != bots.Applied {
		t.Fatalf("%+v", r)
	}
	now := time.Now()
	ev := &bots.Event{Key: "x|badge|coconut", Kind: bots.Fetched, V: 1, Occurred: now, Body: &bots.FetchResult{What: bots.FetchBadge, Key: "coconut"}}
	ev.Stream, ev.State = "site/coconut", bots.EventPending
	if err := d.accept(t.Context(), []*bots.Event{ev}); err != nil {
		t.Fatal(err)
	}
	d.settle()
	if s := one[record.Site](d); s.State != record.SiteRetired || s.Missing != 1 || !s.Due.IsZero() {
		t.Errorf("%+v", s)
	}
}

func TestWhatWasNotPutRightInTimeRaisesOneAlarm(t *testing.T) {
	d := newDesk(t, deskOptions{})
	d.update(func(tx record.Tx) error {
		r := &record.Rectification{Site: "coconut", Deadline: time.Now().Add(-time.Minute)}
		r.Head = bots.Head{ID: "r1", Stream: "site/coconut", State: record.RectificationOpen, Due: r.Deadline}
		return tx.Put(r)
	})
	d.wakeDue()
	d.until("it is overdue", func() bool { return one[record.Rectification](d).State == record.RectificationOverdue })
	if err := d.lapseRectification(t.Context(), "r1", time.Now()); err != nil {
		t.Fatal(err)
	}
	if alarms := d.all(record.KindAlarm, ""); len(alarms) != 1 || alarms[0].(*record.Alarm).About.ID != "r1" {
		t.Errorf("%+v", alarms)
	}
}
