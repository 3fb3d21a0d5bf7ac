package discuz

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options are how a [Board] is set up. Username and Password must be given: the account
// its operator has issued.
type Options struct {
	Username, Password string
	GBK                bool
	CookiePrefix       string        // default xD7_2132_
	Fid                string        // the board where our account may post; default 37
	ReviewDelay        time.Duration // until a moderator releases what we posted; 0: no review
	Interval           time.Duration // least time between two posts of ours; 0: none
	PerHour            int           // posts of ours in an hour; 0: any number
	TokenLife          time.Duration // of a form's token; default an hour
	SessionLife        time.Duration // default a day
	Banned             string        // a word the board refuses
	Captcha            bool          // demanded for every post
	Now                func() time.Time
}

// Errors of the methods by which people act.
var (
	ErrNoPerson = errors.New("no such person on the pretend board: add them first with AddPerson")
	ErrNoPost   = errors.New("no such post on the pretend board")
	ErrEmpty    = errors.New("there is nothing in it")
)

// Board is the pretend board.
type Board struct {
	opts Options
	page http.Handler

	mu       sync.Mutex
	people   []string // names; the first is our account
	sessions map[string]time.Time
	threads  int
	posts    []*post
	letters  []*letter
	notices  []*notice
	lastPost time.Time
	copies   map[string]int
	actions  []Action
	faults   []*Fault
	struck   int
}

// post is a topic or a reply.
type post struct {
	tid, pid, fid     int
	first             bool
	author            int
	subject, text     string
	at, shown, edited time.Time
	views, nth        int
	deleted           bool
}

// letter is a private message.
type letter struct {
	id, from, to int
	text         string
	at           time.Time
	nth          int
}

type notice struct {
	id, author int
	kind, note string
	at         time.Time
}

// Action is something a person did.
type Action struct {
	Kind string // "pm", "topic", "reply", "edit", "delete"
	Who  string
	// ID is the number of the private message or post.
	ID   string
	Text string
	At   time.Time
}

// New makes a board without people. It panics without an account, which is a mistake of
// the program.
func New(o Options) *Board {
	if o.Username == "" || o.Password == "" {
		panic("sandbox/discuz: the issued account must be given")
	}
	o.CookiePrefix, o.Fid = cmp.Or(o.CookiePrefix, "xD7_2132_"), cmp.Or(o.Fid, "37")
	o.TokenLife, o.SessionLife = cmp.Or(o.TokenLife, time.Hour), cmp.Or(o.SessionLife, 24*time.Hour)
	if o.Now == nil {
		o.Now = time.Now
	}
	b := &Board{opts: o, people: []string{o.Username}, sessions: map[string]time.Time{}, copies: map[string]int{}}
	b.page = b.pages()
	return b
}

// ServeHTTP serves the interface and the people's page.
func (b *Board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/api/mobile/index.php" {
		b.serveMobile(w, r)
		return
	}
	b.page.ServeHTTP(w, r)
}

// firstUID is our account's number; people follow.
const firstUID = 20001

// AddPerson lets somebody register under a name nobody has.
func (b *Board) AddPerson(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if name == "" || slices.Contains(b.people, name) {
		return fmt.Errorf("%q cannot register: %w, or it is taken", name, ErrEmpty)
	}
	b.people = append(b.people, name)
	return nil
}

func (b *Board) name(uid int) string {
	if i := uid - firstUID; i >= 0 && i < len(b.people) {
		return b.people[i]
	}
	return ""
}

func (b *Board) uid(name string) (int, error) {
	if i := slices.Index(b.people, name); i > 0 {
		return firstUID + i, nil
	}
	return 0, fmt.Errorf("%s: %w", name, ErrNoPerson)
}

// Write lets a person write to our account in private, and returns the message's number.
func (b *Board) Write(name, text string) (id string, err error) {
	err = b.act(name, text, func(uid int, now time.Time) Action {
		id = strconv.Itoa(b.letter(uid, firstUID, text, now).id)
		return Action{"pm", name, id, text, now}
	})
	return id, err
}

// Topic lets a person open a thread; Reply lets them answer in one. Both return the post's
// number. Whom the text names with an @ and a space after the name gets a notice, as the
// board does it.
func (b *Board) Topic(name, subject, text string) (pid string, err error) {
	err = b.act(name, text, func(uid int, now time.Time) Action {
		fid, _ := strconv.Atoi(b.opts.Fid)
		b.threads++
		p := b.add(post{tid: 3000 + b.threads, fid: fid, first: true, author: uid, subject: subject, text: text, at: now, shown: now})
		pid = strconv.Itoa(p.pid)
		return Action{"topic", name, pid, text, now}
	})
	return pid, err
}

