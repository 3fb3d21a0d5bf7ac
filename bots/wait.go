package bots

import "time"

// KindWait is the kind of [Wait].
const KindWait RecordKind = "wait"

// Wait is a person waiting for a person: from their message until an officer has answered,
// written down a call, or closed the matter. What a machine says does not end it. Its Due is
// the promised deadline. States: waiting, ended.
type Wait struct {
	Head
	Account      string    `json:"account"`
	Conversation string    `json:"conversation"`
	Since        time.Time `json:"since"`
	Deadline     time.Time `json:"deadline"`
	Alarms       int       `json:"alarms,omitempty"` // levels that were rung so far
	Seen         string    `json:"seen,omitempty"`   // officer who took notice; others are not rung then
	Ended        time.Time `json:"ended,omitzero"`
	By           string    `json:"by,omitempty"`  // officer who ended it
	How          string    `json:"how,omitempty"` // EndedReply, EndedCall, EndedClosed
}

// RecordKind implements [Record].
func (*Wait) RecordKind() RecordKind { return KindWait }

// The states of a wait, and how it ended.
const (
	WaitRunning = "waiting"
	WaitEnded   = "ended"

	EndedReply  = "reply"
	EndedCall   = "call"
	EndedClosed = "closed"
)

// Late says whether it ended after its deadline.
func (w *Wait) Late() bool { return w.State == WaitEnded && w.Ended.After(w.Deadline) }

// StartWait begins the clock of the conversation whose message is being decided. Where one runs
// already nothing changes: the oldest unanswered message counts. ID is [NewID] of the event.
type StartWait struct {
	ID      string
	Promise time.Duration
}

// EndWait ends the clock of the conversation, because an officer's answer arrived.
type EndWait struct{ Wait string }

// Notify tells the officers on duty, by whatever reaches them outside the desk. It carries no
// personal detail. A level is who must know: 1 duty officer, 2 supervisor, 3 commander; a turn
// after the first goes to the next person of that level.
type Notify struct {
	Level    int
	Turn     int
	Template string
	Vars     map[string]string
	About    Target
	// Urgent: somebody is in danger now. The officer who has the conversation is rung first, and
	// the alarm comes again until somebody takes notice. One is enough for an event.
	Urgent bool
}

// The levels of [Notify].
const (
	LevelDuty       = 1
	LevelSupervisor = 2
	LevelCommander  = 3
)

func (StartWait) effect() {}
func (EndWait) effect()   {}
func (Notify) effect()    {}
