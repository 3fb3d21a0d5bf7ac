package app

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/config"
)

// beside runs a new station and a pretend platform until the test ends.
func beside(t *testing.T, v venue, c *config.Config, platforms map[string]adapters.Platform) *App {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = v.serve(ctx) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	return runs(t, c, platforms)
}

// runs runs a new station until the test ends.
func runs(t *testing.T, c *config.Config, platforms map[string]adapters.Platform) *App {
	t.Helper()
	if err := Init(c.State); err != nil {
		t.Fatal(err)
	}
	app, err := New(t.Context(), Options{Config: c, Platforms: platforms, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := app.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	return app
}

// works does a new station's work, without its listeners, until end is called: for bubbles, which have no network.
func works(t *testing.T, c *config.Config, platforms map[string]adapters.Platform) (app *App, end func()) {
	t.Helper()
	if err := Init(c.State); err != nil {
		t.Fatal(err)
	}
	app, err := New(t.Context(), Options{Config: c, Platforms: platforms, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := app.Work(ctx); err != nil {
			t.Error(err)
		}
	})
	return app, func() {
		cancel()
		wg.Wait()
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}

// blogConfig is a station of the board's officers with other accounts; it reaches nobody but these, and soon.
func blogConfig(t *testing.T, accounts ...config.Account) *config.Config {
	t.Helper()
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen, c.Frontdoor.Listen = t.TempDir(), "测试网警", "", ""
	c.Officers = boardConfig("", "").Officers
	c.Pace.Settle, c.Pace.Backoff = 200*time.Millisecond, 50*time.Millisecond
	c.Accounts = accounts
	return c
}
