package sandbox

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/coder/websocket"
)

const streamPath = "/api/v1/streaming"

// serveStream tells an account over a WebSocket what it is notified of, until the client leaves
// or the token is withdrawn. Faults strike it only at the connection, through [Microblog.Gate].
func (m *Microblog) serveStream(w http.ResponseWriter, r *http.Request) {
	who, last, refusal := m.mayStream(r)
	if refusal != nil {
		refusal.write(w)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow() //nolint:errcheck // the client is gone, or is to go
	m.tell(conn.CloseRead(r.Context()), conn, listener{who, bearer(r), last})
}

// listener is who listens, by which token, and what they were told last.
type listener struct {
	who         *account
	token, last string
}

// mayStream returns who listens and what they were told last, or the answer that refuses it.
func (m *Microblog) mayStream(r *http.Request) (who *account, last string, refusal *answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &call{m: m, r: r, token: bearer(r), now: m.opts.Now(), header: http.Header{}, status: http.StatusOK}
	err := c.authorize("read:notifications")
	if s := r.URL.Query().Get("stream"); err == nil && s != "user" && s != "user:notification" {
		err = &apiError{http.StatusBadRequest, "Unknown stream type"}
	}
	status := http.StatusSwitchingProtocols
	if err != nil {
		a := c.encode(nil, err)
		refusal, status = &a, a.status
	}
	m.logRequest(Request{At: c.now, Method: r.Method, Path: r.URL.Path, Account: m.handleOf(c.token), Status: status})
	if who = c.viewer; who != nil && len(who.notes) > 0 {
		last = who.notes[len(who.notes)-1].id
	}
	return who, last, refusal
}

// tell writes what is new whenever something happened.
func (m *Microblog) tell(ctx context.Context, conn *websocket.Conn, l listener) {
	for {
		frames, changed, ok := m.news(&l)
		for _, f := range frames {
			if conn.Write(ctx, websocket.MessageText, f) != nil {
				return
			}
		}
		if !ok {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// news frames what a listener was not told yet, but for what was filtered. It also returns the
// channel that tells of more; ok is false once the token has been withdrawn.
func (m *Microblog) news(l *listener) (frames [][]byte, changed <-chan struct{}, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &call{m: m, viewer: l.who, now: m.opts.Now()}
	for _, n := range l.who.notes {
		if l.last != "" && compareID(n.id, l.last) <= 0 {
			continue
		}
		l.last = n.id
		if !n.filtered && (n.status == nil || n.status.deleted.IsZero()) {
			frames = append(frames, notificationFrame(c.viewNotification(n)))
		}
	}
	g := m.grants[l.token]
	return frames, m.changed, g != nil && g.error == "" && !l.who.suspended
}

// notificationFrame is an event whose payload is a document inside a text.
func notificationFrame(n object) []byte {
	payload, _ := json.Marshal(n) // views always marshal
	frame, _ := json.Marshal(object{"stream": []string{"user", "user:notification"}, "event": "notification", "payload": string(payload)})
	return frame
}
