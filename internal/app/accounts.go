package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
)

// opener opens the configured accounts in the background and keeps trying: an account
// that cannot be opened never delays another, or the daemon.
type opener struct {
	store     tokenStore
	platforms map[string]adapters.Platform
	log       *slog.Logger
	retry     time.Duration
	dial      func(ctx context.Context, network, addr string) (net.Conn, error)

	mu   sync.RWMutex
	open map[string]adapters.Account
	errs map[string]error
}

type tokenStore interface {
	record.Reader
	Update(ctx context.Context, change func(record.Tx) error) error
}

func newOpener(store tokenStore, platforms map[string]adapters.Platform, retry time.Duration,
	dial func(ctx context.Context, network, addr string) (net.Conn, error), log *slog.Logger,
) *opener {
	return &opener{
		store: store, platforms: platforms, log: log, retry: retry, dial: dial,
		open: map[string]adapters.Account{}, errs: map[string]error{},
	}
}

// run opens one account and returns once it is open or ctx has ended.
func (o *opener) run(ctx context.Context, a config.Account) {
	for wait := o.retry; ctx.Err() == nil; wait = min(2*wait, 5*time.Minute) {
		err := o.try(ctx, a)
		if err == nil {
			return
		}
		o.log.WarnContext(ctx, "account cannot be opened", "account", a.ID, "err", err)
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

// openWithin bounds the harmless reads an adapter makes when it opens an account.
const openWithin = 20 * time.Second

func (o *opener) try(ctx context.Context, a config.Account) error {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	p, ok := o.platforms[a.Platform]
	if !ok {
		return fmt.Errorf("no platform %q", a.Platform)
	}
	calls := &callCounter{store: o.store, account: a.ID, log: o.log}
	calls.budget.Store(&p.Manifest.Limits.Calls)
	acct, err := p.Open(ctx, adapters.Config{ID: a.ID, BaseURL: a.BaseURL, Watch: a.Watch, Options: a.Options, Secrets: a.Secrets}, calls.lend(o.host(a)))
	if err == nil {
		stated := acct.Caps().Limits.Calls
		calls.budget.Store(&stated)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.errs[a.ID] = err; err == nil {
		o.open[a.ID] = acct
	}
	return err
}

// get returns an open account.
func (o *opener) get(id string) (adapters.Account, bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	a, ok := o.open[id]
	return a, ok
}

// problem says why an account is not open.
func (o *opener) problem(id string) error {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.errs[id]
}

func (o *opener) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var errs []error
	for id, a := range o.open {
		errs = append(errs, a.Close())
		delete(o.open, id)
	}
	return errors.Join(errs...)
}

// httpTimeout bounds any call an adapter makes; the outbox sets a shorter deadline of its own.
const httpTimeout = 30 * time.Second

func (o *opener) host(a config.Account) adapters.Host {
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return adapters.Host{
		Read:   o.reader(a),
		Write:  &http.Client{Timeout: httpTimeout, Transport: o.transport(a.Proxy), CheckRedirect: noRedirect},
		Tokens: tokens{store: o.store, account: a.ID},
		Log:    o.log.With("account", a.ID),
	}
}

// Lend makes what the daemon lends an account, for somebody who only looks at one: the same ways out,
// through its proxy and, where strangers name addresses, nowhere private. Tokens go to kept.
func Lend(a config.Account, p adapters.Platform, kept adapters.TokenCache) adapters.Host {
	o := newOpener(nil, map[string]adapters.Platform{a.Platform: p}, 0, nil, slog.New(slog.DiscardHandler))
	h := o.host(a)
	h.Tokens = kept
	return h
}

// reader is for calls that change nothing. What strangers write leads it nowhere private.
func (o *opener) reader(a config.Account) *http.Client {
	t := o.transport(a.Proxy)
	c := &http.Client{Timeout: httpTimeout, Transport: t}
	if o.dial == nil && o.platforms[a.Platform].Manifest.Strangers {
		strangers(a.Options["allow_private"]).guard(c, t)
	}
	return c
}

// transport is an account's own, so that one platform's stuck connections hurt no other.
// Without a proxy of its own it uses the environment's.
func (o *opener) transport(proxy string) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 4
	t.IdleConnTimeout = time.Minute
	if u, err := url.Parse(proxy); proxy != "" && err == nil {
		t.Proxy = http.ProxyURL(u)
	}
	if o.dial != nil {
		t.DialContext = o.dial
	}
	return t
}

// tokens keeps an account's platform tokens in the store, sealed like personal data.
type tokens struct {
	store   tokenStore
	account string
}

func (t tokens) id(key string) string { return t.account + "/" + key }

// Token implements [adapters.TokenCache].
func (t tokens) Token(ctx context.Context, key string) (adapters.Secret, bool, error) {
	r, err := record.Fetch[record.Token](ctx, t.store, t.id(key))
	if errors.Is(err, record.ErrNotFound) {
		return "", false, nil
	}
	if err != nil || r.Erased || !time.Now().Before(r.Due) {
		return "", false, err
	}
	return adapters.Secret(r.Value), true, nil
}

// KeepToken implements [adapters.TokenCache].
func (t tokens) KeepToken(ctx context.Context, key string, value adapters.Secret, expires time.Time) error {
	return t.store.Update(ctx, func(tx record.Tx) error {
		r, err := record.Load[record.Token](tx, t.id(key))
		if errors.Is(err, record.ErrNotFound) {
			r, err = &record.Token{}, nil
			r.ID, r.Subject, r.State, r.Created = t.id(key), "account/"+t.account, "kept", time.Now()
		}
		if err != nil {
			return err
		}
		r.Value, r.Due, r.Updated = value.Reveal(), expires, time.Now()
		return tx.Put(r)
	})
}

var _ adapters.TokenCache = tokens{}
