package boltstore

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// whileWriting runs work while a change holds the writer, so that the changes in it are
// rehearsed. Before their turn comes, between is called in the writer.
func whileWriting(t *testing.T, s *Store, queued int, work, between func()) {
	t.Helper()
	begun, hold := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.submit(t.Context(), func(*batch) error { close(begun); <-hold; between(); return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-begun
	done := make(chan struct{})
	wg.Go(func() { defer close(done); work() })
	for s.queued() < queued {
		runtime.Gosched()
	}
	if queued == 0 {
		<-done
	}
	close(hold)
	wg.Wait()
}

// read loads a clue in a change.
func load(tx record.Tx, id string) *bots.Clue { return must(record.Load[bots.Clue](tx, id)) }

func TestARehearsedChangeRunsOnce(t *testing.T) {
	s := openIn(t, t.TempDir())
	put(t, s, clue("a", "person", "old"))
	var made *bots.Clue
	runs := 0
	whileWriting(t, s, 1, func() {
		err := s.Update(t.Context(), func(tx record.Tx) error {
			runs++
			a := load(tx, "a")
			a.Text, a.State = "new", "warned"
			made = clue("b", "person", a.Text)
			if err := errors.Join(tx.Put(a), tx.Put(made)); err != nil {
				return err
			}
			if again := load(tx, "a"); again.Text != "new" || again.Version != 2 {
				t.Errorf("a change does not read its own write: %+v", again)
			}
			tx.Audit(record.AuditEntry{Did: "warn", On: bots.Target{Kind: bots.KindClue, ID: "a"}})
			return tx.Delete(bots.KindClue, "b")
		})
		if err != nil {
			t.Error(err)
		}
	}, func() {})
	if runs != 1 {
		t.Errorf("it ran %d times", runs)
	}
	got := must(s.Get(t.Context(), bots.KindClue, "a")).(*bots.Clue)
	if got.Text != "new" || got.State != "warned" || got.Version != 2 {
		t.Errorf("stored: %+v", got)
	}
	if _, err := s.Get(t.Context(), bots.KindClue, "b"); !errors.Is(err, record.ErrNotFound) {
		t.Errorf("made and deleted in one change: %v", err)
	}
	if entries := must(s.AuditAfter(t.Context(), 0, 10)); len(entries) != 1 || entries[0].Did != "warn" {
		t.Errorf("audit: %+v", entries)
	}
	if c := must(s.Check(t.Context())); len(c.Problems) > 0 {
		t.Error(c.Problems)
	}
}

// TestPromise5_WhatARehearsalReadMustStillStand lets two changes read the same record before either
// is written: the second must be decided again on what the first left.
func TestPromise5_WhatARehearsalReadMustStillStand(t *testing.T) {
	s := openIn(t, t.TempDir())
	put(t, s, clue("a", "person", ""))
	claim := func(who string) func() {
		return func() {
			err := s.Update(t.Context(), func(tx record.Tx) error {
				if a := load(tx, "a"); a.State == "claimed" {
					return errors.New("somebody else has it")
				} else {
					a.State, a.Text = "claimed", who
					return errors.Join(tx.Put(clue("mark-"+who, "", "")), tx.Put(a))
				}
			})
			_ = err // one of them is refused
		}
	}
	whileWriting(t, s, 2, func() {
		var wg sync.WaitGroup
		wg.Go(claim("one"))
		wg.Go(claim("two"))
		wg.Wait()
	}, func() {})
	marks := 0
	for _, r := range must(s.List(t.Context(), record.Query{Kind: bots.KindClue})) {
		if r.Meta().ID != "a" {
			marks++
		}
	}
	if marks != 1 {
		t.Errorf("%d of two claims of one record went through", marks)
	}
}

// TestPromise5_AbsenceMustStillStand is the same for a record that was not there, and that the
// change itself does not write.
func TestPromise5_AbsenceMustStillStand(t *testing.T) {
	s := openIn(t, t.TempDir())
	runs := 0
	whileWriting(t, s, 2, func() {
		var wg sync.WaitGroup
		wg.Go(func() { put(t, s, clue("halt", "", "")) })
		for s.queued() == 0 {
			runtime.Gosched()
		}
		wg.Go(func() {
			err := s.Update(t.Context(), func(tx record.Tx) error {
				runs++
				if _, err := tx.Get(bots.KindClue, "halt"); err == nil {
					return nil
				}
				return tx.Put(clue("sent", "", ""))
			})
			if err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
	}, func() {})
	if _, err := s.Get(t.Context(), bots.KindClue, "sent"); !errors.Is(err, record.ErrNotFound) || runs != 2 {
		t.Errorf("decided %d times; sent although halted: %v", runs, err)
	}
}

// TestANewRecordThatIsThereIsRefused puts, as new, what is stored while somebody else writes.
func TestANewRecordThatIsThereIsRefused(t *testing.T) {
	s := openIn(t, t.TempDir())
	put(t, s, clue("a", "person", "old"))
	whileWriting(t, s, 0, func() {
		err := s.Update(t.Context(), func(tx record.Tx) error { return tx.Put(clue("a", "person", "new")) })
		if !errors.Is(err, record.ErrConflict) {
			t.Errorf("a second record of the same name: %v", err)
		}
	}, func() {})
	if got := must(s.Get(t.Context(), bots.KindClue, "a")).(*bots.Clue); got.Text != "old" || got.Version != 1 {
		t.Errorf("stored: %+v", got)
	}
}

// TestPromise15_WhatWasSealedBeforeAnErasureIsSealedAgain erases a subject between a change's
// rehearsal and its turn.
func TestPromise15_WhatWasSealedBeforeAnErasureIsSealedAgain(t *testing.T) {
	s := openIn(t, t.TempDir())
	put(t, s, clue("a", "person", "old"))
	whileWriting(t, s, 1, func() {
		if err := s.Update(t.Context(), func(tx record.Tx) error { return tx.Put(clue("b", "person", "new")) }); err != nil {
			t.Error(err)
		}
	}, func() {
		if err := s.vault.Destroy("person"); err != nil {
			t.Error(err)
		}
		s.memo.forget("person")
	})
	if b := must(s.Get(t.Context(), bots.KindClue, "b")).(*bots.Clue); b.Erased || b.Text != "new" {
		t.Errorf("written after the erasure: %+v", b)
	}
	if a := must(s.Get(t.Context(), bots.KindClue, "a")); !a.Meta().Erased {
		t.Errorf("written before it: %+v", a)
	}
}

// TestARecordMadeOutsideItsChangeCanBePutTwice: the first run raises its version.
func TestARecordMadeOutsideItsChangeCanBePutTwice(t *testing.T) {
	s := openIn(t, t.TempDir())
	mine := clue("mine", "", "")
	whileWriting(t, s, 2, func() {
		var wg sync.WaitGroup
		wg.Go(func() { put(t, s, clue("other", "", "")) })
		for s.queued() == 0 {
			runtime.Gosched()
		}
		wg.Go(func() {
			err := s.Update(t.Context(), func(tx record.Tx) error {
				_, _ = tx.Get(bots.KindClue, "other")
				return tx.Put(mine)
			})
			if err != nil || mine.Version != 1 {
				t.Errorf("version %d, %v", mine.Version, err)
			}
		})
		wg.Wait()
	}, func() {})
}

func TestARehearsedChangeMayFailPanicOrEnd(t *testing.T) {
	s := openIn(t, t.TempDir())
	meant := errors.New("meant")
	whileWriting(t, s, 0, func() {
		if err := s.Update(t.Context(), func(tx record.Tx) error { return errors.Join(tx.Put(clue("a", "", "")), meant) }); !errors.Is(err, meant) {
			t.Errorf("a change that fails: %v", err)
		}
		if err := s.Update(t.Context(), func(record.Tx) error { panic("meant") }); err == nil {
			t.Error("a change that panics succeeded")
		}
		err := s.Update(t.Context(), func(record.Tx) error { return s.FlushKeys(t.Context()) })
		if !errors.Is(err, errNested) {
			t.Errorf("a change within a rehearsed change: %v", err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = s.Update(t.Context(), func(record.Tx) error { runtime.Goexit(); return nil })
		}()
		<-ended
	}, func() {})
	put(t, s, clue("after", "", ""))
	if all := must(s.List(t.Context(), record.Query{Kind: bots.KindClue})); len(all) != 1 {
		t.Errorf("stored: %v", all)
	}
}
