package forum

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// FaultKind is what goes wrong with a request.
type FaultKind string

// The faults, by where they strike.
const (
	ResetBefore FaultKind = "reset-before" // the connection is reset, nothing was done
	Refuse      FaultKind = "refuse"       // answered with the fault's own answer, nothing was done
	Delay       FaultKind = "delay"        // waits, and does nothing if the client has left by then
	ResetAfter  FaultKind = "reset-after"  // it was done, the answer is lost with the connection
	Gateway     FaultKind = "gateway"      // it was done, a proxy answers 504 with a page of its own
	HalfJSON    FaultKind = "half-json"    // it was done, half an answer comes, well framed
	LateAnswer  FaultKind = "late-answer"  // it was done, the answer comes late
)

// Fault is something that goes wrong with requests that match.
type Fault struct {
	Kind   FaultKind
	On     string // beginning of "METHOD /path"; empty: any
	Skip   int    // matching requests that pass first
	Times  int    // how often it strikes; 0: once
	Delay  time.Duration
	Answer Answer // of Refuse
}

// Answer is a response, complete before its first byte is written.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON is an answer in JSON.
func JSON(status int, v any) Answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("forum: cannot encode %T: %v", v, err))
	}
	return Answer{status, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body}
}

// Plain is an answer in plain words.
func Plain(status int, text string) Answer {
	return Answer{status, http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, []byte(text)}
}

// HTML is an answer by somebody who speaks no JSON.
func HTML(status int, text string) Answer {
	return Answer{status, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, []byte("<html><body>" + text + "</body></html>")}
}

func (a Answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.Header)
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// Faults are the faults put, and their progress. The zero value has none.
type Faults struct {
	mu     sync.Mutex
	list   []*Fault
	struck int
}

// Put adds a fault. The first one that matches a request and is due strikes it.
func (l *Faults) Put(f Fault) {
	f.Times = max(f.Times, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, &f)
}

// Struck counts the requests that were struck.
func (l *Faults) Struck() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.struck
}

func (l *Faults) draw(r *http.Request) Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.list {
		if f.Times == 0 || !strings.HasPrefix(r.Method+" "+r.URL.Path, f.On) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Times--
		l.struck++
		return *f
	}
	return Fault{}
}

// Serve answers a request with what do returns, or as a fault demands.
func (l *Faults) Serve(w http.ResponseWriter, r *http.Request, do func() Answer) {
	switch f := l.draw(r); f.Kind {
	case ResetBefore:
		reset(w)
	case Refuse:
		f.Answer.write(w)
	case Delay:
		if !wait(r, f.Delay) {
			panic(http.ErrAbortHandler)
		}
		do().write(w)
	case ResetAfter:
		do()
		reset(w)
	case Gateway:
		do()
		HTML(http.StatusGatewayTimeout, "gateway timeout").write(w)
	case HalfJSON:
		a := do()
		a.Body = a.Body[:len(a.Body)/2]
		a.write(w)
	case LateAnswer:
		a := do()
		wait(r, f.Delay)
		a.write(w)
	default:
		do().write(w)
	}
}

// wait reports whether the time passed before the client left.
func wait(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// reset breaks the connection without an answer: on TCP with a reset, else by closing it.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
