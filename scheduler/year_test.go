package scheduler

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestYearOfDaylightSaving runs a real loop, woken by the heap, through a simulated
// year in four zones. A daily schedule must have one slot on each local day, whichever hour the
// clock skips or repeats; an hourly one must keep to elapsed hours.
func TestYearOfDaylightSaving(t *testing.T) {
	const year = 2027
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Shanghai"} {
		t.Run(zone, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
				<-time.After(time.Until(begin))
				ran := runUntil(t, begin.AddDate(1, 0, 0), map[string]*Schedule{
					"30 1": must(t, Spec{Cron: "30 1 * * *", Zone: zone}), "15 2": must(t, Spec{Cron: "15 2 * * *", Zone: zone}),
					"30 2": must(t, Spec{Cron: "30 2 * * *", Zone: zone}), "0 9": must(t, Spec{Cron: "0 9 * * *", Zone: zone}),
					"hourly": must(t, Spec{Cron: "0 * * * *", Zone: zone}), "half": must(t, Spec{Cron: "*/30 * * * *", Zone: zone}),
				})
				for _, daily := range []string{"30 1", "15 2", "30 2", "0 9"} {
					onePerDay(t, daily, ran[daily])
				}
				const halves = 2*365*24 - 1 // both ends of the year are left out
				if n := len(ran["half"]); n != halves {
					t.Errorf("every half hour: %d slots, want %d", n, halves)
				}
				evenSteps(t, ran["half"], 30*time.Minute)
				if zone != "Australia/Lord_Howe" { // where half an hour is skipped, full hours are not evenly apart
					evenSteps(t, ran["hourly"], time.Hour)
				}
			})
		})
	}
}

// runUntil is the engine's loop in small: sleep until the heap's next wake, account for
// what came due, move the mark.
func runUntil(t *testing.T, end time.Time, schedules map[string]*Schedule) map[string][]time.Time {
	t.Helper()
	var wakes Heap[string]
	mark, ran := map[string]time.Time{}, map[string][]time.Time{}
	for name, s := range schedules {
		mark[name] = time.Now()
		wakes.Set(name, s.Next(time.Now()))
	}
	for {
		_, at, _ := wakes.Next()
		if !at.Before(end) {
			return ran
		}
		<-time.After(time.Until(at))
		now := time.Now()
		for _, name := range wakes.PopDue(now) {
			for _, slot := range schedules[name].Slots(mark[name], now) {
				if !slot.Due() || slot.Count != 1 || !slot.At.Equal(now) {
					t.Fatalf("%s: at %v got %+v, want one due slot", name, now, slot)
				}
				ran[name] = append(ran[name], slot.At)
			}
			mark[name] = now
			wakes.Set(name, schedules[name].Next(now))
		}
	}
}

func onePerDay(t *testing.T, name string, slots []time.Time) {
	t.Helper()
	days := map[string]int{}
	for _, at := range slots {
		days[at.Format(time.DateOnly)]++
	}
	for day, n := range days {
		if n != 1 {
			t.Errorf("%s: %d slots on %s, want one", name, n, day)
		}
	}
	first, last := slots[0], slots[len(slots)-1]
	// Rounded, because the year begins and ends in the same offset.
	if want := int(last.Sub(first).Round(day)/day) + 1; len(days) != want || want < 364 {
		t.Errorf("%s: slots on %d days from %v to %v, want %d", name, len(days), first, last, want)
	}
}

func evenSteps(t *testing.T, slots []time.Time, step time.Duration) {
	t.Helper()
	for i, at := range slots[1:] {
		if got := at.Sub(slots[i]); got != step {
			t.Errorf("from %v to %v is %v, want %v", slots[i], at, got, step)
		}
	}
}

// TestAppointmentsMatchAWalkOverAllMinutes compares Next with a walk over every minute of
// the days around each change of clocks.
func TestAppointmentsMatchAWalkOverAllMinutes(t *testing.T) {
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Asia/Gaza", "Africa/Casablanca"} {
		for _, spec := range []string{"*/10 1 * * *", "5,55 0,1,2 * * *", "0 0 * * *", "59 23 * * *", "*/15 2-3 * * *"} {
			t.Run(zone+" "+spec, func(t *testing.T) {
				s := must(t, Spec{Cron: spec, Zone: zone})
				for _, end := range changes(s.loc, 2026) {
					from, to := end.Add(-36*time.Hour), end.Add(36*time.Hour)
					got := s.NextN(from, 400)
					got = got[:slices.IndexFunc(got, func(at time.Time) bool { return at.After(to) })]
					if want := walk(s, from, to); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Errorf("around %v\ngot  %v\nwant %v", end, got, want)
					}
				}
			})
		}
	}
}

func changes(loc *time.Location, year int) (all []time.Time) {
	for at := time.Date(year, 1, 1, 0, 0, 0, 0, loc); ; {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.Year() > year {
			return all
		}
		all = append(all, end.In(loc))
		at = end.In(loc)
	}
}

// walk visits every minute: a local time counts when it is shown for the first time, and a jump
// of the clock stands for all the local times it leaves out.
func walk(s *Schedule, from, to time.Time) (slots []time.Time) {
	shown := map[time.Time]bool{}
	for at := from.Add(-26 * time.Hour); !at.After(to); at = at.Add(time.Minute) {
		now, before := wallOf(at.In(s.loc)), wallOf(at.Add(-time.Minute).In(s.loc))
		hit := false
		for wall := before.Add(time.Minute); !wall.After(now); wall = wall.Add(time.Minute) {
			hit = hit || !shown[wall] && named(s, wall)
		}
		hit = hit || !shown[now] && named(s, now)
		shown[now] = true
		if hit && at.After(from) {
			slots = append(slots, at.In(s.loc))
		}
	}
	return slots
}

// named reads the spec's fields directly, without the parser's Next.
func named(s *Schedule, wall time.Time) bool {
	return s.spans.Minute&(1<<wall.Minute()) != 0 && s.spans.Hour&(1<<wall.Hour()) != 0
}
