package boltstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	bolt "go.etcd.io/bbolt"

	"netpatrol/internal/vault"
)

// keyFile keeps wrapped keys in slots of one size in a file of their own, and which
// subject has which slot in the database. A slot is written before the commit that
// points to it, and destroyed by writing zeroes over it: no copy of a key stays behind
// in freed pages, whatever the size of the file. A slot never crosses a sector.
type keyFile struct {
	file *os.File
	db   *bolt.DB

	mu      sync.Mutex
	pending map[string]uint64 // slots whose entry the next commit writes
}

const (
	slotSize    = 64
	wrappedSize = 60
)

var _ vault.Keys = (*keyFile)(nil)

func openKeyFile(path string, db *bolt.DB) (*keyFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open key file: %w", err)
	}
	k := &keyFile{file: f, db: db, pending: map[string]uint64{}}
	if err := k.belongs(path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return k, nil
}

// belongs refuses a key file that is empty although the store has keys in it: new keys would
// take the places of those that are lost, and the right file could not be brought back.
func (k *keyFile) belongs(path string) error {
	there, err := k.file.Stat()
	if err != nil || there.Size() > 0 {
		return err
	}
	return k.db.View(func(tx *bolt.Tx) error {
		var subject []byte
		if damaged := whole(func() { subject, _ = tx.Bucket(bucketKeys).Cursor().First() }); damaged != nil {
			return damaged
		}
		if subject != nil {
			return fmt.Errorf("%s is empty, but this store has keys in it: bring back the key file that belongs to this store", path)
		}
		return nil
	})
}

// Load implements [vault.Keys].
func (k *keyFile) Load(subject string) ([]byte, bool, error) {
	slot, found, err := k.slot(subject)
	if err != nil || !found {
		return nil, false, err
	}
	raw := make([]byte, slotSize)
	_, err = k.file.ReadAt(raw, int64(slot)*slotSize)
	if errors.Is(err, io.EOF) {
		return nil, false, fmt.Errorf("key file ends before slot %d: bring back the key file that belongs to this store", slot)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read key file: %w", err)
	}
	if [slotSize]byte(raw) == [slotSize]byte{} {
		return nil, false, nil
	}
	return raw[:wrappedSize], true, nil
}

func (k *keyFile) slot(subject string) (slot uint64, found bool, err error) {
	k.mu.Lock()
	slot, found = k.pending[subject]
	k.mu.Unlock()
	if found {
		return slot, true, nil
	}
	err = k.db.View(func(tx *bolt.Tx) error {
		if v := tx.Bucket(bucketKeys).Get([]byte(subject)); v != nil {
			slot, found = binary.BigEndian.Uint64(v), true
		}
		return nil
	})
	return slot, found, err
}

// Save implements [vault.Keys]: all keys go out in one write and one sync.
func (k *keyFile) Save(wrapped map[string][]byte) error {
	end, err := k.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	next := (uint64(end) + slotSize - 1) / slotSize
	slots := make(map[string]uint64, len(wrapped))
	raw := make([]byte, 0, len(wrapped)*slotSize)
	for subject, w := range wrapped {
		if len(w) != wrappedSize {
			return fmt.Errorf("a wrapped key is %d bytes, not %d", len(w), wrappedSize)
		}
		slots[subject] = next + uint64(len(raw)/slotSize)
		raw = append(append(raw, w...), 0, 0, 0, 0)
	}
	if _, err := k.file.WriteAt(raw, int64(next)*slotSize); err != nil {
		return errors.Join(err, k.file.Truncate(end))
	}
	if err := k.file.Sync(); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for subject, slot := range slots {
		k.pending[subject] = slot
	}
	return nil
}

// Destroy implements [vault.Keys]. The slot's entry stays, and leads to zeroes, until
// another key takes its place.
func (k *keyFile) Destroy(subject string) error {
	slot, found, err := k.slot(subject)
	if err != nil {
		return err
	}
	if found { // promise 15
		_, err = k.file.WriteAt(make([]byte, slotSize), int64(slot)*slotSize)
		return errors.Join(err, k.file.Sync())
	}
	return nil
}

// enter writes the entries of saved keys; committed forgets them once they are durable.
func (k *keyFile) enter(b *bolt.Bucket) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for subject, slot := range k.pending {
		if err := b.Put([]byte(subject), binary.BigEndian.AppendUint64(nil, slot)); err != nil {
			return err
		}
	}
	return nil
}

func (k *keyFile) committed() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.pending)
}

func (k *keyFile) Close() error { return k.file.Close() }
