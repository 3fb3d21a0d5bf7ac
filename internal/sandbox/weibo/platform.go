package weibo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say what kind of platform it is. The zero value of a field is its default.
type Options struct {
	UID, ScreenName        string // of the official account
	VerifiedType           int    // of the account; the zero value is 1, government; -1: not verified
	AppKey, AppSecret      string
	RedirectURI            string // the console's; "": the authorising page is closed
	Token                  string // an access token the account has given already; "": none
	TokenLife              time.Duration
	SafeDomains            []string
	LongText               bool // the account may post long texts by contract
	CallbackURL            string
	Format                 Format
	AllMentions            bool // every mention is pushed, not only of trusted people
	Deadline, RetryDelay   time.Duration
	DailyCalls             int // of a token, default 100
	HourlyCalls            int // of an address, default 15000
	HourlyPosts            int // default 30
	CodesAsText, NoRequest bool
	LoseQueued             bool          // what is sent to all is queued, and never arrives
	ErrorStatus            int           // of every refusal; 0: 403 for limits and permissions, else 400
	Window                 time.Duration // of private replies, default 48h
	DelayedFor             time.Duration // how long a post refused with 20032 stays unseen, default 90s
	Client                 *http.Client  // for callbacks
}

// Format is how callbacks are written.
type Format string

// The formats.
const (
	JSON Format = "json"
	XML  Format = "xml"
)

const (
	tries   = 3       // of one callback
	maxBody = 1 << 20 // of a request
	firstID = 9_200_000_000_000_001
)

func (o *Options) defaults() {
	set(&o.UID, "5550000000000001")
	set(&o.ScreenName, "示例网警")
	set(&o.VerifiedType, 1)
	set(&o.TokenLife, 30*24*time.Hour)
	set(&o.Format, JSON)
	set(&o.Deadline, 5*time.Second)
	set(&o.RetryDelay, 5*time.Second)
	set(&o.DailyCalls, 100)
	set(&o.HourlyCalls, 15_000)
	set(&o.HourlyPosts, 30)
	set(&o.Window, 48*time.Hour)
	set(&o.DelayedFor, 90*time.Second)
	if o.Client == nil {
		o.Client = http.DefaultClient
	}
}

func set[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// Platform is the pretend Weibo.
type Platform struct {
	opts  Options
	page  http.Handler
	ended context.Context
	end   context.CancelFunc
	work  sync.WaitGroup

	mu       sync.Mutex
	next     int64
	people   []*citizen
	posts    []*post
	comments []*comment
	tokens   map[string]*grant
	codes    map[string]bool
	spent    map[string]int
	files    map[string]*file // by the id they have for the account
	faults   []*Fault
	received []Received
	actions  []Action
	pushes   []*Push
	busy     int  // callbacks under way
	late     bool // what the call under way posts is shown later
	refused  map[string]int
}

// New makes a platform. It starts nothing.
func New(o Options) *Platform {
	o.defaults()
	p := &Platform{opts: o, next: firstID, tokens: map[string]*grant{}, codes: map[string]bool{}, spent: map[string]int{}, files: map[string]*file{}, refused: map[string]int{}}
	p.ended, p.end = context.WithCancel(context.Background())
	if o.Token != "" {
		p.tokens[o.Token] = &grant{made: time.Now(), life: o.TokenLife}
	}
	p.page = p.pages()
	return p
}

// Close ends callbacks under way and waits for them.
func (p *Platform) Close() {
	p.end()
	p.work.Wait()
}

// ServeHTTP implements [http.Handler].
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if strings.HasPrefix(r.URL.Path, "/2/") || strings.HasPrefix(r.URL.Path, "/oauth2/") {
		p.api(w, r)
		return
	}
	p.page.ServeHTTP(w, r)
}

// citizen is somebody with an account of their own.
type citizen struct {
	uid, name        string
	trusted          bool // their mentions are pushed without the account's asking for all
	follows, left    bool
	acted, mentioned time.Time // last message, follow or click; last mention not yet answered
	lastDM           string
	chat             []line
}

// line is one private message as a citizen sees it.
type line struct {
	mine bool
	text string
	at   time.Time
}

type post struct {
	id            int64
	by            *citizen // nil: the account
	text          string
	at            time.Time
	edited        time.Time
	visible       time.Time // zero: at once
	deleted, long bool
}

type comment struct {
	id      int64
	by      *citizen
	under   *post
	to      *comment
	text    string
	at      time.Time
	deleted bool
}

func (p *Platform) newID() int64 {
	p.next += 1009 // ids are not consecutive
	return p.next
}

// ErrNobody is for a citizen or post that does not exist.
var ErrNobody = errors.New("there is no such citizen or post")

func (p *Platform) citizen(name string) (*citizen, error) {
	for _, c := range p.people {
		if c.name == name || c.uid == name {
			return c, nil
		}
	}
	return nil, fmt.Errorf("%q: %w", name, ErrNobody)
}

func (p *Platform) postOf(id string) (*post, error) {
	for _, x := range p.posts {
		if strconv.FormatInt(x.id, 10) == id {
			return x, nil
		}
	}
	return nil, fmt.Errorf("%q: %w", id, ErrNobody)
}

// Via is the way something reached people.
type Via string

// The ways.
const (
	ViaPost    Via = "post"
	ViaComment Via = "comment"
	ViaMessage Via = "message" // active
	ViaPassive Via = "passive" // in the answer to a callback
	ViaSendAll Via = "sendall"
)

// Received is one text of the account's that reached people.
type Received struct {
	Via  Via
	To   []string // names; none: everybody
	Text string
	ID   string // of a post or comment
	At   time.Time
}

// Received lists what reached people, oldest first.
func (p *Platform) Received() []Received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.received)
}

// Duplicates lists what reached the same people more than once.
func (p *Platform) Duplicates() (twice []Received) {
	seen := map[string]bool{}
	for _, r := range p.Received() {
		key := strings.Join(r.To, ",") + "|" + r.Text
		if seen[key] {
			twice = append(twice, r)
		}
		seen[key] = true
	}
	return twice
}

// Action is something a citizen did.
type Action struct {
	Kind      Kind
	Who, Text string
	ID        string // of a post or comment; of a private message: when, in seconds since 1970
	At        time.Time
	Mentions  bool // it names the account
}

// Kind is what a citizen did.
type Kind string

// The kinds.
const (
	Wrote      Kind = "wrote" // in private
	Posted     Kind = "posted"
	Commented  Kind = "commented"
	Followed   Kind = "followed"
	Unfollowed Kind = "unfollowed"
	Deleted    Kind = "deleted"
)

// Actions lists what citizens did, oldest first.
func (p *Platform) Actions() []Action {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.actions)
}

// Spent is how many of the day's calls a token has used.
func (p *Platform) Spent(token string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent[dayKey(token, time.Now())]
}

// Refused counts refusals by code.
func (p *Platform) Refused(code int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused[strconv.Itoa(code)]
}
