package wechat

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// wait says when a limit that the platform states without a time ends.
type wait uint8

const (
	unsaid     wait = iota
	nextMinute      // on the platform's clock
	nextDay         // midnight in China
	oneMinute       // from now
)

// meaning is what a code means for the send, and how a person mends it.
type meaning struct {
	class adapters.Class
	scope adapters.Scope
	wait  wait
	mend  string
}

// meanings is the one table of the platform's codes. A code that is not in it leaves a
// mutating call unknown. Sources: the pages of each interface, checked 2026-11-25.
var meanings = map[int]meaning{
	-1: {adapters.NotSent, adapters.ScopeEndpoint, unsaid, ""}, // "system error": busy, try again

	// The token, the secret, the address we call from.
	40001: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, ""},
	40014: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, ""},
	42001: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, ""},
	41001: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, ""},
	40002: {adapters.Rejected, adapters.ScopeAccount, unsaid, ""},
	40013: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, "compare option appid with the console"},
	40125: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, "set the secret appsecret to the current AppSecret"},
	41002: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, "option appid is missing"},
	41004: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, "the secret appsecret is missing"},
	40243: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, "the AppSecret is frozen: unfreeze it in the console"},
	40164: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, "allow our address in the console (基本配置 → IP白名单)"},
	89503: {adapters.AuthExpired, adapters.ScopeAccount, unsaid, "an administrator of the account must confirm calls from our address"},
	43002: {adapters.Rejected, adapters.ScopeEndpoint, unsaid, ""},

	// The menu.
	40016: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40017: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40018: {adapters.Rejected, adapters.ScopeItem, unsaid, "a label of the menu is too long"},
	40019: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40020: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40023: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	46003: {adapters.Gone, adapters.ScopeItem, unsaid, ""}, // there is no menu

	// Whom we write to.
	40003: {adapters.Rejected, adapters.ScopeRecipient, unsaid, ""},
	43004: {adapters.WindowClosed, adapters.ScopeRecipient, unsaid, ""},
	43019: {adapters.Rejected, adapters.ScopeRecipient, unsaid, ""},
	43101: {adapters.WindowClosed, adapters.ScopeRecipient, unsaid, ""},
	43117: {adapters.RateLimited, adapters.ScopeRecipient, unsaid, ""},
	45015: {adapters.WindowClosed, adapters.ScopeRecipient, unsaid, ""},
	45047: {adapters.RateLimited, adapters.ScopeRecipient, unsaid, "no more replies until the person writes again"},

	// What we write.
	40005: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40007: {adapters.Gone, adapters.ScopeItem, unsaid, ""},
	40008: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40009: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40033: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	40037: {adapters.Rejected, adapters.ScopeEndpoint, unsaid, ""},
	40059: {adapters.Gone, adapters.ScopeItem, unsaid, ""},
	40152: {adapters.Rejected, adapters.ScopeEndpoint, unsaid, "compare option audience with the account's tags"},
	44004: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	45002: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	45003: {adapters.Rejected, adapters.ScopeItem, unsaid, ""}, // title, description, article, author: too long
	45004: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	45008: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	45110: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	45166: {adapters.Rejected, adapters.ScopeItem, unsaid, "the platform objects to the content"},
	47001: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	47003: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	53503: {adapters.Rejected, adapters.ScopeItem, unsaid, "the draft fails the platform's checks: look at it in the console"},
	53504: {adapters.Rejected, adapters.ScopeItem, unsaid, "this must be done in the console"},
	53505: {adapters.Rejected, adapters.ScopeItem, unsaid, "save the draft by hand in the console first"},
	53600: {adapters.Gone, adapters.ScopeItem, unsaid, ""},     // no such article_id
	61500: {adapters.Rejected, adapters.ScopeItem, unsaid, ""}, // dates, in either of two codes
	61501: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},

	// How often.
	45009: {adapters.RateLimited, adapters.ScopeEndpoint, nextDay, ""},
	45011: {adapters.RateLimited, adapters.ScopeEndpoint, nextMinute, ""},
	45028: {adapters.RateLimited, adapters.ScopeEndpoint, nextDay, "the account has no mass send left"},
	45065: {adapters.Rejected, adapters.ScopeItem, unsaid, ""}, // this very send happened before; see publish
	45066: {adapters.RateLimited, adapters.ScopeItem, oneMinute, ""},
	45067: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},

	// What the account may do.
	40066: {adapters.Unsupported, adapters.ScopeEndpoint, unsaid, ""},
	48001: {adapters.Unsupported, adapters.ScopeEndpoint, unsaid, "the account lacks the permission: see docs/wechat.md"},

	// The chat log.
	65400: {adapters.Unsupported, adapters.ScopeEndpoint, unsaid, "the console's customer service is not switched on: switch it on, or leave staff out of watch"},
	65416: {adapters.Rejected, adapters.ScopeEndpoint, unsaid, ""},
	65417: {adapters.Rejected, adapters.ScopeEndpoint, unsaid, ""},

	// An account the platform has stopped.
	48004: {adapters.AccountBlocked, adapters.ScopeAccount, unsaid, "the platform has closed this interface to the account: look at the notices in the console"},
	50002: {adapters.AccountBlocked, adapters.ScopeAccount, unsaid, "the platform has restricted the account: look at the notices in the console"},

	// Comments.
	87009: {adapters.Rejected, adapters.ScopeEndpoint, unsaid, ""},
	88000: {adapters.Unsupported, adapters.ScopeEndpoint, unsaid, "the account has no comments"},
	88001: {adapters.Gone, adapters.ScopeItem, unsaid, ""},
	88002: {adapters.Rejected, adapters.ScopeItem, unsaid, "the platform limits this article's comments"},
	88011: {adapters.Rejected, adapters.ScopeItem, unsaid, "the platform limits this article's comments"},
	88003: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	88004: {adapters.Gone, adapters.ScopeItem, unsaid, ""},
	88005: {adapters.Rejected, adapters.ScopeItem, unsaid, "the comment has a reply already"},
	88007: {adapters.Rejected, adapters.ScopeItem, unsaid, ""},
	88008: {adapters.Gone, adapters.ScopeItem, unsaid, ""},
	88009: {adapters.Gone, adapters.ScopeItem, unsaid, ""},
	88010: {adapters.Rejected, adapters.ScopeEndpoint, unsaid, ""},
}

