package record

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"netpatrol/bots"
)

// MostDuty is how many shifts, and how many leaves, are in force at most.
const MostDuty = 500

// Rota answers who is on duty. It is a value put together from records; it does no I/O, and the same
// records always give the same answer.
type Rota struct {
	zone   *time.Location
	shifts []*Shift
	leaves []*Leave
	able   map[string]bool // officers who may sign in
}

// OnDuty is somebody on duty.
type OnDuty struct {
	Officer string `json:"officer"`
	For     string `json:"for,omitempty"` // whose shift it is, when they stand in
}

// NewRota puts a rota together. Shifts and leaves that are not in force do not count.
func NewRota(zone *time.Location, shifts []*Shift, leaves []*Leave, officers []*Officer) *Rota {
	r := &Rota{zone: zone, able: map[string]bool{}}
	for _, s := range shifts {
		if s.State == DutyActive {
			r.shifts = append(r.shifts, s)
		}
	}
	for _, l := range leaves {
		if l.State == DutyActive {
			r.leaves = append(r.leaves, l)
		}
	}
	slices.SortFunc(r.shifts, func(a, b *Shift) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(r.leaves, func(a, b *Leave) int { return cmp.Compare(a.ID, b.ID) })
	for _, o := range officers {
		r.able[o.ID] = o.State == OfficerActive
	}
	return r
}

// LoadRota reads what is in force.
func LoadRota(s Source, zone *time.Location) (*Rota, error) {
	shifts, err := listed[*Shift](s, Query{Kind: bots.KindShift, State: DutyActive, Limit: 2 * MostDuty})
	if err != nil {
		return nil, err
	}
	leaves, err := listed[*Leave](s, Query{Kind: bots.KindLeave, State: DutyActive, Limit: 2 * MostDuty})
	if err != nil {
		return nil, err
	}
	officers, err := listed[*Officer](s, Query{Kind: KindOfficer, State: OfficerActive, Limit: 1000})
	if err != nil {
		return nil, err
	}
	return NewRota(zone, shifts, leaves, officers), nil
}

func listed[P bots.Record](s Source, q Query) ([]P, error) {
	page, err := s.List(q)
	if err != nil {
		return nil, fmt.Errorf("list %s records: %w", q.Kind, err)
	}
	out := make([]P, 0, len(page))
	for _, r := range page {
		if p, ok := r.(P); ok {
			out = append(out, p)
		}
	}
	return out, nil
}

// Kept says whether a rota is kept for a level at all at a time or later.
func (r *Rota) Kept(level string, at time.Time) bool {
	yesterday := day(at.In(r.zone)).AddDate(0, 0, -1).Format(time.DateOnly)
	return slices.ContainsFunc(r.shifts, func(s *Shift) bool { return s.Level == level && (s.Until == "" || s.Until >= yesterday) })
}

// Begins is when the first shift of a level begins, or began; zero: it has none.
func (r *Rota) Begins(level string) (first time.Time) {
	for _, s := range r.shifts {
		if s.Level != level {
			continue
		}
		since, _ := time.Parse(time.DateOnly, s.Since) // checked when it was entered
		for d := since; d.Before(since.AddDate(0, 0, 7)); d = d.AddDate(0, 0, 1) {
			if !s.on(d) {
				continue
			}
			if from, _ := s.span(d, r.zone); first.IsZero() || from.Before(first) {
				first = from
			}
			break
		}
	}
	return first
}

// At is who is on duty at a level, first whom to ring first. Nobody: a gap, or no rota is kept.
func (r *Rota) At(level string, at time.Time) (all []OnDuty) {
	for _, s := range r.working(level, at) {
		who, ok := r.present(s.Officer, at)
		if ok && !slices.ContainsFunc(all, func(o OnDuty) bool { return o.Officer == who.Officer }) {
			all = append(all, who)
		}
	}
	return all
}

// Present is who of some officers can be rung at a time: who is away is stood in for, and who may not sign
// in any more is left out.
func (r *Rota) Present(officers []string, at time.Time) (all []OnDuty) {
	for _, o := range officers {
		if who, ok := r.present(o, at); ok && !slices.ContainsFunc(all, func(x OnDuty) bool { return x.Officer == who.Officer }) {
			all = append(all, who)
		}
	}
	return all
}

// working are the shifts of a level that are worked at a time. Dates displace the weekly pattern.
func (r *Rota) working(level string, at time.Time) (weekly []*Shift) {
	var dated []*Shift
	today := day(at.In(r.zone))
	for _, s := range r.shifts {
		if s.Level != level {
			continue
		}
		for _, d := range []time.Time{today.AddDate(0, 0, -1), today} {
			from, to := s.span(d, r.zone)
			if !s.on(d) || at.Before(from) || !at.Before(to) {
				continue
			}
			if len(s.Days) == 0 {
				dated = append(dated, s)
			} else {
				weekly = append(weekly, s)
			}
			break
		}
	}
	if len(dated) > 0 {
		return dated
	}
	return weekly
}

// present follows leaves to whoever stands in, and ends where that leads to nobody or in a circle.
func (r *Rota) present(officer string, at time.Time) (OnDuty, bool) {
	who, seen := officer, map[string]bool{}
	for !seen[who] {
		seen[who] = true
		l := r.away(who, at)
		if l == nil {
			o := OnDuty{Officer: who}
			if who != officer {
				o.For = officer
			}
			return o, r.able[who]
		}
		who = l.StandIn
	}
	return OnDuty{}, false
}

// away is the leave an officer is on; of several the newest counts.
func (r *Rota) away(officer string, at time.Time) *Leave {
	for _, l := range slices.Backward(r.leaves) {
		if l.Officer == officer && !at.Before(l.From) && at.Before(l.To) {
			return l
		}
	}
	return nil
}

// Stretch is a time in which it does not change who is on duty. Nobody: a gap.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Who  []OnDuty  `json:"who"`
}

