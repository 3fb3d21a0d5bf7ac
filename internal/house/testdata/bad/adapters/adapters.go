// Package adapters is a seam that knows too much.
package adapters

import (
	"context"

	_ "netpatrol/bots/match" // want import
)

type Publisher interface {
	Publish(ctx context.Context, text string) error
}

type Messenger interface {
	Send(ctx context.Context, text string) error
}

type Commenter interface {
	Comment(ctx context.Context, text string) error
}

type Retractor interface {
	Withdraw(ctx context.Context, ref string) error
}

type Caps struct {
	Publish Publisher
	Message Messenger
	Comment Commenter
	Retract Retractor
}
