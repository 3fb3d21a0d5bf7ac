package discuz

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

const (
	// entry is the interface, below the board's address.
	entry = "/api/mobile/index.php"
	// version is the newest whose lists still carry times; a board with an older plug-in lowers it.
	version = "3"
	// kept is for how long a session is kept in the token cache. The board may end it sooner.
	kept = 12 * time.Hour
	// sessionKey names it there.
	sessionKey = "session"
)

// session are the cookies of a sign-in.
type session struct {
	Cookies string `json:"c"` // a Cookie header
}

// door holds the session. Signing in is one at a time.
type door struct {
	tokens adapters.TokenCache
	turn   chan struct{} // holds a token while somebody signs in

	mu  sync.Mutex
	now session
}

func newDoor(tokens adapters.TokenCache) *door {
	return &door{tokens: tokens, turn: make(chan struct{}, 1)}
}

func (d *door) session() session {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *door) set(s session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = s
}

// enter returns a session other than stale, signing in if there is none.
func (a *account) enter(ctx context.Context, op string, stale session) (session, error) {
	select {
	case a.door.turn <- struct{}{}:
		defer func() { <-a.door.turn }()
	case <-ctx.Done():
		return session{}, &adapters.Error{Class: adapters.NotSent, Op: op, Err: ctx.Err()}
	}
	for _, s := range []session{a.door.session(), a.remembered(ctx)} {
		if s.Cookies != "" && s != stale {
			a.door.set(s)
			return s, nil
		}
	}
	s, err := a.signIn(ctx, op)
	if err != nil {
		return session{}, err
	}
	a.door.set(s)
	a.remember(ctx, s)
	return s, nil
}

// remembered is the session of an earlier life, if there is one.
func (a *account) remembered(ctx context.Context) (s session) {
	if a.door.tokens == nil {
		return s
	}
	v, ok, err := a.door.tokens.Token(ctx, sessionKey)
	if err != nil || !ok || json.Unmarshal([]byte(v.Reveal()), &s) != nil {
		return session{}
	}
	return s
}

// remember keeps a session. Failing costs a sign-in at the next start, no more.
func (a *account) remember(ctx context.Context, s session) {
	if a.door.tokens == nil {
		return
	}
	v, _ := json.Marshal(s) // strings always marshal
	if err := a.door.tokens.KeepToken(ctx, sessionKey, adapters.Secret(v), time.Now().Add(kept)); err != nil {
		a.log.Warn("the board's session is not kept", "error", err)
	}
}

// signIn asks the board for its charset, then for a session.
func (a *account) signIn(ctx context.Context, op string) (session, error) {
	charset, err := a.charset(ctx, op)
	if err != nil {
		return session{}, err
	}
	body, err := form(charset, url.Values{"username": {a.options.username}, "password": {a.options.password.Reveal()}})
	if err != nil {
		return session{}, forum.Reject(op, adapters.ScopeAccount, errors.New("the username or password has a character the board's charset lacks"))
	}
	k := call(op, http.MethodPost, "login", url.Values{"loginsubmit": {"yes"}})
	k.Form = body
	answer, failed := a.http.Do(ctx, k)
	if failed != nil {
		failed.Class = adapters.NotSent // nobody has been written to
		return session{}, failed
	}
	env, h, bad := a.open(k, answer)
	if bad != nil {
		return session{}, notUnknown(bad)
	}
	if cookies := cookiesOf(answer.Header, h); strings.HasSuffix(env.word(), "login_succeed") && h.UID != 0 && cookies != "" {
		return session{cookies}, nil
	}
	return session{}, notUnknown(a.refusal(k, env))
}

// charset is the board's, which a guest may ask for.
func (a *account) charset(ctx context.Context, op string) (string, error) {
	k := call(op, "", "forumindex", nil)
	answer, failed := a.http.Do(ctx, k)
	if failed != nil {
		return "", failed
	}
	_, h, bad := a.open(k, answer)
	if bad != nil {
		return "", bad
	}
	return h.charset, nil
}

// cookiesOf are the two cookies of a session, as the answer set them, or else as its
// variables have them.
func cookiesOf(header http.Header, h head) string {
	found := map[string]string{"auth": url.QueryEscape(h.Auth), "saltkey": url.QueryEscape(h.SaltKey)}
	for _, c := range (&http.Response{Header: header}).Cookies() {
		if name, ours := strings.CutPrefix(c.Name, h.CookiePrefix); ours && c.Value != "" && c.Value != "deleted" {
			if _, wanted := found[name]; wanted {
				found[name] = c.Value
			}
		}
	}
	if found["auth"] == "" || found["saltkey"] == "" {
		return ""
	}
	return h.CookiePrefix + "auth=" + found["auth"] + "; " + h.CookiePrefix + "saltkey=" + found["saltkey"]
}

