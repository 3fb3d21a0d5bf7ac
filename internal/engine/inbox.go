package engine

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Receive accepts what an adapter heard, by whatever path it came. When it returns
// nil everything that matters is on disk, so that the platform may be told so.
// Watched posts pass the sieve first; what matches nothing is not stored.
func (e *Engine) Receive(ctx context.Context, account string, items []adapters.Inbound) error {
	a, ok := e.accounts[account]
	if !ok {
		return fmt.Errorf("no account %q is configured", account)
	}
	return e.receive(ctx, a, webhook, items)
}

// webhook is the source of what an adapter did not poll.
const webhook = ""

func (e *Engine) receive(ctx context.Context, a *Account, source string, items []adapters.Inbound, marks ...*record.Mark) error {
	var events []*bots.Event
	for i := range items {
		ev, err := e.unitSays(ctx, a, &items[i])
		if err != nil {
			return err
		}
		if ev == nil {
			ev = e.translate(a, &items[i], source)
		}
		if ev != nil {
			events = append(events, ev)
		}
	}
	if err := e.accept(ctx, events, marks...); err != nil {
		return err
	}
	e.well(ctx, a, source, len(events))
	e.hurry(ctx, a, items)
	return nil
}

func (e *Engine) accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) error {
	_, err := e.Accept(ctx, events, marks...)
	return err
}

// Accept makes events durable and queues the fresh ones. It has the contract of
// [record.Store.Accept]; the outbox tells outcomes through it.
func (e *Engine) Accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) ([]bool, error) {
	if len(events) == 0 && len(marks) == 0 {
		return nil, nil
	}
	e.accepting.RLock()
	defer e.accepting.RUnlock()
	e.step(StepAccepting)
	fresh, err := e.o.Store.Accept(ctx, events, marks...)
	if err != nil { // promise 5
		return nil, fmt.Errorf("accept %d events: %w", len(events), err)
	}
	e.step(StepReceived)
	for i, ev := range events {
		if fresh[i] {
			e.streams.add(ev)
		}
	}
	return fresh, nil
}

// kinds maps what an adapter calls it to what the bots call it. It never changes.
var kinds = map[adapters.Kind]bots.EventKind{
	adapters.KindMessage:  bots.MessageHeard,
	adapters.KindMention:  bots.MentionHeard,
	adapters.KindComment:  bots.CommentHeard,
	adapters.KindPost:     bots.PostSeen,
	adapters.KindEdited:   bots.PostEdited,
	adapters.KindDeleted:  bots.PostDeleted,
	adapters.KindFollow:   bots.Followed,
	adapters.KindUnfollow: bots.Unfollowed,
	adapters.KindMenu:     bots.MenuPressed,
	adapters.KindScan:     bots.Scanned,
	adapters.KindStaff:    bots.StaffWrote,
}

// translate makes an event of an inbound item, or nil when it is our own, a colleague's,
// or a watched post that matches nothing.
func (e *Engine) translate(a *Account, in *adapters.Inbound, source string) *bots.Event {
	if a.own(in.From.ID) || slices.Contains(a.Record.Staff, in.From.ID) {
		return nil
	}
	kind, ok := kinds[in.Kind]
	if !ok {
		kind = bots.OtherHeard
	}
	text := clip(in.Text, maxHeard)
	if kind == bots.MenuPressed && text == "" {
		text = a.Menu[in.Choice]
	}
	if kind == bots.PostSeen || kind == bots.CommentHeard {
		if e.o.Named != nil && e.o.Named(a.Record.ID, text) {
			kind = bots.MentionHeard // platforms do not see a name inside Chinese text
		}
	}
	if kind == bots.StaffWrote && (e.fromHere(text) || e.menuFromHere(a.Record.ID, in.From.ID, text)) {
		return nil
	}
	masked, secret := e.Screen(text)
	if secret { // promise 15
		text = masked
	}
	hits := e.o.Sieve.Sift(text)
	if kind == bots.PostSeen && len(hits) == 0 { // promise 8
		return nil
	}
	ev := &bots.Event{
		Key: e.short("key", in.Key) + "|" + a.Record.ID, Kind: kind, V: 1, Occurred: encodable(in.At), Account: a.Record.ID,
		Body: &bots.Heard{
			Ref: in.Ref, Parent: in.Parent, Thread: in.Thread, From: in.From, Text: text, Language: clip(in.Language, maxName),
			Choice: clip(in.Choice, maxName), URL: clip(in.URL, maxDetail), Edited: encodable(in.Edited), Media: fitting(in.Media), Detail: clip(in.Detail, maxDetail),
			Source: source, Hits: hits, Secret: secret, Slow: in.Slow,
		},
	}
	from := &ev.Body.(*bots.Heard).From
	from.Name, from.Handle = clip(from.Name, maxName), clip(from.Handle, maxName)
	if (kind == bots.PostEdited || kind == bots.PostDeleted) && len(hits) == 0 { // promise 8
		ev.Body = &bots.Heard{Ref: in.Ref, Edited: encodable(in.Edited), Source: source} // that it changed, not what it says
	}
	ev.Stream = e.streamOf(a.Record.ID, kind, in)
	ev.Subject, ev.State = ev.Stream, bots.EventPending
	return ev
}

