package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"runtime/debug"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// rehearsal is a change made on a snapshot, by its own caller: everything is decoded, decided,
// encoded and sealed before the writer hears of it. The writer looks whether what the change has
// read still stands and puts the bytes; if it does not stand, the change is run again, by the
// writer.
type rehearsal struct {
	s       *Store
	find    finder
	turn    uint64 // of the memo, when it began
	touched []*touched
	room    []touched          // for the next ones
	index   map[place]*touched // of touched, when these are many
	writes  []*touched         // in the order of their first write
	raised  []raised           // records whose version the change has raised
	audits  []auditLine
	unfit   bool  // only the writer can run it
	failed  error // an audit entry that cannot be stored
	over    bool
}

// raised is the head of a record that was put, and the version it had before.
type raised struct {
	head    *bots.Head
	version uint64
}

type place struct {
	kind bots.RecordKind
	id   string
}

// touched is a record a rehearsal has read or written.
type touched struct {
	kind bots.RecordKind
	was  row   // in the snapshot
	old  *head // of was; nil: nothing was there
	made *made // nil: it was only read
}

// made is what a change makes of a record, and what the writer puts for it.
type made struct {
	now   row   // value nil: deleted
	head  *head // of now
	key   []byte
	moves moves
}

var errUnfit = errors.New("this change cannot be rehearsed: it runs again, in the writer")

// rehearse runs a change on what is committed now. It returns nil when only the writer can run
// it. When the change fails, that is its outcome: it saw one state of the store and changes
// nothing.
//
//go:noinline
func (s *Store) rehearse(change func(record.Tx) error) (*rehearsal, error) {
	tx, err := s.db.Begin(false)
	if err != nil {
		return nil, failed(err)
	}
	r := &rehearsal{s: s, find: finder{tx: tx}, turn: s.memo.turn(), touched: make([]*touched, 0, 24)}
	s.inChange.Add(1)
	defer func() {
		s.inChange.Add(-1)
		r.over = true
		_ = tx.Rollback() // a snapshot has nothing to lose
	}()
	err = s.guarded(func() error { return change(r) })
	if r.unfit {
		r.takeBack()
		return nil, nil
	}
	if err = errors.Join(err, r.failed); err == nil {
		r.prepare()
	}
	return r, err
}

// prepare makes what the writer will put beside the records.
func (r *rehearsal) prepare() {
	for _, t := range r.writes {
		if m := t.made; t.kind != bots.KindEvent && m.now.value != nil {
			m.key, m.moves = recordKey(t.kind, t.was.id), movesOf(t.kind, m.head, t.old)
		}
	}
}

// takeBack makes the records as they were given, so that the change can run again.
func (r *rehearsal) takeBack() {
	for i := len(r.raised) - 1; i >= 0; i-- {
		r.raised[i].head.Version = r.raised[i].version
	}
}

// guarded turns a panic into the error of its caller alone.
func (s *Store) guarded(change func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic in a change", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic in a change of the store: %v", p)
		}
	}()
	return change()
}

// changes says whether there is anything to write.
func (r *rehearsal) changes() bool { return len(r.writes)+len(r.audits) > 0 }

// touch finds a record, in the snapshot the first time.
func (r *rehearsal) touch(kind bots.RecordKind, id string) (*touched, error) {
	if t := r.known(kind, id); t != nil {
		return t, nil
	}
	t := r.blank()
	t.kind, t.was = kind, r.s.rowOf(kind, id, r.find.value(kind, id))
	switch {
	case t.was.known != nil:
		t.old = t.was.known.head
	case t.was.value != nil:
		var err error
		if t.old, _, err = decodeHead(id, t.was.value); err != nil {
			return nil, fmt.Errorf("read %s %s: %w", kind, id, err)
		}
	}
	if t.old != nil {
		if err := r.mayOpen(t.old.Subject); err != nil {
			return nil, err
		}
	}
	r.note(t)
	return t, nil
}

// blank is one of some that were made together.
func (r *rehearsal) blank() *touched {
	if len(r.room) == 0 {
		r.room = make([]touched, 8)
	}
	t := &r.room[0]
	r.room = r.room[1:]
	return t
}

// fewTouched is up to where looking at each is faster than a map.
const fewTouched = 32

func (r *rehearsal) known(kind bots.RecordKind, id string) *touched {
	if r.index != nil {
		return r.index[place{kind, id}]
	}
	for _, t := range r.touched {
		if t.was.id == id && t.kind == kind {
			return t
		}
	}
	return nil
}

func (r *rehearsal) note(t *touched) {
	r.touched = append(r.touched, t)
	if len(r.touched) == fewTouched {
		r.index = make(map[place]*touched, 2*fewTouched)
		for _, t := range r.touched {
			r.index[place{t.kind, t.was.id}] = t
		}
	} else if r.index != nil {
		r.index[place{t.kind, t.was.id}] = t
	}
}

// stands is the record as the change sees it, and its head.
func (t *touched) stands() (row, *head) {
	if t.made != nil {
		return t.made.now, t.made.head
	}
	return t.was, t.old
}

