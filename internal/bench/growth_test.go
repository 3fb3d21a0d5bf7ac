package bench

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/store/boltstore"
)

var grow = flag.Int("grow", 100_000, "records the large store has; 1000000 takes some minutes and 4 GB of disk")

const (
	smallStore = 10_000
	groupSize  = 256 // events in a commit while a store is filled, as under load
	putSamples = 500
)

// BenchmarkGrowth compares a store of 10 000 events with a large one: start to first
// accepted event (goal: 2 x that of an empty store at most), median of a durable put (1.3 x
// at most), bytes written for each byte stored, with all indexes (4 at most). A store is
// filled as it is in service: people write ten messages each, 256 at a time; events are accepted
// in groups and decided group by group, which writes each a second time.
func BenchmarkGrowth(b *testing.B) {
	for b.Loop() {
		empty, small, large := b.TempDir(), b.TempDir(), b.TempDir()
		p := newPairs(b, true)
		fill(b, p, empty, 0)
		one, many := fill(b, p, small, smallStore), fill(b, p, large, *grow)
		sizes := []struct {
			name, dir string
			from      int
		}{{"empty", empty, 0}, {"small", small, smallStore}, {"large", large, *grow}}
		starts, puts := map[string][]float64{}, map[string][]float64{}
		for round := range *rounds {
			for _, s := range sizes {
				at := s.from + round*(putSamples+1)
				start, put := startAndPut(b, p, s.dir, at)
				starts[s.name], puts[s.name] = append(starts[s.name], start), append(puts[s.name], put)
			}
		}
		for _, s := range sizes {
			b.Logf("%-6s start to first accepted %6.2f ms, durable put p50 %6.3f ms", s.name, median(starts[s.name]), median(puts[s.name]))
		}
		b.ReportMetric(ratio(starts["large"], starts["empty"]), "x-start-of-empty")
		b.ReportMetric(ratio(puts["large"], puts["small"]), "x-put-of-small")
		for name, w := range map[string]written{"small": one, "large": many} {
			b.Logf("%-6s written for each byte stored: accepting %.2f, deciding %.2f, both %.2f", name, w.accept, w.decide, w.both)
		}
		b.ReportMetric(many.accept, "written/accepted")
		b.ReportMetric(many.both, "written/accepted+decided")
		b.ReportMetric(0, "ns/op")
	}
}

// written is bytes given to the file system for each byte of records and keys stored.
type written struct{ accept, decide, both float64 }

// fill accepts n events and decides them.
func fill(b *testing.B, p *pairs, dir string, n int) written {
	s, err := boltstore.Open(boltstore.Options{Dir: dir, Create: true})
	must(err)
	defer func() { must(s.Close()) }()
	if n == 0 {
		return written{}
	}
	var stored, accept, decided float64
	for from := 0; from < n; from += groupSize {
		events := make([]*bots.Event, min(groupSize, n-from))
		ids := make([]string, len(events))
		for i := range events {
			events[i] = p.event(from + i)
			stored += float64(len(p.value(from+i)) + len(events[i].Key))
		}
		before := bytesWritten()
		_, err := s.Accept(b.Context(), events)
		must(err)
		middle := bytesWritten()
		for i, e := range events {
			ids[i] = e.ID
		}
		must(s.Update(b.Context(), func(tx record.Tx) error { return decide(tx, ids) }))
		accept, decided = accept+middle-before, decided+bytesWritten()-middle
	}
	return written{accept / stored, decided / stored, (accept + decided) / (2 * stored)}
}

func decide(tx record.Tx, ids []string) error {
	for _, id := range ids {
		e, err := record.Load[bots.Event](tx, id)
		if err != nil {
			return err
		}
		e.State = bots.EventDecided
		if err := tx.Put(e); err != nil {
			return err
		}
	}
	return nil
}

// startAndPut opens a store, accepts one event, and then measures single durable puts.
// Both are in milliseconds.
func startAndPut(b *testing.B, p *pairs, dir string, from int) (start, put float64) {
	begin := time.Now()
	s, err := boltstore.Open(boltstore.Options{Dir: dir})
	must(err)
	defer func() { must(s.Close()) }()
	_, err = s.Accept(b.Context(), []*bots.Event{p.event(from)})
	must(err)
	start = ms(time.Since(begin))
	times := make([]float64, putSamples)
	for i := range times {
		begin = time.Now()
		_, err := s.Accept(b.Context(), []*bots.Event{p.event(from + 1 + i)})
		must(err)
		times[i] = ms(time.Since(begin))
	}
	return start, median(times)
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// bytesWritten is what this process has given to write calls so far.
func bytesWritten() float64 {
	text, err := os.ReadFile("/proc/self/io")
	must(err)
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(line, "wchar: "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(n), 64)
			must(err)
			return v
		}
	}
	panic(fmt.Sprintf("no wchar in %q", text))
}
