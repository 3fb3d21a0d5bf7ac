package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

const (
	// maxBody bounds one answer in bytes: a page of twenty full articles.
	maxBody = 32 << 20
	// maxPlatformText bounds what an error repeats of the platform's words, in characters.
	maxPlatformText = 200
)

// client makes the calls. Two resty clients sit on the two the Host lends.
type client struct {
	read, write *resty.Client
	tokens      *tokens
	secrets     []string // never to be repeated
	log         *slog.Logger
}

func newClient(c adapters.Config, o options, h adapters.Host) (*client, error) {
	secret := trimmed(c, "appsecret")
	if secret == "" {
		return nil, misconfigured(c, "secret appsecret is missing: it is the AppSecret under 设置与开发 → 基本配置 in the console")
	}
	log := h.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = log.With("account", c.ID)
	cl := &client{read: onResty(h.Read, o.base, log), write: onResty(h.Write, o.base, log), log: log}
	for _, s := range c.Secrets {
		if s := strings.TrimSpace(s.Reveal()); s != "" {
			cl.secrets = append(cl.secrets, s)
		}
	}
	cl.tokens = newTokens(o, secret, h, log, cl.scrub)
	return cl, nil
}

// direct is a copy of a lent client that follows no redirect, also for reads: the
// platform makes none, and following one would carry the token or the secret elsewhere.
func direct(lent *http.Client) *http.Client {
	hc := *lent
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &hc
}

// onResty puts resty on a copy of a lent client: resty sets a transport of its
// own on a client without one, and what was lent must not change.
func onResty(lent *http.Client, base string, log *slog.Logger) *resty.Client {
	hc := direct(lent)
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	return resty.NewWithClient(hc).
		SetBaseURL(base).
		SetRetryCount(0).
		SetJSONEscapeHTML(false). // the platform refuses \u escapes (40033)
		SetResponseBodyLimit(maxBody).
		SetHeader("Accept", "application/json").
		SetDisableWarn(true).
		SetLogger(restyLog{log})
}

// restyLog passes resty's own remarks on without their arguments, which may
// hold URLs, and so tokens.
type restyLog struct{ log *slog.Logger }

func (l restyLog) Errorf(format string, _ ...any) { l.log.Debug("resty: " + format) }
func (l restyLog) Warnf(format string, _ ...any)  { l.log.Debug("resty: " + format) }
func (l restyLog) Debugf(string, ...any)          {}

// call is one request; the platform takes POST for reads, too.
type call struct {
	op, path string
	body     any
	file     *file
	query    map[string]string
	get      bool // this one the platform takes only as GET
	mutating bool // reaches somebody, or takes back what did
	prepares bool // changes something, but reaches nobody: never retried below, may be repeated
	ack      bool // errcode 0 is all the platform gives for a success, so it must be there
	person   string
}

// file is an upload.
type file struct {
	field, name string
	content     []byte
}

// answer is what every answer may hold.
type answer struct {
	Code    *int   `json:"errcode"`
	Message string `json:"errmsg"`
	// MsgID is the earlier send, in the answer "already sent" (45065).
	MsgID text `json:"msg_id"`
}

// do makes one call and decodes a success into out, unless out is nil. Every error is
// an [*adapters.Error]. A read whose token was refused is made once more.
func (c *client) do(ctx context.Context, k call, out any) error {
	_, err := c.exchange(ctx, k, out)
	return err
}

func (c *client) exchange(ctx context.Context, k call, out any) (http.Header, error) {
	h, stale, err := c.once(ctx, k, out)
	if stale && !k.mutating {
		h, _, err = c.once(ctx, k, out)
	}
	return h, err
}

// once makes one request. Stale means that the access token was refused; the next one
// will be fresh.
func (c *client) once(ctx context.Context, k call, out any) (h http.Header, stale bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, &adapters.Error{Class: adapters.NotSent, Op: k.op, Err: err}
	}
	token, err := c.tokens.get(ctx)
	if err != nil {
		return nil, false, c.about(k, "", err)
	}
	var trace adapters.Trace
	resp, err := c.request(trace.Watch(ctx), k, token)
	if err != nil {
		fail := trace.Fail(k.op, err)
		if !k.mutating {
			fail.Class = adapters.NotSent
		}
		return nil, false, c.about(k, token.Reveal(), fail)
	}
	var a answer
	if fault := c.refusal(k, resp, token, &a); fault != nil {
		if a.Code != nil && staleToken(*a.Code) {
			c.tokens.refuse(token)
			stale = true
		}
		return nil, stale, fault
	}
	if out != nil {
		if err := json.Unmarshal(resp.Body(), out); err != nil {
			return nil, false, c.unreadable(k, resp)
		}
	}
	return resp.Header(), false, nil
}