// Get implements [record.Tx].
func (r *rehearsal) Get(kind bots.RecordKind, id string) (bots.Record, error) {
	if r.over {
		return nil, errOver
	}
	t, err := r.touch(kind, id)
	if err != nil {
		return nil, err
	}
	now, _ := t.stands()
	return r.s.open(kind, now)
}

// View implements [record.View].
func (r *rehearsal) View(kind bots.RecordKind, id string) (bots.Record, error) {
	if r.over {
		return nil, errOver
	}
	t, err := r.touch(kind, id)
	if err != nil {
		return nil, err
	}
	now, _ := t.stands()
	rec, _, err := r.s.look(kind, now)
	return rec, err
}

// Head reads the head of a record alone; see [record.HeadOf].
func (r *rehearsal) Head(kind bots.RecordKind, id string) (bots.Head, error) {
	if r.over {
		return bots.Head{}, errOver
	}
	t, err := r.touch(kind, id)
	if err != nil {
		return bots.Head{}, err
	}
	now, h := t.stands()
	if h == nil {
		return bots.Head{}, notFound(kind, id)
	}
	return r.s.headOf(kind, row{id: id, head: h, key: now.sealedBy()})
}

// giveUp leaves the change to the writer.
func (r *rehearsal) giveUp() error {
	r.unfit = true
	return errUnfit
}

// mayOpen gives up when a subject's key would have to be read from the file: that is a read
// transaction of its own, and one inside another waits for ever when the file's map has to grow.
func (r *rehearsal) mayOpen(subject string) error {
	if subject != "" && !r.s.vault.Cached(subject) {
		return r.giveUp()
	}
	return nil
}

// List implements [record.Tx]. A list that holds the change's own writes is the writer's to give.
func (r *rehearsal) List(record.Query) ([]bots.Record, error) {
	if r.over {
		return nil, errOver
	}
	return nil, r.giveUp()
}

// Put implements [record.Tx].
func (r *rehearsal) Put(rec bots.Record) error {
	if r.over {
		return errOver
	}
	kind, meta := rec.RecordKind(), rec.Meta()
	if err := errors.Join(checkNames(kind, meta), r.mayOpen(meta.Subject)); err != nil {
		return err
	}
	t, err := r.touch(kind, meta.ID)
	if err != nil {
		return err
	}
	_, old := t.stands()
	if err := atVersion(kind, meta, old); err != nil {
		return err
	}
	h := nextHead(rec)
	value, known, err := r.s.encode(rec, h)
	if err != nil {
		return err
	}
	r.write(t, row{id: meta.ID, value: value, known: known}, h)
	r.raised = append(r.raised, raised{meta, meta.Version})
	meta.Version = h.Version
	return nil
}

// Delete implements [record.Tx].
func (r *rehearsal) Delete(kind bots.RecordKind, id string) error {
	if r.over {
		return errOver
	}
	t, err := r.touch(kind, id)
	if err != nil {
		return err
	}
	if _, old := t.stands(); old == nil {
		return notFound(kind, id)
	}
	r.write(t, row{id: id}, nil)
	return nil
}

func (r *rehearsal) write(t *touched, now row, h *head) {
	if t.made == nil {
		t.made = &made{}
		r.writes = append(r.writes, t)
	}
	t.made.now, t.made.head = now, h
}

// Audit implements [record.Tx].
func (r *rehearsal) Audit(e record.AuditEntry) {
	if r.over {
		return
	}
	line, err := encodeAudit(e)
	if err != nil {
		r.failed = err
	}
	r.audits = append(r.audits, line)
}

// holds says whether everything a rehearsal has read is still so, in the transaction it is to
// become part of.
func (b *batch) holds(r *rehearsal) bool {
	if r.turn != b.s.memo.turn() { // promise 15
		return false
	}
	for _, t := range r.touched {
		if !bytes.Equal(b.find.value(t.kind, t.was.id), t.was.value) { // promise 5
			return false
		}
	}
	return true
}

// rerun makes a rehearsed change part of the group, or runs it again where it must be.
func (b *batch) rerun(r *rehearsal, change func(record.Tx) error) error {
	switch {
	case r == nil:
		return b.run(change)
	case b.holds(r):
		return b.perform(r)
	}
	r.takeBack()
	return b.run(change)
}

// perform puts what a rehearsal has prepared.
func (b *batch) perform(r *rehearsal) error {
	for _, t := range r.writes {
		if err := b.performOne(t); err != nil {
			return err
		}
	}
	b.audits = r.audits
	return nil
}

func (b *batch) performOne(t *touched) error {
	m := t.made
	switch {
	case m.now.value != nil && t.kind == bots.KindEvent: // its entries depend on how young it is by now
		return b.placeAt(recordKey(t.kind, t.was.id), t.kind, m.head, t.was.value, m.now.value, b.moves(t.kind, m.head, t.old))
	case m.now.value != nil:
		return b.placeAt(m.key, t.kind, m.head, t.was.value, m.now.value, m.moves)
	case t.old != nil:
		return b.remove(t.kind, t.old)
	}
	return nil // made and deleted by the same change
}
