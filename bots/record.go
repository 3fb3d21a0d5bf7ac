package bots

import (
	"time"

	"netpatrol/adapters"
)

// RecordKind names a kind of record.
type RecordKind string

// The kinds a bot can read.
const (
	KindEvent        RecordKind = "event"
	KindAccount      RecordKind = "account"
	KindConversation RecordKind = "conversation"
	KindReport       RecordKind = "report"
	KindClue         RecordKind = "clue"
	KindWarning      RecordKind = "warning"
	KindBulletin     RecordKind = "bulletin"
	KindDraft        RecordKind = "draft"
	KindMemory       RecordKind = "memory"
	KindCount        RecordKind = "count"
)

// Head is the clear part of every record: what lists and orders need, nothing personal.
type Head struct {
	ID string `json:"-"`
	// Subject names the vault key that seals the body: a conversation, a post, a case.
	// Empty: the body is nobody's personal data.
	Subject string    `json:"-"`
	Stream  string    `json:"-"`
	State   string    `json:"-"`
	Due     time.Time `json:"-"` // when something must happen to it; zero: never
	Version uint64    `json:"-"` // raised by every write; 0: not stored yet
	Created time.Time `json:"-"`
	Updated time.Time `json:"-"`
	Erased  bool      `json:"-"` // the subject's key was destroyed: the body is gone
}

// Meta implements [Record].
func (h *Head) Meta() *Head { return h }

// Record is anything the store keeps: a clear Head and a sealed body.
type Record interface {
	Meta() *Head
	RecordKind() RecordKind
}

// Account is one official account of one unit on one platform.
// States are modes: observe, suggest, live.
type Account struct {
	Head
	Platform string   `json:"platform"`
	Unit     string   `json:"unit"`               // who speaks, as printed in every message
	Names    []string `json:"names"`              // what people call us in a mention
	Staff    []string `json:"staff,omitempty"`    // platform ids never answered or watched
	Region   string   `json:"region,omitempty"`   // of that unit: GB/T 2260, six digits
	Language string   `json:"language"`           // BCP 47, default of outgoing texts
	Self     string   `json:"self,omitempty"`     // our own id on the platform
	Handle   string   `json:"handle,omitempty"`   // our own handle
	Lookable bool     `json:"lookable"`           // posts can be fetched again
	Private  bool     `json:"private"`            // private messages can be sent
	Internal bool     `json:"internal,omitempty"` // it reaches our own officers only
	ByHand   bool     `json:"byHand,omitempty"`   // people listen and post there, because no program may
	Wanted   Mode     `json:"wanted,omitempty"`   // mode asked for by WantedBy, waiting for a second person
	WantedBy string   `json:"wantedBy,omitempty"`
	Attested []string `json:"attested,omitempty"` // officers who attest the agency behind the account
	// Grounds is what each of them rests it on: the forum operator's grant, a certificate.
	Grounds   map[string]string `json:"grounds,omitempty"`
	Confirmed bool              `json:"confirmed"`          // the platform confirms it
	Identity  string            `json:"identity,omitempty"` // digest of what the platform last said; a change holds sends
	Suspect   string            `json:"suspect,omitempty"`  // why sends are held: the identity changed
	// Mismatch says that the platform names another principal than the one configured. While it
	// does, nobody's word lets the account send.
	Mismatch string `json:"mismatch,omitempty"`
	// Flags are what a post can be reported as to the platform's own moderators; none: it cannot.
	Flags []adapters.FlagKind `json:"flags,omitempty"`
}

// RecordKind implements [Record].
func (*Account) RecordKind() RecordKind { return KindAccount }

// Mode returns the account's mode.
func (a *Account) Mode() Mode { return Mode(a.State) }

// Mode says how far an account may go.
type Mode string

// The modes, in the order an account passes them.
const (
	Observe Mode = "observe" // receives and proposes, sends nothing
	Suggest Mode = "suggest" // a person releases every reply
	Live    Mode = "live"    // standing approvals release replies
)

