package scheduler

import (
	"time"

	"github.com/robfig/cron/v3"
)

const day = 24 * time.Hour

// Next returns the first slot after a moment, in the schedule's zone. It returns the
// zero time only at the end of the calendar.
func (s *Schedule) Next(after time.Time) time.Time {
	switch {
	case s.spans == nil:
		return s.nextEvery(after)
	case isRhythm(s.spans):
		return s.nextRhythm(after)
	}
	return s.nextAppointment(after)
}

// isRhythm says whether the hour field admits every hour.
func isRhythm(c *cron.SpecSchedule) bool {
	const allHours = 1<<24 - 1
	return c.Hour&allHours == allHours
}

// nextEvery counts whole steps from the moment counting begins.
func (s *Schedule) nextEvery(after time.Time) time.Time { return s.step(s.steps(after) + 1) }

// steps is how many whole steps have passed at a moment; it is negative before counting begins.
func (s *Schedule) steps(at time.Time) int64 {
	return floorDiv(at.Unix()-s.zero, int64(s.every/time.Second)) // Unix rounds down, so a fraction never skips a slot
}

func (s *Schedule) step(n int64) time.Time {
	return time.Unix(s.zero+n*int64(s.every/time.Second), 0).In(s.loc)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// nextRhythm follows elapsed time: within one offset of the zone the spec is read as on a
// clock that never changes, and at a change the search goes on with the new offset.
func (s *Schedule) nextRhythm(after time.Time) time.Time {
	local := after.In(s.loc)
	from := wallOf(local)
	for {
		wall := s.nextWall(from)
		if wall.IsZero() {
			return time.Time{}
		}
		at := instant(wall, offset(local))
		_, end := local.ZoneBounds()
		if end.IsZero() || at.Before(end) {
			return at.In(s.loc)
		}
		local = end.In(s.loc)
		from = wallOf(local).Add(-1) // the moment of change may itself be a slot
	}
}

// nextAppointment walks the local times the spec names and maps each to its moment. The
// mapping never decreases, so the first moment after the given one is the answer, and several
// local times inside one skip share one moment.
func (s *Schedule) nextAppointment(after time.Time) time.Time {
	wall := wallOf(after.In(s.loc))
	for {
		wall = s.nextWall(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if at, ok := s.moment(wall); ok && at.After(after) {
			return at.In(s.loc)
		}
	}
}

// nextWall asks the spec for the next time on a clock without zones. The parser's Next gives up
// after five years, and 29 February can be eight years away.
func (s *Schedule) nextWall(wall time.Time) time.Time {
	for range 3 {
		next := s.spans.Next(wall)
		if !next.IsZero() {
			return next
		}
		wall = time.Date(wall.Year()+4, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1)
	}
	return time.Time{}
}

// moment maps a local time to the moment it happens: the first one if the clock shows it
// twice, the end of the skip if it never does. ok is false when the zone left out the whole day.
func (s *Schedule) moment(wall time.Time) (at time.Time, ok bool) {
	zone := wall.Add(-26 * time.Hour).In(s.loc) // no offset is larger, so this zone began before
	for {
		_, end := zone.ZoneBounds()
		at = instant(wall, offset(zone))
		if end.IsZero() || at.Before(end) {
			return at, true
		}
		next := end.In(s.loc)
		if instant(wall, offset(next)).Before(end) { // skipped
			return end, offset(next)-offset(zone) < int(day/time.Second)
		}
		zone = next
	}
}

// wallOf is what a clock shows, as a time without a zone.
func wallOf(local time.Time) time.Time {
	return local.Add(time.Duration(offset(local)) * time.Second).UTC()
}

func instant(wall time.Time, offset int) time.Time {
	return wall.Add(-time.Duration(offset) * time.Second)
}

func offset(t time.Time) int {
	_, o := t.Zone()
	return o
}
