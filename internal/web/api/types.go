package api

import (
	"encoding/json"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// Envelope is the clear part of every record, beside its own fields.
type Envelope struct {
	ID      string    `json:"id"`
	State   string    `json:"state"`
	Version uint64    `json:"version"`
	Stream  string    `json:"stream,omitempty"`
	Due     time.Time `json:"due,omitzero"`
	Created time.Time `json:"created,omitzero"` // zero: not known
	Updated time.Time `json:"updated,omitzero"`
	Erased  bool      `json:"erased,omitempty"` // the subject was forgotten: the rest is empty
}

func envelope(h *bots.Head) Envelope {
	return Envelope{h.ID, h.State, h.Version, h.Stream, h.Due, h.Created, h.Updated, h.Erased}
}

// The records as they travel: an Envelope and the record's own fields, flat.
type (
	Draft struct {
		Envelope
		*bots.Draft
	}
	Item struct {
		Envelope
		*record.Item
	}
	Report struct {
		Envelope
		*bots.Report
	}
	Conversation struct {
		Envelope
		*bots.Conversation
	}
	Evidence struct {
		Envelope
		*record.Evidence
	}
	Clue struct {
		Envelope
		*bots.Clue
	}
	Warning struct {
		Envelope
		*bots.Warning
	}
	Bulletin struct {
		Envelope
		*bots.Bulletin
	}
	Account struct {
		Envelope
		*bots.Account
	}
	Wait struct {
		Envelope
		*bots.Wait
	}
	Pulse struct {
		Envelope
		*record.Pulse
	}
	Standing struct {
		Envelope
		*record.Standing
	}
	Alarm struct {
		Envelope
		*record.Alarm
	}
	Approval struct {
		Envelope
		*record.Approval
	}
)

// Tape is what the bots read to decide an event, and what they proposed.
type Tape struct {
	Envelope
	Reads   []Read   `json:"reads"`
	Effects []string `json:"effects"` // one line per effect: bot, type, JSON
}

// Read is one question to the facts and its answer.
type Read struct {
	Bot     string          `json:"bot"`
	Ask     string          `json:"ask"`
	Answer  json.RawMessage `json:"answer,omitempty"` // missing: nothing was there
	Version uint64          `json:"version,omitempty"`
}

// Event is the head of an event: what kind, by which account, never what was said.
type Event struct {
	Envelope
	Kind     bots.EventKind `json:"kind"`
	Account  string         `json:"account,omitempty"`
	Key      string         `json:"key"`
	Cause    string         `json:"cause,omitempty"`
	Occurred time.Time      `json:"occurred"`
	Accepted time.Time      `json:"accepted"`
	Result   *bots.Result   `json:"result,omitempty"` // of a decision: what it came to
}

// Heard is an event with what was said.
type Heard struct {
	Event
	Body json.RawMessage `json:"body"` // *bots.Heard, *bots.Decision, … as Kind says
}

func newDraft(r *bots.Draft) Draft          { return Draft{envelope(&r.Head), r} }
func newItem(r *record.Item) Item           { return Item{envelope(&r.Head), r} }
func newReport(r *bots.Report) Report       { return Report{envelope(&r.Head), r} }
func newClue(r *bots.Clue) Clue             { return Clue{envelope(&r.Head), r} }
func newWarning(r *bots.Warning) Warning    { return Warning{envelope(&r.Head), r} }
func newBulletin(r *bots.Bulletin) Bulletin { return Bulletin{envelope(&r.Head), r} }
func newAccount(r *bots.Account) Account    { return Account{envelope(&r.Head), r} }
func newWait(r *bots.Wait) Wait             { return Wait{envelope(&r.Head), r} }
func newPulse(r *record.Pulse) Pulse        { return Pulse{envelope(&r.Head), r} }
func newStanding(r *record.Standing) Standing {
	return Standing{envelope(&r.Head), r}
}
func newAlarm(r *record.Alarm) Alarm          { return Alarm{envelope(&r.Head), r} }
func newApproval(r *record.Approval) Approval { return Approval{envelope(&r.Head), r} }
func newEvidence(r *record.Evidence) Evidence { return Evidence{envelope(&r.Head), r} }
func newConversation(r *bots.Conversation) Conversation {
	return Conversation{envelope(&r.Head), r}
}

func newEvent(e *bots.Event) Event {
	return Event{envelope(&e.Head), e.Kind, e.Account, e.Key, e.Cause, e.Occurred, e.Accepted, e.Result}
}

func newTape(r *record.Tape) Tape {
	t := Tape{Envelope: envelope(&r.Head), Reads: []Read{}, Effects: r.Effects}
	for _, q := range r.Reads {
		t.Reads = append(t.Reads, Read{q.Bot, q.Ask, q.Answer, q.Version})
	}
	return t
}

func newHeard(e *bots.Event) Heard {
	body, err := json.Marshal(e.Body)
	if err != nil {
		body = nil // bodies are plain structs; there is nothing in them that cannot be encoded
	}
	return Heard{newEvent(e), body}
}

// Page is one page of a list. After is empty on the last one.
type Page[T any] struct {
	Records []T    `json:"records"`
	After   string `json:"after,omitempty"`
}

// Matter is a draft with everything an officer needs to decide on it.
type Matter struct {
	Draft        Draft         `json:"draft"`
	Event        *Heard        `json:"event,omitempty"`
	Tape         *Tape         `json:"tape,omitempty"`
	Account      *Account      `json:"account,omitempty"`
	Warning      *Warning      `json:"warning,omitempty"`
	Clue         *Clue         `json:"clue,omitempty"`
	Report       *Report       `json:"report,omitempty"`
	Conversation *Conversation `json:"conversation,omitempty"`
	Bulletin     *Bulletin     `json:"bulletin,omitempty"`
	Approval     *Approval     `json:"approval,omitempty"`
	Item         *Item         `json:"item,omitempty"`
	Outcomes     []Heard       `json:"outcomes,omitempty"`
	Measure      *view.Measure `json:"measure,omitempty"`
}

// Story is everything known about a code, in the order it happened.
type Story struct {
	Code     string              `json:"code"`
	On       bots.Target         `json:"on"`
	Event    *Heard              `json:"event,omitempty"`
	Tape     *Tape               `json:"tape,omitempty"`
	Report   *Report             `json:"report,omitempty"`
	Clue     *Clue               `json:"clue,omitempty"`
	Warning  *Warning            `json:"warning,omitempty"`
	Bulletin *Bulletin           `json:"bulletin,omitempty"`
	Messages []Matter            `json:"messages"`
	Audit    []record.AuditEntry `json:"audit"`
}

// Talk is a conversation with what was said in it.
type Talk struct {
	Conversation Conversation `json:"conversation"`
	Lines        []view.Said  `json:"lines"`
	// Suggested are answers that an officer who may answer can choose; sent unchanged, the record
	// names the template.
	Suggested []Suggested `json:"suggested,omitempty"`
}

// Suggested is an answer for an officer to choose.
type Suggested struct {
	Template string        `json:"template"`
	Rev      int           `json:"version"`
	Text     string        `json:"text"`
	Length   int           `json:"length,omitempty"` // of the whole message
	Max      int           `json:"max,omitempty"`
	Unit     adapters.Unit `json:"unit,omitempty"`
}

// AccountView is an account with what it would have sent so far.
type AccountView struct {
	Account  Account `json:"account"`
	Observed []Draft `json:"observed"` // the newest, at most 200
	More     bool    `json:"more,omitempty"`
}

// Halt says whether sends are stopped.
type Halt struct {
	Level  record.HaltLevel `json:"level"` // empty: nothing is stopped
	By     string           `json:"by,omitempty"`
	Reason string           `json:"reason,omitempty"`
	At     time.Time        `json:"at,omitzero"`
}

// Decision is the body of every decision. Which fields count depends on the call.
type Decision struct {
	// FormKey makes a decision that is repeated by the same officer get the first outcome; at
	// most 64 characters.
	FormKey  string             `json:"formKey,omitempty"`
	Seen     uint64             `json:"seen,omitempty"` // the version looked at
	Reason   string             `json:"reason,omitempty"`
	Text     string             `json:"text,omitempty"`
	As       string             `json:"as,omitempty"`
	Looked   bool               `json:"looked,omitempty"` // of a task: I looked at the post, it stands unchanged
	Link     string             `json:"link,omitempty"`   // of what was posted, or read, by hand
	Kind     adapters.Kind      `json:"kind,omitempty"`   // of what was read: message, mention or post
	From     string             `json:"from,omitempty"`   // who wrote it, as the site calls them; of a hand-over sheet: the officer who leaves
	Mode     bots.Mode          `json:"mode,omitempty"`
	Attest   string             `json:"attest,omitempty"` // I attest that the account is the agency's: on what grounds
	Template string             `json:"template,omitempty"`
	Rev      int                `json:"version,omitempty"` // of the template
	Accounts []string           `json:"accounts,omitempty"`
	Until    time.Time          `json:"until,omitzero"`
	Level    record.HaltLevel   `json:"level,omitempty"`
	Bulletin *view.BulletinText `json:"bulletin,omitempty"`
	To       string             `json:"to,omitempty"`  // the officer who sees a preview, or who comes on duty
	Ref      adapters.Ref       `json:"ref,omitempty"` // of a draft in the platform's console
	Handing  *Handing           `json:"handing,omitempty"`
	Planning *Planning          `json:"planning,omitempty"`

	Site      *Partner   `json:"site,omitempty"`
	Invited   *Invited   `json:"invited,omitempty"`
	Lines     []string   `json:"lines,omitempty"` // of a comparison: same or differs, of each
	Shows     string     `json:"shows,omitempty"` // what the screenshot shows instead
	Asking    *Asking    `json:"asking,omitempty"`
	Interview *Interview `json:"interview,omitempty"`
}

// PictureUpload is a file of a bulletin.
type PictureUpload struct {
	Name string `json:"name"` // as the text calls it
	Data []byte `json:"data"` // at most 1 MiB
}

// What the client shares with the console, under the names a caller of this package uses.
type (
	BulletinText = view.BulletinText
	Preview      = view.Preview
	Summary      = view.Summary
	AuditReport  = view.AuditReport
	Forecast     = view.Forecast
)

// Limits on what one decision may carry, in bytes.
const (
	maxFormKey = 64
	maxReason  = 2000
	maxText    = 20000
)
