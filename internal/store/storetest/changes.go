package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func testOwnWrites(t *testing.T, b *bench) {
	b.put(t, clue("a", "s", "open"))
	b.update(t, func(tx record.Tx) error {
		c, err := record.Load[bots.Clue](tx, "a")
		if err != nil {
			return err
		}
		c.State, c.Text = "warned", "second"
		if err := putAll(tx, c, clue("b", "s", "open")); err != nil {
			return err
		}
		again, err := record.Load[bots.Clue](tx, "a")
		if err != nil || again.Text != "second" || again.Version != 2 {
			t.Errorf("Get in the change: %+v, %v", again, err)
		}
		open, err := tx.List(record.Query{Kind: bots.KindClue, State: "open"})
		if got := ids(open); err != nil || !slices.Equal(got, []string{"b"}) {
			t.Errorf("List in the change: %v, %v", got, err)
		}
		return tx.Put(again)
	})
}

func testFailedChange(t *testing.T, b *bench) {
	c := clue("a", "s", "open")
	c.Due = t0
	b.put(t, c)
	var wg sync.WaitGroup
	for n := range 20 { // some share a commit with changes that succeed
		wg.Go(func() { failOrPut(t, b, n) })
	}
	wg.Wait()
	got := b.list(t, record.Query{Kind: bots.KindClue})
	if len(got) != 11 || got[10].Meta().Version != 1 || got[10].Meta().State != "open" {
		t.Errorf("after ten failed changes: %v, last %+v", ids(got), got[len(got)-1].Meta())
	}
	if due := b.list(t, record.Query{Kind: bots.KindClue, State: "open", DueBefore: t0}); len(due) != 1 {
		t.Errorf("due: %v", ids(due))
	}
	if audits, err := b.AuditAfter(t.Context(), 0, 100); err != nil || len(audits) != 10 {
		t.Errorf("%d audit entries of ten deeds, %v", len(audits), err)
	}
}

// failOrPut stores a clue when n is even; else it changes everything and fails.
func failOrPut(t *testing.T, b *bench, n int) {
	err := b.Update(t.Context(), func(tx record.Tx) error {
		tx.Audit(record.AuditEntry{Did: "put", On: bots.Target{Kind: bots.KindClue, ID: id(n)}})
		if n%2 == 0 {
			return tx.Put(clue(id(n), "s", "open"))
		}
		if err := tx.Put(clue(id(n), "s", "open")); err != nil {
			return err
		}
		c, err := record.Load[bots.Clue](tx, "a")
		if err != nil {
			return err
		}
		c.State = "changed"
		if err := errors.Join(tx.Put(c), tx.Delete(bots.KindClue, "a")); err != nil {
			return err
		}
		return errMeant
	})
	if n%2 == 0 && err != nil || n%2 == 1 && !errors.Is(err, errMeant) {
		t.Errorf("change %d: %v", n, err)
	}
}

func testPanic(t *testing.T, b *bench) {
	var wg sync.WaitGroup
	for n := range 10 {
		wg.Go(func() {
			err := b.Update(t.Context(), func(tx record.Tx) error {
				if err := tx.Put(clue(id(n), "s", "open")); err != nil {
					return err
				}
				if n%2 == 1 {
					panic("meant to panic")
				}
				return nil
			})
			if n%2 == 0 && err != nil || n%2 == 1 && (err == nil || !strings.Contains(err.Error(), "meant to panic")) {
				t.Errorf("change %d: %v", n, err)
			}
		})
	}
	wg.Wait()
	want := []string{"0000", "0002", "0004", "0006", "0008"}
	if got := ids(b.list(t, record.Query{Kind: bots.KindClue})); !slices.Equal(got, want) {
		t.Errorf("stored %v, want %v", got, want)
	}
}

func testCancelled(t *testing.T, b *bench) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := b.Update(ctx, func(tx record.Tx) error { return tx.Put(clue("a", "s", "open")) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v, want context.Canceled", err)
	}
	if _, err := b.Accept(ctx, []*bots.Event{event("k", "s")}); !errors.Is(err, context.Canceled) {
		t.Errorf("Accept: %v, want context.Canceled", err)
	}
	if got := b.list(t, record.Query{Kind: bots.KindClue}); len(got) > 0 {
		t.Errorf("stored all the same: %v", ids(got))
	}
}

func testNested(t *testing.T, b *bench) {
	watch(t, "a change within a change", func(ctx context.Context) {
		err := b.Update(ctx, func(tx record.Tx) error {
			return b.Update(ctx, func(tx record.Tx) error { return tx.Put(clue("a", "s", "open")) })
		})
		if err == nil {
			t.Error("a nested Update succeeded")
		}
		err = b.Update(ctx, func(tx record.Tx) error {
			_, err := b.Accept(ctx, []*bots.Event{event("k", "s")})
			return err
		})
		if err == nil {
			t.Error("a nested Accept succeeded")
		}
	})
	b.put(t, clue("b", "s", "open")) // the store goes on
}

