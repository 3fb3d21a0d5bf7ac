package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

const streamPath = "/api/v1/streaming"

// serveStream tells an account over a WebSocket what it is notified of, and what happens under tags
// it subscribes to on the connection, until the client leaves or the token is withdrawn. Faults strike it only at the connection, through [Microblog.Gate].
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
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	l := &listener{who: who, token: bearer(r), last: last, dropped: m.drops(), since: m.opts.Now(), tags: map[string]bool{}, told: map[string]string{}}
	go func() {
		defer leave()
		m.subscriptions(ctx, conn, l)
	}()
	m.tell(ctx, conn, l)
}

// DropStreams ends every stream without a word, as a server does that is restarted.
func (m *Microblog) DropStreams() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dropped++
	m.touch()
}

func (m *Microblog) drops() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropped
}

// listener is who listens, by which token, and what they were told last.
type listener struct {
	who         *account
	token, last string
	dropped     int               // drops before they connected
	since       time.Time         // when they connected
	tags        map[string]bool   // subscribed to on the open connection
	told        map[string]string // of a post under one of them: which version
}

// subscriptions takes the tags that a client asks for on its connection, until it leaves. What
// cannot be subscribed to is answered with an error, and the connection stays.
func (m *Microblog) subscriptions(ctx context.Context, conn *websocket.Conn, l *listener) {
	for {
		_, raw, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var ask struct{ Type, Stream, Tag string }
		known := json.Unmarshal(raw, &ask) == nil && ask.Stream == "hashtag" && ask.Tag != ""
		if !known || ask.Type != "subscribe" && ask.Type != "unsubscribe" {
			_ = conn.Write(ctx, websocket.MessageText, []byte(`{"error":"Unknown stream type","status":400}`)) // the client may have left
			continue
		}
		m.mu.Lock()
		l.tags[strings.ToLower(ask.Tag)] = ask.Type == "subscribe"
		m.touch()
		m.mu.Unlock()
	}
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
	if who = c.viewer; who != nil && len(who.notes) > m.opts.Retell {
		last = who.notes[len(who.notes)-1-m.opts.Retell].id
	}
	return who, last, refusal
}

// tell writes what is new whenever something happened.
func (m *Microblog) tell(ctx context.Context, conn *websocket.Conn, l *listener) {
	for {
		frames, changed, ok := m.news(l)
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
	frames = append(frames, c.tagNews(l)...)
	g := m.grants[l.token]
	return frames, m.changed, l.dropped == m.dropped && g != nil && g.error == "" && !l.who.suspended
}

// tagNews frames what was posted, edited or deleted under subscribed tags since the listener
// connected. GoToSocial takes the subscription and tells nothing.
func (c *call) tagNews(l *listener) (frames [][]byte) {
	for tag, on := range l.tags {
		if !on || c.m.opts.Flavour == GoToSocial {
			continue
		}
		for _, s := range c.m.tagged[tag] {
			if event, payload := c.tagEvent(l, s); event != "" {
				frames = append(frames, frameOf(event, payload, "hashtag", tag))
			}
		}
	}
	return frames
}

// tagEvent is what happened to a post since a listener was told of it; none is empty.
func (c *call) tagEvent(l *listener, s *status) (event, payload string) {
	version, before := s.writtenAt().String(), l.told[s.id]
	switch {
	case s.visibility != Public:
		return "", ""
	case !s.deleted.IsZero():
		if before == "" || before == "gone" {
			return "", ""
		}
		l.told[s.id] = "gone"
		return "delete", s.id
	case before == version, s.writtenAt().Before(l.since):
		return "", ""
	}
	event, l.told[s.id] = "update", version
	if before != "" || s.created.Before(l.since) {
		event = "status.update"
	}
	return event, textOf(c.viewStatus(s))
}

// notificationFrame is an event whose payload is a document inside a text.
func notificationFrame(n object) []byte {
	return frameOf("notification", textOf(n), "user", "user:notification")
}

func textOf(o object) string {
	payload, _ := json.Marshal(o) // views always marshal
	return string(payload)
}

func frameOf(event, payload string, stream ...string) []byte {
	frame, _ := json.Marshal(object{"stream": stream, "event": event, "payload": payload}) // so do texts
	return frame
}
