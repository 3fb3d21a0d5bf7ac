package bench

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	bolt "go.etcd.io/bbolt"

	"netpatrol/bots"
	"netpatrol/internal/store/boltstore"
)

// must ends the benchmark's process: a peer that fails has no speed.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// netpatrol accepts events: encodes, seals, checks the key, stores record, key, index. Each
// of the conversations has its vault key beforehand; a new one costs its group a sync more.
func netpatrol(b *testing.B, p *pairs) candidate {
	s, err := boltstore.Open(boltstore.Options{Dir: b.TempDir(), Create: true})
	must(err)
	b.Cleanup(func() { must(s.Close()) })
	known := make([]*bots.Event, atOnce)
	for n := range known {
		known[n] = p.event(n)
		known[n].Key = "known:" + known[n].Key
	}
	_, err = s.Accept(b.Context(), known)
	must(err)
	return candidate{"netpatrol", func(n int) {
		_, err := s.Accept(b.Context(), []*bots.Event{p.event(n)})
		must(err)
	}}
}

// seqKey is the peers' record key: in order of time, as long as an event's id.
func seqKey(n int) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 18, 26), uint64(n))
}

func openBolt(b *testing.B) *bolt.DB {
	db, err := bolt.Open(filepath.Join(b.TempDir(), "peer.db"), 0o600, nil)
	must(err)
	b.Cleanup(func() { must(db.Close()) })
	must(db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket([]byte("record"))
		must(err)
		_, err = tx.CreateBucket([]byte("dedupe"))
		return err
	}))
	return db
}

func boltPut(tx *bolt.Tx, id, key, value []byte) error {
	must(tx.Bucket([]byte("record")).Put(id, value))
	return tx.Bucket([]byte("dedupe")).Put(key, id)
}

// bareUpdate is one bbolt transaction a pair.
func bareUpdate(b *testing.B, p *pairs) candidate {
	db := openBolt(b)
	return candidate{"bbolt-update", func(n int) {
		id, key, value := seqKey(n), []byte(p.key(n)), p.value(n)
		must(db.Update(func(tx *bolt.Tx) error { return boltPut(tx, id, key, value) }))
	}}
}

// boltBatch is bbolt's own group commit, at its defaults.
func boltBatch(b *testing.B, p *pairs) candidate {
	db := openBolt(b)
	return candidate{"bbolt-batch", func(n int) {
		id, key, value := seqKey(n), []byte(p.key(n)), p.value(n)
		must(db.Batch(func(tx *bolt.Tx) error { return boltPut(tx, id, key, value) }))
	}}
}

// pebbleSync is an LSM tree whose log is synced before each answer.
func pebbleSync(b *testing.B, p *pairs) candidate {
	db, err := pebble.Open(b.TempDir(), &pebble.Options{Logger: quiet{}})
	must(err)
	b.Cleanup(func() { must(db.Close()) })
	return candidate{"pebble-sync", func(n int) {
		id, key, value := seqKey(n), []byte(p.key(n)), p.value(n)
		batch := db.NewBatch()
		must(batch.Set(append([]byte("r"), id...), value, nil))
		must(batch.Set(append([]byte("d"), key...), id, nil))
		must(batch.Commit(pebble.Sync))
		must(batch.Close())
	}}
}

type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(f string, _ ...any) {
	panic(f)
}

// appendLog is the floor: pairs appended to a file, one fdatasync for all that queued
// while the last one ran. It can find nothing again.
func appendLog(b *testing.B, p *pairs) candidate {
	f, err := os.Create(filepath.Join(b.TempDir(), "log"))
	must(err)
	l := &groupLog{file: f, next: &logGroup{done: make(chan struct{})}, wake: make(chan struct{}, 1)}
	go l.run()
	b.Cleanup(func() { close(l.wake); must(f.Close()) })
	return candidate{"append-log", func(n int) { l.put(seqKey(n), []byte(p.key(n)), p.value(n)) }}
}

type groupLog struct {
	file *os.File
	mu   sync.Mutex
	next *logGroup
	wake chan struct{}
}

type logGroup struct {
	bytes []byte
	done  chan struct{}
}

func (l *groupLog) put(parts ...[]byte) {
	l.mu.Lock()
	g := l.next
	first := len(g.bytes) == 0
	for _, p := range parts {
		g.bytes = append(binary.AppendUvarint(g.bytes, uint64(len(p))), p...)
	}
	l.mu.Unlock()
	if first {
		l.wake <- struct{}{}
	}
	<-g.done
}

func (l *groupLog) run() {
	var spare []byte
	for range l.wake {
		runtime.Gosched()
		l.mu.Lock()
		g := l.next
		l.next = &logGroup{bytes: spare[:0], done: make(chan struct{})}
		l.mu.Unlock()
		_, err := l.file.Write(g.bytes)
		must(err)
		must(syscall.Fdatasync(int(l.file.Fd())))
		spare = g.bytes
		close(g.done)
	}
}
