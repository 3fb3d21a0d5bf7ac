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
		keys, last, n := b.oldestYoung()
		if n == 0 {
			b.meta.young = 0 // events were deleted meanwhile
			return nil
		}
		slices.SortFunc(keys, bytes.Compare)
		index := b.tx.Bucket(bucketIndex)
		for _, k := range keys {
			if err := index.Put(k, []byte{}); err != nil {
				return err
			}
		}
		b.meta.indexed, b.meta.young = last, b.meta.young-uint64(n)
	}
	return nil
}

func (b *batch) oldestYoung() (keys [][]byte, last string, n int) {
	c := b.tx.Bucket(bucketEvents).Cursor()
	k, v := c.Seek([]byte(b.meta.indexed))
	if string(k) == b.meta.indexed {
		k, v = c.Next()
	}
	for ; k != nil && n < youngStep; k, v = c.Next() {
		last = string(k)
		n++
		if h, _, err := decodeHead(last, v); err == nil { // Check reports those that do not decode
			keys = append(keys, indexKeys(bots.KindEvent, h)...)
		}
	}
	return keys, last, n
}

func indexedUpTo(tx *bolt.Tx) []byte { return tx.Bucket(bucketMeta).Get(metaIndexed) }

// walkYoung walks the young events that fit a query.
func walkYoung(tx *bolt.Tx, q record.Query) *oneWalk {
	above := string(indexedUpTo(tx))
	if !q.Newest && q.After < above {
		q.After = above
	}
	w := walkOne(tx.Bucket(bucketEvents), nil, q)
	w.above = above
	state, stream := []byte(q.State), []byte(q.Stream)
	w.only(func(value []byte) bool {
		s, t := peek(value)
		return (len(state) == 0 || bytes.Equal(s, state)) && (len(stream) == 0 || bytes.Equal(t, stream))
	})
	return w
}

// peek reads state and stream of a value without copying; what does not decode fits
// nothing, and is reported where it is read.
func peek(value []byte) (state, stream []byte) {
	r := reader{b: value}
	r.byte()
	r.uvarint()
	r.uvarint()
	for range 4 {
		r.skipTime()
	}
	return r.bytes(), r.bytes()
}
