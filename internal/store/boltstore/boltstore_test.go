package boltstore

import (
	"testing"

	"netpatrol/internal/record"
	"netpatrol/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(tb storetest.TB, dir string) record.Store {
		tb.Helper()
		s, err := Open(Options{Dir: dir, Create: true})
		if err != nil {
			tb.Fatalf("open: %v", err)
		}
		return s
	})
}

func openIn(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
