package discourse

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

// answering is a forum that gives the same answer to every request.
type answering struct {
	status int
	body   []byte
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	h := http.Header{"Content-Type": {"application/json"}, "Date": {"Wed, 25 Nov 2026 21:03:00 GMT"}}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(bytes.NewReader(a.body)), Request: r}, nil
}

// opened is an account on a forum that answers so.
func opened(t *testing.T, f answering) *account {
	t.Helper()
	hc := &http.Client{Transport: f}
	c := adapters.Config{ID: "station", BaseURL: "https://forum.example", Options: map[string]string{"category": "5", "username": "police"},
		Secrets: map[string]adapters.Secret{"api_key": "s3cret-key", "webhook_secret": "s3cret-hook"}}
	a, err := newAccount(c, adapters.Host{Read: hc, Write: hc})
	if err != nil {
		t.Fatal(err)
	}
	a.self, a.limits = user{ID: 90001, Username: "police"}, limits()
	return a
}

const onePost = `{"id":7,"topic_id":1,"post_number":1,"user_id":3,"username":"alice","raw":"x","created_at":"2026-11-25T08:00:00.000Z","topic_archetype":"regular"}`

// Whatever a forum answers to a poll, either the poll fails with an error of ours and no
// cursor, or every item has a key and the cursor is kept.
func FuzzPoll(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `{"latest_posts":null}`, `{"latest_posts":[]}`, `{"latest_posts":[{}]}`, `{"latest_posts":[` + onePost + `,` + onePost + `]}`,
		`{"topic_list":{"topics":[{"id":1,"bumped_at":"2026-11-25T08:00:00Z"}]},"post_stream":{"stream":[7]},"id":7,"topic_id":1,"username":"alice","raw":"x"}`,
		`{"topic_list":{"topics":[]}}`, `{"topic_list":null}`, `{"errors":["slow"],"extras":{"wait_seconds":1e300}}`, strings.Repeat(`[`, 10001),
	} {
		f.Add([]byte(body), "", 200)
		f.Add([]byte(body), `{"at":6,"gaps":[{"id":5,"tries":1}]}`, 200)
		f.Add([]byte(body), `{"at":900000}`, 200)
		f.Add([]byte(body), `{"at":6,"start":true}`, 429)
	}
	f.Fuzz(func(t *testing.T, body []byte, cursor string, status int) {
		a := opened(t, answering{100 + (status%500+500)%500, body})
		for _, source := range a.Sources() {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			b, err := a.Poll(ctx, source, adapters.Cursor(cursor), 40)
			cancel()
			var ours *adapters.Error
			if err != nil && (!errors.As(err, &ours) || ours.Class == adapters.Unknown || b.Next != "" || len(b.Items) > 0) {
				t.Errorf("%s: %+v, %v", source, b, err)
			}
			if err == nil && b.Next == "" {
				t.Errorf("%s: the cursor is lost", source)
			}
			for _, in := range b.Items {
				if in.Key == "" || in.Ref == "" || in.Kind == "" || strings.EqualFold(in.From.Handle, "police") {
					t.Errorf("%s: %+v", source, in)
				}
			}
		}
	})
}

// Whatever body somebody who has the secret signs, it is refused, or gives at most one item
// with a key; without the signature it is always refused.
func FuzzWebhook(f *testing.F) {
	for _, body := range []string{``, `null`, `{}`, `{"post":null}`, `{"post":{}}`, `{"post":` + onePost + `}`, `{"ping":"OK"}`, `{"post":[]}`, `{"post":{"id":-1}}`, `{"post":{"id":"7","username":"police"}}`} {
		f.Add([]byte(body), "post_created")
		f.Add([]byte(body), "post_destroyed")
		f.Add([]byte(body), "")
	}
	now := time.Date(2026, 11, 25, 8, 0, 1, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte, event string) {
		r := opened(t, answering{}).hook
		mac := hmac.New(sha256.New, []byte("s3cret-hook"))
		mac.Write(body)
		h := http.Header{}
		h.Set("X-Discourse-Event", event)
		bare, err := r.Verify(adapters.Callback{Header: h, Body: body}, now)
		if err == nil || adapters.ClassOf(err) != adapters.Rejected || len(bare.Items) > 0 {
			t.Errorf("without a signature: %+v, %v", bare, err)
		}
		h.Set("X-Discourse-Event-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		d, err := r.Verify(adapters.Callback{Header: h, Body: body}, now)
		switch {
		case err != nil && (adapters.ClassOf(err) != adapters.Rejected || len(d.Items) > 0):
			t.Errorf("%s: %+v, %v", body, d, err)
		case err == nil && (len(d.Items) > 1 || len(d.Ack) == 0):
			t.Errorf("%s: %+v", body, d)
		}
		for _, in := range d.Items {
			if in.Key == "" || in.Ref == "" || in.Kind == "" {
				t.Errorf("%s: %+v", body, in)
			}
		}
	})
}
