package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/util"

	"netpatrol/adapters"
)

// cachePrefix is the SDK's own for Official Accounts.
const cachePrefix = "gowechat_officialaccount_"

// tokens hands out access tokens. The SDK fetches stable tokens and keeps them through
// its cache interface; this type adds what it lacks: waiting that ends with the caller's
// context, a client and an address for each account, and giving up a refused token.
type tokens struct {
	options options
	secret  string
	host    adapters.Host
	log     *slog.Logger
	scrub   func(text string, more ...string) string
	turn    chan struct{} // one fetch at a time

	mu      sync.Mutex
	refused adapters.Secret
}

func newTokens(o options, secret string, h adapters.Host, log *slog.Logger, scrub func(string, ...string) string) *tokens {
	routeSDK()
	return &tokens{options: o, secret: secret, host: h, log: log, scrub: scrub, turn: make(chan struct{}, 1)}
}

// refuse notes a token that the platform no longer takes: the next get fetches another.
func (t *tokens) refuse(token adapters.Secret) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = token
}

func (t *tokens) isRefused(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return token != "" && token == t.refused.Reveal()
}

// get returns a token, fetching one if none is kept. However many ask at once, one
// request is made.
func (t *tokens) get(ctx context.Context) (adapters.Secret, error) {
	f := &fetch{tokens: t, ctx: ctx}
	sdk := credential.NewStableAccessToken(t.options.appID, t.secret, cachePrefix, f)
	if token, ok := f.Get(t.key()).(string); ok {
		return adapters.Secret(token), nil
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", &adapters.Error{Class: adapters.NotSent, Op: "get access token", Err: ctx.Err()}
	}
	token, err := sdk.GetAccessTokenContext(f.watched())
	if err == nil && t.isRefused(token) { // the platform gave the same again
		token, err = f.force(sdk)
	}
	if err != nil {
		return "", f.fault(err)
	}
	return adapters.Secret(token), nil
}

// key is what the SDK keeps a stable token under.
func (t *tokens) key() string {
	return fmt.Sprintf("%s_stable_access_token_%s", cachePrefix, t.options.appID)
}

// fetch is one use of the SDK under one context. It is the SDK's cache for that use.
type fetch struct {
	*tokens
	ctx   context.Context // of this one call
	trace adapters.Trace
	date  time.Time // of the platform's answer
}

var _ cache.Cache = (*fetch)(nil)

// Get implements the SDK's cache. The SDK panics on anything but a string.
func (f *fetch) Get(key string) any {
	token, ok, err := f.host.Tokens.Token(f.ctx, key)
	if err != nil {
		f.log.Warn("the access token that is kept cannot be read; fetching another", "error", err)
	}
	if err != nil || !ok || token == "" || f.isRefused(token.Reveal()) {
		return nil
	}
	return token.Reveal()
}

// Set implements the SDK's cache. It never fails: a token that cannot be kept is still
// good. The platform's clock says how long, for an adapter has none of its own.
func (f *fetch) Set(key string, val any, ttl time.Duration) error {
	token, _ := val.(string)
	if token == "" || ttl <= 0 || f.date.IsZero() || f.isRefused(token) {
		return nil
	}
	if err := f.host.Tokens.KeepToken(f.ctx, key, adapters.Secret(token), f.date.Add(ttl)); err != nil {
		f.log.Warn("the access token cannot be kept; it will be fetched again", "error", err)
	}
	return nil
}

// IsExist implements the SDK's cache.
func (f *fetch) IsExist(key string) bool { return f.Get(key) != nil }

// Delete implements the SDK's cache; the SDK never calls it for tokens.
func (f *fetch) Delete(string) error { return nil }

// force asks for a token that is new even though the old one has not expired. The
// platform allows it 20 times a day, 30 seconds apart.
func (f *fetch) force(sdk credential.AccessTokenContextHandle) (string, error) {
	stable, ok := sdk.(*credential.StableAccessToken)
	if !ok {
		return "", errors.New("the SDK's token source cannot be forced")
	}
	got, err := stable.GetAccessTokenDirectly(f.watched(), true)
	if err != nil {
		return "", err
	}
	const margin = 5 * time.Minute // as the SDK
	_ = f.Set(f.key(), got.AccessToken, time.Duration(got.ExpiresIn)*time.Second-margin)
	return got.AccessToken, nil
}

func (f *fetch) watched() context.Context {
	return context.WithValue(f.trace.Watch(f.ctx), routeKey{}, f)
}

// fault types the SDK's error: our own, if the transport below made it, else one that
// keeps the cause without the address.
func (f *fetch) fault(err error) error {
	var e *adapters.Error
	if errors.As(err, &e) {
		return e
	}
	return &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeAccount, Op: "get access token", Phase: f.trace.Phase(), Err: adapters.Redact(adapters.Redact(err))}
}

// RoundTrip makes the SDK's request at the account's address, through the client the
// Host lends, and types what the SDK would turn into text.
func (f *fetch) RoundTrip(r *http.Request) (*http.Response, error) {
	base, err := url.Parse(f.options.base)
	if err != nil {
		return nil, err
	}
	sent := r.Clone(r.Context())
	sent.URL.Scheme, sent.URL.Host, sent.Host = base.Scheme, base.Host, ""
	sent.URL.Path = strings.TrimRight(base.Path, "/") + r.URL.Path
	resp, err := direct(f.host.Read).Do(sent)
	if err != nil {
		return nil, adapters.Redact(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, adapters.Redact(err)
	}
	if err := f.judge(resp, body); err != nil {
		return nil, err
	}
	f.date, _ = http.ParseTime(resp.Header.Get("Date"))
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// judge refuses every answer but one with a token.
func (f *fetch) judge(resp *http.Response, body []byte) error {
	e := &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeAccount, Op: "get access token", Phase: adapters.Answered}
	var a struct {
		answer
		Token string `json:"access_token"`
	}
	if resp.StatusCode != http.StatusOK {
		e.Class, e.Scope = statusOf(resp.StatusCode, false)
		e.Code, e.Err = "HTTP "+codeText(resp.StatusCode), errors.New("the answer does not come from the platform itself: look at base_url and the proxy")
		if e.Class == adapters.RateLimited {
			e.Until = adapters.RetryAfter(resp.Header)
		}
		return e
	}
	if err := json.Unmarshal(body, &a); err != nil {
		e.Err = errors.New("the answer is no JSON")
		return e
	}
	if a.Code != nil && *a.Code != 0 {
		m := meaningOf(*a.Code, false)
		e.Class, e.Scope, e.Until, e.Code = m.class, m.scope, m.wait.until(resp.Header), codeText(*a.Code)
		e.Err = errors.New(said(*a.Code, m, f.scrub(a.Message)))
		return e
	}
	if a.Token == "" {
		e.Err = errors.New("the answer holds no token")
		return e
	}
	return nil
}

// The SDK knows one HTTP client for the whole process. It is set once, to one that
// finds the account's own through the context of the call; nothing else in the process
// uses it.

type routeKey struct{}

type router struct{}

func (router) RoundTrip(r *http.Request) (*http.Response, error) {
	f, ok := r.Context().Value(routeKey{}).(*fetch)
	if !ok {
		return nil, errors.New("the WeChat SDK was called without an account")
	}
	return f.RoundTrip(r)
}

var routed sync.Once

func routeSDK() {
	routed.Do(func() { util.DefaultHTTPClient = &http.Client{Transport: router{}} })
}