// Conversation is an account and a person.
type Conversation struct {
	Head
	Account   string          `json:"account"`
	Person    adapters.Person `json:"person"`
	Language  string          `json:"language,omitempty"`
	Last      adapters.Ref    `json:"last,omitempty"` // their newest message
	LastHeard time.Time       `json:"lastHeard"`
	Answered  time.Time       `json:"answered,omitzero"`
	Report    string          `json:"report,omitempty"`  // the open report
	Officer   string          `json:"officer,omitempty"` // who has taken it over; bots then keep silent
	Wait      string          `json:"wait,omitempty"`    // the clock that runs until a person answers
	Warning   string          `json:"warning,omitempty"` // the newest warning this person got: what an objection is about
	Kept      string          `json:"kept,omitempty"`    // why an officer keeps it although the person asks to be forgotten
	// ForgetBy is who asked that everything kept of this person is erased, and ForgetWhy why; a
	// second person confirms it.
	ForgetBy  string `json:"forgetBy,omitempty"`
	ForgetWhy string `json:"forgetWhy,omitempty"`
	// Opened is when they last did what lets us answer them, by kind of event: some platforms
	// allow so many replies for so long after each.
	Opened  map[adapters.Kind]time.Time `json:"opened,omitempty"`
	Replies int                         `json:"replies"` // sent since LastHeard
	// Informed is when they were last told who reads what they write, how long it is kept and to whom it goes.
	Informed time.Time `json:"informed,omitzero"`
	// Waiting are sends held because no window was open. They go on when the person does
	// something again.
	Waiting []string `json:"waiting,omitempty"`
}

// RecordKind implements [Record].
func (*Conversation) RecordKind() RecordKind { return KindConversation }

// Report is what a person told us. Lines are only ever added.
// States: open, answered, closed.
type Report struct {
	Head
	Account      string            `json:"account"`
	Conversation string            `json:"conversation"`
	Reference    string            `json:"reference"`      // printed on the receipt
	Lines        []Line            `json:"lines"`          // the first hundred or 24 KiB
	More         int               `json:"more,omitempty"` // messages beyond them, kept as events of the conversation
	Slots        map[string]string `json:"slots,omitempty"`
	Checks       []Check           `json:"checks,omitempty"` // what was read back of the slots, and what the person said of it
	Calls        []Call            `json:"calls,omitempty"`  // what officers said and heard by phone
	// Shared are the streams of the ties to reports that name the same things; see [Tie].
	Shared    []string  `json:"shared,omitempty"`
	Emergency bool      `json:"emergency"`
	Bot       string    `json:"bot"`
	Answered  time.Time `json:"answered,omitzero"`
}

// RecordKind implements [Record].
func (*Report) RecordKind() RecordKind { return KindReport }

// Call is what an officer wrote down about a telephone call.
type Call struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note"`
}

// Line is one message of a report, as it was written.
type Line struct {
	Event string    `json:"event"`
	At    time.Time `json:"at"`
	Text  string    `json:"text"`
}

// Clue is a post that may be unlawful or harmful, with its evidence as seen.
// States: open, warned, flagged, dismissed.
type Clue struct {
	Head
	Account  string          `json:"account"`
	Post     adapters.Ref    `json:"post"`
	URL      string          `json:"url,omitempty"`
	Author   adapters.Person `json:"author"`
	Text     string          `json:"text"`
	Evidence string          `json:"evidence"` // hex SHA-256 over post, author, text and edit time
	Category Category        `json:"category"`
	Stance   Stance          `json:"stance"`
	Hits     []Hit           `json:"hits"`
	Cluster  string          `json:"cluster,omitempty"`
	Bot      string          `json:"bot"`
	Edited   time.Time       `json:"edited,omitzero"`
	Seen     time.Time       `json:"seen"`
	Officer  string          `json:"officer,omitempty"` // who dismissed it
	Reason   string          `json:"reason,omitempty"`  // why it was dismissed
	Tip      Tip             `json:"tip,omitzero"`      // how a volunteer came by it; zero: no volunteer sent it
}

// Tip is what a volunteer says of what they send: where it comes from, how far that source and
// this very piece of it can be relied on, graded as intelligence services do.
type Tip struct {
	By      string `json:"by"`                // the volunteer
	Source  string `json:"source"`            // in the volunteer's words
	Grade   string `json:"grade"`             // of the source: A reliable, to E unreliable; F cannot be judged
	Worth   string `json:"worth"`             // of the piece: 1 confirmed, to 5 improbable; 6 cannot be judged
	Picture string `json:"picture,omitempty"` // a piece of evidence
}

// RecordKind implements [Record].
func (*Clue) RecordKind() RecordKind { return KindClue }

