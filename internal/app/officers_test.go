package app

import (
	"errors"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
	"netpatrol/internal/web/signin"
)

// A sign-in link that nobody used lies about in a chat or a terminal: it does not open for ever.
func TestAnOfficersSignInLinkEnds(t *testing.T) {
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(t.Context(), func(tx record.Tx) error {
		return tx.Put(&record.Officer{Head: bots.Head{ID: "chen", State: record.OfficerActive}, Roles: []record.Role{record.Duty}})
	}); err != nil {
		t.Fatal(err)
	}
	code, err := (&App{store: s}).SignInCode(t.Context(), "chen")
	if err != nil {
		t.Fatal(err)
	}
	o, err := record.Fetch[record.Officer](t.Context(), s, "chen")
	if err != nil || o.LinkEnds.Sub(o.Updated) != record.InviteLife {
		t.Fatalf("it ends %s, %v", o.LinkEnds, err)
	}
	door := signin.New(signin.Options{Store: s})
	if _, err := door.Peek(t.Context(), code); err != nil {
		t.Error(err)
	}
	o.LinkEnds = time.Now()
	if err := s.Update(t.Context(), func(tx record.Tx) error { return tx.Put(o) }); err != nil {
		t.Fatal(err)
	}
	if _, err := door.ByCode(t.Context(), code); !errors.Is(err, signin.ErrDenied) {
		t.Errorf("an old link opens: %v", err)
	}
}
