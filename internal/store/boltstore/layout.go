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
	bucketMeta       = []byte("meta")        // counters
	bucketEvents     = []byte("event")       // id -> record; ids rise with Accepted
	bucketEventIndex = []byte("event-index") // of events that still need somebody
	bucketDedupe     = []byte("dedupe")      // key of an event -> id of the first one
	bucketRecords    = []byte("record")      // kind, id -> record
	bucketIndex      = []byte("index")       // of everything else: by state, stream, due
	bucketAudit      = []byte("audit")       // seq -> entry
	bucketAuditOn    = []byte("audit-on")    // target, seq
	bucketKeys       = []byte("key")         // subject -> slot in the key file
)

var buckets = [][]byte{bucketMeta, bucketEvents, bucketEventIndex, bucketDedupe, bucketRecords,
	bucketIndex, bucketAudit, bucketAuditOn, bucketKeys}

// ordered buckets grow at their end: their pages can be filled.
var ordered = [][]byte{bucketEvents, bucketDedupe, bucketAudit}

const fill = 0.9

// indexing says which indexes a kind pays for. Every query works for every kind; without
// an index it walks the kind and looks at the clear part of each record.
type indexing struct {
	state, stream bool
	// settled is the state nearly all records end in. It has no state index, because
	// walking the kind is as good. All other states have no stream index: their records
	// are few, and their state index names the stream.
	settled string
}

// unlisted kinds are read by id; the few lists of them are short or for tools.
var unlisted = map[bots.RecordKind]bool{
	record.KindApproval: true, record.KindLedger: true, record.KindHalt: true, record.KindMark: true,
	record.KindTape: true, record.KindSession: true, record.KindToken: true, record.KindCode: true,
	record.KindOfficer: true, bots.KindAccount: true, bots.KindCount: true, record.KindLease: true,
}

func indexesOf(kind bots.RecordKind) indexing {
	if unlisted[kind] {
		return indexing{}
	}
	if kind == bots.KindEvent {
		return indexing{state: true, stream: true, settled: bots.EventDecided}
	}
	return indexing{state: true, stream: true}
}

func (x indexing) byState(state string) bool {
	return x.state && state != "" && (x.settled == "" || state != x.settled)
}

func (x indexing) byStream(state string) bool {
	return x.stream && (x.settled == "" || state == x.settled)
}

const sep = 0 // ends each part of a key; no part contains it

// The leading byte of an index key.
const (
	stateIndex  = 's' // kind, state, id; of unsettled events with their stream as value
	streamIndex = 't' // kind, stream, state, id
	dueIndex    = 'd' // kind, state, due, id
)

func key(parts ...string) []byte {
	n := len(parts)
	for _, p := range parts {
		n += len(p)
	}
	k := make([]byte, 0, n)
	for i, p := range parts {
		if i > 0 {
			k = append(k, sep)
		}
		k = append(k, p...)
	}
	return k
}

func prefix(which byte, kind bots.RecordKind, parts ...string) []byte {
	k := append(make([]byte, 0, 96), which)
	k = append(append(k, kind...), sep)
	for _, p := range parts {
		k = append(append(k, p...), sep)
	}
	return k
}

// dueBytes orders moments as bytes: seconds with the sign turned, then nanoseconds.
func dueBytes(t time.Time) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 12), uint64(t.Unix())^1<<63)
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

// indexIn is where the index entries of a kind and state are. Events are accepted much
// faster than anything else happens, for streams in no order: a random entry in a large
// bucket would cost each a page. Those that still need somebody are few and have a small
// bucket in the order of time; the entry by stream is made with the decision.
func indexIn(kind bots.RecordKind, state string) []byte {
	if kind == bots.KindEvent && state != bots.EventDecided {
		return bucketEventIndex
	}
	return bucketIndex
}

func recordPrefix(kind bots.RecordKind) []byte {
	if kind == bots.KindEvent {
		return nil
	}
	return append([]byte(kind), sep)
}

func recordKey(kind bots.RecordKind, id string) []byte {
	return append(recordPrefix(kind), id...)
}

// indexEntry is a key in the bucket of indexIn.
type indexEntry struct{ key, value []byte }

func indexEntries(kind bots.RecordKind, h *head) []indexEntry {
	x := indexesOf(kind)
	var all []indexEntry
	if x.byState(h.State) || h.State == "" && x.settled != "" {
		all = append(all, indexEntry{append(prefix(stateIndex, kind, h.State), h.ID...), streamIn(x, h)})
	}
	if x.byStream(h.State) && h.Stream != "" {
		all = append(all, indexEntry{append(prefix(streamIndex, kind, h.Stream, h.State), h.ID...), []byte{}})
	}
	if !h.Due.IsZero() {
		all = append(all, indexEntry{append(append(prefix(dueIndex, kind, h.State), dueBytes(h.Due)...), h.ID...), []byte{}})
	}
	return all
}

// streamIn is what a state index says of the stream when no index goes by stream.
func streamIn(x indexing, h *head) []byte {
	if x.byStream(h.State) {
		return []byte{}
	}
	return []byte(h.Stream)
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
