package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"netpatrol/internal/blob"
)

// Some tests need a process that can be killed or limited: this one, run again.
const childEnv = "NETPATROL_BLOB_CHILD"

func TestMain(m *testing.M) {
	what, dir, child := strings.Cut(os.Getenv(childEnv), ":")
	if !child {
		os.Exit(m.Run())
	}
	if err := runChild(what, dir); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func runChild(what, dir string) error {
	s, err := open(dir, func(step string) {
		if step == what {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it has come
		}
	})
	if err != nil {
		return err
	}
	if what == "full" {
		return fillsDisk(s)
	}
	_, err = s.Put(context.Background(), "conv/a", bytes.NewReader(recording(200_000)))
	return errors.Join(err, errors.New("it should have been killed"))
}

func startChild(t *testing.T, what, dir string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childEnv+"="+what+":"+dir)
	c.Stderr = os.Stderr
	out, err := c.Output()
	return string(out), err
}

func TestKilledAtAnyStep(t *testing.T) {
	for _, step := range []string{blob.StepBegun, blob.StepWritten, blob.StepSynced, blob.StepMoved, blob.StepKept} {
		t.Run(step, func(t *testing.T) {
			dir := t.TempDir()
			said, err := startChild(t, step, dir)
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
				t.Fatalf("the child: %v, %s", err, said)
			}
			s, err := open(dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			kept, half := s.files(t)
			if moved := step == blob.StepMoved || step == blob.StepKept; len(kept) != map[bool]int{true: 1}[moved] || len(half) > 0 {
				t.Errorf("kept %v, half written %v", kept, half)
			}
			k := s.put(t, "conv/a", recording(200_000)) // as the errand that is repeated does
			if got, err := s.read("conv/a", k.SHA256); err != nil || !bytes.Equal(got, recording(200_000)) {
				t.Errorf("read %d bytes, %v", len(got), err)
			}
			if kept, _ := s.files(t); len(kept) != 1 {
				t.Errorf("%d files, want one", len(kept))
			}
		})
	}
}

// fillsDisk meets a limit on the size of files, then sees it lifted.
func fillsDisk(s *station) error {
	signal.Ignore(syscall.SIGXFSZ)
	put := func() error {
		_, err := s.Put(context.Background(), "conv/a", bytes.NewReader(recording(300_000)))
		return err
	}
	if err := limitFiles(100_000); err != nil {
		return err
	}
	if err := put(); !errors.Is(err, blob.ErrFull) || !strings.Contains(err.Error(), "make room") {
		return fmt.Errorf("on a full disk: %v, want ErrFull", err)
	}
	if err := limitFiles(1 << 20); err != nil {
		return err
	}
	if err := put(); err != nil {
		return fmt.Errorf("after space returned: %w", err)
	}
	return nil
}

func limitFiles(bytes uint64) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
		return err
	}
	l.Cur = bytes
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)
}

func TestFullDiskIsTheCallersError(t *testing.T) {
	dir := t.TempDir()
	if said, err := startChild(t, "full", dir); err != nil {
		t.Fatalf("the child: %v, %s", err, said)
	}
	s, err := open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if kept, half := s.files(t); len(kept) != 1 || len(half) > 0 {
		t.Errorf("kept %v, half written %v", kept, half)
	}
}
