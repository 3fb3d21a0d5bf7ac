package api_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

func TestNobodyIsRefused(t *testing.T) {
	s := newSite(t)
	for what, c := range map[string]*api.Client{
		"no token": api.NewClient(s.url, ""), "a made-up token": api.NewClient(s.url, "nonsense"),
		"a unix user who is no officer": api.NewClient(s.socket, ""),
	} {
		defer c.Close()
		_, err := c.Summary(t.Context())
		var e *api.Error
		if !errors.As(err, &e) || e.Status != http.StatusUnauthorized {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := c.Halt(t.Context(), record.HaltEverything, "why"); !errors.As(err, &e) || e.Status != http.StatusUnauthorized {
			t.Errorf("%s halts: %v", what, err)
		}
	}
}

func TestTheSocketsUserIsAnOfficerOnlyWhenMapped(t *testing.T) {
	s := newSite(t)
	c := api.NewClient(s.socket, "")
	defer c.Close()
	uid := os.Getuid()
	s.Update(func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, "lin")
		if err != nil {
			return err
		}
		o.UID = &uid
		return tx.Put(o)
	})
	who, err := c.Whoami(t.Context())
	if err != nil || who.ID != "lin" {
		t.Fatalf("%+v, %v", who, err)
	}
	bad := api.NewClient(s.socket, "a bad token")
	defer bad.Close()
	_, err = bad.Whoami(t.Context())
	refused(t, err, http.StatusUnauthorized, "denied")
	s.Update(func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, "lin")
		if err != nil {
			return err
		}
		o.State = "suspended"
		return tx.Put(o)
	})
	_, err = c.Whoami(t.Context())
	refused(t, err, http.StatusUnauthorized, "sign-in")
}

func TestATokenIsNothingWithoutItsOfficer(t *testing.T) {
	s := newSite(t)
	c := s.as("lin")
	s.Update(func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, "lin")
		if err != nil {
			return err
		}
		o.State = "suspended"
		return tx.Put(o)
	})
	_, err := c.Summary(t.Context())
	refused(t, err, http.StatusUnauthorized, "denied")
}

func TestLogout(t *testing.T) {
	s := newSite(t)
	c := s.as("lin")
	if err := c.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := c.Whoami(t.Context())
	refused(t, err, http.StatusUnauthorized, "denied")
}

func TestABrowserOnAnotherSiteCannotDecide(t *testing.T) {
	s := newSite(t)
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/api/v1/halt", strings.NewReader(`{"level":"everything","reason":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token("lin"))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("%d", res.StatusCode)
	}
}

func TestAClientWithoutADaemonSaysWhatToDo(t *testing.T) {
	c := api.NewClient(filepath.Join(t.TempDir(), "none.sock"), "")
	_, err := c.Whoami(t.Context())
	if err == nil || !strings.Contains(err.Error(), "netpatrol serve") {
		t.Errorf("%v", err)
	}
}
