package weibo

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Push is one callback.
type Push struct {
	Who, Kind    string
	At           time.Time
	Statuses     []int // of each delivery; 0: no answer in time
	Acknowledged bool
	Reply        string // the passive reply shown
	Malformed    string // what was wrong with an answer

	citizen *citizen
	body    map[string]any
}

// Pushes lists every callback, oldest first.
func (p *Platform) Pushes() []Push {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Push, len(p.pushes))
	for i, x := range p.pushes {
		out[i] = *x
		out[i].Statuses = slices.Clone(x.Statuses)
	}
	return out
}

// push sends a callback about what a citizen did now; p.mu is held.
func (p *Platform) push(c *citizen, now time.Time, kind, said string, data map[string]any) {
	if p.opts.CallbackURL == "" || p.ended.Err() != nil {
		return
	}
	x := &Push{Who: c.name, Kind: kind, At: now, citizen: c, body: map[string]any{
		"type": kind, "receiver_id": num(p.opts.UID), "sender_id": num(c.uid), "created_at": ruby(now), "text": said, "data": data,
	}}
	p.pushes = append(p.pushes, x)
	p.busy++
	p.work.Go(func() { p.deliver(x) })
}

// Settle waits until no callback is under way.
func (p *Platform) Settle(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		p.mu.Lock()
		idle := p.busy == 0
		p.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Redeliver sends a callback again that was answered already, as the platform does when an
// answer is lost.
func (p *Platform) Redeliver(i int) {
	p.mu.Lock()
	x := p.pushes[i]
	p.mu.Unlock()
	p.try(x)
}

func (p *Platform) deliver(x *Push) {
	defer func() {
		p.mu.Lock()
		p.busy--
		p.mu.Unlock()
	}()
	for n := range tries {
		if n > 0 && !p.pause(p.opts.RetryDelay) {
			return
		}
		if p.try(x) {
			return
		}
	}
}

func (p *Platform) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.ended.Done():
		return false
	}
}

// try delivers once and reports whether it was answered.
func (p *Platform) try(x *Push) bool {
	ctx, cancel := context.WithTimeout(p.ended, p.opts.Deadline)
	defer cancel()
	body, kind := p.write(x)
	status, answered := 0, []byte(nil)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.callbackURL(nil), bytes.NewReader(body))
	if err == nil {
		r.Header.Set("Content-Type", kind)
		status, answered = p.send(r)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	x.Statuses = append(x.Statuses, status)
	if status != http.StatusOK {
		return false
	}
	x.Acknowledged = true
	p.passive(x, answered)
	return true
}

func (p *Platform) send(r *http.Request) (int, []byte) {
	resp, err := p.opts.Client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return 0, nil
	}
	return resp.StatusCode, body
}

// callbackURL is the account's, signed anew for every delivery.
func (p *Platform) callbackURL(more url.Values) string {
	stamp, nonce := fmt.Sprint(time.Now().UnixMilli()), rand.Text()[:8]
	parts := []string{p.opts.AppSecret, stamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	q := url.Values{"signature": {hex.EncodeToString(sum[:])}, "timestamp": {stamp}, "nonce": {nonce}}
	for name, v := range more {
		q[name] = v
	}
	return p.opts.CallbackURL + "?" + q.Encode()
}

// Forge sends a callback as somebody who does not know the secret would, and returns the
// status it was answered with; 0: none.
func (p *Platform) Forge(ctx context.Context, from, said string) int {
	body, _ := json.Marshal(map[string]any{"type": "text", "receiver_id": num(p.opts.UID), "sender_id": num(from), "created_at": ruby(time.Now()), "text": said, "data": map[string]any{}})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.callbackURL(url.Values{"signature": {strings.Repeat("0", 40)}}), bytes.NewReader(body))
	if err != nil {
		return 0
	}
	status, _ := p.send(r)
	return status
}

// Bind checks the account's URL as the console does when it is entered.
func (p *Platform) Bind(ctx context.Context) error {
	echo := rand.Text()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.callbackURL(url.Values{"echostr": {echo}}), nil)
	if err != nil {
		return err
	}
	if status, body := p.send(r); status != http.StatusOK || string(body) != echo {
		return fmt.Errorf("the URL answered %d and %d bytes, not the echo", status, len(body))
	}
	return nil
}

// write is a callback in the form the account's owner chose.
func (p *Platform) write(x *Push) (body []byte, contentType string) {
	if p.opts.Format == XML {
		return p.writeXML(x), "text/xml"
	}
	body, _ = json.Marshal(x.body) // built of what marshals
	return body, "application/json"
}

func (p *Platform) writeXML(x *Push) []byte {
	type document struct {
		XMLName      xml.Name `xml:"xml"`
		ToUserName   string
		FromUserName string
		CreateTime   int64
		MsgType      string
		Content      string `xml:",omitempty"`
		Event        string `xml:",omitempty"`
		EventKey     string `xml:",omitempty"`
	}
	data, _ := x.body["data"].(map[string]any)
	d := document{ToUserName: p.opts.UID, FromUserName: x.citizen.uid, CreateTime: x.At.Unix(), MsgType: x.Kind, Content: fmt.Sprint(x.body["text"])}
	if x.Kind == "event" {
		d.Content = ""
		d.Event = map[string]string{"follow": "subscribe", "unfollow": "unsubscribe"}[fmt.Sprint(data["subtype"])]
	}
	body, _ := xml.Marshal(d) // strings and a number
	return body
}

// passive shows the reply in an answer, once.
func (p *Platform) passive(x *Push, body []byte) {
	if len(bytes.TrimSpace(body)) == 0 {
		return
	}
	var a struct {
		Result   bool        `json:"result"`
		Sender   json.Number `json:"sender_id"`
		Receiver json.Number `json:"receiver_id"`
		Type     string      `json:"type"`
		Data     string      `json:"data"`
	}
	said, code := "", 0
	if json.Unmarshal(body, &a) == nil {
		plain, err := url.QueryUnescape(a.Data)
		if said, code = content(a.Type, plain); err != nil {
			code = 10008
		}
	}
	switch {
	case !a.Result || code != 0 || a.Sender.String() != p.opts.UID || a.Receiver.String() != x.citizen.uid:
		x.Malformed = fmt.Sprintf("%d bytes that are no reply to this person", len(body))
	case x.citizen.left:
	case x.Reply == "": // an answer to a redelivery is shown no second time
		x.Reply = said
		p.reach(x.citizen, ViaPassive, said)
	}
}
