package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"netpatrol/adapters"
)

var _ adapters.Streamer = (*account)(nil)

const (
	streaming = "stream"
	tagStream = "hashtag"
	// quiet is how long a connection may say nothing: one that died without a word does not
	// show otherwise. Made anew, it is polled behind, so that a quiet night costs a handshake
	// every ten minutes.
	quiet = 10 * time.Minute
	// maxFrame bounds one frame in bytes: a notification with its post stays well below.
	maxFrame = 1 << 20
)

// Stream listens to the account's notifications and to the tags it watches, on one connection. It
// tells of mentions as they are made, private ones included, and of posts under those tags, and of their edits. No
// stream follows one other account or a search: those are only polled. A server that knows no stream of
// tags says so, or nothing; the poll sees them there.
func (a *account) Stream(ctx context.Context, up func(), emit func(adapters.Inbound) error) error {
	conn, err := a.http.listen(ctx)
	if err != nil {
		return err
	}
	defer conn.CloseNow() //nolint:errcheck // it is given up, whatever it says
	if err := a.subscribe(ctx, conn); err != nil {
		return err
	}
	up()
	for {
		frame, err := a.http.frame(ctx, conn)
		if err != nil || frame == nil {
			return err
		}
		in, ok := a.fromFrame(frame)
		if !ok {
			continue
		}
		if err := emit(in); err != nil {
			return err
		}
	}
}

// subscribe asks for the watched tags on a connection that is open already.
func (a *account) subscribe(ctx context.Context, conn *websocket.Conn) error {
	for _, tag := range a.tags {
		ask, err := json.Marshal(map[string]string{"type": "subscribe", "stream": tagStream, "tag": tag})
		if err == nil {
			err = conn.Write(ctx, websocket.MessageText, ask)
		}
		if err != nil {
			return a.http.scrubbed(streamError(adapters.Answered, adapters.Redact(err)))
		}
	}
	return nil
}

// tagsIn are the tags among the sources that are polled.
func tagsIn(watch []string) (tags []string) {
	for _, source := range watch {
		if tag, is := strings.CutPrefix(source, tagPrefix); is && tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// fromFrame translates a frame, whose payload is a document inside a text. What is no mention and
// no post under a watched tag is passed over; so is what cannot be read, because the poll will see it.
func (a *account) fromFrame(frame []byte) (in adapters.Inbound, ok bool) {
	var f struct {
		Stream  []string `json:"stream"`
		Event   string   `json:"event"`
		Payload string   `json:"payload"`
	}
	if json.Unmarshal(frame, &f) != nil {
		return in, false
	}
	switch {
	case f.Event == "notification":
		return a.fromMention([]byte(f.Payload))
	case len(f.Stream) > 0 && f.Stream[0] == tagStream && (f.Event == "update" || f.Event == "status.update"):
		return a.fromTag([]byte(f.Payload))
	}
	return in, false
}

// fromTag translates a post under a watched tag, or its edit. Our own are dropped.
func (a *account) fromTag(raw []byte) (in adapters.Inbound, ok bool) {
	var s status
	if json.Unmarshal(raw, &s) != nil || s.ID == "" || s.Account.ID == a.self.ID {
		return in, false
	}
	return a.inbound(s), true
}

func (a *account) fromMention(raw []byte) (in adapters.Inbound, ok bool) {
	var n struct {
		ID   text   `json:"id"`
		Type string `json:"type"`
	}
	if json.Unmarshal(raw, &n) != nil || n.Type != "mention" || n.ID == "" {
		return in, false
	}
	return a.fromNotification(element{string(n.ID), raw})
}

// listen opens the stream. The token travels in a header: an address would show it.
func (c *client) listen(ctx context.Context) (*websocket.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, streamError(adapters.NotWritten, err)
	}
	hc := *c.lent
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	hc.CheckRedirect = noRedirect
	h := http.Header{"User-Agent": {userAgent}, "Authorization": {"Bearer " + c.token.Reveal()}}
	conn, resp, err := websocket.Dial(ctx, c.streams+"/api/v1/streaming?stream=user:notification", &websocket.DialOptions{HTTPClient: &hc, HTTPHeader: h})
	if err == nil {
		conn.SetReadLimit(maxFrame)
		return conn, nil
	}
	if resp != nil {
		return nil, c.notStreamed(resp)
	}
	return nil, c.scrubbed(streamError(adapters.NotWritten, adapters.Redact(err)))
}

func streamError(p adapters.Phase, err error) *adapters.Error {
	return &adapters.Error{Class: adapters.NotSent, Op: streaming, Phase: p, Err: err}
}

// notStreamed classifies an answer that is no stream. A server that knows no such address, or
// answers as if it were a page, streams nothing.
func (c *client) notStreamed(r *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxPlatformText)) // what is missing says nothing more
	e := streamError(adapters.Answered, errors.New(c.platformText(body)))
	e.Code = strconv.Itoa(r.StatusCode)
	e.Class, e.Scope = classify(call{op: streaming}, r.StatusCode, e.Err.Error())
	switch {
	case e.Class == adapters.RateLimited:
		e.Until = resetTime(r.Header)
	case e.Class == adapters.Gone, r.StatusCode < 400:
		e.Class, e.Scope = adapters.Unsupported, adapters.ScopeEndpoint
		e.Err = fmt.Errorf("there is no stream at this address: set option streaming_url to what the server calls urls.streaming")
	}
	return e
}

// frame waits for the next frame. It is nil when the connection was quiet for too long.
func (c *client) frame(ctx context.Context, conn *websocket.Conn) ([]byte, error) {
	within, cancel := context.WithTimeout(ctx, quiet)
	defer cancel()
	_, frame, err := conn.Read(within)
	switch {
	case err == nil:
		return frame, nil
	case ctx.Err() == nil && within.Err() != nil:
		return nil, nil
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	return nil, c.scrubbed(streamError(adapters.Answered, adapters.Redact(err)))
}
