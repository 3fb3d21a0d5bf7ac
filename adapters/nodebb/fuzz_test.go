package nodebb

import (
	"bytes"
	"context"
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
	c := adapters.Config{ID: "station", BaseURL: "https://forum.example", Options: map[string]string{"category": "5"}, Secrets: map[string]adapters.Secret{"token": "s3cret-token"}}
	a, err := newAccount(c, adapters.Host{Read: hc, Write: hc})
	if err != nil {
		t.Fatal(err)
	}
	a.self, a.limits = user{UID: 90001, Username: "police"}, limits()
	return a
}

const ok = `{"status":{"code":"ok"},"response":`

// Whatever a forum answers to a poll, either the poll fails with an error of ours and no
// cursor, or every item has a key and the cursor is kept.
func FuzzPoll(f *testing.F) {
	for _, body := range []string{
		``, `null`, `{}`, `[]`, `[null]`, `[{}]`, `[{"pid":7,"tid":1,"uid":3,"content":"x","timestamp":1764057600000}]`, `[{"pid":"https://other.example/1"}]`,
		ok + `{"pid":7,"tid":1,"uid":3,"content":"x"}}`, ok + `{"pid":"8","tid":1,"uid":90001,"deleted":1}}`, ok + `null}`, ok + `{"rooms":[]}}`, ok + `{"rooms":null}}`,
		ok + `{"rooms":[{"roomId":1,"unread":true,"users":[{"uid":3}],"teaser":{"timestamp":1764057600000}}],"messages":[{"mid":9,"fromuid":3,"content":"x"}],"content":"x"}}`,
		`{"status":{"code":"bad-request"}}`, strings.Repeat(`[`, 10001),
	} {
		f.Add([]byte(body), "", 200)
		f.Add([]byte(body), `{"at":6,"gaps":[{"id":5,"tries":1}]}`, 200)
		f.Add([]byte(body), `{"at":6,"start":true}`, 400)
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
				if in.Key == "" || in.Ref == "" || in.Kind == "" || in.From.ID == "90001" {
					t.Errorf("%s: %+v", source, in)
				}
			}
		}
	})
}

// Whatever a forum answers to a send, it is a success only with an id, and what it may have
// taken is unknown.
func FuzzPublish(f *testing.F) {
	for _, body := range []string{
		``, `{}`, ok + `{"mainPid":7,"tid":1}}`, ok + `{}}`, ok + `{"queued":true,"id":"topic-1764057600000"}}`, ok + `{"queued":true,"id":"../x"}}`,
		`{"status":{"code":"bad-request","message":"once every 99999999999 second(s)"}}`, `{"status":{"code":"bad-request","message":"You are already posting"}}`,
	} {
		f.Add([]byte(body), 200)
		f.Add([]byte(body), 400)
		f.Add([]byte(body), 403)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		status = 100 + (status%500+500)%500
		a := opened(t, answering{status, body})
		r, err := a.Publish(context.Background(), adapters.Attempt{Code: "NP-7Q4"}, adapters.Part{Title: "通报", Text: "不要先垫付"})
		var ours *adapters.Error
		switch {
		case err == nil && (r.Ref == "" || status < 200 || status > 299):
			t.Errorf("HTTP %d %s: a success: %+v", status, body, r)
		case err != nil && !errors.As(err, &ours):
			t.Errorf("HTTP %d %s: %v", status, body, err)
		case err != nil && status >= 200 && status < 300 && ours.Class != adapters.Unknown:
			t.Errorf("HTTP %d %s: %v, and it may be out", status, body, err)
		}
	})
}
