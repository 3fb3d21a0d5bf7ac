package bots

// HandoffAnswered is a unit's answer to a clue package that was handed over to it.
const HandoffAnswered EventKind = "handoff-answer" // *HandoffAnswer

// HandoffAnswer is what another unit said to a package. Its note stays with the officers.
type HandoffAnswer struct {
	Handoff string `json:"handoff"`
	As      string `json:"as"` // HandoffAccepted, HandoffDuplicate, HandoffNotOurs or HandoffResult
	Note    string `json:"note,omitempty"`
	Number  string `json:"number,omitempty"` // under which they keep it
	By      string `json:"by,omitempty"`     // officer who typed in a return slip; empty: they said it themselves
	// Revision of the package that is answered; 0: not said.
	Revision int `json:"revision,omitempty"`
	// Report is the report the package is about, if it is about one.
	Report string `json:"report,omitempty"`
}

func (*HandoffAnswer) eventBody() {}

// What another unit can answer.
const (
	HandoffAccepted  = "accepted"
	HandoffDuplicate = "duplicate" // they have it already
	HandoffNotOurs   = "not-ours"
	HandoffResult    = "result" // what came of it, after they accepted it or had it already
)

// The verbs of a hand-off.
const (
	PrepareHandoff  Verb = "handoff-prepare"  // a report or clue: Fields: unit; identity, words "true": what of a reporter goes along
	ApproveHandoff  Verb = "handoff-approve"  // a hand-off
	ResendHandoff   Verb = "handoff-resend"   // a hand-off that was not sent, or whose link ended
	CorrectHandoff  Verb = "handoff-correct"  // Reason: what was wrong; everybody who got it is told
	WithdrawHandoff Verb = "handoff-withdraw" // Reason: why; everybody who got it is told
	SlipHandoff     Verb = "handoff-slip"     // a return slip: Fields: slip, note, number
)
