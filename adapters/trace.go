package adapters

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// Trace watches how far one HTTP request gets, so that "certainly not sent" can be
// told from "unknown". Use one Trace for one request.
type Trace struct{ phase atomic.Uint32 }

// Watch returns a context under which the request must be made.
func (t *Trace) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		// The first header byte may already move the platform; waiting for
		// WroteRequest would call a request reset half-way "not written".
		WroteHeaderField:     func(string, []string) { t.reach(Written) },
		WroteHeaders:         func() { t.reach(Written) },
		GotFirstResponseByte: func() { t.reach(Answered) },
	})
}

func (t *Trace) reach(p Phase) {
	if uint32(p) > t.phase.Load() {
		t.phase.Store(uint32(p))
	}
}

// Phase returns how far the request got.
func (t *Trace) Phase() Phase { return Phase(t.phase.Load()) }

// Fail classifies a transport error of a mutating request: not written means not
// sent, anything later is unknown. The error's URL is dropped, because query strings carry tokens.
func (t *Trace) Fail(op string, err error) *Error {
	e := &Error{Op: op, Phase: t.Phase(), Err: Redact(err)}
	if e.Phase == NotWritten {
		e.Class = NotSent
	}
	return e
}

// Redact removes the URL from a transport error.
func Redact(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	var d *net.OpError
	if errors.As(err, &d) {
		return d
	}
	return err
}
