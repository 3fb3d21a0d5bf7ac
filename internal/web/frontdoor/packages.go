package frontdoor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
)

// Packages takes what other units hand over, by the bridge contract: we are the site, and they ask.
type Packages interface {
	// Sender is a unit that may hand something over to us; ok is false for any other.
	Sender(unit string) (s Sender, ok bool)
	// Take returns nil only once the package is durable. It returns a [*Unfit] for what is never taken.
	Take(ctx context.Context, unit string, p IncomingPackage) error
	// Under is how a package came under a key; ok is false when none did.
	Under(ctx context.Context, unit, key string) (t TakenPackage, ok bool, err error)
	// Answers are what we said to a unit's packages after the nth answer, oldest first; last is what was looked at.
	Answers(ctx context.Context, unit string, after uint64, limit int) (all []PackageReply, last uint64, more bool, err error)
}

// Sender is another unit.
type Sender struct {
	Secrets []string // any of which signs its requests
	Name    string   // ours, as it is told whose system this is
	ID      string   // by which it knows us
}

// IncomingPackage is a package as it came.
type IncomingPackage struct {
	adapters.Package
	Key    string
	Digest string // hex SHA-256 of the request
}

// TakenPackage is a package that came before.
type TakenPackage struct {
	Digest string
	At     time.Time
}

// PackageReply is what we said to a package.
type PackageReply struct {
	N                      uint64
	At                     time.Time
	Code, As, Number, Note string
	Revision               int
}

// Unfit says why a package is never taken.
type Unfit struct{ Why string }

func (u *Unfit) Error() string { return u.Why }

// packages is the part of the bridge contract that a unit's system keeps which takes packages and answers them. One at a
// time: two requests with one key are never carried out both.
type packages struct {
	o      Options
	desk   Packages
	nonces nonces
	one    sync.Mutex
	large  chan struct{} // requests that may be packages, while nobody has proven yet that they are
}

const (
	mostLarge = 8        // at once
	small     = 64 << 10 // bytes of a request that is no package
)

// maxRequest bounds a request: a package in base64, and what stands around it.
const maxRequest = adapters.MaxPackage*4/3 + 64<<10

// bridgeRoutes is the one address under which other units reach us: /bridge/<unit>/v1/….
func (p *packages) bridgeRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /bridge/{unit}/v1/about", p.signed(p.about))
	mux.HandleFunc("POST /bridge/{unit}/v1/handovers", p.signed(p.take))
	mux.HandleFunc("GET /bridge/{unit}/v1/sends", p.signed(p.find))
	mux.HandleFunc("GET /bridge/{unit}/v1/sends/{ref}", p.signed(p.check))
	mux.HandleFunc("GET /bridge/{unit}/v1/events", p.signed(p.events))
	mux.HandleFunc("/bridge/{unit}/v1/", p.signed(func(w http.ResponseWriter, _ *http.Request, _ string, _ []byte) {
		problem(w, http.StatusNotFound, "unsupported", "no such path")
	}))
}

type bridgeHandler func(w http.ResponseWriter, r *http.Request, unit string, body []byte)

// signed lets only fresh requests in that the unit in the address has signed.
func (p *packages) signed(h bridgeHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		unit := r.PathValue("unit")
		s, known := p.desk.Sender(unit)
		if !known {
			problem(w, http.StatusUnauthorized, "auth-expired", "the signature is wrong, old or used")
			return
		}
		if !p.enter(r) {
			problem(w, http.StatusServiceUnavailable, "not-sent", "too many packages come at once: try again later")
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
		p.leave(r)
		if err != nil {
			problem(w, http.StatusRequestEntityTooLarge, "rejected", "the request is too long")
			return
		}
		if err := p.nonces.genuine(s.Secrets, r, body, time.Now()); err != nil {
			p.o.Log.WarnContext(r.Context(), "package refused", "unit", unit, "err", err)
			problem(w, http.StatusUnauthorized, "auth-expired", "the signature is wrong, old or used")
			return
		}
		h(w, r, unit, body)
	}
}

// enter says whether a request may be read now: large ones take memory whoever sends them.
func (p *packages) enter(r *http.Request) bool {
	if r.ContentLength >= 0 && r.ContentLength <= small {
		return true
	}
	select {
	case p.large <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p *packages) leave(r *http.Request) {
	if r.ContentLength < 0 || r.ContentLength > small {
		<-p.large
	}
}

func (p *packages) about(w http.ResponseWriter, _ *http.Request, unit string, _ []byte) {
	s, _ := p.desk.Sender(unit)
	answer(w, http.StatusOK, map[string]any{
		"contract": "1", "account": map[string]any{"id": s.ID, "name": s.Name}, "abilities": []string{"handover", "watch"},
		"sources": []string{adapters.SourceHandovers}, "limits": map[string]any{"parallel": 1},
	})
}

// handedOver is a package as the contract writes it.
type handedOver struct {
	Key, Package, Note, To string
	Revision               int
	Withdrawn, Emergency   bool
	From                   struct{ Name, Region string }
	Files                  []struct {
		Name, Type string
		Data       []byte
	}
}

var (
	packageRef = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~:-]{0,127}$`)
	sendKey    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~:-]{0,31}$`)
	fileName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	regionCode = regexp.MustCompile(`^([0-9]{6})?$`) // GB/T 2260
)

// mostFiles bounds the files of one package.
const mostFiles = 20

