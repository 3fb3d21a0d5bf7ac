package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// TestDiskThatIsReallyFull runs on a small file system of its own, where writes fail
// half-way through a commit. It needs the right to mount one.
func TestDiskThatIsReallyFull(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=6m"); err != nil {
		t.Skipf("mounting a small file system: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stored := fillUp(t, s)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Accept(t.Context(), []*bots.Event{heard("after", "")}); err != nil {
		t.Errorf("after space returned: %v", err)
	}
	events, err := s.List(t.Context(), record.Query{Kind: bots.KindEvent, Limit: 1000})
	if err != nil || len(events) != stored+1 {
		t.Errorf("%d events, %v, want the %d answered ones", len(events), err, stored+1)
	}
	checkSound(t, s)
}

// fillUp accepts events, each with a new vault key, until the disk is full, and then makes
// sure that it stays an error and that everything answered can be read.
func fillUp(t *testing.T, s *Store) (stored int) {
	t.Helper()
	for failures := 0; failures < 3; {
		e := heard(fmt.Sprint("k", stored, "-", failures), strings.Repeat("x", 20_000))
		e.Subject = e.Key
		_, err := s.Accept(t.Context(), []*bots.Event{e})
		switch {
		case err == nil:
			stored++
		case !errors.Is(err, record.ErrFull):
			t.Fatalf("after %d events: %v, want ErrFull", stored, err)
		default:
			failures++
		}
		if stored > 1000 {
			t.Fatal("the disk never fills up")
		}
	}
	return stored
}
