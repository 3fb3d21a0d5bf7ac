package scheduler

import "time"

// MaxSlots is how many slots [Schedule.Slots] lists one by one. Older ones of a longer gap
// are summarised in one record.
const MaxSlots = 1000

// Reason says why a slot is recorded and not run.
type Reason string

// The reasons.
const (
	Stale      Reason = "stale"         // older than the window
	Skipped    Reason = "catch-up skip" // missed, and the policy runs no missed slots
	Superseded Reason = "superseded"    // a newer slot runs in its place
	TooMany    Reason = "too many"      // fresh, but more than MaxSlots were missed at once
)

// Slot is one moment a schedule named, and what is to become of it.
type Slot struct {
	At     time.Time
	Reason Reason // empty: due, run it now
	// Count is how many slots this record stands for: 1, or the size of a summary that
	// begins At and ends Last.
	Count int
	Last  time.Time
}

// Due says whether the slot is to be run.
func (s Slot) Due() bool { return s.Reason == "" }

// Slots accounts for every slot after last and up to now, oldest first: each is either due
// or recorded with the reason it is not. Calling it again with last set to now continues without
// a gap or an overlap. A zero last means that the schedule begins now: nothing was missed. When
// last is not before now (the clock was set back) there are none.
//
// At most MaxSlots+1 records are returned: of a longer gap the oldest slots come as one record,
// which is never run and whose reason is that of its newest slot.
func (s *Schedule) Slots(last, now time.Time) []Slot {
	if last.IsZero() || !last.Before(now) {
		return nil
	}
	older, recent := s.gather(last, now)
	slots := make([]Slot, 0, len(recent)+1)
	if older.Count > 0 { // promise 6
		slots = append(slots, older)
	}
	for i, at := range recent {
		slots = append(slots, Slot{At: at, Last: at, Count: 1, Reason: s.judge(at, now, i == len(recent)-1)})
	}
	return slots
}

// judge decides what becomes of one slot.
func (s *Schedule) judge(at, now time.Time, newest bool) Reason {
	late := now.Sub(at)
	if late > s.spec.Window { // promise 6
		return Stale
	}
	if s.spec.CatchUp == CatchUpSkip && late > OnTime { // promise 6
		return Skipped
	}
	if s.spec.CatchUp == CatchUpLatest && !newest { // promise 6
		return Superseded
	}
	return ""
}

// gather lists the newest MaxSlots slots in (last, now] and counts the ones before. A calendar spec
// costs about a microsecond a slot, "@every" nothing for what is only counted.
func (s *Schedule) gather(last, now time.Time) (older Slot, recent []time.Time) {
	fold := func(n int) {
		if n <= 0 {
			return
		}
		if older.Count == 0 {
			older.At = recent[0]
		}
		older.Count += n
		older.Last = recent[n-1]
		recent = append(recent[:0], recent[n:]...)
	}
	if s.spans == nil {
		if n := s.steps(now) - s.steps(last) - MaxSlots; n > 0 {
			first := s.steps(last) + 1
			older = Slot{At: s.step(first), Last: s.step(first + n - 1), Count: int(n)}
			last = older.Last
		}
	}
	for at := s.Next(last); !at.IsZero() && !at.After(now); at = s.Next(at) {
		if len(recent) == 2*MaxSlots {
			fold(MaxSlots)
		}
		recent = append(recent, at)
	}
	fold(len(recent) - MaxSlots)
	if older.Count > 0 {
		older.Reason = s.judgeSummary(older.Last, now)
	}
	return older, recent
}

// judgeSummary is judge for slots that are too many to run.
func (s *Schedule) judgeSummary(newest, now time.Time) Reason {
	if reason := s.judge(newest, now, false); reason != "" {
		return reason
	}
	return TooMany
}
