package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Replay decides an event again from its tape and returns the proposals, one line
// each, as [record.Tape] keeps them. Same event, same bots and same tape give the same lines,
// byte for byte; an error says where a bot asked something the tape does not answer.
func Replay(ev *bots.Event, tape *record.Tape, all []bots.Bot) ([]string, error) {
	var effects []proposed
	for _, b := range all {
		f := &replayed{ev: ev, bot: b.Name(), reads: tape.Reads}
		got, err := b.Decide(*ev, f)
		if f.err != nil {
			return nil, fmt.Errorf("replay %s on %s: %w", ev.ID, b.Name(), f.err)
		}
		if err != nil {
			continue
		}
		for _, x := range got {
			effects = append(effects, proposed{b.Name(), x})
		}
	}
	return lines(effects), nil
}

// replayed answers from a tape, in the order it was recorded.
type replayed struct {
	ev    *bots.Event
	bot   string
	reads []record.Read
	next  int
	err   error
}

// answer returns the next taped answer of this bot and checks that it asked the same.
func (f *replayed) answer(ask string) []byte {
	for ; f.next < len(f.reads); f.next++ {
		r := f.reads[f.next]
		if r.Bot != f.bot {
			continue
		}
		if ask != "" && r.Ask != ask { // promise 16
			break
		}
		f.next++
		return r.Answer
	}
	if f.err == nil {
		f.err = fmt.Errorf("the tape does not answer %q", ask)
	}
	return nil
}

func (f *replayed) Now() time.Time { return f.ev.Accepted }

func (f *replayed) Account(id string) (bots.Account, bool) {
	a, ok := f.record(bots.KindAccount, id).(*bots.Account)
	if !ok {
		return bots.Account{}, false
	}
	return *a, true
}

func (f *replayed) Record(kind bots.RecordKind, id string) (bots.Record, bool) {
	if kind == bots.KindConversation && id == f.ev.Stream {
		if c, ok := f.conversation(); ok {
			return c, true
		}
	}
	r := f.record(kind, id)
	return r, r != nil
}

// conversation is what the engine itself read before it asked the bots.
func (f *replayed) conversation() (bots.Record, bool) {
	for _, r := range f.reads {
		if r.Bot == "" && r.Ask == "conversation" {
			c, err := thaw(bots.KindConversation, r.Answer)
			return c, err == nil
		}
	}
	return nil, false
}

func (f *replayed) Remembered(key string) ([]byte, bool) {
	m, ok := f.record(bots.KindMemory, memoryID(f.ev.Stream, f.bot, key)).(*bots.Memory)
	if !ok || m.Erased {
		return nil, false
	}
	return m.Value, true
}

func (f *replayed) Counted(string) (n int64) {
	f.decode(f.answer(""), &n)
	return n
}

func (f *replayed) Find(kind bots.RecordKind, stream, state string, limit int) (ids []string) {
	f.decode(f.answer(fmt.Sprintf("find %s %s %s %d", kind, stream, state, limit)), &ids)
	return ids
}

func (f *replayed) Alike(text string, limit int) (all []bots.Alike) {
	f.decode(f.answer(askAlike(text, limit)), &all)
	return all
}

func (f *replayed) record(kind bots.RecordKind, id string) bots.Record {
	b := f.answer("get " + string(kind) + " " + id)
	if len(b) == 0 {
		return nil
	}
	r, err := thaw(kind, b)
	if err != nil {
		f.err = errors.Join(f.err, err)
		return nil
	}
	return r
}

func (f *replayed) decode(b []byte, into any) {
	if len(b) == 0 {
		return
	}
	if err := json.Unmarshal(b, into); err != nil {
		f.err = errors.Join(f.err, err)
	}
}
