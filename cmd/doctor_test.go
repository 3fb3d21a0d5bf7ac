package cmd

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"netpatrol/adapters"
	"netpatrol/internal/config"
)

// asker is a platform that is opened by one call to its address.
func asker(strangers bool) adapters.Platform {
	return adapters.Platform{Manifest: adapters.Manifest{Name: "asker", Strangers: strangers}, Open: func(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
		res, err := h.Read.Get(c.BaseURL)
		if err != nil {
			return nil, err
		}
		_ = res.Body.Close()
		return nil, errors.New("answered: " + res.Header.Get("X-By"))
	}}
}

// The doctor calls the way the daemon does: a site that lets in one address is not tried from
// another, and what strangers write leads nowhere private.
func TestTheDoctorLeavesTheWayTheDaemonDoes(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-By", "proxy") }))
	defer proxy.Close()
	for _, c := range []struct {
		name     string
		account  config.Account
		platform adapters.Platform
		want     string
	}{
		{"by its proxy", config.Account{Platform: "asker", BaseURL: "http://platform.invalid", Proxy: proxy.URL}, asker(false), "answered: proxy"},
		{"directly", config.Account{Platform: "asker", BaseURL: proxy.URL}, asker(false), "answered: proxy"},
		{"what strangers write", config.Account{Platform: "asker", BaseURL: proxy.URL}, asker(true), "private network"},
	} {
		d := doctor{account: c.account, platform: c.platform}
		d.examine(t.Context())
		if last := d.found[len(d.found)-1]; last.Tried != "open" || !strings.Contains(last.Detail, c.want) {
			t.Errorf("%s: %+v, want %q", c.name, last, c.want)
		}
	}
}

// What fails is named with what to do, by what the adapter made of the answer.
func TestTheDoctorNamesTheMend(t *testing.T) {
	d := doctor{platform: adapters.Platform{Manifest: adapters.Manifest{Abilities: []adapters.Ability{{Name: "watch", Permission: "read:notifications"}}}}}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&adapters.Error{Class: adapters.AuthExpired}, "make a new token on the platform and put it into the configuration; watch needs read:notifications"},
		{&adapters.Error{Class: adapters.Rejected}, "grant the account's application the permission it lacks; watch needs read:notifications"},
		{&adapters.Error{Class: adapters.AccountBlocked}, "the platform has stopped the account: ask the platform"},
		{&adapters.Error{Class: adapters.RateLimited}, "wait, and try again"},
		{&adapters.Error{Class: adapters.NotSent, Phase: adapters.NotWritten}, "check base_url, and whether this machine reaches it"},
		{&adapters.Error{Phase: adapters.Answered}, "the platform answered with an error: try again later; watch needs read:notifications"},
		{errors.New("odd"), "check the account's options and secrets: netpatrol adapters list "},
	} {
		if got := d.mend("watch mentions", c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
	if got := d.mend("open", &adapters.Error{Class: adapters.Rejected}); !strings.HasPrefix(got, "check the account's options") {
		t.Errorf("what the adapter itself refuses: %q", got)
	}
}

func TestTheDoctorRefusesACertificateNobodyVouchesFor(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of the handshake we break off
	srv.StartTLS()
	defer srv.Close()
	d := doctor{account: config.Account{ID: "haikou", BaseURL: srv.URL}}
	d.address(t.Context())
	if len(d.found) != 2 || d.found[0].Result != fine || d.found[1].Tried != "certificate" || d.found[1].Result != problem {
		t.Errorf("found %+v", d.found)
	}
}

func TestTheDoctorSaysWhenNothingListens(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	d := doctor{account: config.Account{ID: "haikou", BaseURL: srv.URL}}
	d.address(t.Context())
	if len(d.found) != 1 || d.found[0].Result != problem || !strings.Contains(d.found[0].Detail, "refused") {
		t.Errorf("found %+v", d.found)
	}
}

func TestTheCallbackIsTriedFromOutside(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler()) // any answer shows that the way in is open
	defer srv.Close()
	for url, want := range map[string]string{srv.URL: fine, "": problem, "http://127.0.0.1:1": problem} {
		d := doctor{account: config.Account{ID: "haikou"}, frontdoor: url}
		d.callback(t.Context())
		if len(d.found) != 1 || d.found[0].Result != want {
			t.Errorf("%q: found %+v, want %s", url, d.found, want)
		}
	}
}
