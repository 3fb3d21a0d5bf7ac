package storetest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// testModel runs random operations against the store and a map that says what it must
// hold. Each run has names of its own, so that runs can share a store.
func testModel(t *testing.T, b *bench) {
	run := 0
	few()
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &model{b: b, ctx: t.Context(), run: fmt.Sprintf("r%d.", run), clues: map[string]bots.Clue{}, keys: map[string]string{}}
		rt.Repeat(map[string]func(*rapid.T){
			"":       m.check,
			"change": m.change,
			"accept": m.accept,
			"erase":  m.erase,
			"reopen": m.reopen,
		})
	})
}

type model struct {
	b     *bench
	ctx   context.Context
	run   string
	clues map[string]bots.Clue
	keys  map[string]string // key of an event -> id
}

var (
	names    = rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
	states   = rapid.SampledFrom([]string{"", "open", "warned", "dismissed"})
	subjects = rapid.SampledFrom([]string{"", "p1", "p2"})
	moments  = rapid.SampledFrom([]time.Time{{}, t0, t0.Add(time.Hour), t0.Add(-time.Hour)})
)

// change makes a few writes at once, and sometimes fails at the end.
func (m *model) change(rt *rapid.T) {
	after := make(map[string]bots.Clue, len(m.clues))
	for k, v := range m.clues {
		after[k] = v
	}
	fails := rapid.IntRange(0, 3).Draw(rt, "fails") == 0
	steps := rapid.IntRange(1, 4).Draw(rt, "steps")
	writes := make([]bots.Clue, steps)
	for i := range writes {
		writes[i] = m.draw(rt)
	}
	err := m.b.Update(m.ctx, func(tx record.Tx) error {
		for _, w := range writes {
			if err := m.write(tx, after, w); err != nil {
				return err
			}
		}
		if fails {
			return errMeant
		}
		return nil
	})
	switch {
	case fails && !errors.Is(err, errMeant) || !fails && err != nil:
		rt.Fatalf("change: %v", err)
	case !fails:
		m.clues = after
	}
}

// draw makes a clue; one with the text "delete" stands for its removal.
func (m *model) draw(rt *rapid.T) bots.Clue {
	name := m.run + names.Draw(rt, "name")
	c := *clue(name, m.run+names.Draw(rt, "stream"), states.Draw(rt, "state"))
	c.Subject, c.Due = subjects.Draw(rt, "subject"), moments.Draw(rt, "due")
	c.Text = rapid.SampledFrom([]string{"delete", "短", "a text"}).Draw(rt, "text")
	if c.Subject != "" {
		c.Subject = m.run + c.Subject
	}
	return c
}

func (m *model) write(tx record.Tx, after map[string]bots.Clue, w bots.Clue) error {
	old, there := after[w.ID]
	if w.Text == "delete" {
		delete(after, w.ID)
		err := tx.Delete(bots.KindClue, w.ID)
		if !there && errors.Is(err, record.ErrNotFound) {
			return nil
		}
		return err
	}
	w.Version = old.Version
	if err := tx.Put(&w); err != nil {
		return err
	}
	after[w.ID] = w
	return nil
}

func (m *model) accept(rt *rapid.T) {
	var events []*bots.Event
	for range rapid.IntRange(1, 3).Draw(rt, "events") {
		events = append(events, event(m.run+names.Draw(rt, "key"), m.run+"s"))
	}
	fresh, err := m.b.Accept(m.ctx, events)
	if err != nil {
		rt.Fatalf("accept: %v", err)
	}
	for i, e := range events {
		first, known := m.keys[e.Key]
		if fresh[i] == known || known && e.ID != first {
			rt.Fatalf("key %s: fresh %v, id %s; the model has %q", e.Key, fresh[i], e.ID, first)
		}
		m.keys[e.Key] = e.ID
	}
}

func (m *model) erase(rt *rapid.T) {
	subject := m.run + rapid.SampledFrom([]string{"p1", "p2"}).Draw(rt, "subject")
	if err := m.b.Erase(m.ctx, subject); err != nil {
		rt.Fatalf("erase: %v", err)
	}
	for name, c := range m.clues {
		if c.Subject == subject {
			m.clues[name] = bots.Clue{Head: c.Head}
			e := m.clues[name]
			e.Erased = true
			m.clues[name] = e
		}
	}
}

func (m *model) reopen(rt *rapid.T) { m.b.reopen(rt) }

// check compares records and lists with the model.
func (m *model) check(rt *rapid.T) {
	for name, want := range m.clues {
		got, err := record.Fetch[bots.Clue](m.ctx, m.b, name)
		if err != nil || got.Head != want.Head || got.Text != want.Text {
			rt.Fatalf("%s is %+v, %v; the model has %+v", name, got, err, want)
		}
	}
	q := record.Query{Kind: bots.KindClue, Stream: m.run + names.Draw(rt, "stream"), State: states.Draw(rt, "state"), Newest: rapid.Bool().Draw(rt, "newest")}
	m.compare(rt, q)
	m.compareDue(rt, record.Query{Kind: bots.KindClue, State: "open", DueBefore: t0, Limit: 1000})
}

func (m *model) compare(rt *rapid.T, q record.Query) {
	var want []string
	for name, c := range m.clues {
		if c.Stream == q.Stream && (q.State == "" || c.State == q.State) {
			want = append(want, name)
		}
	}
	slices.Sort(want)
	if q.Newest {
		slices.Reverse(want)
	}
	got, err := m.b.List(m.ctx, q)
	if err != nil || !slices.Equal(ids(got), want) {
		rt.Fatalf("%+v: %v, %v; the model has %v", q, ids(got), err, want)
	}
}

func (m *model) compareDue(rt *rapid.T, q record.Query) {
	got, err := m.b.List(m.ctx, q)
	if err != nil {
		rt.Fatalf("%+v: %v", q, err)
	}
	n, last := 0, time.Time{}
	for _, r := range got {
		h := r.Meta()
		if h.Due.Before(last) {
			rt.Fatalf("%s, due %s, comes behind one due %s", h.ID, h.Due, last)
		}
		if last = h.Due; strings.HasPrefix(h.ID, m.run) {
			n++
		}
	}
	want := 0
	for _, c := range m.clues {
		if c.State == q.State && !c.Due.IsZero() && !c.Due.After(q.DueBefore) {
			want++
		}
	}
	if n != want {
		rt.Fatalf("%d due, the model has %d", n, want)
	}
}

// few keeps the suite short, because every step is a commit; -rapid.checks asks for more.
func few() {
	if f := flag.Lookup("rapid.checks"); f != nil && f.Value.String() == f.DefValue {
		_ = f.Value.Set("25")
	}
}
