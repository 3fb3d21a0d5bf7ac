package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/engine"
	"netpatrol/internal/outbox"
	"netpatrol/internal/record"
)

// The crash matrix: a real child process runs the daemon against a pretend platform that
// outlives it, and is killed with SIGKILL at a numbered step. Then it is started again.

func TestMain(m *testing.M) {
	if os.Getenv("NETPATROL_CRASH_CHILD") != "" {
		os.Exit(crashChild())
	}
	if dir := os.Getenv("NETPATROL_FULL_CHILD"); dir != "" {
		os.Exit(fullChild(dir))
	}
	os.Exit(m.Run())
}

// crashCase is one path through the matrix.
type crashCase struct {
	idem  adapters.Idempotency
	by    string   // "poll", "webhook", or "answer": a webhook whose answer carries the reply
	kills []string // a step for each life of the process; the last life is undisturbed
	// emergency: the message reports moving money, and its card is the one that is repeated
	// rather than left unknown.
	emergency bool
	// warning: the citizen posts a scam, a warning is proposed, and an officer approves it in
	// whichever life it waits.
	warning bool
}

func (c crashCase) String() string {
	s := fmt.Sprintf("%s/%s/%s", c.idem, c.by, strings.Join(c.kills, "+"))
	if c.emergency {
		s += "/emergency"
	}
	if c.warning {
		s += "/warning"
	}
	return s
}

// maybeSent are the steps after which only the platform knows whether it went out.
var maybeSent = map[string]bool{outbox.StepClaimed: true, outbox.StepCalled: true}

func crashCases() []crashCase {
	var all []crashCase
	arrival := []string{engine.StepAccepting, engine.StepReceived, engine.StepDecided, engine.StepCommitted}
	sending := []string{outbox.StepLeased, outbox.StepClaimed, outbox.StepCalled, outbox.StepRecorded, outbox.StepAccepted, outbox.StepTold}
	for _, step := range append([]string{engine.StepPolled}, arrival...) {
		all = append(all, crashCase{idem: adapters.ByLookup, by: "poll", kills: []string{step}})
	}
	for _, step := range arrival {
		all = append(all, crashCase{idem: adapters.ByLookup, by: "webhook", kills: []string{step}})
	}
	for _, idem := range []adapters.Idempotency{adapters.Keyed, adapters.ByLookup, adapters.Natural, adapters.NoIdem} {
		for _, step := range sending {
			all = append(all, crashCase{idem: idem, by: "poll", kills: []string{step}})
		}
		all = append(all, crashCase{idem: idem, by: "poll", kills: []string{outbox.StepCalled, outbox.StepLeased}})
	}
	for _, again := range []string{outbox.StepAsked, outbox.StepAccepted, outbox.StepTold} {
		all = append(all,
			crashCase{idem: adapters.ByLookup, by: "poll", kills: []string{outbox.StepClaimed, again}},
			crashCase{idem: adapters.ByLookup, by: "poll", kills: []string{outbox.StepCalled, again}})
	}
	for _, step := range sending {
		all = append(all, crashCase{idem: adapters.NoIdem, by: "poll", kills: []string{step}, emergency: true})
	}
	for _, idem := range []adapters.Idempotency{adapters.ByLookup, adapters.NoIdem} {
		for _, step := range []string{outbox.StepClaimed, outbox.StepCalled, outbox.StepRecorded} {
			all = append(all, crashCase{idem: idem, by: "answer", kills: []string{step}})
		}
	}
	return append(all, warningCases()...)
}

// warningCases kill on the way of a warning: the second commit is the officer's decision.
func warningCases() (all []crashCase) {
	for _, step := range []string{engine.StepPolled, engine.StepAccepting, engine.StepReceived, engine.StepDecided, engine.StepCommitted,
		outbox.StepLeased, outbox.StepLooked, outbox.StepClaimed, outbox.StepCalled, outbox.StepRecorded} {
		all = append(all, crashCase{idem: adapters.ByLookup, by: "poll", kills: []string{step}, warning: true})
	}
	for _, kills := range [][]string{{engine.StepCommitted, engine.StepCommitted}, {outbox.StepLooked, outbox.StepLooked}} {
		all = append(all, crashCase{idem: adapters.NoIdem, by: "poll", kills: kills, warning: true})
	}
	return append(all, crashCase{idem: adapters.NoIdem, by: "poll", kills: []string{outbox.StepClaimed}, warning: true})
}

