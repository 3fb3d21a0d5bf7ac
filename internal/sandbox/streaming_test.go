package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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

// told reads a frame of a stream that is not of notifications.
func told(t *testing.T, conn *websocket.Conn) (stream, event, payload string) {
	t.Helper()
	_, raw, err := conn.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Stream         []string
		Event, Payload string
		Error          string
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return strings.Join(f.Stream, " "), f.Event, f.Payload + f.Error
}

func TestStream_TagsOnAnOpenConnection(t *testing.T) {
	var seconds atomic.Int64 // the server reads the clock while the test turns it
	b := setup(t, Options{Now: func() time.Time { return newClock().t.Add(time.Duration(seconds.Load()) * time.Second) }})
	before, err := b.m.Say("阿明", "之前的 #兼职")
	if err != nil {
		t.Fatal(err)
	}
	seconds.Add(1)
	conn, _ := b.hear(t, b.agency.token, "user:notification")
	ask := func(what string) {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(what)); err != nil {
			t.Fatal(err)
		}
	}
	ask(`{"type":"subscribe","stream":"hashtag"}`)
	if _, _, payload := told(t, conn); payload != "Unknown stream type" {
		t.Errorf("a tag without a name: %s", payload)
	}
	ask(`{"type":"subscribe","stream":"hashtag","tag":"兼职"}`)
	seconds.Add(1)
	id, err := b.m.Say("阿明", "刷单日结 #兼职")
	if err != nil {
		t.Fatal(err)
	}
	want := func(event, text string) {
		t.Helper()
		if stream, e, payload := told(t, conn); stream != "hashtag 兼职" || e != event || !strings.Contains(payload, text) {
			t.Errorf("%s %s %s, want %s with %s", stream, e, payload, event, text)
		}
	}
	want("update", "刷单日结")
	seconds.Add(1)
	for _, p := range []StatusID{id, before} {
		if err := b.m.Edit("阿明", p, "改过的 #兼职"); err != nil {
			t.Fatal(err)
		}
		want("status.update", "改过的")
	}
	if err := b.m.Delete("阿明", id); err != nil {
		t.Fatal(err)
	}
	want("delete", string(id))
}

func TestStream_GoToSocialTakesATagAndTellsNothing(t *testing.T) {
	b := setup(t, Options{Flavour: GoToSocial})
	conn, _ := b.hear(t, b.agency.token, "user:notification")
	if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"subscribe","stream":"hashtag","tag":"兼职"}`)); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"刷单日结 #兼职", "@海口网警 在吗"} {
		if _, err := b.m.Say("xiaolin", text); err != nil {
			t.Fatal(err)
		}
	}
	if got := next(t, conn); !strings.Contains(got, "在吗") {
		t.Errorf("%s", got)
	}
}

func TestStream_IsDroppedAndTellsAgain(t *testing.T) {
	b := setup(t, Options{Retell: 1})
	say := func(text string) {
		if _, err := b.m.Say("xiaolin", "@海口网警 "+text); err != nil {
			t.Fatal(err)
		}
	}
	say("一")
	say("二")
	conn, _ := b.hear(t, b.agency.token, "user:notification")
	if got := next(t, conn); !strings.Contains(got, "二") {
		t.Errorf("the newest is not told again: %s", got)
	}
	b.m.DropStreams()
	if _, _, err := conn.Read(t.Context()); err == nil {
		t.Error("it goes on")
	}
	conn, _ = b.hear(t, b.agency.token, "user:notification")
	if got := next(t, conn); !strings.Contains(got, "二") {
		t.Errorf("after the drop: %s", got)
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
