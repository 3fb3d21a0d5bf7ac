// Package api is the JSON API of the daemon, under /api/v1/, and its Go client. The
// command line uses it over the unix socket in the state directory.
//
// # Who is asking
//
// Every call but login needs an officer: by a bearer token from POST /api/v1/login, or,
// on the unix socket, by the peer's unix user when exactly one officer is mapped to it.
// A token or a unix user without an active officer behind it is nobody, and decides
// nothing.
//
// # Failure model
//
// A decision that was applied answers 200. One that was accepted and is not decided within
// ten seconds answers 202 with status "pending"; it will be decided, and Location and "made" name the event
// whose result tells what came of it. Repeating it with its formKey asks again.
//
// An error is {code, message, requestId}; details go to the log under the same request
// id. 401 nobody, 403 not for this officer, 404 no such record, 409 a guard refused (its
// code and sentence), 422 a field is wrong (which one), 503 the store or the engine
// cannot take it now: the decision may be repeated with the same formKey, and the first
// outcome is returned. Lists are bounded and go on behind an opaque `after`.
package api

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/signin"
	"netpatrol/internal/web/view"
)

// Desk is what the API needs of the daemon.
type Desk interface {
	record.Reader
	// Submit accepts a decision as an event and waits for what it comes to. Two
	// decisions with one form key are one: the second gets the first outcome.
	Submit(ctx context.Context, d bots.Decision, formKey string) (bots.Result, error)
	AuditOf(ctx context.Context, on bots.Target) ([]record.AuditEntry, error)
	VerifyAudit(ctx context.Context, anchors string) (view.AuditReport, error)
}

// Options are what an API is made of.
type Options struct {
	Desk    Desk
	Door    *signin.Door
	Station view.Station
	Shots   Shots // nil: no screenshots are kept
	Log     *slog.Logger
}

// Shots gives the screenshots of what people posted by hand.
type Shots interface {
	// Picture draws one anew, without whatever else its file carries, as a JPEG.
	Picture(ctx context.Context, v *record.Evidence, side int) ([]byte, error)
	view.Lookbook
}

// API answers /api/v1/. It is safe for concurrent use.
type API struct {
	desk    Desk
	door    *signin.Door
	station view.Station
	shots   Shots
	log     *slog.Logger
	mux     *http.ServeMux
}

// New returns the handler. Serve it with signin.Peer as ConnContext on a unix socket.
func New(o Options) http.Handler {
	a := &API{desk: o.Desk, door: o.Door, station: o.Station, shots: o.Shots, log: o.Log, mux: http.NewServeMux()}
	a.routes()
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(a.serve))
}

