package bots

import (
	"encoding/json"
	"fmt"
	"time"

	"netpatrol/adapters"
)

// EventKind says what happened. It decides the type of [Event.Body].
type EventKind string

// The kinds of events.
const (
	MessageHeard EventKind = "message"  // *Heard: private, to us
	MentionHeard EventKind = "mention"  // *Heard: public, names us
	CommentHeard EventKind = "comment"  // *Heard: public, under a post of ours
	PostSeen     EventKind = "post"     // *Heard: a watched post that passed the sieve
	PostEdited   EventKind = "edited"   // *Heard
	PostDeleted  EventKind = "deleted"  // *Heard
	Followed     EventKind = "follow"   // *Heard
	Unfollowed   EventKind = "unfollow" // *Heard
	MenuPressed  EventKind = "menu"     // *Heard: somebody pressed an entry of our menu, or a choice we offered
	Scanned      EventKind = "scan"     // *Heard: somebody scanned a code of ours
	StaffWrote   EventKind = "staff"    // *Heard: our own people wrote to From in the platform's console; Detail names them
	OtherHeard   EventKind = "other"    // *Heard: a kind the adapter does not know
	SlotDue      EventKind = "slot"     // *Slot
	Reminded     EventKind = "reminder" // *Reminder
	Fetched      EventKind = "fetched"  // *FetchResult
	Decided      EventKind = "decision" // *Decision: an officer did something
	SendEnded    EventKind = "outcome"  // *Outcome: what became of a send
)

// Event is something that happened. It is immutable once accepted; only the
// engine moves its State (pending, decided, parked).
type Event struct {
	Head
	Key      string    `json:"key"` // of the platform object and revision, unique
	Kind     EventKind `json:"kind"`
	V        int       `json:"v"`        // version of the body's form
	Occurred time.Time `json:"occurred"` // as the platform says
	Accepted time.Time `json:"accepted"` // stamped by the inbox, strictly rising
	Cause    string    `json:"cause,omitempty"`
	Account  string    `json:"account,omitempty"`
	Body     Body      `json:"-"`
	Result   *Result   `json:"result,omitempty"` // what the decision came to
}

// RecordKind implements [Record].
func (*Event) RecordKind() RecordKind { return KindEvent }

// The states of an event.
const (
	EventPending = "pending"
	EventDecided = "decided"
	EventParked  = "parked" // a bot failed on it: an officer must look
	EventSeen    = "seen"   // it was parked, and an officer has looked
)

// Result is what a submitted event came to.
type Result struct {
	Status  string   `json:"status"`            // applied, refused
	Code    string   `json:"code,omitempty"`    // why it was refused, for programs
	Message string   `json:"message,omitempty"` // the same for people
	Made    []Target `json:"made,omitempty"`    // records that came of it
}

// The result statuses.
const (
	Applied = "applied"
	Refused = "refused"
)

// Target names a record.
type Target struct {
	Kind RecordKind `json:"kind"`
	ID   string     `json:"id"`
}

func (t Target) String() string { return string(t.Kind) + "/" + t.ID }

// Body is what an event says; its type follows from [Event.Kind].
type Body interface{ eventBody() }

// Heard is something a person said or did on a platform.
type Heard struct {
	Ref      adapters.Ref     `json:"ref"`
	Parent   adapters.Ref     `json:"parent,omitempty"`
	Thread   adapters.Ref     `json:"thread,omitempty"`
	From     adapters.Person  `json:"from"`
	Text     string           `json:"text"`
	Choice   string           `json:"choice,omitempty"` // of MenuPressed: what was pressed
	Language string           `json:"language,omitempty"`
	URL      string           `json:"url,omitempty"`
	Edited   time.Time        `json:"edited,omitzero"`
	Media    []adapters.Media `json:"media,omitempty"`
	Detail   string           `json:"detail,omitempty"`
	Source   string           `json:"source,omitempty"` // the watched source it came by
	Hits     []Hit            `json:"hits,omitempty"`   // what the sieve found
	Secret   bool             `json:"secret,omitempty"` // a lookup code stood in Text and was masked
	Noted    string           `json:"noted,omitempty"`  // officer who typed it in, where no program can listen
	Slow     bool             `json:"slow,omitempty"`   // it came in a flood: whatever else waits is decided first
}

// Hit is one rule that matched a text.
type Hit struct {
	Rule     string   `json:"rule"`
	Version  int      `json:"version"`
	Category Category `json:"category"`
	Spans    []Span   `json:"spans"`
	Stance   Stance   `json:"stance"`
}

