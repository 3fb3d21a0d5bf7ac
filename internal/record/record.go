// Package record holds what no bot may construct (approvals, outbox items,
// attempts, audit entries, officers) and every guarded transition of every
// record. A guard that keeps a promise of the design is marked "promise N".
//
// Transitions are plain functions over values: they check, change the value
// given and return what else comes of it. They run inside the store's commit,
// so what they checked still holds when the change becomes durable. A refused
// transition is a [*Refusal] and changes nothing.
package record

import (
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// The kinds only netpatrol itself makes.
const (
	KindApproval bots.RecordKind = "approval"
	KindStanding bots.RecordKind = "standing"
	KindItem     bots.RecordKind = "item"
	KindLease    bots.RecordKind = "lease"
	KindLedger   bots.RecordKind = "ledger"
	KindHalt     bots.RecordKind = "halt"
	KindMark     bots.RecordKind = "mark"
	KindWake     bots.RecordKind = "wake"
	KindErrand   bots.RecordKind = "errand"
	KindAlarm    bots.RecordKind = "alarm"
	KindTape     bots.RecordKind = "tape"
	KindOfficer  bots.RecordKind = "officer"
	KindSession  bots.RecordKind = "session"
	KindToken    bots.RecordKind = "token"
	KindCode     bots.RecordKind = "code"
	KindTakeover bots.RecordKind = "takeover"
	KindEvidence bots.RecordKind = "evidence"
)

// New returns an empty record of a kind, for decoding.
func New(kind bots.RecordKind) (bots.Record, error) {
	make, ok := blank[kind]
	if !ok {
		return nil, fmt.Errorf("no record kind %q", kind)
	}
	return make(), nil
}

// blank is a table and never changes.
var blank = map[bots.RecordKind]func() bots.Record{
	bots.KindEvent:        func() bots.Record { return new(bots.Event) },
	bots.KindAccount:      func() bots.Record { return new(bots.Account) },
	bots.KindConversation: func() bots.Record { return new(bots.Conversation) },
	bots.KindReport:       func() bots.Record { return new(bots.Report) },
	bots.KindClue:         func() bots.Record { return new(bots.Clue) },
	bots.KindWarning:      func() bots.Record { return new(bots.Warning) },
	bots.KindBulletin:     func() bots.Record { return new(bots.Bulletin) },
	bots.KindDraft:        func() bots.Record { return new(bots.Draft) },
	bots.KindMemory:       func() bots.Record { return new(bots.Memory) },
	bots.KindCount:        func() bots.Record { return new(bots.Tally) },
	KindApproval:          func() bots.Record { return new(Approval) },
	KindStanding:          func() bots.Record { return new(Standing) },
	KindItem:              func() bots.Record { return new(Item) },
	KindLease:             func() bots.Record { return new(Lease) },
	KindLedger:            func() bots.Record { return new(Ledger) },
	KindHalt:              func() bots.Record { return new(Halt) },
	KindMark:              func() bots.Record { return new(Mark) },
	KindWake:              func() bots.Record { return new(Wake) },
	KindErrand:            func() bots.Record { return new(Errand) },
	KindAlarm:             func() bots.Record { return new(Alarm) },
	KindTape:              func() bots.Record { return new(Tape) },
	KindOfficer:           func() bots.Record { return new(Officer) },
	KindSession:           func() bots.Record { return new(Session) },
	KindToken:             func() bots.Record { return new(Token) },
	KindAuditBatch:        func() bots.Record { return new(AuditBatch) },
	KindCode:              func() bots.Record { return new(Code) },
	bots.KindWait:         func() bots.Record { return new(bots.Wait) },
	KindPulse:             func() bots.Record { return new(Pulse) },
	KindTakeover:          func() bots.Record { return new(Takeover) },
	KindEvidence:          func() bots.Record { return new(Evidence) },
	KindSite:              func() bots.Record { return new(Site) },
	KindRectification:     func() bots.Record { return new(Rectification) },
	KindHandoff:           func() bots.Record { return new(Handoff) },
	KindLookup:            func() bots.Record { return new(Lookup) },
	KindSiteAnswer:        func() bots.Record { return new(SiteAnswer) },
	KindReceived:          func() bots.Record { return new(Received) },
	bots.KindShift:        func() bots.Record { return new(Shift) },
	bots.KindLeave:        func() bots.Record { return new(Leave) },
	bots.KindHandOver:     func() bots.Record { return new(HandOver) },
	bots.KindCluster:      func() bots.Record { return new(bots.Cluster) },
	bots.KindTie:          func() bots.Record { return new(bots.Tie) },
}

// Kinds lists every kind, for tools that walk a store.
func Kinds() []bots.RecordKind {
	kinds := make([]bots.RecordKind, 0, len(blank))
	for k := range blank {
		kinds = append(kinds, k)
	}
	return kinds
}

// Approval is an officer's decision on exact bytes, or a standing approval's
// cover of them. It is never changed; when the text was edited and approved again, the new one
// takes its place.
type Approval struct {
	bots.Head
	Draft      string    `json:"draft"`
	Seal       string    `json:"seal"`
	Officer    string    `json:"officer,omitempty"`
	Standing   string    `json:"standing,omitempty"`
	At         time.Time `json:"at"`
	OneOfficer bool      `json:"oneOfficer,omitempty"` // the station has one officer and says so
}

// RecordKind implements [bots.Record].
func (*Approval) RecordKind() bots.RecordKind { return KindApproval }

// Standing approves a template version ahead of time. States: proposed, active, revoked.
type Standing struct {
	bots.Head
	Template string         `json:"template"`
	Rev      int            `json:"rev"`
	Purposes []bots.Purpose `json:"purposes"`
	Accounts []string       `json:"accounts"` // empty: every account
	Vars     []string       `json:"vars"`     // the variables that may be filled
	By       []string       `json:"by"`       // the officers who approved it
	Until    time.Time      `json:"until"`
}

// RecordKind implements [bots.Record].
func (*Standing) RecordKind() bots.RecordKind { return KindStanding }

// The states of a standing approval.
const (
	StandingProposed = "proposed"
	StandingActive   = "active"
	StandingRevoked  = "revoked"
)

// Lease is the exclusive right to work a lane until Until. Epoch rises with every
// new holder; what was written under an older epoch is refused.
type Lease struct {
	bots.Head
	Owner string    `json:"owner"`
	Epoch uint64    `json:"epoch"`
	Until time.Time `json:"until"`
}

// RecordKind implements [bots.Record].
func (*Lease) RecordKind() bots.RecordKind { return KindLease }

// Ledger is what has been spent of one quota.
type Ledger struct {
	bots.Head
	Entries []LedgerEntry `json:"entries"`
}

// RecordKind implements [bots.Record].
func (*Ledger) RecordKind() bots.RecordKind { return KindLedger }

// LedgerEntry is one reservation; it is dropped when it no longer counts.
type LedgerEntry struct {
	Item string    `json:"item"`
	At   time.Time `json:"at"`
}

// Halt stops sends. There is one, with id "halt".
type Halt struct {
	bots.Head
	Level  HaltLevel `json:"level"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// RecordKind implements [bots.Record].
func (*Halt) RecordKind() bots.RecordKind { return KindHalt }

// HaltID is the id of the one halt record.
const HaltID = "halt"

// HaltLevel says how much is stopped.
type HaltLevel string

// The levels.
const (
	HaltNone        HaltLevel = ""
	HaltUnsolicited HaltLevel = "unsolicited" // public and unsolicited sends
	HaltEverything  HaltLevel = "everything"  // all but emergency cards
)

// Mark is a position: a poll cursor, a schedule's last slot.
type Mark struct {
	bots.Head
	Value string `json:"value"`
}

// RecordKind implements [bots.Record].
func (*Mark) RecordKind() bots.RecordKind { return KindMark }

// Wake is a reminder waiting for its Due.
type Wake struct {
	bots.Head
	Bot     string `json:"bot"`
	Key     string `json:"key"`
	Account string `json:"account"`
	Cause   string `json:"cause"`
}

// RecordKind implements [bots.Record].
func (*Wake) RecordKind() bots.RecordKind { return KindWake }

// Errand is a read waiting to be made at its Due.
type Errand struct {
	bots.Head
	Bot     string         `json:"bot"`
	Key     string         `json:"key"`
	Account string         `json:"account"`
	What    bots.FetchWhat `json:"what"`
	Ref     adapters.Ref   `json:"ref"`
	Media   adapters.Media `json:"media,omitzero"` // of a medium
	Tries   int            `json:"tries"`
	Cause   string         `json:"cause"`
	// Evidence is the record a fetched medium belongs to.
	Evidence string `json:"evidence,omitempty"`
}

// RecordKind implements [bots.Record].
func (*Errand) RecordKind() bots.RecordKind { return KindErrand }

// Alarm is something a person must look at. States: open, acknowledged.
type Alarm struct {
	bots.Head
	Why   string      `json:"why"`
	About bots.Target `json:"about"`
	Event string      `json:"event,omitempty"`
	By    string      `json:"by,omitempty"`    // who acknowledged it
	Times int         `json:"times,omitempty"` // of one that counts: how many people it is about
}

// RecordKind implements [bots.Record].
func (*Alarm) RecordKind() bots.RecordKind { return KindAlarm }

// The states of an alarm.
const (
	AlarmOpen         = "open"
	AlarmAcknowledged = "acknowledged"
)

// Tape is everything bots read to decide one event, and what they proposed.
type Tape struct {
	bots.Head
	Reads   []Read   `json:"reads"`
	Effects []string `json:"effects"` // one line per effect: bot, type, JSON
}

// RecordKind implements [bots.Record].
func (*Tape) RecordKind() bots.RecordKind { return KindTape }

// Read is one question to Facts and its answer.
type Read struct {
	Bot     string `json:"bot"`
	Ask     string `json:"ask"`
	Answer  []byte `json:"answer,omitempty"` // JSON; empty: nothing there
	Version uint64 `json:"version,omitempty"`
}

// Session is a signed-in browser. Due is when it ends.
type Session struct {
	bots.Head
	Data []byte `json:"data"`
}

// RecordKind implements [bots.Record].
func (*Session) RecordKind() bots.RecordKind { return KindSession }

// Token is a platform's access token, kept across restarts. Due is when it expires.
type Token struct {
	bots.Head
	Value string `json:"value"`
}

// RecordKind implements [bots.Record].
func (*Token) RecordKind() bots.RecordKind { return KindToken }

// Code leads from a code printed in a message, or a report's reference, to its record.
type Code struct {
	bots.Head
	On bots.Target `json:"on"`
}

// RecordKind implements [bots.Record].
func (*Code) RecordKind() bots.RecordKind { return KindCode }

// ConversationID names the conversation of an account with a person, and its stream, by a
// keyed digest of the person's id.
func ConversationID(tag func(scope, value string) string, account, person string) string {
	return "conv/" + account + "/" + tag("person", account+"/"+person)
}

// Refusal says why a transition was not made, for a program and for a person.
type Refusal struct {
	Code    string
	Message string
}

func (r *Refusal) Error() string { return r.Message }

func refuse(code, format string, args ...any) error {
	return &Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}
