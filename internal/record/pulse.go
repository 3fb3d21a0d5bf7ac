package record

import (
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// KindPulse is the kind of [Pulse].
const KindPulse bots.RecordKind = "pulse"

// Pulse is how one account is doing, so that somebody who runs four hundred sees which one is
// ill. It has the account's id, is written at most once a minute while all is well, and at once
// when trouble begins or ends.
type Pulse struct {
	bots.Head
	Heard   time.Time         `json:"heard,omitzero"`    // the newest event that was accepted
	Trouble map[string]string `json:"trouble,omitempty"` // by source, or "open": what keeps failing
	Kinds   map[string]string `json:"kinds,omitempty"`   // by the same: its [FailureKind]
	Since   time.Time         `json:"since,omitzero"`    // when the first of it began
	// Failed is when something last failed, in reading or sending, and Failure what, whether it lasts
	// or is over.
	Failed      time.Time `json:"failed,omitzero"`
	Failure     string    `json:"failure,omitempty"`
	FailureKind string    `json:"failureKind,omitempty"`
	// Hears is how long what people write in public may wait to be read, because that is how
	// often it is asked for; 0: nothing is asked for, or the account is not open yet.
	Hears time.Duration `json:"hears,omitempty"`
	Ends  time.Time     `json:"ends,omitzero"`   // when the authorisation ends, if the platform says so
	Calls *Calls        `json:"calls,omitempty"` // where the platform counts them
}

// RecordKind implements [bots.Record].
func (*Pulse) RecordKind() bots.RecordKind { return KindPulse }

// readInTime is how soon what is asked for must be read, for a person to be answered within
// thirty minutes: half of them are the officer's.
const readInTime = 15 * time.Minute

// InTime says whether thirty minutes can be promised to whoever mentions the account in public.
func (p *Pulse) InTime() bool { return p.Hears <= readInTime }

// The states of a pulse.
const (
	PulseWell = "well"
	PulseIll  = "ill"
)

// FailureKind is what an adapter made of a failure, without any words of the platform: the class, and, where
// the class alone does not say whether the platform was reached, the phase behind a slash. It is empty for an
// error that no adapter has classified.
func FailureKind(err error) string {
	var e *adapters.Error
	switch {
	case !errors.As(err, &e):
		return ""
	case e.Class == adapters.Unknown || e.Class == adapters.NotSent:
		return e.Class.String() + "/" + e.Phase.String()
	}
	return e.Class.String()
}
