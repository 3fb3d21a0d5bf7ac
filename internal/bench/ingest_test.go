package bench

import (
	"fmt"
	"slices"
	"testing"
)

// BenchmarkG5 is durable ingest: a pair counts when it is on disk. Goals: at 1 caller
// 0.95 x bbolt-update; at 16 callers 12 x bbolt-batch and 0.5 x append-log; at 256
// callers 0.9 x pebble-sync.
func BenchmarkG5(b *testing.B) {
	for _, c := range []struct {
		callers int
		peers   []func(*testing.B, *pairs) candidate
	}{
		{1, []func(*testing.B, *pairs) candidate{netpatrol, bareUpdate}},
		{16, []func(*testing.B, *pairs) candidate{netpatrol, boltBatch, appendLog}},
		{256, []func(*testing.B, *pairs) candidate{netpatrol, pebbleSync, appendLog}},
	} {
		b.Run(fmt.Sprintf("callers=%d", c.callers), func(b *testing.B) {
			p := newPairs(b, false)
			var all []candidate
			for _, open := range c.peers {
				all = append(all, open(b, p))
			}
			for b.Loop() {
				report(b, all, takeTurns(c.callers, all))
			}
		})
	}
}

func spread(x []float64) string {
	return fmt.Sprintf("[%.0f .. %.0f]", slices.Min(x), slices.Max(x))
}
