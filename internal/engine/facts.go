package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// facts answers one bot's questions about one event and tapes every answer.
type facts struct {
	ctx   context.Context
	e     *Engine
	ev    *bots.Event
	bot   string
	conv  *bots.Conversation // as it stands with this event; nil outside conversations
	tape  []record.Read
	err   error // the store failed: what was decided on it must not be used
	ended atomic.Bool
}

// errAbandoned ends a bot that asks for facts after it was given up.
var errAbandoned = errors.New("the bot was given up")

func (f *facts) Now() time.Time { return f.ev.Accepted }

func (f *facts) Account(id string) (bots.Account, bool) {
	a, ok := f.get(bots.KindAccount, id).(*bots.Account)
	if !ok {
		return bots.Account{}, false
	}
	return *a, true
}

func (f *facts) Record(kind bots.RecordKind, id string) (bots.Record, bool) {
	if kind == bots.KindConversation && f.conv != nil && id == f.conv.ID {
		c := *f.conv
		return &c, true
	}
	r := f.get(kind, id)
	return r, r != nil
}

func (f *facts) Remembered(key string) ([]byte, bool) {
	m, ok := f.get(bots.KindMemory, memoryID(f.ev.Stream, f.bot, key)).(*bots.Memory)
	if !ok || m.Erased {
		return nil, false
	}
	return m.Value, true
}

func (f *facts) Counted(name string) int64 {
	f.alive()
	var n int64
	for _, day := range []time.Time{f.Now(), f.Now().AddDate(0, 0, -1)} {
		r, err := f.e.o.Store.Get(f.ctx, bots.KindCount, f.e.tallyID(name, day))
		if t, ok := r.(*bots.Tally); ok && err == nil {
			n += t.N
		}
	}
	f.note("counted "+f.e.o.Tags.Tag("count", name), n, 0) // advisory: not checked again
	return n
}

func (f *facts) Find(kind bots.RecordKind, stream, state string, limit int) []string {
	f.alive()
	in := stream
	if kind == bots.KindTie {
		in = f.e.sharedStream(stream)
	}
	ids, err := f.e.find(f.ctx, kind, in, state, limit)
	f.fail(err)
	f.note(fmt.Sprintf("find %s %s %s %d", kind, stream, state, limit), ids, 0)
	return ids
}

func (e *Engine) find(ctx context.Context, kind bots.RecordKind, stream, state string, limit int) ([]string, error) {
	page, err := e.o.Store.List(ctx, record.Query{Kind: kind, Stream: stream, State: state, Limit: limit, Heads: true})
	ids := make([]string, len(page))
	for i, r := range page {
		ids[i] = r.Meta().ID
	}
	return ids, err
}

// get reads a record and tapes it with its version.
func (f *facts) get(kind bots.RecordKind, id string) bots.Record {
	f.alive()
	r, err := f.e.o.Store.Get(f.ctx, kind, id)
	if errors.Is(err, record.ErrNotFound) {
		f.note("get "+string(kind)+" "+id, nil, 0)
		return nil
	}
	if err != nil {
		f.fail(err)
		return nil
	}
	f.keep("get "+string(kind)+" "+id, frost(r), r.Meta().Version)
	return r
}

// alive ends a bot that was given up; its goroutine recovers the panic.
func (f *facts) alive() {
	if f.ended.Load() {
		panic(errAbandoned)
	}
}

func (f *facts) fail(err error) {
	if err != nil && f.err == nil {
		f.err = err
	}
}

func (f *facts) note(ask string, answer any, version uint64) {
	var b []byte
	if answer != nil {
		b, _ = json.Marshal(answer) // plain values always encode
	}
	f.keep(ask, b, version)
}

func (f *facts) keep(ask string, b []byte, version uint64) {
	f.tape = append(f.tape, record.Read{Bot: f.bot, Ask: ask, Answer: b, Version: version})
}

// frost is the JSON of a frozen record. Its body is put in as it was encoded, which spares encoding/json
// going through it once more.
func frost(r bots.Record) []byte {
	b := mustJSON(freeze(r))
	return append(append(b[:len(b)-len("null}")], mustJSON(r)...), '}')
}

// frozen is a record as a tape keeps it.
type frozen struct {
	ID, Subject, Stream, State string
	Version                    uint64
	Due, Created, Updated      time.Time
	Erased                     bool
	Body                       json.RawMessage
}

// freeze freezes the head.
func freeze(r bots.Record) frozen {
	h := r.Meta()
	return frozen{h.ID, h.Subject, h.Stream, h.State, h.Version, h.Due, h.Created, h.Updated, h.Erased, nil}
}

func thaw(kind bots.RecordKind, b []byte) (bots.Record, error) {
	var f frozen
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	r, err := record.New(kind)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(f.Body, r); err != nil {
		return nil, err
	}
	*r.Meta() = bots.Head{
		ID: f.ID, Subject: f.Subject, Stream: f.Stream, State: f.State, Version: f.Version,
		Due: f.Due, Created: f.Created, Updated: f.Updated, Erased: f.Erased,
	}
	return r, nil
}

// tallyID names a day's count. Names are digested: a bot may count by author.
func (e *Engine) tallyID(name string, at time.Time) string {
	return at.UTC().Format("20060102") + "|" + e.o.Tags.Tag("count", name)
}
