package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	"netpatrol/internal/store/boltstore"
)

// loopStreams is how many people write at once. Their keys are there beforehand, as in durable
// ingest: the first message of somebody new costs its group one more sync.
const loopStreams = 256

// BenchmarkWholeLoop is the way of a message from its arrival to its answer's claim: accepted,
// decided, committed as report, draft, approval and item, claimed by the outbox. The bare peer writes
// the pairs that are then in the file in as many commits as the loop made, each with its share of every
// bucket, as the pairs of a message must become durable together. Events and items it writes twice, as
// promises 5 and 4 ask for: an event when it is heard and when it is decided, an item when it is released
// and when it is claimed. Goal: at most 1.5 x its time. The index entries that the loop puts and drops on
// the way the peer does not have to write.
//
// A second peer, which keeps no promise, shows how far bbolt is from its best: every pair once, in the
// order of the keys.
func BenchmarkWholeLoop(b *testing.B) {
	for b.Loop() {
		var ratios, sorted, loops, cpus, bares, sizes, pieces []float64
		for range *rounds {
			dir := b.TempDir()
			loop := runLoop(b, dir)
			pairs, commits := readPairs(b, filepath.Join(dir, claimedFile))
			bare := replay(b, filepath.Join(dir, "bare.db"), asPromised(pairs, commits))
			once := replay(b, filepath.Join(dir, "once.db"), inOrder(pairs, commits))
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

// claimedFile is a copy of the store's file at the moment every answer is claimed.
const claimedFile = "claimed.db"

func keepCopy(b *testing.B, dir string) {
	b.Helper()
	file, err := os.ReadFile(filepath.Join(dir, boltstore.DataFile))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, claimedFile), file, 0o600)
	}
	if err != nil {
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
	runtime.GC() // what the round before left behind is not the loop's
	began, spent := time.Now(), watch()
	for i := range loopStreams {
		wg.Go(func() {
			who := citizen(i)
			in := adapters.Inbound{
				Key: fmt.Sprintf("%018d", i), Kind: adapters.KindMessage, Ref: adapters.Ref(fmt.Sprint(i)),
				From: adapters.Person{ID: who, Handle: who}, Text: "我要举报一个冒充客服的网站", At: began,
			}
			if err := l.engine.Receive(ctx, "a", []adapters.Inbound{in}); err != nil {
				b.Error(err)
			}
		})
	}
	l.platform.all.Wait()
	took := spent()
	keepCopy(b, dir) // every answer is claimed and none is sent: nothing is written now
	close(l.platform.release)
	cancel()
	wg.Wait()
	if err := l.store.Close(); err != nil {
		b.Fatal(err)
	}
	return took
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
	l.platform.all.Add(loopStreams)
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
	all     sync.WaitGroup
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
	p.all.Done()
	<-p.release
	return adapters.Receipt{Ref: adapters.Ref(at.Key)}, nil
}

// replay writes each part in a commit of its own into a new file, and says what that took.
func replay(b *testing.B, to string, parts [][]bucketPair) spent {
	b.Helper()
	db, err := bolt.Open(to, 0o600, nil)
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

// readPairs returns the pairs of each bucket and how many commits the file has seen.
func readPairs(b *testing.B, file string) (buckets [][]bucketPair, commits int) {
	b.Helper()
	db, err := bolt.Open(file, 0o600, &bolt.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bolt.Tx) error {
		commits = tx.ID()
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			var pairs []bucketPair
			err := bucket.ForEach(func(k, v []byte) error {
				pairs = append(pairs, bucketPair{clone(name), clone(k), clone(v)})
				return nil
			})
			buckets = append(buckets, pairs)
			return err
		})
	})
	if err != nil {
		b.Fatal(err)
	}
	return buckets, commits
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }
