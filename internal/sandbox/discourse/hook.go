package discourse

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Delivery is one try of one callback.
type Delivery struct {
	Event  int // counts from 1
	Name   string
	Try    int // counts from 1
	Status int // of the answer; 0: there was none
}

// Deliveries lists the tries of all callbacks.
func (f *Forum) Deliveries() []Delivery {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.deliveries)
}

// schedule is after how many minutes a callback is tried again.
func schedule() []int { return []int{1, 5, 25, 125} }

// hooked is a post as a callback shows it.
func (f *Forum) hooked(p *post) object {
	o := f.view(p)
	o["topic_archetype"], o["topic_title"] = p.topic.archetype(), p.topic.title
	return o
}

// tell calls the webhook about an event, in a goroutine of its own: callbacks keep no order.
func (f *Forum) tell(kind, name string, body object) {
	if f.opts.Callback == "" || f.closed || !slices.Contains(f.opts.Events, kind) {
		return
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("discourse: cannot encode a %s: %v", kind, err))
	}
	f.events++
	event := f.events
	f.calls.Go(func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() { // a callback under way ends with the forum
			select {
			case <-f.done:
				cancel()
			case <-ctx.Done():
			}
		}()
		f.deliver(ctx, event, kind, name, raw)
	})
}

func (f *Forum) deliver(ctx context.Context, event int, kind, name string, raw []byte) {
	for try := 1; ; try++ {
		status := f.attempt(ctx, event, kind, name, raw)
		f.mu.Lock()
		f.deliveries = append(f.deliveries, Delivery{event, name, try, status})
		f.mu.Unlock()
		if status >= 200 && status < 300 || try > len(schedule()) {
			return
		}
		t := time.NewTimer(time.Duration(schedule()[try-1]) * f.opts.Minute)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
}

func (f *Forum) attempt(ctx context.Context, event int, kind, name string, raw []byte) int {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	req, err := f.Request(ctx, event, kind, name, raw)
	if err != nil {
		return 0
	}
	res, err := f.opts.Client.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// Request is a callback with this body, as it is sent. Without a secret it bears no signature.
func (f *Forum) Request(ctx context.Context, event int, kind, name string, raw []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.opts.Callback, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	h := req.Header
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Discourse/3.5.0")
	h.Set("X-Discourse-Instance", "https://forum.example")
	h.Set("X-Discourse-Event-Id", strconv.Itoa(event))
	h.Set("X-Discourse-Event-Type", kind)
	h.Set("X-Discourse-Event", name)
	if f.opts.Secret != "" {
		mac := hmac.New(sha256.New, []byte(f.opts.Secret))
		mac.Write(raw)
		h.Set("X-Discourse-Event-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	return req, nil
}

// Again delivers the callback about a post once more, as happens when an answer was lost.
func (f *Forum) Again(id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p := f.find(id); p != nil {
		f.tell("post", "post_created", object{"post": f.hooked(p)})
	}
}
