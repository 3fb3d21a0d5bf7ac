// Package wechat connects a WeChat Official Account (公众号 or 服务号).
//
// # Failure model
//
// WeChat answers HTTP 200 to almost everything; what became of a call stands in
// errcode, and one table maps every known code to a class. A mutating call counts as
// done only when the answer says so: errcode 0 where the platform gives no id, the id
// where it gives one. Anything else that was written is unknown, a code nobody has
// documented included.
//
// One attempt makes at most one mutating request. Uploading a cover and filing a draft
// before a mass send are preparation: they reach nobody and may be repeated. A mass send
// carries the attempt's key as clientmsgid, which the platform remembers for 24 hours.
// A draft that a person is to send has no such key, so it is looked for in the
// draft box first. A private message has neither: its unknown outcome is a person's matter.
//
// A refused access token is replaced, and a read repeated once. A mutating call is not
// repeated: it is certainly not sent, and the next attempt starts with a fresh token.
//
// Callbacks are verified without network or clock. No bytes a stranger can send make
// Verify panic.
//
// # Concurrency
//
// All methods may run at once. Token fetches and changes of what the account remembers
// take turns, each no longer than its caller's context.
package wechat

import (
	"context"
	"log/slog"

	"netpatrol/adapters"
)

// Platform returns what an assembly needs to open Official Accounts.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: Manifest(), Open: Open}
}

// account is one opened account. What it must remember across restarts is in memory.go.
type account struct {
	http     *client
	log      *slog.Logger
	options  options
	limits   adapters.Limits
	receiver *receiver
	memory   *memory
	articles *articles
}

var _ adapters.Account = (*account)(nil)

// Open checks the configuration and asks the platform nothing: callbacks must be
// understood while its API is down. Errors are [*adapters.Error].
func Open(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	opt, err := readOptions(c)
	if err != nil {
		return nil, err
	}
	rec, err := newReceiver(c, opt)
	if err != nil {
		return nil, err
	}
	cl, err := newClient(c, opt, h)
	if err != nil {
		return nil, err
	}
	return &account{
		http: cl, log: cl.log, options: opt, limits: opt.limits(), receiver: rec,
		memory: newMemory(h.Tokens), articles: newArticles(),
	}, nil
}

// Caps lists what the account can do; it is the same for the account's life.
func (a *account) Caps() adapters.Caps {
	return adapters.Caps{
		Limits:  a.limits,
		Publish: a, Message: a, Comment: a,
		Watch: a, Webhook: a.receiver, Find: a, Retract: a, Media: a, Measure: a, Preview: a, Drafts: a, CountsDays: true,
		Menu: a, Notice: a, Yield: a.yielder(), Survey: a,
	}
}

// Close has nothing to release: connections belong to the Host.
func (a *account) Close() error { return nil }
