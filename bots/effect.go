package bots

import (
	"time"

	"netpatrol/adapters"
)

// Effect is something a bot proposes. The set is closed: no bot outside can invent
// one that sends.
type Effect interface{ effect() }

// Reply answers the person whose event is being decided. One reply per event: later
// ones are recorded as superseded. The engine renders the template with Vars, adds the identity
// line and the code, measures and lints it.
type Reply struct {
	Template string
	Vars     map[string]string
	Purpose  Purpose // ForReply, ForReceipt, ForEmergency or ForNotice
	Report   string  // the report it serves, if any
	// Public answers under the person's post instead of privately. It is only honoured for
	// a mention, or for a private answer to one that the platform has refused for good, and such texts carry no detail.
	Public bool
	// Told is what the text reads back of the person's words: the variables that begin with Read. When the text would
	// be too long with it, or may not be said, it leaves without, and the report does not note that they were told.
	Told []Told
	// Informs says that the text tells who reads what they write, how long it is kept and to whom it goes. Without
	// room for it the text leaves without, and the conversation does not note that they were told.
	Informs bool
	// Choices are the ids of the template's numbered lines ("1 …", "2 …"), in order. They are
	// offered as buttons where the platform has them; who has none answers with the number.
	Choices []string
}

// OpenReport files what a person said. ID is [NewID] of the event.
type OpenReport struct {
	ID        string
	Slots     map[string]string
	Emergency bool
	Before    []Line `json:",omitempty"` // what they wrote before this message and was not taken for a report, oldest first
}

// AddLine adds the message being decided to an open report.
type AddLine struct{ Report string }

// FillSlot records one answer of a guided intake. An empty value takes back what stood there.
type FillSlot struct{ Report, Slot, Value string }

// OpenClue records a post with its evidence as seen. ID is [NewID] of the event.
type OpenClue struct {
	ID       string
	Category Category
	Stance   Stance
	Hits     []Hit
	Cluster  string
}

// ProposeWarning asks an officer whether the author of a clue's post should be warned
// privately. It is refused for a stance other than Asserting.
type ProposeWarning struct {
	ID       string // NewID of the event
	Clue     string
	Template string
	Vars     map[string]string
	Why      string
	Rule     string
	Rev      int
	Spans    []Span
}

// FollowUp records what an errand found out about a warned post.
type FollowUp struct {
	Warning string
	State   string // WarningRemoved or WarningKept
}

// Appeal records that the person warned objects: another officer must review the warning.
type Appeal struct{ Warning string }

// WithdrawWarning takes a warning back because its appeal was not decided in time.
type WithdrawWarning struct{ Warning, Why string }

// ProposeBulletin drafts a public notice; people edit and approve it.
type ProposeBulletin struct {
	ID       string // NewID of the event
	Title    string
	Template string
	Vars     map[string]string
	Schedule string
	Slot     time.Time
	Accounts []string
}

// KeepFigures writes down what a platform counted of a bulletin. One day's count of an
// account takes the place of an earlier one of that day.
type KeepFigures struct {
	Bulletin string
	Reading  Reading
}

// Release says an approved bulletin is due now. The engine checks the approvals.
type Release struct{ Bulletin string }

// Miss records why a slot was not run.
type Miss struct {
	Schedule string
	Slot     time.Time
	Reason   string
}

// Escalate tells the duty officer something needs a person.
type Escalate struct {
	Why   string
	About Target
}

// Count adds one to an advisory count of the day.
type Count struct{ Name string }

// Remind comes back as a [Reminder] to this bot in this stream. A second Remind with the same
// key moves the first.
type Remind struct {
	Key string
	At  time.Time
}

// Cancel forgets a Remind.
type Cancel struct{ Key string }

// FetchWhat says what an errand reads.
type FetchWhat string

// What can be fetched.
const (
	FetchPost FetchWhat = "post"
	// FetchMedia keeps what a person sent us in private as evidence. It is only honoured for
	// a medium of the very message being decided.
	FetchMedia FetchWhat = "media"
	// FetchFigures reads what a platform counted of a post of ours.
	FetchFigures FetchWhat = "figures"
	// FetchProof looks for what an officer posted by hand. Only the engine asks for it.
	FetchProof FetchWhat = "proof"
	// FetchBadge looks for the kiosk's badge on the page of a partner site. Only the engine asks for it.
	FetchBadge FetchWhat = "badge"
	// FetchAnchor takes the end of the audit chain out of the house. Only the engine asks for it.
	FetchAnchor FetchWhat = "anchor"
	// FetchShift is no errand: the rota says that the officer Key was followed by Ref. Only the engine says so.
	FetchShift FetchWhat = "shift"
)

// Fetch is a read-only errand; its [FetchResult] comes back to this bot in this stream.
type Fetch struct {
	What  FetchWhat
	Ref   adapters.Ref
	Media adapters.Media // of FetchMedia
	Key   string
	At    time.Time // zero: now
}

// Remember keeps at most 4 KiB of this bot's own state in this stream.
type Remember struct {
	Key   string
	Value []byte
}

func (Reply) effect()           {}
func (OpenReport) effect()      {}
func (AddLine) effect()         {}
func (FillSlot) effect()        {}
func (OpenClue) effect()        {}
func (ProposeWarning) effect()  {}
func (FollowUp) effect()        {}
func (Appeal) effect()          {}
func (WithdrawWarning) effect() {}
func (ProposeBulletin) effect() {}
func (KeepFigures) effect()     {}
func (Release) effect()         {}
func (Miss) effect()            {}
func (Escalate) effect()        {}
func (Count) effect()           {}
func (Remind) effect()          {}
func (Cancel) effect()          {}
func (Fetch) effect()           {}
func (Remember) effect()        {}

// NewID derives the id of a record from the event that makes it, so that a replayed
// decision names the same record. It sorts by time, as event ids do.
func NewID(e Event, part string) string { return e.ID + "." + part }

// Evidence is the digest an approval binds to: what the post said when it was seen.
func Evidence(post adapters.Ref, author, text string, edited time.Time) string {
	return digest(string(post), author, text, edited.UTC().Format(time.RFC3339Nano))
}
