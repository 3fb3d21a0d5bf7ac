package boltstore

import (
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

var (
	metaLast    = []byte("last-accepted")
	metaSeq     = []byte("audit-seq")
	metaYoung   = []byte("young")        // how many events are above metaIndexed
	metaIndexed = []byte("indexed")      // id of the last event that is indexed
	metaSwept   = []byte("dedupe-swept") // id of the last event whose dedupe key was dropped
	metaMaster  = []byte("master")
)

// meta is what every commit carries on: read at its start, so that a commit that
// failed leaves nothing behind in memory.
type meta struct {
	last    int64 // Accepted of the newest event, in nanoseconds
	seq     uint64
	young   uint64
	indexed string
}

func readMeta(tx *bolt.Tx) meta {
	b := tx.Bucket(bucketMeta)
	return meta{
		last: int64(number(b.Get(metaLast))), seq: number(b.Get(metaSeq)),
		young: number(b.Get(metaYoung)), indexed: string(b.Get(metaIndexed)),
	}
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

// write stores what differs from was.
func (m *meta) write(tx *bolt.Tx, was meta) error {
	b := tx.Bucket(bucketMeta)
	if m.indexed != was.indexed {
		if err := b.Put(metaIndexed, []byte(m.indexed)); err != nil {
			return err
		}
	}
	for _, n := range []struct {
		key      []byte
		now, was uint64
	}{{metaLast, uint64(m.last), uint64(was.last)}, {metaSeq, m.seq, was.seq}, {metaYoung, m.young, was.young}} {
		if n.now == n.was {
			continue
		}
		if err := b.Put(n.key, binary.BigEndian.AppendUint64(nil, n.now)); err != nil {
			return err
		}
	}
	return nil
}
