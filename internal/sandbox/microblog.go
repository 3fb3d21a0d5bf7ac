package sandbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options are how a [Microblog] is set up. The zero value is a Mastodon server.
type Options struct {
	Flavour  Flavour
	BaseURL  string           // prefix of every address in an answer; default https://microblog.example
	Title    string           // shown on the citizen page; default 浪花微博
	MaxChars int              // default 500, on GoToSocial 5000
	PageSize int              // default and greatest number of rows in a page; 0: the server's own
	Now      func() time.Time // default time.Now, which is also right inside a synctest bubble
	Seed     uint64           // of ids, tokens and fault probabilities
	Rates    Rates
	Retell   int // how many of the newest notifications a stream tells again after a client connects
}

// Rates are the request limits of one token: 0 means the server's documented figure,
// a negative one means no limit.
type Rates struct {
	Requests int // in 5 minutes; default 300
	Paging   int // calls that carry a page position, in 15 minutes; default 300, Mastodon only
	Deletes  int // in 30 minutes; default 30, Mastodon only
}

// StatusID is a server's id of one post or message. It is opaque.
type StatusID string

// Microblog is the pretend platform.
type Microblog struct {
	opts   Options
	domain string
	routes routes
	page   http.Handler // what a person sees in a browser

	mu       sync.Mutex
	ids      *idMaker
	accounts []*account
	byID     map[string]*status
	statuses []*status // oldest first, deleted ones included
	tagged   map[string][]*status
	grants   map[string]*grant // by token
	codes    map[string]*account
	media    map[string]*media
	buckets  map[bucketKey]*bucket
	received []*received
	copies   map[string]int // received before, by what makes a duplicate
	actions  []Action
	reports  []Report
	requests []Request
	counts   Counts
	faults   faults
	gate     gate
	changed  chan struct{} // closed and replaced whenever something happened
	dropped  int           // times every stream was dropped
}

// grant is what one token may do.
type grant struct {
	who    *account // nil: an app without a user
	scopes []string
	error  string // why it no longer works
}

// NewMicroblog makes an empty platform.
func NewMicroblog(o Options) *Microblog {
	o.BaseURL = strings.TrimRight(cmp.Or(o.BaseURL, "https://microblog.example"), "/")
	o.Title = cmp.Or(o.Title, "浪花微博")
	o.MaxChars = cmp.Or(o.MaxChars, [...]int{500, 5000}[o.Flavour])
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Microblog{
		opts: o, domain: domainOf(o.BaseURL), ids: newIDMaker(o.Flavour, o.Seed),
		byID: map[string]*status{}, tagged: map[string][]*status{}, grants: map[string]*grant{}, codes: map[string]*account{},
		media: map[string]*media{}, copies: map[string]int{}, buckets: map[bucketKey]*bucket{}, gate: gate{conns: map[net.Conn]struct{}{}}, faults: faults{struck: map[FaultKind]int{}},
		changed: make(chan struct{}),
	}
	m.routes = apiRoutes()
	m.page = m.pageRoutes()
	return m
}

func domainOf(base string) string {
	if u, err := url.Parse(base); err == nil {
		return u.Hostname()
	}
	return base
}

// ServeHTTP serves the client API, and the pages a person opens in a browser: /citizen,
// /moderator, which lists what was reported, and the address of every public post.
func (m *Microblog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == streamPath {
		m.serveStream(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/oauth/") {
		m.serveAPI(w, r)
		return
	}
	m.page.ServeHTTP(w, r)
}

// Errors of the methods by which citizens act.
var (
	ErrNoAccount = errors.New("no such account on the pretend platform: add it first with AddAccount or AddCitizen")
	ErrNoStatus  = errors.New("no such post on the pretend platform, or it is deleted")
	ErrTaken     = errors.New("that handle is taken on the pretend platform")
	ErrEmpty     = errors.New("the text is empty")
	ErrTooLong   = errors.New("the text is longer than the pretend platform allows")
)

// AddAccount adds an official account, which acts through the API only, and returns
// its id and a token with every scope. A verifiedField is the address of a website
// that the platform shows as verified; empty for none.
func (m *Microblog) AddAccount(handle, name, verifiedField string) (id, token string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, err := m.add(handle, name)
	if err != nil {
		return "", "", err
	}
	a.verified = verifiedField
	return a.id, a.token, nil
}

// AddCitizen adds a pretend person and returns the id. A citizen acts through the
// methods of [Microblog], the citizen page, or the API with [Microblog.Token].
func (m *Microblog) AddCitizen(handle, name string) (id string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, err := m.add(handle, name)
	if err != nil {
		return "", err
	}
	a.citizen = true
	return a.id, nil
}

func (m *Microblog) add(handle, name string) (*account, error) {
	if handle == "" || m.find(handle) != nil {
		return nil, fmt.Errorf("add account %q: %w", handle, ErrTaken)
	}
	now := m.opts.Now()
	a := &account{
		id: m.ids.next(now), handle: handle, name: name, created: now, token: m.newToken("user", handle),
		follows: map[*account]time.Time{}, permitted: map[*account]bool{}, asking: map[*account]*request{}, policy: defaultPolicy(),
		keys: map[string]keyed{},
	}
	m.accounts = append(m.accounts, a)
	m.grants[a.token] = &grant{who: a, scopes: []string{"read", "write", "follow", "push"}}
	return a, nil
}

// newToken derives a token from the seed; it is as secret as the rest of a sandbox.
func (m *Microblog) newToken(parts ...string) string {
	b := binary.BigEndian.AppendUint64(nil, m.opts.Seed)
	b = append(b, fmt.Sprintf("%q", parts)...)
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Token returns the account's first token; empty when there is no such account.
func (m *Microblog) Token(handle string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.find(handle); a != nil {
		return a.token
	}
	return ""
}

// NewToken returns a further token of an account, limited to scopes such as "read"
// or "write:statuses".
func (m *Microblog) NewToken(handle string, scopes ...string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.find(handle)
	if a == nil {
		return "", fmt.Errorf("new token for %q: %w", handle, ErrNoAccount)
	}
	return m.grantToken(a, scopes), nil
}

func (m *Microblog) grantToken(a *account, scopes []string) string {
	token := m.newToken("grant", fmt.Sprint(len(m.grants)), strings.Join(scopes, " "))
	m.grants[token] = &grant{who: a, scopes: scopes}
	return token
}

// Revoke makes a token answer 401 from now on.
func (m *Microblog) Revoke(token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if g := m.grants[token]; g != nil {
		g.error = "The access token was revoked"
	}
	m.touch()
}

// Suspend makes everything an account asks for answer 403, until lifted.
func (m *Microblog) Suspend(handle string, suspended bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := m.find(handle)
	if a == nil {
		return fmt.Errorf("suspend %q: %w", handle, ErrNoAccount)
	}
	a.suspended = suspended
	return nil
}

// Changed returns a channel that is closed when something has happened on the
// platform: take it, look, then wait for it.
func (m *Microblog) Changed() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.changed
}

func (m *Microblog) touch() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// find returns the account with that handle, in any case; nil when there is none.
func (m *Microblog) find(handle string) *account {
	for _, a := range m.accounts {
		if strings.EqualFold(a.handle, handle) {
			return a
		}
	}
	return nil
}

func (m *Microblog) reader(generous bool) reader {
	return reader{accounts: m.accounts, domain: m.domain, flavour: m.opts.Flavour, generous: generous}
}

func (m *Microblog) perURL() int { return [...]int{23, 25}[m.opts.Flavour] }
