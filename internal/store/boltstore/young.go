package boltstore

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Events are accepted, and decided, much faster than anything else happens, for streams
// in no order. An index entry of their own would cost each a page or two of the file. So
// the newest events, those with ids above meta.indexed, are young: they have no index,
// and lists look at each of them. When there are too many the oldest are indexed
// together, sorted, by what they are by then: most are decided, and those of one stream
// lie side by side.
const (
	youngMost = 4096 // looking at so many takes a few hundred microseconds
	youngStep = 2048
)

// indexYoung keeps the young few. It runs after the changes of a group.
func (b *batch) indexYoung() error {
	for b.meta.young > youngMost {
		oldest, last := b.oldestYoung()
		if len(oldest) == 0 {
			b.meta.young = 0 // events were deleted meanwhile
			return nil
		}
		slices.SortFunc(oldest, func(x, y entry) int { return bytes.Compare(x.key, y.key) })
		index := b.tx.Bucket(bucketIndex)
		for _, e := range oldest {
			if err := index.Put(e.key, e.value); err != nil {
				return err
			}
		}
		b.meta.indexed, b.meta.young = last, b.meta.young-uint64(len(oldest))
	}
	return nil
}

func (b *batch) oldestYoung() (oldest []entry, last string) {
	c := b.tx.Bucket(bucketEvents).Cursor()
	k, v := c.Seek([]byte(b.meta.indexed))
	if string(k) == b.meta.indexed {
		k, v = c.Next()
	}
	oldest = make([]entry, 0, youngStep)
	for ; k != nil && len(oldest) < youngStep; k, v = c.Next() {
		state, stream, _ := peek(v)
		last = string(k)
		oldest = append(oldest, eventEntry(string(state), string(stream), last))
	}
	return oldest, last
}

func indexedUpTo(tx *bolt.Tx) []byte { return tx.Bucket(bucketMeta).Get(metaIndexed) }

// walkEvents walks events of a stream or an unsettled state: those decided by stream, the
// others by state, the young one by one.
func walkEvents(tx *bolt.Tx, q record.Query) []*oneWalk {
	index := tx.Bucket(bucketIndex)
	walks := []*oneWalk{walkYoung(tx, q)}
	if q.Stream != "" && (q.State == "" || q.State == bots.EventDecided) {
		walks = append(walks, walkOne(index, prefix(streamIndex, q.Kind, q.Stream, bots.EventDecided), q))
	}
	states := [][]byte{prefix(stateIndex, q.Kind, q.State)}
	if q.State == "" {
		states = statesUnder(index, prefix(stateIndex, q.Kind))
	}
	for _, p := range states {
		w := walkOne(index, p, q)
		if q.Stream != "" {
			w.only(func(stream []byte) bool { return string(stream) == q.Stream })
		}
		walks = append(walks, w)
	}
	return walks
}

// walkYoung walks the young events that fit a query.
func walkYoung(tx *bolt.Tx, q record.Query) *oneWalk {
	above := string(indexedUpTo(tx))
	if !q.Newest && q.After < above {
		q.After = above
	}
	w := walkOne(tx.Bucket(bucketEvents), nil, q)
	w.above = above
	w.only(func(value []byte) bool { // what does not decode is reported where it is read
		state, stream, _ := peek(value)
		return fits(q, state, stream)
	})
	return w
}

// peek reads state and stream of a value without copying; ok is false when it does not decode.
func peek(value []byte) (state, stream []byte, ok bool) {
	r := reader{b: value}
	form := r.byte()
	r.at = 0
	r.skipTo(0)
	state, stream = r.bytes(), r.bytes()
	return state, stream, !r.bad && form == envelopeForm
}
