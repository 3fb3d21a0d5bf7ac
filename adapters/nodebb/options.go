package nodebb

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// options are the account's settings, checked.
type options struct {
	category forum.ID // in which bulletins are posted
	as       forum.ID // for a master token: the user to act as; 0: the token's owner
}

func newAccount(c adapters.Config, h adapters.Host) (*account, error) {
	o := options{}
	for name, to := range map[string]*forum.ID{"category": &o.category, "uid": &o.as} {
		text := c.Options[name]
		n, err := strconv.ParseInt(text, 10, 64)
		if text == "" && name == "uid" {
			continue
		}
		if err != nil || n <= 0 {
			return nil, forum.Misconfigured(c, "option %s is %q: set it to a number above zero, as shown in the forum's addresses", name, text)
		}
		*to = forum.ID(n)
	}
	token := adapters.Secret(strings.TrimSpace(c.Secrets["token"].Reveal()))
	if token == "" {
		return nil, forum.Misconfigured(c, "secret token is missing: an administrator of the forum makes it under Settings, API Access")
	}
	cl, err := forum.NewClient(c, h, http.Header{"Authorization": {"Bearer " + token.Reveal()}}, token)
	if err != nil {
		return nil, err
	}
	a := &account{http: cl, log: h.Log, options: o}
	return a, nil
}

// siteConfig is what the forum tells every browser. The names are not in its documented API,
// so that what is missing keeps the documented default.
type siteConfig struct {
	MaxPost int `json:"maximumPostLength"`
	MaxChat int `json:"maximumChatMessageLength"`
}

// readLimits reads the forum's limits; a forum that does not state them keeps the manifest's.
func (a *account) readLimits(ctx context.Context) (adapters.Limits, error) {
	l := limits()
	var s siteConfig
	header, err := a.get(ctx, forum.Call{Op: "read limits", Path: "/api/config"}, &s)
	if c := adapters.ClassOf(err); err != nil && (c == adapters.Gone || c == adapters.Rejected) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	today := ""
	if t, err := http.ParseTime(header.Get("Date")); err == nil {
		today = t.UTC().Format(time.DateOnly)
	}
	for i := range l.Text {
		t := &l.Text[i]
		if n := s.of(t.Channel); n > 0 {
			t.Max, t.Provenance = n, adapters.Provenance{Source: "read from the server", CheckedOn: t.CheckedOn, Confirmed: true}
			if today != "" {
				t.CheckedOn = today
			}
		}
	}
	return l, nil
}

func (s siteConfig) of(ch adapters.Channel) int {
	if ch == adapters.Private {
		return s.MaxChat
	}
	return s.MaxPost
}
