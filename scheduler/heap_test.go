package scheduler

import (
	"fmt"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"
)

func TestHeapWakesInOrder(t *testing.T) {
	base := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	var h Heap[string]
	h.Set("late", base.Add(time.Hour))
	h.Set("moved", base.Add(2*time.Hour))
	h.Set("first of two", base)
	h.Set("second of two", base)
	h.Set("gone", base)
	h.Set("moved", base.Add(-time.Second))
	if !h.Remove("gone") || h.Remove("gone") || h.Remove("never") {
		t.Error("Remove should say whether the key was waiting")
	}
	if got := h.PopDue(base); !slices.Equal(got, []string{"moved", "first of two", "second of two"}) {
		t.Errorf("due %q", got)
	}
	key, at, ok := h.Next()
	if key != "late" || !at.Equal(base.Add(time.Hour)) || !ok || h.Len() != 1 {
		t.Errorf("next %q at %v (%v), %d waiting", key, at, ok, h.Len())
	}
}

func TestEmptyHeap(t *testing.T) {
	var h Heap[int]
	if _, _, ok := h.Next(); ok || h.PopDue(time.Now()) != nil || h.Len() != 0 {
		t.Error("an empty heap has something to wake")
	}
}

// TestHeapAgainstModel does random operations on a heap and on a sorted list.
func TestHeapAgainstModel(t *testing.T) {
	type entry struct {
		key, at, seq int
	}
	rapid.Check(t, func(t *rapid.T) {
		var h Heap[int]
		var model []entry
		seq := 0
		moment := func(n int) time.Time { return time.Unix(int64(n/4), int64(n%4)) }
		forget := func(key int) bool {
			before := len(model)
			model = slices.DeleteFunc(model, func(e entry) bool { return e.key == key })
			return len(model) < before
		}
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				key, at := rapid.IntRange(0, 40).Draw(t, "key"), rapid.IntRange(-20, 60).Draw(t, "at")
				forget(key)
				seq++
				model = append(model, entry{key, at, seq})
				h.Set(key, moment(at))
			},
			"remove": func(t *rapid.T) {
				key := rapid.IntRange(0, 40).Draw(t, "key")
				if got, want := h.Remove(key), forget(key); got != want {
					t.Fatalf("Remove(%d) = %v, want %v", key, got, want)
				}
			},
			"pop": func(t *rapid.T) {
				now := rapid.IntRange(-20, 60).Draw(t, "now")
				var want []int
				for len(model) > 0 && model[0].at <= now {
					want = append(want, model[0].key)
					model = model[1:]
				}
				if got := h.PopDue(moment(now)); !slices.Equal(got, want) {
					t.Fatalf("PopDue(%d) = %v, want %v", now, got, want)
				}
			},
			"": func(t *rapid.T) {
				slices.SortFunc(model, func(a, b entry) int {
					return slices.Compare([]int{a.at, a.seq}, []int{b.at, b.seq})
				})
				key, at, ok := h.Next()
				if ok != (len(model) > 0) || h.Len() != len(model) {
					t.Fatalf("%d waiting, want %d", h.Len(), len(model))
				}
				if ok && (key != model[0].key || !at.Equal(moment(model[0].at))) {
					t.Fatalf("next is %d at %v, want %+v", key, at, model[0])
				}
			},
		})
	})
}

// BenchmarkWake is goal G7: one wake (take the first key, set it again later) at three sizes,
// as a ratio to the smallest and to sorting all entries as robfig/cron's loop does. The
// candidates take turns in every round; medians are reported.
func BenchmarkWake(b *testing.B) {
	sizes := []int{1_000, 10_000, 100_000}
	const rounds = 9
	heap, sorted := map[int][]float64{}, map[int][]float64{}
	for b.Loop() {
		for range rounds {
			for _, n := range sizes {
				heap[n] = append(heap[n], perWake(20_000, heapWakes(n)))
				sorted[n] = append(sorted[n], perWake(20, sortWakes(n)))
			}
		}
	}
	for _, n := range sizes {
		h, s := median(heap[n]), median(sorted[n])
		b.ReportMetric(h, fmt.Sprintf("ns/wake-%dk", n/1000))
		b.ReportMetric(h/median(heap[1000]), fmt.Sprintf("x-of-1k-at-%dk", n/1000))
		b.ReportMetric(s/h, fmt.Sprintf("x-cheaper-than-sort-%dk", n/1000))
	}
	b.ReportMetric(0, "ns/op")
}

func perWake(n int, wake func()) float64 {
	for range n / 10 {
		wake()
	}
	start := time.Now()
	for range n {
		wake()
	}
	return float64(time.Since(start).Nanoseconds()) / float64(n)
}

func spread(i, n int) time.Duration {
	return time.Duration(i*7919%n) * time.Second
}

func heapWakes(n int) func() {
	var h Heap[string]
	base := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for i := range n {
		h.Set(fmt.Sprintf("schedule-%06d", i), base.Add(spread(i, n)))
	}
	period := time.Duration(n) * time.Second
	return func() {
		key, at, _ := h.Next()
		h.Set(key, at.Add(period))
	}
}

type byNext []*cron.Entry

func (s byNext) Len() int           { return len(s) }
func (s byNext) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s byNext) Less(i, j int) bool { return s[i].Next.Before(s[j].Next) }

func sortWakes(n int) func() {
	base := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	var all byNext
	for i := range n {
		all = append(all, &cron.Entry{ID: cron.EntryID(i), Next: base.Add(spread(i, n))})
	}
	period := time.Duration(n) * time.Second
	return func() {
		sort.Sort(all)
		all[0].Next = all[0].Next.Add(period)
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
