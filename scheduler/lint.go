package scheduler

import (
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// Lint lists what is legal but probably not meant, as sentences for the person who wrote
// the spec. Empty means nothing to say.
func (s *Schedule) Lint() []string {
	var all []string
	add := func(found bool, format string, args ...any) {
		if found {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	if s.spans == nil {
		add(s.every < time.Minute, "fires every %s: a public account is rarely allowed that much", s.every)
		add(day%s.every != 0, "%s does not divide a day: the time of day moves from one day to the next", s.every)
		return all
	}
	f := strings.Fields(s.spec.Cron)
	if len(f) == 5 {
		add(f[2][0] != '*' && f[2] != "?" && f[4][0] != '*' && f[4] != "?",
			"day of month %q and weekday %q are both set: it fires on days that match EITHER; leave one as *", f[2], f[4])
		add(f[0] == "*" && f[1] != "*", "fires every minute of the hours %q: put 0 first for once an hour", f[1])
		add(uneven(f[0], 60), "step %q does not divide 60: the last gap of every hour is shorter", f[0])
		add(uneven(f[1], 24), "step %q does not divide 24: the last gap of every day is shorter", f[1])
	}
	add(s.onlyLongMonths(), "months without that day are left out; to reach every month use a day up to 28")
	add(s.spec.Window < time.Minute, "the window %s is shorter than a minute: one slow wake and the slot is stale", s.spec.Window)
	if local, at, ok := s.firstShift(); ok {
		add(true, "%s does not exist in %s when clocks go forward (as on %s): that day's slot happens at %s",
			local.Format("15:04"), s.spec.Zone, local.Format(time.DateOnly), at.Format("15:04"))
	}
	return all
}

// uneven says whether a field is a step that doesn't divide the span.
func uneven(field string, span int) bool {
	var step int
	if _, err := fmt.Sscanf(field, "*/%d", &step); err != nil || step == 0 {
		return false
	}
	return span%step != 0
}

// onlyLongMonths says whether every day of month named is missing from some named month.
func (s *Schedule) onlyLongMonths() bool {
	const star = 1 << 63
	days, months := s.spans.Dom, s.spans.Month
	if days&star != 0 || s.spans.Dow&star == 0 || days == 0 {
		return false
	}
	first := bits.TrailingZeros64(days)
	for m := 1; m <= 12; m++ {
		if months&(1<<m) != 0 && first > daysIn(time.Month(m)) {
			return true
		}
	}
	return false
}

func daysIn(m time.Month) int { return time.Date(2023, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// firstShift finds the first appointment within a year of the newest known rules that
// falls into a skip.
func (s *Schedule) firstShift() (local, at time.Time, ok bool) {
	if isRhythm(s.spans) {
		return local, at, false
	}
	year := epoch.Add(366 * day)
	for zone := epoch.In(s.loc); ; {
		_, end := zone.ZoneBounds()
		if end.IsZero() || end.After(year) {
			return local, at, false
		}
		next := end.In(s.loc)
		wall := s.nextWall(wallOf(end.Add(-1).In(s.loc)))
		if !wall.IsZero() && wall.Before(wallOf(next)) {
			return wall, next, true
		}
		zone = next
	}
}
