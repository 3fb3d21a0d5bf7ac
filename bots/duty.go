package bots

import "time"

// AppealWithin is how long another officer has to review a warning that somebody objects to; then
// it is withdrawn.
const AppealWithin = 72 * time.Hour

// The kinds of records about who is on duty.
const (
	KindShift    RecordKind = "shift"
	KindLeave    RecordKind = "leave"
	KindHandOver RecordKind = "handover"
)

// The verbs of the rota and of the hand-over sheet.
const (
	AddShift       Verb = "add-shift"       // Fields: officer, level, days (1 Monday to 7 Sunday, comma) or none, since, until (YYYY-MM-DD), start, end (HH:MM)
	EndShift       Verb = "end-shift"       // a shift
	AddLeave       Verb = "add-leave"       // Fields: officer, from, to (RFC 3339), standin
	EndLeave       Verb = "end-leave"       // a leave: the officer is back
	DrawHandOver   Verb = "draw-handover"   // Fields: from, to (officers), notes; what is open is frozen
	SignHandOver   Verb = "sign-handover"   // a sheet: who leaves, then who comes
	RemarkHandOver Verb = "remark-handover" // a sheet: Fields["note"]
)

// RingAgain is how long an alarm may go unnoticed before the next person is rung.
const RingAgain = 3 * time.Minute

// SignWithin is how long a hand-over sheet may stand without both signatures before the supervisor is rung.
const SignWithin = 30 * time.Minute

// The states of a hand-over sheet in which a signature is missing.
const (
	HandOverDrawn = "drawn" // nobody has signed
	HandOverLeft  = "left"  // who leaves has signed
)

// DeskBot names the bot that repeats alarms. The engine sets two reminders for it: a turn follows
// each after a space.
const (
	DeskBot        = "desk"
	RemindUrgent   = "urgent"   // in a conversation: somebody is in danger
	RemindUnsigned = "unsigned" // in the stream of a hand-over sheet
)

// HandOverStream is the stream of a hand-over sheet.
func HandOverStream(id string) string { return string(KindHandOver) + "/" + id }