// Span is a half-open range of bytes in a text.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Slot is a moment a schedule came due.
type Slot struct {
	Schedule string    `json:"schedule"`
	At       time.Time `json:"at"`
	// Skipped says why the slot is only recorded and not run: "stale", "catch-up skip".
	Skipped string `json:"skipped,omitempty"`
	// Count is how many slots this one stands for when a long gap is summarised; Last is
	// the newest of them. Otherwise 1 and At.
	Count int       `json:"count,omitempty"`
	Last  time.Time `json:"last,omitzero"`
}

// Reminder is a [Remind] that came due.
type Reminder struct {
	Bot string    `json:"bot"`
	Key string    `json:"key"`
	Due time.Time `json:"due"`
}

// FetchResult answers a [Fetch].
type FetchResult struct {
	Bot   string          `json:"bot"`
	Key   string          `json:"key"`
	What  FetchWhat       `json:"what"`
	Ref   adapters.Ref    `json:"ref"`
	Sight *adapters.Sight `json:"sight,omitempty"`
	// Evidence is the record of a fetched medium, and State what became of it: kept, refused
	// (by us) or lost (the platform no longer has it).
	Evidence string `json:"evidence,omitempty"`
	State    string `json:"state,omitempty"`
	Problem  string `json:"problem,omitempty"` // why it could not be fetched
	// Seen says of a badge that it was there; Problem, why it was not.
	Seen bool `json:"seen,omitempty"`
	// Figures are what the platform counted.
	Figures []adapters.Figure `json:"figures,omitempty"`
}

// Decision is what an officer did. Only the console and the API make one, for a
// signed-in officer; its guards are transitions inside the commit.
type Decision struct {
	Officer string            `json:"officer"`
	Verb    Verb              `json:"verb"`
	On      Target            `json:"on"`
	Seen    uint64            `json:"seen"` // the version the officer looked at
	Reason  string            `json:"reason,omitempty"`
	Fields  map[string]string `json:"fields,omitempty"`
}

// Verb is what an officer can do.
type Verb string

// The verbs.
const (
	Approve        Verb = "approve"           // a draft
	Reject         Verb = "reject"            // a draft, with a reason
	Edit           Verb = "edit"              // a draft's text: Fields["text"]; voids approvals
	PreviewDraft   Verb = "preview"           // a bulletin's draft, to a colleague: Fields["to"] an officer's id
	PullDraft      Verb = "pull-draft"        // a draft made in a platform's console: Fields account, ref, hash, title, text
	ReplyTo        Verb = "reply"             // to a conversation, in the officer's own words: Fields["text"]
	WriteBulletin  Verb = "write-bulletin"    // Fields: title, text, language, schedule, slot (RFC 3339), accounts (comma)
	TakeBack       Verb = "withdraw-bulletin" // a bulletin that is out, with a reason: first person; each account's draft is approved by a second
	ApproveKind    Verb = "approve-kind"      // a standing approval: first person; Fields: template, version, accounts, until
	ConfirmKind    Verb = "confirm-kind"      // a standing approval: second person
	RevokeKind     Verb = "revoke-kind"       // a standing approval: one person may always stop it
	RequestMode    Verb = "request-mode"      // an account: Fields["mode"], Fields["attest"]: what it rests on
	ConfirmMode    Verb = "confirm-mode"      // an account: second person
	HoldItem       Verb = "hold"              // an outbox item
	SendHeld       Verb = "send-held"         // an outbox item held because nobody could look: marked "not looked"
	ResumeHeld     Verb = "resume-held"       // an outbox item held for any reason: what held it is checked again
	SettleUnknown  Verb = "settle"            // an outbox item: Fields["as"] delivered | due | closed
	TakeHand       Verb = "take"              // an outbox item to be sent by hand: I post it; Fields["looked"] "true": its post stands unchanged
	GiveHand       Verb = "give"              // it was not posted: somebody else may take it
	ProveHand      Verb = "prove"             // it was posted: Fields: link, text (as it stands there; empty: the screenshot shows it); a reason when it differs
	CompareHand    Verb = "compare-hand"      // its screenshot was held against the approved text: second person; Fields: lines (same or differs of each, comma), shows
	ConfirmHand    Verb = "confirm-hand"      // it was posted with another text: second person
	CloseHand      Verb = "close-hand"        // it will not be posted, with a reason
	NoteHeard      Verb = "note"              // on an account that people work by hand: Fields: kind (message, mention, post), from, text, link
	Correct        Verb = "correct"           // an outbox item that is out and proves wrong: Fields["text"] what is right, for everybody who got it
	LookBack       Verb = "look-back"         // a warning whose post only people can look at: Fields["as"] removed | kept
	HaltSends      Verb = "halt"              // Fields["level"] unsolicited | everything
	ResumeSends    Verb = "resume"            //
	CloseReport    Verb = "close-report"      //
	GiveLookup     Verb = "give-lookup"       // a conversation of the kiosk: a new lookup code; Fields["lookup"] its digest, and how the person was known as reason
	DismissClue    Verb = "dismiss-clue"      // a clue nobody acts on, with a reason
	FlagPost       Verb = "flag"              // a clue's post, to the platform's own moderators: Fields: kind, note (the officer's own words; none: the template's)
	TakeTalk       Verb = "take-conversation" // a conversation: I answer it; the bots keep silent
	GiveTalk       Verb = "give-conversation" // a conversation: the bots may answer again
	LogCall        Verb = "log-call"          // a conversation: I spoke with the person by phone; Fields["note"]
	KeepCase       Verb = "keep-case"         // a conversation, with a reason: not erased when the person leaves; or what there is of a partner site
	LetGo          Verb = "let-go"            // a kept conversation
	AskErase       Verb = "ask-erase"         // a conversation, with a reason: first person
	EraseTalk      Verb = "erase"             // a conversation: second person; its key is destroyed
	SendTip        Verb = "tip"               // a volunteer's, on account "tips": Fields as record.NewTip reads them
	DecideAppeal   Verb = "decide-appeal"     // a warning, with a reason: Fields["as"] upheld | withdrawn
	AcknowledgeAll Verb = "acknowledge"       // an alarm or parked event was seen

	RegisterSite        Verb = "register-site"        // a partner site: first person; On.ID its id; Fields: name, page, contact, officer
	ConfirmSite         Verb = "confirm-site"         // a partner site: second person
	RetireSite          Verb = "retire-site"          // a partner site, with a reason
	OpenRectification   Verb = "open-rectification"   // a partner site: Fields: findings, points (what of them the letter says), deadline (RFC 3339)
	SignLetter          Verb = "sign-letter"          // a rectification: a second person releases its letter
	NoteInterview       Verb = "note-interview"       // a rectification: Fields: held (a day, 2006-01-02), present, note, agreed
	RemindSite          Verb = "remind-site"          // a rectification whose letter is signed: another letter, of the template alone
	InviteLiaison       Verb = "invite-liaison"       // a site: its own security officer; Fields: name (to sign in with), called, link (digest of the invitation)
	RevokeLiaison       Verb = "revoke-liaison"       // an officer record of a site
	AnswerFindings      Verb = "answer-findings"      // a rectification, by the site's own security officer; Fields: text, files
	SettleRectification Verb = "settle-rectification" // a rectification, with a reason: Fields["as"] answered | fixed | open
)

