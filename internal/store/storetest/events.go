package storetest

import (
	"slices"
	"sync"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func mark(name, value string) *record.Mark {
	return &record.Mark{Head: bots.Head{ID: name}, Value: value}
}

func testAccept(t *testing.T, b *bench) {
	first, second := event("k1", "s"), event("k2", "s")
	second.State = bots.EventParked
	m := mark("cursor", "1")
	before := time.Now()
	fresh, err := b.Accept(t.Context(), []*bots.Event{first, second}, m)
	if err != nil || !slices.Equal(fresh, []bool{true, true}) {
		t.Fatalf("accept: %v, %v", fresh, err)
	}
	if first.Accepted.Before(before.Add(-time.Minute)) || first.Version != 1 || m.Version != 1 {
		t.Errorf("stamped %+v, mark %+v", first.Head, m.Head)
	}
	for e, state := range map[*bots.Event]string{first: bots.EventPending, second: bots.EventParked} {
		got, err := record.Fetch[bots.Event](t.Context(), b, e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got.State != state || got.Key != e.Key || !got.Accepted.Equal(e.Accepted) || got.Body.(*bots.Heard).Text != e.Body.(*bots.Heard).Text {
			t.Errorf("stored %+v, want %+v in %s", got, e, state)
		}
	}
	stale := mark("cursor", "2") // marks are written whatever their version
	if _, err := b.Accept(t.Context(), nil, stale); err != nil {
		t.Fatal(err)
	}
	if got, err := record.Fetch[record.Mark](t.Context(), b, "cursor"); err != nil || got.Value != "2" || got.Version != 2 {
		t.Errorf("the mark: %+v, %v", got, err)
	}
}

func testDuplicates(t *testing.T, b *bench) {
	e, twin := event("k", "s"), event("k", "s")
	fresh, err := b.Accept(t.Context(), []*bots.Event{e, twin})
	if err != nil || !slices.Equal(fresh, []bool{true, false}) || e.ID != twin.ID {
		t.Errorf("twice in a batch: %v, %v, ids %q and %q", fresh, err, e.ID, twin.ID)
	}
	later := event("k", "other")
	fresh, err = b.Accept(t.Context(), []*bots.Event{later, event("k2", "s")}, mark("cursor", "2"))
	if err != nil || !slices.Equal(fresh, []bool{false, true}) || later.ID != e.ID {
		t.Errorf("again later: %v, %v, id %q", fresh, err, later.ID)
	}
	if _, err := record.Fetch[record.Mark](t.Context(), b, "cursor"); err != nil {
		t.Errorf("the mark of a duplicate: %v", err)
	}
	acceptInParallel(t, b)
	if got := b.list(t, record.Query{Kind: bots.KindEvent}); len(got) != 3 {
		t.Errorf("%d events stored of three keys", len(got))
	}
}

func acceptInParallel(t *testing.T, b *bench) {
	const callers = 16
	all := make([]*bots.Event, callers)
	fresh := make([]bool, callers)
	var wg sync.WaitGroup
	for n := range callers {
		all[n] = event("same", "s")
		wg.Go(func() {
			f, err := b.Accept(t.Context(), []*bots.Event{all[n]})
			if err != nil {
				t.Errorf("accept: %v", err)
				return
			}
			fresh[n] = f[0]
		})
	}
	wg.Wait()
	stored := 0
	for n, f := range fresh {
		if f {
			stored++
		}
		if all[n].ID != all[0].ID || all[n].ID == "" {
			t.Errorf("caller %d was given id %q, the first %q", n, all[n].ID, all[0].ID)
		}
	}
	if stored != 1 {
		t.Errorf("one key accepted in parallel was fresh %d times", stored)
	}
}

func testRising(t *testing.T, b *bench) {
	for round := range 4 {
		var wg sync.WaitGroup
		for n := range 8 {
			wg.Go(func() {
				name := id(round) + id(n)
				if _, err := b.Accept(t.Context(), []*bots.Event{event(name+"a", "s"), event(name+"b", "s")}); err != nil {
					t.Errorf("accept: %v", err)
				}
			})
		}
		wg.Wait()
		b.reopen(t)
	}
	all := b.list(t, record.Query{Kind: bots.KindEvent, Limit: 1000}) // by id
	if len(all) != 64 {
		t.Fatalf("%d events", len(all))
	}
	for i := range all[1:] {
		before, after := all[i].(*bots.Event), all[i+1].(*bots.Event)
		if !before.Accepted.Before(after.Accepted) {
			t.Errorf("%s accepted %s, the next id %s at %s", before.ID, before.Accepted, after.ID, after.Accepted)
		}
	}
}

func testAudit(t *testing.T, b *bench) {
	on := []bots.Target{{Kind: bots.KindClue, ID: "a"}, {Kind: bots.KindClue, ID: "ab"}, {Kind: bots.KindDraft, ID: "a"}}
	for n := range 9 {
		b.update(t, func(tx record.Tx) error {
			tx.Audit(record.AuditEntry{At: t0, Who: "officer-1", Did: id(n), On: on[n%3], Code: "C", Detail: "详", Event: "e"})
			tx.Audit(record.AuditEntry{At: t0, Who: "engine", Did: id(n) + "+", On: on[0]})
			return nil
		})
		if n == 4 {
			b.reopen(t)
		}
	}
	all, err := b.AuditAfter(t.Context(), 0, 1000)
	if err != nil || len(all) != 18 {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	for i, e := range all {
		if e.Seq != uint64(i+1) {
			t.Errorf("entry %d has Seq %d", i, e.Seq)
		}
	}
	want := record.AuditEntry{Seq: 1, At: t0, Who: "officer-1", Did: "0000", On: on[0], Code: "C", Detail: "详", Event: "e"}
	if all[0] != want {
		t.Errorf("read %+v, want %+v", all[0], want)
	}
	if page, err := b.AuditAfter(t.Context(), 4, 3); err != nil || len(page) != 3 || page[0].Seq != 5 {
		t.Errorf("three after the fourth: %+v, %v", page, err)
	}
	for i, n := range []int{12, 3, 3} {
		if of, err := b.AuditOf(t.Context(), on[i]); err != nil || len(of) != n {
			t.Errorf("on %s: %d entries, %v, want %d", on[i], len(of), err, n)
		}
	}
}

func testErase(t *testing.T, b *bench) {
	c := clue("a", "s", "open")
	c.Subject, c.Due = "person", t0
	other := clue("b", "s", "open")
	other.Subject = "another"
	b.put(t, c, other)
	e := event("k", "s")
	e.Subject = "person"
	if _, err := b.Accept(t.Context(), []*bots.Event{e}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // erasing again is no error
		if err := b.Erase(t.Context(), "person"); err != nil {
			t.Fatal(err)
		}
		checkErased(t, b, e.ID)
		b.reopen(t)
		checkErased(t, b, e.ID)
	}
	if err := b.Erase(t.Context(), "nobody known"); err != nil {
		t.Errorf("erasing an unknown subject: %v", err)
	}
}

func checkErased(t *testing.T, b *bench, eventID string) {
	t.Helper()
	c, err := record.Fetch[bots.Clue](t.Context(), b, "a")
	if err != nil || !c.Erased || c.Text != "" || c.State != "open" || !c.Due.Equal(t0) {
		t.Errorf("the erased clue: %+v, %v", c, err)
	}
	e, err := record.Fetch[bots.Event](t.Context(), b, eventID)
	if err != nil || !e.Erased || e.Body != nil {
		t.Errorf("the erased event: %+v, %v", e, err)
	}
	for _, r := range b.list(t, record.Query{Kind: bots.KindClue, State: "open"}) {
		if r.Meta().Erased != (r.Meta().ID == "a") {
			t.Errorf("listed %+v", r.Meta())
		}
	}
}

func testWriteAfterErase(t *testing.T, b *bench) {
	old := clue("old", "s", "open")
	old.Subject = "person"
	b.put(t, old)
	if err := b.Erase(t.Context(), "person"); err != nil {
		t.Fatal(err)
	}
	again := clue("new", "s", "open")
	again.Subject = "person"
	b.put(t, again)
	b.reopen(t)
	if c, err := record.Fetch[bots.Clue](t.Context(), b, "old"); err != nil || !c.Erased {
		t.Errorf("the old body came back: %+v, %v", c, err)
	}
	if c, err := record.Fetch[bots.Clue](t.Context(), b, "new"); err != nil || c.Erased || c.Text != again.Text {
		t.Errorf("the new body: %+v, %v", c, err)
	}
}