// says is what the citizen writes.
func (c crashCase) says() string {
	switch {
	case c.emergency:
		return "我被骗了，刚转了三万过去，怎么办"
	case c.warning:
		return "刷单返利日结，一单30，一天稳赚300，宝妈学生都能做，先垫付后返现，加我私聊"
	}
	return "我要举报一个冒充客服的网站"
}

func TestKill9AtEveryStepLosesNothingAndSendsNothingTwice(t *testing.T) {
	prepared := prepareCrash(t)
	slots := make(chan struct{}, 4) // they mostly wait for the disk
	for i, c := range crashCases() {
		if i%crashEvery != 0 {
			continue
		}
		t.Run(c.String(), func(t *testing.T) {
			t.Parallel()
			slots <- struct{}{}
			defer func() { <-slots }()
			runCrash(t, c, prepared)
		})
	}
}

func runCrash(t *testing.T, c crashCase, prepared string) {
	dir := t.TempDir()
	if err := copyState(dir, prepared); err != nil {
		t.Fatal(err)
	}
	b := &board{idem: c.idem}
	srv := httptest.NewServer(b)
	defer srv.Close()
	l := life{dir: dir, board: srv.URL, idem: c.idem, door: freeAddr(t), answers: c.by == "answer"}
	switch {
	case c.warning:
		b.publish("citizen", c.says())
	case c.by != "poll":
		stop := b.deliver(l.door, b.write("citizen", c.says()))
		defer stop()
		b.forget() // it comes only by callback
	default:
		b.write("citizen", c.says())
	}
	for _, step := range c.kills {
		if out, killed := l.run(t, step); !killed {
			t.Fatalf("step %q was never reached; the process ended with %s", step, out)
		}
	}
	out, _ := l.run(t, "")
	judgeCrash(t, c, b, out)
}

// ending is what a life that was not cut short reports.
type ending struct {
	Reports, Messages, Alarms int
	Posts, Warnings           int
	Items                     []string
	Tries                     int
}

func judgeCrash(t *testing.T, c crashCase, b *board, out []byte) {
	t.Helper()
	var e ending
	if err := json.Unmarshal(out, &e); err != nil {
		t.Fatalf("the last life said %q: %v", out, err)
	}
	sent := len(b.received())
	if heard, made := e.Messages+e.Posts, e.Reports+e.Warnings; heard != 1 || made != 1 || c.warning != (e.Warnings == 1) {
		t.Errorf("%d messages and %d reports, %d posts and %d warnings, want one of each", e.Messages, e.Reports, e.Posts, e.Warnings)
	}
	if sent > 1 && !c.emergency {
		t.Errorf("the citizen got the answer %d times", sent)
	}
	if len(e.Items) != 1 {
		t.Fatalf("items %v, want one", e.Items)
	}
	settles := c.idem == adapters.Keyed || c.idem == adapters.ByLookup || !maybeSent[c.kills[0]]
	switch state := e.Items[0]; {
	case state == record.ItemDelivered && sent == 1:
	case state == record.ItemDelivered && c.emergency && sent == 2 && b.sent[0] == b.sent[1].as(b.sent[0].ID):
	case state == record.ItemUnknown && e.Alarms > 0 && !settles:
	default:
		t.Errorf("item %s with %d received and %d alarms (a settled outcome wanted: %v)", state, sent, e.Alarms, settles)
	}
}

// life runs the daemon in a child process.
type life struct {
	dir, board, door string
	idem             adapters.Idempotency
	answers          bool // what citizens get stands in the answer to their callback
}