// The states of a clue. A rejected warning leaves it open: it is dismissed by an officer.
const (
	ClueOpen      = "open"
	ClueWarned    = "warned"    // its author was warned
	ClueFlagged   = "flagged"   // it was reported to the platform's own moderators
	ClueDismissed = "dismissed" // an officer found nothing to do about it
)

// Warning is a private message to the author of a post, proposed by a bot and
// decided by an officer. States: proposed, approved, rejected, held, sent, failed, lapsed,
// removed (the post is gone after the warning), kept (it is still there), appealed, upheld, withdrawn.
type Warning struct {
	Head
	Clue     string       `json:"clue"`
	Draft    string       `json:"draft"`
	Account  string       `json:"account"`
	Category Category     `json:"category"`
	Why      string       `json:"why"` // the rule's sentence for people
	Rule     string       `json:"rule"`
	Rev      int          `json:"rev"` // of the rule
	Spans    []Span       `json:"spans"`
	Post     adapters.Ref `json:"post"`
	SentAt   time.Time    `json:"sentAt,omitzero"`
	Officer  string       `json:"officer,omitempty"`
	Reason   string       `json:"reason,omitempty"`
}

// RecordKind implements [Record].
func (*Warning) RecordKind() RecordKind { return KindWarning }

// The states of a warning.
const (
	WarningProposed  = "proposed"
	WarningApproved  = "approved"
	WarningRejected  = "rejected"
	WarningHeld      = "held"
	WarningSent      = "sent"
	WarningFailed    = "failed"
	WarningLapsed    = "lapsed"
	WarningRemoved   = "removed"
	WarningKept      = "kept"
	WarningAppealed  = "appealed"
	WarningUpheld    = "upheld" // after an appeal
	WarningWithdrawn = "withdrawn"
)

// Bulletin is a public notice on its way. States: drafted, approved, released,
// missed (with Reason), returned, withdrawn (from everywhere it came out).
type Bulletin struct {
	Head
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	Language string    `json:"language"`
	Schedule string    `json:"schedule,omitempty"` // empty: leaves once approved
	Slot     time.Time `json:"slot,omitzero"`      // of the schedule
	Author   string    `json:"author"`             // officer, or "bot:name"
	Accounts []string  `json:"accounts"`
	Drafts   []string  `json:"drafts"`
	Reason   string    `json:"reason,omitempty"`
	// Extras is what it carries beside its text.
	Extras adapters.Extras `json:"extras,omitzero"`
	// Signs are the officers who approved it, one for each account.
	Signs []Sign `json:"signs,omitempty"`
	// Previews are the drafts by which it was shown to our own people, the newest twenty.
	Previews []string `json:"previews,omitempty"`
	// Readings are the figures the platforms gave since it came out, oldest first.
	Readings []Reading `json:"readings,omitempty"`
	// Refutes is what it says is false; nil: it refutes nothing.
	Refutes *Refutation `json:"refutes,omitempty"`
	// Quotes are places of its text that reporters wrote to us, too, and that its author says are nobody's own words, such as
	// what a swindler sends around; the approver sees them.
	Quotes []string `json:"quotes,omitempty"`
	// Withdrawals are the drafts by which it is taken back, one for each account and asking.
	Withdrawals []string `json:"withdrawals,omitempty"`
	// Gone is from where it was taken back.
	Gone []Gone `json:"gone,omitempty"`
}

// Gone is an account from which a bulletin was taken back, and why.
type Gone struct {
	Account string    `json:"account"`
	At      time.Time `json:"at"`
	Why     string    `json:"why"`
	By      string    `json:"by"`   // who asked
	Code    string    `json:"code"` // by which the withdrawal's story is told
}

// Sign is an officer's approval of a bulletin on one account.
type Sign struct {
	Officer string    `json:"officer"`
	Account string    `json:"account"`
	At      time.Time `json:"at"`
	Seal    string    `json:"seal"`
}

// Reading is what a platform counted of a bulletin up to one day.
type Reading struct {
	Account string           `json:"account"`
	Day     string           `json:"day"` // when it was asked, YYYY-MM-DD
	Figures map[string]int64 `json:"figures"`
	Whole   bool             `json:"whole,omitempty"` // of the whole account, on that day alone
}

// RecordKind implements [Record].
func (*Bulletin) RecordKind() RecordKind { return KindBulletin }

