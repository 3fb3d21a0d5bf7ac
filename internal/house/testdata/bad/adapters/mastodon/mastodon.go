// Package mastodon keeps every rule.
package mastodon

import (
	"context"

	"netpatrol/adapters"
)

type Account struct{ text []string }

func (a *Account) Send(ctx context.Context, text string) error {
	a.text = append(a.text, text)
	return nil
}

var _ adapters.Messenger = (*Account)(nil)
