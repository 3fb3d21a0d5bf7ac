package discourse

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// fault is what Discourse says is wrong.
type fault struct {
	Errors []string `json:"errors"`
	Type   string   `json:"error_type"`
	Extras struct {
		Wait float64 `json:"wait_seconds"`
	} `json:"extras"`
}

// call makes one request and decodes a success into out, unless out is nil.
func (a *account) call(ctx context.Context, k forum.Call, out any) error {
	_, err := a.exchange(ctx, k, out)
	return err
}

func (a *account) exchange(ctx context.Context, k forum.Call, out any) (http.Header, error) {
	ans, failed := a.http.Do(ctx, k)
	if failed != nil {
		return nil, failed
	}
	if !ans.OK() {
		return nil, a.explained(ctx, k, ans)
	}
	if out == nil {
		return ans.Header, nil
	}
	if err := json.Unmarshal(ans.Body, out); err != nil {
		return nil, forum.Unreadable(k, ans, err)
	}
	return ans.Header, nil
}

// explained finds out whether a refused write was about the key: Discourse says
// invalid_access both of a key it does not take and of what its user may not do.
func (a *account) explained(ctx context.Context, k forum.Call, ans *forum.Answer) error {
	e := a.refusal(k, ans)
	if ans.Status != http.StatusForbidden || e.Class != adapters.Rejected || !k.Mutating() {
		return e
	}
	_, err := a.whoAmI(ctx, k.Op)
	if c := adapters.ClassOf(err); err != nil && (c == adapters.Rejected || c == adapters.AuthExpired) {
		e.Class, e.Scope = adapters.AuthExpired, adapters.ScopeAccount
	}
	return e
}

// refusal classifies an answer that is not a success.
func (a *account) refusal(k forum.Call, ans *forum.Answer) *adapters.Error {
	var said fault
	inJSON := json.Unmarshal(ans.Body, &said) == nil && (len(said.Errors) > 0 || said.Type != "")
	text := strings.Join(said.Errors, " ")
	if !inJSON {
		text = string(ans.Body)
	}
	e := &adapters.Error{Op: k.Op, Phase: adapters.Answered, Code: strconv.Itoa(ans.Status), Err: a.http.Quote(text)}
	e.Class, e.Scope = classify(k, ans.Status, said, inJSON)
	if e.Class == adapters.RateLimited {
		e.Until = waits(ans.Header, said)
		if inJSON && ans.Header.Get("Discourse-Rate-Limit-Error-Code") == "" {
			e.Scope = adapters.ScopeEndpoint // the limiter of this one deed; others stop the whole site
		}
	}
	return e
}

func classify(k forum.Call, status int, said fault, inJSON bool) (adapters.Class, adapters.Scope) {
	switch status {
	case http.StatusUnauthorized:
		return adapters.AuthExpired, adapters.ScopeAccount
	case http.StatusForbidden:
		return forbidden(said)
	case http.StatusNotFound, http.StatusGone:
		return adapters.Gone, adapters.ScopeItem
	case http.StatusTooManyRequests:
		return adapters.RateLimited, adapters.ScopeAccount
	case http.StatusConflict: // somebody else decided meanwhile: look again
		return adapters.NotSent, adapters.ScopeItem
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return k.Unclear(), adapters.ScopeItem
	case http.StatusMethodNotAllowed, http.StatusServiceUnavailable:
		if inJSON { // read-only mode
			return adapters.NotSent, adapters.ScopeAccount
		}
	}
	switch {
	case status >= 500:
		return k.Unclear(), adapters.ScopeAccount
	case status >= 400:
		return adapters.Rejected, adapters.ScopeItem
	}
	return adapters.NotSent, adapters.ScopeAccount // a redirect: nothing was processed here
}

func forbidden(said fault) (adapters.Class, adapters.Scope) {
	text := strings.ToLower(strings.Join(said.Errors, " "))
	switch {
	case said.Type == "not_logged_in":
		return adapters.AuthExpired, adapters.ScopeAccount
	case strings.Contains(text, "suspended") || strings.Contains(text, "silenced"):
		return adapters.AccountBlocked, adapters.ScopeAccount
	}
	return adapters.Rejected, adapters.ScopeItem
}

// waits reads until when a refusal lasts: the header, else the seconds in the body.
func waits(h http.Header, said fault) time.Time {
	if until := adapters.RetryAfter(h); !until.IsZero() {
		return until
	}
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil || said.Extras.Wait <= 0 || said.Extras.Wait > 1e6 {
		return time.Time{}
	}
	return date.UTC().Add(time.Duration(said.Extras.Wait * float64(time.Second)))
}