// Reply answers in the thread of a post.
func (b *Board) Reply(name, to, text string) (pid string, err error) {
	err = b.act(name, text, func(uid int, now time.Time) Action {
		p := b.find(to)
		if p == nil {
			return Action{}
		}
		made := b.add(post{tid: p.tid, fid: p.fid, author: uid, text: text, at: now, shown: now})
		pid = strconv.Itoa(made.pid)
		return Action{"reply", name, pid, text, now}
	})
	if err == nil && pid == "" {
		err = fmt.Errorf("reply to %s: %w", to, ErrNoPost)
	}
	return pid, err
}

// act lets a person do something, and writes it down unless nothing came of it.
func (b *Board) act(name, text string, do func(uid int, now time.Time) Action) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	uid, err := b.uid(name)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("%s writes: %w", name, ErrEmpty)
	}
	if done := do(uid, b.opts.Now()); done.Kind != "" {
		b.actions = append(b.actions, done)
	}
	return nil
}

// Edit changes a post, Delete takes it away.
func (b *Board) Edit(pid, text string) error {
	return b.change(pid, "edit", func(p *post) { p.text, p.edited = text, b.opts.Now() })
}

// Delete takes a post away; that of a first post takes its thread.
func (b *Board) Delete(pid string) error {
	return b.change(pid, "delete", func(p *post) { p.deleted = true })
}

func (b *Board) change(pid, kind string, how func(*post)) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.find(pid)
	if p == nil {
		return fmt.Errorf("%s %s: %w", kind, pid, ErrNoPost)
	}
	how(p)
	b.actions = append(b.actions, Action{kind, b.name(p.author), pid, p.text, b.opts.Now()})
	return nil
}

func (b *Board) find(pid string) *post {
	for _, p := range b.posts {
		if strconv.Itoa(p.pid) == pid && !p.deleted {
			return p
		}
	}
	return nil
}

// add writes a post down and tells those it names, and the thread's author.
func (b *Board) add(p post) *post {
	p.pid = 90001 + len(b.posts)
	key := fmt.Sprint("post ", p.author, " ", p.tid*map[bool]int{true: 0, false: 1}[p.first], " ", p.text)
	b.copies[key]++
	p.nth = b.copies[key]
	b.posts = append(b.posts, &p)
	link := fmt.Sprintf(`<a href="home.php?mod=space&amp;uid=%d">%s</a> 在 <a href="forum.php?mod=redirect&amp;goto=findpost&amp;ptid=%d&amp;pid=%d" target="_blank">主题</a> 中`, p.author, b.name(p.author), p.tid, p.pid)
	switch {
	case p.author == firstUID:
	case strings.Contains(p.text, "@"+b.people[0]+" "):
		b.notify("at", p.author, link+"提到了您", p.at)
	case !p.first && b.head(p.tid).author == firstUID:
		b.notify("post", p.author, link+"回复了您", p.at)
	}
	return &p
}

func (b *Board) notify(kind string, author int, note string, at time.Time) {
	b.notices = append(b.notices, &notice{800 + len(b.notices), author, kind, note, at})
}

// head is the first post of a thread.
func (b *Board) head(tid int) *post {
	for _, p := range b.posts {
		if p.tid == tid && p.first {
			return p
		}
	}
	return &post{}
}

func (b *Board) letter(from, to int, text string, now time.Time) *letter {
	key := fmt.Sprint("pm ", from, " ", to, " ", text)
	b.copies[key]++
	l := &letter{60001 + len(b.letters), from, to, text, now, b.copies[key]}
	b.letters = append(b.letters, l)
	return l
}

// Actions lists everything people did, oldest first.
func (b *Board) Actions() []Action {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.actions)
}

// Received is one thing of ours that reached people.
type Received struct {
	Kind          string // "topic", "reply", "pm"
	To            string // of a private message; of a reply, the thread's author
	Subject, Text string
	At            time.Time
	Nth           int // more than 1: the same text was there before
}

// Received lists everything our account made that people can see, oldest first: what waits
// for a moderator they cannot.
func (b *Board) Received() (out []Received) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.opts.Now()
	for _, p := range b.posts {
		if p.author != firstUID || now.Before(p.shown) {
			continue
		}
		r := Received{Kind: "topic", Subject: p.subject, Text: p.text, At: p.at, Nth: p.nth}
		if !p.first {
			r.Kind, r.To = "reply", b.name(b.head(p.tid).author)
		}
		out = append(out, r)
	}
	for _, l := range b.letters {
		if l.from == firstUID {
			out = append(out, Received{Kind: "pm", To: b.name(l.to), Text: l.text, At: l.at, Nth: l.nth})
		}
	}
	slices.SortStableFunc(out, func(x, y Received) int { return x.At.Compare(y.At) })
	return out
}

// Duplicates lists what is there more than once: second copies and later ones.
func (b *Board) Duplicates() []Received {
	return slices.DeleteFunc(b.Received(), func(r Received) bool { return r.Nth < 2 })
}
