package wechat

import (
	"cmp"
	"context"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// FaultKind is what goes wrong with an API request.
type FaultKind string

// The faults, by where they strike.
const (
	// Before the platform did anything.

	ResetBefore  FaultKind = "reset-before" // the connection is reset once the request's header was read
	Delay        FaultKind = "delay"        // waits, and does nothing if the client has left by then
	AnswerStatus FaultKind = "status"       // refuses with Status, by default 502
	AnswerCode   FaultKind = "code"         // refuses with Code, by default -1 system error
	AnswerBody   FaultKind = "body"         // answers 200 with Body

	// After the platform did it.

	ResetAfterAccept  FaultKind = "reset-after-accept" // the answer is lost with the connection
	DelayAnswer       FaultKind = "delay-answer"       // the answer comes late
	StatusAfterAccept FaultKind = "status-after"       // a proxy answers with Status, by default 504
	CodeAfterAccept   FaultKind = "code-after"         // answers Code, by default -1, though it was done
	Truncate          FaultKind = "truncate"           // the connection breaks in the middle of the answer
	HalfJSON          FaultKind = "half-json"          // a well-formed HTTP answer with half a body
	SlowBody          FaultKind = "slow-body"          // header at once, body after Delay
	WrongType         FaultKind = "wrong-type"         // the answer is right, but declared text/html
)

// Fault is something that goes wrong with requests that match.
type Fault struct {
	Kind FaultKind
	Path string // a pattern as of [path.Match], such as /cgi-bin/message/*/send; empty: any

	Skip        int     // how many matching requests pass first
	Times       int     // how often it strikes; 0: once, or without end when Probability is set; -1: without end
	Probability float64 // of striking a matching request, drawn from [Options].Seed; 0: every one

	Delay  time.Duration
	Status int
	Code   int
	Text   string // errmsg
	Body   string
}

// schedule decides when a fault is due.
type schedule struct {
	skip, times  int
	probability  float64
	seen, struck int
}

// due counts a match and decides whether it is struck; roll throws the dice.
func (s *schedule) due(roll func() float64) bool {
	s.seen++
	times := s.times
	if times == 0 && s.probability == 0 {
		times = 1
	}
	hit := s.probability == 0 || roll() < s.probability
	if s.seen <= s.skip || times > 0 && s.struck >= times || !hit {
		return false
	}
	s.struck++
	return true
}

type fault struct {
	Fault
	schedule
	random *rand.Rand
}

// Fault puts a fault. The first one that matches a request and is due strikes it.
func (p *Platform) Fault(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	random := rand.New(rand.NewPCG(p.opts.Seed, uint64(len(p.faults))))
	p.faults = append(p.faults, &fault{f, schedule{skip: f.Skip, times: f.Times, probability: f.Probability}, random})
}

// ClearFaults takes all faults away, of the API and of callbacks.
func (p *Platform) ClearFaults() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults, p.pushFaults = nil, nil
}

// Chaos is a mixture of API faults for simulations: each strikes a request with
// probability q; late answers come after delay.
func Chaos(q float64, delay time.Duration) (out []Fault) {
	for _, kind := range []FaultKind{
		ResetBefore, ResetAfterAccept, AnswerStatus, AnswerCode, StatusAfterAccept, CodeAfterAccept, Truncate, HalfJSON, Delay, DelayAnswer, SlowBody,
	} {
		out = append(out, Fault{Kind: kind, Delay: delay, Probability: q})
	}
	return out
}

func (p *Platform) draw(r *http.Request) *fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.faults {
		if f.matches(r) && f.due(f.random.Float64) {
			return f
		}
	}
	return nil
}

func (f *fault) matches(r *http.Request) bool {
	if f.Path == "" {
		return true
	}
	matched, err := path.Match(f.Path, r.URL.Path)
	return matched && err == nil
}

// play answers a request as the fault demands.
func (f *fault) play(p *Platform, w http.ResponseWriter, r *http.Request, body []byte) {
	switch f.Kind {
	case Delay:
		if !wait(r.Context(), f.Delay) {
			p.note(r, f.Kind, 0, 0)
			panic(http.ErrAbortHandler)
		}
		p.answer(r, body, f.Kind).write(w)
	case AnswerStatus, AnswerCode, AnswerBody:
		a := f.made()
		p.note(r, f.Kind, a.status, a.code)
		a.write(w)
	default:
		f.spoil(p.answer(r, body, f.Kind), w, r)
	}
}

