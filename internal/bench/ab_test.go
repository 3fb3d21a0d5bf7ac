package bench
import ("testing";"flag";"fmt";"netpatrol/internal/store/boltstore")
var callersFlag = flag.Int("callers", 16, "")
func BenchmarkAB(b *testing.B) {
	p := newPairs(b, false)
	var all []candidate
	for _, y := range []int{0, 8, 64} {
		c := netpatrol(b, p)
		all = append(all, candidate{fmt.Sprint("yields", y), c.put})
	}
	for b.Loop() {
		speed := make([][]float64, 3)
		next := make([]int, 3)
		for r := 0; r < *rounds; r++ {
			for i, y := range []int{0, 8, 64} {
				boltstore.Yields = y
				var o float64
				o, next[i] = oneTurn(*callersFlag, all[i], next[i], *turn)
				if r > 0 { speed[i] = append(speed[i], o) }
			}
		}
		report(b, all, speed)
	}
}
