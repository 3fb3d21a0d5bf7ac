package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// maxTries bounds how often an event is decided again because the records it read
// have changed. A decision that never settles is parked.
const maxTries = 16

// proposal is what the bots made of one event.
type proposal struct {
	conv    *bots.Conversation
	effects []proposed
	said    []string // what all bots proposed, applied or not, as the tape keeps it
	tape    []record.Read
	failed  []string // bots that erred, and how
}

type proposed struct {
	bot    string
	effect bots.Effect
}

// errDone says that an event was decided before: by us, before a crash, or by another node.
var errDone = errors.New("already decided")

// errErased says that whom an undecided event is about was erased: nothing may come of it.
var errErased = errors.New("the subject of the event was erased")

// process decides one event and commits the decision. It returns when the event is
// decided, parked, or ctx has ended; a store that cannot write is waited for.
func (e *Engine) process(ctx context.Context, ev *bots.Event) {
	started := time.Now()
	conflicts := 0
	for {
		result, err := e.attempt(ctx, ev)
		switch {
		case err == nil:
			e.settled(ev, result)
			e.o.Log.InfoContext(ctx, "event", "id", ev.ID, "kind", string(ev.Kind), "account", ev.Account,
				"result", result.Status, "code", result.Code, "took", time.Since(started))
			return
		case ctx.Err() != nil:
			return
		case errors.Is(err, errErased):
			err = e.bury(ctx, ev)
			if err == nil || errors.Is(err, errDone) {
				return
			}
		case errors.Is(err, errDone):
			if r, ok := e.resultOf(ctx, ev.ID); ok {
				e.settled(ev, r)
			}
			return
		case errors.Is(err, record.ErrConflict) && conflicts < maxTries:
			conflicts++
			continue
		}
		e.o.Log.ErrorContext(ctx, "event", "id", ev.ID, "kind", string(ev.Kind), "err", err)
		if errors.Is(err, record.ErrConflict) {
			err = fmt.Errorf("decided %d times and the records changed every time: %w", conflicts, err)
		}
		if !storeFailed(err) && e.park(ctx, ev, err) || !pause(ctx, e.o.Pace.Retry) {
			return
		}
	}
}

func storeFailed(err error) bool {
	return errors.Is(err, record.ErrFull) || errors.Is(err, record.ErrClosed)
}

// attempt decides once. A refused decision of an officer is a decision too.
func (e *Engine) attempt(ctx context.Context, ev *bots.Event) (_ bots.Result, err error) {
	defer func() {
		if r := recover(); r != nil { // an effect that does not encode, say: it must not come again at every start
			err = fmt.Errorf("panicked: %v at %s", r, firstFrame(debug.Stack()))
		}
	}()
	if d, ok := ev.Body.(*bots.Decision); ok {
		return e.attemptDecision(ctx, ev, d)
	}
	if ev.Kind == bots.Unfollowed {
		if done, r, err := e.attemptForget(ctx, ev); done || err != nil {
			return r, err
		}
	}
	p, err := e.propose(ctx, ev)
	if err != nil {
		return bots.Result{}, err
	}
	e.step(StepDecided)
	c, err := e.commit(ctx, ev, p)
	if err != nil {
		return bots.Result{}, err
	}
	e.step(StepCommitted)
	e.after(c)
	return *c.ev.Result, nil
}

// commit applies a proposal. A bot whose effects cannot be applied loses them; the other
// bots' are applied without it.
func (e *Engine) commit(ctx context.Context, ev *bots.Event, p *proposal) (c *commit, err error) {
	for {
		err = e.o.Store.Update(ctx, func(tx record.Tx) error {
			c = e.newCommit(tx, ev, p.conv)
			return c.all(p)
		})
		var f *fault
		if !errors.As(err, &f) || errors.Is(err, record.ErrConflict) || storeFailed(err) || ctx.Err() != nil {
			return c, err
		}
		p.drop(f)
	}
}

// fault is an effect that cannot be applied.
type fault struct {
	bot    string
	effect bots.Effect
	err    error
}

