package wechat

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

const (
	officialBase = "https://api.weixin.qq.com"

	modePlain, modeCompatible, modeSafe = "plain", "compatible", "safe"
	kindService, kindSubscription       = "service", "subscription"
	publishDraft, publishAPI            = "draft-only", "api"
	publishQuiet                        = "quiet"
)

// options are the account's settings, checked.
type options struct {
	base      string // API address without a trailing slash
	appID     string
	kind      string
	mode      string
	publish   string
	audience  string // "all" or the id of a tag
	author    string
	cover     string // media_id of a permanent picture; "": one is made
	comments  bool
	principal string
	username  string
	watched   []watched // further articles whose comments are read

	staff         bool // messages are left to the console's staff while the account observes
	subscriptions noticeTemplates
	templates     noticeTemplates

	afterMessage, afterEvent adapters.ReplyWindow
}

func readOptions(c adapters.Config) (options, error) {
	get := func(name, otherwise string) string { return or(strings.TrimSpace(c.Options[name]), otherwise) }
	o := options{
		appID: get("appid", ""), kind: get("kind", ""), mode: get("mode", modeSafe), publish: get("publish", publishDraft),
		author: get("author", ""), cover: get("cover_media_id", ""), principal: get("principal", ""), username: get("username", ""),
	}
	var err error
	if o.base, err = baseOf(c); err != nil {
		return o, err
	}
	if o.appID == "" {
		return o, misconfigured(c, "option appid is missing: it begins with wx and stands in the console under 设置与开发 → 基本配置")
	}
	for _, choice := range []struct {
		name, value string
		of          []string
	}{
		{"kind", o.kind, []string{kindService, kindSubscription}}, {"mode", o.mode, []string{modeSafe, modeCompatible, modePlain}},
		{"publish", o.publish, []string{publishDraft, publishAPI, publishQuiet}}, {"comments", get("comments", "on"), []string{"on", "off"}},
		{"console_staff", get("console_staff", "on"), []string{"on", "off"}},
	} {
		if !oneOf(choice.value, choice.of) {
			return o, misconfigured(c, "option %s is %q: set it to %s", choice.name, choice.value, strings.Join(choice.of, " or "))
		}
	}
	o.comments, o.staff = get("comments", "on") == "on", get("console_staff", "on") == "on"
	if n := adapters.Runes.Count(o.author); n > maxAuthor {
		return o, misconfigured(c, "option author has %d characters, the platform allows %d", n, maxAuthor)
	}
	return o.readMore(c, get)
}

func (o options) readMore(c adapters.Config, get func(name, otherwise string) string) (options, error) {
	audience := get("audience", "")
	if tag, tagged := strings.CutPrefix(audience, "tag:"); tagged {
		if _, err := strconv.ParseUint(tag, 10, 31); err != nil {
			return o, misconfigured(c, "option audience is %q: write all, or tag: and the number of a tag", audience)
		}
		o.audience = tag
	} else if o.audience = audience; audience != "all" && (audience != "" || o.publish == publishAPI) {
		return o, misconfigured(c, "option audience is %q: publish api needs all, or tag: and the number of a tag", audience)
	}
	var err error
	if o.afterMessage, err = window(adapters.KindMessage, get("replies_after_message", "5/48h")); err != nil {
		return o, misconfigured(c, "option replies_after_message: %v", err)
	}
	if o.afterEvent, err = window(adapters.KindFollow, get("replies_after_event", "3/1m")); err != nil {
		return o, misconfigured(c, "option replies_after_event: %v", err)
	}
	if o.subscriptions, err = parseNotices(get("notify_subscription", "")); err != nil {
		return o, misconfigured(c, "option notify_subscription: %v", err)
	}
	if o.templates, err = parseNotices(get("notify_template", "")); err != nil {
		return o, misconfigured(c, "option notify_template: %v", err)
	}
	for name := range strings.FieldsFuncSeq(get("articles", ""), func(r rune) bool { return r == ',' || r == ' ' }) {
		w, ok := parseWatched(name)
		if !ok {
			return o, misconfigured(c, "option articles holds %q: write msg_data_id or msg_data_id:index", name)
		}
		o.watched = append(o.watched, w)
	}
	return o, nil
}

// baseOf is the address the API is called at. Agencies may call through a fixed egress
// address of their own, drills and tests call a pretend server.
func baseOf(c adapters.Config) (string, error) {
	base := strings.TrimRight(or(c.BaseURL, officialBase), "/")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", misconfigured(c, "base_url must look like %s, without user, password or query", officialBase)
	}
	return base, nil
}

// window reads how many replies fit into how much time, such as "5/48h".
func window(after adapters.Kind, s string) (adapters.ReplyWindow, error) {
	count, span, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	d, bad := time.ParseDuration(span)
	if err != nil || bad != nil || n < 1 || d <= 0 {
		return adapters.ReplyWindow{}, fmt.Errorf("%q: write a count and a time, such as 5/48h", s)
	}
	return adapters.ReplyWindow{Trigger: after, N: n, Within: d, Provenance: windowSource()}, nil
}

func oneOf(s string, list []string) bool {
	for _, x := range list {
		if s == x {
			return true
		}
	}
	return false
}

func misconfigured(c adapters.Config, format string, args ...any) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open",
		Err: fmt.Errorf("account %s: %s", c.ID, fmt.Sprintf(format, args...))}
}

func rejected(op string, scope adapters.Scope, err error) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Scope: scope, Op: op, Err: err}
}
