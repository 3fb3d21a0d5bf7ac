package adapters

import (
	"errors"
	"fmt"
	"time"
)

// Class says what a failed call means for the send. The zero value is the safe
// one: the outcome is unknown.
type Class uint8

// The classes.
const (
	Unknown        Class = iota // it may have gone out: look it up, never repeat it blindly
	NotSent                     // it certainly did not go out: may be tried again later
	RateLimited                 // not sent; wait until Until, pausing Scope
	AuthExpired                 // not sent; the account needs a new token or a person
	AccountBlocked              // not sent; the platform has stopped the account: a person must look
	Rejected                    // not sent and never will be as it stands: back to its author
	WindowClosed                // not sent; this person cannot be written to now: use another channel
	Gone                        // not sent; what it refers to no longer exists
	Unsupported                 // not sent; this account cannot do that
)

var classNames = [...]string{"unknown", "not sent", "rate limited", "auth expired", "account blocked", "rejected", "window closed", "gone", "unsupported"}

func (c Class) String() string { return classNames[c] }

// Scope says how far a failure reaches: what to pause.
type Scope uint8

// The scopes, narrowest first.
const (
	ScopeItem Scope = iota
	ScopeRecipient
	ScopeEndpoint
	ScopeAccount
	ScopeApp
)

func (s Scope) String() string {
	return [...]string{"item", "recipient", "endpoint", "account", "app"}[s]
}

// Phase says how far a request got.
type Phase uint8

// The phases.
const (
	NotWritten Phase = iota // nothing of the request reached the wire in full
	Written                 // the request was written; no answer was understood
	Answered                // the platform answered
)

func (p Phase) String() string { return [...]string{"not written", "written", "answered"}[p] }

// Error is what every adapter method returns on failure. Its text holds no
// secret, no token and no personal data; at most 200 characters come from the platform.
type Error struct {
	Class Class
	Scope Scope
	Until time.Time // RateLimited: not before then; zero when the platform does not say
	Code  string    // the platform's own code, as text
	Phase Phase
	Ref   Ref    // an existing object the error names ("already exists")
	Op    string // what was being done: "publish", "poll mentions"
	Err   error  // the cause, redacted
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Op, e.Class)
	if e.Code != "" {
		s += " (platform code " + e.Code + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of err. An error that carries none, whatever it is, has
// an unknown outcome.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return Unknown
}

// TooLong says by how much a text exceeds a limit, in the platform's own unit.
type TooLong struct {
	Length, Max int
	Unit        Unit
}

func (e *TooLong) Error() string {
	return fmt.Sprintf("text is %d %s, the platform allows %d: shorten it by %d", e.Length, e.Unit, e.Max, e.Length-e.Max)
}