func (f *fault) Error() string { return fmt.Sprintf("%s proposed %T: %s", f.bot, f.effect, f.err) }
func (f *fault) Unwrap() error { return f.err }

// drop forgets what a bot proposed.
func (p *proposal) drop(f *fault) {
	p.failed = append(p.failed, f.Error())
	p.effects = slices.DeleteFunc(p.effects, func(x proposed) bool { return x.bot == f.bot })
}

// propose runs the bots in order, each on facts of its own.
func (e *Engine) propose(ctx context.Context, ev *bots.Event) (*proposal, error) {
	p := &proposal{}
	if err := e.meet(ctx, ev, p); err != nil {
		return nil, err
	}
	for _, b := range e.o.Bots {
		f := &facts{ctx: ctx, e: e, ev: ev, bot: b.Name(), conv: p.conv}
		effects, err := e.ask(ctx, b, *ev, f)
		if !f.ended.Load() && f.err != nil { // a bot that was given up may still be asking
			return nil, fmt.Errorf("facts for %s: %w", b.Name(), f.err)
		}
		if err != nil && !errors.Is(err, bots.ErrNotMine) {
			p.failed = append(p.failed, b.Name()+": "+err.Error())
			continue
		}
		p.tape = append(p.tape, f.tape...)
		for _, x := range effects {
			p.effects = append(p.effects, proposed{b.Name(), x})
		}
	}
	p.said = lines(p.effects)
	return p, nil
}

// ask runs one bot on a goroutine of its own, because a bot that never returns must not
// stop its stream. What it does after it was given up ends at its next question.
func (e *Engine) ask(ctx context.Context, b bots.Bot, ev bots.Event, f *facts) (effects []bots.Effect, err error) {
	type answer struct {
		effects []bots.Effect
		err     error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if r := recover(); r != nil && r != errAbandoned { //nolint:errorlint // a panic value
				a.err = fmt.Errorf("panicked: %v at %s", r, firstFrame(debug.Stack()))
			}
			done <- a
		}()
		a.effects, a.err = b.Decide(ev, f)
	}()
	timer := time.NewTimer(e.o.Pace.Bot)
	defer timer.Stop()
	select {
	case a := <-done:
		return a.effects, a.err
	case <-ctx.Done():
		f.ended.Store(true)
		return nil, ctx.Err()
	case <-timer.C:
		f.ended.Store(true)
		return nil, fmt.Errorf("did not decide within %s", e.o.Pace.Bot)
	}
}

// firstFrame finds the bot's own line in a panic's stack.
func firstFrame(stack []byte) string {
	lines := strings.Split(string(stack), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "panic(") && i+3 < len(lines) {
			at, _, _ := strings.Cut(strings.TrimSpace(lines[i+3]), " ")
			return at[strings.LastIndexByte(at, '/')+1:]
		}
	}
	return "unknown"
}

// meet brings the conversation up to the event: who they are and what they said last.
func (e *Engine) meet(ctx context.Context, ev *bots.Event, p *proposal) error {
	if !strings.HasPrefix(ev.Stream, "conv/") {
		return nil
	}
	c, err := record.Fetch[bots.Conversation](ctx, e.o.Store, ev.Stream)
	if errors.Is(err, record.ErrNotFound) {
		c, err = &bots.Conversation{Head: bots.Head{ID: ev.Stream, Subject: ev.Stream, Stream: ev.Stream, State: "open", Created: ev.Accepted}}, nil
	}
	if err != nil {
		return err
	}
	touch(c, ev)
	p.conv = c
	p.tape = append(p.tape, record.Read{Ask: "conversation", Answer: frost(c), Version: c.Version})
	return nil
}

