package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// maxSiteText bounds what an error repeats of the site's words, in characters.
const maxSiteText = 200

// problem is a problem document (RFC 9457) with our members: class says what became of
// the request, so that a site can say "certainly not done" or "busy until".
type problem struct {
	Type   string    `json:"type"`
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Detail string    `json:"detail"`
	Class  string    `json:"class"`
	Scope  string    `json:"scope"`
	Until  time.Time `json:"until,omitzero"`
	Code   string    `json:"code"`
	Ref    string    `json:"ref"`
}

// class reads a class of the contract.
func class(word string) (adapters.Class, bool) {
	switch word {
	case "unknown":
		return adapters.Unknown, true
	case "not-sent":
		return adapters.NotSent, true
	case "rate-limited":
		return adapters.RateLimited, true
	case "auth-expired":
		return adapters.AuthExpired, true
	case "account-blocked":
		return adapters.AccountBlocked, true
	case "rejected":
		return adapters.Rejected, true
	case "window-closed":
		return adapters.WindowClosed, true
	case "gone":
		return adapters.Gone, true
	case "unsupported":
		return adapters.Unsupported, true
	}
	return adapters.Unknown, false
}

// scope reads a scope of the contract; what is not stated follows from the class.
func scope(word string, c adapters.Class) adapters.Scope {
	switch word {
	case "item":
		return adapters.ScopeItem
	case "recipient":
		return adapters.ScopeRecipient
	case "endpoint":
		return adapters.ScopeEndpoint
	case "account":
		return adapters.ScopeAccount
	}
	switch c {
	case adapters.RateLimited, adapters.AuthExpired, adapters.AccountBlocked:
		return adapters.ScopeAccount
	case adapters.WindowClosed:
		return adapters.ScopeRecipient
	case adapters.Unsupported:
		return adapters.ScopeEndpoint
	}
	return adapters.ScopeItem
}

// refusal classifies an answer that is not a success.
func (c *client) refusal(k call, status int, header http.Header, body []byte) *adapters.Error {
	p, stated := readProblem(header, body)
	e := &adapters.Error{Op: k.op, Phase: adapters.Answered, Code: strconv.Itoa(status), Err: errors.New(c.siteText(p, body))}
	e.Class = byStatus(k, status, stated)
	if cl, ok := class(p.Class); stated && ok {
		e.Class = cl
	}
	if e.Class == adapters.Unknown && !k.mutating() {
		e.Class = adapters.NotSent
	}
	e.Scope = scope(p.Scope, e.Class)
	if e.Class == adapters.RateLimited {
		e.Until = p.waits(header)
	}
	if p.Code != "" {
		e.Code = truncate(c.scrub(p.Code), 40)
	}
	if refPattern.MatchString(p.Ref) {
		e.Ref = adapters.Ref(p.Ref)
	}
	return e
}

// waits is when to go on: as the problem says, else as Retry-After does; zero: not said.
func (p problem) waits(h http.Header) time.Time {
	if !p.Until.IsZero() {
		return p.Until.UTC()
	}
	return adapters.RetryAfter(h)
}

// byStatus is what a status means where the site states no class. That an object is gone
// only the site can say, in a problem document: a gateway's 404 knows nothing of it.
func byStatus(k call, status int, stated bool) adapters.Class {
	switch status {
	case http.StatusUnauthorized:
		return adapters.AuthExpired
	case http.StatusForbidden:
		return adapters.Rejected
	case http.StatusNotFound, http.StatusGone:
		switch {
		case k.object && stated:
			return adapters.Gone
		case k.object:
			return k.unclear()
		}
		return adapters.Unsupported
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return adapters.Unsupported
	case http.StatusTooManyRequests:
		return adapters.RateLimited
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusSeeOther:
		return k.unclear()
	}
	switch {
	case status >= 500:
		return k.unclear()
	case status >= 400:
		return adapters.Rejected
	}
	return adapters.NotSent // any other redirect: nothing was processed here
}

// readProblem reads a problem document; stated is false for anything else.
func readProblem(header http.Header, body []byte) (p problem, stated bool) {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil || kind != "application/problem+json" || json.Unmarshal(body, &p) != nil {
		return problem{}, false
	}
	return p, true
}

// siteText is what the site said, without our secrets, at most maxSiteText characters.
func (c *client) siteText(p problem, body []byte) string {
	text := strings.TrimSpace(p.Title + " " + p.Detail)
	if text == "" {
		text = string(body)
	}
	if text = strings.Join(strings.Fields(c.scrub(text)), " "); text == "" {
		return "no explanation given"
	}
	return truncate(strings.ToValidUTF8(text, "?"), maxSiteText)
}

// scrub takes the secrets out of a text, before anything is cut off it.
func (c *client) scrub(text string) string {
	for _, s := range c.hidden {
		text = strings.ReplaceAll(text, s, "[redacted]")
	}
	return text
}

// scrubbed makes sure that a transport's words hold no secret either.
func (c *client) scrubbed(e *adapters.Error) *adapters.Error {
	if e.Err != nil && c.scrub(e.Err.Error()) != e.Err.Error() {
		e.Err = errors.New(c.scrub(e.Err.Error()))
	}
	return e
}

func truncate(s string, max int) string {
	n := 0
	for i := range s {
		if n++; n > max {
			return s[:i] + "…"
		}
	}
	return s
}

func notOfTheContract(k call, err error) *adapters.Error {
	return &adapters.Error{Class: k.unclear(), Op: k.op, Phase: adapters.Answered, Err: err}
}

func rejected(op string, scope adapters.Scope, err error) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Scope: scope, Op: op, Err: err}
}

func misconfigured(c adapters.Config, format string, args ...any) error {
	return rejected("open", adapters.ScopeAccount, fmt.Errorf("account %s: %s", c.ID, fmt.Sprintf(format, args...)))
}

func isGone(err error) bool { return err != nil && adapters.ClassOf(err) == adapters.Gone }