// The states of a bulletin.
const (
	BulletinDrafted  = "drafted"
	BulletinApproved = "approved"
	BulletinReleased = "released"
	BulletinMissed   = "missed"
	BulletinReturned = "returned"
	// BulletinWithdrawn: it is gone from every account on which it came out.
	BulletinWithdrawn = "withdrawn"
)

// Purpose says why a message leaves. Standing approvals cover some, never others.
type Purpose string

// The purposes.
const (
	ForReply     Purpose = "reply"     // answers a person's own message or mention
	ForReceipt   Purpose = "receipt"   // confirms a report
	ForNotice    Purpose = "notice"    // a warning lapsed or was withdrawn
	ForEmergency Purpose = "emergency" // danger to life or moving money
	ForWarning   Purpose = "warning"   // unsolicited, private
	ForBulletin  Purpose = "bulletin"  // public
	ForOfficer   Purpose = "officer"   // an officer's own reply in a conversation the citizen opened
	ForAlarm     Purpose = "alarm"     // to our own officers, by an account that reaches nobody else
	ForPreview   Purpose = "preview"   // a bulletin, shown to one of our own people before it is published
	ForFlag      Purpose = "flag"      // unsolicited, about a post, to the platform's own moderators
	// ForWithdrawal takes back a bulletin that is out. It reaches nobody: Parent is what is taken
	// back, Text why.
	ForWithdrawal Purpose = "withdrawal"
)

// Draft is one exact message, rendered and measured, before and after its approval.
// States: draft, observed, awaiting, approved, released, returned, expired, withdrawn.
type Draft struct {
	Head
	Code      string            `json:"code"` // printed in the text
	Purpose   Purpose           `json:"purpose"`
	Account   string            `json:"account"`
	Channel   adapters.Channel  `json:"channel"`
	To        adapters.Person   `json:"to,omitzero"`
	Parent    adapters.Ref      `json:"parent,omitempty"`
	Template  string            `json:"template,omitempty"` // empty: a person's own words
	Rev       int               `json:"rev,omitempty"`      // of the template
	Vars      map[string]string `json:"vars,omitempty"`
	Title     string            `json:"title,omitempty"` // of a bulletin, for platforms that show one apart
	Language  string            `json:"language"`
	Text      string            `json:"text"`
	Choices   []adapters.Choice `json:"choices,omitempty"` // lines of Text that may be offered as buttons
	Extras    adapters.Extras   `json:"extras,omitzero"`
	Evidence  string            `json:"evidence,omitempty"`
	Post      adapters.Ref      `json:"post,omitempty"` // the post a warning or flag is about
	PostText  string            `json:"postText,omitempty"`
	Flag      adapters.FlagKind `json:"flag,omitempty"` // what a flag says is wrong with Parent
	About     Target            `json:"about,omitzero"` // the report, warning, bulletin or clue it serves
	Event     string            `json:"event"`          // what it came of
	Author    string            `json:"author"`         // "bot:intake" or an officer
	Editors   []string          `json:"editors,omitempty"`
	NotBefore time.Time         `json:"notBefore,omitzero"`
	Expires   time.Time         `json:"expires"`
	Seal      string            `json:"seal"`
	Item      string            `json:"item,omitempty"` // the outbox item it became
	Reason    string            `json:"reason,omitempty"`
	DecidedBy string            `json:"decidedBy,omitempty"`
	Corrects  string            `json:"corrects,omitempty"`  // code of the message of ours that it sets right
	Withdraws string            `json:"withdraws,omitempty"` // outbox item that it takes back
}

// RecordKind implements [Record].
func (*Draft) RecordKind() RecordKind { return KindDraft }

// The states of a draft.
const (
	DraftObserved  = "observed" // the account only observes: never sent
	DraftAwaiting  = "awaiting"
	DraftApproved  = "approved" // waits for its slot
	DraftReleased  = "released" // an outbox item exists
	DraftReturned  = "returned"
	DraftExpired   = "expired"
	DraftWithdrawn = "withdrawn"
)

// Memory is what a bot remembered.
type Memory struct {
	Head
	Value []byte `json:"value"`
}

// RecordKind implements [Record].
func (*Memory) RecordKind() RecordKind { return KindMemory }

// Tally is an advisory count of one day.
type Tally struct {
	Head
	N int64 `json:"n"`
}

// RecordKind implements [Record].
func (*Tally) RecordKind() RecordKind { return KindCount }
