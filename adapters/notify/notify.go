// Package notify reaches the agency's own officers outside the desk: by the robot of a WeCom (企业微信),
// DingTalk (钉钉) or Feishu (飞书) group, or by e-mail. Nothing a citizen could read leaves by it, which
// [adapters.Manifest.Internal] says and the outbox keeps.
//
// # Failure model
//
// One attempt makes one request, or one SMTP dialogue, and nothing repeats it. A robot answers HTTP
// 200 to everything: only its own code 0 is success, and a code nobody documented leaves the outcome
// unknown. No robot gives an id, so a receipt carries the attempt's key; a mail's is its Message-ID.
// Nobody can look an alarm up again; the outbox repeats one whose outcome is unknown, because an
// alarm heard twice is better than none. Robots have no address to ask who they are: the identity is
// what the configuration says.
//
// # Concurrency
//
// An account holds no mutable state after opening; all methods may run at once.
package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"netpatrol/adapters"
)

// Platform is how officers are reached, and how to open one way.
func Platform() adapters.Platform {
	return adapters.Platform{Manifest: manifest(), Open: open}
}

// account is one group or mailbox.
type account struct {
	kind   string
	id     string
	limits adapters.Limits
	way    way
}

// way brings one text to officers. m.To.ID names one of them, "@all" or nobody. It returns the
// id the far end gave, if it gives one.
type way interface {
	carry(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Ref, error)
}

var (
	_ adapters.Account   = (*account)(nil)
	_ adapters.Messenger = (*account)(nil)
)

const op = "message"

func open(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
	kind := c.Options["kind"]
	limits, known := limitsOf[kind]
	if !known {
		return nil, misconfigured(c, "option kind is %q: set it to wecom, dingtalk, feishu or mail", kind)
	}
	a := &account{kind: kind, id: c.ID, limits: limits}
	var err error
	if kind == kindMail {
		a.way, err = newMailer(c)
	} else {
		a.way, err = newRobot(c, h, kind)
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Identity is what the configuration says: nobody can be asked.
func (a *account) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: a.kind + ":" + a.id, Handle: a.id}, Evidence: "as configured; a " + a.kind + " account cannot be asked who it is"}, nil
}

// Caps says that it can write to officers, and do nothing else.
func (a *account) Caps() adapters.Caps { return adapters.Caps{Limits: a.limits, Message: a} }

// Close has nothing to release.
func (*account) Close() error { return nil }

// Send brings an alarm to a group, naming whom it is for, or to a mailbox.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	limit, _ := a.limits.For(adapters.Private)
	if err := limit.Check(m.Text); err != nil {
		return adapters.Receipt{}, rejected(adapters.ScopeItem, err)
	}
	if at.Key == "" {
		return adapters.Receipt{}, rejected(adapters.ScopeItem, errors.New("the attempt needs a key, by which it is known again"))
	}
	if !at.Deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, at.Deadline)
		defer cancel()
	}
	if err := ctx.Err(); err != nil {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Op: op, Err: err}
	}
	ref, err := a.way.carry(ctx, at, m)
	if err != nil {
		return adapters.Receipt{}, err
	}
	return adapters.Receipt{Ref: ref}, nil
}

// hidden takes secrets and the officer's address out of what the far end said, and cuts it short.
func hidden(text string, secrets ...string) error {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[redacted]")
		}
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if r := []rune(text); len(r) > maxWords {
		text = string(r[:maxWords]) + "…"
	}
	if text == "" {
		text = "no explanation given"
	}
	return errors.New(text)
}

// maxWords is how many characters of the far end's words an error may hold.
const maxWords = 160

func rejected(scope adapters.Scope, err error) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: scope, Op: op, Err: err}
}

func misconfigured(c adapters.Config, format string, args ...any) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open",
		Err: fmt.Errorf("account %s: %s", c.ID, fmt.Sprintf(format, args...))}
}
