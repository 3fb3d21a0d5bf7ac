package match

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkScan gives ns and MB/s a post of about 70 characters, folding included.
func BenchmarkScan(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprintf("%d-patterns", n), func(b *testing.B) { benchScan(b, n) })
	}
}

func benchScan(b *testing.B, patterns int) {
	r := rand.New(rand.NewPCG(1, 2))
	m, err := NewMatcher(NewFolder(), words(r, patterns))
	if err != nil {
		b.Fatal(err)
	}
	posts := make([]string, 1000)
	total := 0
	for i := range posts {
		posts[i] = word(r, 70)
		total += len(posts[i])
	}
	b.SetBytes(int64(total / len(posts)))
	b.ReportAllocs()
	found := 0
	i := 0
	for b.Loop() {
		m.Scan(posts[i%len(posts)], func(int, Span) { found++ })
		i++
	}
}

func words(r *rand.Rand, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = word(r, 2+r.IntN(5))
	}
	return all
}

// word draws from some three thousand characters, the commoner ones more often.
func word(r *rand.Rand, n int) string {
	runes := make([]rune, n)
	for i := range runes {
		runes[i] = 0x4E00 + rune(3000*r.Float64()*r.Float64())
	}
	return string(runes)
}

func BenchmarkNewFolder(b *testing.B) {
	for b.Loop() {
		NewFolder()
	}
}

func BenchmarkIndicators(b *testing.B) {
	f := NewFolder()
	const text = "昨晚8点被骗了3万5，转到他给的卡里，电话13800138000，网址 hxxp://abc点top/x"
	b.ReportAllocs()
	for b.Loop() {
		f.Fold(text).Indicators()
	}
}
