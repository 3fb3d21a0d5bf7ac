// Package boltstore keeps netpatrol's records in one bbolt file, for one process.
//
// Changes of many callers share a commit: one writer takes whatever queued while
// the last commit ran. There is no timer; a lone caller waits for nobody. A change
// that fails, panics or is refused is undone alone, the rest of its group goes on.
//
// While somebody writes, the others' changes are rehearsed: each caller runs its closure on a
// snapshot, up to the sealed bytes, and the writer only checks that what the closure read still
// stands and puts the bytes. Where it does not stand the writer runs the closure again. A
// closure that lists, or whose subject's key is not in memory, is run by the writer alone.
//
// What values decode to is remembered, up to some megabytes, and handed out as copies.
//
// # Failure model
//
// When Update or Accept returns nil, the change is on disk. When they return
// [record.ErrFull] nothing of it was stored, with one exception that no file can
// avoid: if the very last sync of a commit fails, the change may be found stored
// after a restart. Accept may be repeated (its keys are recognised), and an Update
// meets its own version. Nothing else is broken by a full disk: the next commit
// after space returns succeeds.
//
// A process that is killed loses only what had not been answered. Two processes
// cannot open one directory. The key file and the master key belong to the database:
// without them what is sealed cannot be read.
//
// A change started inside the closure of another is refused. Reads of the store
// inside a closure do not see the closure's writes: closures use their Tx.
package boltstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/bits"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/vault"
)

// The files of a store, in its directory.
const (
	DataFile   = "netpatrol.db"
	KeyFile    = "keys.db"
	MasterFile = "master.key"
)

// Options say where a store is and who may open it.
type Options struct {
	Dir string // made with mode 0700 when missing
	// Master opens the sealed bodies; nil: read from Dir/master.key.
	Master *vault.Master
	// Create makes the master key when Dir holds no store yet. Without it a missing
	// key is an error, so that a lost one is never silently replaced.
	Create bool
	Logger *slog.Logger // nil: silent
	// KeepEvents is for how long events are kept; 0: [KeepEvents].
	KeepEvents time.Duration
	// Wait bounds how long Open waits for another process to let go; 0: one second.
	Wait time.Duration
	// OpenFile opens the database file; nil: os.OpenFile. For tests of failing disks.
	OpenFile func(name string, flag int, perm os.FileMode) (*os.File, error)
}

// Store implements [record.Store].
type Store struct {
	db    *bolt.DB
	keys  *keyFile
	ahead *ahead
	vault *vault.Vault
	memo  memo
	spare sync.Pool // of *scratch
	log   *slog.Logger
	keep  time.Duration // of events

	mu      sync.Mutex
	next    *group // who queued while somebody writes
	writing bool   // somebody has the writer's role
	closed  bool
	idle    chan struct{} // closed when closed and the last change is written
	wake    chan struct{} // passes the role to the writer
	ended   chan struct{} // closed when the writer has ended

	inChange atomic.Int64 // how many changes run
	runners  []uintptr    // entries of the functions that run them
}

var _ record.Store = (*Store)(nil)

// Open opens or makes the store in a directory. It fails at once with a clear error
// when another process has it open.
func Open(o Options) (*Store, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Wait == 0 {
		o.Wait = time.Second
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("store directory: %w", err)
	}
	if o.Master == nil {
		var err error
		if o.Master, err = masterIn(o.Dir, o.Create); err != nil {
			return nil, err
		}
	}
	return open(o)
}

