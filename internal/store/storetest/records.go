package storetest

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func testEveryKind(t *testing.T, b *bench) {
	for _, kind := range record.Kinds() {
		r := filled(t, kind)
		b.put(t, r)
		if v := r.Meta().Version; v != 1 {
			t.Errorf("%s: version %d after the first Put, want 1", kind, v)
		}
		got, err := b.Get(t.Context(), kind, r.Meta().ID)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if d := cmp.Diff(r, got); d != "" {
			t.Errorf("%s came back otherwise (-stored +read):\n%s", kind, d)
		}
	}
}

// filled returns a record of a kind with something in every field.
func filled(t *testing.T, kind bots.RecordKind) bots.Record {
	t.Helper()
	r, err := record.New(kind)
	if err != nil {
		t.Fatal(err)
	}
	if e, ok := r.(*bots.Event); ok {
		*e = *event("key-of-"+string(kind), "stream")
		e.Accepted, e.Cause, e.Account = t0, "cause", "account"
	} else {
		fill(reflect.ValueOf(r).Elem(), deepest)
	}
	*r.Meta() = bots.Head{ID: "id/of:" + string(kind), Subject: "subject", Stream: "stream", State: "state",
		Due: t0.Add(time.Nanosecond), Created: t0, Updated: t0.Add(time.Hour)}
	return r
}

// deepest bounds how far a type that holds itself is filled: a menu and its submenus.
const deepest = 8

func fill(v reflect.Value, depth int) {
	if depth == 0 {
		return
	}
	depth--
	switch v.Kind() {
	case reflect.String:
		v.SetString("文字 <&> \"" + v.Type().Name() + `"`)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint64, reflect.Uint8:
		v.SetUint(9)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), depth)
		fill(v.Index(1), depth)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, depth)
		fill(value, depth)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		fillStruct(v, depth)
	}
}

func fillStruct(v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(t0))
		return
	}
	for field, f := range v.Fields() {
		if f.CanSet() && field.Tag.Get("json") != "-" { // such a field is not kept
			fill(f, depth)
		}
	}
}

func testReadIsOwned(t *testing.T, b *bench) {
	b.put(t, clue("a", "s", "open"))
	first, err := record.Fetch[bots.Clue](t.Context(), b, "a")
	if err != nil {
		t.Fatal(err)
	}
	want := first.Text
	first.Text, first.State = "overwritten", "other"
	second, err := record.Fetch[bots.Clue](t.Context(), b, "a")
	if err != nil || second.Text != want || second.State != "open" {
		t.Errorf("a reader's change shows in the store: %+v, %v", second, err)
	}
}

func testHeads(t *testing.T, b *bench) {
	gone := clue("b", "s", "open")
	gone.Subject, gone.Due = "person", t0
	b.put(t, clue("a", "s", "open"), gone, clue("c", "s", "shut"))
	b.update(t, func(tx record.Tx) error { // to version 2
		c, err := record.Load[bots.Clue](tx, "a")
		if err != nil {
			return err
		}
		return tx.Put(c)
	})
	if err := b.Erase(t.Context(), "person"); err != nil {
		t.Fatal(err)
	}
	for _, q := range []record.Query{{}, {State: "open"}, {Stream: "s", Newest: true}, {State: "open", DueBefore: t0}} {
		q.Kind = bots.KindClue
		whole := b.list(t, q)
		q.Heads = true
		heads := b.list(t, q)
		for i, r := range whole {
			if len(heads) != len(whole) || *heads[i].Meta() != *r.Meta() {
				t.Errorf("%+v: %v, want %v", q, ids(heads), ids(whole))
				break
			}
		}
	}
	b.update(t, func(tx record.Tx) error {
		for _, name := range []string{"a", "b", "missing"} {
			whole, want := tx.Get(bots.KindClue, name)
			h, err := record.HeadOf(tx, bots.KindClue, name)
			if errors.Is(err, record.ErrNotFound) != errors.Is(want, record.ErrNotFound) || err == nil && h != *whole.Meta() {
				t.Errorf("HeadOf %s: %+v, %v; want %v", name, h, err, want)
			}
		}
		return nil
	})
}

func testMissing(t *testing.T, b *bench) {
	want := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, record.ErrNotFound) {
			t.Errorf("%s: %v, want ErrNotFound", what, err)
		}
	}
	b.put(t, clue("a", "s", "open"))
	for _, name := range []string{"", "b", "aa"} {
		_, err := b.Get(t.Context(), bots.KindClue, name)
		want("Get of "+name, err)
	}
	_, err := b.Get(t.Context(), bots.KindReport, "a")
	want("Get of another kind", err)
	b.update(t, func(tx record.Tx) error {
		_, err := tx.Get(bots.KindClue, "b")
		want("Tx.Get", err)
		want("Tx.Delete", tx.Delete(bots.KindClue, "b"))
		return nil
	})
}

