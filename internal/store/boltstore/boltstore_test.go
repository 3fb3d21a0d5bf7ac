package boltstore

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/store/storetest"
	"netpatrol/internal/vault"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	goleak.VerifyTestMain(m)
}

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
		checkSound(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// checkSound fails the test when the store it used is not sound.
func checkSound(t *testing.T, s *Store) {
	t.Helper()
	c, err := s.Check(context.Background())
	if errors.Is(err, record.ErrClosed) {
		return
	}
	if err != nil || len(c.Problems) > 0 {
		t.Errorf("check: %v, %s", err, strings.Join(c.Problems, "; "))
	}
}

func clue(id, subject, text string) *bots.Clue {
	return &bots.Clue{Head: bots.Head{ID: id, Subject: subject, Stream: "s", State: "open"}, Text: text}
}

func heard(key, text string) *bots.Event {
	return &bots.Event{Head: bots.Head{Stream: "s", Subject: "s"}, Key: key, Kind: bots.MessageHeard, Body: &bots.Heard{Text: text}}
}

func put(t *testing.T, s *Store, records ...bots.Record) {
	t.Helper()
	err := s.Update(t.Context(), func(tx record.Tx) error {
		for _, r := range records {
			if err := tx.Put(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPromise5_DuplicateIsNotStoredAgain(t *testing.T) {
	s := openIn(t, t.TempDir())
	for range 2 {
		if _, err := s.Accept(t.Context(), []*bots.Event{heard("k", "one")}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.List(t.Context(), record.Query{Kind: bots.KindEvent}); err != nil || len(got) != 1 {
		t.Errorf("%d events of one key, %v", len(got), err)
	}
}

// TestPromise14_DeedAndEntryCommitTogether holds for a deed that succeeds and one that fails.
func TestPromise14_DeedAndEntryCommitTogether(t *testing.T) {
	s := openIn(t, t.TempDir())
	for _, fails := range []error{nil, errors.New("meant to fail")} {
		err := s.Update(t.Context(), func(tx record.Tx) error {
			tx.Audit(record.AuditEntry{Did: "deed", On: bots.Target{Kind: bots.KindClue, ID: "a"}})
			return fails
		})
		if !errors.Is(err, fails) {
			t.Fatal(err)
		}
	}
	if got, err := s.AuditAfter(t.Context(), 0, 10); err != nil || len(got) != 1 {
		t.Errorf("one deed of two succeeded, %d entries, %v", len(got), err)
	}
}

func TestCallersShareACommit(t *testing.T) {
	const callers = 50
	s := openIn(t, t.TempDir())
	before := txID(t, s)
	var wg sync.WaitGroup
	write := func(n int, first func()) {
		wg.Go(func() {
			err := s.Update(t.Context(), func(tx record.Tx) error {
				first()
				return tx.Put(clue(string(rune('A'+n)), "", ""))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	begun := make(chan struct{})
	write(0, func() { // it holds its commit until all others have queued
		close(begun)
		for s.queued() < callers-1 {
			runtime.Gosched()
		}
	})
	<-begun
	for n := 1; n < callers; n++ {
		write(n, func() {})
	}
	wg.Wait()
	if commits := txID(t, s) - before; commits != 2 {
		t.Errorf("%d callers took %d commits, want 2: the first alone, the rest together", callers, commits)
	}
}

// txID is the number of the last commit.
func txID(t *testing.T, s *Store) (id int) {
	t.Helper()
	if err := s.db.View(func(tx *bolt.Tx) error { id = tx.ID(); return nil }); err != nil {
		t.Error(err)
	}
	return id
}

// TestReaderDoesNotHoldUpGrowth keeps a read transaction open while the file outgrows
// what bbolt maps by default.
func TestReaderDoesNotHoldUpGrowth(t *testing.T) {
	s := openIn(t, t.TempDir())
	tx, err := s.db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- grow(t, s, 8<<20) }()
	select {
	case err = <-done:
	case <-time.After(30 * time.Second):
		t.Error("a reader holds up the writer")
	}
	if err := errors.Join(err, tx.Rollback()); err != nil {
		t.Fatal(err)
	}
}

func grow(t *testing.T, s *Store, bytes int) error {
	text := strings.Repeat("x", 60_000)
	return s.Update(t.Context(), func(tx record.Tx) error {
		for n := range bytes / len(text) {
			if err := tx.Put(clue(time.Duration(n).String(), "", text)); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestGoexitInAChangeIsAnsweredAndTheStoreGoesOn(t *testing.T) {
	s := openIn(t, t.TempDir())
	hold, first := make(chan struct{}), make(chan error, 1)
	go func() {
		first <- s.Update(t.Context(), func(record.Tx) error { <-hold; return nil })
	}()
	second := make(chan error, 1)
	go func() { // queues behind the first and lists, and so runs in the writer
		for !s.busy() {
			runtime.Gosched()
		}
		second <- s.Update(t.Context(), func(tx record.Tx) error {
			if _, err := tx.List(record.Query{Kind: bots.KindClue}); err != nil {
				return err
			}
			runtime.Goexit()
			return nil
		})
	}()
	for s.queued() == 0 {
		runtime.Gosched()
	}
	close(hold)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := <-second; !errors.Is(err, errGoexit) {
		t.Errorf("the caller whose change called Goexit: %v", err)
	}
	put(t, s, clue("after", "", ""))
}

func TestTxEndsWithItsChange(t *testing.T) {
	s := openIn(t, t.TempDir())
	var kept record.Tx
	if err := s.Update(t.Context(), func(tx record.Tx) error { kept = tx; return nil }); err != nil {
		t.Fatal(err)
	}
	_, get := kept.Get(bots.KindClue, "a")
	_, list := kept.List(record.Query{Kind: bots.KindClue})
	for name, err := range map[string]error{
		"Get": get, "List": list, "Put": kept.Put(clue("a", "", "")), "Delete": kept.Delete(bots.KindClue, "a"),
	} {
		if !errors.Is(err, errOver) {
			t.Errorf("%s on a Tx that is over: %v", name, err)
		}
	}
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	openIn(t, dir)
	_, err := Open(Options{Dir: dir, Wait: time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "another netpatrol process uses "+dir) {
		t.Errorf("a second Open: %v", err)
	}
}

func TestOpenNeedsTheRightMasterKey(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	if _, err := Open(Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "netpatrol init") {
		t.Errorf("without a master key: %v", err)
	}
	if err := openIn(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	m, err := vault.Create(other + "/master.key")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(Options{Dir: dir, Master: m}); err == nil || !strings.Contains(err.Error(), "not the one this store was made with") {
		t.Errorf("with another master key: %v", err)
	}
}

func TestNamesAreChecked(t *testing.T) {
	s := openIn(t, t.TempDir())
	for name, h := range map[string]bots.Head{
		"no id": {}, "zero byte": {ID: "a\x00b"}, "zero byte in state": {ID: "a", State: "\x00"},
		"long id": {ID: strings.Repeat("a", maxID+1)}, "long stream": {ID: "a", Stream: strings.Repeat("a", maxID+1)},
	} {
		if err := s.Update(t.Context(), func(tx record.Tx) error { return tx.Put(&bots.Clue{Head: h}) }); err == nil {
			t.Errorf("%s: stored", name)
		}
	}
	if _, err := s.Accept(t.Context(), []*bots.Event{heard("", "no key")}); err == nil {
		t.Error("an event without a key: accepted")
	}
	if _, err := s.List(t.Context(), record.Query{Kind: "nothing"}); err == nil {
		t.Error("an unknown kind: listed")
	}
	if _, err := s.List(t.Context(), record.Query{Kind: bots.KindClue, DueBefore: time.Now(), After: "a"}); err == nil {
		t.Error("DueBefore with After: listed")
	}
}

func TestSweep(t *testing.T) {
	s := openIn(t, t.TempDir())
	keys := []string{"decided", "parked", "pending"}
	for _, k := range keys {
		e := heard(k, k)
		e.State = k
		if _, err := s.Accept(t.Context(), []*bots.Event{e}); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	for _, c := range []struct {
		name string
		at   time.Time
		want Swept
		left int // events
	}{
		{"at once", now, Swept{}, 3},
		{"within 7 days", now.Add(KeepKeys - time.Minute), Swept{}, 3},
		{"after 7 days", now.Add(KeepKeys + time.Minute), Swept{Keys: 3}, 3},
		{"again", now.Add(KeepKeys + time.Minute), Swept{}, 3},
		{"after 180 days", now.Add(KeepEvents + time.Minute), Swept{Events: 2}, 1},
	} {
		got, err := s.Sweep(t.Context(), c.at)
		if err != nil || got != c.want {
			t.Errorf("%s: swept %+v, %v, want %+v", c.name, got, err, c.want)
		}
		if left, err := s.List(t.Context(), record.Query{Kind: bots.KindEvent}); err != nil || len(left) != c.left {
			t.Errorf("%s: %d events left, %v, want %d", c.name, len(left), err, c.left)
		}
	}
	if fresh, err := s.Accept(t.Context(), []*bots.Event{heard("pending", "")}); err != nil || !fresh[0] {
		t.Errorf("a key after its 7 days: fresh %v, %v", fresh, err)
	}
}

func TestSweepGoesByRangeHoweverMany(t *testing.T) {
	s := openIn(t, t.TempDir())
	const n = 2*sweepStep + 7
	var events []*bots.Event
	for i := range n {
		e := heard(time.Duration(i).String(), "")
		if i >= sweepStep+1 { // a whole step of waiting ones comes first
			e.State = bots.EventDecided
		}
		events = append(events, e)
	}
	if _, err := s.Accept(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	got, err := s.Sweep(t.Context(), time.Now().Add(KeepEvents+time.Minute))
	if want := (Swept{Events: n - sweepStep - 1, Keys: n}); err != nil || got != want {
		t.Errorf("swept %+v, %v, want %+v", got, err, want)
	}
}
