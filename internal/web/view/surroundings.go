package view

import (
	"context"

	"netpatrol/adapters"
	"netpatrol/internal/record"
)

// Surroundings are what stands around an account on its platform. Its methods ask the
// platform, and may take as long as that takes.
type Surroundings interface {
	// Menu compares the menu that shows with the configured one.
	Menu(ctx context.Context, account string) (Menu, error)
	// SetMenu puts the configured menu in the place of the one with the digest seen.
	SetMenu(ctx context.Context, account string, by *record.Officer, seen string) (Menu, error)
	// Survey reads what stands on the platform before a takeover, and keeps it.
	Survey(ctx context.Context, account string, by *record.Officer) (*record.Takeover, error)
}

// Menu is an account's menu as it shows and as it is configured.
type Menu struct {
	Shown  []adapters.MenuEntry `json:"shown"`
	Wanted []adapters.MenuEntry `json:"wanted"`
	Same   bool                 `json:"same"`
	Seen   string               `json:"seen"` // digest of what shows; give it back to set
}
