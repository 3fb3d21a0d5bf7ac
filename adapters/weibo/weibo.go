// Package weibo connects an official account on Weibo: posts, mentions and comments through
// the open platform, private messages through the fan service (粉丝服务).
//
// # Failure model
//
// What became of a call stands in error_code, and one table maps every known code to a
// class; the HTTP status says nothing, because Weibo gives the same code with several. A mutating
// call counts as done only when the answer holds what makes it a success: the id of the post or
// comment, or result=true where there is no id. Anything else that was written is unknown, a code
// nobody has documented included. "Similar to an earlier one" is unknown too: it may be ours.
//
// One attempt makes at most one mutating request and no other, save that a comment known
// only from a callback is first looked for, to learn what it stands under. A post is found
// again by its code in the account's own timeline; comments and private messages are listed
// nowhere, so what became of an unknown one is a person's matter.
//
// A token cannot be renewed by a program: a person authorises again. [adapters.Identity] says until when.
//
// Callbacks are verified without network or clock. No bytes a stranger can send make Verify panic.
//
// # Concurrency
//
// All methods may run at once; an account holds nothing that changes.
package weibo

import (
	"context"

	"netpatrol/adapters"
)

// Platform returns what an assembly needs to open Weibo accounts.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: Manifest(), Open: Open}
}

// account is one opened account.
type account struct {
	http     *client
	options  options
	limits   adapters.Limits
	receiver *receiver
}

var _ adapters.Account = (*account)(nil)

// Open checks the configuration and asks the platform nothing: callbacks must be understood
// while its API is down, and every call counts. Errors are [*adapters.Error].
func Open(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	opt, err := readOptions(c)
	if err != nil {
		return nil, err
	}
	cl, err := newClient(c, opt, h)
	if err != nil {
		return nil, err
	}
	return &account{http: cl, options: opt, limits: opt.limits(), receiver: newReceiver(c, opt)}, nil
}

// Caps lists what the account can do; it is the same for the account's life. Callbacks and
// private messages, with the files in them, need the fan service, and so the secret app_secret.
func (a *account) Caps() adapters.Caps {
	c := adapters.Caps{Limits: a.limits, Publish: a, Comment: a, Watch: a, Find: a, Measure: a, Lookup: a, Guide: a}
	if a.receiver != nil {
		c.Message, c.Webhook, c.Media = a, a.receiver, a
	}
	return c
}

// Close has nothing to release: connections belong to the Host.
func (a *account) Close() error { return nil }
