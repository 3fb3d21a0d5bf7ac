// Package bots is netpatrol's vocabulary: the Events that happen, the Facts a
// bot may ask for, the Effects it may propose, and the records behind them.
//
// A [Bot] is a pure function. It has no clock, network, disk or goroutine:
// time is [Facts.Now], everything else it knows comes from the event and from
// Facts, and every read of Facts is recorded (the tape). Same event, same
// facts, same effects, byte for byte; that is why any day can be replayed and a
// rule tried on last month's traffic.
//
// A bot proposes and never acts. No effect sends anything: the engine turns
// effects into records, people (or a standing approval) release them, and only
// the outbox calls a platform.
//
// # Failure model
//
// Within a stream events are decided in order; between streams nothing is
// promised. A decision may be computed more than once, because the engine
// decides on a snapshot and again when the snapshot moved. An error or a panic
// drops that bot's effects for that event, parks the event where an officer
// sees it, and the stream goes on.
package bots

import (
	"errors"
	"time"
)

// Bot decides; it never acts. Decide must be safe for concurrent use, because
// streams are decided in parallel.
type Bot interface {
	// Name identifies the bot in proposals, memories and audit entries. It never changes.
	Name() string
	Decide(e Event, f Facts) ([]Effect, error)
}

// Facts answers a bot's questions about one moment. Reads are recorded.
type Facts interface {
	// Now is the moment the event was accepted. It is the only clock.
	Now() time.Time
	// Account returns the account the event came by, or any other by its id.
	Account(id string) (Account, bool)
	// Record returns a record by kind and id; see [Get] for a typed one.
	Record(kind RecordKind, id string) (Record, bool)
	// Remembered returns what this bot stored with [Remember] in this stream.
	Remembered(key string) ([]byte, bool)
	// Counted returns an advisory count kept with [Count] over the last day.
	Counted(name string) int64
	// Find returns the ids of at most limit records of a kind in a stream that are in state, oldest first.
	Find(kind RecordKind, stream, state string, limit int) []string
	// Alike returns at most limit things we know that a text reads nearly like, the surest first: bulletins that
	// are out and refute it, and clusters of which not every clue was dismissed. Numbers, links and account
	// names make no difference to it.
	Alike(text string, limit int) []Alike
}

// Get reads one record as its own type.
func Get[T any, P interface {
	*T
	Record
}](f Facts, id string) (T, bool) {
	var zero T
	r, ok := f.Record(P(&zero).RecordKind(), id)
	if !ok {
		return zero, false
	}
	p, ok := r.(P)
	if !ok {
		return zero, false
	}
	return *p, true
}

// ErrNotMine may be returned by a bot for an event it has no opinion on; it is the
// same as returning no effects.
var ErrNotMine = errors.New("not this bot's event")
