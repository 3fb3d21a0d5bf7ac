package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

// hear opens a stream; the status is that of a refusal.
func (b *bundle) hear(t *testing.T, token, stream string) (conn *websocket.Conn, status int) {
	t.Helper()
	o := &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}}
	conn, r, err := websocket.Dial(t.Context(), b.srv.URL+"/api/v1/streaming?stream="+stream, o)
	if err != nil && r == nil {
		t.Fatal(err)
	}
	if err == nil {
		t.Cleanup(func() { _ = conn.CloseNow() })
	}
	return conn, r.StatusCode
}

// next reads a frame and returns what its notification says.
func next(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	_, raw, err := conn.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var f struct{ Event, Payload string }
	var n struct {
		Type   string
		Status struct{ Content string }
	}
	if err := json.Unmarshal(raw, &f); err != nil || json.Unmarshal([]byte(f.Payload), &n) != nil || f.Event != "notification" {
		t.Fatalf("%s: %v", raw, err)
	}
	return n.Type + " " + n.Status.Content
}

func TestStream_TellsOfWhatIsNewAndNotFiltered(t *testing.T) {
	b := setup(t, Options{})
	say := func(text string) {
		if _, err := b.m.Say("xiaolin", "@海口网警 "+text); err != nil {
			t.Fatal(err)
		}
	}
	say("之前")
	conn, _ := b.hear(t, b.agency.token, "user:notification")
	if _, err := b.m.Tell("阿明", "海口网警", "陌生人的私信被过滤"); err != nil {
		t.Fatal(err)
	}
	say("之后")
	if got := next(t, conn); !strings.HasPrefix(got, "mention ") || !strings.Contains(got, "之后") {
		t.Errorf("%s", got)
	}
	say("再说")
	if got := next(t, conn); !strings.Contains(got, "再说") {
		t.Errorf("%s", got)
	}
	b.m.Revoke(b.agency.token)
	if _, _, err := conn.Read(context.Background()); err == nil {
		t.Error("a withdrawn token goes on listening")
	}
}

func TestStream_WhoMayNotListen(t *testing.T) {
	b := setup(t, Options{})
	write, err := b.m.NewToken("海口网警", "write")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, token, stream string
		want                int
	}{
		{"nobody", "guess", "user:notification", 401},
		{"a token that may not read", write, "user:notification", 403},
		{"a stream there is none of", b.agency.token, "horoscopes", 400},
	} {
		if _, got := b.hear(t, c.token, c.stream); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
