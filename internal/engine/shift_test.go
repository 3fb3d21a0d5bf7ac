package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/bots"
	botdesk "netpatrol/bots/desk"
	"netpatrol/internal/record"
)

// sheets are the hand-over sheets there are, oldest first.
func (d *desk) sheets() (all []*record.HandOver) {
	for _, r := range d.all(bots.KindHandOver, "") {
		all = append(all, r.(*record.HandOver))
	}
	return all
}

// shifts is a station with chen by day and lin by night, at noon.
func shifts(t *testing.T) (*desk, func(hour, minute int) time.Time) {
	t.Helper()
	zone := time.FixedZone("CST", 8*60*60)
	noon := time.Date(2026, 3, 24, 12, 0, 0, 0, zone)
	time.Sleep(time.Until(noon))
	d := manned(t, func(o *deskOptions) {
		o.zone = zone
		o.bots = []bots.Bot{botdesk.New(30 * time.Minute)}
	})
	d.update(func(tx record.Tx) error {
		for id, s := range map[string]*record.Shift{
			"1": {Officer: "chen", Days: []int{1, 2, 3, 4, 5, 6, 7}, Since: "2026-01-01", Start: "08:00", End: "20:00"},
			"2": {Officer: "lin", Days: []int{1, 2, 3, 4, 5, 6, 7}, Since: "2026-01-01", Start: "20:00", End: "08:00"},
		} {
			s.ID, s.State, s.Level = id, record.DutyActive, record.Levels()[0]
			if err := tx.Put(s); err != nil {
				return err
			}
		}
		return nil
	})
	return d, func(hour, minute int) time.Time {
		return noon.Add(time.Duration(hour-12)*time.Hour + time.Duration(minute)*time.Minute)
	}
}

func TestAtTheEndOfAShiftASheetIsDrawnForBothToSign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, at := shifts(t)
		d.update(func(tx record.Tx) error {
			return tx.Put(&record.Alarm{Head: bots.Head{ID: "open", State: record.AlarmOpen, Created: time.Now()}, Why: "x", About: bots.Target{Kind: bots.KindAccount, ID: "bell"}})
		})
		time.Sleep(time.Until(at(19, 58)))
		synctest.Wait()
		if n := len(d.sheets()); n != 0 {
			t.Fatalf("%d sheets before the shift ended", n)
		}
		time.Sleep(time.Until(at(20, 10)))
		synctest.Wait()
		all := d.sheets()
		if len(all) != 1 {
			t.Fatalf("%d sheets", len(all))
		}
		h := all[0]
		if h.From != "chen" || h.To != "lin" || h.By != "" || h.State != record.HandOverDrawn || len(h.Open) != 1 {
			t.Errorf("%+v", h)
		}
		wantRung(t, d, "alarm-handover", "before half an hour has passed", "")
		time.Sleep(time.Until(at(20, 35)))
		synctest.Wait()
		wantRung(t, d, "alarm-handover", "half an hour without a name", "supervisor")
		for i, who := range []string{"chen", "lin"} {
			if r := d.decides(who, bots.SignHandOver, d.sheets()[0], nil, ""); r.Status != bots.Applied {
				t.Errorf("name %d: %+v", i, r)
			}
		}
		time.Sleep(time.Until(at(32, 10)))
		synctest.Wait()
		if all = d.sheets(); len(all) != 2 || all[1].From != "lin" || all[0].State != record.HandOverTaken {
			t.Errorf("in the morning: %d sheets", len(all))
		}
	})
}

func TestASheetThatSomebodyDrewBeforeTheEndOfTheirShiftIsTheOnlyOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, at := shifts(t)
		time.Sleep(time.Until(at(19, 30)))
		if r := d.decides("chen", bots.DrawHandOver, nil, map[string]string{"from": "chen", "to": "lin"}, ""); r.Status != bots.Applied {
			t.Fatalf("%+v", r)
		}
		time.Sleep(time.Until(at(21, 0)))
		synctest.Wait()
		if all := d.sheets(); len(all) != 1 || all[0].By != "chen" {
			t.Errorf("%d sheets", len(all))
		}
	})
}

// A desk with nothing to hand over gets its sheet, and nobody is rung for a missing name.
func TestAnEmptySheetOfTheRotaRingsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, at := shifts(t)
		time.Sleep(time.Until(at(22, 0)))
		synctest.Wait()
		if all := d.sheets(); len(all) != 1 || len(all[0].Open) != 0 {
			t.Errorf("%d sheets", len(all))
		}
		wantRung(t, d, "alarm-handover", "with nothing open", "")
	})
}

// Who may not answer citizens any more hands nothing over, and that is written down.
func TestNoSheetForWhoMayNotHandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, at := shifts(t)
		d.update(func(tx record.Tx) error {
			o, err := record.Load[record.Officer](tx, "chen")
			if err != nil {
				return err
			}
			o.Roles = []record.Role{record.Editor}
			return tx.Put(o)
		})
		time.Sleep(time.Until(at(20, 10)))
		synctest.Wait()
		if all := d.sheets(); len(all) != 0 {
			t.Errorf("%d sheets", len(all))
		}
	})
}
