package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

// Every request an account makes is counted across restarts, and only where the platform counts.
func TestCallsAreCountedWhereThePlatformCounts(t *testing.T) {
	store, err := boltstore.Open(boltstore.Options{Dir: t.TempDir(), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	platform := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer platform.Close()
	left := func(n int) int {
		for range 2 { // the second is another process
			c := &callCounter{store: store, account: "weibo", log: slog.New(slog.DiscardHandler)}
			c.budget.Store(&adapters.CallBudget{N: n, Per: 24 * time.Hour})
			h := c.lend(adapters.Host{Read: &http.Client{Transport: http.DefaultTransport}, Write: &http.Client{Transport: http.DefaultTransport}})
			for _, client := range []*http.Client{h.Read, h.Write} {
				r, err := client.Get(platform.URL)
				if err != nil {
					t.Fatal(err)
				}
				r.Body.Close()
			}
		}
		p, err := record.Fetch[record.Pulse](context.Background(), store, "weibo")
		if err != nil {
			return -1
		}
		return p.Calls.Left(time.Now())
	}
	if n := left(0); n != -1 {
		t.Errorf("calls that nobody counts: %d left", n)
	}
	if n := left(100); n != 96 {
		t.Errorf("%d of 100 left after two processes made two calls each", n)
	}
}
