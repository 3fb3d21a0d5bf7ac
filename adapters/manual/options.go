package manual

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"netpatrol/adapters"
)

var errByHand = errors.New("this account sends nothing: an officer posts by hand")

// open checks an account's options. It asks nobody.
func open(_ context.Context, c adapters.Config, _ adapters.Host) (adapters.Account, error) {
	o := c.Options
	a := &account{site: o["site"], home: o["home"], post: o["post_link"], person: o["person_link"]}
	a.self = adapters.Person{ID: cmp.Or(o["id"], o["name"]), Handle: o["name"], Name: o["name"]}
	if a.site == "" || o["name"] == "" {
		return nil, misconfigured(c, "options site and name are needed: what the site is called, and the account on it")
	}
	for _, t := range []struct{ option, address, field string }{
		{"home", a.home, ""}, {"post_link", a.post, "{post}"}, {"person_link", a.person, "{person}"},
	} {
		if err := template(t.address, t.field); err != nil {
			return nil, misconfigured(c, "option %s: %s", t.option, err)
		}
	}
	var err error
	if a.limits, err = limits(o); err != nil {
		return nil, misconfigured(c, "%s", err)
	}
	return a, nil
}

// template checks an address with a field in it; empty: none is configured.
func template(address, field string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(address))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("write a whole address, beginning with https://")
	}
	if field != "" && !strings.Contains(address, field) {
		return fmt.Errorf("write %s where the id goes", field)
	}
	return nil
}

func limits(options map[string]string) (l adapters.Limits, err error) {
	for _, x := range []struct {
		option  string
		channel adapters.Channel
	}{{"public_limit", adapters.Public}, {"private_limit", adapters.Private}, {"comment_limit", adapters.InReply}} {
		text := options[x.option]
		if text == "" {
			continue
		}
		t := adapters.TextLimit{Channel: x.channel, Provenance: adapters.Provenance{Source: "the configuration", CheckedOn: checkedOn}}
		if t.Max, t.Unit, err = readLimit(text); err != nil {
			return l, fmt.Errorf("option %s: %w", x.option, err)
		}
		l.Text = append(l.Text, t)
	}
	return l, nil
}

func readLimit(text string) (int, adapters.Unit, error) {
	number, unit, _ := strings.Cut(strings.TrimSpace(text), " ")
	n, err := strconv.Atoi(number)
	if err != nil || n <= 0 {
		return 0, "", fmt.Errorf("%q does not begin with a number: write it as \"2000 characters\"", text)
	}
	u := adapters.Unit(strings.TrimSpace(unit))
	switch u {
	case adapters.Runes, adapters.Bytes, adapters.UTF16, adapters.HalfWidths, adapters.FullWidths:
		return n, u, nil
	}
	return 0, "", fmt.Errorf("%q is no unit: use characters, bytes, UTF-16 units, half-widths or full-widths", u)
}

func misconfigured(c adapters.Config, format string, args ...any) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open",
		Err: fmt.Errorf("account %s: %s", c.ID, fmt.Sprintf(format, args...))}
}
