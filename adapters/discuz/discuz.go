// Package discuz speaks the JSON interface of Discuz! X boards for phones (掌上论坛), with
// an account and password that the board's operator has issued to the agency.
//
// # Failure model
//
// The interface answers HTTP 200 to everything and says in one word what happened. Only a
// word that is known to mean success, together with the id of what was made, is a
// success; a word of the table of refusals is certainly not sent; everything else is
// unknown and settled by looking for the printed code. The board forgets a session or the
// form's token when it likes: both are read anew, with one call that changes nothing, just
// before each send, so that one attempt is one mutating request. A read that finds itself
// signed out signs in once and is repeated.
//
// Nothing here knows a way around a captcha: where the board demands one, the account is
// stopped and a person is told to have it exempted.
//
// # Concurrency
//
// All methods may run at once. One mutating request of an account is under way at a time;
// the session is kept under a lock.
package discuz

import (
	"context"
	"log/slog"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// Platform returns what an assembly needs to open accounts on Discuz! X boards.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: Manifest(), Open: Open}
}

// account is one opened account. What may change is in door.
type account struct {
	http    *forum.Client
	log     *slog.Logger
	options options
	limits  adapters.Limits
	door    *door
	self    member
}

var _ adapters.Account = (*account)(nil)

// Open signs in, or goes on with the session that is kept, and reads who we are and what
// the board's charset is. Errors are [*adapters.Error].
func Open(ctx context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	o, err := readOptions(c)
	if err != nil {
		return nil, err
	}
	client, err := forum.NewClient(c, h, nil, o.password)
	if err != nil {
		return nil, err
	}
	a := &account{http: client, log: h.Log, options: o, limits: limits(o), door: newDoor(h.Tokens)}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.self, err = a.whoAmI(ctx, "open"); err != nil {
		return nil, err
	}
	return a, nil
}

// Identity asks the board who we are. The board vouches for nobody: that its operator
// issued the account, two people attest.
func (a *account) Identity(ctx context.Context) (adapters.Identity, error) {
	m, err := a.whoAmI(ctx, "identity")
	if err != nil {
		return adapters.Identity{}, err
	}
	return adapters.Identity{
		Person: m.person(), URL: a.http.Base() + "/home.php?mod=space&uid=" + m.UID.String(),
		Evidence: "the board shows no proof of the agency: its operator's grant must be attested by two people",
	}, nil
}

// whoAmI reads the head every answer has.
func (a *account) whoAmI(ctx context.Context, op string) (member, error) {
	head, err := a.front(ctx, op)
	return head.member, err
}

// Caps lists what the account can do; it is the same for the account's life.
func (a *account) Caps() adapters.Caps {
	return adapters.Caps{Limits: a.limits, Publish: a, Message: a, Comment: a, Watch: a, Find: a, Measure: a, Lookup: a}
}

// Close has nothing to release: connections belong to the Host, and the session stays for
// the next start.
func (a *account) Close() error { return nil }
