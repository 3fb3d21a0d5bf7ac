package boltstore

import (
	"fmt"
	"slices"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// TestListsSpanYoungAndIndexedEvents has events on both sides of the boundary, some of
// which changed before they were indexed, some after.
func TestListsSpanYoungAndIndexedEvents(t *testing.T) {
	s := openIn(t, t.TempDir())
	var all []*bots.Event
	for n := range 3 {
		var events []*bots.Event
		for i := range 2000 {
			e := heard(fmt.Sprintf("%d-%d", n, i), "")
			e.Stream, e.Subject = fmt.Sprint("s", i%7), ""
			events = append(events, e)
		}
		if _, err := s.Accept(t.Context(), events); err != nil {
			t.Fatal(err)
		}
		all = append(all, events...)
		decideSome(t, s, all, n)
	}
	if m := metaNow(t, s); m.indexed == "" || m.young > youngMost || m.indexed >= all[len(all)-1].ID {
		t.Fatalf("nothing, or everything, was indexed: %+v", m)
	}
	for _, state := range []string{"", bots.EventPending, bots.EventDecided, bots.EventParked} {
		for _, stream := range []string{"", "s0", "s6"} {
			comparePages(t, s, all, record.Query{Kind: bots.KindEvent, State: state, Stream: stream, Limit: 300})
		}
	}
}

// decideSome moves every tenth event to another state, a different tenth each time.
func decideSome(t *testing.T, s *Store, all []*bots.Event, n int) {
	t.Helper()
	err := s.Update(t.Context(), func(tx record.Tx) error {
		for i, e := range all {
			if i%10 != n && i%10 != 9-n {
				continue
			}
			if e.State = bots.EventDecided; i%10 == n {
				e.State = bots.EventParked
			}
			if err := tx.Put(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func metaNow(t *testing.T, s *Store) (m meta) {
	t.Helper()
	tx, err := s.db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	m = readMeta(tx)
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	return m
}

func comparePages(t *testing.T, s *Store, all []*bots.Event, q record.Query) {
	t.Helper()
	var want []string
	for _, e := range all {
		if (q.State == "" || e.State == q.State) && (q.Stream == "" || e.Stream == q.Stream) {
			want = append(want, e.ID)
		}
	}
	for _, q.Newest = range []bool{false, true} {
		if q.Newest {
			slices.Reverse(want)
		}
		var got []string
		for q.After = ""; ; q.After = got[len(got)-1] {
			page, err := s.List(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				got = append(got, r.Meta().ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %d events, want %d", q, len(got), len(want))
		}
	}
}
