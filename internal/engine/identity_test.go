package engine

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// witness is an account whose platform is asked who we are.
type witness struct {
	scripted
	asked atomic.Int32
	says  atomic.Pointer[adapters.Identity] // nil: the platform is down
}

func (w *witness) Identity(context.Context) (adapters.Identity, error) {
	w.asked.Add(1)
	if who := w.says.Load(); who != nil {
		return *who, nil
	}
	return adapters.Identity{}, &adapters.Error{Class: adapters.NotSent, Op: "identity", Code: "503"}
}

func TestIdentity_IsAskedForDailyAndAChangeHoldsSends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{}
		w.says.Store(&adapters.Identity{Person: adapters.Person{ID: "1", Handle: "citypolice", Name: "市网警"}, Confirmed: true})
		d := newDesk(t, deskOptions{pace: Pace{Retry: time.Minute}, more: []*Account{{
			Record: bots.Account{Head: bots.Head{ID: "city"}, Unit: "市网警"}, Open: func() adapters.Account { return w }, Poll: time.Hour,
		}}})
		account := func() *bots.Account {
			t.Helper()
			synctest.Wait()
			a, err := record.Fetch[bots.Account](t.Context(), d.store, "city")
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		time.Sleep(3*24*time.Hour + time.Hour)
		if a := account(); !a.Confirmed || a.Handle != "citypolice" || a.Suspect != "" || w.asked.Load() != 4 {
			t.Errorf("asked %d times in three days: %+v", w.asked.Load(), a)
		}
		w.says.Store(&adapters.Identity{Person: adapters.Person{ID: "1", Handle: "coupons", Name: "优惠券"}})
		time.Sleep(24 * time.Hour)
		if a := account(); a.Suspect == "" || a.Confirmed {
			t.Errorf("renamed, and nobody is told: %+v", a)
		}
		alarms := 0
		for _, r := range d.all(record.KindAlarm, record.AlarmOpen) {
			alarms += strings.Count(r.(*record.Alarm).About.ID, "city")
		}
		if alarms != 1 {
			t.Errorf("%d alarms", alarms)
		}
	})
}

func TestIdentity_APlatformThatCannotBeAskedShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{}
		d := newDesk(t, deskOptions{pace: Pace{Retry: time.Minute}, more: []*Account{{
			Record: bots.Account{Head: bots.Head{ID: "city"}, Unit: "市网警"}, Open: func() adapters.Account { return w }, Poll: time.Hour,
		}}})
		trouble := func() string {
			t.Helper()
			time.Sleep(2 * time.Minute)
			synctest.Wait()
			p, err := record.Fetch[record.Pulse](t.Context(), d.store, "city")
			if err != nil {
				t.Fatal(err)
			}
			return p.Trouble["identity"]
		}
		if got := trouble(); !strings.Contains(got, "503") {
			t.Errorf("it shows as %q", got)
		}
		w.says.Store(&adapters.Identity{Person: adapters.Person{ID: "1"}, Confirmed: true})
		if got := trouble(); got != "" {
			t.Errorf("answered, and it still shows: %q", got)
		}
		if a, err := record.Fetch[bots.Account](t.Context(), d.store, "city"); err != nil || a.Created.IsZero() {
			t.Errorf("when it was first seen is not known: %+v, %v", a, err)
		}
	})
}