// spoil loses a part of an answer to a deed that was done.
func (f *fault) spoil(a answer, w http.ResponseWriter, r *http.Request) {
	switch f.Kind {
	case DelayAnswer:
		wait(r.Context(), f.Delay)
	case ResetAfterAccept:
		reset(w)
		return
	case Truncate:
		a.writeHalf(w)
	case SlowBody:
		maps.Copy(w.Header(), a.header)
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
		w.WriteHeader(a.status)
		http.NewResponseController(w).Flush()
		wait(r.Context(), f.Delay)
		w.Write(a.body)
		return
	case HalfJSON:
		a.body = a.body[:len(a.body)/2]
	case WrongType:
		a.header.Set("Content-Type", "text/html; charset=utf-8")
	case StatusAfterAccept, CodeAfterAccept:
		a = f.made()
	}
	a.write(w)
}

// made is the answer that a fault invents.
func (f *fault) made() answer {
	a := answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json; encoding=utf-8"}}, body: []byte(f.Body)}
	switch f.Kind {
	case AnswerCode, CodeAfterAccept:
		a.code = cmp.Or(f.Code, -1)
		errmsg := cmp.Or(f.Text, map[bool]string{true: "system error", false: "refused by a fault"}[a.code == -1])
		a.body = encodeJSON(object{"errcode": a.code, "errmsg": errmsg + " rid: 00000000-00000000-0000fa17"})
	case AnswerStatus, StatusAfterAccept:
		otherwise := map[FaultKind]int{AnswerStatus: http.StatusBadGateway, StatusAfterAccept: http.StatusGatewayTimeout}
		a.status = cmp.Or(f.Status, otherwise[f.Kind])
		a.header.Set("Content-Type", "text/html")
		a.body = []byte(cmp.Or(f.Body, "<html><body>"+http.StatusText(a.status)+"</body></html>"))
	}
	return a
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
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body[:len(a.body)/2])
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// reset breaks the connection without an answer: on TCP with a reset, else by closing it.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not an HTTP/1 connection: the server closes it for us
	}
	if tcp, isTCP := conn.(*net.TCPConn); isTCP {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// PushFaultKind is what goes wrong with the delivery of a callback.
type PushFaultKind string

// The push faults.
const (
	HoldBack  PushFaultKind = "hold-back"  // delivered only after Delay
	CutOff    PushFaultKind = "cut-off"    // the platform hangs up once the request is written, and delivers again
	LoseReply PushFaultKind = "lose-reply" // answered, but the answer is lost on its way; delivered again
	Again     PushFaultKind = "again"      // answered, and delivered again after Delay nevertheless
	Twice     PushFaultKind = "twice"      // delivered twice at the same time

	// Forgeries: they must be refused, and are not delivered again. In plain mode Bared
	// and OtherApp change nothing.

	BadSignature PushFaultKind = "bad-signature"
	Bared        PushFaultKind = "bared"     // not encrypted, whatever the mode
	Stale        PushFaultKind = "stale"     // signed an hour ago
	OtherApp     PushFaultKind = "other-app" // encrypted for another appid

	OlderKey PushFaultKind = "older-key" // encrypted with the key before the last [Platform.RotateKey]
)

func (k PushFaultKind) forges() bool {
	return k == BadSignature || k == Bared || k == Stale || k == OtherApp
}

// PushFault is something that goes wrong with deliveries that match. Skip, Times and
// Probability are as of [Fault].
type PushFault struct {
	Kind        PushFaultKind
	Of          string // beginning of the kind, such as "text" or "event:subscribe"; empty: any
	Skip, Times int
	Probability float64
	Delay       time.Duration
}

type pushFault struct {
	PushFault
	schedule
}

// PushFault puts a fault on deliveries.
func (p *Platform) PushFault(f PushFault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pushFaults = append(p.pushFaults, &pushFault{f, schedule{skip: f.Skip, times: f.Times, probability: f.Probability}})
}

// PushChaos is a mixture of push faults for simulations, no forgeries among them.
func PushChaos(q float64, delay time.Duration) (out []PushFault) {
	for _, kind := range []PushFaultKind{HoldBack, CutOff, LoseReply, Again, Twice} {
		out = append(out, PushFault{Kind: kind, Delay: delay, Probability: q})
	}
	return out
}

func (p *Platform) drawPush(x *push) *pushFault {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, f := range p.pushFaults {
		// The dice of a delivery do not depend on the others under way.
		roll := func() float64 {
			return rand.New(rand.NewPCG(p.opts.Seed+uint64(i), uint64(x.ID)<<8|uint64(x.tries))).Float64()
		}
		if strings.HasPrefix(x.Kind, f.Of) && f.due(roll) {
			p.struck["push:"+string(f.Kind)]++
			return f
		}
	}
	return nil
}
