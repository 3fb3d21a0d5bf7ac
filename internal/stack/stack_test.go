package stack

import (
	"sync"
	"testing"
)

// down needs about as much stack as deciding an event does.
//
//go:noinline
func down(n int) int {
	var frame [200]byte
	if n == 0 {
		return int(frame[0])
	}
	return down(n-1) + int(frame[n])
}

// BenchmarkGoroutine compares one that grows at once with one that grows as it goes.
func BenchmarkGoroutine(b *testing.B) {
	for name, first := range map[string]func(){"at-once": Grow, "as-it-goes": func() {}} {
		b.Run(name, func(b *testing.B) {
			var wg sync.WaitGroup
			for b.Loop() {
				wg.Go(func() { first(); down(50) })
				wg.Wait()
			}
		})
	}
}

// TestGrowTakesNoHeap: what it takes is stack, given back with the goroutine.
func TestGrowTakesNoHeap(t *testing.T) {
	if n := testing.AllocsPerRun(100, Grow); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
