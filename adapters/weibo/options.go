package weibo

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

// The hosts of the four families of calls.
const (
	apiBase        = "https://api.weibo.com"
	commercialBase = "https://c.api.weibo.com"
	messagesBase   = "https://m.api.weibo.com"
	uploadBase     = "https://upload.api.weibo.com"

	publishShare, publishLong = "share", "longtext"
)

// options are the account's settings, checked.
type options struct {
	api, commercial, messages, uploads string // addresses without a trailing slash

	uid     string
	ip      string // ours, which writing calls must name
	publish string
	domains []string // safe domains of the app, one of which a shared post must link to
	picture string   // of long posts: address or pic_id
	calls   int      // a day; 0: not counted

	afterMessage, afterMention adapters.ReplyWindow
}

func readOptions(c adapters.Config) (o options, err error) {
	get := func(name, otherwise string) string { return or(strings.TrimSpace(c.Options[name]), otherwise) }
	o = options{uid: get("uid", ""), ip: get("rip", ""), publish: get("publish", publishShare), picture: get("picture", "")}
	for _, b := range []struct {
		name, otherwise string
		to              *string
	}{{"", apiBase, &o.api}, {"commercial_url", commercialBase, &o.commercial}, {"messages_url", messagesBase, &o.messages}, {"upload_url", uploadBase, &o.uploads}} {
		if *b.to, err = baseOf(c, b.name, b.otherwise); err != nil {
			return o, err
		}
	}
	if !number(o.uid) {
		return o, misconfigured(c, "option uid is %q: it is the number of the account, as in weibo.com/u/1234567890", o.uid)
	}
	if _, err := netip.ParseAddr(o.ip); err != nil {
		return o, misconfigured(c, "option rip is %q: it is the public IP address netpatrol calls from, which the platform requires with every post and comment", o.ip)
	}
	for d := range strings.FieldsFuncSeq(get("safe_domains", ""), func(r rune) bool { return r == ',' || r == ' ' }) {
		o.domains = append(o.domains, strings.ToLower(d))
	}
	switch {
	case o.publish != publishShare && o.publish != publishLong:
		return o, misconfigured(c, "option publish is %q: set it to share or longtext", o.publish)
	case o.publish == publishShare && len(o.domains) == 0:
		return o, misconfigured(c, "option safe_domains is missing: publish share needs a link to a domain that the app's console lists as safe (安全域名)")
	}
	return o.readMore(c, get)
}

func (o options) readMore(c adapters.Config, get func(name, otherwise string) string) (options, error) {
	calls := get("calls_per_day", strconv.Itoa(freeCalls))
	var err error
	if o.calls, err = strconv.Atoi(calls); err != nil || o.calls < 0 {
		return o, misconfigured(c, "option calls_per_day is %q: write how many calls the platform allows this account a day, or 0 if it does not count them", calls)
	}
	if o.afterMessage, err = window(adapters.KindMessage, get("replies_after_message", defaultAfterMessage)); err != nil {
		return o, misconfigured(c, "option replies_after_message: %v", err)
	}
	if o.afterMention, err = window(adapters.KindMention, get("replies_after_mention", defaultAfterMention)); err != nil {
		return o, misconfigured(c, "option replies_after_mention: %v", err)
	}
	return o, nil
}

// baseOf is the address a family is called at. With base_url alone every family goes there:
// an egress proxy of the agency, or a pretend server. An option sets one family apart.
func baseOf(c adapters.Config, option, otherwise string) (string, error) {
	given, name := c.BaseURL, "base_url"
	if own := strings.TrimSpace(c.Options[option]); option != "" && own != "" {
		given, name = own, "option "+option
	}
	base := strings.TrimRight(or(given, otherwise), "/")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", misconfigured(c, "%s must look like %s, without user, password or query", name, otherwise)
	}
	return base, nil
}

// window reads how many replies fit into how much time: "1/48h"; 0 counts none.
func window(after adapters.Kind, s string) (adapters.ReplyWindow, error) {
	count, span, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	d, bad := time.ParseDuration(span)
	if err != nil || bad != nil || n < 0 || d <= 0 {
		return adapters.ReplyWindow{}, fmt.Errorf("%q: write a count and a time, such as 1/48h; 0/48h for any number", s)
	}
	return adapters.ReplyWindow{Trigger: after, N: n, Within: d, Provenance: windowSource()}, nil
}

// number says whether s is an id of the platform's: digits only, none of them a leading zero.
func number(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != "" && s[0] != '0' && len(s) <= 20
}

func or[S ~string](s, otherwise S) S {
	if s == "" {
		return otherwise
	}
	return s
}

func misconfigured(c adapters.Config, format string, args ...any) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open",
		Err: fmt.Errorf("account %s: %s", c.ID, fmt.Sprintf(format, args...))}
}

func rejected(op string, scope adapters.Scope, err error) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Scope: scope, Op: op, Err: err}
}