// testClaims lets many workers claim due items; each item must be claimed once.
func testClaims(t *testing.T, b *bench) {
	const items, workers = 60, 8
	var all []bots.Record
	for n := range items {
		all = append(all, &record.Item{Head: bots.Head{ID: id(n), Stream: "lane", State: record.ItemDue, Due: t0}, Expires: t0.AddDate(1, 0, 0)})
	}
	b.put(t, all...)
	claims := make([]map[string]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		claims[w] = map[string]int{}
		wg.Go(func() {
			for claimOne(t, b, w, claims[w]) {
			}
		})
	}
	wg.Wait()
	total := map[string]int{}
	for _, c := range claims {
		for name, n := range c {
			total[name] += n
		}
	}
	for n := range items {
		if total[id(n)] != 1 {
			t.Errorf("item %s was claimed %d times", id(n), total[id(n)])
		}
	}
}

func claimOne(t *testing.T, b *bench, worker int, claimed map[string]int) bool {
	var got string
	err := b.Update(t.Context(), func(tx record.Tx) error {
		got = ""
		due, err := tx.List(record.Query{Kind: record.KindItem, State: record.ItemDue, DueBefore: t0, Limit: 1})
		if err != nil || len(due) == 0 {
			return err
		}
		i := due[0].(*record.Item)
		if _, err := i.Claim(uint64(worker), t0); err != nil {
			return err
		}
		got = i.ID
		return tx.Put(i)
	})
	if err != nil {
		t.Errorf("claim: %v", err)
		return false
	}
	if got != "" {
		claimed[got]++
	}
	return got != ""
}

func testIncrements(t *testing.T, b *bench) {
	const workers, each = 8, 25
	b.put(t, &bots.Tally{Head: bots.Head{ID: "day"}})
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				err := b.Update(t.Context(), func(tx record.Tx) error {
					c, err := record.Load[bots.Tally](tx, "day")
					if err != nil {
						return err
					}
					c.N++
					return tx.Put(c)
				})
				if err != nil {
					t.Errorf("increment: %v", err)
				}
			}
		})
	}
	wg.Wait()
	c, err := record.Fetch[bots.Tally](t.Context(), b, "day")
	if err != nil || c.N != workers*each || c.Version != workers*each+1 {
		t.Errorf("counted %+v, %v; want %d", c, err, workers*each)
	}
}

// testFencing takes a lease over from a holder who then writes late.
func testFencing(t *testing.T, b *bench) {
	take := func(owner string) (epoch uint64) {
		b.update(t, func(tx record.Tx) error {
			l, err := record.Load[record.Lease](tx, "lane")
			if errors.Is(err, record.ErrNotFound) {
				l, err = &record.Lease{Head: bots.Head{ID: "lane"}}, nil
			}
			if err != nil {
				return err
			}
			l.Owner, l.Epoch, epoch = owner, l.Epoch+1, l.Epoch+1
			return tx.Put(l)
		})
		return epoch
	}
	write := func(epoch uint64, text string) error {
		return b.Update(t.Context(), func(tx record.Tx) error {
			c := clue(text, "s", "open")
			if err := tx.Put(c); err != nil {
				return err
			}
			l, err := record.Load[record.Lease](tx, "lane")
			if err == nil && l.Epoch != epoch {
				err = fmt.Errorf("epoch %d: %w", epoch, record.ErrFenced)
			}
			return err
		})
	}
	first := take("one")
	if err := write(first, "in time"); err != nil {
		t.Fatal(err)
	}
	second := take("two")
	if err := write(first, "late"); !errors.Is(err, record.ErrFenced) {
		t.Errorf("a write under the old epoch: %v, want ErrFenced", err)
	}
	if err := write(second, "next"); err != nil {
		t.Error(err)
	}
	if got := ids(b.list(t, record.Query{Kind: bots.KindClue})); !slices.Equal(got, []string{"in time", "next"}) {
		t.Errorf("stored %v", got)
	}
}

// testGrowth makes the store grow by megabytes while readers read without a pause.
func testGrowth(t *testing.T, b *bench) {
	watch(t, "growing with readers", func(ctx context.Context) {
		stop := make(chan struct{})
		var readers sync.WaitGroup
		for range 2 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if _, err := b.List(ctx, record.Query{Kind: bots.KindClue, Newest: true, Limit: 5}); err != nil {
						t.Errorf("list while growing: %v", err)
						return
					}
				}
			})
		}
		text := strings.Repeat("字", 10_000)
		for n := range 40 {
			err := b.Update(ctx, func(tx record.Tx) error {
				for m := range 10 {
					c := clue(id(n*10+m), "s", "open")
					c.Text = text
					if err := tx.Put(c); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Errorf("growing: %v", err)
			}
		}
		close(stop)
		readers.Wait()
	})
	if got := b.list(t, record.Query{Kind: bots.KindClue, Limit: 1000}); len(got) != 400 {
		t.Errorf("%d records after growing, want 400", len(got))
	}
}
