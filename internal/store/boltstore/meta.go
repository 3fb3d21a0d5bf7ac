package boltstore

import (
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

var (
	metaLast   = []byte("last-accepted")
	metaSeq    = []byte("audit-seq")
	metaSwept  = []byte("dedupe-swept") // id of the last event whose dedupe key was dropped
	metaMaster = []byte("master")
)

// meta is what every commit carries on: read at its start, so that a commit that
// failed leaves nothing behind in memory.
type meta struct {
	last int64 // Accepted of the newest event, in nanoseconds
	seq  uint64
	was  [2]uint64
}

func readMeta(tx *bolt.Tx) meta {
	b := tx.Bucket(bucketMeta)
	m := meta{last: int64(number(b.Get(metaLast))), seq: number(b.Get(metaSeq))}
	m.was = [2]uint64{uint64(m.last), m.seq}
	return m
}

func number(v []byte) uint64 {
	if len(v) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(v)
}

// tick returns the next moment of acceptance: the wall clock, or just after the last.
func (m *meta) tick(wall time.Time) time.Time {
	m.last = max(wall.UnixNano(), m.last+1)
	return time.Unix(0, m.last).UTC()
}

func (m *meta) write(tx *bolt.Tx) error {
	b := tx.Bucket(bucketMeta)
	if uint64(m.last) != m.was[0] {
		if err := b.Put(metaLast, binary.BigEndian.AppendUint64(nil, uint64(m.last))); err != nil {
			return err
		}
	}
	if m.seq != m.was[1] {
		return b.Put(metaSeq, binary.BigEndian.AppendUint64(nil, m.seq))
	}
	return nil
}
