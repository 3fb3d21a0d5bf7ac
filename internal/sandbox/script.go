package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Script is what pretend citizens do, as data.
type Script struct {
	Agency    string // handle of the official account; {agency} in a text stands for it
	Citizens  []Citizen
	Scenes    []Scene
	Reactions []Reaction
	// Linger is how long citizens go on reacting after the last scene. A run ends
	// earlier when no reaction is left.
	Linger time.Duration
}

// Citizen is one pretend person.
type Citizen struct {
	Handle string
	Name   string
	Role   Role
	About  string        // one sentence for whoever watches
	Age    time.Duration // of the account
}

// Scene is one deed at a fixed time.
type Scene struct {
	After time.Duration // since the start of the run
	Act
}

// Act is one deed of one citizen.
type Act struct {
	Who   string
	Do    ActionKind
	To    string // told or followed
	Text  string
	Label string // a name for the status it makes
	Of    string // label of the status that is edited, deleted or answered
}

// Reaction is what a citizen does after a private message.
type Reaction struct {
	Who   string
	From  string // sender; empty: anybody
	On    string // what the message must contain; empty: anything
	After time.Duration
	Times int // how often it may happen; 0: once
	// Do is done in order. A tell without To answers the message.
	Do []Act
}

// Seat adds the script's citizens to the platform.
func (s Script) Seat(m *Microblog) error {
	for _, c := range s.Citizens {
		if _, err := m.AddCitizen(c.Handle, c.Name); err != nil {
			return err
		}
		if err := m.Age(c.Handle, c.Age); err != nil {
			return err
		}
		m.describe(c)
	}
	return nil
}

// Scaled returns the script with every time multiplied by factor.
func (s Script) Scaled(factor float64) Script {
	scale := func(d time.Duration) time.Duration { return time.Duration(float64(d) * factor) }
	s.Linger, s.Scenes, s.Reactions = scale(s.Linger), slices.Clone(s.Scenes), slices.Clone(s.Reactions)
	for i := range s.Scenes {
		s.Scenes[i].After = scale(s.Scenes[i].After)
	}
	for i := range s.Reactions {
		s.Reactions[i].After = scale(s.Reactions[i].After)
	}
	return s
}

// Run plays the script and blocks until it has ended. It starts no goroutine. It
// returns the context's error when stopped, and the first deed that the platform
// refused; deleting what is gone already is no error. Messages that arrived before the
// run cause no reaction, so that a script can be played again.
func Run(ctx context.Context, m *Microblog, s Script) error {
	p := &player{m: m, script: s, labels: map[string]StatusID{}, seen: map[StatusID]bool{}, used: make([]int, len(s.Reactions))}
	p.begin(time.Now())
	for {
		changed := m.Changed()
		now := time.Now()
		p.react(now)
		if err := p.play(now); err != nil {
			return err
		}
		if p.done(now) {
			return nil
		}
		t := time.NewTimer(p.next().Sub(now))
		select {
		case <-t.C:
		case <-changed:
			t.Stop()
		case <-ctx.Done():
			t.Stop()
			return fmt.Errorf("play the citizens' script: %w", ctx.Err())
		}
	}
}

// player is one run of a script.
type player struct {
	m      *Microblog
	script Script
	end    time.Time // of the lingering
	due    []pending // by time
	labels map[string]StatusID
	seen   map[StatusID]bool // messages reacted to, or older than the run
	used   []int             // how often each reaction happened
}

// pending is a deed that waits for its time.
type pending struct {
	at     time.Time
	act    Act
	answer Status // the message reacted to
}

func (p *player) begin(now time.Time) {
	p.end = now
	for _, sc := range p.script.Scenes {
		at := now.Add(sc.After)
		p.wait(pending{at: at, act: sc.Act})
		if at.After(p.end) {
			p.end = at
		}
	}
	p.end = p.end.Add(p.script.Linger)
	for _, r := range p.script.Reactions {
		for _, msg := range p.m.Inbox(r.Who) {
			p.seen[msg.ID] = true
		}
	}
}

func (p *player) wait(x pending) {
	i, _ := slices.BinarySearchFunc(p.due, x.at, func(y pending, at time.Time) int {
		return cmp.Or(y.at.Compare(at), -1) // after those of the same time
	})
	p.due = slices.Insert(p.due, i, x)
}

// react puts what new messages make citizens do.
func (p *player) react(now time.Time) {
	var fresh []StatusID
	for i, r := range p.script.Reactions {
		for _, msg := range p.m.Inbox(r.Who) {
			if p.seen[msg.ID] || p.spent(i) || !p.answers(r, msg) {
				continue
			}
			p.used[i]++
			fresh = append(fresh, msg.ID)
			for _, act := range r.Do {
				act.Who = cmp.Or(act.Who, r.Who)
				p.wait(pending{at: now.Add(r.After), act: act, answer: msg})
			}
		}
	}
	for _, id := range fresh {
		p.seen[id] = true
	}
}

func (p *player) spent(i int) bool { return p.used[i] >= max(1, p.script.Reactions[i].Times) }

func (p *player) answers(r Reaction, msg Status) bool {
	from := p.fill(r.From)
	return (from == "" || strings.EqualFold(from, msg.From)) && strings.Contains(msg.Text, p.fill(r.On))
}

func (p *player) fill(text string) string {
	return strings.ReplaceAll(text, "{agency}", p.script.Agency)
}

// play does what is due.
func (p *player) play(now time.Time) error {
	for len(p.due) > 0 && !p.due[0].at.After(now) {
		x := p.due[0]
		p.due = p.due[1:]
		if err := p.do(x); err != nil {
			return err
		}
	}
	return nil
}

func (p *player) do(x pending) error {
	a, of, text := x.act, p.labels[x.act.Of], p.fill(x.act.Text)
	if a.Of != "" && of == "" {
		return fmt.Errorf("scene of %s: no earlier scene has the label %q", a.Who, a.Of)
	}
	var id StatusID
	var err error
	switch a.Do {
	case Said:
		id, err = p.m.Say(a.Who, text, InReplyTo(of))
	case Told:
		id, err = p.m.Tell(a.Who, cmp.Or(p.fill(a.To), x.answer.From), text, InReplyTo(cmp.Or(of, x.answer.ID)))
	case Edited:
		err = p.m.Edit(a.Who, of, text)
	case Deleted:
		if err = p.m.Delete(a.Who, of); errors.Is(err, ErrNoStatus) {
			err = nil
		}
	case Followed:
		err = p.m.Follow(a.Who, p.fill(a.To))
	case Unfollowed:
		err = p.m.Unfollow(a.Who, p.fill(a.To))
	default:
		err = fmt.Errorf("scene of %s: unknown deed %q", a.Who, a.Do)
	}
	if a.Label != "" {
		p.labels[a.Label] = id
	}
	return err
}

// done reports whether nothing waits and nothing more can cause a reaction.
func (p *player) done(now time.Time) bool {
	if len(p.due) > 0 {
		return false
	}
	for i := range p.script.Reactions {
		if !p.spent(i) {
			return !now.Before(p.end)
		}
	}
	return true
}

// next is when something must be done even if nothing happens.
func (p *player) next() time.Time {
	if len(p.due) > 0 {
		return p.due[0].at
	}
	return p.end
}
