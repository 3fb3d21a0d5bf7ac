// Package discourse speaks Discourse's REST API and understands its webhooks.
//
// # Failure model
//
// One attempt makes at most one mutating request, and nothing under it repeats one. HTTP
// 200 is not success: a post that waits for approval is answered 200 without an id. What
// was written and not answered with an id is unknown: Discourse repeats its answer to the
// same call for two minutes only. It is settled by looking for the printed code.
//
// A private answer goes into a private topic of two people, or into a new one: never where
// others read.
//
// Reads that fail leave every cursor where it was. A webhook without a signature is refused;
// what a webhook misses, the poll of the same posts finds.
//
// # Concurrency
//
// An account holds no state after Open but whose turn it is to write. All methods may run
// at once.
package discourse

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// Platform returns what an assembly needs to open Discourse accounts.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: Manifest(), Open: Open}
}

// account is one opened account. Everything in it is fixed by Open.
type account struct {
	http    *forum.Client
	log     *slog.Logger
	self    user
	limits  adapters.Limits
	options options
	hook    adapters.Receiver // nil: no secret is configured
}

var _ adapters.Account = (*account)(nil)

// Open reads who the key belongs to and the forum's limits. It changes nothing. Errors are
// [*adapters.Error].
func Open(ctx context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	a, err := newAccount(c, h)
	if err != nil {
		return nil, err
	}
	if a.self, err = a.whoAmI(ctx, "open"); err != nil {
		return nil, err
	}
	if a.limits, err = a.readLimits(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// Identity asks the forum about the user the key acts as. A forum vouches for nobody: that
// its operator made the account is for two people to attest; what the operator has granted
// it is told as evidence.
func (a *account) Identity(ctx context.Context) (adapters.Identity, error) {
	u, err := a.whoAmI(ctx, "identity")
	if err != nil {
		return adapters.Identity{}, err
	}
	return adapters.Identity{Person: u.person(), URL: a.http.Base() + "/u/" + url.PathEscape(u.Username), Evidence: u.grants()}, nil
}

func (u user) grants() string {
	var has []string
	if u.Admin {
		has = append(has, "administrator")
	}
	if u.Moderator {
		has = append(has, "moderator")
	}
	if len(has) == 0 {
		return "the forum shows an ordinary user; it does not say which agency is behind it"
	}
	return "the forum's operator made it " + strings.Join(has, " and ") + "; the forum does not say which agency is behind it"
}

func (a *account) whoAmI(ctx context.Context, op string) (user, error) {
	var page struct {
		User user `json:"user"`
	}
	if err := a.call(ctx, forum.Call{Op: op, Path: a.userPath("/u/")}, &page); err != nil {
		return user{}, err
	}
	if page.User.ID == 0 || !strings.EqualFold(page.User.Username, a.options.username) {
		return user{}, &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeAccount, Op: op, Phase: adapters.Answered,
			Err: errors.New("the forum did not show the user: is base_url a Discourse?")}
	}
	return page.User, nil
}

// userPath is a page of our own.
func (a *account) userPath(under string) string {
	return under + url.PathEscape(strings.ToLower(a.options.username)) + ".json"
}

// Caps lists what the account can do; it is the same for the account's life.
func (a *account) Caps() adapters.Caps {
	return adapters.Caps{
		Limits:  a.limits,
		Publish: a, Message: a, Comment: a,
		Watch: a, Webhook: a.hook, Find: a, Retract: a, Measure: a, Lookup: a, Flag: a,
	}
}

// Close has nothing to release: connections belong to the Host.
func (a *account) Close() error { return nil }
