//go:build !race

// The race detector makes sync.Pool forget at random.

package patrol

import "testing"

func TestSiftingNothingDoesNotAllocate(t *testing.T) {
	s := NewSieve(pack(t))
	if n := testing.AllocsPerRun(100, func() { s.Sift("今天天气真好，去海边玩，拍了很多照片，大家周末愉快") }); n != 0 {
		t.Errorf("%v allocations a post", n)
	}
}
