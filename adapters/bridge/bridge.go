// Package bridge speaks netpatrol's own open HTTP contract, by which any site, plug-in
// or in-house system becomes a platform: docs/bridge.md explains it, docs/bridge.openapi.yaml
// is the document a site is written from.
//
// # Failure model
//
// One attempt makes at most one mutating request, and nothing under it repeats one. Every
// send carries its idempotency key in the body: a site answers a key it knows with the
// first receipt, so that an unknown outcome is settled by sending again under the same
// key, or by asking for the key. A refusal is a problem document that may state one of
// our classes; without one the HTTP status decides, and an answer that is not of the
// contract (a gateway's page, a cut document, a success without an id) is unknown for a
// send. A failed read is never unknown, and leaves every cursor where it was.
//
// Requests in both directions are signed over method, target, time, a nonce and the
// body's digest. What is answered is not signed: whoever the site is, TLS tells.
//
// # Concurrency
//
// An account holds no mutable state after Open; all methods may run at once.
package bridge

import (
	"context"
	"errors"
	"log/slog"

	"netpatrol/adapters"
)

// Platform returns what an assembly needs to open accounts on sites that keep the contract.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: Manifest(), Open: Open}
}

// account is one opened account. Everything in it is fixed by Open.
type account struct {
	http  *client
	log   *slog.Logger
	about about
	caps  adapters.Caps
}

var _ adapters.Account = (*account)(nil)

// Open reads the site's about document: what it can do and how long texts may be. It
// changes nothing. Errors are [*adapters.Error].
func Open(ctx context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	cl, err := newClient(c, h)
	if err != nil {
		return nil, err
	}
	a := &account{http: cl, log: cl.log}
	about, checked, err := a.readAbout(ctx, "open")
	if err != nil {
		return nil, err
	}
	limits, err := about.limits(checked)
	if err != nil {
		return nil, misconfigured(c, "the site's /v1/about is not of the contract: %v", err)
	}
	a.about = about
	a.caps = about.caps(a, newReceiver(c))
	a.caps.Limits = limits
	return a, nil
}

// Identity asks the site who we are on it. Confirmed is what the site says, and only
// together with its evidence.
func (a *account) Identity(ctx context.Context) (adapters.Identity, error) {
	about, _, err := a.readAbout(ctx, "identity")
	if err != nil {
		return adapters.Identity{}, err
	}
	me := about.Account
	return adapters.Identity{Person: me.person(), URL: me.URL, Confirmed: me.Confirmed && me.Evidence != "", Evidence: me.Evidence}, nil
}

// readAbout returns the document and the ISO date of the site's clock.
func (a *account) readAbout(ctx context.Context, op string) (about, string, error) {
	var doc about
	header, err := a.http.exchange(ctx, call{op: op, path: "/v1/about"}, &doc)
	if err != nil {
		return about{}, "", err
	}
	if doc.Contract != contract || doc.Account.ID == "" {
		return about{}, "", notOfTheContract(call{op: op}, errors.New("/v1/about must say contract \"1\" and name our account's id: is base_url a bridge?"))
	}
	return doc, dateOf(header), nil
}

// Caps lists what the site said it can do; it is the same for the account's life.
func (a *account) Caps() adapters.Caps { return a.caps }

// Close has nothing to release: connections belong to the Host.
func (a *account) Close() error { return nil }
