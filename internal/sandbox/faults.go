package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"path"
	"strconv"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind string

// The faults, by where they strike.
const (
	FaultNone FaultKind = ""

	// Before the platform did anything.

	Refuse          FaultKind = "refuse"       // the connection is refused; needs [Microblog.Gate]
	ResetBefore     FaultKind = "reset-before" // the connection is reset once the request's header was read
	Delay           FaultKind = "delay"        // waits, and does nothing if the client has left by then
	AnswerStatus    FaultKind = "status"       // refuses with Status, by default 503
	NotFoundForOnce FaultKind = "not-found"    // 404 for something that exists
	TokenExpired    FaultKind = "token-expired"

	// After the platform did it.

	ResetAfterAccept  FaultKind = "reset-after-accept" // the answer is lost with the connection
	DelayAnswer       FaultKind = "delay-answer"       // the answer comes late
	StatusAfterAccept FaultKind = "status-after"       // a proxy answers with Status, by default 504
	Truncate          FaultKind = "truncate"           // the connection breaks in the middle of the answer
	HalfJSON          FaultKind = "half-json"          // a well-formed HTTP answer with half a body
	ErrorBody         FaultKind = "error-body"         // 200 with an error in the body
)

// Fault is something that goes wrong with requests that match.
type Fault struct {
	Kind   FaultKind
	Method string // empty: any
	Path   string // a pattern as of [path.Match], such as /api/v1/statuses/*; empty: any

	Skip        int     // how many matching requests pass first
	Times       int     // how often it strikes; 0: once, or without end when Probability is set; -1: without end
	Probability float64 // of striking a matching request, drawn from [Options].Seed; 0: every one

	Delay  time.Duration // Delay, DelayAnswer
	Status int           // AnswerStatus, StatusAfterAccept
	Reset  time.Duration // AnswerStatus 429: how far ahead X-RateLimit-Reset lies; 0: no such headers
	Body   string        // of the answer; default the server's own error object
}

// faults are the faults put and their progress.
type faults struct {
	list   []*fault
	struck map[FaultKind]int
}

type fault struct {
	Fault
	random *rand.Rand
	seen   int // matching requests
	struck int
}

// Fault puts a fault. The first one that matches a request and is due strikes it.
func (m *Microblog) Fault(f Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	source := rand.NewPCG(m.opts.Seed, uint64(len(m.faults.list)))
	m.faults.list = append(m.faults.list, &fault{Fault: f, random: rand.New(source)})
	if f.Kind == Refuse {
		m.gate.closeAll()
	}
}

// ClearFaults takes all faults away.
func (m *Microblog) ClearFaults() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults.list = nil
}

// Struck returns how often each kind of fault has struck a request.
func (m *Microblog) Struck() map[FaultKind]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.faults.struck)
}

// Chaos is a mixture of faults for simulations: each strikes a request with
// probability p; late answers come after delay.
func Chaos(p float64, delay time.Duration) []Fault {
	kinds := []FaultKind{ResetBefore, ResetAfterAccept, AnswerStatus, StatusAfterAccept, Truncate, HalfJSON, Delay, DelayAnswer}
	out := []Fault{
		{Kind: AnswerStatus, Status: http.StatusTooManyRequests, Reset: 30 * time.Second, Probability: p},
		{Kind: AnswerStatus, Status: http.StatusTooManyRequests, Probability: p},
	}
	for _, kind := range kinds {
		out = append(out, Fault{Kind: kind, Delay: delay, Probability: p})
	}
	return out
}

// draw returns the fault that strikes this request, if one does.
func (m *Microblog) draw(r *http.Request) *fault {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.faults.list {
		if f.Kind != Refuse && f.matches(r) && f.due() {
			return f
		}
	}
	return nil
}

func (f *fault) matches(r *http.Request) bool {
	if f.Method != "" && f.Method != r.Method {
		return false
	}
	if f.Path == "" {
		return true
	}
	ok, err := path.Match(f.Path, r.URL.Path)
	return ok && err == nil
}

// due counts a matching request and decides whether it is struck.
func (f *fault) due() bool {
	f.seen++
	times := f.Times
	if times == 0 && f.Probability == 0 {
		times = 1
	}
	hit := f.Probability == 0 || f.random.Float64() < f.Probability
	if f.seen <= f.Skip || times > 0 && f.struck >= times || !hit {
		return false
	}
	f.struck++
	return true
}

// play answers a request as the fault demands. The body has been read.
func (f *fault) play(m *Microblog, w http.ResponseWriter, r *http.Request) {
	switch f.Kind {
	case Delay:
		if !wait(r.Context(), f.Delay) {
			m.lost(r, f.Kind)
			panic(http.ErrAbortHandler)
		}
		m.answer(r, f.Kind).write(w)
	case DelayAnswer:
		a := m.answer(r, f.Kind)
		wait(r.Context(), f.Delay)
		a.write(w)
	case ResetAfterAccept:
		m.answer(r, f.Kind)
		reset(w)
	case Truncate:
		m.answer(r, f.Kind).writeHalf(w)
	case HalfJSON:
		a := m.answer(r, f.Kind)
		a.body = a.body[:len(a.body)/2]
		a.write(w)
	case ErrorBody:
		a := m.answer(r, f.Kind)
		a.status, a.body = http.StatusOK, f.errorBody("There was a problem")
		a.write(w)
	case StatusAfterAccept:
		a := m.answer(r, f.Kind)
		a.status = cmp.Or(f.Status, http.StatusGatewayTimeout)
		a.body = f.errorBody(http.StatusText(a.status))
		a.write(w)
	default:
		m.refuse(r, f).write(w)
	}
}

// refuse answers without doing anything.
func (m *Microblog) refuse(r *http.Request, f *fault) answer {
	a := answer{status: f.Status, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}}
	text := "Service Unavailable"
	switch {
	case f.Kind == NotFoundForOnce:
		a.status, text = http.StatusNotFound, "Record not found"
	case f.Kind == TokenExpired:
		a.status, text = http.StatusUnauthorized, "The access token expired"
	case a.status == 0:
		a.status = http.StatusServiceUnavailable
	case a.status == http.StatusTooManyRequests:
		text = "Too many requests"
	default:
		text = http.StatusText(a.status)
	}
	a.body = f.errorBody(text)
	if a.status == http.StatusTooManyRequests && f.Reset > 0 {
		(&call{header: a.header}).showLimit(300, 0, m.opts.Now().Add(f.Reset))
	}
	m.note(r, f.Kind, a.status)
	return a
}

func (f *fault) errorBody(text string) []byte {
	if f.Body != "" {
		return []byte(f.Body)
	}
	body, _ := json.Marshal(map[string]string{"error": text}) // strings always encode
	return body
}

// lost notes a request that the platform never carried out.
func (m *Microblog) lost(r *http.Request, f FaultKind) { m.note(r, f, 0) }

func (m *Microblog) note(r *http.Request, f FaultKind, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.logRequest(Request{
		At: m.opts.Now(), Method: r.Method, Path: r.URL.Path, Account: m.handleOf(bearer(r)), Status: status, Fault: f,
	})
}

// wait reports whether the time passed before the client left.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// writeHalf promises the whole answer, sends half of it and breaks the connection.
func (a answer) writeHalf(w http.ResponseWriter) {
	whole := len(a.body)
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(whole))
	w.WriteHeader(a.status)
	w.Write(a.body[:whole/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reset breaks the connection without an answer: on TCP with a reset, else by closing it.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not an HTTP/1 connection: the server closes it for us
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
