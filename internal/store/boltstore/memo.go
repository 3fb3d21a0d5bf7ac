package boltstore

import (
	"bytes"
	"sync"

	"netpatrol/bots"
	"netpatrol/internal/vault"
)

// memo remembers what stored values decode to, because the same records are read again and
// again within moments of being written. It is keyed by the very bytes of the value, so that it
// can never be out of date, and it hands out copies.
//
// Of somebody whose key was destroyed it remembers nothing: it forgets a subject when it is
// erased, and before each use the key must still be the one that sealed the value.
type memo struct {
	copier copier

	mu     sync.Mutex
	young  map[memoKey]*remembered // used since the last turn
	old    map[memoKey]*remembered
	size   int    // of the values in young
	erased uint64 // raised by every erasure, so that what was opened before is not kept
}

// memoMost bounds the stored bytes remembered, in two halves.
const memoMost = 4 << 20

// memoKey names a version of a record: while a new one is on its way to the disk, the old one is
// still read.
type memoKey struct {
	kind    bots.RecordKind
	id      string
	version uint64
}

// remembered is a value and what it decodes to; neither is ever changed.
type remembered struct {
	value  []byte
	record bots.Record
	head   *head
	key    vault.KeyID // that sealed it
}

// recall returns what a value decodes to; nil when that is not remembered.
func (m *memo) recall(kind bots.RecordKind, id string, value []byte) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := memoKey{kind, id, versionIn(value)}
	r := m.young[k]
	if r == nil {
		if r = m.old[k]; r != nil {
			m.add(k, r)
		}
	}
	if r == nil || !bytes.Equal(r.value, value) {
		return nil
	}
	return r
}

// turn is what [memo.keep] wants to know: it is read before a body is opened or sealed.
func (m *memo) turn() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.erased
}

// keep remembers a value, unless somebody was erased since turn.
func (m *memo) keep(kind bots.RecordKind, r *remembered, turn uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if turn != m.erased { // promise 15
		return
	}
	m.add(memoKey{kind, r.record.Meta().ID, r.record.Meta().Version}, r)
}

func (m *memo) add(k memoKey, r *remembered) {
	if m.young == nil || m.size > memoMost/2 {
		m.young, m.old, m.size = map[memoKey]*remembered{}, m.young, 0
	}
	m.young[k] = r
	m.size += len(r.value)
}

// forget drops what belongs to a subject.
func (m *memo) forget(subject string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.erased++
	for _, half := range []map[memoKey]*remembered{m.young, m.old} {
		for k, r := range half {
			if r.record.Meta().Subject == subject { // promise 15
				delete(half, k)
			}
		}
	}
}
