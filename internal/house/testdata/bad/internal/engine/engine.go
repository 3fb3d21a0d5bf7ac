// Package engine sends behind the outbox's back in every way there is.
package engine

import (
	"context"

	"netpatrol/adapters"
	"netpatrol/adapters/mastodon" // want import
	_ "netpatrol/internal/app"    // want import
)

type port interface {
	Publish(ctx context.Context, text string) error
}

type wide interface { // want port
	A()
	B()
	C()
	D()
	E()
	F()
	G()
	H()
}

// other has a method of the same name and another shape.
type other struct{}

func (other) Send() {}

func Act(ctx context.Context, c adapters.Caps, p port, a *mastodon.Account) {
	_ = c.Publish.Publish(ctx, "") // want send
	_ = p.Publish(ctx, "")         // want send
	_ = a.Send(ctx, "")            // want send
	send := c.Comment.Comment      // want send
	_ = send(ctx, "")
	_ = adapters.Retractor.Withdraw // want send
	other{}.Send()
}
