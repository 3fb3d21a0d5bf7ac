package boltstore

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// TestBodiesAreWrittenAsTheyAlwaysWere: records of every kind, filled with anything, have the
// bytes that encoding/json gives them.
func TestBodiesAreWrittenAsTheyAlwaysWere(t *testing.T) {
	s := openIn(t, t.TempDir())
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	for _, kind := range record.Kinds() {
		for range 100 {
			r := must(record.New(kind))
			fillAny(rnd, reflect.ValueOf(r).Elem())
			sameForm(t, s, r, seed)
		}
	}
	for range 100 {
		for _, body := range []bots.Body{nil, &bots.Heard{}, &bots.Slot{}, &bots.Reminder{}, &bots.FetchResult{}, &bots.Decision{}, &bots.Outcome{}, &bots.HandoffAnswer{}} {
			e := &bots.Event{}
			fillAny(rnd, reflect.ValueOf(e).Elem())
			if e.Body = body; body != nil {
				fillAny(rnd, reflect.ValueOf(body).Elem())
			}
			sameForm(t, s, e, seed)
		}
	}
}

func sameForm(t *testing.T, s *Store, r bots.Record, seed uint64) {
	t.Helper()
	want, bad := json.Marshal(r)
	got, err := s.appendBodyOf(nil, r)
	if (err == nil) != (bad == nil) || bad == nil && !bytes.Equal(got, want) {
		t.Fatalf("seed %d, %s: %v, %v\ngot  %s\nwant %s", seed, r.RecordKind(), err, bad, got, want)
	}
}
