package frontdoor

import (
	"net/http"
	"strings"
	"time"
)

// Sent is what everybody may know of a message of ours: that there was one.
type Sent struct {
	At       time.Time // the day counts
	Unit     string
	Account  string // as people see it; empty: no longer known
	Letter   string // the site a letter on paper went to; empty: it was a message
	Bulletin string // id of the bulletin it was; empty: a message to one person
	// Withdrawn is the day on which the bulletin was taken back; zero: it stands.
	Withdrawn time.Time
}

// Proven is what a proof of receipt proves.
type Proven struct {
	Unit, Reference, Digest string
	Received                time.Time
	Messages                int
}

// checkPage is what the code-check page shows.
type checkPage struct {
	Typed, Problem string
	Sent           *Sent
	Unknown        bool
}

// maxTyped bounds a code as it is typed, in bytes.
const maxTyped = 64

// check answers whether a message with this code is ours. The address of the page holds the
// code: it is no secret, whoever got the message has it.
func (p *public) check(w http.ResponseWriter, r *http.Request) {
	page := checkPage{Typed: strings.TrimSpace(r.URL.Query().Get("code"))}
	switch _, secret := p.matters.ReadCode(page.Typed); {
	case page.Typed == "":
	case secret: // it is not to be typed here
		page.Typed, page.Problem = "", "这是查进度用的查询码，不是消息里的核对码。请不要告诉任何人，到“查进度”输入。"
	case len(page.Typed) > maxTyped:
		page.Typed, page.Unknown = "", true
	default:
		sent, ok, err := p.matters.Sent(r.Context(), page.Typed)
		if err != nil {
			p.broken(w, r, err)
			return
		}
		if now := time.Now(); !ok && !p.checks.paid(r.URL.Query().Get("ticket"), r.URL.Query().Get("work"), page.Typed, now) && !p.checks.miss(page.Typed, now) {
			p.ask(w, "/check", page.Typed, p.checks.ticket(page.Typed, now))
			return
		}
		page.Unknown = !ok
		if ok {
			page.Sent = &sent
		}
	}
	p.show(w, r, http.StatusOK, "check", "核对码查询", "check", page)
}

// proofPage is what the page for proofs shows.
type proofPage struct {
	Key    string
	Proven *Proven
	Forged bool
}

func (p *public) proofForm(w http.ResponseWriter, r *http.Request) {
	p.show(w, r, http.StatusOK, "proof", "核验收件凭证", "proof", proofPage{Key: p.matters.Key()})
}

func (p *public) verify(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	page := proofPage{Key: p.matters.Key()}
	proven, ok := p.matters.Verify(r.PostFormValue("proof"))
	if page.Forged = !ok; ok {
		page.Proven = &proven
	}
	p.show(w, r, http.StatusOK, "proof", "核验收件凭证", "proof", page)
}

// publicKey is the key as a file, for netpatrol verify.
func (p *public) publicKey(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write([]byte(p.matters.Key()))
}
