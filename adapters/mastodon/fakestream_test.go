package mastodon_test

import (
	"context"
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
	tags      map[string]bool // somebody has subscribed to
}

func newStreams() *streams {
	return &streams{connected: make(chan struct{}), open: map[chan []byte]bool{}, tags: map[string]bool{}}
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
	ctx, leave := context.WithCancel(r.Context())
	defer leave()
	f.mu.Lock()
	since := len(f.posts)
	f.mu.Unlock()
	go func() {
		defer leave()
		f.subscriptions(ctx, conn, since)
	}()
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

// subscriptions takes what a client asks for on an open connection, until it leaves. What was posted
// after the connection was made is told, too: the request was on its way.
func (f *fake) subscriptions(ctx context.Context, conn *websocket.Conn, since int) {
	for {
		_, raw, err := conn.Read(ctx)
		if err != nil {
			return
		}
		var ask struct{ Type, Stream, Tag string }
		if json.Unmarshal(raw, &ask) != nil || ask.Type != "subscribe" || ask.Stream != "hashtag" || ask.Tag == "" {
			_ = conn.Write(ctx, websocket.MessageText, []byte(`{"error":"Unknown stream type","status":400}`)) // the client may have left
			continue
		}
		f.mu.Lock()
		f.streams.listen(ask.Tag)
		for _, p := range f.posts[since:] {
			if p.tag == ask.Tag {
				f.tell(p)
			}
		}
		f.mu.Unlock()
	}
}

func (s *streams) listen(tag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tags[tag] = true
}

// hears says whether somebody has subscribed to a tag.
func (s *streams) hears(tag string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return tag != "" && s.tags[tag]
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
func frame(event string, payload any, stream ...string) []byte {
	if stream == nil {
		stream = []string{"user:notification"}
	}
	inner, _ := json.Marshal(payload)
	out, _ := json.Marshal(map[string]any{"stream": stream, "event": event, "payload": string(inner)})
	return out
}

// tell streams a post that names us and is not filtered, or is under a tag somebody listens to.
func (f *fake) tell(p *post) {
	if f.streams != nil && f.streams.hears(p.tag) && p.visibility == "public" {
		f.streams.send(frame("update", f.render(p), "hashtag", p.tag))
	}
	if f.streams != nil && slices.Contains(p.named, selfID) && !p.filtered {
		f.streams.send(frame("notification", map[string]any{"id": "4" + p.id, "type": "mention", "account": f.person(p.author), "status": f.render(p)}))
	}
}
