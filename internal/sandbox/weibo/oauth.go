package weibo

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"time"
)

// grant is one access token.
type grant struct {
	made            time.Time
	life            time.Duration
	revoked, expire bool
}

// left is how many seconds a token has; below 1 it has expired.
func (g *grant) left(now time.Time) int64 {
	if g.expire {
		return 0
	}
	return int64(g.made.Add(g.life).Sub(now) / time.Second)
}

// ExpireToken ends a token as time would.
func (p *Platform) ExpireToken(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g := p.tokens[token]; g != nil {
		g.expire = true
	}
}

// RevokeToken withdraws a token as the account's owner would.
func (p *Platform) RevokeToken(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g := p.tokens[token]; g != nil {
		g.revoked = true
	}
}

// authorized says what is wrong with a token; 0: nothing.
func (p *Platform) authorized(token string) (code int) {
	g := p.tokens[token]
	switch {
	case token == "":
		return 21301
	case g == nil:
		return 21332
	case g.revoked:
		return 21319
	case g.left(time.Now()) < 1:
		return 21327
	}
	return 0
}

// oauth answers the calls of the authorisation. They are not counted.
func (p *Platform) oauth(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/oauth2/authorize":
		p.authorize(w, r)
	case "/oauth2/access_token":
		p.exchange(w, r)
	case "/oauth2/get_token_info":
		token := r.Form.Get("access_token")
		if code := p.authorized(token); code != 0 {
			p.refuse(w, r, code)
			return
		}
		g := p.tokens[token]
		p.say(w, map[string]any{"uid": num(p.opts.UID), "appkey": p.opts.AppKey, "scope": nil, "create_at": g.made.Unix(), "expire_in": g.left(time.Now())})
	case "/oauth2/revokeoauth2":
		if g := p.tokens[r.Form.Get("access_token")]; g != nil {
			g.revoked = true
		}
		p.say(w, map[string]any{"result": "true"})
	default:
		p.refuse(w, r, 10020)
	}
}

// authorize is what the account's owner does in a browser, who says yes at once.
func (p *Platform) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.Form
	switch {
	case q.Get("client_id") != p.opts.AppKey:
		p.refuse(w, r, 21324)
	case p.opts.RedirectURI == "" || q.Get("redirect_uri") != p.opts.RedirectURI:
		p.refuse(w, r, 21322)
	case q.Get("response_type") != "code":
		p.refuse(w, r, 21329)
	default:
		code := rand.Text()
		p.codes[code] = true
		back := url.Values{"code": {code}}
		if s := q.Get("state"); s != "" {
			back.Set("state", s)
		}
		http.Redirect(w, r, p.opts.RedirectURI+"?"+back.Encode(), http.StatusFound)
	}
}

// exchange gives a token for a code, once.
func (p *Platform) exchange(w http.ResponseWriter, r *http.Request) {
	q := r.Form
	switch {
	case r.Method != http.MethodPost:
		p.refuse(w, r, 10021)
	case q.Get("client_id") != p.opts.AppKey || q.Get("client_secret") != p.opts.AppSecret:
		p.refuse(w, r, 21324)
	case q.Get("grant_type") != "authorization_code":
		p.refuse(w, r, 21328)
	case q.Get("redirect_uri") != p.opts.RedirectURI:
		p.refuse(w, r, 21322)
	case !p.codes[q.Get("code")]:
		p.refuse(w, r, 21325)
	default:
		delete(p.codes, q.Get("code"))
		token := "2.00" + rand.Text()
		p.tokens[token] = &grant{made: time.Now(), life: p.opts.TokenLife}
		seconds := int64(p.opts.TokenLife / time.Second)
		p.say(w, map[string]any{"access_token": token, "expires_in": seconds, "remind_in": text(seconds), "uid": p.opts.UID})
	}
}
