package weibo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

const (
	maxBody         = 8 << 20 // bytes of one answer; a page of 50 posts stays far below
	maxPlatformText = 200     // characters of the platform's words in an error
)

// client makes the calls. Two resty clients sit on the two the Host lends.
type client struct {
	read, write *resty.Client
	files       *resty.Client // reads too, and does not hold what it reads
	token       adapters.Secret
	secrets     []string // never to be repeated
	log         *slog.Logger
}

func newClient(c adapters.Config, o options, h adapters.Host) (*client, error) {
	token := strings.TrimSpace(c.Secrets["token"].Reveal())
	if token == "" {
		return nil, misconfigured(c, "secret token is missing: let the account authorise the app and keep the access_token, see docs/weibo.md")
	}
	log := h.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = log.With("account", c.ID)
	cl := &client{read: onResty(h.Read, log), write: onResty(h.Write, log), files: onResty(h.Read, log).SetDoNotParseResponse(true), token: adapters.Secret(token), log: log}
	for _, s := range c.Secrets {
		if s := strings.TrimSpace(s.Reveal()); s != "" {
			cl.secrets = append(cl.secrets, s)
		}
	}
	return cl, nil
}

// onResty puts resty on a copy of a lent client: resty sets a transport of its own on a
// client without one, and what was lent must not change. No redirect is followed: the platform
// makes none, and following one would carry the token elsewhere.
func onResty(lent *http.Client, log *slog.Logger) *resty.Client {
	hc := *lent
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	return resty.NewWithClient(&hc).
		SetRetryCount(0).
		SetResponseBodyLimit(maxBody).
		SetHeader("Accept", "application/json").
		SetDisableWarn(true).
		SetLogger(restyLog{log})
}

// restyLog passes resty's own remarks on without their arguments, which may hold URLs,
// and so tokens.
type restyLog struct{ log *slog.Logger }

func (l restyLog) Errorf(format string, _ ...any) { l.log.Debug("resty: " + format) }
func (l restyLog) Warnf(format string, _ ...any)  { l.log.Debug("resty: " + format) }
func (l restyLog) Debugf(string, ...any)          {}

// call is one request: a form when it mutates or post is set, else a query.
type call struct {
	op, url  string
	values   url.Values
	mutating bool // reaches somebody
	post     bool // a read the platform takes by POST
	person   string
}

// do makes one request and decodes a success into out. Every error is an [*adapters.Error].
func (c *client) do(ctx context.Context, k call, out any) (http.Header, error) {
	if err := ctx.Err(); err != nil {
		return nil, &adapters.Error{Class: adapters.NotSent, Op: k.op, Err: err}
	}
	var trace adapters.Trace
	resp, err := c.request(trace.Watch(ctx), k)
	if err != nil {
		fail := trace.Fail(k.op, err)
		if !k.mutating {
			fail.Class = adapters.NotSent
		}
		fail.Err = errors.New(c.scrub(fail.Err.Error(), k.person))
		return nil, fail
	}
	got := answer{resp.StatusCode(), resp.Header(), resp.Body()}
	if err := c.refusal(k, got); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(got.body, out); err != nil {
		return nil, c.unreadable(k, got)
	}
	return resp.Header(), nil
}

func (c *client) request(ctx context.Context, k call) (*resty.Response, error) {
	values := url.Values{"access_token": {c.token.Reveal()}}
	for name, v := range k.values {
		values[name] = v
	}
	switch {
	case k.mutating:
		return c.write.R().SetContext(ctx).SetFormDataFromValues(values).Post(k.url)
	case k.post:
		return c.read.R().SetContext(ctx).SetFormDataFromValues(values).Post(k.url)
	}
	return c.read.R().SetContext(ctx).SetQueryParamsFromValues(values).Get(k.url)
}

// answer is what came back of a call.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// refusal says what is wrong with an answer, or nil when it may be believed. That an id is
// there is for the caller to check.
func (c *client) refusal(k call, r answer) error {
	var said failure
	broken := !json.Valid(r.body)
	_ = json.Unmarshal(r.body, &said) // a list says nothing of an error
	if code := said.code(); code != "" && !broken {
		m := meaningOf(code, k.mutating)
		return &adapters.Error{
			Class: m.class, Scope: m.scope, Code: code, Phase: adapters.Answered, Op: k.op, Until: m.wait.until(r.header),
			Err: errors.New(explained(c.words(said.text(), k.person), m.mend)),
		}
	}
	if status := r.status; status != http.StatusOK {
		e := &adapters.Error{Op: k.op, Phase: adapters.Answered, Code: fmt.Sprintf("HTTP %d", status), Err: errors.New("the answer holds no error_code, so it does not come from the platform itself: look at base_url and the proxy")}
		if e.Class, e.Scope = statusOf(status, k.mutating); !broken && e.Class == adapters.NotSent {
			e.Class = unclear(k.mutating) // perhaps the platform's own after all, and its status says nothing
		}
		if e.Class == adapters.RateLimited {
			e.Until = adapters.RetryAfter(r.header)
		}
		return e
	}
	switch {
	case broken:
		return c.unreadable(k, r)
	case said.text() != "": // an error without a code
		return &adapters.Error{Class: unclear(k.mutating), Op: k.op, Phase: adapters.Answered, Err: errors.New(c.words(said.text(), k.person))}
	}
	return nil
}

func (c *client) unreadable(k call, r answer) error {
	return &adapters.Error{Class: unclear(k.mutating), Op: k.op, Phase: adapters.Answered,
		Err: fmt.Errorf("the answer (HTTP %d, %d bytes) is not what was expected", r.status, len(r.body))}
}

// nothing is for an answer that lacks what makes it a success.
func nothing(k call, what string) error {
	return &adapters.Error{Class: unclear(k.mutating), Op: k.op, Phase: adapters.Answered, Err: errors.New("the platform answered without " + what)}
}

// words are the platform's, scrubbed before anything is cut off them.
func (c *client) words(text, person string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(c.scrub(text, person), "?")), " ")
	return truncate(or(text, "no explanation given"), maxPlatformText)
}

// scrub takes secrets and the person's id out of a text.
func (c *client) scrub(s, person string) string {
	for _, secret := range c.secrets {
		s = strings.ReplaceAll(s, secret, "[redacted]")
		s = strings.ReplaceAll(s, url.QueryEscape(secret), "[redacted]")
	}
	if person != "" {
		s = strings.ReplaceAll(s, person, "[person]")
	}
	return s
}

func truncate(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

func explained(said, mend string) string {
	if mend == "" {
		return said
	}
	return said + "; " + mend
}

// until bounds ctx by the attempt's deadline.
func until(ctx context.Context, at adapters.Attempt) (context.Context, context.CancelFunc) {
	if at.Deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, at.Deadline)
}

func isGone(err error) bool { return err != nil && adapters.ClassOf(err) == adapters.Gone }
