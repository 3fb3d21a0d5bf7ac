package frontdoor

import (
	"context"
	"html"
	"net/http"
	"strconv"
	"strings"
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
	More          *morePage
	Ended         bool // the code was just ended by its holder
}

func (p *public) statusForm(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "status", "查进度", "status", statusPage{})
}

// maxForm bounds the little forms, in bytes.
const maxForm = 16 << 10

// looked finds what the lookup code in a form leads to. When it returns nil it has answered.
func (p *public) looked(w http.ResponseWriter, r *http.Request) (m *Matter, code string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	return p.lookUp(w, r, r.PostFormValue("code"), r.PostFormValue("ticket"), r.PostFormValue("work"))
}

// lookUp makes the same reads whatever the code is. A code that leads nowhere gets one of two answers,
// and neither says why.
func (p *public) lookUp(w http.ResponseWriter, r *http.Request, typed, ticket, work string) (m *Matter, code string) {
	code, ok := p.matters.ReadCode(typed)
	if !ok {
		p.always(w, http.StatusUnprocessableEntity, misread)
		return nil, ""
	}
	now := time.Now()
	found, ok, err := p.matters.Matter(r.Context(), code)
	switch {
	case err != nil:
		p.broken(w, r, err)
	case ok && !p.lookups.found(code, now):
		w.Header().Set("Retry-After", "60")
		p.always(w, http.StatusTooManyRequests, busy)
	case ok:
		return &found, code
	case p.lookups.paid(ticket, work, code, now) || p.lookups.miss(code, now):
		p.always(w, http.StatusNotFound, unknown)
	default:
		p.ask(w, "/status", code, p.lookups.ticket(code, now))
	}
	return nil, ""
}

// ticketPage offers somebody work or a wait for the answer.
type ticketPage struct {
	Path         string // where the form goes
	Post         bool
	Code, Ticket string
}

// Wait is in seconds.
func (ticketPage) Wait() int { return int(ticketWait / time.Second) }

// Work is how many zero bits the work must show.
func (ticketPage) Work() int { return workBits }

// What stands in a page that was drawn once where code and ticket belong: a flood of guesses costs no more
// than it must.
const (
	codeHere   = "0code0"
	ticketHere = "0ticket0"
)

// askPages are the two pages with a ticket, by where they lead.
func askPages() []ticketPage {
	return []ticketPage{{"/status", true, codeHere, ticketHere}, {"/check", false, codeHere, ticketHere}}
}

// ask shows the one public page with a script: it works while the person waits.
func (p *public) ask(w http.ResponseWriter, path, code, ticket string) {
	page := strings.NewReplacer(codeHere, html.EscapeString(code), ticketHere, ticket).Replace(string(p.fixed[path]))
	w.Header().Set("Retry-After", strconv.Itoa(ticketPage{}.Wait()))
	p.writeUnder(w, http.StatusTooManyRequests, []byte(page), policy+"; script-src 'self'")
}

// always answers with a page that is the same, byte for byte, whoever asks for whatever.
func (p *public) always(w http.ResponseWriter, status int, name string) {
	p.write(w, status, p.fixed[name])
}

// The answers that are the same for everybody.
const (
	misread = "misread"
	busy    = "busy"
	unknown = "unknown"
)

// problems are what those answers say. The table never changes.
var problems = map[string]string{
	misread: "查询码不对：应是17个字母和数字，可能抄漏或抄错了一位。请对照你保存的查询码再输一遍。",
	busy:    "这个查询码查得太频繁，请过一分钟再试。急事请拨打110。",
	unknown: "没有查到。查询码可能抄错了，也可能已经过期或注销。想知道进展，请拨打110或到派出所，报出你的举报编号。",
}

func (p *public) status(w http.ResponseWriter, r *http.Request) {
	m, code := p.looked(w, r)
	if m == nil {
		return
	}
	p.showMatter(w, r, http.StatusOK, m, code, &morePage{})
}

// showMatter shows how a matter stands, with the form to add to it.
func (p *public) showMatter(w http.ResponseWriter, r *http.Request, status int, m *Matter, code string, more *morePage) {
	words := stateWords[m.State]
	p.show(w, r, status, "status", "查进度", "status", statusPage{Code: code, Matter: m, State: words.Name, Next: words.Next, More: p.moreOf(m, more)})
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
