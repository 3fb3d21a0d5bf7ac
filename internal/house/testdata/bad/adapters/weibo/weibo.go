// Package weibo is an adapter that does what adapters must not.
package weibo

import (
	"context"
	"os" // want pure
	"time"

	_ "netpatrol/adapters/mastodon" // want import
	_ "netpatrol/bots"              // want import
)

type Account struct{}

func (Account) Publish(ctx context.Context, text string) error {
	go os.Getpid()            // want goroutine
	<-time.After(time.Second) // want clock
	return Account{}.Publish(ctx, text)
}
