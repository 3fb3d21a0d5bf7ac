package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

// maxBody bounds one answer in bytes; a page of 80 long posts stays well below.
const maxBody = 8 << 20

// userAgent is always sent: GoToSocial answers 418 without one.
const userAgent = "netpatrol/1 (official account of a public-safety agency)"

// client makes the calls. Two resty clients sit on the two the Host lends.
type client struct {
	read, write *resty.Client
	files       *resty.Client // attachments, without the token
	lent        *http.Client  // for the stream
	base        *url.URL
	streams     string // address of the streaming API
	token       adapters.Secret
	log         *slog.Logger
}

func newClient(c adapters.Config, h adapters.Host) (*client, error) {
	base, ok := address(c.BaseURL, "https", "http")
	if !ok {
		return nil, misconfigured(c, "base_url must look like https://social.example, without user, password or query")
	}
	streams, ok := address(or(c.Options["streaming_url"], c.BaseURL), "https", "http", "wss", "ws")
	if !ok {
		return nil, misconfigured(c, "option streaming_url must look like wss://streaming.social.example, without user, password or query")
	}
	token := adapters.Secret(strings.TrimSpace(c.Secrets["token"].Reveal()))
	if token == "" {
		return nil, misconfigured(c, "secret token is missing: create an application in the account's developer settings and copy its access token")
	}
	log := h.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = log.With("account", c.ID)
	return &client{
		read: onResty(h.Read, base.String(), token, log), write: onResty(h.Write, base.String(), token, log), files: files(h.Read, base), base: base,
		lent: h.Read, streams: streams.String(), token: token, log: log,
	}, nil
}

// address reads the address of an API.
func address(s string, schemes ...string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	return u, err == nil && u.Host != "" && slices.Contains(schemes, u.Scheme) && u.RawQuery == "" && u.User == nil
}

// onResty puts resty on a copy of a lent client: resty sets a transport of its
// own on a client without one, and what was lent must not change.
func onResty(lent *http.Client, base string, token adapters.Secret, log *slog.Logger) *resty.Client {
	hc := *lent
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	hc.CheckRedirect = noRedirect
	return resty.NewWithClient(&hc).
		SetBaseURL(base).
		SetRetryCount(0).
		SetJSONEscapeHTML(false).
		SetResponseBodyLimit(maxBody).
		SetHeader("User-Agent", userAgent).
		SetHeader("Accept", "application/json").
		SetHeader("Authorization", "Bearer "+token.Reveal()).
		SetDisableWarn(true).
		SetLogger(restyLog{log})
}

// noRedirect: the API of a server is where its configured address says. One that led us on could lead us to hosts that only we
// can reach, or a token to where it is read on the way.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// restyLog passes resty's own remarks on without their arguments, which may
// hold URLs and bodies.
type restyLog struct{ log *slog.Logger }

func (l restyLog) Errorf(format string, _ ...any) { l.log.Debug("resty: " + format) }
func (l restyLog) Warnf(format string, _ ...any)  { l.log.Debug("resty: " + format) }
func (l restyLog) Debugf(string, ...any)          {}

// call is one request. An empty method is GET.
type call struct {
	op, method, path string
	query            url.Values
	body             any
	key              string // idempotency key
	parent           adapters.Ref
	file             *adapters.Picture // uploaded with alt, in place of body
	alt              string
}

// mutating: a file that is uploaded reaches nobody until a post shows it.
func (c call) mutating() bool { return c.method != "" && c.method != http.MethodGet && c.file == nil }

// do makes one request and decodes a success into out, unless out is nil. Every
// error is an [*adapters.Error].
func (c *client) do(ctx context.Context, k call, out any) error {
	_, err := c.exchange(ctx, k, out)
	return err
}

func (c *client) exchange(ctx context.Context, k call, out any) (http.Header, error) {
	_, header, err := c.answer(ctx, k, out)
	return header, err
}

// answer also tells the status of a success.
func (c *client) answer(ctx context.Context, k call, out any) (int, http.Header, error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, &adapters.Error{Class: adapters.NotSent, Op: k.op, Err: err}
	}
	var trace adapters.Trace
	resp, err := c.request(trace.Watch(ctx), k)
	switch {
	case err != nil && k.mutating():
		return 0, nil, c.scrubbed(trace.Fail(k.op, err))
	case err != nil:
		return 0, nil, c.scrubbed(&adapters.Error{Class: adapters.NotSent, Op: k.op, Phase: trace.Phase(), Err: adapters.Redact(err)})
	case !resp.IsSuccess():
		return 0, nil, c.refusal(k, resp)
	case out == nil:
		return resp.StatusCode(), resp.Header(), nil
	}
	if err := json.Unmarshal(resp.Body(), out); err != nil {
		return 0, nil, &adapters.Error{Class: unclear(k), Op: k.op, Phase: adapters.Answered,
			Err: fmt.Errorf("the answer (HTTP %d, %d bytes) is not what was expected: %s", resp.StatusCode(), len(resp.Body()), jsonFault(err))}
	}
	return resp.StatusCode(), resp.Header(), nil
}

func (c *client) request(ctx context.Context, k call) (*resty.Response, error) {
	if k.file != nil {
		return c.write.R().SetContext(ctx).SetMultipartField("file", fileName(k.file.Type), k.file.Type, bytes.NewReader(k.file.Data)).
			SetMultipartFormData(map[string]string{"description": k.alt}).Post(k.path)
	}
	if !k.mutating() {
		return c.read.R().SetContext(ctx).SetQueryParamsFromValues(k.query).Get(k.path)
	}
	r := c.write.R().SetContext(ctx)
	if k.body != nil {
		r.SetHeader("Content-Type", "application/json").SetBody(k.body)
	}
	if k.key != "" {
		// net/http replays a POST on a broken connection when it sees the canonical
		// name; header names are case-insensitive on the wire, so the server still does.
		r.SetHeaderVerbatim("idempotency-key", k.key)
	}
	return r.Execute(k.method, k.path)
}

// unclear is the class of an answer that cannot be understood.
func unclear(k call) adapters.Class {
	if k.mutating() {
		return adapters.Unknown
	}
	return adapters.NotSent
}

// jsonFault says what is wrong without quoting the body, which may hold
// personal data.
func jsonFault(err error) string {
	if t, ok := err.(*json.UnmarshalTypeError); ok {
		return fmt.Sprintf("field %q is a %s", t.Field, kindOf(t.Value))
	}
	return "JSON is broken or cut short"
}

func kindOf(value string) string {
	word, _, _ := strings.Cut(value, " ")
	return word
}
