package mastodon

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

// maxPlatformText bounds what an error repeats of the server's words, in characters.
const maxPlatformText = 200

// refusal classifies an answer that is not a success.
func (c *client) refusal(k call, r *resty.Response) *adapters.Error {
	text := c.platformText(r.Body())
	e := &adapters.Error{Op: k.op, Phase: adapters.Answered, Code: strconv.Itoa(r.StatusCode()), Err: errors.New(text)}
	e.Class, e.Scope = classify(k, r.StatusCode(), text)
	if e.Class == adapters.RateLimited {
		e.Until = resetTime(r.Header())
	}
	return e
}

// classify maps a status to what it means for the send. The words of the server
// matter only for 403, where Mastodon says "suspended" or "disabled" in the body.
func classify(k call, status int, text string) (adapters.Class, adapters.Scope) {
	switch status {
	case http.StatusUnauthorized:
		return adapters.AuthExpired, adapters.ScopeAccount
	case http.StatusForbidden:
		return forbidden(text)
	case http.StatusNotFound, http.StatusGone:
		return missing(k)
	case http.StatusTooManyRequests:
		return adapters.RateLimited, adapters.ScopeAccount
	case http.StatusTeapot: // GoToSocial: no User-Agent
		return adapters.Rejected, adapters.ScopeAccount
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly: // the server may or may not have acted
		return unclear(k), adapters.ScopeItem
	}
	switch {
	case status >= 500:
		return unclear(k), adapters.ScopeAccount
	case status >= 400:
		return adapters.Rejected, adapters.ScopeItem
	case status == http.StatusSeeOther: // the usual answer after a form was accepted
		return unclear(k), adapters.ScopeAccount
	}
	return adapters.NotSent, adapters.ScopeAccount // any other redirect: nothing was processed here
}

func forbidden(text string) (adapters.Class, adapters.Scope) {
	lower := strings.ToLower(text)
	if strings.Contains(lower, "suspend") || strings.Contains(lower, "login is currently disabled") {
		return adapters.AccountBlocked, adapters.ScopeAccount
	}
	if strings.Contains(lower, "scope") {
		return adapters.Rejected, adapters.ScopeEndpoint
	}
	return adapters.Rejected, adapters.ScopeItem
}

// missing: a 404 is about the object named, if one is named, else about the endpoint.
func missing(k call) (adapters.Class, adapters.Scope) {
	if k.mutating() && k.method == http.MethodPost && k.parent == "" {
		return adapters.Unsupported, adapters.ScopeEndpoint
	}
	return adapters.Gone, adapters.ScopeItem
}

// resetTime reads when a rate limit ends: X-RateLimit-Reset as an ISO time
// (Mastodon) or epoch seconds (some proxies), else Retry-After. Zero: not said.
func resetTime(h http.Header) time.Time {
	reset := h.Get("X-RateLimit-Reset")
	if t, err := time.Parse(time.RFC3339, reset); err == nil {
		return t.UTC()
	}
	if s, err := strconv.ParseInt(reset, 10, 64); err == nil && s > 1e9 && s < 1e11 {
		return time.Unix(s, 0).UTC()
	}
	return adapters.RetryAfter(h)
}

// platformText is what the server said, without our token, at most
// maxPlatformText characters.
func (c *client) platformText(body []byte) string {
	var said struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	text := string(body)
	if json.Unmarshal(body, &said) == nil && said.Error != "" {
		text = strings.TrimSpace(said.Error + " " + said.Description)
	}
	if text = strings.Join(strings.Fields(c.scrub(text)), " "); text == "" {
		return "no explanation given"
	}
	return truncate(strings.ToValidUTF8(text, "?"), maxPlatformText)
}

// scrub takes the token out of a text, before anything is cut off it.
func (c *client) scrub(text string) string {
	return strings.ReplaceAll(text, c.token.Reveal(), "[redacted]")
}

// scrubbed makes sure that a transport's words hold no token either.
func (c *client) scrubbed(e *adapters.Error) *adapters.Error {
	if e.Err != nil && strings.Contains(e.Err.Error(), c.token.Reveal()) {
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

func isGone(err error) bool {
	c := adapters.ClassOf(err)
	return err != nil && (c == adapters.Gone || c == adapters.Unsupported)
}
