// Package storetest is the conformance suite of [record.Store]. A store's own test
// is one call of [Run] plus whatever is particular to it.
//
// The suite uses only what the contract says, so that it can be held against any
// store. Each test has a place of its own and runs in parallel with the others.
// Whatever could wait for ever is watched, and fails instead.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Open opens the store at a place, a fresh directory or name of the test; opening one
// place again, after Close, finds what was stored there.
type Open func(tb TB, place string) record.Store

// TB is what the suite needs of a test; *testing.T and *rapid.T have it.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Run holds a store against the contract.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *bench)
	}{
		{"every kind comes back as it was stored", testEveryKind},
		{"what was read belongs to the caller", testReadIsOwned},
		{"heads alone are the heads of the whole records", testHeads},
		{"missing records are ErrNotFound", testMissing},
		{"delete removes a record from every list", testDelete},
		{"every query, both ways, page by page", testQueries},
		{"due records come soonest first", testDue},
		{"a state and a stream can be left", testMoves},
		{"a stale version is ErrConflict", testConflict},
		{"a change reads its own writes", testOwnWrites},
		{"a change that fails leaves nothing", testFailedChange},
		{"a change that panics fails alone", testPanic},
		{"a cancelled change is not made", testCancelled},
		{"a nested change is refused, not waited for", testNested},
		{"parallel claims never overlap", testClaims},
		{"parallel increments lose nothing", testIncrements},
		{"a fenced holder writes nothing", testFencing},
		{"a value over 64 KiB is refused", testTooLarge},
		{"accept stores events and marks together", testAccept},
		{"a key is accepted once: in a batch, later, in parallel", testDuplicates},
		{"Accepted and ID rise together, over reopening too", testRising},
		{"audit entries commit with the deed, without gaps", testAudit},
		{"erasing a subject leaves heads only", testErase},
		{"an erased subject may write again", testWriteAfterErase},
		{"readers and a growing store do not wait for each other", testGrowth},
		{"everything is there after reopening", testReopen},
		{"a closed store says so", testClosed},
		{"random operations agree with a model", testModel},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, newBench(t, open))
		})
	}
}

// bench is one test's store.
type bench struct {
	open  Open
	place string
	record.Store
}

func newBench(t *testing.T, open Open) *bench {
	b := &bench{open: open, place: t.TempDir()}
	b.Store = open(t, b.place)
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func (b *bench) reopen(tb TB) {
	tb.Helper()
	if err := b.Close(); err != nil {
		tb.Fatalf("close: %v", err)
	}
	b.Store = b.open(tb, b.place)
}

func (b *bench) update(t *testing.T, change func(record.Tx) error) {
	t.Helper()
	if err := b.Update(t.Context(), change); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func (b *bench) put(t *testing.T, records ...bots.Record) {
	t.Helper()
	b.update(t, func(tx record.Tx) error { return putAll(tx, records...) })
}

func putAll(tx record.Tx, records ...bots.Record) error {
	for _, r := range records {
		if err := tx.Put(r); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) list(t *testing.T, q record.Query) []bots.Record {
	t.Helper()
	page, err := b.List(t.Context(), q)
	if err != nil {
		t.Fatalf("list %+v: %v", q, err)
	}
	return page
}

func ids(page []bots.Record) []string {
	names := make([]string, len(page))
	for i, r := range page {
		names[i] = r.Meta().ID
	}
	return names
}

// errMeant is the failure a test brings about itself.
var errMeant = errors.New("meant to fail")

// patience bounds what must never wait for ever. Nothing is measured by it.
const patience = 30 * time.Second

// watch fails the test when work does not end.
func watch(t *testing.T, what string, work func(context.Context)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); work(ctx) }()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatalf("%s did not end within %s", what, patience)
	}
}

var t0 = time.Date(2026, 2, 3, 4, 5, 6, 700800900, time.UTC)

func id(n int) string { return fmt.Sprintf("%04d", n) }

func clue(name, stream, state string) *bots.Clue {
	c := &bots.Clue{Text: "本人电话 " + name}
	c.Head = bots.Head{ID: name, Stream: stream, State: state, Created: t0, Updated: t0}
	return c
}

func event(key, stream string) *bots.Event {
	e := &bots.Event{Key: key, Kind: bots.MessageHeard, V: 1, Occurred: t0, Body: &bots.Heard{Text: "我被骗了 " + key}}
	e.Stream = stream
	return e
}
