package nodebb

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// envelope is the answer of the write API.
type envelope struct {
	Status struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"status"`
	Response json.RawMessage `json:"response"`
}

// prepare adds what every call carries: the user a master token acts as, and the language
// in which the forum is to say what is wrong.
func (a *account) prepare(k forum.Call) forum.Call {
	q := maps.Clone(k.Query)
	if q == nil {
		q = url.Values{}
	}
	if a.options.as != 0 {
		q.Set("_uid", a.options.as.String())
	}
	q.Set("lang", "en-GB")
	k.Query = q
	return k
}

// get makes a call whose answer is a bare object.
func (a *account) get(ctx context.Context, k forum.Call, out any) (http.Header, error) {
	ans, err := a.http.Do(ctx, a.prepare(k))
	if err != nil {
		return nil, err
	}
	if !ans.OK() {
		return nil, a.refusal(k, ans)
	}
	if err := json.Unmarshal(ans.Body, out); err != nil {
		return nil, forum.Unreadable(k, ans, err)
	}
	return ans.Header, nil
}

func (a *account) read(ctx context.Context, k forum.Call, out any) error {
	_, err := a.get(ctx, k, out)
	return err
}

// do makes a call of the write API. A success without the word "ok" or "accepted" is none.
func (a *account) do(ctx context.Context, k forum.Call, out any) error {
	ans, err := a.http.Do(ctx, a.prepare(k))
	if err != nil {
		return err
	}
	if !ans.OK() {
		return a.explained(ctx, k, ans)
	}
	var e envelope
	if err := json.Unmarshal(ans.Body, &e); err != nil {
		return forum.Unreadable(k, ans, err)
	}
	if e.Status.Code != "ok" && e.Status.Code != "accepted" {
		return &adapters.Error{Class: k.Unclear(), Op: k.Op, Phase: adapters.Answered, Code: strconv.Itoa(ans.Status),
			Err: a.http.Quote("the status is a success, the answer is not: " + e.Status.Code + " " + e.Status.Message)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(e.Response, out); err != nil {
		return forum.Unreadable(k, ans, err)
	}
	return nil
}

// explained finds out whether a refused write was about the token: NodeBB answers 403 to a
// post both when it does not know the token and when its owner may not post there.
func (a *account) explained(ctx context.Context, k forum.Call, ans *forum.Answer) error {
	e := a.refusal(k, ans)
	if ans.Status != http.StatusForbidden || e.Class != adapters.Rejected || !k.Mutating() {
		return e
	}
	if _, err := a.whoAmI(ctx, k.Op); err != nil {
		switch adapters.ClassOf(err) {
		case adapters.AuthExpired, adapters.Rejected:
			e.Class, e.Scope = adapters.AuthExpired, adapters.ScopeAccount
		}
	}
	return e
}

// refusal classifies an answer that is not a success.
func (a *account) refusal(k forum.Call, ans *forum.Answer) *adapters.Error {
	var said envelope
	inJSON := json.Unmarshal(ans.Body, &said) == nil && said.Status.Code != ""
	text := said.Status.Message
	if !inJSON {
		text = string(ans.Body)
	}
	e := &adapters.Error{Op: k.Op, Phase: adapters.Answered, Code: strconv.Itoa(ans.Status), Err: a.http.Quote(text)}
	e.Class, e.Scope = classify(k, ans.Status, text, inJSON)
	if e.Class == adapters.RateLimited {
		e.Until = waits(ans.Header, text)
	}
	return e
}

// classify maps a status, and where it must the English words, to what it means.
func classify(k forum.Call, status int, text string, inJSON bool) (adapters.Class, adapters.Scope) {
	switch status {
	case http.StatusBadRequest:
		return badRequest(text)
	case http.StatusUnauthorized:
		return adapters.AuthExpired, adapters.ScopeAccount
	case http.StatusForbidden:
		return forbidden(text, inJSON)
	case http.StatusNotFound, http.StatusGone:
		return adapters.Gone, adapters.ScopeItem
	case http.StatusTooManyRequests:
		return adapters.RateLimited, adapters.ScopeAccount
	case http.StatusUpgradeRequired: // https is wanted
		return adapters.Rejected, adapters.ScopeAccount
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly:
		return k.Unclear(), adapters.ScopeItem
	case http.StatusServiceUnavailable:
		if inJSON { // maintenance: the API turned it away before doing anything
			return adapters.NotSent, adapters.ScopeAccount
		}
	}
	switch {
	case status >= 500:
		return k.Unclear(), adapters.ScopeAccount
	case status >= 400:
		return adapters.Rejected, adapters.ScopeItem
	}
	return adapters.NotSent, adapters.ScopeAccount // a redirect: maintenance
}

// What NodeBB says in English, or as a bare key where no language is built.
var (
	alreadyPosting = regexp.MustCompile(`(?i)already.posting`)
	flood          = regexp.MustCompile(`(?i)once every \d+ second|too.many.(posts|messages|post.flags)|sent too many messages|can only flag \d+`)
	banned         = regexp.MustCompile(`(?i)\bbanned\b|user-banned`)
	already        = regexp.MustCompile(`(?i)already.(been.)?deleted`)
	toWhom         = regexp.MustCompile(`(?i)no.user|no such user|invalid.uid|chat-restricted|restricted their chat`)
)

func badRequest(text string) (adapters.Class, adapters.Scope) {
	switch {
	case alreadyPosting.MatchString(text):
		return adapters.NotSent, adapters.ScopeAccount
	case flood.MatchString(text):
		return adapters.RateLimited, adapters.ScopeAccount
	case banned.MatchString(text):
		return adapters.AccountBlocked, adapters.ScopeAccount
	case already.MatchString(text):
		return adapters.Gone, adapters.ScopeItem
	case toWhom.MatchString(text):
		return adapters.Rejected, adapters.ScopeRecipient
	}
	return adapters.Rejected, adapters.ScopeItem
}

func forbidden(text string, inJSON bool) (adapters.Class, adapters.Scope) {
	switch {
	case !inJSON && strings.TrimSpace(text) == "Forbidden": // no token reached the API
		return adapters.AuthExpired, adapters.ScopeAccount
	case banned.MatchString(text):
		return adapters.AccountBlocked, adapters.ScopeAccount
	}
	return adapters.Rejected, adapters.ScopeItem
}

var seconds = regexp.MustCompile(`(?:every |, ?)(\d{1,6})`)

// waits reads until when a flood refusal lasts: NodeBB sends no Retry-After, but says after
// how many seconds one may post again.
func waits(h http.Header, text string) time.Time {
	if until := adapters.RetryAfter(h); !until.IsZero() {
		return until
	}
	m := seconds.FindStringSubmatch(text)
	date, err := http.ParseTime(h.Get("Date"))
	if m == nil || err != nil {
		return time.Time{}
	}
	n, _ := strconv.Atoi(m[1]) // at most six digits
	return date.UTC().Add(time.Duration(n) * time.Second)
}

var errNoID = errors.New("the forum accepted the request but named no id")

// nameless is the unknown outcome of a write that was answered without an id.
func nameless(op string) error {
	return &adapters.Error{Class: adapters.Unknown, Op: op, Phase: adapters.Answered, Err: errNoID}
}