func touch(c *bots.Conversation, ev *bots.Event) {
	c.Updated, c.Account, c.Erased = ev.Accepted, ev.Account, false
	switch b := ev.Body.(type) {
	case *bots.Heard:
		if ev.Kind == bots.StaffWrote { // it opens no window, and there is nothing to answer
			c.Answered = ev.Accepted
			if c.Person.ID == "" {
				c.Person = b.From
			}
			return
		}
		c.Person, c.Last, c.LastHeard, c.Replies = b.From, b.Ref, ev.Accepted, 0
		c.Opened = maps.Clone(c.Opened) // the record read may be somebody else's too
		if c.Opened == nil {
			c.Opened = map[adapters.Kind]time.Time{}
		}
		c.Opened[adapters.Kind(ev.Kind)] = ev.Accepted
	case *bots.Outcome:
		if b.State == record.ItemDelivered {
			c.Answered = ev.Accepted
			c.Replies++
		}
	}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("engine: a record does not encode: " + err.Error())
	}
	return b
}

// park puts an event aside with an alarm. It says whether that became durable.
func (e *Engine) park(ctx context.Context, ev *bots.Event, why error) bool {
	result := bots.Result{Status: bots.Refused, Code: "parked", Message: clip(why.Error(), maxWhy)}
	err := e.o.Store.Update(ctx, func(tx record.Tx) error {
		stored, err := record.Load[bots.Event](tx, ev.ID)
		if err != nil || stored.State != bots.EventPending {
			return errDone
		}
		stored.State, stored.Updated, stored.Result = bots.EventParked, time.Now(), &result
		raise(tx, ev, "有一条消息未能自动处理："+why.Error(), bots.Target{Kind: bots.KindEvent, ID: ev.ID})
		return tx.Put(stored)
	})
	if err == nil {
		e.settled(ev, result)
	}
	return err == nil || errors.Is(err, errDone)
}

// bury ends an event of which only the head is left.
func (e *Engine) bury(ctx context.Context, ev *bots.Event) error {
	result := bots.Result{Status: bots.Refused, Code: "erased", Message: errErased.Error()}
	err := e.o.Store.Update(ctx, func(tx record.Tx) error {
		stored, err := record.Load[bots.Event](tx, ev.ID)
		if err != nil || stored.State != bots.EventPending || !stored.Erased {
			return errDone
		}
		stored.Kind, stored.Body, stored.Result = bots.OtherHeard, &bots.Heard{}, &result
		stored.State, stored.Updated = bots.EventDecided, time.Now()
		return tx.Put(stored)
	})
	if err == nil {
		e.settled(ev, result)
	}
	return err
}

// raise opens an alarm for the duty officer.
func raise(tx record.Tx, ev *bots.Event, why string, about bots.Target) {
	id := ev.ID + ".alarm." + about.ID
	if _, err := record.HeadOf(tx, record.KindAlarm, id); err == nil {
		return
	}
	a := &record.Alarm{Why: clip(why, maxWhy), About: about, Event: ev.ID}
	a.Head = bots.Head{ID: id, Subject: ev.Subject, Stream: ev.Stream, State: record.AlarmOpen, Created: ev.Accepted, Updated: ev.Accepted}
	if err := tx.Put(a); err == nil {
		tx.Audit(record.AuditEntry{At: ev.Accepted, Who: "engine", Did: "alarm", On: about, Event: ev.ID})
	}
}

// limits returns an account's text limit on a channel, if the platform states one.
func (e *Engine) limits(account string, ch adapters.Channel) (adapters.TextLimit, bool) {
	a := e.accounts[account]
	if a == nil {
		return adapters.TextLimit{}, false
	}
	return a.caps().Limits.For(ch)
}

// after tells the others what a commit made.
func (e *Engine) after(c *commit) {
	if c.released && e.o.Committed != nil {
		e.o.Committed()
	}
	if len(c.items) > 0 && e.o.Released != nil {
		e.o.Released(c.items)
	}
	if h, ok := c.ev.Body.(*bots.Heard); ok && !c.released && len(c.items) == 0 && e.o.Unanswered != nil {
		e.o.Unanswered(c.ev.Stream, h.Ref)
	}
	if c.timed {
		e.wakeDue()
	}
}
