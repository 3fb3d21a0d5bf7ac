package bridge

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are how a [Site] is set up. Secret must be given.
type Options struct {
	Secret      string
	Previous    string       // a secret that is still taken
	Name        string       // of our account; default 示例网警
	CallbackURL string       // empty: events are polled only
	Client      *http.Client // carries pushes; default a plain one
	Now         func() time.Time
	RetryDelay  time.Duration // between pushes of one event; default 1 s
	ReviewDelay time.Duration // from a publication to the moment a person has agreed; 0: no review
	MaxPrivate  int           // characters of a private message; default 800
	Refuse      string        // publications that hold this are refused by the person who reviews
	Abilities   []string      // default all but handover, which makes it another unit's system
}

// Errors of the methods by which people act.
var (
	ErrNoPerson = errors.New("no such person on the pretend site: add them first with AddPerson")
	ErrEmpty    = errors.New("there is nothing in it")
)

// Site is the pretend site.
type Site struct {
	opts Options
	page http.Handler
	done chan struct{}
	once sync.Once
	push sync.WaitGroup

	mu      sync.Mutex
	people  []string // names; a person's id is u and their number
	nonces  map[string]time.Time
	sends   []*send
	keys    map[string]*send
	posts   map[string]*post
	events  []event
	copies  map[string]int
	actions []Action
	faults  []*Fault
	given   []HandedOver
	struck  int
	refused int
}

// New makes a site without people. It panics without a secret, which is a mistake of the
// program.
func New(o Options) *Site {
	if o.Secret == "" {
		panic("sandbox/bridge: a Secret must be given")
	}
	o.Name, o.MaxPrivate, o.RetryDelay = cmp.Or(o.Name, "示例网警"), cmp.Or(o.MaxPrivate, 800), cmp.Or(o.RetryDelay, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 10 * time.Second}
	}
	if o.Abilities == nil {
		o.Abilities = []string{"publish", "message", "comment", "watch", "retract", "measure", "lookup"}
	}
	s := &Site{opts: o, done: make(chan struct{}), nonces: map[string]time.Time{}, keys: map[string]*send{}, posts: map[string]*post{}, copies: map[string]int{}}
	s.page = s.pages()
	return s
}

// ServeHTTP serves the contract under /v1 and the people's page elsewhere.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/v1/") {
		s.serveContract(w, r)
		return
	}
	s.page.ServeHTTP(w, r)
}

// Close ends pushes under way and waits for them. It may be called twice.
func (s *Site) Close() {
	s.mu.Lock() // so that no push begins while they are waited for
	s.once.Do(func() { close(s.done) })
	s.mu.Unlock()
	s.push.Wait()
}

// AddPerson lets somebody join under a name nobody has, and returns their id.
func (s *Site) AddPerson(name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" || slices.Contains(s.people, name) {
		return "", fmt.Errorf("%q cannot join the pretend site: %w, or it is taken", name, ErrEmpty)
	}
	s.people = append(s.people, name)
	return personID(len(s.people) - 1), nil
}

func personID(n int) string { return fmt.Sprintf("u%d", 1001+n) }

// idOf and nameOf need the lock.
func (s *Site) idOf(name string) (string, error) {
	if i := slices.Index(s.people, name); i >= 0 {
		return personID(i), nil
	}
	return "", fmt.Errorf("%s: %w", name, ErrNoPerson)
}

func (s *Site) nameOf(id string) (string, bool) {
	for i, name := range s.people {
		if personID(i) == id {
			return name, true
		}
	}
	return "", false
}
