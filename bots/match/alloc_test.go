//go:build !race

// The race detector makes sync.Pool forget at random.

package match

import "testing"

func TestScanDoesNotAllocate(t *testing.T) {
	m, err := NewMatcher(NewFolder(), []string{"刷单返利", "加微信"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if avg := testing.AllocsPerRun(200, func() { m.Scan("今天刷单返利，加微信", func(int, Span) { n++ }) }); avg != 0 {
		t.Errorf("%v allocations a scan", avg)
	}
}
