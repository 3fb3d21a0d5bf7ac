package view

import (
	"context"
	"time"

	"netpatrol/internal/record"
)

// DutyRing is how officers on duty are reached, as the configuration says. Every func may be nil.
type DutyRing struct {
	Zone     *time.Location // of the wall clock by which shifts go; nil: China's
	Officers func(level string) []string
	Groups   func(level string) []string // accounts
	Reach    func(officer string) []string
}

// Clock is the zone of the wall clock by which shifts go.
func (r DutyRing) Clock() *time.Location {
	if r.Zone == nil {
		return china
	}
	return r.Zone
}

// Duty is who is on duty now and in the next seven days.
type Duty struct {
	Zone   string      `json:"zone"`
	Levels []DutyLevel `json:"levels"`
}

// DutyLevel is one level. When a rota is kept and names nobody, that is a gap.
type DutyLevel struct {
	Level string       `json:"level"`
	Kept  bool         `json:"kept"` // a rota is kept for it
	Now   []DutyPerson `json:"now"`
	Until time.Time    `json:"until,omitzero"` // when that changes, within the week
	// Begins is when the rota begins, while it has not yet.
	Begins time.Time `json:"begins,omitzero"`
	// Instead are who is rung because the rota names nobody who can be reached: the officers of the
	// configured ring.
	Instead []DutyPerson     `json:"instead,omitempty"`
	Groups  []string         `json:"groups,omitempty"` // accounts by which the level is always rung
	Week    []record.Stretch `json:"week,omitempty"`   // the next seven days; nobody: a gap
}

// Gap says whether a rota is kept and names nobody now.
func (l DutyLevel) Gap() bool { return l.Kept && l.Begins.IsZero() && len(l.Now) == 0 }

// Silent says whether nobody and no group of this level is rung.
func (l DutyLevel) Silent() bool {
	return len(l.Groups) == 0 && !reachable(l.Now) && !reachable(l.Instead)
}

func reachable(all []DutyPerson) bool {
	for _, p := range all {
		if len(p.Reach) > 0 {
			return true
		}
	}
	return false
}

// DutyPerson is somebody on duty and by what they are reached: an account and where, one each.
type DutyPerson struct {
	record.OnDuty
	Reach []string `json:"reach"`
}

const dutyWeek = 7 * 24 * time.Hour

// RotaOf reads the rota of a station.
func RotaOf(ctx context.Context, s record.Reader, ring DutyRing) (*record.Rota, error) {
	return record.LoadRota(record.Reading(ctx, s), ring.Clock())
}

// DutyOf is who is on duty now and in the next seven days.
func DutyOf(ctx context.Context, s record.Reader, ring DutyRing, now time.Time) (Duty, error) {
	rota, err := RotaOf(ctx, s, ring)
	if err != nil {
		return Duty{}, err
	}
	d := Duty{Zone: ring.Clock().String()}
	for _, level := range record.Levels() {
		d.Levels = append(d.Levels, ring.level(rota, level, now))
	}
	return d, nil
}

func (r DutyRing) level(rota *record.Rota, level string, now time.Time) DutyLevel {
	l := DutyLevel{Level: level, Kept: rota.Kept(level, now), Now: r.persons(rota.At(level, now))}
	if r.Groups != nil {
		l.Groups = r.Groups(level)
	}
	if !reachable(l.Now) && r.Officers != nil {
		l.Instead = r.persons(rota.Present(r.Officers(level), now))
	}
	if !l.Kept {
		return l
	}
	from := now
	if begins := rota.Begins(level); begins.After(now) {
		l.Begins, from = begins, begins
	}
	if to := now.Add(dutyWeek); from.Before(to) {
		l.Week = rota.Between(level, from, to)
	}
	if len(l.Week) > 1 && from.Equal(now) {
		l.Until = l.Week[0].To
	}
	return l
}

func (r DutyRing) persons(all []record.OnDuty) []DutyPerson {
	out := make([]DutyPerson, 0, len(all))
	for _, o := range all {
		p := DutyPerson{OnDuty: o, Reach: []string{}}
		if r.Reach != nil {
			p.Reach = append(p.Reach, r.Reach(o.Officer)...)
		}
		out = append(out, p)
	}
	return out
}
