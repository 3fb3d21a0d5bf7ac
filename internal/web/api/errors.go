package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
)

// Error is what the API answers when it does not do what was asked. The client
// returns it as an error.
type Error struct {
	Status    int    `json:"-"` // HTTP
	Code      string `json:"code"`
	Message   string `json:"message"`
	Field     string `json:"field,omitempty"` // which one is wrong, with 422
	RequestID string `json:"requestId,omitempty"`
}

func (e *Error) Error() string { return e.Message }

func invalid(field, format string, args ...any) error {
	return &Error{
		Status: http.StatusUnprocessableEntity, Code: "invalid", Field: field,
		Message: field + ": " + fmt.Sprintf(format, args...),
	}
}

func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := classify(err)
	f.RequestID, _ = r.Context().Value(requestID{}).(string)
	if f.Status >= http.StatusInternalServerError {
		a.log.Error("api request failed", "request", f.RequestID, "err", err)
	}
	if f.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	write(w, f.Status, f)
}

// classify turns an error into what a caller is told.
func classify(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		said := *e
		return &said
	}
	var refusal *record.Refusal
	if errors.As(err, &refusal) {
		return newFault(http.StatusConflict, refusal.Code, refusal.Message)
	}
	for _, k := range known {
		if errors.Is(err, k.err) {
			return newFault(k.status, k.code, k.message)
		}
	}
	return newFault(http.StatusInternalServerError, "internal", "something went wrong here; the log has it under this request id")
}

func newFault(status int, code, message string) *Error {
	return &Error{Status: status, Code: code, Message: message}
}

// known is a table and never changes.
var known = []struct {
	err     error
	status  int
	code    string
	message string
}{
	{errNobody, http.StatusUnauthorized, "sign-in", errNobody.Error()},
	{signin.ErrDenied, http.StatusUnauthorized, "denied", signin.ErrDenied.Error()},
	{errNotYours, http.StatusForbidden, "role", "your roles do not let you read this"},
	{record.ErrNotFound, http.StatusNotFound, "not-found", "there is no such record"},
	{record.ErrConflict, http.StatusConflict, "changed", "this was changed meanwhile: read it again"},
	{record.ErrFull, http.StatusServiceUnavailable, "full", "the store cannot write (disk full or failing): nothing was changed"},
	{record.ErrClosed, http.StatusServiceUnavailable, "closing", "the daemon is stopping: try again in a moment"},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "slow", "it took too long; it may still happen: repeat it with the same formKey to learn"},
	{context.Canceled, http.StatusServiceUnavailable, "slow", "the call was given up; it may still happen: repeat it with the same formKey to learn"},
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the caller has gone; there is nobody to tell
}

// decode reads a JSON body strictly. An empty body is an empty object.
func decode(r *http.Request, into any) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		return newFault(http.StatusUnsupportedMediaType, "content-type", "send Content-Type: application/json")
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return newFault(http.StatusRequestEntityTooLarge, "too-large", fmt.Sprintf("the body is larger than %d bytes", big.Limit))
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return newFault(http.StatusUnprocessableEntity, "invalid", "the body is not what this call takes: "+err.Error())
	case dec.More():
		return newFault(http.StatusUnprocessableEntity, "invalid", "there is more than one JSON value in the body")
	}
	return nil
}
