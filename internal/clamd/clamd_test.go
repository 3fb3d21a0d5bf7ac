package clamd_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"netpatrol/internal/clamd"
	pretend "netpatrol/internal/sandbox/clamd"
)

// scanner starts a pretend scanner on a real socket that takes at most 200,000 bytes.
func scanner(t *testing.T, network string) (*pretend.Scanner, *clamd.Client) {
	t.Helper()
	at := "127.0.0.1:0"
	if network == "unix" {
		at = filepath.Join(t.TempDir(), "clamd.ctl")
	}
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	s := pretend.Serve(l, 200_000)
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	c, err := clamd.New(map[string]string{"tcp": "tcp://", "unix": "unix:"}[network] + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func TestWhatAScannerSays(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		_, c := scanner(t, network)
		for _, f := range []struct {
			name, file, found string
			err               error
		}{
			{"an empty file", "", "", nil},
			{"a clean file", strings.Repeat("clean ", 30_000), "", nil},
			{"malware", "\x89PNG\r\n\x1a\n" + pretend.Eicar(), "Win.Test.EICAR_HDB-1", nil},
			{"malware across two pieces", strings.Repeat("x", 64<<10-20) + pretend.Eicar(), "Win.Test.EICAR_HDB-1", nil},
			{"a file that is too long", strings.Repeat("long", 60_000), "", clamd.ErrLimit},
		} {
			found, err := c.Scan(t.Context(), strings.NewReader(f.file))
			if found != f.found || !errors.Is(err, f.err) {
				t.Errorf("%s, %s: %q, %v", network, f.name, found, err)
			}
		}
		v, err := c.Version(t.Context())
		if err != nil || v.Engine != "ClamAV 1.4.3/27832" || v.Base.Format("2006-01-02") != "2026-11-25" {
			t.Errorf("%s: version %+v, %v", network, v, err)
		}
	}
}

// Only the scanner's own OK is clean.
func TestWhatIsNotScannedIsNeverClean(t *testing.T) {
	s, c := scanner(t, "tcp")
	for _, m := range []pretend.Mood{pretend.Breaking, pretend.Failing} {
		s.Feel(m)
		if found, err := c.Scan(t.Context(), strings.NewReader("x")); err == nil {
			t.Errorf("mood %d: it counts as scanned (%q)", m, found)
		}
	}
	s.Feel(pretend.Well)
	broken := errors.New("the disk is broken")
	if _, err := c.Scan(t.Context(), io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("what cannot be read: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Scan(over, strings.NewReader("x")); err == nil {
		t.Error("a call that was over counts as scanned")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Scan(t.Context(), strings.NewReader("x")); err == nil {
		t.Error("nobody answers, and it counts as scanned")
	}
	if _, err := c.Version(t.Context()); err == nil {
		t.Error("nobody answers, and there is a version")
	}
}

func TestSomethingElseAnswers(t *testing.T) {
	for _, says := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n\x00", "stream: OK", "", "stream: OK maybe\x00", strings.Repeat("x", 5000)} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 2 {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = conn.Read(make([]byte, 9))
				_, _ = io.Copy(conn, bytes.NewReader([]byte(says)))
				_ = conn.Close()
			}
		}()
		c, err := clamd.New("tcp://" + l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if found, err := c.Scan(t.Context(), strings.NewReader("x")); err == nil {
			t.Errorf("%.20q counts as clean (%q)", says, found)
		}
		if v, err := c.Version(t.Context()); err == nil {
			t.Errorf("%.20q is a scanner: %+v", says, v)
		}
		<-done
		_ = l.Close()
	}
}

func TestAddresses(t *testing.T) {
	for _, good := range []string{"tcp://127.0.0.1:3310", "tcp://[::1]:3310", "unix:/run/clamav/clamd.ctl", "unix:///run/clamav/clamd.ctl"} {
		if _, err := clamd.New(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "127.0.0.1:3310", "tcp://127.0.0.1", "tcp://:3310", "tcp://host:3310/x", "unix:clamd.ctl", "unix://host/x", "http://x:1", "tcp://x:y"} {
		if _, err := clamd.New(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
