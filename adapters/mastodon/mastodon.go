// Package mastodon speaks the Mastodon client API, version 4 and compatible
// servers (GoToSocial, Pleroma, Akkoma and forks).
//
// # Failure model
//
// One attempt makes at most one mutating request, and nothing under it repeats
// one: the clients never retry, redirects are not followed, and the idempotency
// key travels under a header name that net/http does not take as leave to replay.
// A mutating request that was written and not answered with a platform id is
// unknown, whatever the status says: a gateway's 502 may hide a post that went
// out. Unknown outcomes are settled by looking for the printed code, because the
// servers honour Idempotency-Key for one hour at most and some not at all.
//
// Reads that fail leave every cursor where it was. A read error is never unknown:
// nothing was changed, so its class is NotSent when trying again may help.
//
// # Concurrency
//
// An account holds no mutable state after Open; all methods may run at once.
package mastodon

import (
	"context"
	"fmt"
	"log/slog"

	"netpatrol/adapters"
)

// Platform returns what an assembly needs to open Mastodon accounts.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: Manifest(), Open: Open}
}

// account is one opened account. Everything in it is fixed by Open.
type account struct {
	http    *client
	tokens  adapters.TokenCache
	log     *slog.Logger
	self    profile
	server  server
	limits  adapters.Limits
	options options
	tags    []string // whose posts are polled, and streamed where the server does
}

var _ adapters.Account = (*account)(nil)

// Open reads the server's limits and who the token belongs to, and asks the
// server to let strangers' private mentions through: since Mastodon 4.3 they are
// filtered by default, and reports of fraud come from strangers. That one setting
// is all it changes. Errors are [*adapters.Error].
func Open(ctx context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	opt, err := readOptions(c)
	if err != nil {
		return nil, err
	}
	cl, err := newClient(c, h)
	if err != nil {
		return nil, err
	}
	a := &account{http: cl, tokens: h.Tokens, log: cl.log, options: opt, tags: tagsIn(c.Watch)}
	if a.server, err = a.readServer(ctx); err != nil {
		return nil, err
	}
	a.limits = limitsOf(a.server)
	if a.self, err = a.whoAmI(ctx, "open"); err != nil {
		return nil, err
	}
	a.server.Requests = a.acceptStrangers(ctx)
	return a, nil
}

// acceptStrangers sets the notification policy and reports whether the server
// has one. Failing is no reason not to open: mentions are polled with
// include_filtered, so that what is filtered is still seen.
func (a *account) acceptStrangers(ctx context.Context) bool {
	body := map[string]string{"for_private_mentions": "accept"}
	err := a.http.do(ctx, call{op: "accept private mentions of strangers", method: "PATCH", path: "/api/v2/notifications/policy", body: body}, nil)
	switch {
	case err == nil:
		return true
	case isGone(err):
		return false
	}
	a.log.Warn("the server keeps filtering private mentions of strangers: allow them in the account's notification settings", "error", err)
	return true
}

// Identity asks the server who the token belongs to. Confirmed means that the
// profile shows a link the server itself has verified; it does not mean that
// anybody has checked the agency.
func (a *account) Identity(ctx context.Context) (adapters.Identity, error) {
	p, err := a.whoAmI(ctx, "identity")
	if err != nil {
		return adapters.Identity{}, err
	}
	return p.identity(), nil
}

func (a *account) whoAmI(ctx context.Context, op string) (profile, error) {
	var p profile
	if err := a.http.do(ctx, call{op: op, path: "/api/v1/accounts/verify_credentials"}, &p); err != nil {
		return profile{}, err
	}
	if p.ID == "" {
		return profile{}, &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeAccount, Op: op, Phase: adapters.Answered,
			Err: fmt.Errorf("the server named no account id: is base_url a Mastodon API?")}
	}
	return p, nil
}

// Caps lists what the account can do; it is the same for the account's life.
func (a *account) Caps() adapters.Caps {
	return adapters.Caps{
		Limits:  a.limits,
		Publish: a, Message: a, Comment: a,
		Watch: a, Stream: a, Search: a, Find: a, Retract: a, Measure: a, Media: a, Lookup: a, Flag: a,
	}
}

// Close has nothing to release: connections belong to the Host.
func (a *account) Close() error { return nil }
