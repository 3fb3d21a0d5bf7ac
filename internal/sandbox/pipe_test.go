package sandbox

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func dialTCP(ctx context.Context, network, address string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, address)
}

// inBubble serves a platform over pipes, inside a synctest bubble.
func inBubble(t *testing.T, o Options, run func(t *testing.T, b *bundle)) {
	synctest.Test(t, func(t *testing.T) {
		m, l := NewMicroblog(o), NewPipeListener()
		srv := &http.Server{Handler: m}
		go srv.Serve(l)
		defer srv.Close()
		_, token, err := m.AddAccount("海口网警", "海口网警", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.AddCitizen("xiaolin", "小林"); err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{DialContext: m.Gate(l.DialContext)}}
		defer client.CloseIdleConnections()
		run(t, &bundle{m: m, agency: &wire{t: t, client: client, base: "http://microblog.example", token: token}})
	})
}

func TestPipeCarriesThreeDaysInABubble(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		start := time.Now()
		for range 3 * 24 {
			b.agency.must(200, "POST", "/api/v1/statuses", values("status", time.Now().String()))
			b.agency.must(200, "GET", "/api/v1/timelines/public", nil)
			time.Sleep(time.Hour) // of the bubble
		}
		if got := b.m.Received(); len(got) != 72 || got[71].At.Sub(start) != 71*time.Hour {
			t.Errorf("received %d, the last at %s", len(got), got[len(got)-1].At)
		}
	})
}

func TestPipeFaults(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		post := func() error {
			_, err := b.agency.do("POST", "/api/v1/statuses", values("status", "通报"))
			return err
		}
		b.m.Fault(Fault{Kind: ResetAfterAccept})
		if err := post(); err == nil {
			t.Error("the answer was not lost")
		}
		if got := len(b.m.Received()); got != 1 {
			t.Errorf("received %d, want 1", got)
		}
		b.m.Fault(Fault{Kind: Refuse})
		if err := post(); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, want a refused connection", err)
		}
		if err := post(); err != nil {
			t.Errorf("still down: %v", err)
		}
	})
}

func TestDelayInABubble(t *testing.T) {
	for kind, done := range map[FaultKind]int{Delay: 0, DelayAnswer: 1} {
		t.Run(string(kind), func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, b *bundle) {
				b.m.Fault(Fault{Kind: kind, Delay: time.Minute, Times: 2})
				start := time.Now()
				b.agency.must(200, "POST", "/api/v1/statuses", values("status", "一"))
				if waited := time.Since(start); waited != time.Minute {
					t.Errorf("answered after %s, want a minute", waited)
				}
				b.agency.client.Timeout = time.Second
				if _, err := b.agency.do("POST", "/api/v1/statuses", values("status", "二")); err == nil {
					t.Error("answered in time")
				}
				synctest.Wait()
				time.Sleep(2 * time.Minute) // of the bubble
				if got := len(b.m.Received()) - 1; got != done {
					t.Errorf("the platform did it %d times, want %d", got, done)
				}
			})
		})
	}
}

// TestTransportRepeatsKeyedPosts pins a trap for whoever sends an Idempotency-Key:
// net/http takes such a POST for repeatable and, on a connection it used before,
// sends it a second time by itself. On GoToSocial that is a second post.
func TestTransportRepeatsKeyedPosts(t *testing.T) {
	inBubble(t, Options{Flavour: GoToSocial}, func(t *testing.T, b *bundle) {
		b.agency.must(200, "GET", "/api/v1/instance", nil)
		b.m.Fault(Fault{Kind: ResetAfterAccept, Method: "POST"})
		b.agency.must(200, "POST", "/api/v1/statuses", values("status", "通报"), "Idempotency-Key", "k1")
		if got := b.m.Duplicates(); len(got) != 1 {
			t.Errorf("got %d duplicates, want 1", len(got))
		}
	})
}

func TestPipeListenerCloses(t *testing.T) {
	l := NewPipeListener()
	l.Close()
	l.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept: got %v", err)
	}
	if _, err := l.DialContext(t.Context(), "tcp", "x:80"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("DialContext: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewPipeListener().DialContext(ctx, "tcp", "x:80"); !errors.Is(err, context.Canceled) {
		t.Errorf("DialContext of a cancelled call: got %v", err)
	}
}

func TestBodyIsBounded(t *testing.T) {
	b := setup(t, Options{})
	long := "status=x&padding=" + strings.Repeat("x", maxBody)
	req := jsonRequest(t, b, "POST", "/api/v1/statuses", long)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res, err := b.agency.client.Do(req); err == nil {
		res.Body.Close()
		t.Errorf("answered with %d", res.StatusCode)
	}
	if got := b.m.Received(); len(got) != 0 {
		t.Error("a body without bounds was received")
	}
}
