package mastodon_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"

	"github.com/coder/websocket"

	"netpatrol/adapters/adaptertest"
)

var _ adaptertest.Streamer = (*fake)(nil)

// streams are the open streams of a pretend server.
type streams struct {
	connected chan struct{}
	once      sync.Once
	mu        sync.Mutex
	open      map[chan []byte]bool
}

func newStreams() *streams {
	return &streams{connected: make(chan struct{}), open: map[chan []byte]bool{}}
}

// Connected implements [adaptertest.Streamer].
func (f *fake) Connected() <-chan struct{} { return f.streams.connected }

// stream serves notifications until the client leaves.
func (f *fake) stream(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("stream") != "user:notification" {
		say(w, 400, map[string]any{"error": "Unknown stream type"})
		return
	}
	if f.instead != nil {
		f.instead(w)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	frames := make(chan []byte, 16)
	f.streams.mu.Lock()
	f.streams.open[frames] = true
	f.streams.mu.Unlock()
	f.streams.once.Do(func() { close(f.streams.connected) })
	ctx := conn.CloseRead(r.Context())
	for {
		select {
		case <-ctx.Done():
			return
		case frame := <-frames:
			if frame == nil || conn.Write(ctx, websocket.MessageText, frame) != nil {
				return
			}
		}
	}
}

// send writes a frame to every open stream; nil ends them.
func (s *streams) send(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		c <- frame
	}
}

// frame is an event as the server tells it: its payload is a document inside a text.
func frame(event string, payload any) []byte {
	inner, _ := json.Marshal(payload)
	out, _ := json.Marshal(map[string]any{"stream": []string{"user:notification"}, "event": event, "payload": string(inner)})
	return out
}

// tell streams a post that names us and is not filtered.
func (f *fake) tell(p *post) {
	if f.streams != nil && slices.Contains(p.named, selfID) && !p.filtered {
		f.streams.send(frame("notification", map[string]any{"id": "4" + p.id, "type": "mention", "account": f.person(p.author), "status": f.render(p)}))
	}
}
