package boltstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// group is what one commit makes durable.
type group struct {
	requests []*request
	done     chan struct{} // closed when every request has its result; nil: its caller commits
}

// request is one caller's part of a group.
type request struct {
	change func(*batch) error
	state  atomic.Uint32
	err    error
}

const (
	waiting = iota
	started
	abandoned
)

var errNested = errors.New("a change of the store was started inside another: use the Tx it was given")

var errGoexit = errors.New("the change ended its goroutine (a test's Fatal inside a closure does that)")

// Update implements [record.Store]. A context that ends before the change has begun
// takes it back; from then on Update waits for the outcome.
func (s *Store) Update(ctx context.Context, change func(record.Tx) error) error {
	if err := s.admit(ctx); err != nil {
		return err
	}
	if !s.busy() { // nobody waits for a lone caller's decoding and encoding
		return s.join(ctx, func(b *batch) error { return b.run(change) })
	}
	r, err := s.rehearse(change)
	if err != nil || r != nil && !r.changes() {
		return err
	}
	return s.join(ctx, func(b *batch) error { return b.rerun(r, change) })
}

func (s *Store) submit(ctx context.Context, change func(*batch) error) error {
	if err := s.admit(ctx); err != nil {
		return err
	}
	return s.join(ctx, change)
}

func (s *Store) admit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.inChange.Load() > 0 && s.isInChange() {
		return errNested
	}
	return nil
}

// join makes a change part of the next group and waits for its outcome.
func (s *Store) join(ctx context.Context, change func(*batch) error) error {
	r := &request{change: change}
	g, alone, err := s.enqueue(r)
	switch {
	case err != nil:
		return err
	case alone:
		s.commitAlone(g)
		return r.err
	}
	select {
	case <-g.done:
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, abandoned) {
			return ctx.Err()
		}
		<-g.done
	}
	return r.err
}

// enqueue adds a request to the next group. When nothing is being written the caller
// gets the writer's role for a group of its own: a lone caller then waits for no other
// goroutine.
func (s *Store) enqueue(r *request) (g *group, alone bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, false, record.ErrClosed
	}
	if !s.writing {
		s.writing = true
		return &group{requests: []*request{r}}, true, nil
	}
	s.next.requests = append(s.next.requests, r)
	return s.next, false, nil
}

// commitAlone commits a caller's own change in its own goroutine, and passes the role
// on to the writer when others have queued meanwhile.
func (s *Store) commitAlone(g *group) {
	defer func() {
		if !s.rest() {
			s.wake <- struct{}{}
		}
	}()
	s.commit(g)
}

// rest gives the writer's role up when nobody waits.
func (s *Store) rest() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.next.requests) > 0 {
		return false
	}
	s.writing = false
	if s.closed {
		close(s.idle)
	}
	return true
}

// busy says whether somebody is writing.
func (s *Store) busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writing
}

// isInChange says whether it is called, however deep, by a change. It is only asked while one runs.
func (s *Store) isInChange() bool {
	var pcs [128]uintptr
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		for _, pc := range pcs[:n] {
			if f := runtime.FuncForPC(pc); f != nil && slices.Contains(s.runners, f.Entry()) {
				return true
			}
		}
		if n < len(pcs) {
			return false
		}
	}
}

// write is the writer for everybody who had to queue.
func (s *Store) write() {
	finished := false
	defer func() {
		if finished {
			close(s.ended)
			return
		}
		go s.write() // a change called runtime.Goexit: its group was answered, go on
		s.wake <- struct{}{}
	}()
	for range s.wake {
		for last := 0; ; {
			s.gather(last)
			if g := s.take(); g != nil {
				last = len(g.requests)
				s.commit(g)
			} else if s.rest() {
				break
			}
		}
	}
	finished = true
}

// patience is how often the writer yields for callers that are on their way: some 50
// microseconds, a tenth of a commit, when nothing else wants the processor.
const patience = 300