// Screen takes lookup codes out of a text, and says whether there was one. It is safe for concurrent use.
func (e *Engine) Screen(text string) (clean string, held bool) {
	return record.MaskLookups(text, e.issued)
}

// issued says whether a lookup code is one of ours. A store that cannot be asked counts as yes:
// a code too many is masked rather than one too few.
func (e *Engine) issued(code string) bool {
	_, err := e.o.Store.Get(context.Background(), record.KindLookup, record.LookupID(e.o.Tags.Tag, code))
	return !errors.Is(err, record.ErrNotFound)
}

// streamOf names the stream of an inbound item: what a person addresses to us belongs
// to the conversation with them, what was merely seen to the post.
func (e *Engine) streamOf(account string, kind bots.EventKind, in *adapters.Inbound) string {
	switch kind {
	case bots.PostSeen, bots.PostEdited, bots.PostDeleted:
		return e.postStream(account, in)
	}
	if in.From.ID == "" { // a feed does not say who wrote: there is no conversation
		return e.postStream(account, in)
	}
	return e.Conversation(account, in.From.ID)
}

func (e *Engine) postStream(account string, in *adapters.Inbound) string {
	return "post/" + account + "/" + e.o.Tags.Tag("post", account+"/"+string(in.Ref)) // a post leads to its author
}

// Conversation names the stream of an account's conversation with a person.
func (e *Engine) Conversation(account, person string) string {
	return record.ConversationID(e.o.Tags.Tag, account, person)
}

// watch polls one source for as long as ctx lasts. The cursor commits with the events,
// so after any failure the same page is asked for again.
func (e *Engine) watch(ctx context.Context, a *Account, source string) {
	beat := cadence{every: a.Poll, phase: phase(a.Record.ID, source)}
	for ctx.Err() == nil {
		beat.every = a.interval()
		if wait, err := e.afford(ctx, a); err == nil && wait > 0 {
			if !pause(ctx, wait) {
				return
			}
			continue
		}
		began := time.Now()
		more, err := e.poll(ctx, a, source)
		e.tellPace(ctx, a)
		if err != nil && ctx.Err() == nil {
			e.ill(ctx, a, source, err)
		}
		if err != nil && !errors.Is(err, errNotOpen) && ctx.Err() == nil {
			e.o.Log.WarnContext(ctx, "poll", "account", a.Record.ID, "source", source, "err", err)
		}
		wait := e.untilPoll(a, more, err)
		if err == nil && !more {
			wait = beat.until(began)
		}
		if !a.rest(ctx, source, wait, err != nil) {
			return
		}
	}
}

// cadence spreads the polls of many accounts over the interval: all begin at once, and from the
// second poll on each keeps to a beat of its own.
type cadence struct {
	every time.Duration
	phase float64 // in [0, 1)
	next  time.Time
}

// until is how long to wait for the beat after a poll that began at began.
func (c *cadence) until(began time.Time) time.Duration {
	if c.next.IsZero() {
		c.next = began.Add(time.Duration(c.phase * float64(c.every)))
	}
	for now := time.Now(); !c.next.After(now); {
		c.next = c.next.Add(c.every)
	}
	return time.Until(c.next)
}

// phase is where in the interval a source's beat lies: always the same, and even over many.
func phase(account, source string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(account + "/" + source))
	return float64(h.Sum32()) / (1 << 32)
}

// untilPoll is how long to wait after a poll: as long as the platform asks after a failure,
// not at all when another page is waiting.
func (e *Engine) untilPoll(a *Account, more bool, err error) time.Duration {
	var failed *adapters.Error
	switch {
	case err == nil && more:
		return 0
	case errors.Is(err, errNotOpen):
		return min(a.Poll, untilOpen)
	case errors.As(err, &failed) && !failed.Until.IsZero():
		return max(a.interval(), min(time.Until(failed.Until), longestWait))
	case err != nil:
		return max(a.interval(), e.o.Pace.Retry)
	}
	return a.interval()
}

const (
	pollPage = 40
	// pollTimeout bounds one page: a platform that never answers is asked again.
	pollTimeout = time.Minute
	// longestWait bounds how long a platform can put us off: its clock may be wrong.
	longestWait = 15 * time.Minute
)

func (e *Engine) poll(ctx context.Context, a *Account, source string) (more bool, err error) {
	if a.Open() == nil {
		return false, errNotOpen
	}
	w := a.caps().Watch
	if w == nil { // it cannot be polled
		return false, nil
	}
	mark := &record.Mark{Head: bots.Head{ID: "cursor/" + a.Record.ID + "/" + source, State: "at"}}
	at, err := record.Fetch[record.Mark](ctx, e.o.Store, mark.ID)
	switch {
	case err == nil:
		mark.Value = at.Value
	case !errors.Is(err, record.ErrNotFound): // an empty cursor would pass over what waits behind the true one
		return false, fmt.Errorf("cursor of %s: %w", source, err)
	}
	within, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	batch, err := w.Poll(within, source, adapters.Cursor(mark.Value), pollPage)
	if err != nil {
		return false, err
	}
	if len(batch.Items) == 0 && string(batch.Next) == mark.Value {
		e.well(ctx, a, source, 0)
		return false, nil
	}
	mark.Value = string(batch.Next)
	e.step(StepPolled)
	return batch.More, e.receive(ctx, a, source, batch.Items, mark)
}
