package wechat

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Trigger is what a follower did to open a reply budget.
type Trigger string

// The triggers.
const (
	ByMessage Trigger = "message" // 5 within 48 hours
	ByMenu    Trigger = "menu"    // 3 within a minute; so does an option of a message menu
	ByFollow  Trigger = "follow"  // 3 within a minute
	ByScan    Trigger = "scan"    // 3 within a minute
)

// terms are how many customer-service messages a trigger allows, and how long.
func (t Trigger) terms() (count int, life time.Duration) {
	if t == ByMessage {
		return 5, 48 * time.Hour
	}
	return 3, time.Minute
}

// grant is an open reply budget.
type grant struct {
	left  int
	until time.Time
}

// follower is a person, who may have stopped following.
type follower struct {
	openID, name string
	about        string
	following    bool
	since        time.Time
	source       string // subscribe_scene
	scene        string // of the QR code that brought them
	remark       string
	tags         []int
	blocked      bool // 黑名单
	grants       map[Trigger]*grant
	withStaff    bool
	consents     map[string]int // subscription messages agreed to, by template
	refused      map[string]bool
	masses       map[string]int // received, by month
	phone        []Bubble
}

// open gives the budget of a trigger.
func (f *follower) open(t Trigger, now time.Time, accumulate bool) {
	count, life := t.terms()
	if g := f.grants[t]; g != nil && accumulate && now.Before(g.until) {
		count += g.left
	}
	f.grants[t] = &grant{count, now.Add(life)}
}

// spend takes one message from the budget that ends first.
func (f *follower) spend(now time.Time) error {
	var best *grant
	alive := false
	for _, t := range []Trigger{ByMenu, ByFollow, ByScan, ByMessage} {
		g := f.grants[t]
		if g == nil || !now.Before(g.until) {
			continue
		}
		alive = true
		if g.left > 0 && (best == nil || g.until.Before(best.until)) {
			best = g
		}
	}
	switch {
	case !f.following || !alive:
		return refuse(45015, "response out of time limit or subscription is canceled")
	case best == nil:
		return refuse(45047, "out of response count limit")
	}
	best.left--
	return nil
}

// Budget is what a follower's open grants allow now: how many customer-service messages
// and until when the last of them ends.
func (p *Platform) Budget(name string) (left int, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.find(name); f != nil {
		return f.budget(p.opts.Now())
	}
	return 0, until
}

func (f *follower) budget(now time.Time) (left int, until time.Time) {
	for _, g := range f.grants {
		if now.Before(g.until) {
			left += g.left
			if g.until.After(until) {
				until = g.until
			}
		}
	}
	return left, until
}

// AddPerson adds somebody who does not follow the account yet, and returns the openid
// that the account will know them by.
func (p *Platform) AddPerson(name string) (openID string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, err := p.add(name)
	if err != nil {
		return "", err
	}
	return f.openID, nil
}

// AddFollower adds somebody who has followed for long: no event is pushed for it.
func (p *Platform) AddFollower(name string) (openID string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f, err := p.add(name)
	if err != nil {
		return "", err
	}
	f.following, f.since, f.source = true, p.opts.Now(), "ADD_SCENE_SEARCH"
	return f.openID, nil
}

func (p *Platform) add(name string) (*follower, error) {
	if name == "" {
		return nil, fmt.Errorf("add a person: %w", ErrEmpty)
	}
	if p.find(name) != nil {
		return nil, fmt.Errorf("add %q: %w", name, ErrTaken)
	}
	f := &follower{
		openID: "o" + p.derive(27, "openid", p.opts.AppID, name), name: name, grants: map[Trigger]*grant{}, consents: map[string]int{},
		refused: map[string]bool{}, masses: map[string]int{},
	}
	p.followers = append(p.followers, f)
	p.index[f.name], p.index[f.openID] = f, f
	p.touch()
	return f, nil
}

// About sets what the phone page says of a person.
func (p *Platform) About(name, about string) error {
	return p.with(name, func(f *follower) error { f.about = about; return nil })
}

// Block puts a follower on the account's blacklist, as staff do in the console.
func (p *Platform) Block(name string, blocked bool) error {
	return p.with(name, func(f *follower) error { f.blocked = blocked; return nil })
}

// OpenID returns a person's openid; empty when there is none of that name.
func (p *Platform) OpenID(name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.find(name); f != nil {
		return f.openID
	}
	return ""
}

// with runs a deed on one person under the lock.
func (p *Platform) with(name string, deed func(*follower) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.find(name)
	if f == nil {
		return fmt.Errorf("%q: %w", name, ErrNoFollower)
	}
	defer p.touch()
	return deed(f)
}

// find returns the person of that name or openid; nil when there is none.
func (p *Platform) find(name string) *follower { return p.index[name] }

func (p *Platform) byOpenID(id string) *follower {
	if f := p.index[id]; f != nil && f.openID == id {
		return f
	}
	return nil
}

// Person is somebody the platform knows, as their own phone shows them.
type Person struct {
	Name, OpenID, About string
	Following           bool
	WithStaff           bool
	Left                int       // customer-service messages the account may still send
	Until               time.Time // when the last budget ends; zero: none is open
}

// People lists everybody, in the order they were added.
func (p *Platform) People() (out []Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.followers {
		out = append(out, p.person(f))
	}
	return out
}

func (p *Platform) person(f *follower) Person {
	x := Person{Name: f.name, OpenID: f.openID, About: f.about, Following: f.following, WithStaff: f.withStaff}
	x.Left, x.Until = f.budget(p.opts.Now())
	return x
}

// Via is how something reached a phone.
type Via string

// The ways.
const (
	ViaOwn       Via = "own"       // what the person wrote
	ViaPassive   Via = "passive"   // the answer to a callback
	ViaCustom    Via = "custom"    // message/custom/send
	ViaMass      Via = "mass"      // mass send by API
	ViaPreview   Via = "preview"   // message/mass/preview
	ViaPublish   Via = "publish"   // freepublish: nobody is notified
	ViaTemplate  Via = "template"  // message/template/send
	ViaSubscribe Via = "subscribe" // message/subscribe/bizsend
	ViaStaff     Via = "staff"     // written by hand in the console
	ViaComment   Via = "comment"   // an answer under a comment
	ViaConsole   Via = "console"   // published or mass-sent by hand in the console
	ViaAuto      Via = "auto"      // the console's auto-reply
	ViaSystem    Via = "system"    // the platform's own notice
)

// Bubble is one entry of a chat as the phone shows it.
type Bubble struct {
	At      time.Time
	Via     Via
	Kind    string // text, image, voice, news, msgmenu …
	Text    string // of a text; else a line that says what it is
	Title   string // of an article or link
	URL     string
	MediaID string
	Article ArticleRef
	Options []MenuOption // of a message menu
	Tail    string       // of a message menu, below the options
	MsgID   string       // of what the person wrote
}

// MenuOption is one choice of a message menu.
type MenuOption struct{ ID, Content string }

// Phone lists a person's chat with the account, oldest first.
func (p *Platform) Phone(name string) []Bubble {
	p.mu.Lock()
	defer p.mu.Unlock()
	if f := p.find(name); f != nil {
		return slices.Clone(f.phone)
	}
	return nil
}

func (p *Platform) show(f *follower, b Bubble) {
	if b.At.IsZero() {
		b.At = p.opts.Now()
	}
	b.Kind = cmp.Or(b.Kind, "text")
	f.phone = append(f.phone, b)
	p.touch()
}

// WithStaff reports whether the chat was handed to the console's staff.
func (p *Platform) WithStaff(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.find(name)
	return f != nil && f.withStaff
}
