package boltstore

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// TestWhatIsRememberedIsWhatDecodingGives fills records of every kind with anything: broken
// text, empty and missing slices and maps, times in other zones.
func TestWhatIsRememberedIsWhatDecodingGives(t *testing.T) {
	s := openIn(t, t.TempDir())
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	for _, kind := range record.Kinds() {
		if !readSoon(kind) {
			continue // not remembered
		}
		known := 0
		for range 200 {
			r := must(record.New(kind))
			fillAny(rnd, reflect.ValueOf(r).Elem())
			r.Meta().ID, r.Meta().Erased = "a", false
			h := nextHead(r)
			value, _, err := s.encode(r, h)
			if err != nil {
				t.Fatal(err)
			}
			want := must(decode(s.vault, kind, "a", value))
			row := s.rowOf(kind, "a", value)
			if row.known == nil {
				continue
			}
			known++
			got := must(s.open(kind, row))
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s:\nremembered %+v\ndecoded    %+v", seed, kind, got, want)
			}
		}
		if known == 0 {
			t.Errorf("seed %d, %s: %d of 200 remembered", seed, kind, known)
		}
	}
}

func TestWhatIsReadSharesNothingWithWhatIsRemembered(t *testing.T) {
	s := openIn(t, t.TempDir())
	rnd := rand.New(rand.NewPCG(1, 0))
	for _, kind := range record.Kinds() {
		r := must(record.New(kind))
		if !readSoon(kind) {
			continue
		}
		fillAny(rnd, reflect.ValueOf(r).Elem())
		r.Meta().ID, r.Meta().Erased = "a", false
		value, _, err := s.encode(r, nextHead(r))
		if err != nil {
			t.Fatal(err)
		}
		want := must(decode(s.vault, kind, "a", value))
		scramble(reflect.ValueOf(r).Elem()) // the writer goes on with its record
		first := must(s.open(kind, s.rowOf(kind, "a", value)))
		scramble(reflect.ValueOf(first).Elem()) // and so does a reader
		if second := must(s.open(kind, s.rowOf(kind, "a", value))); !reflect.DeepEqual(second, want) {
			t.Errorf("%s: a change shows in what the next one reads:\n%+v\n%+v", kind, second, want)
		}
	}
}

func TestTheMemoryOfAStoreIsBounded(t *testing.T) {
	var m memo
	value := make([]byte, 64<<10)
	for n := range 1000 {
		m.keep(bots.KindClue, &remembered{value: value, record: clue(string(rune('a'+n)), "", "")}, m.turn())
	}
	if n := (len(m.young) + len(m.old)) * len(value); n > memoMost+2*len(value) {
		t.Errorf("%d bytes are remembered", n)
	}
}

func TestPromise15_NothingIsRememberedOfTheErased(t *testing.T) {
	s := openIn(t, t.TempDir())
	put(t, s, clue("a", "person", "text"), clue("b", "other", "text"))
	row := lookupRow(t, s, "a")
	turn := s.memo.turn()
	if row.known == nil {
		t.Fatal("what was just written is not remembered")
	}
	if err := s.Erase(t.Context(), "person"); err != nil {
		t.Fatal(err)
	}
	if again := lookupRow(t, s, "a"); again.known != nil {
		t.Error("what is erased is still remembered")
	}
	if other := lookupRow(t, s, "b"); other.known == nil {
		t.Error("another's record was forgotten too")
	}
	s.memo.keep(bots.KindClue, row.known, turn) // by somebody who opened it before
	if again := lookupRow(t, s, "a"); again.known != nil {
		t.Error("what is erased is remembered by a slow reader")
	}
	got, err := s.open(bots.KindClue, row) // by a reader who looked it up before
	if err != nil || !got.Meta().Erased || got.(*bots.Clue).Text != "" {
		t.Errorf("what is erased is read from memory: %+v, %v", got, err)
	}
}

func lookupRow(t *testing.T, s *Store, id string) (r row) {
	t.Helper()
	r = s.rowOf(bots.KindClue, id, rawValue(t, s, bots.KindClue, id))
	return r
}

// fillAny sets every exported field to something.
func fillAny(r *rand.Rand, v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(anyTime(r)))
		return
	case r.IntN(4) == 0 && v.Kind() != reflect.Struct:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillAny(r, v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		for i := range v.Len() {
			fillAny(r, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fillAny(r, key)
			fillAny(r, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fillAny(r, v.Elem())
	case reflect.String:
		v.SetString([]string{"", "a", "举报", "<&>\u2028", "bro\xffken \xe4\xb8"}[r.IntN(5)])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(r.Int64N(1000))
	case reflect.Uint64, reflect.Uint8:
		v.SetUint(uint64(r.IntN(200)))
	default:
		panic("a record holds a " + v.Kind().String())
	}
}

func anyTime(r *rand.Rand) time.Time {
	at := time.Unix(r.Int64N(2e9), r.Int64N(1e9))
	return []time.Time{{}, at, at.UTC(), time.Now(), time.Time{}.Local(), at.In(time.FixedZone("", 8*3600)), at.In(time.FixedZone("X", 0))}[r.IntN(7)]
}

// scramble changes everything that can be reached through a slice, map or pointer.
func scramble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scramble(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			scramble(v.Index(i))
			v.Index(i).SetZero()
		}
	case reflect.Map:
		v.Clear()
	case reflect.Pointer:
		if !v.IsNil() {
			scramble(v.Elem())
			v.Elem().SetZero()
		}
	}
}

// TestWhatIsOnlyLookedAtIsNotCopied: View gives everybody the same record, Get each their own; a
// change sees its own writes by both, and of an erased person neither shows anything.
func TestWhatIsOnlyLookedAtIsNotCopied(t *testing.T) {
	s := openIn(t, t.TempDir())
	ctx := t.Context()
	view := func(tx record.Tx) *bots.Clue { return must(record.View[bots.Clue](tx, "a")) }
	load := func(tx record.Tx) *bots.Clue { return must(record.Load[bots.Clue](tx, "a")) }
	looks := func(tx record.Tx) error {
		seen, again, own, other := view(tx), view(tx), load(tx), load(tx)
		if seen != again || own == seen || own == other {
			t.Error("View copies, or Get does not")
		}
		own.Text += ", changed"
		if view(tx).Text == own.Text {
			t.Error("what one change does to its copy shows in what others look at")
		}
		if err := tx.Put(own); err != nil || view(tx).Text != own.Text {
			t.Errorf("a change does not see its own write: %v", err)
		}
		if _, err := record.View[bots.Clue](tx, "b"); !errors.Is(err, record.ErrNotFound) {
			t.Errorf("nothing is there: %v", err)
		}
		return nil
	}
	if err := s.Update(ctx, func(tx record.Tx) error { return tx.Put(clue("a", "talk", "talk")) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(ctx, looks); err != nil { // in the writer
		t.Fatal(err)
	}
	r, err := s.rehearse(looks)
	if err != nil || r == nil {
		t.Fatalf("rehearsed: %v, %v", r, err)
	}
	if err := s.Erase(ctx, "talk"); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(ctx, func(tx record.Tx) error {
		if c := view(tx); !c.Erased || c.Text != "" {
			t.Errorf("of an erased person is left: %+v", c)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
