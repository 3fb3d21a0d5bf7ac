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

// week is a station of which every six hours somebody wants something and gets no answer. It is killed and
// started again each time.
type week struct {
	zone   *time.Location
	dir    string
	seen   map[string]bool
	alarms int
}

// A week of the rota at a station that has summer time: two shifts a day, a date on which gao takes the
// day, a leave in which gao stands in for lin, a Sunday of 23 hours. On Wednesday the clock is set back by an hour.
// Each alarm reaches whoever is on duty then, and nobody else.
func TestAWeekOfTheRotaWithAClockSetBackAndRestarts(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	w := &week{zone: zone, dir: t.TempDir(), seen: map[string]bool{}}
	local := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, zone) }
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(local(22, 12, 0)))
		d := w.open(t)
		d.update(func(tx record.Tx) error { return w.plan(tx, local(26, 12, 0), local(27, 12, 0)) })
		w.end(t, d)
		w.live(t, local(23, 0, 10), local(25, 12, 10))
	})
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(local(25, 11, 40))) // it was 12:50
		w.live(t, local(25, 12, 20), local(29, 20, 0))
	})
	if w.alarms < 28*3 {
		t.Errorf("%d alarms in a week", w.alarms)
	}
}

// plan writes the rota.
func (w *week) plan(tx record.Tx, from, to time.Time) error {
	for id, s := range map[string]*record.Shift{
		"1": {Officer: "chen", Days: []int{1, 2, 3, 4, 5, 6, 7}, Since: "2026-01-01", Start: "08:00", End: "20:00"},
		"2": {Officer: "lin", Days: []int{1, 2, 3, 4, 5, 6, 7}, Since: "2026-01-01", Start: "20:00", End: "08:00"},
		"3": {Officer: "gao", Since: "2026-03-25", Until: "2026-03-25", Start: "08:00", End: "20:00"},
	} {
		s.ID, s.State, s.Level = id, record.DutyActive, record.Levels()[0]
		if err := tx.Put(s); err != nil {
			return err
		}
	}
	if err := tx.Put(&record.Officer{Head: bots.Head{ID: "gao", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}); err != nil {
		return err
	}
	return tx.Put(&record.Leave{Head: bots.Head{ID: "1", State: record.DutyActive}, Officer: "lin", StandIn: "gao", From: from, To: to})
}

// guard says who is on duty, told another way.
func (w *week) guard(at time.Time) string {
	at = at.In(w.zone)
	byDay := at.Hour() >= 8 && at.Hour() < 20
	switch {
	case byDay && at.Day() == 25:
		return "gao"
	case byDay:
		return "chen"
	case at.After(time.Date(2026, 3, 26, 12, 0, 0, 0, w.zone)) && at.Before(time.Date(2026, 3, 27, 12, 0, 0, 0, w.zone)):
		return "gao"
	}
	return "lin"
}

func (w *week) open(t *testing.T) *desk {
	t.Helper()
	return newDesk(t, deskOptions{
		dir: w.dir, bots: []bots.Bot{botdesk.New(30 * time.Minute)}, poll: time.Hour,
		more: []*Account{{Record: bots.Account{Head: bots.Head{ID: "bell"}, Unit: "测试网警", Language: "zh-Hans", Internal: true}, Open: func() adapters.Account { return nil }, Poll: time.Hour}},
		onDuty: func(tx record.Tx, at time.Time, _, turn int) ([]Contact, error) {
			rota, err := record.LoadRota(record.InTx(tx), w.zone)
			if err != nil {
				return nil, err
			}
			who := rota.At(record.Levels()[0], at)
			return bell(who[turn%len(who)].Officer), nil
		},
	})
}

// end kills the station.
func (w *week) end(t *testing.T, d *desk) {
	t.Helper()
	d.stop()
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	d.stop = func() {}
}

// live lets somebody write every six hours from first to last; the station is killed while they wait, and
// again when they have waited for forty minutes.
func (w *week) live(t *testing.T, first, last time.Time) {
	t.Helper()
	for at := first; !at.After(last); at = at.Add(6 * time.Hour) {
		time.Sleep(time.Until(at))
		d := w.open(t)
		d.says(at.Format(time.RFC3339), at.Format(time.RFC3339), "在吗")
		d.settle()
		time.Sleep(10 * time.Minute)
		w.end(t, d)
		d = w.open(t)
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		w.judge(t, d, at)
		w.end(t, d)
	}
}

// judge holds who was rung against who should have been.
func (w *week) judge(t *testing.T, d *desk, at time.Time) {
	t.Helper()
	rung := 0
	for _, r := range d.all(bots.KindDraft, "") {
		x := r.(*bots.Draft)
		if x.Purpose != bots.ForAlarm || w.seen[x.ID] {
			continue
		}
		rung, w.seen[x.ID] = rung+1, true
		if want := w.guard(x.Created); x.To.ID != want {
			t.Errorf("at %s %s is rung, not %s", x.Created.In(w.zone), x.To.ID, want)
		}
	}
	if rung < 3 {
		t.Errorf("at %s: %d alarms for somebody whom nobody answered", at, rung)
	}
	w.alarms += rung
}
