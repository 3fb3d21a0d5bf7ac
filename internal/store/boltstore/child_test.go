package boltstore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Some tests need a process that can be killed or limited: this one, run again.
const childEnv = "NETPATROL_BOLTSTORE_CHILD"

func child() bool {
	what, dir, ok := strings.Cut(os.Getenv(childEnv), ":")
	if !ok {
		return false
	}
	s, err := Open(Options{Dir: dir, Create: true})
	if err == nil {
		err = map[string]func(*Store) error{"accept": childAccepts, "full": childFillsDisk}[what](s)
	}
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	return true
}

func startChild(t *testing.T, what, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childEnv+"="+what+":"+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(out)
}

// childAccepts accepts events for ever from a few callers, and tells each key once
// Accept has returned.
func childAccepts(s *Store) error {
	var wg sync.WaitGroup
	for c := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				e := heard(fmt.Sprintf("%d-%d", c, n), "我被骗了")
				if _, err := s.Accept(context.Background(), []*bots.Event{e}); err != nil {
					fmt.Println("failed:", err)
					return
				}
				os.Stdout.WriteString(e.Key + " " + e.ID + "\n")
			}
		})
	}
	wg.Wait()
	return nil
}

func TestKilledProcessKeepsWhatItAnswered(t *testing.T) {
	dir := t.TempDir()
	answered := map[string]string{}
	for range 3 { // the same directory: later rounds meet the keys of earlier ones
		c, out := startChild(t, "accept", dir)
		for n := 0; n < 200 && out.Scan(); n++ {
			key, id, _ := strings.Cut(out.Text(), " ")
			if first, known := answered[key]; known && id != first {
				t.Fatalf("%s was %s before the kill and is %s now", key, first, id)
			}
			answered[key] = id
		}
		if err := c.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for out.Scan() { // what it said before it died counts too
			if key, id, ok := strings.Cut(out.Text(), " "); ok && len(id) == 26 {
				answered[key] = id
			}
		}
		_ = c.Wait()
	}
	s := openIn(t, dir)
	for key, id := range answered {
		e, err := record.Fetch[bots.Event](t.Context(), s, id)
		if err != nil || e.Key != key || e.Erased || e.Body.(*bots.Heard).Text != "我被骗了" {
			t.Errorf("%s %s was answered and is now %+v, %v", key, id, e, err)
		}
	}
	if len(answered) < 200 {
		t.Errorf("the child answered only %d events", len(answered))
	}
}

// childFillsDisk meets a limit on the size of files, then sees it lifted.
func childFillsDisk(s *Store) error {
	signal.Ignore(syscall.SIGXFSZ)
	if err := limitFiles(1 << 20); err != nil {
		return err
	}
	n := 0
	var err error
	for ; err == nil && n < 1000; n++ {
		_, err = s.Accept(context.Background(), []*bots.Event{heard(fmt.Sprint(n), strings.Repeat("x", 20_000))})
	}
	if !errors.Is(err, record.ErrFull) {
		return fmt.Errorf("after %d events: %v, want ErrFull", n, err)
	}
	if events, err := s.List(context.Background(), record.Query{Kind: bots.KindEvent, Limit: 1000}); err != nil || len(events) != n-1 {
		return fmt.Errorf("%d events can be read of %d, %v", len(events), n-1, err)
	}
	if err := limitFiles(64 << 20); err != nil {
		return err
	}
	if _, err := s.Accept(context.Background(), []*bots.Event{heard("after", "")}); err != nil {
		return fmt.Errorf("after space returned: %w", err)
	}
	fmt.Println("stored", n)
	return s.Close()
}

func limitFiles(bytes uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	l.Cur = bytes
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}

func TestPromise5_FullDiskIsTheCallersError(t *testing.T) {
	dir := t.TempDir()
	c, out := startChild(t, "full", dir)
	var said string
	for out.Scan() {
		said += out.Text()
	}
	if err := c.Wait(); err != nil || !strings.HasPrefix(said, "stored") {
		t.Fatalf("the child: %v, %s", err, said)
	}
	openIn(t, dir) // and is found sound by the cleanup
}
