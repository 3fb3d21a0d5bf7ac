package boltstore

import (
	"fmt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// putRecord stores a record and its index entries under the next version.
func (b *batch) putRecord(r bots.Record) error {
	kind, meta := r.RecordKind(), r.Meta()
	if err := checkNames(kind, meta); err != nil {
		return err
	}
	old, err := b.headOf(kind, meta.ID)
	if err != nil {
		return err
	}
	if err := atVersion(kind, meta, old); err != nil {
		return err
	}
	h := nextHead(r)
	value, _, err := b.s.encode(r, h)
	if err != nil {
		return err
	}
	if err := b.place(kind, h, old, value); err != nil {
		return err
	}
	meta.Version = h.Version
	return nil
}

// atVersion refuses a record that was not read at the version that stands.
func atVersion(kind bots.RecordKind, meta *bots.Head, old *head) error {
	if stands := versionOf(old); stands != meta.Version {
		return fmt.Errorf("%s %s is at version %d, not %d: %w", kind, meta.ID, stands, meta.Version, record.ErrConflict)
	}
	return nil
}

// encode makes the value of a record under a new head, and remembers what it will decode to;
// known is nil when it does not.
func (s *Store) encode(r bots.Record, h *head) (value []byte, known *remembered, err error) {
	turn := s.memo.turn()
	room := s.scratch()
	defer s.spare.Put(room)
	body, err := room.marshal(r)
	if err != nil {
		return nil, nil, err
	}
	kind := r.RecordKind()
	value, err = encode(s.vault, kind, h, body)
	if err != nil || !readSoon(kind) {
		return value, nil, err
	}
	if stored, ok := s.memo.copier.asStored(r); ok {
		known = &remembered{value: value, record: stored, head: h, key: sealedBy(value)}
		setHead(stored, h)
		s.memo.keep(kind, known, turn)
	}
	return value, known, nil
}

// readSoon says whether records of a kind are often read again just after they were written.
func readSoon(kind bots.RecordKind) bool {
	switch kind {
	case bots.KindEvent, bots.KindDraft, record.KindTape, record.KindCode:
		return false
	}
	return true
}

func versionOf(h *head) uint64 {
	if h == nil {
		return 0
	}
	return h.Version
}

// headOf reads the clear part of a stored record; nil when there is none.
func (b *batch) headOf(kind bots.RecordKind, id string) (*head, error) {
	value := b.find.value(kind, id)
	if value == nil {
		return nil, nil
	}
	h, _, err := decodeHead(id, value)
	if err != nil {
		return nil, fmt.Errorf("read %s %s: %w", kind, id, err)
	}
	return h, nil
}

// place writes the value and moves the index entries that differ.
func (b *batch) place(kind bots.RecordKind, h, old *head, value []byte) error {
	var was []byte
	if old != nil {
		was = b.find.value(kind, h.ID)
	}
	return b.placeAt(recordKey(kind, h.ID), kind, h, was, value, b.moves(kind, h, old))
}

// placeAt is place when it is known what is there: nil, neither the record nor an index entry of it.
func (b *batch) placeAt(key []byte, kind bots.RecordKind, h *head, was, value []byte, m moves) error {
	if was == nil && kind == bots.KindEvent && h.ID > b.meta.indexed {
		b.meta.young++
	}
	if err := b.replace(b.tx.Bucket(recordsOf(kind)), key, was, value); err != nil {
		return err
	}
	return b.move(m)
}

// moves are the index entries that a change of a record takes away and makes.
type moves struct{ drops, makes entries }

// movesOf lists them for all kinds but events, whose entries depend on how young they are.
func movesOf(kind bots.RecordKind, h, old *head) (m moves) {
	if h != nil && old != nil && old.State == h.State && old.Stream == h.Stream && old.Due.Equal(h.Due) {
		return m
	}
	if old != nil {
		m.drops = indexEntries(kind, old)
	}
	if h != nil {
		m.makes = indexEntries(kind, h)
	}
	return m
}

func (b *batch) moves(kind bots.RecordKind, h, old *head) (m moves) {
	id := old
	if h != nil {
		id = h
	}
	if kind != bots.KindEvent || id.ID <= b.meta.indexed {
		return movesOf(kind, h, old)
	}
	if old != nil { // a young event has no index entry but for what is due
		m.drops = dueEntries(kind, old)
	}
	if h != nil {
		m.makes = dueEntries(kind, h)
	}
	return m
}

func (b *batch) move(m moves) error {
	index := b.tx.Bucket(bucketIndex)
	for e := range m.drops.each {
		b.undo = append(b.undo, undo{index, e.key, e.value})
		if err := index.Delete(e.key); err != nil {
			return err
		}
	}
	for e := range m.makes.each {
		if err := b.insert(index, e.key, e.value); err != nil {
			return err
		}
	}
	return nil
}

// deleteRecord removes a record that is there, with its index entries.
func (b *batch) deleteRecord(kind bots.RecordKind, id string) error {
	old, err := b.headOf(kind, id)
	if err != nil {
		return err
	}
	if old == nil {
		return notFound(kind, id)
	}
	return b.remove(kind, old)
}

// remove takes a record away of which the head is known.
func (b *batch) remove(kind bots.RecordKind, old *head) error {
	if err := b.drop(b.tx.Bucket(recordsOf(kind)), recordKey(kind, old.ID)); err != nil {
		return err
	}
	return b.move(b.moves(kind, nil, old))
}