// Outcome is what became of a send.
type Outcome struct {
	Item    string           `json:"item"`
	Draft   string           `json:"draft"`
	State   string           `json:"state"` // an outbox state
	Purpose Purpose          `json:"purpose"`
	Receipt adapters.Receipt `json:"receipt"`
	Code    string           `json:"code,omitempty"`
	Problem string           `json:"problem,omitempty"`
	// Altered says in what way what came out is not what was approved.
	Altered string `json:"altered,omitempty"`
}

func (*Heard) eventBody()       {}
func (*Slot) eventBody()        {}
func (*Reminder) eventBody()    {}
func (*FetchResult) eventBody() {}
func (*Decision) eventBody()    {}
func (*Outcome) eventBody()     {}

// newBody returns an empty body of the type that kind has.
func newBody(kind EventKind) (Body, error) {
	switch kind {
	case MessageHeard, MentionHeard, CommentHeard, PostSeen, PostEdited, PostDeleted, Followed, Unfollowed, MenuPressed, Scanned, StaffWrote, OtherHeard:
		return new(Heard), nil
	case SlotDue:
		return new(Slot), nil
	case Reminded:
		return new(Reminder), nil
	case Fetched:
		return new(FetchResult), nil
	case Decided:
		return new(Decision), nil
	case SendEnded:
		return new(Outcome), nil
	case HandoffAnswered:
		return new(HandoffAnswer), nil
	case PackageCame:
		return new(Package), nil
	}
	return nil, fmt.Errorf("no event kind %q", kind)
}

type plainEvent Event // without methods, to encode the rest the ordinary way

// MarshalJSON encodes the event with its body; the Head is left to the store.
func (e *Event) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		*plainEvent
		Body Body `json:"body"`
	}{(*plainEvent)(e), e.Body})
}

// UnmarshalJSON decodes what MarshalJSON wrote.
func (e *Event) UnmarshalJSON(b []byte) error {
	var raw struct {
		Body json.RawMessage `json:"body"`
	}
	if err := json.Unmarshal(b, (*plainEvent)(e)); err != nil {
		return err
	}
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	body, err := newBody(e.Kind)
	if err != nil {
		return err
	}
	if len(raw.Body) > 0 {
		if err := json.Unmarshal(raw.Body, body); err != nil {
			return fmt.Errorf("%s event: %w", e.Kind, err)
		}
	}
	e.Body = body
	return nil
}
