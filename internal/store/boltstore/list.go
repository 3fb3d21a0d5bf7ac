package boltstore

import (
	"bytes"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/vault"
)

// row is one stored record, taken out of its transaction.
type row struct {
	id    string
	value []byte      // nil: nothing is there
	known *remembered // what the value decodes to, if that is remembered; value is then its
	head  *head       // when only that is asked for; value is nil then
	key   vault.KeyID // that sealed it
}

// rowOf takes a value out of its transaction. What is remembered need not be copied for that.
func (s *Store) rowOf(kind bots.RecordKind, id string, value []byte) row {
	if value == nil {
		return row{id: id}
	}
	if known := s.memo.recall(kind, id, value); known != nil {
		return row{id: id, value: known.value, known: known}
	}
	return row{id: id, value: bytes.Clone(value)}
}

// open decodes a row, or copies what it is known to decode to.
func (s *Store) open(kind bots.RecordKind, r row) (bots.Record, error) {
	rec, shared, err := s.look(kind, r)
	if shared {
		rec = s.memo.copier.copy(rec)
	}
	return rec, err
}

// look is open for a record that is not changed: it may be the one that is remembered.
func (s *Store) look(kind bots.RecordKind, r row) (rec bots.Record, shared bool, err error) {
	switch {
	case r.value == nil:
		return nil, false, notFound(kind, r.id)
	case r.known == nil:
		rec, err = s.openAnew(kind, r)
		return rec, false, err
	}
	erased, err := s.erased(r.known.record.Meta().Subject, r.known.key)
	if err != nil {
		return nil, false, fmt.Errorf("read %s %s: %w", kind, r.id, err)
	}
	if erased { // promise 15
		rec, err = s.openAnew(kind, r)
		return rec, false, err
	}
	return r.known.record, true, nil
}

// heading is a record of which only the head is known.
type heading struct {
	bots.Head
	kind bots.RecordKind
}

// RecordKind implements [bots.Record].
func (h *heading) RecordKind() bots.RecordKind { return h.kind }

// openHeads opens rows of which only the heads were asked for.
func (s *Store) openHeads(kind bots.RecordKind, rows []row) ([]bots.Record, error) {
	records, heads := make([]bots.Record, len(rows)), make([]heading, len(rows))
	for i, r := range rows {
		h, err := s.headOf(kind, r)
		if err != nil {
			return nil, err
		}
		heads[i] = heading{h, kind}
		records[i] = &heads[i]
	}
	return records, nil
}

func (s *Store) erased(subject string, key vault.KeyID) (bool, error) {
	if subject == "" {
		return false, nil
	}
	held, err := s.vault.Holds(subject, key)
	return !held, err
}

// openAnew decodes a value and remembers what it says. Events are not remembered: they are
// read once.
func (s *Store) openAnew(kind bots.RecordKind, r row) (bots.Record, error) {
	turn := s.memo.turn()
	rec, err := decode(s.vault, kind, r.id, r.value)
	if err != nil || rec.Meta().Erased || kind == bots.KindEvent {
		return rec, err
	}
	known := &remembered{value: r.value, record: s.memo.copier.copy(rec), head: headOf(rec), key: sealedBy(r.value)}
	s.memo.keep(kind, known, turn)
	return rec, nil
}

func (s *Store) openAll(kind bots.RecordKind, rows []row) ([]bots.Record, error) {
	if len(rows) > 0 && rows[0].head != nil {
		return s.openHeads(kind, rows)
	}
	records := make([]bots.Record, len(rows))
	for i, r := range rows {
		var err error
		if records[i], err = s.open(kind, r); err != nil {
			return nil, err
		}
	}
	return records, nil
}

const (
	usualPage = 100
	largePage = 1000
)

// list finds one page. Where an index serves the query it walks that; otherwise it
// walks the kind and keeps what fits.
func (s *Store) list(tx *bolt.Tx, q record.Query) ([]row, error) {
	if _, err := record.New(q.Kind); err != nil {
		return nil, err
	}
	switch {
	case q.Limit <= 0:
		q.Limit = usualPage
	case q.Limit > largePage:
		q.Limit = largePage
	}
	if !q.DueBefore.IsZero() {
		if q.After != "" {
			return nil, fmt.Errorf("list %s: DueBefore and After do not go together", q.Kind)
		}
		return s.listDue(tx, q)
	}
	return s.listByID(tx, q)
}

