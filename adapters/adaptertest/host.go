package adaptertest

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
)

// Host lends an adapter under test working clients, a token cache in memory and a
// logger whose lines [Logs] returns. Connections are closed when the test ends.
func Host(t testing.TB) adapters.Host {
	var d net.Dialer
	h, stop := newHost(d.DialContext)
	t.Cleanup(stop)
	return h
}

// Logs returns what was logged through a Host of this package, at every level.
func Logs(h adapters.Host) string {
	c, ok := h.Log.Handler().(*capture)
	if !ok {
		return ""
	}
	return c.text()
}

func newHost(dial func(ctx context.Context, network, addr string) (net.Conn, error)) (adapters.Host, func()) {
	tr := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 4}
	h := adapters.Host{
		Read: &http.Client{Transport: tr, Timeout: 30 * time.Second},
		Write: &http.Client{Transport: tr, Timeout: 30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Tokens: &tokens{kept: map[string]token{}},
		Log:    slog.New(newCapture()),
	}
	return h, tr.CloseIdleConnections
}

// tokens is a TokenCache in memory.
type tokens struct {
	mu   sync.Mutex
	kept map[string]token
}

type token struct {
	value   adapters.Secret
	expires time.Time
}

var _ adapters.TokenCache = (*tokens)(nil)

func (c *tokens) Token(_ context.Context, key string) (adapters.Secret, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.kept[key]
	return t.value, ok && time.Now().Before(t.expires), nil
}

func (c *tokens) KeepToken(_ context.Context, key string, value adapters.Secret, expires time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept[key] = token{value, expires}
	return nil
}

// capture is a slog handler that keeps every line. Derived handlers write to the
// same page; the groups and attributes they add are kept as text.
type capture struct {
	page *page
	slog.Handler
}

type page struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *page) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func newCapture() *capture {
	p := &page{}
	return &capture{p, slog.NewTextHandler(p, &slog.HandlerOptions{Level: slog.Level(-100), AddSource: false})}
}

func (c *capture) text() string {
	c.page.mu.Lock()
	defer c.page.mu.Unlock()
	return c.page.buf.String()
}

func (c *capture) WithAttrs(a []slog.Attr) slog.Handler {
	return &capture{c.page, c.Handler.WithAttrs(a)}
}

func (c *capture) WithGroup(name string) slog.Handler {
	return &capture{c.page, c.Handler.WithGroup(name)}
}