// run starts a child that dies at step ("" never) or ends when everything is settled.
func (l life) run(t *testing.T, step string) (out []byte, killed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "NETPATROL_CRASH_CHILD=1", "CRASH_DIR="+l.dir, "CRASH_BOARD="+l.board, "CRASH_DOOR="+l.door,
		"CRASH_IDEM="+string(l.idem), "CRASH_STEP="+step, fmt.Sprint("CRASH_ANSWERS=", l.answers))
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL && ctx.Err() == nil {
		return out, true
	}
	if err != nil {
		t.Fatalf("child (step %q): %v\n%s", step, err, log.Bytes())
	}
	return out, false
}

// deliver calls back until it is told 200, as platforms do, and shows the citizen an answer that is no
// mere acknowledgement.
func (b *board) deliver(door string, p boardPost) (stop func()) {
	body, _ := json.Marshal(p)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			if said, ok := callback(ctx, door, body); ok {
				if said != "ok" {
					b.show(p.From, said)
				}
				return
			}
			<-tick.C
		}
	})
	return func() { cancel(); wg.Wait() }
}

// callback makes one call; ok is false unless a whole answer came, with 200.
func callback(ctx context.Context, door string, body []byte) (said string, ok bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+door+"/callback/board", bytes.NewReader(body))
	if err != nil {
		return "", false
	}
	req.Header.Set("X-Signature", boardSignature(body))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", false
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	return string(all), err == nil && res.StatusCode == http.StatusOK
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// boardConfig is a station with one account on a board.
func boardConfig(dir, board string) *config.Config {
	c := config.Default()
	c.State = dir
	c.Unit.Name = "测试网警"
	c.Console.Listen = ""
	c.Officers = []config.Officer{
		{ID: "lin", Name: "林", Roles: []string{"approver", "officer"}}, {ID: "wu", Name: "吴", Roles: []string{"approver", "editor"}},
	}
	c.Accounts = []config.Account{{
		ID: "board", Platform: "board", BaseURL: board, Language: "zh-Hans", Watch: []string{"inbox"}, Poll: 20 * time.Millisecond,
	}}
	c.Pace.Settle, c.Pace.Backoff, c.Pace.Lease = 30*time.Millisecond, 20*time.Millisecond, 5*time.Second
	return c
}

