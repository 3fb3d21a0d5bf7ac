package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/engine"
	"netpatrol/internal/outbox"
	"netpatrol/internal/record"
	"netpatrol/internal/stack"
	"netpatrol/internal/store/boltstore"
)

// loopStreams is how many people write at once. Their keys are there beforehand, as in durable
// ingest: the first message of somebody new costs its group one more sync.
const loopStreams = 256

// BenchmarkWholeLoop is the way of a message from its arrival to its answer's claim: accepted,
// decided, committed as report, draft, approval and item, claimed by the outbox. The bare peer begins
// with the same file and writes the pairs that the loop has added or changed, in as many commits, each
// with its share of every bucket, as the pairs of a message must become durable together. Events and items
// it writes twice, as promises 5 and 4 ask for: an event when it is heard and when it is decided, an item
// when it is released and when it is claimed. Goal: at most 1.5 x its time. The index entries that the loop
// puts and drops on the way the peer does not have to write.
//
// A second peer, which keeps no promise, shows how far bbolt is from its best: every pair once, in the
// order of the keys.
func BenchmarkWholeLoop(b *testing.B) {
	for b.Loop() {
		var ratios, sorted, loops, cpus, bares, sizes, pieces []float64
		for range *rounds {
			dir := b.TempDir()
			loop := runLoop(b, dir)
			pairs, commits := changedPairs(b, dir)
			bare := replay(b, dir, asPromised(pairs, commits))
			once := replay(b, dir, inOrder(pairs, commits))
			b.Logf("loop %s, bare %s, each pair once %s: %d commits", loop.took, bare.took, once.took, commits)
			ratios = append(ratios, loop.took.Seconds()/bare.took.Seconds())
			sorted = append(sorted, loop.took.Seconds()/once.took.Seconds())
			loops = append(loops, loop.took.Seconds())
			sizes, pieces = append(sizes, loop.bytes/loopStreams), append(pieces, loop.pieces/loopStreams)
			cpus, bares = append(cpus, us(loop.cpu)/loopStreams), append(bares, us(bare.cpu)/loopStreams)
		}
		b.ReportMetric(median(ratios), "x-bare")
		b.ReportMetric(median(sorted), "x-once-in-order")
		b.ReportMetric(loopStreams/median(loops), "messages/s")
		b.ReportMetric(median(cpus), "us-cpu/message")
		b.ReportMetric(median(bares), "bare-us-cpu/message")
		b.ReportMetric(ratio(cpus, bares), "cpu-x-bare")
		b.ReportMetric(median(sizes), "B/message")
		b.ReportMetric(median(pieces), "allocs/message")
		b.ReportMetric(0, "ns/op")
	}
}

// spent is what a part of the benchmark took, on the clock, of the processors, and of memory. The
// last says the same however busy others keep the machine, the second nearly so.
type spent struct {
	took, cpu     time.Duration
	bytes, pieces float64
}

// watch begins to measure. What is called says what was spent since.
func watch() func() spent {
	bytes, pieces := allocated()
	began, used := time.Now(), processorTime()
	return func() spent {
		took, cpu := time.Since(began), processorTime()-used
		b, p := allocated()
		return spent{took, cpu, b - bytes, p - pieces}
	}
}

// allocated is all that this process has allocated so far.
func allocated() (bytes, pieces float64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.TotalAlloc), float64(m.Mallocs)
}

func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// Copies of the store's file: before the first message, at the moment every answer is claimed, and
// what the peers write into.
const (
	seededFile  = "seeded.db"
	claimedFile = "claimed.db"
	peerFile    = "peer.db"
)

// copyFile copies a file as it is, holes and all, and syncs it: to write into a hole costs more than to
// write over something, and no peer has to sync what is only copied.
func copyFile(b *testing.B, dir, from, to string) {
	b.Helper()
	file, err := os.ReadFile(filepath.Join(dir, from))
	if err != nil {
		b.Fatal(err)
	}
	out, err := os.Create(filepath.Join(dir, to))
	if err != nil {
		b.Fatal(err)
	}
	hole := make([]byte, os.Getpagesize())
	for at := 0; at < len(file); at += len(hole) {
		page := file[at:min(at+len(hole), len(file))]
		if bytes.Equal(page, hole[:len(page)]) {
			continue
		}
		if _, err := out.WriteAt(page, int64(at)); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(out.Truncate(int64(len(file))), out.Sync(), out.Close()); err != nil {
		b.Fatal(err)
	}
}

// runLoop lets loopStreams people write one message each and waits until every answer is claimed.
func runLoop(b *testing.B, dir string) spent {
	b.Helper()
	l := newLoop(b, dir)
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = l.engine.Run(ctx) })
	wg.Go(func() { _ = l.outbox.Run(ctx) })
	start := l.callers(ctx, b, &wg)
	copyFile(b, dir, boltstore.DataFile, seededFile) // nothing is written before somebody writes to us
	runtime.GC()                                     // what the round before left behind is not the loop's
	spent := watch()
	close(start)
	l.platform.claimed.Wait()
	took := spent()
	copyFile(b, dir, boltstore.DataFile, claimedFile) // every answer is claimed and none is sent: nothing is written now
	close(l.platform.release)
	cancel()
	wg.Wait()
	if err := l.store.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