func (s *Store) listByID(tx *bolt.Tx, q record.Query) ([]row, error) {
	index := tx.Bucket(bucketIndex)
	m := &mergeWalk{newest: q.Newest}
	switch {
	case q.Kind == bots.KindEvent && (q.Stream != "" || q.State != "" && q.State != bots.EventDecided):
		m.add(walkEvents(tx, q)...)
	case listed(q.Kind) && q.Stream != "" && q.State != "":
		m.add(walkOne(index, prefix(streamIndex, q.Kind, q.Stream, q.State), q))
	case listed(q.Kind) && q.Stream != "":
		m.add(walkEach(index, prefix(streamIndex, q.Kind, q.Stream), q)...)
	case listed(q.Kind) && q.State != "" && q.Kind != bots.KindEvent:
		m.add(walkOne(index, prefix(stateIndex, q.Kind, q.State), q))
	default:
		m.add(walkOne(tx.Bucket(recordsOf(q.Kind)), recordPrefix(q.Kind), q))
	}
	return s.gatherRows(tx, q, m)
}

// gatherRows reads the records of a walk until the page is full.
func (s *Store) gatherRows(tx *bolt.Tx, q record.Query, w walker) ([]row, error) {
	rows := make([]row, 0, min(q.Limit, 8))
	find := finder{tx: tx}
	for next := w.id(); next != nil && len(rows) < q.Limit; next = w.id() {
		id := string(next)
		value := find.value(q.Kind, id)
		state, stream, ok := peek(value)
		if !ok {
			return nil, fmt.Errorf("list %s: %s: %w", q.Kind, id, record.ErrDamaged)
		}
		if fits(q, state, stream) {
			r, err := s.rowFor(q, id, value)
			if err != nil {
				return nil, err
			}
			rows = append(rows, r)
		}
		w.step()
	}
	return rows, nil
}

// rowFor takes as much of a value out of its transaction as a query asks for.
func (s *Store) rowFor(q record.Query, id string, value []byte) (row, error) {
	if !q.Heads {
		return s.rowOf(q.Kind, id, value), nil
	}
	if known := s.memo.recall(q.Kind, id, value); known != nil {
		return row{id: id, head: known.head, key: known.key}, nil
	}
	h, _, err := decodeHead(id, value)
	if err != nil {
		return row{}, fmt.Errorf("list %s: %s: %w", q.Kind, id, err)
	}
	return row{id: id, head: h, key: sealedBy(value)}, nil
}

func fits(q record.Query, state, stream []byte) bool {
	return (q.State == "" || string(state) == q.State) && (q.Stream == "" || string(stream) == q.Stream)
}

// walker goes through ids in one direction. id returns nil at the end, and a slice
// that holds until the next step.
type walker interface {
	id() []byte
	step()
}

// oneWalk goes through the keys that begin with a prefix; the rest of a key is an id.
type oneWalk struct {
	c      *bolt.Cursor
	prefix []byte
	key    []byte
	value  []byte
	above  string            // only keys above this one
	keep   func([]byte) bool // nil: every value
	newest bool
}

func walkOne(b *bolt.Bucket, prefix []byte, q record.Query) *oneWalk {
	w := &oneWalk{c: b.Cursor(), prefix: prefix, newest: q.Newest}
	if q.Newest {
		w.startNewest(q.After)
		return w
	}
	at := append(bytes.Clone(prefix), q.After...)
	w.key, w.value = w.c.Seek(at)
	if q.After != "" && bytes.Equal(w.key, at) {
		w.step()
	}
	return w
}

// startNewest stands on the last key before the end of the range.
func (w *oneWalk) startNewest(before string) {
	end := append(bytes.Clone(w.prefix), before...)
	if before == "" {
		end = behind(w.prefix)
	}
	if end == nil {
		w.key, w.value = w.c.Last()
		return
	}
	if k, _ := w.c.Seek(end); k == nil {
		w.key, w.value = w.c.Last()
		return
	}
	w.key, w.value = w.c.Prev()
}

// behind is the first key after all that begin with a prefix; nil: there is none.
func behind(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return nil
}

