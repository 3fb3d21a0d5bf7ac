// Package nodebb speaks NodeBB's read API and its write API, version 3 (NodeBB 3 and 4).
//
// # Failure model
//
// One attempt makes at most one request that puts words anywhere, and nothing under it
// repeats one. The one other thing a send may do is make an empty chat room, when there is
// none with that person yet. HTTP 200 is not success: a reply that went to the approval queue
// is answered 200 without a post id. What was written and not answered with an id is
// unknown, because NodeBB accepts the same post twice; it is settled by looking for the
// printed code.
//
// NodeBB has no stable error keys: its words are asked for in English, and classified by
// status and words.
//
// Reads that fail leave every cursor where it was. Queue listings are read field by field:
// NodeBB before 4.14.8 shows their authors' tokens in them.
//
// # Concurrency
//
// An account holds no state after Open but whose turn it is to write: NodeBB refuses a post
// while another of the same account is being made. All methods may run at once.
package nodebb

import (
	"context"
	"errors"
	"log/slog"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// Platform returns what an assembly needs to open NodeBB accounts.
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
}

var _ adapters.Account = (*account)(nil)

// Open reads who the token belongs to and the forum's limits. It changes nothing. Errors
// are [*adapters.Error].
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

// Identity asks the forum who the token belongs to. A forum vouches for nobody: that its
// operator made the account is for two people to attest.
func (a *account) Identity(ctx context.Context) (adapters.Identity, error) {
	u, err := a.whoAmI(ctx, "identity")
	if err != nil {
		return adapters.Identity{}, err
	}
	id := adapters.Identity{Person: u.person(), Evidence: "the forum shows an account; it does not say which agency is behind it"}
	if u.Slug != "" {
		id.URL = a.http.Base() + "/user/" + u.Slug
	}
	return id, nil
}

func (a *account) whoAmI(ctx context.Context, op string) (user, error) {
	var u user
	if err := a.read(ctx, forum.Call{Op: op, Path: "/api/self"}, &u); err != nil {
		return user{}, err
	}
	if u.UID == 0 {
		return user{}, &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeAccount, Op: op, Phase: adapters.Answered,
			Err: errors.New("the forum named no user: is base_url a NodeBB, and the token one of a user (a master token needs the option uid)?")}
	}
	return u, nil
}

// Caps lists what the account can do; it is the same for the account's life.
func (a *account) Caps() adapters.Caps {
	return adapters.Caps{
		Limits:  a.limits,
		Publish: a, Message: a, Comment: a,
		Watch: a, Find: a, Retract: a, Measure: a, Lookup: a, Flag: a,
	}
}

// Close has nothing to release: connections belong to the Host.
func (a *account) Close() error { return nil }
