package weibo

import (
	"net/http"
	"time"

	"netpatrol/adapters"
)

// wait says when a limit that the platform states without a time ends.
type wait uint8

const (
	unsaid   wait = iota
	nextHour      // on the platform's clock
	oneHour       // from now
)

// meaning is what a code means for the send, and how a person mends it. The class
// Unknown is for mutating calls; a read under such a code has simply not happened.
type meaning struct {
	class adapters.Class
	scope adapters.Scope
	wait  wait
	mend  string
}

const (
	lookAtAccount = "sign in to the account on Weibo and look at its notices"
	authorise     = "authorise the app again and renew the secret token"
	lookAtApp     = "compare the app's settings in the console with the configuration"
	rewrite       = "the platform objects to the content"
	maybeSent     = "an earlier attempt may have reached the platform"
)

// meanings is the one table of the platform's codes. A code that is not in it leaves a
// mutating call unknown. Sources: open.weibo.com/wiki/Error_code and public code, checked 2026-11-25.
var meanings = map[string]meaning{
	// The platform in trouble. Where its inner call failed or timed out, it may have acted.
	"10001": {class: adapters.Unknown, scope: adapters.ScopeEndpoint},
	"10002": {class: adapters.NotSent, scope: adapters.ScopeApp},
	"10003": {class: adapters.Unknown, scope: adapters.ScopeEndpoint},
	"10009": {class: adapters.NotSent, scope: adapters.ScopeEndpoint},
	"10010": {class: adapters.Unknown, scope: adapters.ScopeEndpoint},
	"10011": {class: adapters.Unknown, scope: adapters.ScopeEndpoint},

	// An address, account or app the platform distrusts, or a test for humans.
	"10004": {adapters.AccountBlocked, adapters.ScopeApp, unsaid, "the platform distrusts the address we call from"},
	"20015": {adapters.AccountBlocked, adapters.ScopeAccount, unsaid, lookAtAccount},
	"20022": {adapters.AccountBlocked, adapters.ScopeApp, unsaid, "the platform distrusts the app or our address"},
	"20031": {adapters.AccountBlocked, adapters.ScopeAccount, unsaid, lookAtAccount},
	"20507": {adapters.AccountBlocked, adapters.ScopeAccount, unsaid, lookAtAccount},

	// What the app may do, and calls that are wrong.
	"10005": {adapters.Unsupported, adapters.ScopeEndpoint, unsaid, "the app lacks the permission: see docs/weibo.md"},
	"10014": {adapters.Unsupported, adapters.ScopeEndpoint, unsaid, "the app lacks the permission: see docs/weibo.md"},
	"10006": {class: adapters.Rejected, scope: adapters.ScopeEndpoint},
	"10008": {class: adapters.Rejected, scope: adapters.ScopeEndpoint},
	"10012": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"10016": {class: adapters.Rejected, scope: adapters.ScopeEndpoint},
	"10017": {adapters.Rejected, adapters.ScopeItem, unsaid, "a shared post needs a link to a domain that the app's console lists as safe"},
	"10018": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"10020": {adapters.Unsupported, adapters.ScopeEndpoint, unsaid, "no such call: compare base_url"},
	"10021": {class: adapters.Rejected, scope: adapters.ScopeEndpoint},
	"10013": {class: adapters.Rejected, scope: adapters.ScopeRecipient},
	"20003": {class: adapters.Rejected, scope: adapters.ScopeRecipient},

	// How often.
	"10022": {adapters.RateLimited, adapters.ScopeApp, nextHour, "our address has no calls left in this hour"},
	"10023": {adapters.RateLimited, adapters.ScopeAccount, nextHour, "the account has no calls left; whether for an hour or a day is not documented"},
	"10024": {adapters.RateLimited, adapters.ScopeEndpoint, unsaid, "this call has none left for the account"},
	"20016": {adapters.RateLimited, adapters.ScopeEndpoint, oneHour, ""},

	// What we write.
	"20005": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20006": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20007": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20008": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20012": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20013": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20018": {adapters.Rejected, adapters.ScopeItem, unsaid, rewrite},
	"20020": {adapters.Rejected, adapters.ScopeItem, unsaid, rewrite},
	"20021": {adapters.Rejected, adapters.ScopeItem, unsaid, rewrite},
	"21602": {adapters.Rejected, adapters.ScopeItem, unsaid, rewrite},
	"20354": {class: adapters.Rejected, scope: adapters.ScopeItem},

	// Similar to an earlier one, which may be this very send; or taken, to appear later.
	"20017": {adapters.Unknown, adapters.ScopeItem, unsaid, maybeSent},
	"20019": {adapters.Unknown, adapters.ScopeItem, unsaid, maybeSent},
	"20111": {adapters.Unknown, adapters.ScopeItem, unsaid, maybeSent},
	"20306": {adapters.Unknown, adapters.ScopeItem, unsaid, maybeSent},
	delayed: {adapters.Unknown, adapters.ScopeItem, unsaid, "the platform says that it appears within two minutes"},

	// What it refers to is gone, or is not ours.
	"20101": {class: adapters.Gone, scope: adapters.ScopeItem},
	"20201": {class: adapters.Gone, scope: adapters.ScopeItem},
	"20305": {class: adapters.Gone, scope: adapters.ScopeItem},
	"20102": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20203": {class: adapters.Rejected, scope: adapters.ScopeItem},
	"20303": {class: adapters.Rejected, scope: adapters.ScopeItem},

	// Who does not get private messages from us.
	"20301": {adapters.WindowClosed, adapters.ScopeRecipient, unsaid, "the person does not follow the account"},
	"20508": {adapters.WindowClosed, adapters.ScopeRecipient, unsaid, "the person's settings refuse it"},

	// The authorisation.
	"21301": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21314": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21315": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21316": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21317": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21319": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21327": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21332": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21321": {adapters.AuthExpired, adapters.ScopeApp, unsaid, "the app is not audited and has too many users"},
	"21322": {adapters.AuthExpired, adapters.ScopeApp, unsaid, lookAtApp},
	"21323": {adapters.AuthExpired, adapters.ScopeApp, unsaid, lookAtApp},
	"21324": {adapters.AuthExpired, adapters.ScopeApp, unsaid, lookAtApp},
	"21325": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21326": {adapters.AuthExpired, adapters.ScopeApp, unsaid, lookAtApp},
	"21328": {adapters.AuthExpired, adapters.ScopeApp, unsaid, lookAtApp},
	"21329": {adapters.AuthExpired, adapters.ScopeApp, unsaid, lookAtApp},
	"21330": {adapters.AuthExpired, adapters.ScopeAccount, unsaid, authorise},
	"21331": {class: adapters.NotSent, scope: adapters.ScopeAccount},
}

// delayed is the code of a post that was taken and appears within a minute or two.
const delayed = "20032"

// meaningOf returns what a code means. An unlisted one proves nothing about a mutating call.
func meaningOf(code string, mutating bool) meaning {
	m, known := meanings[code]
	if !known {
		m.scope = adapters.ScopeEndpoint
	}
	if m.class == adapters.Unknown {
		m.class = unclear(mutating)
	}
	return m
}

// unclear is the class of an answer that proves nothing.
func unclear(mutating bool) adapters.Class {
	if mutating {
		return adapters.Unknown
	}
	return adapters.NotSent
}

// until computes the end of a wait from the answer's own date; an adapter has no clock.
// Zero: the answer has no date, or nothing is known.
func (w wait) until(h http.Header) time.Time {
	now := dateOf(h)
	if now.IsZero() {
		return now
	}
	switch w {
	case nextHour:
		return now.Truncate(time.Hour).Add(time.Hour)
	case oneHour:
		return now.Add(time.Hour)
	}
	return time.Time{}
}

// dateOf is when an answer was made; zero: it does not say.
func dateOf(h http.Header) time.Time {
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return now.UTC()
}

// statusOf classifies an answer without an error_code: it comes from something between us
// and the platform.
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
