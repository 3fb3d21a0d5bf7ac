package bench

import (
	"flag"
	"slices"
	"sync"
	"testing"
	"time"
)

var (
	rounds = flag.Int("rounds", 7, "turns each candidate gets")
	turn   = flag.Duration("turn", time.Second, "how long one turn takes")
)

// candidate stores one pair durably for one caller. It is called in parallel.
type candidate struct {
	name string
	put  func(n int)
}

// takeTurns lets the candidates work in turns and returns each one's operations per
// second, round by round.
func takeTurns(callers int, all []candidate) [][]float64 {
	speed := make([][]float64, len(all))
	next := make([]int, len(all))
	for i := range all { // one short turn to warm up, not counted
		_, next[i] = oneTurn(callers, all[i], 0, *turn/5)
	}
	for range *rounds {
		for i, c := range all {
			var ops float64
			ops, next[i] = oneTurn(callers, c, next[i], *turn)
			speed[i] = append(speed[i], ops)
		}
	}
	return speed
}

// oneTurn runs callers until the time is up. Numbers start at from and are given to
// callers one after the other, so that keys arrive in nearly the order of time.
func oneTurn(callers int, c candidate, from int, length time.Duration) (ops float64, next int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	next = from
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		next++
		return next - 1
	}
	begin := time.Now()
	for range callers {
		wg.Go(func() {
			for time.Since(begin) < length {
				c.put(take())
			}
		})
	}
	wg.Wait()
	return float64(next-from) / time.Since(begin).Seconds(), next
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	if n := len(x); n%2 == 0 {
		return (x[n/2-1] + x[n/2]) / 2
	}
	return x[len(x)/2]
}

// ratio is the median of the rounds' ratios.
func ratio(a, b []float64) float64 {
	r := make([]float64, len(a))
	for i := range a {
		r[i] = a[i] / b[i]
	}
	return median(r)
}

// report prints the speeds and the first candidate's ratio to each of the others.
func report(b *testing.B, all []candidate, speed [][]float64) {
	for i, c := range all {
		b.ReportMetric(median(speed[i]), c.name+"-ops/s")
		b.Logf("%-14s median %9.0f  %s", c.name, median(speed[i]), spread(speed[i]))
		if i > 0 {
			b.ReportMetric(ratio(speed[0], speed[i]), "x-"+c.name)
		}
	}
	b.ReportMetric(0, "ns/op") // hides it: one run is one whole measurement
}
