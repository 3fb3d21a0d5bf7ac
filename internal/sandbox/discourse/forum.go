package discourse

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"netpatrol/internal/sandbox/forum"
)

// Options make a forum. The zero value of a limit is Discourse's default for a Chinese
// forum; a negative one switches it off.
type Options struct {
	Key      string // API key bound to the agency's user
	Handle   string // the agency's user name
	Name     string // what the agency calls itself
	Category int    // the one category there is; 0: 5
	Staff    bool   // the agency's user is a moderator: no queue, no limits of its own, and it sees the queue
	// ReviewAfter: a moderator lets appear what waits so long; 0: nobody does.
	ReviewAfter time.Duration

	MinPost, MinMessage, MinTitle, MaxPost int           // characters
	Requests                               int           // a minute for the key
	TopicPause                             time.Duration // between two topics of one user
	FlagsPerDay                            int           // of one user; 0: 20

	Callback string        // of the webhook; "": there is none
	Secret   string        // of the webhook; "": callbacks are not signed
	Events   []string      // the kinds of which it tells: "post", "reviewable", "notification"; nil: posts
	Minute   time.Duration // the unit of the retry schedule; 0: a minute
	Client   *http.Client  // for callbacks; nil: a plain one

	Now func() time.Time
}

// Forum is the pretend forum.
type Forum struct {
	forum.Ledger
	forum.Faults

	opts  Options
	mux   http.Handler
	pages http.Handler
	done  chan struct{} // closed with the forum
	once  sync.Once
	calls sync.WaitGroup // callbacks under way

	mu         sync.Mutex
	closed     bool
	users      []*user
	topics     []*topic
	posts      []*post // by id - 1
	queue      []*waiting
	reviews    int
	memos      map[string]memo
	requests   []time.Time
	notices    []object
	flags      []*report
	readOnly   bool
	deliveries []Delivery
	events     int
}

type user struct {
	id        int
	name      string
	lastTopic time.Time
}

type topic struct {
	id      int
	title   string
	private bool
	users   []*user // who may read a private one
	read    map[int]int
	posts   []*post
}

type post struct {
	id, number, replyTo int
	topic               *topic
	by                  *user
	raw                 string
	at, edited          time.Time
	version             int
	deleted             bool
}

// waiting is a post in the review queue.
type waiting struct {
	id, version int
	post        *post
	since       time.Time
}

// memo is a call that is answered again as it was.
type memo struct {
	at     time.Time
	answer any
}

// New makes a forum with the agency's user in it.
func New(o Options) *Forum {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 20 * time.Second}
	}
	for to, otherwise := range map[*int]int{
		&o.Category: 5, &o.MinPost: 8, &o.MinMessage: 3, &o.MinTitle: 6, &o.MaxPost: 32000, &o.Requests: 60, &o.FlagsPerDay: 20,
	} {
		if *to == 0 {
			*to = otherwise
		}
	}
	if o.TopicPause == 0 {
		o.TopicPause = 15 * time.Second
	}
	if o.Events == nil {
		o.Events = []string{"post"}
	}
	if o.Minute == 0 {
		o.Minute = time.Minute
	}
	f := &Forum{opts: o, memos: map[string]memo{}, done: make(chan struct{})}
	f.users = []*user{{id: agencyID, name: o.Handle}}
	f.mux = f.routes()
	f.pages = forum.Pages(o.Name+"的论坛（Discourse）", f)
	return f
}

// agencyID is the agency's user; members count on from there.
const agencyID = 2

// Close ends the callbacks under way and waits for them. It is safe to call twice.
func (f *Forum) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.once.Do(func() { close(f.done) })
	f.calls.Wait()
}

// ServeHTTP implements [http.Handler].
func (f *Forum) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" || r.URL.Path == "/moderator" || strings.HasPrefix(r.URL.Path, "/member") {
		f.pages.ServeHTTP(w, r)
		return
	}
	f.mux.ServeHTTP(w, r)
}

// ReadOnly switches the read-only mode.
func (f *Forum) ReadOnly(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.readOnly = on
}

