// Package adaptertest is a kit: it may send and it may use testing.
package adaptertest

import (
	"context"
	"testing"

	"netpatrol/adapters"
)

func Run(t *testing.T, c adapters.Caps) {
	if err := c.Publish.Publish(context.Background(), ""); err != nil {
		t.Error(err)
	}
}
