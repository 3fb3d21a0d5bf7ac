package sandbox

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// DialFunc opens a connection, as [net.Dialer.DialContext] does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// PipeListener is a listener whose connections are [net.Pipe]s: a real HTTP server
// and a real HTTP client meet in it without a network, also inside a synctest bubble.
// Every address leads here.
type PipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

var _ net.Listener = (*PipeListener)(nil)

// NewPipeListener makes one. In a test with synctest, make it inside the bubble.
func NewPipeListener() *PipeListener {
	return &PipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

// Accept waits for the next connection.
func (l *PipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close refuses further connections. It may be called twice.
func (l *PipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr names the listener.
func (l *PipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// DialContext connects to the listener, whatever the address. It fits
// [net/http.Transport]'s field of that name.
func (l *PipeListener) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-l.done:
		return nil, refused(network)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func refused(network string) error {
	return &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
}

// gate holds the connections made through [Microblog.Gate].
type gate struct{ conns map[net.Conn]struct{} }

func (g *gate) closeAll() {
	for c := range g.conns {
		c.Close()
	}
	clear(g.conns)
}

// Gate wraps a dialer, so that a [Refuse] fault can refuse its connections. Putting
// such a fault also breaks the connections already open, as a server that goes down does.
func (m *Microblog) Gate(dial DialFunc) DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if m.shut() {
			return nil, refused(network)
		}
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		g := &gatedConn{Conn: c, m: m}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.gate.conns[c] = struct{}{}
		return g, nil
	}
}

// shut reports whether a fault refuses this connection.
func (m *Microblog) shut() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.faults.list {
		if f.Kind == Refuse && f.due() {
			m.faults.struck[Refuse]++
			return true
		}
	}
	return false
}

// gatedConn leaves the gate when it is closed.
type gatedConn struct {
	net.Conn
	m *Microblog
}

func (g *gatedConn) Close() error {
	g.m.mu.Lock()
	delete(g.m.gate.conns, g.Conn)
	g.m.mu.Unlock()
	return g.Conn.Close()
}
