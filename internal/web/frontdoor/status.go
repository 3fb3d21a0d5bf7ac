package frontdoor

import (
	"context"
	"net/http"
	"time"
)

// Matters is what the pages for whoever wrote to us ask of the daemon. It is safe for
// concurrent use.
type Matters interface {
	// ReadCode reads a lookup code as people type it; ok is false for what cannot be one.
	ReadCode(typed string) (code string, ok bool)
	// Matter is what the holder of a lookup code may see. For a code that is unknown, ended or
	// closed ok is false, after the same reads.
	Matter(ctx context.Context, code string) (m Matter, ok bool, err error)
	// Sent looks for the message in which we printed a code; ok is false when we sent none.
	Sent(ctx context.Context, code string) (s Sent, ok bool, err error)
	// Key is the public key that proofs of receipt are checked with, as it is published.
	Key() string
	// Verify checks a proof of receipt that stands in a text; ok is false when ours did not sign it.
	Verify(text string) (p Proven, ok bool)
}

// Matter is how a matter stands.
type Matter struct {
	Reference string // empty: not given yet
	Received  time.Time
	State     string // one of the States
	Said      []Said // what we wrote, oldest first
	Proof     string // signed proof of receipt; empty: none yet
}

// Said is one message of ours.
type Said struct {
	At      time.Time
	Text    string
	Officer bool // an officer wrote it; else it was automatic
}

// The states of a matter.
const (
	StateReceived = "received"
	StateHandled  = "handled"
	StateAnswered = "answered"
	StateHanded   = "handed"
	StateClosed   = "closed"
)

// stateWords say each state, and what comes next.
var stateWords = map[string]struct{ Name, Next string }{
	StateReceived: {"已收到", "值班民警还没有打开。急事请直接拨打110，不要在这里等。"},
	StateHandled:  {"正在办理", "民警正在看你写的内容，答复会出现在下面。"},
	StateAnswered: {"民警已答复", "请看下面的答复。"},
	StateHanded:   {"已移交", "已交给负责办理的单位，有结果会写在下面。"},
	StateClosed:   {"已办结", "这件事已经办结。有新的情况，请重新举报。"},
}

// statusPage is what the status page shows.
type statusPage struct {
	Problem, Code string
	Matter        *Matter
	State, Next   string
}

func (p *public) statusForm(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "status", "查进度", "status", statusPage{})
}

// maxForm bounds the little forms, in bytes.
const maxForm = 16 << 10

// looked finds what a lookup code leads to. When it returns nil it has answered.
func (p *public) looked(w http.ResponseWriter, r *http.Request) (m *Matter, code string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	code, ok := p.matters.ReadCode(r.PostFormValue("code"))
	if !ok {
		p.always(w, http.StatusUnprocessableEntity, misread)
		return nil, ""
	}
	if !p.lookups.allow(code, time.Now()) {
		w.Header().Set("Retry-After", "60")
		p.always(w, http.StatusTooManyRequests, busy)
		return nil, ""
	}
	found, ok, err := p.matters.Matter(r.Context(), code)
	switch {
	case err != nil:
		p.broken(w, r, err)
	case !ok:
		p.always(w, http.StatusNotFound, unknown)
	default:
		return &found, code
	}
	return nil, ""
}

// always answers with a page that is the same, byte for byte, whoever asks for whatever.
func (p *public) always(w http.ResponseWriter, status int, name string) {
	p.write(w, status, p.fixed[name])
}

// The answers to a code that leads nowhere.
const (
	misread = "misread"
	busy    = "busy"
	unknown = "unknown"
)

// problems are what those answers say. The table never changes.
var problems = map[string]string{
	misread: "查询码不对：应是17个字母和数字，可能抄漏或抄错了一位。请对照你保存的查询码再输一遍。",
	busy:    "现在查询的人太多，请过一分钟再试。急事请拨打110。",
	unknown: "没有查到。查询码可能抄错了，也可能已经过期或注销。想知道进展，请拨打110或到派出所，报出你的举报编号。",
}

func (p *public) status(w http.ResponseWriter, r *http.Request) {
	m, code := p.looked(w, r)
	if m == nil {
		return
	}
	words := stateWords[m.State]
	p.show(w, r, http.StatusOK, "status", "查进度", "status", statusPage{Code: code, Matter: m, State: words.Name, Next: words.Next})
}

// proof gives the proof of receipt as a file.
func (p *public) proof(w http.ResponseWriter, r *http.Request) {
	m, _ := p.looked(w, r)
	if m == nil {
		return
	}
	if m.Proof == "" {
		p.lost(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="receipt-`+m.Reference+`.txt"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write([]byte(m.Proof + "\n"))
}
