package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	maxBody     = 8 << 20
	keptRequest = 4096
)

// call is one API request being carried out, under the platform's lock.
type call struct {
	m      *Microblog
	r      *http.Request
	params url.Values // query, form, multipart or JSON, all in one
	file   []byte     // multipart "file"
	mime   string     // of file
	viewer *account   // nil: nobody signed in
	token  string
	now    time.Time
	header http.Header       // of the answer
	status int               // of the answer; default 200
	path   map[string]string // wildcards of the route
}

// answer is a response, complete before its first byte is written, so that a fault
// can lose any part of it.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body) // a client that has gone is no concern of the platform
}

// apiError is a refusal in the server's own words.
type apiError struct {
	status int
	text   string
}

func (e *apiError) Error() string { return strconv.Itoa(e.status) + " " + e.text }

func (c *call) fail(status int, mastodon, gotosocial string) error {
	if c.m.opts.Flavour == GoToSocial {
		return &apiError{status, gotosocial}
	}
	return &apiError{status, mastodon}
}

func (c *call) notFound() error {
	return c.fail(http.StatusNotFound, "Record not found", "Not Found: target not found")
}

// invalid is a validation error: 422 on Mastodon, 400 on GoToSocial.
func (c *call) invalid(mastodon, gotosocial string) error {
	if c.m.opts.Flavour == GoToSocial {
		return &apiError{http.StatusBadRequest, "Bad Request: " + gotosocial}
	}
	return &apiError{http.StatusUnprocessableEntity, "Validation failed: " + mastodon}
}

// handler carries out one call and returns what is to be sent as JSON.
type handler func(*call) (any, error)

// Request is one API request as it ended.
type Request struct {
	At           time.Time
	Method, Path string
	Account      string // handle of the token's owner
	Status       int    // of the answer the platform gave, even if a fault lost it; 0: none was made
	Fault        FaultKind
}

// Requests lists the last 4,096 API requests, oldest first; [Counts] covers all.
func (m *Microblog) Requests() []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Request(nil), m.requests...)
}

func (m *Microblog) logRequest(r Request) {
	if len(m.requests) == keptRequest {
		m.requests = append(m.requests[:0], m.requests[1:]...)
	}
	m.requests = append(m.requests, r)
	m.counts.add(r)
	if r.Fault != FaultNone {
		m.faults.struck[r.Fault]++
	}
}

func (m *Microblog) serveAPI(w http.ResponseWriter, r *http.Request) {
	f := m.draw(r)
	if f != nil && f.Kind == ResetBefore {
		m.lost(r, f.Kind)
		reset(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the client broke off, or sent more than any server takes
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if f == nil {
		m.answer(r, FaultNone).write(w)
		return
	}
	f.play(m, w, r)
}

// answer carries out a request and writes down how it ended.
func (m *Microblog) answer(r *http.Request, f FaultKind) answer {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &call{m: m, r: r, token: bearer(r), now: m.opts.Now(), header: http.Header{}, status: http.StatusOK}
	value, err := c.carryOut()
	a := c.encode(value, err)
	m.logRequest(Request{At: c.now, Method: r.Method, Path: r.URL.Path, Account: m.handleOf(c.token), Status: a.status, Fault: f})
	return a
}

func (c *call) carryOut() (any, error) {
	if c.m.opts.Flavour == GoToSocial && c.r.UserAgent() == "" {
		return nil, &apiError{http.StatusTeapot, "I'm a teapot: no user-agent sent with request"}
	}
	if err := c.spend(); err != nil {
		return nil, err
	}
	if err := c.readParams(); err != nil {
		return nil, err
	}
	rt, ok := c.m.routes.match(c)
	if !ok {
		return nil, c.fail(http.StatusNotFound, "Not Found", "Not Found: page not found")
	}
	if err := c.authorize(rt.scope); err != nil {
		return nil, err
	}
	return rt.run(c)
}

func (c *call) encode(value any, err error) answer {
	if e := (*apiError)(nil); errors.As(err, &e) {
		c.status, value = e.status, map[string]string{"error": e.text}
	} else if err != nil {
		c.status, value = http.StatusInternalServerError, map[string]string{"error": "There was a problem: " + err.Error()}
	}
	body, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("sandbox: cannot encode %T: %v", value, err))
	}
	c.header.Set("Content-Type", "application/json; charset=utf-8")
	return answer{c.status, c.header, body}
}

// object answers with one JSON object.
type object = map[string]any