func testDelete(t *testing.T, b *bench) {
	c := clue("a", "s", "open")
	c.Due = t0
	b.put(t, c, clue("b", "s", "open"))
	b.update(t, func(tx record.Tx) error { return tx.Delete(bots.KindClue, "a") })
	for _, q := range []record.Query{
		{}, {State: "open"}, {Stream: "s"}, {Stream: "s", State: "open"},
	} {
		q.Kind = bots.KindClue
		if got := ids(b.list(t, q)); !slices.Equal(got, []string{"b"}) {
			t.Errorf("%+v after the delete: %v", q, got)
		}
	}
	if got := b.list(t, record.Query{Kind: bots.KindClue, State: "open", DueBefore: t0}); len(got) > 0 {
		t.Errorf("a deleted record is due: %v", ids(got))
	}
	b.put(t, clue("a", "s", "open")) // version 0: it is a new record
}

func testConflict(t *testing.T, b *bench) {
	c := clue("a", "s", "open")
	b.put(t, c)
	stale := *c
	b.put(t, c)
	if c.Version != 2 {
		t.Errorf("version %d after two writes", c.Version)
	}
	ahead := *c
	ahead.Version = 9
	for name, r := range map[string]*bots.Clue{
		"stale": &stale, "new over old": clue("a", "s", "open"), "ahead": &ahead,
	} {
		before := r.Version
		err := b.Update(t.Context(), func(tx record.Tx) error { return tx.Put(r) })
		if !errors.Is(err, record.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
		if r.Version != before {
			t.Errorf("%s: a refused Put raised the version", name)
		}
	}
}

func testTooLarge(t *testing.T, b *bench) {
	big := clue("big", "s", "open")
	big.Text = strings.Repeat("x", 64<<10)
	err := b.Update(t.Context(), func(tx record.Tx) error {
		if err := tx.Put(clue("with-it", "s", "open")); err != nil {
			return err
		}
		return tx.Put(big)
	})
	if !errors.Is(err, record.ErrTooLarge) {
		t.Errorf("a clue of 64 KiB and more: %v, want ErrTooLarge", err)
	}
	e := event("k", "s")
	e.Body.(*bots.Heard).Text = big.Text
	if _, err := b.Accept(t.Context(), []*bots.Event{event("k2", "s"), e}); !errors.Is(err, record.ErrTooLarge) {
		t.Errorf("an event of 64 KiB and more: %v, want ErrTooLarge", err)
	}
	for _, kind := range []bots.RecordKind{bots.KindClue, bots.KindEvent} {
		if got := b.list(t, record.Query{Kind: kind}); len(got) > 0 {
			t.Errorf("stored all the same: %v", ids(got))
		}
	}
	large := clue("large", "s", "open")
	large.Text = strings.Repeat("x", 60<<10)
	b.put(t, large)
}

func testReopen(t *testing.T, b *bench) {
	c := clue("a", "s", "open")
	c.Subject, c.Due = "person", t0
	b.put(t, c)
	if _, err := b.Accept(t.Context(), []*bots.Event{event("k", "s")}, mark("cursor", "42")); err != nil {
		t.Fatal(err)
	}
	b.reopen(t)
	got, err := record.Fetch[bots.Clue](t.Context(), b, "a")
	if d := cmp.Diff(c, got); err != nil || d != "" {
		t.Errorf("the clue came back otherwise: %v\n%s", err, d)
	}
	m, err := record.Fetch[record.Mark](t.Context(), b, "cursor")
	if err != nil || m.Value != "42" {
		t.Errorf("the mark: %+v, %v", m, err)
	}
	if due := b.list(t, record.Query{Kind: bots.KindClue, State: "open", DueBefore: t0}); len(due) != 1 {
		t.Errorf("due after reopening: %v", ids(due))
	}
	again, err := b.Accept(t.Context(), []*bots.Event{event("k", "s")})
	if err != nil || again[0] {
		t.Errorf("a key accepted before reopening is fresh again: %v, %v", again, err)
	}
}

func testClosed(t *testing.T, b *bench) {
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	_, get := b.Get(t.Context(), bots.KindClue, "a")
	_, list := b.List(t.Context(), record.Query{Kind: bots.KindClue})
	_, accept := b.Accept(t.Context(), []*bots.Event{event("k", "s")})
	for name, err := range map[string]error{
		"Get": get, "List": list, "Accept": accept,
		"Update": b.Update(t.Context(), func(record.Tx) error { return nil }),
		"Erase":  b.Erase(t.Context(), "s"),
	} {
		if !errors.Is(err, record.ErrClosed) {
			t.Errorf("%s after Close: %v, want ErrClosed", name, err)
		}
	}
}
