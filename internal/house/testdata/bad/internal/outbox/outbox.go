// Package outbox may send.
package outbox

import (
	"context"

	"netpatrol/adapters"
)

func Run(ctx context.Context, c adapters.Caps) error { return c.Message.Send(ctx, "") }