// The reasons why a member's deed fails.
var (
	ErrNobody = errors.New("论坛里没有这个人")
	ErrNoPost = errors.New("没有这个帖子")
	ErrShort  = errors.New("内容太短")
)

func (f *Forum) agency() *user { return f.users[0] }

func (f *Forum) named(name string) *user {
	for _, u := range f.users {
		if strings.EqualFold(u.name, name) {
			return u
		}
	}
	return nil
}

func (f *Forum) member(name string) (*user, error) {
	u := f.named(name)
	if u == nil || u == f.agency() {
		return nil, fmt.Errorf("%s：%w", name, ErrNobody)
	}
	return u, nil
}

// find returns a post that is not deleted.
func (f *Forum) find(id int) *post {
	if id < 1 || id > len(f.posts) || f.posts[id-1].deleted {
		return nil
	}
	return f.posts[id-1]
}

func (f *Forum) topicOf(id int) *topic {
	if id < 1 || id > len(f.topics) {
		return nil
	}
	return f.topics[id-1]
}

// appear gives a post its id, and its topic one if it is new.
func (f *Forum) appear(p *post) {
	t := p.topic
	if t.id == 0 {
		t.id, t.read = len(f.topics)+1, map[int]int{}
		f.topics = append(f.topics, t)
	}
	p.id, p.number, p.version = len(f.posts)+1, len(t.posts)+1, 1
	t.posts, f.posts = append(t.posts, p), append(f.posts, p)
	t.read[p.by.id] = p.number
	f.notify(p)
	f.tell("post", "post_created", object{"post": f.hooked(p)})
	if p.by != f.agency() {
		return
	}
	r := forum.Received{ID: fmt.Sprint(p.id), Kind: forum.Reply, Text: p.raw, At: p.at}
	switch {
	case t.private:
		r.Kind, r.To = forum.Message, t.others(p.by)
	case p.number == 1:
		r.Kind, r.Title = forum.Topic, t.title
	case p.replyTo > 0 && p.replyTo <= len(t.posts):
		r.To = t.posts[p.replyTo-1].by.name
	}
	f.Receive(r)
}

func (t *topic) others(than *user) string {
	var names []string
	for _, u := range t.users {
		if u != than {
			names = append(names, u.name)
		}
	}
	return strings.Join(names, "、")
}

func (t *topic) readable(u *user) bool { return !t.private || slices.Contains(t.users, u) }

// review lets the moderators release what has waited long enough.
func (f *Forum) review() {
	for len(f.queue) > 0 && f.opts.ReviewAfter > 0 && !f.opts.Now().Before(f.queue[0].since.Add(f.opts.ReviewAfter)) {
		f.decide(f.queue[0], true)
	}
}

// enqueue puts a post into the review queue.
func (f *Forum) enqueue(p *post) *waiting {
	f.reviews++
	w := &waiting{id: f.reviews, post: p, since: f.opts.Now()}
	f.queue = append(f.queue, w)
	f.tell("reviewable", "reviewable_created", object{"reviewable": w.view()})
	return w
}

// postApproved is the notification by which a post's author hears that it was let appear.
const postApproved = 20

func (f *Forum) decide(w *waiting, release bool) {
	f.queue = slices.DeleteFunc(f.queue, func(x *waiting) bool { return x == w })
	if release {
		w.post.at = f.opts.Now()
		f.appear(w.post)
		if w.post.by == f.agency() {
			f.inform(postApproved, w.post)
		}
	}
	status := map[bool]int{true: 1, false: 2}[release]
	f.tell("reviewable", "reviewable_updated", object{"reviewable": object{"id": w.id, "status": status}})
}

// Waiting is a post in the review queue.
type Waiting struct {
	ID               int
	Who, Title, Text string
}

// Queue lists what waits for review.
func (f *Forum) Queue() (out []Waiting) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.review()
	for _, w := range f.queue {
		out = append(out, Waiting{w.id, w.post.by.name, w.post.topic.title, w.post.raw})
	}
	return out
}

// Decide lets a post in the queue appear, or turns it down.
func (f *Forum) Decide(id int, release bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, w := range f.queue {
		if w.id == id {
			f.decide(w, release)
			return nil
		}
	}
	return ErrNoPost
}