func call(op, method, module string, query url.Values) forum.Call {
	q := url.Values{"version": {version}, "module": {module}}
	for name, v := range query {
		q[name] = v
	}
	return forum.Call{Op: op, Method: method, Path: entry, Query: q}
}

// open reads an answer's envelope and head.
func (a *account) open(k forum.Call, answer *forum.Answer) (env envelope, h head, failed *adapters.Error) {
	if !answer.OK() {
		return env, h, a.byStatus(k, answer)
	}
	if err := json.Unmarshal(unicode(answer.Body), &env); err != nil {
		return env, h, forum.Unreadable(k, answer, err)
	}
	if len(env.Variables) == 0 {
		return env, h, a.refusal(k, env)
	}
	if err := json.Unmarshal(env.Variables, &h); err != nil || h.FormHash == "" {
		return env, h, &adapters.Error{Class: k.Unclear(), Op: k.Op, Phase: adapters.Answered, Err: errors.New("the answer has not the variables of the interface: is the plug-in for phones enabled?")}
	}
	h.charset = env.Charset
	return env, h, nil
}

// get reads a module into out, unless out is nil. Signed out, it signs in and reads again,
// once.
func (a *account) get(ctx context.Context, op, module string, query url.Values, out any) (head, error) {
	s := a.door.session()
	for again := false; ; again = true {
		if s.Cookies == "" || again {
			var err error
			if s, err = a.enter(ctx, op, s); err != nil {
				return head{}, err
			}
		}
		k := call(op, "", module, query)
		k.Header = http.Header{"Cookie": {s.Cookies}}
		answer, failed := a.http.Do(ctx, k)
		if failed != nil {
			return head{}, failed
		}
		env, h, bad := a.open(k, answer)
		if bad != nil {
			return head{}, bad
		}
		if h.UID == 0 && !again {
			continue
		}
		return h, a.read(k, env, h, out)
	}
}

// read takes the variables of a read that has no complaint.
func (a *account) read(k forum.Call, env envelope, h head, out any) error {
	if h.UID == 0 {
		return &adapters.Error{Class: adapters.AuthExpired, Scope: adapters.ScopeAccount, Op: k.Op, Phase: adapters.Answered, Code: env.word(), Err: errors.New("the board does not take the session")}
	}
	if env.Message != nil || env.Error != "" {
		return notUnknown(a.refusal(k, env))
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(env.Variables, out); err != nil {
		return forum.Unreadable(k, &forum.Answer{Status: http.StatusOK, Body: env.Variables}, err)
	}
	return nil
}

// front is a call that changes nothing and costs the board little. It tells who we are
// and the form's token.
func (a *account) front(ctx context.Context, op string) (head, error) {
	return a.get(ctx, op, "newthreads", url.Values{"fids": {a.options.board.String()}, "limit": {"1"}}, nil)
}

// made is what a send made.
type made struct {
	TID  forum.ID `json:"tid"`
	PID  forum.ID `json:"pid"`
	PMID forum.ID `json:"pmid"`
}

// submit makes the one mutating request of an attempt, with the token and session just
// read, and returns the board's word and what was made.
func (a *account) submit(ctx context.Context, op, module string, query, values url.Values) (string, made, error) {
	h, err := a.front(ctx, op)
	if err != nil {
		return "", made{}, notUnknown(err)
	}
	values.Set("formhash", h.FormHash)
	k := call(op, http.MethodPost, module, query)
	k.Header = http.Header{"Cookie": {a.door.session().Cookies}}
	if k.Form, err = form(h.charset, values); err != nil {
		return "", made{}, forum.Reject(op, adapters.ScopeItem, err)
	}
	answer, failed := a.http.Do(ctx, k)
	if failed != nil {
		return "", made{}, failed
	}
	env, _, bad := a.open(k, answer)
	if bad != nil {
		return "", made{}, bad
	}
	var m made
	if err := json.Unmarshal(env.Variables, &m); err != nil {
		return "", made{}, forum.Unreadable(k, answer, err)
	}
	if !succeeded(env.word()) {
		return "", made{}, a.refusal(k, env)
	}
	return env.word(), m, nil
}
