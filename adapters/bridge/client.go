package bridge

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

const (
	// maxBody bounds one answer in bytes.
	maxBody = 8 << 20
	// minSecret is the least length of the shared secret in characters.
	minSecret = 32
)

// client makes the calls. Two resty clients sit on the two the Host lends.
type client struct {
	read, write *resty.Client
	files       *resty.Client // answers are streamed
	base        string
	secret      adapters.Secret
	hidden      []string // what no text of ours may hold
	log         *slog.Logger
}

func newClient(c adapters.Config, h adapters.Host) (*client, error) {
	base, err := url.Parse(strings.TrimRight(c.BaseURL, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") || base.RawQuery != "" || base.User != nil {
		return nil, misconfigured(c, "base_url must look like https://site.example/netpatrol, without user, password or query")
	}
	if strings.Contains(base.EscapedPath()+"/", "/v1/") {
		return nil, misconfigured(c, "base_url must not hold /v1: the paths of the contract begin with it")
	}
	secrets, err := secrets(c)
	if err != nil {
		return nil, err
	}
	log := h.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log = log.With("account", c.ID)
	return &client{
		read: onResty(h.Read, log), write: onResty(h.Write, log), base: base.String(),
		files:  onResty(h.Read, log).SetResponseBodyLimit(0).SetDoNotParseResponse(true),
		secret: adapters.Secret(secrets[0]), hidden: secrets, log: log,
	}, nil
}

// secrets are the current secret and, if there is one, the one before it.
func secrets(c adapters.Config) ([]string, error) {
	current, previous := strings.TrimSpace(c.Secrets["secret"].Reveal()), strings.TrimSpace(c.Secrets["secret_previous"].Reveal())
	if current == "" {
		return nil, misconfigured(c, "secret secret is missing: make one with openssl rand -hex 32 and give it to the site as well")
	}
	for _, s := range []string{current, previous} {
		if s != "" && len(s) < minSecret {
			return nil, misconfigured(c, "secrets must have at least %d characters: make one with openssl rand -hex 32", minSecret)
		}
	}
	if previous == "" {
		return []string{current}, nil
	}
	return []string{current, previous}, nil
}

// onResty puts resty on a copy of a lent client: resty sets a transport of its own on a
// client without one, and what was lent must not change. A redirect is not followed: what
// was signed was signed for one place.
func onResty(lent *http.Client, log *slog.Logger) *resty.Client {
	hc := *lent
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return resty.NewWithClient(&hc).
		SetRetryCount(0).
		SetResponseBodyLimit(maxBody).
		SetHeader("User-Agent", "netpatrol/1").
		SetHeader("Accept", "application/json, application/problem+json").
		SetDisableWarn(true).
		SetLogger(restyLog{log})
}

// restyLog passes resty's own remarks on without their arguments, which may hold URLs
// and bodies.
type restyLog struct{ log *slog.Logger }

func (l restyLog) Errorf(format string, _ ...any) { l.log.Debug("resty: " + format) }
func (l restyLog) Warnf(format string, _ ...any)  { l.log.Debug("resty: " + format) }
func (l restyLog) Debugf(string, ...any)          {}

// call is one request. An empty method is GET.
type call struct {
	op, method, path string
	query            url.Values
	body             any
	object           bool // the path names an object, which a 404 is about
}

func (c call) mutating() bool { return c.method != "" && c.method != http.MethodGet }

// target is what the request line holds from "/v1/" on.
func (c call) target() string {
	if len(c.query) == 0 {
		return c.path
	}
	return c.path + "?" + c.query.Encode()
}

// unclear is the class of an answer that cannot be understood.
func (c call) unclear() adapters.Class {
	if c.mutating() {
		return adapters.Unknown
	}
	return adapters.NotSent
}

// do makes one request and decodes a success into out, unless out is nil. Every error is
// an [*adapters.Error].
func (c *client) do(ctx context.Context, k call, out any) error {
	_, err := c.exchange(ctx, k, out)
	return err
}

func (c *client) exchange(ctx context.Context, k call, out any) (http.Header, error) {
	if err := ctx.Err(); err != nil {
		return nil, &adapters.Error{Class: adapters.NotSent, Op: k.op, Err: err}
	}
	var trace adapters.Trace
	resp, err := c.request(trace.Watch(ctx), k)
	switch {
	case err != nil && k.mutating():
		return nil, c.scrubbed(trace.Fail(k.op, err))
	case err != nil:
		return nil, c.scrubbed(&adapters.Error{Class: adapters.NotSent, Op: k.op, Phase: trace.Phase(), Err: adapters.Redact(err)})
	case !resp.IsSuccess():
		return nil, c.refusal(k, resp.StatusCode(), resp.Header(), resp.Body())
	case out == nil:
		return resp.Header(), nil
	}
	if err := json.Unmarshal(resp.Body(), out); err != nil {
		return nil, notOfTheContract(k, fmt.Errorf("the answer (HTTP %d, %d bytes) is not JSON of the contract", resp.StatusCode(), len(resp.Body())))
	}
	return resp.Header(), nil
}

// request signs and makes one request.
func (c *client) request(ctx context.Context, k call) (*resty.Response, error) {
	method, on := cmp.Or(k.method, http.MethodGet), c.read
	if k.mutating() {
		on = c.write
	}
	r := on.R().SetContext(ctx)
	var body []byte
	if k.body != nil {
		var err error
		if body, err = json.Marshal(k.body); err != nil {
			return nil, errors.New("the request cannot be written as JSON")
		}
		r.SetHeader("Content-Type", "application/json").SetBody(body)
	}
	return c.sign(r, method, k.target(), body).Execute(method, c.base+k.target())
}

// sign puts the three headers on a request.
func (c *client) sign(r *resty.Request, method, target string, body []byte) *resty.Request {
	timestamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), rand.Text()
	return r.SetHeader(timestampHeader, timestamp).SetHeader(nonceHeader, nonce).
		SetHeader(signatureHeader, signature(c.secret.Reveal(), method, target, timestamp, nonce, body))
}

// dateOf is the ISO date of an answer; "" when it states none.
func dateOf(h http.Header) string {
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// until bounds ctx by the attempt's deadline.
func until(ctx context.Context, at adapters.Attempt) (context.Context, context.CancelFunc) {
	if at.Deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, at.Deadline)
}