// routes is the whole API on one screen.
func (a *API) routes() {
	a.open("POST /api/v1/login", a.login)
	a.get("POST /api/v1/logout", a.logout)
	a.get("GET /api/v1/whoami", a.whoami)
	a.get("GET /api/v1/summary", a.summary)

	a.get("GET /api/v1/drafts", list(a, bots.DraftAwaiting, newDraft))
	a.get("GET /api/v1/drafts/{id}", a.matter)
	a.decide("POST /api/v1/drafts/{id}/approve", bots.Approve, bots.KindDraft, seen)
	a.decide("POST /api/v1/drafts/{id}/reject", bots.Reject, bots.KindDraft, seen, reason)
	a.decide("POST /api/v1/drafts/{id}/edit", bots.Edit, bots.KindDraft, seen, text)

	a.get("GET /api/v1/items", list(a, "", newItem))
	a.get("GET /api/v1/items/{id}", show(a, newItem))
	a.decide("POST /api/v1/items/{id}/settle", bots.SettleUnknown, record.KindItem, as("delivered", "due", "closed"))
	a.decide("POST /api/v1/items/{id}/send-held", bots.SendHeld, record.KindItem)
	a.decide("POST /api/v1/items/{id}/resume", bots.ResumeHeld, record.KindItem)
	a.decide("POST /api/v1/items/{id}/hold", bots.HoldItem, record.KindItem)

	a.decide("POST /api/v1/items/{id}/correct", bots.Correct, record.KindItem, text)
	a.decide("POST /api/v1/items/{id}/take", bots.TakeHand, record.KindItem, looked)
	a.decide("POST /api/v1/items/{id}/give", bots.GiveHand, record.KindItem, maybeReason)
	a.decide("POST /api/v1/items/{id}/prove", bots.ProveHand, record.KindItem, proof)
	a.decide("POST /api/v1/items/{id}/gone", bots.ProveHand, record.KindItem)
	a.decide("POST /api/v1/items/{id}/confirm-hand", bots.ConfirmHand, record.KindItem)
	a.get("GET /api/v1/items/{id}/comparison", a.comparison)
	a.decide("POST /api/v1/items/{id}/compare", bots.CompareHand, record.KindItem, seen, compared)
	a.decide("POST /api/v1/items/{id}/close-hand", bots.CloseHand, record.KindItem, reason)

	a.get("GET /api/v1/reports", list(a, "", newReport))
	a.get("GET /api/v1/reports/{id}", show(a, newReport))
	a.decide("POST /api/v1/reports/{id}/close", bots.CloseReport, bots.KindReport)
	a.get("GET /api/v1/conversations", list(a, "", newConversation))
	a.get("GET /api/v1/conversations/{id}", a.conversation)
	a.decide("POST /api/v1/conversations/{id}/reply", bots.ReplyTo, bots.KindConversation, text)
	a.decide("POST /api/v1/conversations/{id}/keep", bots.KeepCase, bots.KindConversation, reason)
	a.get("GET /api/v1/conversations/{id}/holdings", a.holdings)
	a.decide("POST /api/v1/conversations/{id}/ask-erase", bots.AskErase, bots.KindConversation, reason)
	a.decide("POST /api/v1/conversations/{id}/erase", bots.EraseTalk, bots.KindConversation)
	a.decide("POST /api/v1/conversations/{id}/let-go", bots.LetGo, bots.KindConversation)
	a.decide("POST /api/v1/conversations/{id}/take", bots.TakeTalk, bots.KindConversation)
	a.decide("POST /api/v1/conversations/{id}/give", bots.GiveTalk, bots.KindConversation)
	a.decide("POST /api/v1/conversations/{id}/call", bots.LogCall, bots.KindConversation, callNote)
	a.get("GET /api/v1/waits", list(a, bots.WaitRunning, newWait))
	a.get("GET /api/v1/waits/figures", a.waitFigures)
	a.get("GET /api/v1/figures", a.figures)
	a.get("GET /api/v1/evidence", list(a, "", newEvidence))
	a.get("GET /api/v1/evidence/{id}", show(a, newEvidence))
	a.get("GET /api/v1/clues", list(a, "", newClue))
	a.get("GET /api/v1/clues/{id}", show(a, newClue))
	a.decide("POST /api/v1/clues/{id}/dismiss", bots.DismissClue, bots.KindClue, reason)
	a.decide("POST /api/v1/clues/{id}/flag", bots.FlagPost, bots.KindClue, flagging)
	a.get("GET /api/v1/warnings", list(a, "", newWarning))
	a.get("GET /api/v1/warnings/{id}", show(a, newWarning))
	a.decide("POST /api/v1/warnings/{id}/decide-appeal", bots.DecideAppeal, bots.KindWarning, as("upheld", "withdrawn"), reason)
	a.decide("POST /api/v1/warnings/{id}/look-back", bots.LookBack, bots.KindWarning, as("removed", "kept"))

	a.get("GET /api/v1/bulletins", list(a, "", newBulletin))
	a.get("GET /api/v1/bulletins/{id}", show(a, newBulletin))
	a.get("POST /api/v1/bulletins/preview", a.preview)
	a.get("POST /api/v1/bulletins", a.writeBulletin)
	a.decide("POST /api/v1/bulletins/{id}/withdraw", bots.TakeBack, bots.KindBulletin, reason)
	a.get("POST /api/v1/pictures", a.keepPicture)
	a.get("GET /api/v1/quotas", a.quotas)
	a.decide("POST /api/v1/drafts/{id}/preview", bots.PreviewDraft, bots.KindDraft, to)
	a.get("GET /api/v1/accounts/{id}/console-drafts", a.consoleDrafts)
	a.get("POST /api/v1/accounts/{id}/console-drafts", a.pullDraft)

	a.get("GET /api/v1/accounts", list(a, "", newAccount))
	a.get("GET /api/v1/accounts/{id}", a.account)
	a.get("GET /api/v1/pulses", list(a, "", newPulse))
	a.decide("POST /api/v1/accounts/{id}/request-mode", bots.RequestMode, bots.KindAccount, mode)
	a.decide("POST /api/v1/accounts/{id}/confirm-mode", bots.ConfirmMode, bots.KindAccount, attest)
	a.decide("POST /api/v1/accounts/{id}/note", bots.NoteHeard, bots.KindAccount, heard)
	a.get("GET /api/v1/accounts/{id}/menu", a.menu)
	a.get("POST /api/v1/accounts/{id}/menu", a.setMenu)
	a.get("GET /api/v1/accounts/{id}/takeover", a.takeover)
	a.get("POST /api/v1/accounts/{id}/takeover", a.survey)
	a.get("GET /api/v1/schedules", a.schedules)
	a.get("GET /api/v1/templates", a.templates)
	a.get("GET /api/v1/standing", list(a, "", newStanding))
	a.decide("POST /api/v1/standing", bots.ApproveKind, record.KindStanding, standing)
	a.decide("POST /api/v1/standing/{id}/confirm", bots.ConfirmKind, record.KindStanding)
	a.decide("POST /api/v1/standing/{id}/revoke", bots.RevokeKind, record.KindStanding, reason)

	a.get("GET /api/v1/halt", a.halted)
	a.get("POST /api/v1/halt", a.halt)
	a.get("POST /api/v1/resume", a.resume)
	a.get("GET /api/v1/alarms", list(a, "", newAlarm))
	a.decide("POST /api/v1/alarms/{id}/acknowledge", bots.AcknowledgeAll, record.KindAlarm)
	a.decide("POST /api/v1/events/{id}/acknowledge", bots.AcknowledgeAll, bots.KindEvent)
	a.get("GET /api/v1/events", list(a, "", newEvent))
	a.get("GET /api/v1/events/{id}", a.event)
	a.get("GET /api/v1/why/{code}", a.why)
	a.get("GET /api/v1/audit/verify", a.verify)
	a.get("POST /api/v1/audit/verify", a.verifyAgainst)
	a.handoffRoutes()
	a.dutyRoutes()
	a.siteRoutes()
	a.giveRoutes()
	a.clusterRoutes()
	a.sheafRoutes()
	a.open("/api/v1/", a.nothing)
}