// callers are goroutines that have begun already, as those of a server's connections have; each
// hands over one message when start is closed.
func (l *loop) callers(ctx context.Context, b *testing.B, wg *sync.WaitGroup) (start chan struct{}) {
	var ready sync.WaitGroup
	start = make(chan struct{})
	for i := range loopStreams {
		ready.Add(1)
		wg.Go(func() {
			stack.Grow()
			ready.Done()
			<-start
			who := citizen(i)
			in := adapters.Inbound{
				Key: fmt.Sprintf("%018d", i), Kind: adapters.KindMessage, Ref: adapters.Ref(fmt.Sprint(i)),
				From: adapters.Person{ID: who, Handle: who}, Text: "我要举报一个冒充客服的网站", At: time.Now(),
			}
			if err := l.engine.Receive(ctx, "a", []adapters.Inbound{in}); err != nil {
				b.Error(err)
			}
		})
	}
	ready.Wait()
	return start
}

// loop is an engine and an outbox over one store, with an account that is live.
type loop struct {
	store    *boltstore.Store
	engine   *engine.Engine
	outbox   *outbox.Outbox
	platform *instant
}

func newLoop(b *testing.B, dir string) *loop {
	b.Helper()
	store, err := boltstore.Open(boltstore.Options{Dir: dir, Create: true})
	if err != nil {
		b.Fatal(err)
	}
	l := &loop{store: store, platform: &instant{release: make(chan struct{})}}
	l.platform.claimed.Add(loopStreams)
	l.seed(b)
	log := slog.New(slog.DiscardHandler)
	l.engine, err = engine.New(b.Context(), engine.Options{
		Store: store, Bots: []bots.Bot{receipts{}}, Writer: plain{}, Tags: store.Vault(), Sieve: blind{}, Log: log,
		Accounts: []*engine.Account{{
			Record: bots.Account{Head: bots.Head{ID: "a"}, Unit: "网警", Language: "zh-Hans"}, Poll: time.Hour,
			Open: func() adapters.Account { return l.platform },
		}},
		Pace:      engine.Pace{DraftLife: time.Hour, Identity: time.Hour, Bot: time.Minute, Retry: time.Second},
		Committed: func() { l.outbox.Wake() }, Released: func(items []*record.Item) { l.outbox.Offer(items) },
	})
	if err != nil {
		b.Fatal(err)
	}
	l.outbox = outbox.New(outbox.Options{
		Store: told{store, l.engine}, Owner: "bench", Log: log, Tag: store.Vault().Tag, Lint: func(string) error { return nil },
		Accounts: func(string) (adapters.Account, bool) { return l.platform, true },
	})
	l.makeKeys(b)
	return l
}

func (l *loop) makeKeys(b *testing.B) {
	b.Helper()
	var err error
	for i := range loopStreams {
		_, sealed := l.store.Vault().Seal(nil, l.engine.Conversation("a", citizen(i)), nil, nil)
		err = errors.Join(err, sealed)
	}
	if err = errors.Join(err, l.store.FlushKeys(b.Context())); err != nil {
		b.Fatal(err)
	}
}

func citizen(i int) string { return fmt.Sprintf("citizen-%d", i) }

// told lets outcomes go through the engine, as the daemon does.
type told struct {
	*boltstore.Store
	engine *engine.Engine
}

func (s told) Accept(ctx context.Context, events []*bots.Event, marks ...*record.Mark) ([]bool, error) {
	return s.engine.Accept(ctx, events, marks...)
}

func (l *loop) seed(b *testing.B) {
	b.Helper()
	err := l.store.Update(b.Context(), func(tx record.Tx) error {
		return errors.Join(
			tx.Put(&bots.Account{Head: bots.Head{ID: "a", State: string(bots.Live)}, Unit: "网警"}),
			tx.Put(&record.Standing{
				Head: bots.Head{ID: engine.StandingID("receipt", 1), State: record.StandingActive}, Template: "receipt", Rev: 1,
				Purposes: []bots.Purpose{bots.ForReceipt}, Until: time.Now().Add(time.Hour),
			}))
	})
	if err != nil {
		b.Fatal(err)
	}
}

// receipts files every message and confirms it.
type receipts struct{}

func (receipts) Name() string { return "receipts" }
func (receipts) Decide(e bots.Event, _ bots.Facts) ([]bots.Effect, error) {
	if e.Kind != bots.MessageHeard {
		return nil, nil
	}
	id := bots.NewID(e, "report")
	return []bots.Effect{bots.OpenReport{ID: id}, bots.Reply{Template: "receipt", Purpose: bots.ForReceipt, Report: id}}, nil
}

