package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// The buckets. Few, because every commit rewrites the page that lists them; "meta" is
// so small that bbolt keeps it inside that page.
var (
	bucketMeta    = []byte("meta")     // counters
	bucketEvents  = []byte("event")    // id -> record; ids rise with Accepted
	bucketDedupe  = []byte("dedupe")   // key of an event -> id of the first one
	bucketRecords = []byte("record")   // kind, id -> record
	bucketIndex   = []byte("index")    // by state, stream, due
	bucketAudit   = []byte("audit")    // seq -> entry
	bucketAuditOn = []byte("audit-on") // target, seq
	bucketKeys    = []byte("key")      // subject -> slot in the key file
)

var buckets = [][]byte{bucketMeta, bucketEvents, bucketDedupe, bucketRecords, bucketIndex,
	bucketAudit, bucketAuditOn, bucketKeys}

// ordered buckets grow at their end: their pages can be filled.
var ordered = [][]byte{bucketEvents, bucketDedupe, bucketAudit}

const fill = 0.9

// unlisted kinds are read by id; the few lists of them are short or for tools.
var unlisted = map[bots.RecordKind]bool{
	record.KindApproval: true, record.KindLedger: true, record.KindHalt: true, record.KindMark: true,
	record.KindTape: true, record.KindSession: true, record.KindToken: true, record.KindCode: true,
	record.KindOfficer: true, bots.KindAccount: true, bots.KindCount: true, record.KindLease: true, record.KindPulse: true,
}

// listed says whether a kind pays for indexes by state and stream. Every query works for
// every kind; without an index it walks the kind and looks at the clear part of each record.
func listed(kind bots.RecordKind) bool { return !unlisted[kind] }

const sep = 0 // ends each part of a key; no part contains it

// The leading byte of an index key.
const (
	stateIndex  = 's' // kind, state, id
	streamIndex = 't' // kind, stream, state, id
	dueIndex    = 'd' // kind, state, due, id
)

func prefix(which byte, kind bots.RecordKind, parts ...string) []byte {
	return appendPrefix(make([]byte, 0, 96), which, kind, parts...)
}

func appendPrefix(k []byte, which byte, kind bots.RecordKind, parts ...string) []byte {
	k = append(append(append(k, which), kind...), sep)
	for _, p := range parts {
		k = append(append(k, p...), sep)
	}
	return k
}

// dueBytes orders moments as bytes: seconds with the sign turned, then nanoseconds.
func dueBytes(t time.Time) []byte { return appendDue(make([]byte, 0, dueSize), t) }

func appendDue(b []byte, t time.Time) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

const dueSize = 12

// recordsOf is where records of a kind are.
func recordsOf(kind bots.RecordKind) []byte {
	if kind == bots.KindEvent {
		return bucketEvents
	}
	return bucketRecords
}

func recordPrefix(kind bots.RecordKind) []byte { return appendRecordPrefix(nil, kind) }

func appendRecordPrefix(b []byte, kind bots.RecordKind) []byte {
	if kind == bots.KindEvent {
		return b
	}
	return append(append(b, kind...), sep)
}

func recordKey(kind bots.RecordKind, id string) []byte {
	return append(appendRecordPrefix(make([]byte, 0, len(kind)+1+len(id)), kind), id...)
}

// entry is a key of the index bucket and what stands there.
type entry struct{ key, value []byte }

// entries are the few that one record has. Something stands under one of them at most: the last.
type entries struct {
	n     int
	keys  [3][]byte
	value []byte // under the last one; nil: nothing
}

func (e *entries) each(yield func(entry) bool) {
	for i := range e.n {
		if !yield(e.at(i)) {
			return
		}
	}
}

func (e *entries) at(i int) entry {
	if i == e.n-1 && e.value != nil {
		return entry{e.keys[i], e.value}
	}
	return entry{e.keys[i], nothing}
}

// nothing stands under most index keys.
var nothing = []byte{}

// room is memory for the index keys of a record.
func room(kind bots.RecordKind, h *head) []byte {
	return make([]byte, 0, 3*(len(kind)+len(h.State)+len(h.ID)+4)+len(h.Stream)+dueSize)
}

// indexEntries lists the index entries a record has. Their keys share one piece of memory.
func indexEntries(kind bots.RecordKind, h *head) (e entries) {
	b := room(kind, h)
	if kind == bots.KindEvent {
		b = e.addDue(b, kind, h)
		e.addEvent(b, h.State, h.Stream, h.ID)
		return e
	}
	x := listed(kind)
	if x && h.State != "" {
		b = e.add(b, append(appendPrefix(b, stateIndex, kind, h.State), h.ID...))
	}
	if x && h.Stream != "" {
		b = e.add(b, append(appendPrefix(b, streamIndex, kind, h.Stream, h.State), h.ID...))
	}
	e.addDue(b, kind, h)
	return e
}

// add adds the key that was appended to b, and returns the room behind it.
func (e *entries) add(b, with []byte) []byte {
	e.keys[e.n] = with[len(b):len(with):len(with)]
	e.n++
	return with
}

// eventEntry is the one entry of an event that is not young. Nearly all events are decided:
// these are found by stream, and by state by walking all events. The few others are found
// by state, and their entry names the stream.
func eventEntry(state, stream, id string) entry {
	var e entries
	e.addEvent(make([]byte, 0, len(bots.KindEvent)+len(state)+len(stream)+len(id)+4), state, stream, id)
	return e.at(0)
}

func (e *entries) addEvent(b []byte, state, stream, id string) {
	if state == bots.EventDecided {
		e.add(b, append(appendPrefix(b, streamIndex, bots.KindEvent, stream, state), id...))
		return
	}
	e.add(b, append(appendPrefix(b, stateIndex, bots.KindEvent, state), id...))
	e.value = []byte(stream)
}

func dueEntries(kind bots.RecordKind, h *head) (e entries) {
	if !h.Due.IsZero() {
		e.addDue(room(kind, h), kind, h)
	}
	return e
}

func (e *entries) addDue(b []byte, kind bots.RecordKind, h *head) []byte {
	if h.Due.IsZero() {
		return b
	}
	return e.add(b, append(appendDue(appendPrefix(b, dueIndex, kind, h.State), h.Due), h.ID...))
}

// The longest names, in bytes.
const (
	maxID    = 512
	maxState = 64
	maxValue = 64 << 10
)

func checkNames(kind bots.RecordKind, h *bots.Head) error {
	if h.ID == "" {
		return fmt.Errorf("a %s has no id", kind)
	}
	for _, f := range []struct {
		name, value string
		max         int
	}{{"id", h.ID, maxID}, {"stream", h.Stream, maxID}, {"subject", h.Subject, maxID}, {"state", h.State, maxState}} {
		if len(f.value) > f.max {
			return fmt.Errorf("%s %.40q: its %s is %d bytes, the store takes %d", kind, h.ID, f.name, len(f.value), f.max)
		}
		if strings.IndexByte(f.value, sep) >= 0 {
			return fmt.Errorf("%s %q: its %s contains a zero byte", kind, h.ID, f.name)
		}
	}
	return nil
}

// upTo returns the part of b before the next separator.
func upTo(b []byte) []byte {
	if i := bytes.IndexByte(b, sep); i >= 0 {
		return b[:i]
	}
	return b
}
