// Package forum is what the adapters of forum software share: one HTTP client over
// resty, and cursors by the ids of posts.
//
// # Failure model
//
// A call is one request: nothing here repeats it, follows a redirect or keeps a cookie. A
// mutating request that was written and not answered is unknown. What an answer means is
// the adapter's to say. Errors hold no secret, and at most 200 characters of an answer.
//
// # Concurrency
//
// All functions may run at once. One client makes one mutating request at a time, because
// forums refuse a second post of an account while the first is being made.
package forum

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
	// maxBody bounds one answer in bytes.
	maxBody = 8 << 20
	// maxQuoted bounds what an error repeats of an answer, in characters.
	maxQuoted = 200
	userAgent = "netpatrol/1 (official account of a public-safety agency)"
)

// Client makes the calls of one account.
type Client struct {
	base        string
	read, write *resty.Client
	secrets     []string
	turn        chan struct{} // holds a token while a mutating request is under way
	log         *slog.Logger
}

// NewClient returns a client for the forum at c.BaseURL that sends header with every
// request. Secrets are kept out of errors.
func NewClient(c adapters.Config, h adapters.Host, header http.Header, secrets ...adapters.Secret) (*Client, error) {
	base, err := url.Parse(strings.TrimRight(c.BaseURL, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") || base.RawQuery != "" || base.User != nil {
		return nil, Misconfigured(c, "base_url must look like https://forum.example, without user, password or query")
	}
	cl := &Client{base: base.String(), turn: make(chan struct{}, 1), log: h.Log}
	if cl.log == nil {
		cl.log = slog.New(slog.DiscardHandler)
	}
	for _, s := range secrets {
		cl.secrets = append(cl.secrets, s.Reveal())
	}
	cl.read, cl.write = cl.onResty(h.Read, header), cl.onResty(h.Write, header)
	return cl, nil
}

// Base is the forum's address, without a slash at the end.
func (c *Client) Base() string { return c.base }

// onResty puts resty on a copy of a lent client: what was lent must not change. A forum in
// maintenance redirects reads to its front page, and sets a cookie with every answer.
func (c *Client) onResty(lent *http.Client, header http.Header) *resty.Client {
	hc := *lent
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	hc.Jar = nil
	r := resty.NewWithClient(&hc).
		SetBaseURL(c.base).
		SetRetryCount(0).
		SetJSONEscapeHTML(false).
		SetResponseBodyLimit(maxBody).
		SetHeader("User-Agent", userAgent).
		SetHeader("Accept", "application/json").
		SetDisableWarn(true).
		SetLogger(quiet{c.log})
	for name := range header {
		r.SetHeader(name, header.Get(name))
	}
	return r
}

// quiet passes resty's remarks on without their arguments, which may hold URLs and bodies.
type quiet struct{ log *slog.Logger }

func (l quiet) Errorf(format string, _ ...any) { l.log.Debug("resty: " + format) }
func (l quiet) Warnf(format string, _ ...any)  { l.log.Debug("resty: " + format) }
func (l quiet) Debugf(string, ...any)          {}

// Call is one request. An empty method is GET.
type Call struct {
	Op, Method, Path string
	Query            url.Values
	Body             any         // sent as JSON
	Form             string      // sent as a form, in place of Body
	Header           http.Header // of this request alone
}

// Mutating says whether the call changes something.
func (k Call) Mutating() bool { return k.Method != "" && k.Method != http.MethodGet }

// Unclear is the class of an answer that cannot be understood.
func (k Call) Unclear() adapters.Class {
	if k.Mutating() {
		return adapters.Unknown
	}
	return adapters.NotSent
}

// Answer is what the forum answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK says whether the status is a success. It proves nothing about the deed.
func (a *Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Do makes one request. Its error is the transport's, classified: any answer is a success.
func (c *Client) Do(ctx context.Context, k Call) (*Answer, *adapters.Error) {
	if k.Mutating() {
		select {
		case c.turn <- struct{}{}:
			defer func() { <-c.turn }()
		case <-ctx.Done():
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, &adapters.Error{Class: adapters.NotSent, Op: k.Op, Err: err}
	}
	var trace adapters.Trace
	resp, err := c.request(trace.Watch(ctx), k)
	if err != nil {
		e := trace.Fail(k.Op, err)
		if !k.Mutating() {
			e.Class = adapters.NotSent
		}
		e.Err = c.scrubbed(e.Err)
		return nil, e
	}
	return &Answer{resp.StatusCode(), resp.Header(), resp.Body()}, nil
}

func (c *Client) request(ctx context.Context, k Call) (*resty.Response, error) {
	if !k.Mutating() {
		return c.read.R().SetContext(ctx).SetHeaderMultiValues(k.Header).SetQueryParamsFromValues(k.Query).Get(k.Path)
	}
	r := c.write.R().SetContext(ctx).SetHeaderMultiValues(k.Header).SetQueryParamsFromValues(k.Query)
	switch {
	case k.Form != "":
		r.SetHeader("Content-Type", "application/x-www-form-urlencoded").SetBody(k.Form)
	case k.Body != nil:
		r.SetHeader("Content-Type", "application/json").SetBody(k.Body)
	}
	return r.Execute(k.Method, k.Path)
}

// Unreadable is the error for an answer that is not what was expected. It quotes none of it,
// which may hold personal data or, in a moderation queue, somebody's token.
func Unreadable(k Call, a *Answer, err error) *adapters.Error {
	what := "JSON is broken or cut short"
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		kind, _, _ := strings.Cut(wrong.Value, " ")
		what = fmt.Sprintf("field %q is a %s", wrong.Field, kind)
	}
	return &adapters.Error{Class: k.Unclear(), Op: k.Op, Phase: adapters.Answered,
		Err: fmt.Errorf("the answer (HTTP %d, %d bytes) is not what was expected: %s", a.Status, len(a.Body), what)}
}

// Quote is what the forum said, fit for an error.
func (c *Client) Quote(text string) error {
	if text = strings.Join(strings.Fields(c.scrub(text)), " "); text == "" {
		text = "no explanation given"
	}
	n := 0
	for i := range text {
		if n++; n > maxQuoted {
			text = text[:i] + "…"
			break
		}
	}
	return errors.New(strings.ToValidUTF8(text, "?"))
}

func (c *Client) scrub(text string) string {
	for _, s := range c.secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "[redacted]")
		}
	}
	return text
}

