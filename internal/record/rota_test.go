package record

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"netpatrol/bots"
)

func zoned(t interface{ Fatal(...any) }, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// weekly is a shift of the duty officer on some weekdays.
func weekly(id, officer, start, end string, days ...int) *Shift {
	return &Shift{Head: bots.Head{ID: id, State: DutyActive}, Officer: officer, Level: "duty", Days: days, Since: "2026-01-01", Start: start, End: end}
}

// dated is a shift on every one of some dates.
func dated(id, officer, since, until, start, end string) *Shift {
	return &Shift{Head: bots.Head{ID: id, State: DutyActive}, Officer: officer, Level: "duty", Since: since, Until: until, Start: start, End: end}
}

func away(id, officer, standIn string, from, to time.Time) *Leave {
	return &Leave{Head: bots.Head{ID: id, State: DutyActive}, Officer: officer, StandIn: standIn, From: from, To: to}
}

// crew are the officers of the tests; gone may not sign in any more.
func crew() []*Officer {
	var all []*Officer
	for _, id := range []string{"chen", "lin", "gao"} {
		all = append(all, &Officer{Head: bots.Head{ID: id, State: OfficerActive}, Roles: []Role{Duty}})
	}
	return append(all, &Officer{Head: bots.Head{ID: "gone", State: "suspended"}, Roles: []Role{Duty}})
}

var everyDay = []int{1, 2, 3, 4, 5, 6, 7}

// said is who is on duty, in words.
func said(who []OnDuty) string {
	var all []string
	for _, o := range who {
		if o.For != "" {
			o.Officer += " for " + o.For
		}
		all = append(all, o.Officer)
	}
	return strings.Join(all, ", ")
}

func TestWhoIsOnDuty(t *testing.T) {
	zone := zoned(t, "Asia/Shanghai")
	at := func(s string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	twoShifts := []*Shift{weekly("1", "chen", "08:00", "20:00", everyDay...), weekly("2", "lin", "20:00", "08:00", everyDay...)}
	for name, c := range map[string]struct {
		shifts []*Shift
		leaves []*Leave
		at     string
		want   string
	}{
		"by day":                          {twoShifts, nil, "2026-11-27 12:00", "chen"},
		"a shift begins on the minute":    {twoShifts, nil, "2026-11-27 08:00", "chen"},
		"and ends on it":                  {twoShifts, nil, "2026-11-27 20:00", "lin"},
		"by night, before midnight":       {twoShifts, nil, "2026-11-27 23:59", "lin"},
		"by night, behind midnight":       {twoShifts, nil, "2026-11-28 03:00", "lin"},
		"nobody is a gap":                 {twoShifts[:1], nil, "2026-11-27 21:00", ""},
		"only on its weekdays":            {[]*Shift{weekly("1", "chen", "08:00", "20:00", 1)}, nil, "2026-11-27 12:00", ""},
		"Sunday is the seventh":           {[]*Shift{weekly("1", "chen", "08:00", "20:00", 7)}, nil, "2026-11-29 12:00", "chen"},
		"Sunday's night is Sunday's":      {[]*Shift{weekly("1", "chen", "20:00", "08:00", 7)}, nil, "2026-11-30 07:59", "chen"},
		"the whole day":                   {[]*Shift{weekly("1", "chen", "00:00", "24:00", 5)}, nil, "2026-11-27 23:59", "chen"},
		"from eight to eight":             {[]*Shift{weekly("1", "chen", "08:00", "08:00", 5)}, nil, "2026-11-28 07:59", "chen"},
		"not before its first day":        {[]*Shift{dated("1", "chen", "2026-11-28", "2026-11-29", "08:00", "20:00")}, nil, "2026-11-27 12:00", ""},
		"not after its last":              {[]*Shift{dated("1", "chen", "2026-11-28", "2026-11-29", "08:00", "20:00")}, nil, "2026-11-30 12:00", ""},
		"a date displaces the week":       {append(slices.Clone(twoShifts), dated("3", "gao", "2026-11-27", "2026-11-27", "08:00", "20:00")), nil, "2026-11-27 12:00", "gao"},
		"only as long as it lasts":        {append(slices.Clone(twoShifts), dated("3", "gao", "2026-11-27", "2026-11-27", "08:00", "12:00")), nil, "2026-11-27 12:00", "chen"},
		"two at once, the older first":    {[]*Shift{weekly("2", "lin", "08:00", "20:00", 5), weekly("1", "chen", "10:00", "12:00", 5)}, nil, "2026-11-27 11:00", "chen, lin"},
		"nobody twice":                    {[]*Shift{weekly("1", "chen", "08:00", "20:00", 5), weekly("2", "chen", "10:00", "12:00", 5)}, nil, "2026-11-27 11:00", "chen"},
		"who is away is stood in for":     {twoShifts, []*Leave{away("1", "chen", "gao", at("2026-11-27 00:00"), at("2026-11-28 00:00"))}, "2026-11-27 12:00", "gao for chen"},
		"who is away without a stand-in":  {twoShifts, []*Leave{away("1", "chen", "", at("2026-11-27 00:00"), at("2026-11-28 00:00"))}, "2026-11-27 12:00", ""},
		"who is back is back":             {twoShifts, []*Leave{away("1", "chen", "gao", at("2026-11-26 00:00"), at("2026-11-27 12:00"))}, "2026-11-27 12:00", "chen"},
		"the stand-in is away too":        {twoShifts, []*Leave{away("1", "chen", "gao", at("2026-11-27 00:00"), at("2026-11-28 00:00")), away("2", "gao", "lin", at("2026-11-27 00:00"), at("2026-11-28 00:00"))}, "2026-11-27 12:00", "lin for chen"},
		"two stand in for one another":    {twoShifts, []*Leave{away("1", "chen", "gao", at("2026-11-27 00:00"), at("2026-11-28 00:00")), away("2", "gao", "chen", at("2026-11-27 00:00"), at("2026-11-28 00:00"))}, "2026-11-27 12:00", ""},
		"of two leaves the newer counts":  {twoShifts, []*Leave{away("1", "chen", "gao", at("2026-11-27 00:00"), at("2026-11-28 00:00")), away("2", "chen", "lin", at("2026-11-27 00:00"), at("2026-11-28 00:00"))}, "2026-11-27 12:00", "lin for chen"},
		"who may not sign in is no guard": {[]*Shift{weekly("1", "gone", "08:00", "20:00", 5)}, nil, "2026-11-27 12:00", ""},
		"nor does he stand in":            {twoShifts, []*Leave{away("1", "chen", "gone", at("2026-11-27 00:00"), at("2026-11-28 00:00"))}, "2026-11-27 12:00", ""},
	} {
		if got := said(NewRota(zone, c.shifts, c.leaves, crew()).At("duty", at(c.at))); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatIsStruckOutDoesNotCount(t *testing.T) {
	s := weekly("1", "chen", "08:00", "20:00", everyDay...)
	l := away("1", "chen", "lin", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	l.State = DutyEnded
	if got := said(NewRota(time.UTC, []*Shift{s}, []*Leave{l}, crew()).At("duty", noon)); got != "chen" {
		t.Errorf("a leave that was ended: %q", got)
	}
	s.State = DutyEnded
	r := NewRota(time.UTC, []*Shift{s}, nil, crew())
	if got := said(r.At("duty", noon)); got != "" || r.Kept("duty", noon) {
		t.Errorf("a shift that was ended: %q", got)
	}
}

func TestARotaBeginsWithItsFirstShift(t *testing.T) {
	later := weekly("1", "chen", "08:00", "20:00", 1)
	later.Since = "2026-12-01" // a Tuesday
	r := NewRota(time.UTC, []*Shift{later, dated("2", "lin", "2026-12-05", "2026-12-05", "08:00", "20:00")}, nil, crew())
	if got, want := r.Begins("duty"), time.Date(2026, 12, 5, 8, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("it begins %s, want %s", got, want)
	}
	r = NewRota(time.UTC, []*Shift{later}, nil, crew())
	if got, want := r.Begins("duty"), time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC); !got.Equal(want) || !r.Begins("supervisor").IsZero() {
		t.Errorf("it begins %s, want %s", got, want)
	}
}

// Two shifts that meet at a wall time leave no moment to nobody and none to both, whatever summer
// time does to that wall time.
func TestShiftsThatMeetTouchOnDaysOfSummerTime(t *testing.T) {
	berlin := zoned(t, "Europe/Berlin") // 2026-03-29 02:00 becomes 03:00; 2026-10-25 03:00 becomes 02:00
	for _, meet := range []string{"01:59", "02:00", "02:30", "03:00", "03:01"} {
		r := NewRota(berlin, []*Shift{weekly("1", "chen", "20:00", meet, everyDay...), weekly("2", "lin", meet, "20:00", everyDay...)}, nil, crew())
		for _, day := range []time.Time{time.Date(2026, 3, 28, 21, 0, 0, 0, berlin), time.Date(2026, 10, 24, 21, 0, 0, 0, berlin)} {
			for at := day; at.Before(day.Add(12 * time.Hour)); at = at.Add(time.Minute) {
				if who := r.At("duty", at); len(who) != 1 {
					t.Fatalf("changing at %s, at %s: %q", meet, at, said(who))
				}
			}
		}
	}
}

func TestANightIsAnHourShorterInSpring(t *testing.T) {
	berlin := zoned(t, "Europe/Berlin")
	r := NewRota(berlin, []*Shift{weekly("1", "chen", "20:00", "08:00", everyDay...)}, nil, crew())
	for at, want := range map[time.Time]time.Duration{
		time.Date(2026, 3, 28, 12, 0, 0, 0, berlin):  11 * time.Hour,
		time.Date(2026, 10, 24, 12, 0, 0, 0, berlin): 13 * time.Hour,
		time.Date(2026, 7, 1, 12, 0, 0, 0, berlin):   12 * time.Hour,
	} {
		all := r.Between("duty", at, at.Add(24*time.Hour))
		if len(all) != 3 || said(all[1].Who) != "chen" || all[1].To.Sub(all[1].From) != want {
			t.Errorf("from %s: %+v, want a night of %s", at, all, want)
		}
	}
}

// randomRota draws officers, shifts and leaves.
func randomRota(t *rapid.T, zone *time.Location) *Rota {
	officer := rapid.SampledFrom([]string{"chen", "lin", "gao", "gone"})
	clock := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, "hour"), 15*rapid.IntRange(0, 3).Draw(t, "quarter"))
	})
	start := time.Date(2026, 3, 20, 0, 0, 0, 0, zone)
	var shifts []*Shift
	for i := range rapid.IntRange(0, 8).Draw(t, "shifts") {
		s := &Shift{Officer: officer.Draw(t, "officer"), Level: "duty", Start: clock.Draw(t, "start"), End: clock.Draw(t, "end")}
		s.ID, s.State, s.Since = fmt.Sprint(i), DutyActive, start.AddDate(0, 0, rapid.IntRange(0, 9).Draw(t, "since")).Format(time.DateOnly)
		if s.Days = rapid.SliceOfN(rapid.IntRange(1, 7), 0, 7).Draw(t, "days"); len(s.Days) == 0 {
			s.Until = s.Since
		}
		shifts = append(shifts, s)
	}
	var leaves []*Leave
	for i := range rapid.IntRange(0, 4).Draw(t, "leaves") {
		from := start.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "from")) * time.Hour)
		l := away(fmt.Sprint(i), officer.Draw(t, "away"), rapid.SampledFrom([]string{"", "chen", "lin", "gao", "gone"}).Draw(t, "stand-in"), from, from.Add(30*time.Hour))
		leaves = append(leaves, l)
	}
	return NewRota(zone, shifts, leaves, crew())
}

