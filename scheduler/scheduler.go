// Package scheduler turns cron specs into slots: moments at which something is due.
//
// It runs nothing. The engine keeps the moment up to which it has accounted for a
// schedule, asks [Schedule.Slots] what happened since, stores every slot as an
// event and moves its mark in the same commit. A [Heap] tells it when to look
// next. robfig/cron gives the parser and Schedule.Next; its scheduler is not used,
// because it forgets everything at a restart and sorts all entries on every wake.
//
// # Local time
//
// A spec is read in an IANA zone, by default Asia/Shanghai. Where clocks change, a
// schedule keeps these rules, which are ours and not the parser's:
//
//   - A spec that names hours is an appointment: every local time it names happens
//     exactly once. A local time that the clock skips in spring happens at the first
//     moment after the skip (02:30 becomes 03:00); one that the clock repeats in
//     autumn happens the first time only. A daily spec so has one slot a local day.
//   - A spec whose hour field admits every hour is a rhythm and follows elapsed time: a
//     skipped hour has no slots, a repeated hour has them twice.
//   - "@every D" counts elapsed time from midnight of 1 January 2024 in the zone, never from
//     a restart, so that its slots are the same on every node and after every crash.
//   - A local day that a zone leaves out altogether (a move across the date line) has no slots.
//
// # Failure model
//
// Everything here is computed from the spec, the zone and two moments; there is no state
// to lose. A crash between reading the slots and storing them means they are read again; a
// clock set back yields no slots until it has caught up with the mark. A [Schedule] is immutable
// and safe for concurrent use; a Heap is not.
package scheduler

import (
	"cmp"
	"fmt"
	"time"
	_ "time/tzdata" // a machine without zone files must not fall back to UTC

	"github.com/robfig/cron/v3"
)

// DefaultZone is the zone of a spec that names none.
const DefaultZone = "Asia/Shanghai"

// DefaultWindow is how stale a missed slot may be and still run, unless the spec says otherwise.
const DefaultWindow = 2 * time.Hour

// OnTime is how late a slot may be looked at and still count as kept rather than missed.
const OnTime = time.Minute

// CatchUp says what becomes of slots that were missed but are still fresh.
type CatchUp string

// The policies. A slot older than the window never runs, whatever the policy.
const (
	CatchUpSkip   CatchUp = "skip"   // missed slots do not run
	CatchUpLatest CatchUp = "latest" // only the newest one runs; the default
	CatchUpAll    CatchUp = "all"    // every one runs
)

// Spec is a schedule as a person writes it.
type Spec struct {
	Name    string
	Cron    string        // five fields, "@daily" and its like, or "@every 90m"
	Zone    string        // IANA name; empty: DefaultZone
	CatchUp CatchUp       // empty: CatchUpLatest
	Window  time.Duration // how stale a missed slot may run; 0: DefaultWindow
}

// SpecError says what is wrong with a spec and how to mend it.
type SpecError struct {
	Name    string // of the schedule
	Field   string // "cron", "zone", "catch_up", "window"
	Value   string // as written
	Problem string
	Mend    string
	Err     error // the cause, if another package found it
}

func (e *SpecError) Error() string {
	return fmt.Sprintf("schedule %q: %s %q: %s; %s", e.Name, e.Field, e.Value, e.Problem, e.Mend)
}

func (e *SpecError) Unwrap() error { return e.Err }

// Schedule is a checked Spec.
type Schedule struct {
	spec  Spec // with defaults filled in
	loc   *time.Location
	spans *cron.SpecSchedule // nil for "@every"
	every time.Duration
	zero  int64 // for "@every": Unix seconds of the moment counting begins
}

// Parse checks a spec. Its errors are all of type [*SpecError].
func Parse(s Spec) (*Schedule, error) {
	s.Zone = cmp.Or(s.Zone, DefaultZone)
	s.CatchUp = cmp.Or(s.CatchUp, CatchUpLatest)
	s.Window = cmp.Or(s.Window, DefaultWindow)
	if err := checkPolicy(s); err != nil {
		return nil, err
	}
	loc, err := loadZone(s)
	if err != nil {
		return nil, err
	}
	spans, every, err := parseCron(s)
	if err != nil {
		return nil, err
	}
	zero := time.Date(2024, time.January, 1, 0, 0, 0, 0, loc).Unix()
	return &Schedule{spec: s, loc: loc, spans: spans, every: every, zero: zero}, nil
}

func checkPolicy(s Spec) error {
	switch s.CatchUp {
	case CatchUpSkip, CatchUpLatest, CatchUpAll:
	default:
		return &SpecError{Name: s.Name, Field: "catch_up", Value: string(s.CatchUp), Problem: "no such policy", Mend: "use skip, latest or all"}
	}
	if s.Window < time.Second {
		return &SpecError{Name: s.Name, Field: "window", Value: s.Window.String(), Problem: "nothing would ever be fresh enough to run", Mend: "give a positive duration such as 2h"}
	}
	return nil
}

// Spec returns the spec with its defaults filled in.
func (s *Schedule) Spec() Spec { return s.spec }

// Location returns the zone in which people read this schedule.
func (s *Schedule) Location() *time.Location { return s.loc }

// NextN returns the next n slots after a moment, fewer only when the calendar ends. It is
// what people are shown before they trust a spec.
func (s *Schedule) NextN(after time.Time, n int) []time.Time {
	var all []time.Time
	for len(all) < n {
		after = s.Next(after)
		if after.IsZero() {
			break
		}
		all = append(all, after)
	}
	return all
}
