package signin

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// The door of partner sites lets their people in and no officer; no other door lets them in, by whatever way.
func TestPromise2_EachDoorLetsItsOwnIn(t *testing.T) {
	const password = "correct horse battery"
	zhang := with(&record.Officer{Head: bots.Head{ID: "zhang@coconut", State: record.OfficerActive}, Roles: []record.Role{record.Liaison}, Site: "coconut"}, password)
	inside, store := open(t, with(officer("chen"), password), zhang)
	outside := New(Options{Store: store, Outside: true, Path: "/partner"})
	for _, c := range []struct {
		door *Door
		who  string
		in   bool
	}{{inside, "chen", true}, {inside, "zhang@coconut", false}, {outside, "chen", false}, {outside, "zhang@coconut", true}} {
		if _, err := c.door.ByPassword(t.Context(), c.who, password); (err == nil) != c.in || !c.in && !errors.Is(err, ErrDenied) {
			t.Errorf("%s by password, in: %v, %v", c.who, c.in, err)
		}
		code, link := NewCode()
		err := store.Update(t.Context(), func(tx record.Tx) error {
			o, err := record.Load[record.Officer](tx, c.who)
			o.Link, o.LinkEnds = link, time.Now().Add(time.Hour)
			return errors.Join(err, tx.Put(o))
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.door.ByCode(t.Context(), code); (err == nil) != c.in {
			t.Errorf("%s by a code, in: %v, %v", c.who, c.in, err)
		}
		if err := c.door.SetPassword(t.Context(), c.who, password, password); (err == nil) != c.in {
			t.Errorf("%s sets a password, in: %v, %v", c.who, c.in, err)
		}
	}
	// a session that was made at one door is none at the other
	for door, other := range map[*Door]*Door{inside: outside, outside: inside} {
		who := map[*Door]string{inside: "chen", outside: "zhang@coconut"}[door]
		h := door.Sessions().LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			o, err := record.Fetch[record.Officer](r.Context(), store, who)
			if err := errors.Join(err, door.Enter(r.Context(), o)); err != nil {
				t.Error(err)
			}
		}))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		cookie := w.Result().Cookies()[0]
		cookie.Name = other.cookie()
		again := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		again.AddCookie(cookie)
		other.Sessions().LoadAndSave(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if o, err := other.Current(r.Context()); !errors.Is(err, ErrDenied) {
				t.Errorf("a session of %s is taken elsewhere: %+v, %v", who, o, err)
			}
		})).ServeHTTP(httptest.NewRecorder(), again)
	}
	if seen, err := outside.Seen(t.Context()); err != nil || seen.IsZero() {
		t.Errorf("an officer was seen: %v, %v", seen, err)
	}
}

// Somebody of a partner site who is there is no officer on duty: nothing leaves because of them.
func TestThePeopleOfPartnerSitesAreNotSeen(t *testing.T) {
	const password = "correct horse battery"
	_, store := open(t, with(&record.Officer{Head: bots.Head{ID: "zhang@coconut", State: record.OfficerActive}, Roles: []record.Role{record.Liaison}, Site: "coconut"}, password))
	outside := New(Options{Store: store, Outside: true})
	if _, err := outside.ByPassword(t.Context(), "zhang@coconut", password); err != nil {
		t.Fatal(err)
	}
	if seen, err := outside.Seen(t.Context()); err != nil || !seen.IsZero() {
		t.Errorf("seen %s, %v", seen, err)
	}
}

func TestAnInvitationEnds(t *testing.T) {
	code, link := NewCode()
	o := officer("chen")
	o.Link, o.LinkEnds = link, time.Now().Add(-time.Second)
	door, _ := open(t, o)
	if _, err := door.ByCode(t.Context(), code); !errors.Is(err, ErrDenied) {
		t.Errorf("an old invitation: %v", err)
	}
}