// gather yields, so that the callers whom the last commit has set free can queue their
// next change: a fuller group shares the same two syncs. It waits for no timer, and for
// no more callers than were set free; nor, once somebody has queued, for those who are still
// deciding, who go on while it writes.
func (s *Store) gather(freed int) {
	want := s.queued() + freed
	runtime.Gosched()
	for y := 0; y < patience && s.queued() < want; y++ {
		if s.inChange.Load() > 0 && s.queued() > 0 {
			return
		}
		runtime.Gosched()
	}
}

func (s *Store) queued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.next.requests)
}

// take starts a new group; nil when nobody has queued.
func (s *Store) take() *group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.next
	if len(g.requests) == 0 {
		return nil
	}
	s.next = &group{requests: make([]*request, 0, len(g.requests)), done: make(chan struct{})}
	return g
}

// commit runs a group's changes and answers its callers only when they are durable.
func (s *Store) commit(g *group) {
	err := errGoexit
	defer func() { s.answer(g, err) }()
	err = s.commitAll(g)
}

func (s *Store) answer(g *group, err error) {
	if err != nil {
		s.log.Error("nothing was stored", "changes", len(g.requests), "error", err)
	}
	for _, r := range g.requests {
		if err != nil && r.err == nil { // promise 5
			r.err = err
		}
	}
	if g.done != nil {
		close(g.done)
	}
}

func (s *Store) commitAll(g *group) error {
	tx, err := s.db.Begin(true)
	if err != nil {
		return failed(err)
	}
	defer tx.Rollback() // of no effect after a commit
	s.ahead.prepare(tx, len(g.requests))
	b := newBatch(s, tx)
	for _, r := range g.requests {
		if r.state.CompareAndSwap(waiting, started) {
			r.err = b.apply(r.change)
		}
	}
	if b.broken != nil {
		return failed(b.broken)
	}
	if !b.dirty {
		return nil
	}
	return failed(b.seal())
}

func failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		return record.ErrClosed
	}
	return fmt.Errorf("%w: %w", record.ErrFull, err)
}

// batch is a group being applied to one transaction.
type batch struct {
	s     *Store
	tx    *bolt.Tx
	find  finder
	dirty bool
	// broken is an error of the database itself: nothing of the group can be kept.
	broken error
	undo   []undo
	was    meta // as the group found it
	meta   meta
	audits []auditLine // of the change that runs
}

// undo is what stood under a key before.
type undo struct {
	bucket     *bolt.Bucket
	key, value []byte
}

func newBatch(s *Store, tx *bolt.Tx) *batch {
	for _, name := range ordered {
		tx.Bucket(name).FillPercent = fill
	}
	m := readMeta(tx)
	return &batch{s: s, tx: tx, find: finder{tx: tx}, was: m, meta: m}
}

// apply runs one change; when it fails, everything it did is undone.
func (b *batch) apply(change func(*batch) error) (err error) {
	meta := b.meta
	b.undo, b.audits = b.undo[:0], nil
	err = b.s.guarded(func() error { return change(b) })
	if err == nil && len(b.audits) > 0 { // promise 14
		err = b.appendAudits()
	}
	if err == nil {
		b.dirty = b.dirty || len(b.undo) > 0
		return nil
	}
	b.meta = meta
	for i := len(b.undo) - 1; i >= 0; i-- {
		b.restore(b.undo[i])
	}
	return err
}

func (b *batch) restore(u undo) {
	var err error
	if u.value == nil {
		err = u.bucket.Delete(u.key)
	} else {
		err = u.bucket.Put(u.key, u.value)
	}
	if err != nil {
		b.broken = err
	}
}

// put and drop change one key and remember what stood there.
func (b *batch) put(bucket *bolt.Bucket, key, value []byte) error {
	b.undo = append(b.undo, undo{bucket, key, bucket.Get(key)})
	return bucket.Put(key, value)
}

// insert puts a key that is known to be new.
func (b *batch) insert(bucket *bolt.Bucket, key, value []byte) error {
	return b.replace(bucket, key, nil, value)
}