// Between divides a time into stretches. They touch one another and leave nothing out.
func (r *Rota) Between(level string, from, to time.Time) (all []Stretch) {
	marks := r.changes(level, from, to)
	for i, at := range marks[:len(marks)-1] {
		who := r.At(level, at)
		if n := len(all); n > 0 && slices.Equal(all[n-1].Who, who) {
			all[n-1].To = marks[i+1]
			continue
		}
		all = append(all, Stretch{at, marks[i+1], who})
	}
	return all
}

// ShiftChange is that one officer followed another on duty.
type ShiftChange struct {
	From, To string
	At       time.Time
}

// SheetEarly is how long before a change on duty its sheet may be drawn up.
const SheetEarly = 2 * time.Hour

// LastChange is when the officer who is on duty first took over from another one, at the lowest level; nil when that was longer ago.
func (r *Rota) LastChange(now time.Time, within time.Duration) (last *ShiftChange) {
	before := ""
	for _, s := range r.Between(Levels()[0], now.Add(-within), now) {
		if len(s.Who) == 0 {
			continue
		}
		who := s.Who[0].Officer
		if before != "" && who != before {
			last = &ShiftChange{before, who, s.From}
		}
		before = who
	}
	return last
}

// Covers says whether a sheet is that of a change on duty, whatever became of it.
func (h *HandOver) Covers(x *ShiftChange) bool {
	return h.From == x.From && h.Created.After(x.At.Add(-SheetEarly))
}

// changes are the moments at which who is on duty may change, with from and to at the ends.
func (r *Rota) changes(level string, from, to time.Time) []time.Time {
	marks := []time.Time{from, to}
	add := func(at time.Time) {
		if from.Before(at) && at.Before(to) {
			marks = append(marks, at)
		}
	}
	last := day(to.In(r.zone))
	for d := day(from.In(r.zone)).AddDate(0, 0, -1); !d.After(last); d = d.AddDate(0, 0, 1) {
		for _, s := range r.shifts {
			if s.Level == level && s.on(d) {
				begins, ends := s.span(d, r.zone)
				add(begins)
				add(ends)
			}
		}
	}
	for _, l := range r.leaves {
		add(l.From)
		add(l.To)
	}
	slices.SortFunc(marks, time.Time.Compare)
	return slices.CompactFunc(marks, time.Time.Equal)
}

// day is the calendar day of a wall clock, as midnight UTC: days are counted without summer time.
func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// on says whether a shift begins on a day.
func (s *Shift) on(d time.Time) bool {
	date := d.Format(time.DateOnly)
	if date < s.Since || s.Until != "" && date > s.Until {
		return false
	}
	return len(s.Days) == 0 || slices.Contains(s.Days, (int(d.Weekday())+6)%7+1)
}

// span is from when to when a shift lasts that begins on a day.
func (s *Shift) span(d time.Time, zone *time.Location) (from, to time.Time) {
	h, m, _ := wallClock(s.Start)
	from = instant(d, h, m, zone)
	if s.End <= s.Start {
		d = d.AddDate(0, 0, 1)
	}
	h, m, _ = wallClock(s.End)
	return from, instant(d, h, m, zone)
}

// Over says whether a leave has been past for a week.
func (l *Leave) Over(now time.Time) bool { return now.Sub(l.To) > 7*24*time.Hour }

// Over says whether a shift has been past for a week.
func (s *Shift) Over(now time.Time) bool {
	last, err := time.Parse(time.DateOnly, s.Until)
	return err == nil && now.Sub(last) > 9*24*time.Hour // its last day, the night behind it, and a week
}

// instant is the moment at which a wall clock shows a time. One that summer time skips is the
// moment it is skipped at, so that a shift that ends there and one that begins there touch.
func instant(d time.Time, hour, minute int, zone *time.Location) time.Time {
	wanted := d.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	at := time.Date(wanted.Year(), wanted.Month(), wanted.Day(), wanted.Hour(), wanted.Minute(), 0, 0, zone)
	shown := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	begins, ends := at.ZoneBounds()
	switch {
	case shown.After(wanted):
		return begins
	case shown.Before(wanted):
		return ends
	}
	return at
}

// wallClock reads HH:MM, 00:00 to 24:00.
func wallClock(s string) (hour, minute int, ok bool) {
	if s == "24:00" {
		return 24, 0, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour(), t.Minute(), err == nil && len(s) == len("15:04")
}
