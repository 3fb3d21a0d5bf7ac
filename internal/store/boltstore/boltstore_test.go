package boltstore

import (
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func openIn(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSanity(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	ctx := t.Context()
	e := &bots.Event{Key: "a", Kind: bots.MessageHeard, Body: &bots.Heard{Text: "你好"}}
	e.Stream, e.Subject = "c1", "c1"
	fresh, err := s.Accept(ctx, []*bots.Event{e}, &record.Mark{Head: bots.Head{ID: "m"}, Value: "1"})
	t.Log(fresh, err, e.ID, e.Accepted)
	if err := s.Update(ctx, func(tx record.Tx) error {
		e2, err := record.Load[bots.Event](tx, e.ID)
		if err != nil {
			return err
		}
		e2.State = bots.EventDecided
		tx.Audit(record.AuditEntry{Did: "x", On: bots.Target{Kind: bots.KindEvent, ID: e.ID}})
		return tx.Put(e2)
	}); err != nil {
		t.Fatal(err)
	}
	got, err := s.List(ctx, record.Query{Kind: bots.KindEvent, Stream: "c1"})
	t.Log(got[0], got[0].(*bots.Event).Body, err)
	s.Close()
	s = openIn(t, dir)
	t.Log(s.Get(ctx, bots.KindEvent, e.ID))
	t.Log(s.AuditOf(ctx, bots.Target{Kind: bots.KindEvent, ID: e.ID}))
	if err := s.Erase(ctx, "c1"); err != nil {
		t.Fatal(err)
	}
	t.Log(s.Get(ctx, bots.KindEvent, e.ID))
}