type plain struct{}

func (plain) Render(lang, _ string, vars map[string]string) (engine.Text, error) {
	return engine.Text{Text: "已收到，编号" + vars["Reference"] + "。本消息由" + vars["Unit"] + "自动发出，核对码" + vars["Code"] + "。", Language: lang, Rev: 1}, nil
}
func (plain) Lint(string) error                       { return nil }
func (plain) Describe(string) (engine.Template, bool) { return engine.Template{}, false }

type blind struct{}

func (blind) Sift(string) []bots.Hit  { return nil }
func (blind) Keys(string) []string    { return nil }
func (blind) Same(_, _ string) bool   { return false }
func (blind) Repeats(_, _ string) int { return 0 }
func (blind) Copies(_, _ string) bool { return false }
func (blind) Claims([]string) func(string) (int, int) {
	return func(string) (int, int) { return -1, 0 }
}

// instant is a platform that answers at once, after all have been claimed.
type instant struct {
	claimed sync.WaitGroup
	release chan struct{}
}

func (p *instant) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "self"}, Confirmed: true}, nil
}
func (p *instant) Caps() adapters.Caps {
	return adapters.Caps{Message: p, Limits: adapters.Limits{LaneWidth: loopStreams}}
}
func (p *instant) Close() error { return nil }
func (p *instant) Send(_ context.Context, at adapters.Attempt, _ adapters.Message) (adapters.Receipt, error) {
	p.claimed.Done()
	<-p.release
	return adapters.Receipt{Ref: adapters.Ref(at.Key)}, nil
}

// replay writes each part in a commit of its own into the file the loop began with, and says what that took.
func replay(b *testing.B, dir string, parts [][]bucketPair) spent {
	b.Helper()
	copyFile(b, dir, seededFile, peerFile)
	db, err := bolt.Open(filepath.Join(dir, peerFile), 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	runtime.GC() // as before the loop
	spent := watch()
	for _, part := range parts {
		if err := db.Update(func(tx *bolt.Tx) error { return putAll(tx, part) }); err != nil {
			b.Fatal(err)
		}
	}
	return spent()
}

// asPromised gives each commit its share of every bucket, and what the commit before wrote for the
// first time of what is written twice.
func asPromised(buckets [][]bucketPair, commits int) (parts [][]bucketPair) {
	var again []bucketPair
	for i := range commits {
		part := again
		again = nil
		for _, bucket := range buckets {
			share := bucket[i*len(bucket)/commits : (i+1)*len(bucket)/commits]
			part = append(part, share...)
			for _, p := range share {
				if p.twice() {
					again = append(again, p)
				}
			}
		}
		parts = append(parts, part)
	}
	return parts
}

// inOrder writes bucket after bucket.
func inOrder(buckets [][]bucketPair, commits int) (parts [][]bucketPair) {
	pairs := slices.Concat(buckets...)
	for i := range commits {
		parts = append(parts, pairs[i*len(pairs)/commits:(i+1)*len(pairs)/commits])
	}
	return parts
}

type bucketPair struct{ bucket, key, value []byte }

// twice says whether a pair is an event or an item.
func (p bucketPair) twice() bool {
	return string(p.bucket) == "event" || string(p.bucket) == "record" && bytes.HasPrefix(p.key, []byte(record.KindItem+"\x00"))
}

func putAll(tx *bolt.Tx, part []bucketPair) error {
	for _, p := range part {
		bucket, err := tx.CreateBucketIfNotExists(p.bucket)
		if err == nil {
			err = bucket.Put(p.key, p.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// changedPairs returns what the loop has added or changed, bucket by bucket, and in how many commits.
func changedPairs(b *testing.B, dir string) (buckets [][]bucketPair, commits int) {
	b.Helper()
	before, first := readPairs(b, filepath.Join(dir, seededFile))
	after, last := readPairs(b, filepath.Join(dir, claimedFile))
	for _, bucket := range slices.Sorted(maps.Keys(after)) {
		var changed []bucketPair
		for _, key := range slices.Sorted(maps.Keys(after[bucket])) {
			value := after[bucket][key]
			if was, stood := before[bucket][key]; !stood || was != value {
				changed = append(changed, bucketPair{[]byte(bucket), []byte(key), []byte(value)})
			}
		}
		buckets = append(buckets, changed)
	}
	return buckets, last - first
}

// readPairs returns the pairs of each bucket and how many commits the file has seen.
func readPairs(b *testing.B, file string) (pairs map[string]map[string]string, commits int) {
	b.Helper()
	db, err := bolt.Open(file, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	pairs = map[string]map[string]string{}
	err = db.View(func(tx *bolt.Tx) error {
		commits = tx.ID()
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			of := map[string]string{}
			pairs[string(name)] = of
			return bucket.ForEach(func(k, v []byte) error {
				of[string(k)] = string(v)
				return nil
			})
		})
	})
	if err != nil {
		b.Fatal(err)
	}
	return pairs, commits
}
