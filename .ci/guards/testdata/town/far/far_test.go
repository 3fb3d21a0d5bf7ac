package far

import (
	"testing"

	"town/gate"
)

func TestPromise4_AGateNeedsAKey(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		if gate.Open("") {
			t.Error("open")
		}
	})
}
