package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// StatusPending is the status of a decision that was accepted and not yet decided.
const StatusPending = "pending"

// Submit accepts an officer's decision and waits for what it comes to: applied,
// refused, or pending when ctx ends first; a pending one names its event, which will hold the
// result. formKey names the form it came by: the same form
// sent twice gets the first outcome.
func (e *Engine) Submit(ctx context.Context, d bots.Decision, formKey string) (bots.Result, error) {
	if d.Verb == bots.NoteHeard {
		return e.note(ctx, &d, formKey)
	}
	if d.Verb == bots.SlipHandoff {
		return e.slip(ctx, d, formKey)
	}
	held := e.holdsCode(d.Reason, slices.Collect(maps.Values(d.Fields))...)
	if held { // promise 15
		return secretRefused(), nil
	}
	e.lookAgain(ctx, d)
	ev := &bots.Event{Key: "decision|" + d.Officer + "|" + formKey, Kind: bots.Decided, V: 1, Body: &d}
	ev.Stream, ev.Account = e.decisionStream(ctx, d)
	ev.State = bots.EventPending
	if d.Verb == bots.SendTip {
		ev.Stream, ev.Account = e.tipStream(d.Officer, formKey), record.TipAccount
	}
	if strings.HasPrefix(ev.Stream, "tip/") || strings.HasPrefix(ev.Stream, "conv/") || strings.HasPrefix(ev.Stream, "post/") || strings.HasPrefix(ev.Stream, "package/") {
		ev.Subject = ev.Stream
	}
	if d.Verb == bots.EraseTalk { // it must be readable when the key is gone, and says nothing personal
		ev.Subject, d.Reason, d.Fields = "", "", nil
	}
	if n := len(mustJSON(ev)); n > maxDecision {
		return bots.Result{Status: bots.Refused, Code: "too-long", Message: fmt.Sprintf("%d bytes at once are too many: %d are taken", n, maxDecision)}, nil
	}
	return e.await(ctx, ev)
}

// holdsCode says whether a lookup code stands in what somebody wrote. It is asked before anything of it is stored.
func (e *Engine) holdsCode(reason string, words ...string) bool {
	return slices.ContainsFunc(append(words, reason), func(text string) bool {
		_, held := e.Screen(text)
		return held
	})
}

func secretRefused() bots.Result {
	return bots.Result{Status: bots.Refused, Code: "lookup-code", Message: "a lookup code stands in the text: nothing was kept; take it out and send it again"}
}

// await accepts an event and waits for what it comes to.
func (e *Engine) await(ctx context.Context, ev *bots.Event) (bots.Result, error) {
	done, fresh, err := e.enter(ctx, ev)
	if err != nil {
		return bots.Result{}, err
	}
	defer e.leave(ev.ID, done)
	if !fresh {
		if r, ok := e.resultOf(ctx, ev.ID); ok {
			return r, nil
		}
	}
	select {
	case r := <-done:
		return r, nil
	case <-ctx.Done():
		return bots.Result{Status: StatusPending, Message: "accepted, not yet decided", Made: []bots.Target{{Kind: bots.KindEvent, ID: ev.ID}}}, nil
	}
}

// enter makes an event durable and queues it, unless it was accepted before. Somebody waits for it
// before anybody can decide it, at a start too: what is half accepted is not read back.
func (e *Engine) enter(ctx context.Context, ev *bots.Event) (done chan bots.Result, fresh bool, err error) {
	e.accepting.RLock()
	defer e.accepting.RUnlock()
	all, err := e.o.Store.Accept(ctx, []*bots.Event{ev})
	if err != nil {
		return nil, false, err
	}
	done, fresh = e.wait(ev.ID), all[0]
	if fresh {
		if ev.Kind == bots.Decided {
			ev.Occurred = ev.Accepted
		}
		e.streams.add(ev)
	}
	return done, fresh, nil
}

// decisionStream is the stream of the record decided on, so that decisions on one thing
// are taken in order with what happens to it.
func (e *Engine) decisionStream(ctx context.Context, d bots.Decision) (stream, account string) {
	if r, err := e.o.Store.Get(ctx, d.On.Kind, d.On.ID); err == nil {
		switch r := r.(type) {
		case *bots.Draft:
			return r.Stream, r.Account
		case *record.Item:
			return r.Conversation, r.Account
		case *bots.Account:
			return "account/" + r.ID, r.ID
		default:
			if s := r.Meta().Stream; s != "" {
				return s, ""
			}
		}
	}
	return "desk/" + string(d.Verb), ""
}

func (e *Engine) resultOf(ctx context.Context, event string) (bots.Result, bool) {
	ev, err := record.Fetch[bots.Event](ctx, e.o.Store, event)
	if err != nil || ev.Result == nil {
		return bots.Result{}, false
	}
	return *ev.Result, true
}

// leave ends what wait began, whatever came of it.
func (e *Engine) leave(event string, ch chan bots.Result) {
	e.mu.Lock()
	defer e.mu.Unlock()
	rest := slices.DeleteFunc(e.waiting[event], func(c chan bots.Result) bool { return c == ch })
	if e.waiting[event] = rest; len(rest) == 0 {
		delete(e.waiting, event)
	}
}

// wait registers interest in an event's result. The channel is buffered: nobody waits for the waiter.
func (e *Engine) wait(event string) chan bots.Result {
	ch := make(chan bots.Result, 1)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting[event] = append(e.waiting[event], ch)
	return ch
}

// settled tells whoever waits what became of an event.
func (e *Engine) settled(ev *bots.Event, r bots.Result) {
	e.mu.Lock()
	waiting := e.waiting[ev.ID]
	delete(e.waiting, ev.ID)
	e.mu.Unlock()
	for _, ch := range waiting {
		ch <- r
	}
}