func (w *oneWalk) id() []byte {
	if w.key == nil || !bytes.HasPrefix(w.key, w.prefix) || string(w.key) <= w.above {
		return nil
	}
	return w.key[len(w.prefix):]
}

func (w *oneWalk) step() {
	for {
		if w.newest {
			w.key, w.value = w.c.Prev()
		} else {
			w.key, w.value = w.c.Next()
		}
		if w.fits() {
			return
		}
	}
}

// only leaves out values that keep refuses.
func (w *oneWalk) only(keep func(value []byte) bool) {
	w.keep = keep
	if !w.fits() {
		w.step()
	}
}

func (w *oneWalk) fits() bool { return w.keep == nil || w.id() == nil || w.keep(w.value) }

// mergeWalk merges a few walks into one order.
type mergeWalk struct {
	walks  []*oneWalk
	newest bool
}

func (m *mergeWalk) add(walks ...*oneWalk) { m.walks = append(m.walks, walks...) }

// walkEach gives one walk for each state found behind a prefix.
func walkEach(b *bolt.Bucket, prefix []byte, q record.Query) []*oneWalk {
	var walks []*oneWalk
	for _, p := range statesUnder(b, prefix) {
		walks = append(walks, walkOne(b, p, q))
	}
	return walks
}

// statesUnder returns the prefix of each state behind a prefix, skipping from one to
// the next.
func statesUnder(b *bolt.Bucket, prefix []byte) [][]byte {
	var found [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); {
		p := append(bytes.Clone(prefix), upTo(k[len(prefix):])...)
		p = append(p, sep)
		found = append(found, p)
		k, _ = c.Seek(behind(p))
	}
	return found
}

func (m *mergeWalk) id() []byte {
	if w := m.first(); w != nil {
		return w.id()
	}
	return nil
}

func (m *mergeWalk) step() {
	if w := m.first(); w != nil {
		w.step()
	}
}

func (m *mergeWalk) first() (best *oneWalk) {
	for _, w := range m.walks {
		id := w.id()
		if id == nil {
			continue
		}
		if best == nil || (bytes.Compare(id, best.id()) < 0) != m.newest {
			best = w
		}
	}
	return best
}

// listDue walks what is due, soonest first. A query without a state merges the states.
func (s *Store) listDue(tx *bolt.Tx, q record.Query) ([]row, error) {
	index, forward := tx.Bucket(bucketIndex), record.Query{Kind: q.Kind}
	m := &mergeWalk{}
	if q.State != "" {
		m.add(walkOne(index, prefix(dueIndex, q.Kind, q.State), forward))
	} else {
		m.add(walkEach(index, prefix(dueIndex, q.Kind), forward)...)
	}
	return s.gatherRows(tx, q, &dueWalk{mergeWalk: m, until: dueBytes(q.DueBefore)})
}

// dueWalk drops the moment that leads each key, and ends behind a bound.
type dueWalk struct {
	*mergeWalk
	until []byte
}

func (d *dueWalk) id() []byte {
	k := d.mergeWalk.id()
	if len(k) < dueSize || bytes.Compare(k[:dueSize], d.until) > 0 {
		return nil
	}
	return k[dueSize:]
}

// headIn reads the head in a stored value.
func (s *Store) headIn(value []byte, kind bots.RecordKind, id string) (bots.Head, error) {
	if value == nil {
		return bots.Head{}, notFound(kind, id)
	}
	r, err := s.rowFor(record.Query{Kind: kind, Heads: true}, id, value)
	if err != nil {
		return bots.Head{}, err
	}
	return s.headOf(kind, r)
}

// headOf is the head of a row, with what is to be said of its body.
func (s *Store) headOf(kind bots.RecordKind, r row) (bots.Head, error) {
	erased, err := s.erased(r.head.Subject, r.key)
	if err != nil {
		return bots.Head{}, fmt.Errorf("read %s %s: %w", kind, r.id, err)
	}
	h := r.head.Head
	h.Erased = erased
	return h, nil
}

// sealedBy is the key a row's body is sealed with.
func (r *row) sealedBy() vault.KeyID {
	if r.known != nil {
		return r.known.key
	}
	return sealedBy(r.value)
}
