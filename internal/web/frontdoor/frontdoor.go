// Package frontdoor is all of netpatrol that the public internet may reach: the
// platforms' callbacks, the forms of the kiosk, and the pages on which anybody sees how
// their matter stands, whether a message is ours, and what was published. It listens apart
// from the officers' desk.
//
// # Failure model
//
// A callback is verified, made durable, and only then answered. What cannot be
// made durable, or comes before its account could be opened, is answered 503, so
// that the platform sends it again; what does not verify is answered 403 and leaves no
// trace but a log line. Nothing a caller sends can stop the server.
package frontdoor

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"netpatrol/adapters"
)

// maxBody bounds a callback. No platform's comes near it.
const maxBody = 1 << 20

// Inbox accepts what was heard. Receive returns nil only once it is durable.
type Inbox interface {
	Receive(ctx context.Context, account string, items []adapters.Inbound) error
}

// Passive gives the answer to a message in the answer to its callback, where a platform
// allows that. Reply waits until deadline for one; ok is false when there is none.
type Passive interface {
	Reply(ctx context.Context, account string, items []adapters.Inbound, deadline time.Time) (a Answer, ok bool)
}

// Answer is a passive reply to write.
type Answer struct {
	Text string
	At   time.Time   // when it was made; the same for a callback that comes again
	Done func(error) // reports whether it was written
}

// Options assemble the front door.
type Options struct {
	Inbox   Inbox
	Passive Passive // nil: callbacks are only acknowledged
	// Yield is the answer that leaves a message to the people of the platform's own console; ok
	// is false when it is ours to answer. May be nil.
	Yield func(ctx context.Context, account string, d adapters.Delivery) (body []byte, contentType string, ok bool)
	// Receiver is nil while an account is not open, or has no callbacks.
	Receiver func(account string) adapters.Receiver
	// Closed says that an account is configured and could not be opened yet: its callbacks
	// are worth sending again. May be nil.
	Closed func(account string) bool
	// Kiosk takes what people write at 报警岗亭; nil: the station has none.
	Kiosk Kiosk
	// Matters and Press are what the pages for everybody show; nil: there are no such pages.
	Matters Matters
	Press   Press
	More    More          // takes what reporters add to a report; nil: nothing can be added
	Unit    string        // who speaks on public pages
	Keep    time.Duration // a conversation that is over is kept so long after its last word; 0: as long as it is needed
	Log     *slog.Logger
	// Promised is within how long a person answers what is written now; 0: that cannot be promised now. Nil: never.
	Promised func(ctx context.Context) time.Duration
	// Handoffs are opened by other units; nil: nothing is handed over by a page.
	Handoffs Handoffs
	// Packages takes what other units hand over, under /bridge; nil: nobody may.
	Packages Packages
	// Partner is what partner sites' own security officers open, under /partner; nil: there is nothing.
	Partner http.Handler
}

// New returns the handler.
func New(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/callback/{account}", o.callback)
	if o.Kiosk != nil {
		newKiosk(o).routes(mux)
	}
	if o.Matters != nil && o.Press != nil {
		newPublic(o).routes(mux)
	}
	if o.Handoffs != nil {
		newHandoffs(newPublic(o), o.Handoffs).routes(mux)
	}
	if o.Packages != nil {
		(&packages{o: o, desk: o.Packages, large: make(chan struct{}, mostLarge)}).bridgeRoutes(mux)
	}
	if o.Partner != nil {
		mux.Handle("/partner", o.Partner)
		mux.Handle("/partner/", o.Partner)
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	return inTime(mux)
}

// answerWithin is how long a stranger may take to read an answer, so that nobody holds one for ever. Forms with files have longer.
const answerWithin = 2 * time.Minute

func inTime(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerWithin)) // a server that cannot keeps its own
		h.ServeHTTP(w, r)
	})
}

// passiveWithin leaves half of the platforms' five seconds for the way here and back, and
// for a busy machine. What is not ready by then goes as an ordinary message.
const passiveWithin = 2500 * time.Millisecond

func (o Options) callback(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	account := r.PathValue("account")
	receiver := o.Receiver(account)
	if receiver == nil && o.Closed != nil && o.Closed(account) { // promise 5
		w.Header().Set("Retry-After", "5")
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	if receiver == nil {
		http.NotFound(w, r)
		return
	}
	body, err := readBody(w, r)
	if err != nil {
		http.Error(w, "body too large or cut off", http.StatusRequestEntityTooLarge)
		return
	}
	d, err := receiver.Verify(adapters.Callback{Method: r.Method, Query: r.URL.Query(), Header: r.Header, Body: body}, started)
	if err != nil { // promise 5
		o.Log.WarnContext(r.Context(), "callback refused", "account", account, "err", err)
		http.Error(w, "not verified", http.StatusForbidden)
		return
	}
	if err := o.Inbox.Receive(r.Context(), account, d.Items); err != nil { // promise 5
		o.Log.ErrorContext(r.Context(), "callback not stored", "account", account, "err", err)
		http.Error(w, "try again later", http.StatusServiceUnavailable)
		return
	}
	if d.Replyable && o.yielded(w, r, account, d) {
		return
	}
	if d.Replyable && o.Passive != nil && o.replied(w, r, account, receiver, d, started.Add(passiveWithin)) {
		return
	}
	if d.ContentType != http.DetectContentType(d.Ack) { // else net/http finds it, and copies no header for it
		w.Header().Set("Content-Type", d.ContentType)
	}
	_, _ = w.Write(d.Ack)
}

// readAtOnce is up to which length a callback gets its memory before its bytes come: nobody has proven yet who they are.
const readAtOnce = 32 << 10

// readBody reads a callback within bounds: at once when it says how long it is, as all do, and that is no more than is usual.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength < 0 || r.ContentLength > readAtOnce {
		return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// yielded leaves the message to others, if it is theirs.
func (o Options) yielded(w http.ResponseWriter, r *http.Request, account string, d adapters.Delivery) bool {
	if o.Yield == nil {
		return false
	}
	body, contentType, ok := o.Yield(r.Context(), account, d)
	if !ok {
		return false
	}
	w.Header().Set("Content-Type", contentType)
	_, _ = w.Write(body)
	return true
}

// replied writes a passive reply if one is ready in time.
func (o Options) replied(w http.ResponseWriter, r *http.Request, account string, rec adapters.Receiver, d adapters.Delivery, deadline time.Time) bool {
	answer, ok := o.Passive.Reply(r.Context(), account, d.Items, deadline)
	if !ok {
		return false
	}
	body, contentType, err := rec.Encode(d, answer.Text, answer.At)
	if err != nil {
		answer.Done(err)
		return false
	}
	w.Header().Set("Content-Type", contentType)
	_, err = w.Write(body)
	answer.Done(errors.Join(err, http.NewResponseController(w).Flush()))
	return true
}