func (c *Client) scrubbed(err error) error {
	if clean := c.scrub(err.Error()); clean != err.Error() {
		return errors.New(clean)
	}
	return err
}

// Misconfigured is the error for a setting that cannot work.
func Misconfigured(c adapters.Config, format string, args ...any) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeAccount, Op: "open",
		Err: fmt.Errorf("account %s: %s", c.ID, fmt.Sprintf(format, args...))}
}

// Reject is the error for what cannot be sent as it stands.
func Reject(op string, scope adapters.Scope, err error) *adapters.Error {
	return &adapters.Error{Class: adapters.Rejected, Scope: scope, Op: op, Err: err}
}

// Until bounds ctx by the attempt's deadline.
func Until(ctx context.Context, at adapters.Attempt) (context.Context, context.CancelFunc) {
	if at.Deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, at.Deadline)
}

// Unread is the error for a read that was answered with something else than what was asked for.
func Unread(op, what string) *adapters.Error {
	return &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: errors.New(what)}
}

// IsGone says whether err is that something no longer exists.
func IsGone(err error) bool { return err != nil && adapters.ClassOf(err) == adapters.Gone }

// IsRejected says whether err is that the forum does not allow it.
func IsRejected(err error) bool { return err != nil && adapters.ClassOf(err) == adapters.Rejected }