func masterIn(dir string, create bool) (*vault.Master, error) {
	path := filepath.Join(dir, MasterFile)
	if create && missing(path) && missing(filepath.Join(dir, DataFile)) {
		return vault.Create(path)
	}
	return vault.Load(path)
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

func open(o Options) (*Store, error) {
	fresh := missing(filepath.Join(o.Dir, DataFile))
	db, err := openDB(o)
	if err != nil {
		return nil, err
	}
	keys, err := openKeyFile(filepath.Join(o.Dir, KeyFile), db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	ahead, err := openAhead(filepath.Join(o.Dir, DataFile))
	if err != nil {
		return nil, errors.Join(err, keys.Close(), db.Close())
	}
	s := &Store{
		keep: cmp.Or(o.KeepEvents, KeepEvents),
		db:   db, keys: keys, ahead: ahead, log: o.Logger, next: &group{done: make(chan struct{})},
		idle: make(chan struct{}), wake: make(chan struct{}, 1), ended: make(chan struct{}),
		runners: []uintptr{reflect.ValueOf((*Store).commit).Pointer(), reflect.ValueOf((*Store).rehearse).Pointer()},
	}
	if fresh {
		err = syncDir(o.Dir)
	}
	if err == nil {
		s.vault, err = vault.New(o.Master, keys)
	}
	if err == nil {
		err = s.checkMaster()
	}
	if err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	go s.write()
	return s, nil
}

func openDB(o Options) (*bolt.DB, error) {
	path := filepath.Join(o.Dir, DataFile)
	var db *bolt.DB
	var err error
	damaged := whole(func() {
		if db, err = openFile(path, o); err == nil {
			err = makeBuckets(db)
		}
	})
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return nil, fmt.Errorf("another netpatrol process uses %s: stop it first, or talk to it over its socket", o.Dir)
	case damaged != nil: // closing it might write
		return nil, fmt.Errorf("open %s: %w", path, damaged)
	case err != nil && db != nil:
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", path, err), db.Close())
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", path, notAStore(err))
	}
	return db, nil
}

func openFile(path string, o Options) (*bolt.DB, error) {
	return bolt.Open(path, 0o600, &bolt.Options{
		Timeout:      o.Wait,
		FreelistType: bolt.FreelistMapType,
		// A reader holds the map: with room to grow it never makes the writer wait.
		InitialMmapSize: mapSize(),
		NoStatistics:    true,
		OpenFile:        o.OpenFile,
	})
}

// notAStore joins what bolt says of a file that none of its versions wrote so with our own word for it.
func notAStore(err error) error {
	for _, is := range []error{berrors.ErrInvalid, berrors.ErrChecksum, berrors.ErrVersionMismatch} {
		if errors.Is(err, is) {
			return fmt.Errorf("%w: %w", record.ErrDamaged, err)
		}
	}
	return err
}

// makeBuckets writes nothing when they are there, so that a start costs no sync.
func makeBuckets(db *bolt.DB) error {
	complete := true
	err := db.View(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			complete = complete && tx.Bucket(name) != nil
		}
		return nil
	})
	if err != nil || complete {
		return err
	}
	return db.Update(func(tx *bolt.Tx) error {
		for _, name := range buckets {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
}

// mapSize is address space, not memory: 64 GiB where there is plenty.
func mapSize() int {
	if bits.UintSize < 64 {
		return 512 << 20
	}
	return 64 << (bits.UintSize - 34)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// checkMaster refuses a master key that is not the one this store was made with, before
// anything is written under it.
func (s *Store) checkMaster() error {
	tag := []byte(s.vault.Tag("store", "master"))
	var known string
	err := s.db.View(func(tx *bolt.Tx) error {
		known = string(tx.Bucket(bucketMeta).Get(metaMaster))
		return nil
	})
	switch {
	case err != nil:
		return err
	case known == "":
		return s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket(bucketMeta).Put(metaMaster, tag) })
	case known != string(tag):
		return errors.New("the master key is not the one this store was made with: bring back its own")
	}
	return nil
}

// Vault returns the vault the store seals with. Who seals with it outside the store
// must call [Store.FlushKeys] before keeping what was sealed.
func (s *Store) Vault() *vault.Vault { return s.vault }

// FlushKeys makes keys durable that were made outside a change.
func (s *Store) FlushKeys(ctx context.Context) error {
	return s.submit(ctx, func(b *batch) error { b.dirty = true; return nil })
}

// Close waits for the changes under way, refuses later ones, and closes the files.
// It may be called again.
func (s *Store) Close() error {
	s.mu.Lock()
	again := s.closed
	if s.closed = true; !again && !s.writing {
		close(s.idle)
	}
	s.mu.Unlock()
	<-s.idle
	if again {
		return nil
	}
	close(s.wake)
	<-s.ended
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	return errors.Join(s.db.Close(), s.keys.Close(), s.ahead.Close())
}

// Get implements [record.Reader].
func (s *Store) Get(ctx context.Context, kind bots.RecordKind, id string) (bots.Record, error) {
	var found row
	err := s.view(ctx, func(tx *bolt.Tx) error {
		f := finder{tx: tx}
		found = s.rowOf(kind, id, f.value(kind, id))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.open(kind, found)
}

// absent says that a record is not there, which many ask without wanting to read it.
type absent struct {
	kind bots.RecordKind
	id   string
}

func (a *absent) Error() string { return fmt.Sprintf("%s %s: %s", a.kind, a.id, record.ErrNotFound) }
func (a *absent) Unwrap() error { return record.ErrNotFound }

func notFound(kind bots.RecordKind, id string) error { return &absent{kind, id} }

func lookup(tx *bolt.Tx, kind bots.RecordKind, id string) []byte {
	f := finder{tx: tx}
	return f.value(kind, id)
}

// List implements [record.Reader]. Bodies are opened after the read transaction, so
// that a slow page never holds back the reuse of freed pages.
func (s *Store) List(ctx context.Context, q record.Query) ([]bots.Record, error) {
	var rows []row
	err := s.view(ctx, func(tx *bolt.Tx) (err error) {
		rows, err = s.list(tx, q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.openAll(q.Kind, rows)
}

func (s *Store) view(ctx context.Context, read func(*bolt.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := s.db.View(read)
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return record.ErrClosed
	}
	return err
}
