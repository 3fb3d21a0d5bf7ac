package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener over net.Pipe.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) dial() net.Conn {
	near, far := net.Pipe()
	p.conns <- far
	return near
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

// served runs what serveOn does until the test ends.
func served(t *testing.T, h http.HandlerFunc) *pipes {
	t.Helper()
	p, ended := newPipes(), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ended <- serveOn(ctx, p, h) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return p
}

// Whoever asks and never reads does not hold an answer for ever.
func TestACallerWhoDoesNotReadIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := make(chan error, 1)
		p := served(t, func(w http.ResponseWriter, _ *http.Request) {
			_, err := io.WriteString(w, strings.Repeat("x", 1<<20))
			left <- err
		})
		c := p.dial()
		defer c.Close()
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		select {
		case err := <-left:
			if err == nil {
				t.Error("what nobody read was written")
			}
		case <-time.After(2 * answerWithin):
			t.Error("the answer is still held")
		}
	})
}

func TestHeadersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := served(t, func(http.ResponseWriter, *http.Request) { t.Error("it was served") })
		c := p.dial()
		defer c.Close()
		go func() {
			_, _ = fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n", strings.Repeat("x", 2*maxHeader))
		}()
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%v, %v", res, err)
		}
	})
}

// However many strangers come, they hold so many connections and no more.
func TestStrangersHoldABoundedNumberOfConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		l := bounded(p)
		var first net.Conn
		for i := range mostOutside {
			go p.dial()
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = c
			}
		}
		one := make(chan error, 1)
		go p.dial()
		go func() {
			_, err := l.Accept()
			one <- err
		}()
		synctest.Wait()
		select {
		case err := <-one:
			t.Errorf("one more was let in: %v", err)
		default:
		}
		_ = first.Close()
		if err := <-one; err != nil {
			t.Error(err)
		}
	})
}
