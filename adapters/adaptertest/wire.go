package adaptertest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
)

// wire stands between adapter and fake: it counts requests and acts out one
// fault at a time.
type wire struct {
	fake     Fake
	http     *httptest.Server
	mutating func(*http.Request) bool
	slam     net.Listener // resets every connection
	closed   string       // an address nobody listens on

	mu    sync.Mutex
	seen  []request
	fault fault
	on    func(request) bool // which requests the fault befalls
	nth   int                // only the nth of them; 0: all
	count int
	fired bool
}

// request is one request as it reached the platform.
type request struct {
	method, path string
	mutating     bool
}

func (r request) String() string { return r.method + " " + r.path }

// fault is one thing that goes wrong on the wire.
type fault struct {
	name string
	// dial, if set, replaces the address that is dialled.
	dial func(w *wire) string
	// serve, if set, replaces the platform's answer.
	serve func(w *wire, rw http.ResponseWriter, r *http.Request)
}

func newWire(k Kit, f Fake) (*wire, error) {
	w := &wire{fake: f, mutating: k.Mutating}
	if w.mutating == nil {
		w.mutating = func(r *http.Request) bool {
			return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
		}
	}
	var err error
	if w.slam, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if w.closed, err = unusedAddress(); err != nil {
		return nil, err
	}
	go slam(w.slam)
	w.http = httptest.NewServer(w)
	return w, nil
}

func unusedAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// slam resets every connection before it has read anything.
func slam(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		reset(c)
	}
}

func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0) // close with RST
	}
	_ = c.Close()
}

func (w *wire) close() {
	_ = w.slam.Close()
	w.http.CloseClientConnections()
	w.http.Close()
}

// dial is the Host's dialler: the fault decides where it leads.
func (w *wire) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	w.mu.Lock()
	if w.fault.dial != nil && addr == w.http.Listener.Addr().String() {
		addr, w.fired = w.fault.dial(w), true
	}
	w.mu.Unlock()
	var d net.Dialer
	return d.DialContext(ctx, network, addr)
}

// befall arms a fault for the nth request that on picks, or for all with nth 0,
// and forgets what was seen before.
func (w *wire) befall(f fault, on func(request) bool, nth int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault, w.on, w.nth, w.count, w.fired, w.seen = f, on, nth, 0, false, nil
}

// heal removes the fault and reports whether it came to pass.
func (w *wire) heal() (fired bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fired = w.fired
	w.fault, w.on = fault{}, nil
	return fired
}

// mutations lists the mutating requests since the last befall.
func (w *wire) mutations() (out []request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.seen {
		if r.mutating {
			out = append(out, r)
		}
	}
	return out
}

func (w *wire) requests() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.seen)
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil { // cut short on its way: no request
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if f := w.note(r); f != nil {
		f(w, rw, r)
		return
	}
	w.fake.ServeHTTP(rw, r)
}

// note records a request and picks what happens to it.
func (w *wire) note(r *http.Request) func(*wire, http.ResponseWriter, *http.Request) {
	seen := request{r.Method, r.URL.Path, w.mutating(r)}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, seen)
	if w.fault.serve == nil || !w.on(seen) {
		return nil
	}
	if w.count++; w.nth > 0 && w.count != w.nth {
		return nil
	}
	w.fired = true
	return w.fault.serve
}

func mutating(r request) bool { return r.mutating }
func anything(request) bool   { return true }

// act lets the platform do what was asked and returns what it would answer.
func (w *wire) act(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.fake.ServeHTTP(rec, r)
	return rec
}

// The faults.

func refused() fault {
	return fault{name: "refused", dial: func(w *wire) string { return w.closed }}
}

func resetBefore() fault {
	return fault{name: "reset before the request was written", dial: func(w *wire) string { return w.slam.Addr().String() }}
}

// resetAfter reads the request in full and resets the connection without an answer.
func resetAfter(acted bool) fault {
	return fault{name: "reset after the request was written" + whether(acted), serve: func(w *wire, rw http.ResponseWriter, r *http.Request) {
		if acted {
			w.act(r)
		}
		if c, _, err := rw.(http.Hijacker).Hijack(); err == nil {
			reset(c)
		}
	}}
}

// held lets the platform act and keeps the answer back until the client gives up.
func held(acted bool) fault {
	return fault{name: "answer after the deadline" + whether(acted), serve: func(w *wire, _ http.ResponseWriter, r *http.Request) {
		if acted {
			w.act(r)
		}
		<-r.Context().Done()
	}}
}

func whether(acted bool) string {
	if acted {
		return ", the platform acted"
	}
	return ", the platform did not act"
}

// cut lets the platform act and breaks the connection half-way through its answer.
func cut() fault {
	return fault{name: "answer cut short", serve: func(w *wire, rw http.ResponseWriter, r *http.Request) {
		rec := w.act(r)
		c, buf, err := rw.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		body := rec.Body.Bytes()
		fmt.Fprintf(buf, "HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", rec.Code, len(body)+1, body[:len(body)/2])
		_ = buf.Flush()
		_ = c.Close()
	}}
}

// truncated lets the platform act and answers with half a document, well framed.
func truncated() fault {
	return fault{name: "truncated JSON", serve: func(w *wire, rw http.ResponseWriter, r *http.Request) {
		rec := w.act(r)
		body := rec.Body.Bytes()
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(body[:len(body)/2])
	}}
}

// answer replaces the platform's answer; with acted, the platform acts all the same.
func answer(a Answer, acted bool) fault {
	return fault{name: a.Name, serve: func(w *wire, rw http.ResponseWriter, r *http.Request) {
		if acted {
			w.act(r)
		}
		for k, v := range a.Header {
			rw.Header()[http.CanonicalHeaderKey(k)] = v
		}
		if rw.Header().Get("Content-Type") == "" {
			rw.Header().Set("Content-Type", contentType(a.Body))
		}
		rw.WriteHeader(a.status())
		_, _ = io.WriteString(rw, a.Body)
	}}
}

func contentType(body string) string {
	switch {
	case strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
		return "application/json"
	case strings.HasPrefix(body, "<"):
		return "text/html; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// plain is an answer without dialect.
func plain(status int, acted bool) fault {
	return answer(Answer{Name: strconv.Itoa(status) + whether(acted), Status: status, Body: "<html><body>" + http.StatusText(status) + "</body></html>"}, acted)
}

func (a Answer) status() int {
	if a.Status == 0 {
		return http.StatusOK
	}
	return a.Status
}