// meaningOf returns what a code means. An unlisted one proves nothing about a mutating call.
func meaningOf(code int, mutating bool) meaning {
	if m, ok := meanings[code]; ok {
		return m
	}
	if mutating {
		return meaning{class: adapters.Unknown}
	}
	return meaning{class: adapters.NotSent, scope: adapters.ScopeEndpoint}
}

// staleToken says that the access token, and nothing else, was refused.
func staleToken(code int) bool { return code == 40001 || code == 40014 || code == 42001 }

// until computes the end of a wait from the answer's own date; an adapter has no clock.
// Zero: the answer has no date, or nothing is known.
func (w wait) until(h http.Header) time.Time {
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	switch w {
	case nextMinute:
		return now.UTC().Truncate(time.Minute).Add(time.Minute)
	case oneMinute:
		return now.UTC().Add(time.Minute)
	case nextDay:
		y, m, d := now.In(china()).Date()
		return time.Date(y, m, d+1, 0, 0, 0, 0, china()).UTC()
	}
	return time.Time{}
}

// china is the platform's zone. It knows no summer time.
func china() *time.Location { return time.FixedZone("CST", 8*60*60) }

// statusOf classifies an answer that is not HTTP 200. It comes from something between us
// and the platform, which answers 200 even to errors.
func statusOf(status int, mutating bool) (adapters.Class, adapters.Scope) {
	switch {
	case status == http.StatusTooManyRequests:
		return adapters.RateLimited, adapters.ScopeAccount
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly,
		status == http.StatusSeeOther, status >= 500, status < 300:
		return unclear(mutating), adapters.ScopeAccount
	}
	return adapters.NotSent, adapters.ScopeAccount
}

// unclear is the class of an answer that proves nothing.
func unclear(mutating bool) adapters.Class {
	if mutating {
		return adapters.Unknown
	}
	return adapters.NotSent
}

var addressPattern = regexp.MustCompile(`invalid ip ([0-9a-fA-F.:]+)`)

// mendOf is what a person can do. For 40164 it names the address to allow.
func mendOf(code int, m meaning, said string) string {
	if code == 40164 {
		if found := addressPattern.FindStringSubmatch(said); found != nil {
			return "allow the address " + found[1] + " in the console (基本配置 → IP白名单)"
		}
	}
	return m.mend
}

// explained joins what the platform said and what to do about it.
func explained(said, mend string) string {
	return strings.TrimPrefix(strings.TrimSuffix(said+"; "+mend, "; "), "; ")
}

func codeText(code int) string { return strconv.Itoa(code) }
