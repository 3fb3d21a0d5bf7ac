package mastodon_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/mastodon"
)

// A server that was taken over leads us, and our token, nowhere else: not by what we read, nor by its stream.
func TestARedirectIsNotFollowed(t *testing.T) {
	var led atomic.Int32
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { led.Add(1) }))
	defer inside.Close()
	f := newFake()
	var turned atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if turned.Load() {
			http.Redirect(w, r, inside.URL+r.URL.Path, http.StatusTemporaryRedirect)
			return
		}
		f.ServeHTTP(w, r)
	}))
	defer srv.Close()
	host := adaptertest.Host(t)
	host.Read.CheckRedirect = nil // as the daemon lends it
	a, err := mastodon.Open(t.Context(), adapters.Config{ID: "station", BaseURL: srv.URL, Secrets: map[string]adapters.Secret{"token": token}}, host)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	turned.Store(true)
	if _, err := a.Caps().Watch.Poll(t.Context(), a.Caps().Watch.Sources()[0], "", 10); adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("a poll: %v", err)
	}
	if err := a.Caps().Stream.Stream(t.Context(), func() {}, func(adapters.Inbound) error { return nil }); adapters.ClassOf(err) != adapters.Unsupported {
		t.Errorf("the stream: %v", err)
	}
	if n := led.Load(); n > 0 {
		t.Errorf("led away %d times", n)
	}
}
