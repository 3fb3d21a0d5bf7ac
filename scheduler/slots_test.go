package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestSlots(t *testing.T) {
	const nine = "2026-11-25T09:00:00+08:00"
	for _, tt := range []struct {
		name      string
		cron      string
		policy    CatchUp
		window    time.Duration
		last, now string
		want      string // local time of each slot, with the reason it is not run
	}{
		{"on time", "0 9 * * *", CatchUpLatest, 0, "2026-11-25T08:59:50+08:00", "2026-11-25T09:00:10+08:00", "25T09:00"},
		{"nothing yet", "0 9 * * *", CatchUpLatest, 0, "2026-11-25T08:59:30+08:00", "2026-11-25T08:59:50+08:00", ""},
		{"last is exclusive, now inclusive", "0 9 * * *", CatchUpLatest, 0, nine, nine, ""},
		{"exactly now", "0 9 * * *", CatchUpLatest, 0, "2026-11-25T08:59:59+08:00", nine, "25T09:00"},
		{"clock set back", "0 9 * * *", CatchUpLatest, 0, "2026-11-25T10:00:00+08:00", nine, ""},
		{"late but fresh", "0 9 * * *", CatchUpLatest, 0, "2026-11-25T08:00:00+08:00", "2026-11-25T11:00:00+08:00", "25T09:00"},
		{"too late", "0 9 * * *", CatchUpLatest, 0, "2026-11-25T08:00:00+08:00", "2026-11-25T11:00:01+08:00", "25T09:00 stale"},
		{"three days down", "0 9 * * *", CatchUpLatest, 0, "2026-11-22T10:00:00+08:00", "2026-11-25T09:30:00+08:00", "23T09:00 stale, 24T09:00 stale, 25T09:00"},
		{"latest", "*/30 * * * *", CatchUpLatest, 0, "2026-11-25T08:10:00+08:00", "2026-11-25T09:40:00+08:00", "25T08:30 superseded, 25T09:00 superseded, 25T09:30"},
		{"all", "*/30 * * * *", CatchUpAll, 0, "2026-11-25T08:10:00+08:00", "2026-11-25T09:40:00+08:00", "25T08:30, 25T09:00, 25T09:30"},
		{"all within the window", "*/30 * * * *", CatchUpAll, time.Hour, "2026-11-25T08:10:00+08:00", "2026-11-25T09:40:00+08:00", "25T08:30 stale, 25T09:00, 25T09:30"},
		{"skip", "*/30 * * * *", CatchUpSkip, 0, "2026-11-25T08:10:00+08:00", "2026-11-25T09:30:20+08:00", "25T08:30 catch-up skip, 25T09:00 catch-up skip, 25T09:30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := must(t, Spec{Cron: tt.cron, CatchUp: tt.policy, Window: tt.window})
			got := describe(s.Slots(at(t, tt.last), at(t, tt.now)))
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func describe(slots []Slot) string {
	var all []string
	for _, s := range slots {
		all = append(all, strings.TrimSpace(s.At.Format("02T15:04")+" "+string(s.Reason)))
	}
	return strings.Join(all, ", ")
}

func TestSlotsOfNewScheduleMissedNothing(t *testing.T) {
	if got := must(t, Spec{Cron: "* * * * *"}).Slots(time.Time{}, time.Now()); got != nil {
		t.Errorf("a schedule that was never looked at has missed %d slots, want none", len(got))
	}
}

func TestPromise6_StaleSlotIsRecordedNotRun(t *testing.T) {
	s := must(t, Spec{Cron: "0 9 * * *", CatchUp: CatchUpAll})
	slots := s.Slots(at(t, "2026-11-25T08:00:00+08:00"), at(t, "2026-11-25T18:00:00+08:00"))
	if len(slots) != 1 || slots[0].Due() || slots[0].Reason != Stale {
		t.Errorf("slots = %+v, want the nine o'clock slot, stale", slots)
	}
}

func TestPromise6_SkipPolicyRecordsMissedSlot(t *testing.T) {
	s := must(t, Spec{Cron: "0 9 * * *", CatchUp: CatchUpSkip})
	slots := s.Slots(at(t, "2026-11-25T08:00:00+08:00"), at(t, "2026-11-25T09:30:00+08:00"))
	if len(slots) != 1 || slots[0].Reason != Skipped {
		t.Errorf("slots = %+v, want the nine o'clock slot, skipped", slots)
	}
}

func TestPromise6_LatestRunsOneAndRecordsTheOthers(t *testing.T) {
	s := must(t, Spec{Cron: "*/10 * * * *", CatchUp: CatchUpLatest})
	slots := s.Slots(at(t, "2026-11-25T08:00:00+08:00"), at(t, "2026-11-25T09:00:00+08:00"))
	var due int
	for _, slot := range slots {
		if slot.Due() {
			due++
		}
	}
	if len(slots) != 6 || due != 1 {
		t.Errorf("%d slots, %d of them due, want 6 and 1: %s", len(slots), due, describe(slots))
	}
}

func TestPromise6_LongGapIsCountedWhole(t *testing.T) {
	for _, spec := range []Spec{{Cron: "* * * * *"}, {Cron: "*/5 8-20 * * 1-5"}, {Cron: "@every 45s"}, {Cron: "*/15 * * * *", Zone: "Europe/Berlin"}} {
		t.Run(spec.Cron, func(t *testing.T) {
			s := must(t, spec)
			last, now := at(t, "2026-01-10T00:00:30+08:00"), at(t, "2026-12-25T09:00:10+08:00")
			var all []time.Time
			for at := s.Next(last); !at.After(now); at = s.Next(at) {
				all = append(all, at)
			}
			slots := s.Slots(last, now)
			older := slots[0]
			if len(slots) != MaxSlots+1 || older.Count != len(all)-MaxSlots {
				t.Fatalf("%d records, the first stands for %d; want %d and %d", len(slots), older.Count, MaxSlots+1, len(all)-MaxSlots)
			}
			if !older.At.Equal(all[0]) || !older.Last.Equal(all[older.Count-1]) || older.Due() || older.Reason != Stale {
				t.Errorf("summary %+v, want %v to %v, stale", older, all[0], all[older.Count-1])
			}
			if !slots[1].At.Equal(all[older.Count]) {
				t.Errorf("first single slot %v, want %v", slots[1].At, all[older.Count])
			}
		})
	}
}

func TestSummaryOfFreshSlotsSaysTooMany(t *testing.T) {
	s := must(t, Spec{Cron: "* * * * *", CatchUp: CatchUpAll, Window: 30 * 24 * time.Hour})
	now := at(t, "2026-11-25T09:00:10+08:00")
	slots := s.Slots(now.Add(-24*time.Hour), now)
	if len(slots) != MaxSlots+1 || slots[0].Count != 440 || slots[0].Reason != TooMany {
		t.Errorf("%d records, first %+v; want the oldest 440 refused as too many", len(slots), slots[0])
	}
}

// TestRestartsLoseAndDoubleNothing plays a daemon that looks at random moments, dies
// between reading and storing, and has its clock set back; what it stored must be every slot once.
func TestRestartsLoseAndDoubleNothing(t *testing.T) {
	zones := []string{"Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana"}
	crons := []string{"0 9 * * *", "30 2 * * *", "30 1 * * *", "*/30 * * * *", "15 */3 * * *", "0 0 * * 0", "@every 47m", "0 0 1 * *"}
	rapid.Check(t, func(t *rapid.T) {
		s, err := Parse(Spec{
			Cron: rapid.SampledFrom(crons).Draw(t, "cron"), Zone: rapid.SampledFrom(zones).Draw(t, "zone"),
			CatchUp: rapid.SampledFrom([]CatchUp{CatchUpSkip, CatchUpLatest, CatchUpAll}).Draw(t, "catch up"),
		})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2026, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC)
		mark, now := start, start
		stored := map[time.Time]Reason{}
		for range rapid.IntRange(1, 40).Draw(t, "wakes") {
			now = now.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(40*time.Hour)).Draw(t, "passed")))
			slots := s.Slots(mark, now)
			if rapid.IntRange(0, 3).Draw(t, "fate") == 0 {
				continue // killed before the commit
			}
			for _, slot := range slots {
				if _, twice := stored[slot.At.UTC()]; twice {
					t.Fatalf("slot %v was stored twice", slot.At)
				}
				stored[slot.At.UTC()] = slot.Reason
				if slot.Due() && now.Sub(slot.At) > DefaultWindow {
					t.Fatalf("slot %v ran at %v, stale", slot.At, now)
				}
			}
			if now.After(mark) {
				mark = now
			}
		}
		var want []time.Time
		for at := s.Next(start); !at.After(mark); at = s.Next(at) {
			want = append(want, at.UTC())
		}
		got := slices.SortedFunc(maps.Keys(stored), time.Time.Compare)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("stored %v\nwant %v", got, want)
		}
	})
}
