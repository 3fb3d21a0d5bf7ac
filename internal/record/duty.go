package record

import (
	"slices"
	"time"

	"netpatrol/bots"
)

// Levels are who can be on duty, in the order in which they are rung: the level of
// [bots.LevelDuty] first.
func Levels() []string { return []string{"duty", "supervisor", "commander"} }

// Shift is one line of the rota: an officer, at a level, on the same weekdays of each week or on
// every one of some dates. Dates take the place of the weekly pattern of their level for as long as they
// last. Its times are those of a wall clock in the station's zone. States: active, ended (an officer
// struck it out), over (its last day is long past).
type Shift struct {
	bots.Head
	Officer string `json:"officer"`
	Level   string `json:"level"`
	Days    []int  `json:"days,omitempty"`  // 1 Monday to 7 Sunday; none: every date from Since to Until
	Since   string `json:"since"`           // YYYY-MM-DD, the first day on which it begins
	Until   string `json:"until,omitempty"` // the last one; empty: until somebody ends it
	Start   string `json:"start"`           // HH:MM
	End     string `json:"end"`             // HH:MM; not after Start: on the next day. 24:00 is midnight
	By      string `json:"by"`              // who entered it
	EndedBy string `json:"endedBy,omitempty"`
}

// RecordKind implements [bots.Record].
func (*Shift) RecordKind() bots.RecordKind { return bots.KindShift }

// Leave is a time in which an officer is away and another stands in: takes their shifts, and the
// alarms meant for them. States as those of a [Shift].
type Leave struct {
	bots.Head
	Officer string    `json:"officer"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`                // the first moment they are back
	StandIn string    `json:"standIn,omitempty"` // empty: nobody, their shifts are gaps
	By      string    `json:"by"`
	EndedBy string    `json:"endedBy,omitempty"`
}

// RecordKind implements [bots.Record].
func (*Leave) RecordKind() bots.RecordKind { return bots.KindLeave }

// The states of a shift and of a leave.
const (
	DutyActive = "active"
	DutyEnded  = "ended"
	DutyOver   = "over"
)

// plans says whether somebody may change the rota. It needs no second person: every change is in
// the audit, and a mistake shows on the page at once.
func plans(by *Officer) error {
	if !by.Is(Duty, Approver, Admin) {
		return refuse("role", "%s may not change who is on duty", by.ID)
	}
	return nil
}

// AddShift puts a line into the rota. who is the officer it names.
func AddShift(s *Shift, who, by *Officer) error {
	if err := plans(by); err != nil {
		return err
	}
	switch {
	case !slices.Contains(Levels(), s.Level):
		return refuse("duty-level", "choose duty, supervisor or commander, not %q", s.Level)
	case who.State != OfficerActive || who.OnlyVolunteer() || who.Outside():
		return refuse("duty-officer", "%s is no active officer of this station", who.ID)
	case s.Level == Levels()[0] && !who.Is(Duty, Approver):
		return refuse("duty-answers", "%s may not answer citizens, so they cannot be the duty officer", who.ID)
	}
	if err := s.when(); err != nil {
		return err
	}
	s.State, s.By = DutyActive, by.ID
	return nil
}

// when checks the days and times.
func (s *Shift) when() error {
	for _, clock := range []string{s.Start, s.End} {
		if _, _, ok := wallClock(clock); !ok {
			return refuse("shift-time", "write times as 20:00")
		}
	}
	if s.Start == "24:00" {
		return refuse("shift-time", "a shift begins at 00:00, not at 24:00")
	}
	for _, d := range s.Days {
		if d < 1 || d > 7 {
			return refuse("shift-days", "days are 1 for Monday to 7 for Sunday")
		}
	}
	slices.Sort(s.Days)
	s.Days = slices.Compact(s.Days)
	if len(s.Days) == 0 && s.Until == "" {
		s.Until = s.Since
	}
	first, err := time.Parse(time.DateOnly, s.Since)
	if err != nil {
		return refuse("shift-date", "write days as 2026-10-01")
	}
	if last, err := time.Parse(time.DateOnly, s.Until); s.Until != "" && (err != nil || last.Before(first)) {
		return refuse("shift-date", "the last day is no day, or before the first")
	}
	return nil
}

// EndShift strikes a line out.
func EndShift(s *Shift, by *Officer, now time.Time) error {
	if err := plans(by); err != nil {
		return err
	}
	if s.State != DutyActive {
		return refuse("duty-ended", "the shift is no longer in the rota")
	}
	s.State, s.EndedBy, s.Updated = DutyEnded, by.ID, now
	return nil
}

// AddLeave writes down that who is away. standIn may be nil.
func AddLeave(l *Leave, who, standIn, by *Officer, now time.Time) error {
	if err := plans(by); err != nil {
		return err
	}
	switch {
	case who.State != OfficerActive:
		return refuse("duty-officer", "%s is no active officer of this station", who.ID)
	case standIn != nil && (standIn.ID == who.ID || standIn.State != OfficerActive || standIn.OnlyVolunteer() || standIn.Outside()):
		return refuse("stand-in", "another active officer stands in, or nobody")
	case !l.From.Before(l.To) || !now.Before(l.To):
		return refuse("leave-time", "a leave ends after it begins, and not in the past")
	}
	l.State, l.By = DutyActive, by.ID
	return nil
}

// EndLeave says that the officer is back, or does not leave at all.
func EndLeave(l *Leave, by *Officer, now time.Time) error {
	if err := plans(by); err != nil {
		return err
	}
	if l.State != DutyActive {
		return refuse("duty-ended", "the leave has ended before")
	}
	l.State, l.EndedBy, l.Updated = DutyEnded, by.ID, now
	return nil
}