// replace puts a key of which it is known what stands there; nil: nothing.
func (b *batch) replace(bucket *bolt.Bucket, key, was, value []byte) error {
	b.undo = append(b.undo, undo{bucket, key, was})
	return bucket.Put(key, value)
}

func (b *batch) drop(bucket *bolt.Bucket, key []byte) error {
	old := bucket.Get(key)
	if old == nil {
		return nil
	}
	b.undo = append(b.undo, undo{bucket, key, old})
	return bucket.Delete(key)
}

// seal makes the keys durable first, then everything that needs them.
func (b *batch) seal() error {
	if err := b.s.vault.Flush(); err != nil {
		return err
	}
	if err := b.s.keys.enter(b.tx.Bucket(bucketKeys)); err != nil {
		return err
	}
	if err := b.indexYoung(); err != nil {
		return err
	}
	if err := b.meta.write(b.tx, b.was); err != nil {
		return err
	}
	if err := b.tx.Commit(); err != nil {
		return err
	}
	b.s.keys.committed()
	return nil
}

// Erase implements [record.Store]. It runs in its turn among the changes: what was
// sealed before is gone, what comes after gets a fresh key.
func (s *Store) Erase(ctx context.Context, subject string) error {
	if subject == "" {
		return errors.New("erase: no subject")
	}
	return s.submit(ctx, func(b *batch) error {
		if err := b.s.vault.Destroy(subject); err != nil {
			b.broken = err
			return err
		}
		s.memo.forget(subject)
		b.dirty = true
		return nil
	})
}

var _ record.Tx = (*txn)(nil)

// txn is what one change sees. It ends with the change.
type txn struct {
	b      *batch
	failed error // an audit entry that cannot be stored
	over   bool
}

var errOver = errors.New("a Tx was used after its change had ended")

func (b *batch) run(change func(record.Tx) error) error {
	t := &txn{b: b}
	b.s.inChange.Add(1)
	defer func() { b.s.inChange.Add(-1); t.over = true }()
	return errors.Join(change(t), t.failed)
}

// Get implements [record.Tx].
func (t *txn) Get(kind bots.RecordKind, id string) (bots.Record, error) {
	if t.over {
		return nil, errOver
	}
	s := t.b.s
	return s.open(kind, s.rowOf(kind, id, t.b.find.value(kind, id)))
}

// View implements [record.View].
func (t *txn) View(kind bots.RecordKind, id string) (bots.Record, error) {
	if t.over {
		return nil, errOver
	}
	s := t.b.s
	r, _, err := s.look(kind, s.rowOf(kind, id, t.b.find.value(kind, id)))
	return r, err
}

// Head reads the head of a record alone; see [record.HeadOf].
func (t *txn) Head(kind bots.RecordKind, id string) (bots.Head, error) {
	if t.over {
		return bots.Head{}, errOver
	}
	return t.b.s.headIn(t.b.find.value(kind, id), kind, id)
}

// List implements [record.Tx].
func (t *txn) List(q record.Query) ([]bots.Record, error) {
	if t.over {
		return nil, errOver
	}
	rows, err := t.b.s.list(t.b.tx, q)
	if err != nil {
		return nil, err
	}
	return t.b.s.openAll(q.Kind, rows)
}

// Put implements [record.Tx].
func (t *txn) Put(r bots.Record) error {
	if t.over {
		return errOver
	}
	return t.b.putRecord(r)
}

// Delete implements [record.Tx].
func (t *txn) Delete(kind bots.RecordKind, id string) error {
	if t.over {
		return errOver
	}
	return t.b.deleteRecord(kind, id)
}

// Audit implements [record.Tx].
func (t *txn) Audit(e record.AuditEntry) {
	if t.over {
		return
	}
	line, err := encodeAudit(e)
	if err != nil {
		t.failed = err
	}
	t.b.audits = append(t.b.audits, line)
}
