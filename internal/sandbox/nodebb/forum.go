package nodebb

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"netpatrol/internal/sandbox/forum"
)

// Options make a forum. The zero value of a length or pause is NodeBB's default; a negative
// one switches it off.
type Options struct {
	Token       string // of the agency's user
	Master      string // a master token, under which calls say _uid; "": none
	Handle      string // the agency's user name
	Name        string
	Category    int           // the one category there is; 0: 5
	Moderator   bool          // the agency's user is a Global Moderator: no queue, no pauses, and it sees the queue
	ReviewAfter time.Duration // a moderator releases what waits so long; 0: nobody does
	MinPost     int           // characters
	MaxPost     int
	MaxChat     int
	PostDelay   time.Duration // between two posts of an ordinary user
	FlagsPerDay int           // of one user; 0: 10
	Making      time.Duration // that a post takes; another one of its author is refused meanwhile
	Now         func() time.Time
}

// agencyUID is the agency's user; members count on from there.
const agencyUID = 2

// Forum is the pretend forum.
type Forum struct {
	forum.Ledger
	forum.Faults

	opts  Options
	mux   http.Handler
	pages http.Handler

	mu          sync.Mutex
	users       []*user
	topics      []*topic
	posts       []*post // by pid - 1
	queue       []*post
	rooms       []*room
	messages    []*message // by mid - 1
	notices     []*notice
	flags       []*report
	maintenance bool
	posting     map[int]*http.Request // by user: the post that is being made
}

type user struct {
	uid        int
	name       string
	lastPost   time.Time
	reputation bool // earned: posts need no approval
	moderator  bool
}

type topic struct {
	tid    int
	title  string
	by     *user
	main   int // pid
	locked bool
	views  int
}

type post struct {
	pid, toPid int
	topic      *topic
	title      string // of a topic to come
	by         *user
	text       string
	at, edited time.Time
	deleted    bool
	entry      string // its name in the queue
	queued     time.Time
}

// New makes a forum with the agency's user in it.
func New(o Options) *Forum {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Category = orDefault(o.Category, 5)
	o.MinPost, o.MaxPost, o.MaxChat = orDefault(o.MinPost, 8), orDefault(o.MaxPost, 32767), orDefault(o.MaxChat, 1000)
	o.FlagsPerDay = orDefault(o.FlagsPerDay, 10)
	o.PostDelay = orDefault(o.PostDelay, 10*time.Second)
	f := &Forum{opts: o, posting: map[int]*http.Request{}}
	f.users = []*user{{uid: agencyUID, name: o.Handle, reputation: o.Moderator, moderator: o.Moderator}}
	f.mux = f.routes()
	f.pages = forum.Pages(o.Name+"的论坛（NodeBB）", f)
	return f
}

func orDefault[N int | time.Duration](n, otherwise N) N {
	if n == 0 {
		return otherwise
	}
	return n
}

// ServeHTTP implements [http.Handler].
func (f *Forum) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Set-Cookie", "express.sid=s%3Anoise; Path=/; HttpOnly")
	if strings.HasPrefix(r.URL.Path, "/api/") {
		f.mux.ServeHTTP(w, r)
		return
	}
	f.pages.ServeHTTP(w, r)
}

// Maintenance switches the maintenance mode.
func (f *Forum) Maintenance(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.maintenance = on
}

// The reasons why a member's deed fails.
var (
	ErrNobody = errors.New("论坛里没有这个人")
	ErrNoPost = errors.New("没有这个帖子")
	ErrShort  = errors.New("内容太短")
)

func (f *Forum) named(name string) *user {
	for _, u := range f.users {
		if u.name == name {
			return u
		}
	}
	return nil
}

func (f *Forum) member(name string) (*user, error) {
	u := f.named(name)
	if u == nil || u.uid == agencyUID {
		return nil, fmt.Errorf("%s：%w", name, ErrNobody)
	}
	return u, nil
}

func (f *Forum) user(uid int) *user {
	for _, u := range f.users {
		if u.uid == uid {
			return u
		}
	}
	return nil
}

// find returns a post, also a deleted one.
func (f *Forum) find(pid int) *post {
	if pid < 1 || pid > len(f.posts) {
		return nil
	}
	return f.posts[pid-1]
}

func (f *Forum) topicOf(tid int) *topic {
	if tid < 1 || tid > len(f.topics) {
		return nil
	}
	return f.topics[tid-1]
}

// appear gives a post its id, and its topic if it begins one. The time is when it was written.
func (f *Forum) appear(p *post) {
	p.pid, p.entry = len(f.posts)+1, ""
	if p.topic == nil {
		p.topic = &topic{tid: len(f.topics) + 1, title: p.title, by: p.by, main: p.pid}
		f.topics = append(f.topics, p.topic)
	}
	f.posts = append(f.posts, p)
	f.notify(p)
	if p.by.uid != agencyUID {
		return
	}
	r := forum.Received{ID: fmt.Sprint(p.pid), Kind: forum.Reply, Text: p.text, Title: p.title, At: f.opts.Now()}
	if p.topic.main == p.pid {
		r.Kind = forum.Topic
	} else if to := f.find(p.toPid); to != nil {
		r.To = to.by.name
	}
	f.Receive(r)
}

// review lets the moderators release what has waited long enough.
func (f *Forum) review() {
	for len(f.queue) > 0 && f.opts.ReviewAfter > 0 && !f.opts.Now().Before(f.queue[0].queued.Add(f.opts.ReviewAfter)) {
		p := f.queue[0]
		f.queue = f.queue[1:]
		f.appear(p)
	}
}

// Waiting is a post in the approval queue.
type Waiting struct{ Entry, Who, Title, Text string }

// Queue lists what waits for approval.
func (f *Forum) Queue() (out []Waiting) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.review()
	for _, p := range f.queue {
		out = append(out, Waiting{p.entry, p.by.name, p.title, p.text})
	}
	return out
}

// Decide lets a post in the queue appear, or turns it down.
func (f *Forum) Decide(entry string, release bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.unqueue(entry)
	if p == nil {
		return ErrNoPost
	}
	if release {
		f.appear(p)
	}
	return nil
}

func (f *Forum) unqueue(entry string) *post {
	i := slices.IndexFunc(f.queue, func(p *post) bool { return p.entry == entry })
	if i < 0 {
		return nil
	}
	p := f.queue[i]
	f.queue = slices.Delete(f.queue, i, i+1)
	return p
}

// Lock closes the topic of a post.
func (f *Forum) Lock(pid int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.find(pid); p != nil {
		p.topic.locked = true
	}
}

func short(text string, least int) bool {
	return utf8.RuneCountInString(strings.TrimSpace(text)) < least
}