// prepareCrash makes a state directory whose account is live and whose answers have a
// standing approval.
func prepareCrash(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := Init(dir); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(&board{})
	defer srv.Close()
	a, err := New(t.Context(), Options{
		Config: boardConfig(dir, srv.URL), Platforms: map[string]adapters.Platform{"board": boardPlatform(adapters.ByLookup)},
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = a.Work(ctx) })
	goLive(t, a, "board")
	if err := signInOnce(t.Context(), a, "lin"); err != nil { // nothing unsolicited leaves an unmanned station
		t.Fatal(err)
	}
	cancel()
	wg.Wait()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// goLive has two officers take an account live and approve every answer ahead of time.
func goLive(t *testing.T, a *App, account string) {
	t.Helper()
	decide := func(officer string, verb bots.Verb, on bots.Target, fields map[string]string) {
		t.Helper()
		r, err := a.engine.Submit(t.Context(), bots.Decision{Officer: officer, Verb: verb, On: on, Fields: fields}, fmt.Sprint(officer, verb, on, fields))
		if err != nil || r.Status != bots.Applied {
			t.Fatalf("%s %s: %+v, %v", officer, verb, r, err)
		}
	}
	on := bots.Target{Kind: bots.KindAccount, ID: account}
	for _, mode := range []string{"suggest", "live"} {
		decide("lin", bots.RequestMode, on, map[string]string{"mode": mode, "attest": "平台开户函"})
		decide("wu", bots.ConfirmMode, on, map[string]string{"attest": "平台开户函", "for": mode})
	}
	until := time.Now().AddDate(0, 6, 0).Format(time.RFC3339)
	for _, x := range a.answers() {
		fields := map[string]string{"template": x.Name, "version": strconv.Itoa(x.Rev), "until": until}
		decide("lin", bots.ApproveKind, bots.Target{Kind: record.KindStanding}, fields)
		decide("wu", bots.ConfirmKind, bots.Target{Kind: record.KindStanding, ID: engine.StandingID(x.Name, x.Rev)}, nil)
	}
}

// signInOnce is an officer who signs in and does one thing.
func signInOnce(ctx context.Context, a *App, officer string) error {
	o, err := record.Fetch[record.Officer](ctx, a.store, officer)
	if err != nil {
		return err
	}
	token, _, err := a.door.IssueToken(ctx, o)
	if err != nil {
		return err
	}
	_, err = a.door.ByToken(ctx, token)
	return err
}

// crashChild is the daemon's life in a child process.
func crashChild() int {
	step := os.Getenv("CRASH_STEP")
	var reached atomic.Bool
	die := func(name string) {
		if name == step && reached.CompareAndSwap(false, true) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	idem := adapters.Idempotency(os.Getenv("CRASH_IDEM"))
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	a, err := New(ctx, Options{
		Config: boardConfig(os.Getenv("CRASH_DIR"), os.Getenv("CRASH_BOARD")), Log: log, Step: die,
		Platforms: map[string]adapters.Platform{"board": boardThat(idem, os.Getenv("CRASH_ANSWERS") == "true")},
	})
	if err != nil {
		log.Error("child", "err", err)
		return 1
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = a.Work(ctx) })
	wg.Go(func() { _ = listenAndServe(ctx, "tcp", os.Getenv("CRASH_DOOR"), a.frontdoor()) })
	wg.Go(func() { a.approveAll(ctx) })
	e, err := a.untilSettled(ctx)
	cancel()
	wg.Wait()
	if err = errors.Join(err, a.Close()); err != nil {
		log.Error("child", "err", err)
		return 1
	}
	_ = json.NewEncoder(os.Stdout).Encode(e)
	return 0
}

// approveAll is the officer of a child: whatever waits is approved. The form's key is the
// same in every life, as of a form that is sent again.
func (a *App) approveAll(ctx context.Context) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		page, _ := a.store.List(ctx, record.Query{Kind: bots.KindDraft, State: bots.DraftAwaiting})
		for _, r := range page {
			d := bots.Decision{Officer: "lin", Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: r.Meta().ID}, Seen: r.Meta().Version}
			_, _ = a.engine.Submit(ctx, d, "approve "+d.On.ID)
		}
		<-tick.C
	}
}

// untilSettled waits until nothing is under way any more and says what came of it.
func (a *App) untilSettled(ctx context.Context) (ending, error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		e, done, err := a.ending(ctx)
		if err != nil || done {
			return e, err
		}
		select {
		case <-ctx.Done():
			return e, fmt.Errorf("not settled: %+v", e)
		case <-tick.C:
		}
	}
}

func (a *App) ending(ctx context.Context) (e ending, done bool, err error) {
	done = true
	count := func(kind bots.RecordKind, see func(bots.Record)) {
		page, lerr := a.store.List(ctx, record.Query{Kind: kind, Limit: 1000})
		err = errors.Join(err, lerr)
		for _, r := range page {
			see(r)
		}
	}
	count(record.KindAlarm, func(bots.Record) { e.Alarms++ })
	count(bots.KindReport, func(bots.Record) { e.Reports++ })
	count(bots.KindWarning, func(bots.Record) { e.Warnings++ })
	count(bots.KindEvent, func(r bots.Record) {
		switch r.(*bots.Event).Kind {
		case bots.MessageHeard:
			e.Messages++
		case bots.PostSeen:
			e.Posts++
		}
		done = done && r.Meta().State != bots.EventPending
	})
	count(record.KindItem, func(r bots.Record) {
		i := r.(*record.Item)
		e.Items = append(e.Items, i.State)
		e.Tries += len(i.Attempts)
		told := i.State == record.ItemDelivered && !i.Untold || i.State == record.ItemUnknown && e.Alarms > 0
		done = done && (told || i.Final() && i.State != record.ItemDelivered)
	})
	return e, done && len(e.Items) > 0, err
}

// copyState copies a state directory; its keys stay readable by nobody else.
func copyState(to, from string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
}
