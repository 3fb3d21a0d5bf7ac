package wechat

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	tokenLife    = 7200 * time.Second
	tokenOverlap = 5 * time.Minute
	forceApart   = 30 * time.Second
	forceDaily   = 20
)

type tokenKind string

const (
	classic tokenKind = "token"
	stable  tokenKind = "stable_token"
)

// token is one access_token.
type token struct {
	value   string
	kind    tokenKind
	expires time.Time
	ends    time.Time // superseded: not valid from here on; zero: not superseded
}

func (t *token) valid(now time.Time) bool {
	return now.Before(t.expires) && (t.ends.IsZero() || now.Before(t.ends))
}

// getToken is GET /cgi-bin/token: each call makes a token and ends the one before five
// minutes later.
func getToken(c *call) (any, error) {
	q := c.query
	if err := c.credentials(q.Get("grant_type"), q.Get("appid"), q.Get("secret")); err != nil {
		return nil, err
	}
	return c.p.grantToken(classic, c.now, tokenOverlap).shown(c.now), nil
}

// stableToken is POST /cgi-bin/stable_token: the same token until five minutes before
// its end, unless a refresh is forced, which ends the one before at once.
func stableToken(c *call) (any, error) {
	var in struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}
	if err := c.read(&in); err != nil {
		return nil, err
	}
	if err := c.credentials(in.GrantType, in.AppID, in.Secret); err != nil {
		return nil, err
	}
	if in.Force {
		if err := c.p.mayForce(c.now); err != nil {
			return nil, err
		}
		return c.p.grantToken(stable, c.now, 0).shown(c.now), nil
	}
	if t := c.p.latest[stable]; t != nil && t.valid(c.now) && t.expires.Sub(c.now) > tokenOverlap {
		return t.shown(c.now), nil
	}
	return c.p.grantToken(stable, c.now, tokenOverlap).shown(c.now), nil
}

func (t *token) shown(now time.Time) object {
	return object{"access_token": t.value, "expires_in": int(t.expires.Sub(now).Seconds())}
}

func (p *Platform) grantToken(kind tokenKind, now time.Time, overlap time.Duration) *token {
	if t := p.latest[kind]; t != nil {
		t.ends = now.Add(overlap)
	}
	t := &token{value: "98_" + p.next(149, string(kind)), kind: kind, expires: now.Add(tokenLife)}
	p.tokens[t.value], p.latest[kind] = t, t
	p.counts.Tokens++
	return t
}

// mayForce holds forced refreshes to 20 a day, 30 seconds apart. Which code the real
// platform gives for which is not confirmed.
func (p *Platform) mayForce(now time.Time) error {
	today := 0
	for _, at := range p.forced {
		if day(at) == day(now) {
			today++
		}
	}
	switch {
	case today >= forceDaily:
		return refuse(45009, "reach max api daily quota limit")
	case len(p.forced) > 0 && now.Sub(p.forced[len(p.forced)-1]) < forceApart:
		return refuse(45011, "api minute-quota reach limit, must slower, retry next minute")
	}
	p.forced = append(p.forced, now)
	return nil
}

// credentials checks what a token call must show.
func (c *call) credentials(grantType, appID, secret string) error {
	ip := c.callerIP()
	switch {
	case appID == "":
		return refuse(41002, "appid missing")
	case secret == "":
		return refuse(41004, "appsecret missing")
	case grantType != "client_credential":
		return refuse(40002, "invalid grant_type")
	case appID != c.p.opts.AppID:
		return refuse(40013, "invalid appid")
	case c.p.frozen:
		return refuse(40243, "AppSecret has been frozen")
	case secret != c.p.secret:
		return refuse(40125, "invalid appsecret")
	case len(c.p.allow) > 0 && !slices.Contains(c.p.allow, ip):
		return refuse(40164, fmt.Sprintf("invalid ip %s ipv6 ::ffff:%s, not in whitelist", ip, ip))
	}
	return nil
}

// authorize checks the access_token of a call.
func (c *call) authorize() error {
	value := c.query.Get("access_token")
	t := c.p.tokens[value]
	switch {
	case value == "":
		return refuse(41001, "access_token missing")
	case t == nil || !t.ends.IsZero() && !c.now.Before(t.ends):
		return refuse(40001, "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r")
	case !t.valid(c.now):
		return refuse(42001, "access_token expired")
	}
	return nil
}

// ExpireTokens ends every token now: calls with them answer 42001, and the next
// stable_token call makes a new one.
func (p *Platform) ExpireTokens() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.tokens {
		if t.expires.After(p.opts.Now()) {
			t.expires = p.opts.Now()
		}
	}
}

// RefreshElsewhere is somebody else with the same secret forcing a new stable token: the
// one before answers 40001 from now on.
func (p *Platform) RefreshElsewhere() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.grantToken(stable, p.opts.Now(), 0)
}

// ChangeSecret sets a new AppSecret: token calls with the old one answer 40125.
func (p *Platform) ChangeSecret(secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.secret = secret
}

// FreezeSecret makes token calls answer 40243, until lifted.
func (p *Platform) FreezeSecret(frozen bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.frozen = frozen
}

// Allow replaces the list of addresses that may fetch a token; none allows any.
func (p *Platform) Allow(ips ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allow = ips
}

// route is one endpoint.
type route struct {
	method   string // empty: GET or POST
	run      handler
	open     bool // without access_token
	verified bool // verified accounts only
	service  bool // verified service accounts only
}

func get(run handler) route  { return route{method: http.MethodGet, run: run} }
func post(run handler) route { return route{method: http.MethodPost, run: run} }

func (r route) onlyVerified() route { r.verified = true; return r }
func (r route) onlyService() route  { r.service = true; return r }
func (r route) withoutToken() route { r.open = true; return r }
