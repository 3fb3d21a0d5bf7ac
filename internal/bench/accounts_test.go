package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/mastodon"
	"netpatrol/internal/app"
	"netpatrol/internal/config"
	"netpatrol/internal/sandbox"
)

// The daemon's accounts are polled every cadence for watched, after a warm-up.
const (
	fewAccounts  = 4
	manyAccounts = 400
	cadence      = 2 * time.Second
	warmUp       = 3 * cadence
	watched      = 8 * cadence
)

// BenchmarkManyAccounts compares one daemon that polls 400 accounts, each on its own cadence, with
// one that polls 4: goroutines, memory and processor time for each account, and how far the
// polls drift from their cadence. The pretend platform runs in a process of its own. The ratios are
// of 400 to 4; goroutines and memory are counted above those of a daemon without accounts.
func BenchmarkManyAccounts(b *testing.B) {
	for b.Loop() {
		idle := runAccounts(b, 0)
		few, many := runAccounts(b, fewAccounts), runAccounts(b, manyAccounts)
		for _, m := range []accountsRun{few, many} {
			b.Logf("%3d accounts: %5d goroutines, %6.1f MB heap, %5.2f %% of a processor, drift p50 %5.1f ms, p99 %5.1f ms, %d polls",
				m.accounts, m.goroutines, m.heap/1e6, 100*m.cpu, m.p50, m.p99, m.polls)
		}
		each := func(of func(accountsRun) float64) float64 {
			return (of(many) - of(idle)) / manyAccounts / max((of(few)-of(idle))/fewAccounts, 1e-9)
		}
		b.ReportMetric(each(func(r accountsRun) float64 { return float64(r.goroutines) }), "x-goroutines/account")
		b.ReportMetric(each(func(r accountsRun) float64 { return r.heap }), "x-heap/account")
		b.ReportMetric(each(func(r accountsRun) float64 { return r.cpu }), "x-cpu/account")
		b.ReportMetric(many.p99/few.p99, "x-drift-p99")
		b.ReportMetric(many.p99, "drift-p99-ms")
		b.ReportMetric(0, "ns/op")
	}
}

// accountsRun is what was seen of one daemon.
type accountsRun struct {
	accounts, goroutines, polls int
	heap                        float64 // bytes
	cpu                         float64 // processors
	p50, p99                    float64 // ms away from the cadence
}

func runAccounts(b *testing.B, n int) accountsRun {
	b.Helper()
	p := startPlatform(b, n)
	defer p.stop()
	dir := b.TempDir()
	must(app.Init(dir))
	c := config.Default()
	c.State, c.Unit.Name = dir, "网警"
	for i, token := range p.Tokens {
		c.Accounts = append(c.Accounts, config.Account{
			ID: fmt.Sprintf("forum-%03d", i), Platform: "mastodon", BaseURL: p.Base, Language: "zh-Hans", Watch: []string{"mentions"},
			Poll: cadence, Secrets: map[string]adapters.Secret{"token": adapters.Secret(token)},
		})
	}
	a, err := app.New(b.Context(), app.Options{
		Config: c, Platforms: map[string]adapters.Platform{"mastodon": mastodon.Platform()}, Log: slog.New(slog.DiscardHandler),
	})
	must(err)
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	wg.Go(func() { must(a.Work(ctx)) })
	time.Sleep(warmUp)
	p.forget()
	began := processorTime()
	time.Sleep(watched)
	r := accountsRun{accounts: n, cpu: (processorTime() - began).Seconds() / watched.Seconds(), goroutines: runtime.NumGoroutine()}
	r.p50, r.p99, r.polls = p.drift()
	r.heap = liveHeap()
	cancel()
	wg.Wait()
	must(a.Close())
	return r
}

func liveHeap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

func processorTime() time.Duration {
	var u syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// platformProcess is the pretend platform's process.
type platformProcess struct {
	Base   string
	Tokens []string
	cmd    *exec.Cmd
}

// platformEnv tells the test binary to be the platform, for so many accounts.
const platformEnv = "NETPATROL_BENCH_PLATFORM"

func startPlatform(b *testing.B, accounts int) *platformProcess {
	b.Helper()
	self, err := filepath.Abs(os.Args[0])
	must(err)
	p := &platformProcess{cmd: exec.Command(self)}
	p.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d", platformEnv, accounts))
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	must(err)
	must(p.cmd.Start())
	line, err := bufio.NewReader(out).ReadBytes('\n')
	must(err)
	must(json.Unmarshal(line, p))
	return p
}

func (p *platformProcess) stop() {
	must(p.cmd.Process.Kill())
	_ = p.cmd.Wait() // killed
}

func (p *platformProcess) ask(path string, into any) {
	resp, err := http.Get(p.Base + path)
	must(err)
	defer resp.Body.Close() //nolint:errcheck // read whole
	must(json.NewDecoder(resp.Body).Decode(into))
}

func (p *platformProcess) forget() { p.ask("/bench/forget", new(bool)) }

func (p *platformProcess) drift() (p50, p99 float64, polls int) {
	var drifts []float64
	p.ask("/bench/drift", &drifts)
	if len(drifts) == 0 {
		return 0, 0, 0
	}
	slices.Sort(drifts)
	return drifts[len(drifts)/2], drifts[len(drifts)*99/100], len(drifts)
}

// polls notes when each account was polled.
type polls struct {
	platform http.Handler
	mu       sync.Mutex
	last     map[string]time.Time
	drifts   []float64
}

func (p *polls) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/bench/forget":
		p.mu.Lock()
		p.drifts = []float64{}
		p.mu.Unlock()
		must(json.NewEncoder(w).Encode(true))
	case r.URL.Path == "/bench/drift":
		p.mu.Lock()
		defer p.mu.Unlock()
		must(json.NewEncoder(w).Encode(p.drifts))
	case strings.HasSuffix(r.URL.Path, "/notifications"):
		p.note(r.Header.Get("Authorization"))
		fallthrough
	default:
		p.platform.ServeHTTP(w, r)
	}
}

func (p *polls) note(account string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if last, ok := p.last[account]; ok {
		p.drifts = append(p.drifts, math.Abs((now.Sub(last)-cadence).Seconds()*1000))
	}
	p.last[account] = now
}

// servePlatform is the platform's process: it prints where it is and its accounts' tokens.
func servePlatform(accounts int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	p := platformProcess{Base: "http://" + l.Addr().String()}
	blog := sandbox.NewMicroblog(sandbox.Options{BaseURL: p.Base, Rates: sandbox.Rates{Requests: -1, Paging: -1, Deletes: -1}})
	for i := range accounts {
		_, token, err := blog.AddAccount(fmt.Sprintf("forum%03d", i), "网警", "https://police.example")
		must(err)
		p.Tokens = append(p.Tokens, token)
	}
	must(json.NewEncoder(os.Stdout).Encode(p))
	must(http.Serve(l, &polls{platform: blog, last: map[string]time.Time{}}))
}

func TestMain(m *testing.M) {
	if n, ok := os.LookupEnv(platformEnv); ok {
		var accounts int
		_, err := fmt.Sscan(n, &accounts)
		must(err)
		servePlatform(accounts)
	}
	if order, ok := os.LookupEnv(callerEnv); ok {
		obey(order)
		return
	}
	app.SetMemory() // as serve does, for the peers too
	os.Exit(m.Run())
}
