package storetest

import (
	"slices"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// testQueries walks every combination of the contract, for kinds that are listed often
// and kinds that are not.
func testQueries(t *testing.T, b *bench) {
	states, streams := []string{"open", "warned", bots.EventDecided, "op"}, []string{"s", "s1", "t"}
	kinds := []bots.RecordKind{bots.KindClue, bots.KindEvent, record.KindItem, record.KindTape, bots.KindConversation}
	var all []bots.Record
	for _, kind := range kinds {
		for n := range 60 {
			r := filled(t, kind)
			h := r.Meta()
			h.ID, h.State, h.Stream, h.Subject = id(n), states[n%len(states)], streams[n/3%len(streams)], ""
			all = append(all, r)
		}
	}
	b.put(t, all...)
	for _, kind := range kinds {
		for _, state := range append(states, "", "nobody") {
			for _, stream := range append(streams, "", "nobody") {
				checkPages(t, b, all, record.Query{Kind: kind, State: state, Stream: stream})
			}
		}
	}
}

func checkPages(t *testing.T, b *bench, all []bots.Record, q record.Query) {
	t.Helper()
	var want []string
	for _, r := range all {
		h := r.Meta()
		if r.RecordKind() == q.Kind && (q.State == "" || h.State == q.State) && (q.Stream == "" || h.Stream == q.Stream) {
			want = append(want, h.ID)
		}
	}
	for _, q.Newest = range []bool{false, true} {
		if q.Newest {
			slices.Reverse(want)
		}
		for _, q.Limit = range []int{1, 7, 0} {
			if got := pages(t, b, q); !slices.Equal(got, want) {
				t.Errorf("%+v\n got %v\nwant %v", q, got, want)
			}
		}
	}
}

// pages walks a query to its end.
func pages(t *testing.T, b *bench, q record.Query) []string {
	t.Helper()
	var got []string
	for {
		page := ids(b.list(t, q))
		if q.Limit > 0 && len(page) > q.Limit {
			t.Fatalf("%+v returned %d records", q, len(page))
		}
		if len(page) == 0 {
			return got
		}
		got = append(got, page...)
		q.After = page[len(page)-1]
	}
}

func testDue(t *testing.T, b *bench) {
	due := map[string]time.Time{
		"c": t0, "a": t0.Add(time.Nanosecond), "b": t0.Add(time.Hour), "never": {},
		"past": time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC), "d": t0,
	}
	for name, at := range due {
		w := &record.Wake{Head: bots.Head{ID: name, State: "waiting", Due: at}}
		other := &record.Wake{Head: bots.Head{ID: "other-" + name, State: "other", Due: at}}
		b.put(t, w, other)
	}
	for _, c := range []struct {
		until time.Time
		limit int
		want  []string
	}{
		{t0.Add(-time.Nanosecond), 0, []string{"past"}},
		{t0, 0, []string{"past", "c", "d"}},
		{t0.Add(time.Nanosecond), 0, []string{"past", "c", "d", "a"}},
		{t0.AddDate(100, 0, 0), 0, []string{"past", "c", "d", "a", "b"}},
		{t0.AddDate(100, 0, 0), 2, []string{"past", "c"}},
	} {
		got := ids(b.list(t, record.Query{Kind: record.KindWake, State: "waiting", DueBefore: c.until, Limit: c.limit}))
		if !slices.Equal(got, c.want) {
			t.Errorf("due until %s, limit %d: %v, want %v", c.until, c.limit, got, c.want)
		}
	}
}

// testMoves changes what a record is listed under, one field at a time.
func testMoves(t *testing.T, b *bench) {
	for _, kind := range []bots.RecordKind{bots.KindClue, bots.KindEvent} {
		r := filled(t, kind)
		h := r.Meta()
		for _, now := range []bots.Head{
			{State: "pending", Stream: "one", Due: t0},
			{State: "decided", Stream: "one", Due: t0},
			{State: "decided", Stream: "two", Due: t0},
			{State: "parked", Stream: "two", Due: t0.Add(time.Hour)},
			{State: "", Stream: "two"},
			{State: "pending", Stream: ""},
		} {
			h.State, h.Stream, h.Due = now.State, now.Stream, now.Due
			b.put(t, r)
			checkFoundOnly(t, b, r)
		}
	}
}

// checkFoundOnly checks that a record is listed under what it says and nothing else.
func checkFoundOnly(t *testing.T, b *bench, r bots.Record) {
	t.Helper()
	h := r.Meta()
	for _, state := range []string{"", "pending", "decided", "parked"} {
		for _, stream := range []string{"", "one", "two"} {
			q := record.Query{Kind: r.RecordKind(), State: state, Stream: stream}
			want := (state == "" || state == h.State) && (stream == "" || stream == h.Stream)
			if got := len(b.list(t, q)) == 1; got != want {
				t.Errorf("%s in %q of %q is listed by %+v: %v", q.Kind, h.State, h.Stream, q, got)
			}
		}
		if state == "" {
			continue
		}
		q := record.Query{Kind: r.RecordKind(), State: state, DueBefore: t0}
		want := state == h.State && h.Due.Equal(t0)
		if got := len(b.list(t, q)) == 1; got != want {
			t.Errorf("%s in %q due %s is listed by %+v: %v", q.Kind, h.State, h.Due, q, got)
		}
	}
}
