package discourse

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// options are the account's settings, checked.
type options struct {
	username string
	category int64  // in which bulletins are posted
	title    string // of private messages
}

// handlePattern is a user's name. A comma would name a second recipient, an @ an e-mail.
var handlePattern = regexp.MustCompile(`^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}])?$`)

func newAccount(c adapters.Config, h adapters.Host) (*account, error) {
	o := options{username: strings.TrimPrefix(c.Options["username"], "@"), title: c.Options["message_title"]}
	if !handlePattern.MatchString(o.username) {
		return nil, forum.Misconfigured(c, "option username is %q: set it to the user as whom the key acts", o.username)
	}
	var err error
	if o.category, err = strconv.ParseInt(c.Options["category"], 10, 64); err != nil || o.category <= 0 {
		return nil, forum.Misconfigured(c, "option category is %q: set it to a number above zero, as at the end of /c/news/5", c.Options["category"])
	}
	if o.title == "" {
		o.title = "官方账号私信"
	}
	key, secret := trimmed(c, "api_key"), trimmed(c, "webhook_secret")
	if key == "" {
		return nil, forum.Misconfigured(c, "secret api_key is missing: an administrator of the forum makes it under Admin, API")
	}
	header := http.Header{"Api-Key": {key.Reveal()}, "Api-Username": {o.username}}
	cl, err := forum.NewClient(c, h, header, key, secret)
	if err != nil {
		return nil, err
	}
	a := &account{http: cl, log: h.Log, options: o}
	if secret != "" {
		a.hook = &receiver{secret: []byte(secret.Reveal()), self: o.username, base: cl.Base()}
	}
	return a, nil
}

func trimmed(c adapters.Config, name string) adapters.Secret {
	return adapters.Secret(strings.TrimSpace(c.Secrets[name].Reveal()))
}

// settings are those of the forum that every browser is told. That they can be read there is
// not confirmed, so that what is missing keeps the documented default.
type settings struct {
	MaxPost int `json:"max_post_length"`
}

// readLimits reads the forum's limits; a forum that does not state them keeps the manifest's.
// Staff are exempt from the daily ones.
func (a *account) readLimits(ctx context.Context) (adapters.Limits, error) {
	l := limits()
	if a.self.Admin || a.self.Moderator {
		l.Quotas = nil
	}
	var s settings
	header, err := a.exchange(ctx, forum.Call{Op: "read limits", Path: "/site/settings.json"}, &s)
	if c := adapters.ClassOf(err); err != nil && (c == adapters.Gone || c == adapters.Rejected) {
		return l, nil
	}
	if err != nil || s.MaxPost <= 0 {
		return l, err
	}
	for i := range l.Text {
		t := &l.Text[i]
		t.Max, t.Provenance = s.MaxPost, adapters.Provenance{Source: "read from the server", CheckedOn: t.CheckedOn, Confirmed: true}
		if at, err := http.ParseTime(header.Get("Date")); err == nil {
			t.CheckedOn = at.UTC().Format(time.DateOnly)
		}
	}
	return l, nil
}