// read understands a package, or says what is wrong with it.
func (h *handedOver) read(body []byte) (in IncomingPackage, wrong string) {
	if err := json.Unmarshal(body, h); err != nil {
		return in, "the body is no JSON of the contract"
	}
	switch {
	case !sendKey.MatchString(h.Key):
		return in, "there is no key"
	case !packageRef.MatchString(h.Package) || h.Revision < 1:
		return in, "there is no package code, or no revision"
	case !regionCode.MatchString(h.From.Region):
		return in, "the region of the sender is no code of six digits"
	case len(h.Files) == 0 || len(h.Files) > mostFiles:
		return in, fmt.Sprintf("a package has 1 to %d files", mostFiles)
	}
	digest := sha256.Sum256(body)
	in = IncomingPackage{Key: h.Key, Digest: hex.EncodeToString(digest[:]), Package: adapters.Package{
		Code: h.Package, Revision: h.Revision, Withdrawn: h.Withdrawn, Note: h.Note, To: h.To, Emergency: h.Emergency, From: adapters.Station(h.From),
	}}
	for _, f := range h.Files {
		if !fileName.MatchString(f.Name) {
			return in, "a file has no name that can be kept"
		}
		in.Files = append(in.Files, adapters.PackageFile(f))
	}
	return in, ""
}

func (p *packages) take(w http.ResponseWriter, r *http.Request, unit string, body []byte) {
	var h handedOver
	in, wrong := h.read(body)
	if wrong != "" {
		problem(w, http.StatusBadRequest, "rejected", wrong)
		return
	}
	p.one.Lock()
	defer p.one.Unlock()
	t, known, err := p.desk.Under(r.Context(), unit, in.Key)
	if err == nil && !known {
		err = p.desk.Take(r.Context(), unit, in)
		t = TakenPackage{At: time.Now()}
	}
	var unfit *Unfit
	switch {
	case errors.As(err, &unfit):
		p.o.Log.WarnContext(r.Context(), "package refused", "unit", unit, "err", err)
		problem(w, http.StatusUnprocessableEntity, "rejected", unfit.Why)
	case err != nil:
		p.o.Log.ErrorContext(r.Context(), "package not stored", "unit", unit, "err", err)
		problem(w, http.StatusServiceUnavailable, "unknown", "try again later")
	case known && t.Digest != in.Digest:
		problem(w, http.StatusConflict, "rejected", "this key was used for something else")
	case known:
		answer(w, http.StatusOK, receiptOf(in.Key, t, true))
	default:
		answer(w, http.StatusCreated, receiptOf(in.Key, t, false))
	}
}

func receiptOf(key string, t TakenPackage, existed bool) map[string]any {
	r := map[string]any{"ref": key, "state": "done", "at": t.At.UTC()}
	if existed {
		r["existed"] = true
	}
	return r
}

func (p *packages) find(w http.ResponseWriter, r *http.Request, unit string, _ []byte) {
	key := r.URL.Query().Get("key")
	t, known, err := p.desk.Under(r.Context(), unit, key)
	switch {
	case err != nil:
		answer(w, http.StatusOK, map[string]any{"verdict": "inconclusive"})
	case known:
		answer(w, http.StatusOK, map[string]any{"verdict": "found", "receipt": receiptOf(key, t, false)})
	default:
		answer(w, http.StatusOK, map[string]any{"verdict": "absent"})
	}
}

func (p *packages) check(w http.ResponseWriter, r *http.Request, unit string, _ []byte) {
	key := r.PathValue("ref")
	t, known, err := p.desk.Under(r.Context(), unit, key)
	switch {
	case err != nil:
		problem(w, http.StatusServiceUnavailable, "unknown", "try again later")
	case known:
		answer(w, http.StatusOK, receiptOf(key, t, false))
	default:
		problem(w, http.StatusNotFound, "gone", "there is no such package")
	}
}

// events pages through our answers, from the first on: none may be lost.
func (p *packages) events(w http.ResponseWriter, r *http.Request, unit string, _ []byte) {
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	after, badCursor := strconv.ParseUint(q.Get("after"), 10, 64)
	if q.Get("after") == "" {
		badCursor = nil
	}
	if err != nil || limit < 1 || badCursor != nil || q.Get("source") != adapters.SourceHandovers {
		problem(w, http.StatusBadRequest, "rejected", "source, limit or cursor is missing or not ours")
		return
	}
	all, last, more, err := p.desk.Answers(r.Context(), unit, after, min(limit, 200))
	if err != nil {
		p.o.Log.ErrorContext(r.Context(), "answers to packages", "unit", unit, "err", err)
		problem(w, http.StatusServiceUnavailable, "unknown", "try again later")
		return
	}
	items := []map[string]any{}
	for _, a := range all {
		items = append(items, map[string]any{
			"id": fmt.Sprintf("%d-%d", a.At.Unix(), a.N), "kind": "answer", "package": a.Code, "revision": a.Revision, "answer": a.As, "number": a.Number, "text": a.Note, "at": a.At.UTC(),
		})
	}
	answer(w, http.StatusOK, map[string]any{"items": items, "next": strconv.FormatUint(max(last, after), 10), "more": more})
}

// problem refuses, and says what became of the request.
func problem(w http.ResponseWriter, status int, class, detail string) {
	answer(w, status, map[string]any{"title": http.StatusText(status), "status": status, "class": class, "detail": detail})
}

func answer(w http.ResponseWriter, status int, v any) {
	kind := "application/json"
	if status >= http.StatusBadRequest {
		kind = "application/problem+json"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller has gone; there is nobody to tell
}

// ownTarget is what of an address was signed.
func ownTarget(uri string) string { return uri[max(strings.Index(uri, "/v1/"), 0):] }
