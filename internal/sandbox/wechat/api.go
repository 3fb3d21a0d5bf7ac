package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxBody     = 12 << 20
	keptRequest = 4096
)

// call is one API request being carried out, under the platform's lock.
type call struct {
	p     *Platform
	r     *http.Request
	query url.Values
	body  []byte
	now   time.Time
}

// handler carries out one call and returns what is to be sent: a file, or something
// that becomes JSON.
type handler func(*call) (any, error)

// object is a JSON object.
type object = map[string]any

func ok() object { return object{"errcode": 0, "errmsg": "ok"} }

// apiError is a refusal: HTTP 200 with an errcode.
type apiError struct {
	code int
	text string
	more object // further fields of the answer
}

func (e *apiError) Error() string { return strconv.Itoa(e.code) + " " + e.text }

func refuse(code int, text string) error { return &apiError{code: code, text: text} }

// file is an answer that is not JSON.
type file struct {
	name, mime string
	data       []byte
}

// answer is a response, complete before its first byte is written, so that a fault can
// lose any part of it.
type answer struct {
	status int
	code   int // errcode
	header http.Header
	body   []byte
}

func (a answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	w.Write(a.body) // a client that has gone is no concern of the platform
}

func (p *Platform) serveAPI(w http.ResponseWriter, r *http.Request) {
	f := p.draw(r)
	if f != nil && f.Kind == ResetBefore {
		p.note(r, f.Kind, 0, 0)
		reset(w)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler) // the client broke off, or sent more than any server takes
	}
	if f == nil {
		p.answer(r, body, "").write(w)
		return
	}
	f.play(p, w, r, body)
}

// answer carries out a request and writes down how it ended.
func (p *Platform) answer(r *http.Request, body []byte, f FaultKind) answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &call{p: p, r: r, query: r.URL.Query(), body: body, now: p.opts.Now()}
	a := c.encode(c.carryOut())
	p.logRequest(Request{At: c.now, Method: r.Method, Path: r.URL.Path, Status: a.status, Code: a.code, Fault: f})
	p.touch()
	return a
}

func (c *call) carryOut() (any, error) {
	rt, found := c.p.routes[c.r.URL.Path]
	switch {
	case !found:
		return nil, refuse(40066, "invalid url")
	case rt.method == http.MethodGet && c.r.Method != http.MethodGet:
		return nil, refuse(43001, "require GET method")
	case rt.method == http.MethodPost && c.r.Method != http.MethodPost:
		return nil, refuse(43002, "require POST method")
	}
	if !rt.open {
		if err := c.authorize(); err != nil {
			return nil, err
		}
		if err := c.permitted(rt); err != nil {
			return nil, err
		}
	}
	if err := c.p.spend(c.r.URL.Path, c.now); err != nil {
		return nil, err
	}
	return rt.run(c)
}

// permitted refuses what the account's kind, or its administrator, does not grant.
func (c *call) permitted(rt route) error {
	o := c.p.opts
	denied := rt.verified && o.Unverified || rt.service && (o.Kind != Service || o.Unverified) ||
		slices.Contains(o.Denied, c.r.URL.Path)
	if denied {
		return refuse(48001, "api unauthorized")
	}
	return nil
}

// encode makes the answer. Error texts end in a rid, as the platform's do.
func (c *call) encode(value any, err error) answer {
	a := answer{status: http.StatusOK, header: http.Header{}}
	if e := (*apiError)(nil); errors.As(err, &e) {
		a.code = e.code
		out := object{"errcode": e.code, "errmsg": e.text + " rid: " + c.rid(e)}
		maps.Copy(out, e.more)
		value = out
	} else if err != nil {
		panic(fmt.Sprintf("sandbox: %s failed: %v", c.r.URL.Path, err))
	}
	if f, binary := value.(file); binary {
		a.header.Set("Content-Type", f.mime)
		a.header.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
		a.body = f.data
		return a
	}
	a.header.Set("Content-Type", "application/json; encoding=utf-8")
	a.body = encodeJSON(value)
	return a
}

// encodeJSON writes raw UTF-8 and leaves < and & alone, as the platform does.
func encodeJSON(value any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(fmt.Sprintf("sandbox: cannot encode %T: %v", value, err))
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

// rid names a refused request, for openapi/rid/get.
func (c *call) rid(e *apiError) string {
	c.p.serial++
	rid := fmt.Sprintf("%08x-%08x-%08x", c.now.Unix(), uint32(c.p.opts.Seed)^0x5eed, c.p.serial)
	c.p.rids[rid] = e.Error()
	return rid
}

// read decodes the body.
func (c *call) read(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return refuse(47001, "data format error")
	}
	return nil
}

// callerIP is where the request comes from, as the allow list sees it.
func (c *call) callerIP() string {
	if c.p.opts.CallerIP != "" {
		return c.p.opts.CallerIP
	}
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		return "127.0.0.1" // a pipe has no address
	}
	return host
}

// flexID is an id that callers write as a number or as a text.
type flexID string

// UnmarshalJSON accepts both forms.
func (f *flexID) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if s == "null" {
		s = ""
	}
	*f = flexID(s)
	return nil
}

// flag is a switch that callers write as 0 and 1 or as false and true.
type flag bool

// UnmarshalJSON accepts both forms.
func (f *flag) UnmarshalJSON(b []byte) error {
	*f = flag(string(b) == "true" || string(b) == "1")
	return nil
}

// asNumber writes an id as the JSON number it is on the wire.
func asNumber(id string) json.Number { return json.Number(id) }

// Request is one API request as it ended.
type Request struct {
	At           time.Time
	Method, Path string
	Status       int // of the answer the platform gave, even if a fault lost it; 0: none was made
	Code         int // errcode of it
	Fault        FaultKind
}

// Requests lists the last 4,096 API requests, oldest first; [Counts] covers all.
func (p *Platform) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

func (p *Platform) logRequest(r Request) {
	if len(p.requests) == keptRequest {
		p.requests = append(p.requests[:0], p.requests[1:]...)
	}
	p.requests = append(p.requests, r)
	p.counts.Requests++
	if r.Code != 0 || r.Status >= http.StatusBadRequest {
		p.counts.Refused++
	}
	if r.Fault != "" {
		p.struck[string(r.Fault)]++
	}
}

func (p *Platform) note(r *http.Request, f FaultKind, status, code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.logRequest(Request{At: p.opts.Now(), Method: r.Method, Path: r.URL.Path, Status: status, Code: code, Fault: f})
}