// call is one request with the officer who makes it (nil on open routes).
type call struct {
	*http.Request
	officer *record.Officer
}

// handler answers a call with a value to encode, or an error.
type handler func(c call) (any, error)

func (a *API) open(pattern string, h handler) {
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { a.answer(w, r, h, nil) })
}

func (a *API) get(pattern string, h handler) {
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		o, err := a.who(r)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		a.answer(w, r, h, o)
	})
}

func (a *API) answer(w http.ResponseWriter, r *http.Request, h handler, o *record.Officer) {
	v, err := h(call{r, o})
	if err != nil {
		a.fail(w, r, err)
		return
	}
	status := http.StatusOK
	if res, ok := v.(bots.Result); ok && res.Status != bots.Applied {
		status = http.StatusAccepted
		if on := later(res); on != "" {
			w.Header().Set("Location", on)
		}
	}
	write(w, status, v)
}

// later is where a decision that was accepted and not decided yet will show its result.
func later(res bots.Result) string {
	for _, t := range res.Made {
		if t.Kind == bots.KindEvent {
			return "/api/v1/events/" + url.PathEscape(t.ID)
		}
	}
	return ""
}

// serve gives the request an id and writes one line about it. The line names the
// pattern, never the path: paths hold codes.
func (a *API) serve(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	id := rand.Text()[:12]
	w.Header().Set("X-Request-Id", id)
	w.Header().Set("Cache-Control", "no-store")
	r = r.WithContext(context.WithValue(r.Context(), requestID{}, id))
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(r.URL.Path))
	s := &statusWriter{ResponseWriter: w}
	a.mux.ServeHTTP(s, r)
	a.log.Info("api request", "request", id, "route", r.Pattern, "status", cmp.Or(s.status, http.StatusOK), "took", time.Since(began))
}

type requestID struct{}

const maxBody = 64 << 10

// bodyLimit is what a request may bring: only a picture and years of anchors are large.
func bodyLimit(path string) int64 {
	switch path {
	case "/api/v1/pictures":
		return 2 * view.MaxPicture // in base64, and its name
	case "/api/v1/audit/verify":
		return 1 << 20 // ten years of anchors
	}
	return maxBody
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (s *statusWriter) WriteHeader(code int) {
	s.status = code
	s.ResponseWriter.WriteHeader(code)
}

func (a *API) nothing(c call) (any, error) {
	return nil, newFault(http.StatusNotFound, "no-such-call", "there is no such call: "+c.Method+" "+c.URL.Path)
}

var errNotYours = errors.New("not for this officer's roles")
