package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"netpatrol/internal/record"
)

// TestADamagedFileIsCalledDamaged changes one byte at a time, in every page's header and in the keys of the audit
// chain, and wants a fault or an error that says so: no panic, and no check without end.
func TestADamagedFileIsCalledDamaged(t *testing.T) {
	dir := t.TempDir()
	sound, places := soundFile(t, dir)
	path := filepath.Join(dir, DataFile)
	named := 0
	for _, at := range places {
		harmed := append([]byte(nil), sound...)
		harmed[at] ^= 1 << 7
		// A new file each time: one that did not let itself be opened stays locked.
		if err := errors.Join(os.Remove(path), os.WriteFile(path, harmed, 0o600)); err != nil {
			t.Fatal(err)
		}
		if checkedDamaged(t, dir, fmt.Sprintf("byte %d", at)) {
			named++
		}
	}
	if named < len(places)/3 {
		t.Errorf("%d of %d changed bytes were noticed; the rest must lie in pages that hold nothing", named, len(places))
	}
}

// soundFile makes a store and says where to harm it.
func soundFile(t *testing.T, dir string) (file []byte, places []int) {
	t.Helper()
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	furnish(t, s)
	var used int
	raw(t, s, func(tx *bolt.Tx) error {
		for id := 0; ; id++ {
			p, err := tx.Page(id)
			if err != nil || p == nil {
				return err
			}
			used = id + 1
		}
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if file, err = os.ReadFile(filepath.Join(dir, DataFile)); err != nil {
		t.Fatal(err)
	}
	size := os.Getpagesize()
	for page := range used {
		for _, field := range []int{0, 8, 10, 12, 17, 21, 25} { // id, flags, count, overflow; the first element
			places = append(places, page*size+field)
		}
		for at := page * size; at < (page+1)*size-9; at++ {
			if number(file[at:at+8]) == 1 && file[at+8] == '{' { // the key of an audit entry
				places = append(places, at)
			}
		}
	}
	return file, places
}

func checkedDamaged(t *testing.T, dir, what string) bool {
	t.Helper()
	s, err := Open(Options{Dir: dir, Wait: 10 * time.Second})
	if err != nil {
		if !errors.Is(err, record.ErrDamaged) {
			t.Errorf("%s: opening it says %v", what, err)
		}
		return true
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c, err := s.Check(ctx)
	if err != nil {
		t.Errorf("%s: the check says %v", what, err)
	}
	_ = whole(func() { _ = s.Close() }) // also of a file that does not let itself be closed
	return err == nil && len(c.Problems) > 0
}
