package bridge

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// pushSoon delivers an event in the background until it is taken; the lock is held.
func (s *Site) pushSoon(e event) {
	if s.opts.CallbackURL == "" || s.closed() {
		return
	}
	s.push.Go(func() {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() { // a push under way ends with the site
			select {
			case <-s.done:
				cancel()
			case <-ctx.Done():
			}
		}()
		for !s.deliver(ctx, e) {
			t := time.NewTimer(s.opts.RetryDelay)
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return
			}
		}
	})
}

func (s *Site) closed() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// deliver makes one push and reports whether it was taken. Each is signed anew.
func (s *Site) deliver(ctx context.Context, e event) bool {
	body, _ := json.Marshal(map[string]any{"items": []event{e}}) // such values always marshal
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.opts.CallbackURL, bytes.NewReader(body))
	if err != nil {
		return false
	}
	stamp, nonce := strconv.FormatInt(s.opts.Now().Unix(), 10), rand.Text()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Bridge-Timestamp", stamp)
	r.Header.Set("Bridge-Nonce", nonce)
	r.Header.Set("Bridge-Signature", "v1="+seal(s.opts.Secret, http.MethodPost, "/v1/events", stamp, nonce, body))
	resp, err := s.opts.Client.Do(r)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode == http.StatusOK
}