// At any instant there is exactly one answer: stretches cover the time without gap or overlap, each holds
// throughout, and nobody is named who is away, may not sign in, or was named before.
func TestThereIsOneAnswerAtAnyInstant(t *testing.T) {
	zones := []*time.Location{zoned(t, "Asia/Shanghai"), zoned(t, "Europe/Berlin"), zoned(t, "America/St_Johns"), zoned(t, "Australia/Lord_Howe")}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		r := randomRota(t, zone)
		from := time.Date(2026, 3, 25, 0, 0, 0, 0, zone).Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "minutes")) * time.Minute)
		to := from.AddDate(0, 0, 12)
		all := r.Between("duty", from, to)
		if !all[0].From.Equal(from) || !all[len(all)-1].To.Equal(to) {
			t.Fatalf("%s to %s becomes %s to %s", from, to, all[0].From, all[len(all)-1].To)
		}
		for i, s := range all {
			if i > 0 && (!s.From.Equal(all[i-1].To) || slices.Equal(s.Who, all[i-1].Who)) {
				t.Fatalf("stretches do not touch, or are one: %+v, %+v", all[i-1], s)
			}
			within := s.From.Add(time.Duration(rapid.Int64Range(0, int64(s.To.Sub(s.From))-1).Draw(t, "within")))
			for _, at := range []time.Time{s.From, within, s.To.Add(-1)} {
				if got := r.At("duty", at); !slices.Equal(got, s.Who) {
					t.Fatalf("at %s %q, but the stretch says %q", at, said(got), said(s.Who))
				}
			}
			oneByOne(t, r, s)
		}
	})
}

// oneByOne says that who is on duty can be rung, one after the other.
func oneByOne(t *rapid.T, r *Rota, s Stretch) {
	seen := map[string]bool{}
	for _, o := range s.Who {
		if o.Officer == "gone" || seen[o.Officer] || r.away(o.Officer, s.From) != nil {
			t.Fatalf("%s is on duty from %s", o.Officer, s.From)
		}
		seen[o.Officer] = true
	}
}
