package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// TestAFullDiskIsToldToPlatformsAndForgottenWhenSpaceReturns runs the daemon in a child process
// whose files may not grow beyond a limit, which is then lifted.
func TestAFullDiskIsToldToPlatformsAndForgottenWhenSpaceReturns(t *testing.T) {
	dir := prepareCrash(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "NETPATROL_FULL_CHILD="+dir)
	var log bytes.Buffer
	cmd.Stderr = &log
	if out, err := cmd.Output(); err != nil {
		t.Fatalf("child: %v: %s\n%.4000s", err, out, log.String())
	}
}

// fullChild is the life of that process.
func fullChild(dir string) int {
	if err := meetFullDisk(dir); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

func meetFullDisk(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Second)
	defer cancel()
	platform := httptest.NewServer(&board{})
	defer platform.Close()
	a, err := New(ctx, Options{
		Config: boardConfig(dir, platform.URL), Platforms: map[string]adapters.Platform{"board": boardPlatform(adapters.ByLookup)},
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	door := httptest.NewServer(a.frontdoor())
	defer door.Close()
	work, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var ended error
	wg.Go(func() { ended = a.Work(work) })
	w := writers{door: door.URL}
	err = errors.Join(w.fill(), w.goOn(), a.allHeard(ctx, w.heard))
	stop()
	wg.Wait()
	return errors.Join(err, ended, a.Close())
}

// writers are citizens whose platform calls back for each message.
type writers struct {
	door  string
	next  int
	heard int // acknowledged
}

// write delivers the next message and returns the answer. What is not acknowledged is next again.
func (w *writers) write() (status int, err error) {
	body, err := json.Marshal(boardPost{ID: w.next + 1, From: fmt.Sprint("citizen ", w.next), Text: strings.Repeat("我要举报一个冒充客服的网站。", 20)})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequest(http.MethodPost, w.door+"/callback/board", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("X-Signature", boardSignature(body))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	if res.StatusCode == http.StatusOK {
		w.next++
		w.heard++
	}
	return res.StatusCode, err
}

// fill writes until the disk is full.
func (w *writers) fill() error {
	if err := w.until(http.StatusOK); err != nil { // the account is open
		return err
	}
	if err := limitFileSize(1 << 20); err != nil {
		return err
	}
	if err := w.until(http.StatusServiceUnavailable); err != nil {
		return fmt.Errorf("the disk did not fill: %w", err)
	}
	res, err := http.Get(w.door + "/healthz")
	if err != nil {
		return fmt.Errorf("with a full disk the door is shut: %w", err)
	}
	return res.Body.Close()
}

// until writes until the answer is want; any answer but 200 and 503 is a fault.
func (w *writers) until(want int) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		status, err := w.write()
		if err != nil || status == want {
			return err
		}
		if status != http.StatusOK && status != http.StatusServiceUnavailable {
			return fmt.Errorf("message %d was answered %d", w.next, status)
		}
		<-tick.C
	}
	return fmt.Errorf("after %d messages no answer is %d", w.heard, want)
}

// goOn lifts the limit; the refused message comes again and more follow.
func (w *writers) goOn() error {
	if err := limitFileSize(1 << 30); err != nil {
		return err
	}
	for range 5 {
		if err := w.until(http.StatusOK); err != nil {
			return fmt.Errorf("after space returned: %w", err)
		}
	}
	return nil
}

func limitFileSize(n uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	l.Cur = n
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}

// allHeard waits until each acknowledged message, and no other, has its report.
func (a *App) allHeard(ctx context.Context, n int) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		pending, err := a.store.List(ctx, record.Query{Kind: bots.KindEvent, State: bots.EventPending, Limit: 1})
		if err != nil {
			return err
		}
		if len(pending) == 0 { // only then is there much to read
			if done, err := a.haveReports(ctx, n); done || err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not all of %d acknowledged messages have a report, %d or more are pending", n, len(pending))
		case <-tick.C:
		}
	}
}

// haveReports tells whether n messages have become as many reports; more, or a parked event, is a fault.
func (a *App) haveReports(ctx context.Context, n int) (bool, error) {
	reports, err := a.store.List(ctx, record.Query{Kind: bots.KindReport, Limit: 1000})
	parked, perr := a.store.List(ctx, record.Query{Kind: bots.KindEvent, State: bots.EventParked})
	switch err := errors.Join(err, perr); {
	case err != nil:
		return false, fmt.Errorf("%d reports of %d: %w", len(reports), n, err)
	case len(parked) > 0:
		return false, fmt.Errorf("%d events were parked: %s", len(parked), parked[0].(*bots.Event).Result.Message)
	case len(reports) > n:
		return false, fmt.Errorf("%d reports of %d acknowledged messages", len(reports), n)
	}
	return len(reports) == n, nil
}