func (c *client) request(ctx context.Context, k call, token adapters.Secret) (*resty.Response, error) {
	rc := c.read
	if k.mutating || k.prepares {
		rc = c.write
	}
	r := rc.R().SetContext(ctx).SetQueryParam("access_token", token.Reveal()).SetQueryParams(k.query)
	switch {
	case k.file != nil:
		r.SetFileReader(k.file.field, k.file.name, bytes.NewReader(k.file.content))
	case k.body != nil:
		r.SetHeader("Content-Type", "application/json; charset=utf-8").SetBody(k.body)
	}
	if k.get {
		return r.Get(k.path)
	}
	return r.Post(k.path)
}

// refusal says what is wrong with an answer, or nil when it may be believed. That an id
// is there is for the caller to check.
func (c *client) refusal(k call, r *resty.Response, token adapters.Secret, a *answer) error {
	if r.StatusCode() != http.StatusOK {
		e := &adapters.Error{Op: k.op, Phase: adapters.Answered, Code: "HTTP " + codeText(r.StatusCode()), Err: errors.New("the answer does not come from the platform itself: look at base_url and the proxy")}
		e.Class, e.Scope = statusOf(r.StatusCode(), k.mutating)
		if e.Class == adapters.RateLimited {
			e.Until = adapters.RetryAfter(r.Header())
		}
		return e
	}
	if err := json.Unmarshal(r.Body(), a); err != nil {
		return c.unreadable(k, r)
	}
	if a.Code == nil && k.ack { // promise 4
		return nothing(k, "saying that it is done")
	}
	if a.Code == nil || *a.Code == 0 {
		return nil
	}
	m := meaningOf(*a.Code, k.mutating)
	e := &adapters.Error{Class: m.class, Scope: m.scope, Code: codeText(*a.Code), Phase: adapters.Answered, Op: k.op, Until: m.wait.until(r.Header())}
	e.Err = errors.New(said(*a.Code, m, c.scrub(a.Message, token.Reveal(), k.person)))
	if a.MsgID != "" {
		e.Ref = massRef(string(a.MsgID))
	}
	return e
}

func (c *client) unreadable(k call, r *resty.Response) error {
	return &adapters.Error{Class: unclear(k.mutating), Op: k.op, Phase: adapters.Answered,
		Err: fmt.Errorf("the answer (%d bytes) is not what was expected", len(r.Body()))}
}

// nothing is for an answer that lacks what makes it a success.
func nothing(k call, what string) error {
	return &adapters.Error{Class: unclear(k.mutating), Op: k.op, Phase: adapters.Answered, Err: errors.New("the platform answered without " + what)}
}

// said is what the platform said, already scrubbed, and what to do.
func said(code int, m meaning, message string) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(message, "?")), " ")
	return explained(truncate(or(text, "no explanation given"), maxPlatformText), mendOf(code, m, text))
}

// scrub takes secrets out of a text, before anything is cut off it.
func (c *client) scrub(s string, more ...string) string {
	for _, secret := range append(more, c.secrets...) {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[redacted]")
		}
	}
	return s
}

// about makes an error of ours out of err, under this call's name, and makes sure that a
// transport's words hold no secret.
func (c *client) about(k call, token string, err error) error {
	e := &adapters.Error{Class: adapters.NotSent, Err: err}
	var is *adapters.Error
	if errors.As(err, &is) {
		copied := *is
		e = &copied
	}
	e.Op = k.op
	if e.Err != nil {
		if text := c.scrub(e.Err.Error(), token); text != e.Err.Error() {
			e.Err = errors.New(text)
		}
	}
	return e
}

func truncate(s string, max int) string {
	n := 0
	for i := range s {
		if n++; n > max {
			return s[:i] + "…"
		}
	}
	return s
}

// code is the platform's code in an error; 0: it has none.
func code(err error) int {
	var e *adapters.Error
	if !errors.As(err, &e) {
		return 0
	}
	n, err := strconv.Atoi(e.Code)
	if err != nil {
		return 0
	}
	return n
}

func isGone(err error) bool { return err != nil && adapters.ClassOf(err) == adapters.Gone }
