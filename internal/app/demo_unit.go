package app

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox/bridge"
)

// unitSystem is the pretend system of another unit: packages are handed over to it, and somebody there answers each.
type unitSystem struct {
	listener
	site *bridge.Site
}

const (
	systemAccount = "qiongshan-xitong"
	// systemTakes is how often somebody at the other unit looks.
	systemTakes = 400 * time.Millisecond
)

// newUnitSystem makes one whose answers go to netpatrol's front door. Its first acknowledgement is lost on the way.
func newUnitSystem(door string) (*unitSystem, error) {
	l, err := listen()
	if err != nil {
		return nil, err
	}
	return &unitSystem{l, bridge.New(bridge.Options{
		Secret: demoBridgeSecret, Name: "椰城市公安局网络警察支队", CallbackURL: "http://" + door + "/callback/" + systemAccount, RetryDelay: 300 * time.Millisecond,
		Abilities: []string{"handover", "watch"},
	})}, nil
}

func (u *unitSystem) account() config.Account {
	return config.Account{
		ID: systemAccount, Platform: "bridge", BaseURL: u.base(), Language: "zh-Hans", Watch: []string{adapters.SourceHandovers}, Poll: time.Second,
		Secrets: map[string]adapters.Secret{"secret": demoBridgeSecret},
	}
}

func (u *unitSystem) serve(ctx context.Context) error {
	defer u.site.Close()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveOn(ctx, u.Listener, u.site) })
	g.Go(func() error { return u.answer(ctx) })
	return g.Wait()
}

// answer takes every package on, once.
func (u *unitSystem) answer(ctx context.Context) error {
	var taken []string
	for ctx.Err() == nil {
		for _, p := range u.site.Packages() {
			if p.Withdrawn || slices.Contains(taken, p.Code) {
				continue
			}
			if err := u.site.Reply(p, bots.HandoffAccepted, "琼公网安2026-0042", "已受理"); err != nil {
				return err
			}
			taken = append(taken, p.Code)
		}
		sleep(ctx, systemTakes)
	}
	return nil
}
