package mastodon_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

// listening is a stream under way.
type listening struct {
	got   chan adapters.Inbound
	ended chan error
	stop  context.CancelFunc
}

func listen(t *testing.T, r *rig) *listening {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	l := &listening{got: make(chan adapters.Inbound, 16), ended: make(chan error, 1), stop: stop}
	up := make(chan struct{})
	go func() {
		l.ended <- r.caps.Stream.Stream(ctx, func() { close(up) }, func(in adapters.Inbound) error { l.got <- in; return nil })
	}()
	select {
	case <-up:
	case err := <-l.ended:
		t.Fatalf("it never was up: %v", err)
	}
	<-r.fake.Connected()
	return l
}

func TestStream_TellsOfMentionsOnly(t *testing.T) {
	f := newFake()
	l := listen(t, open(t, f, nil))
	f.streams.send([]byte("no frame"))
	f.streams.send(frame("notification", map[string]any{"id": "1", "type": "follow"}))
	f.streams.send(frame("update", map[string]any{"id": "2"}))
	f.streams.send(frame("notification", "no notification"))
	f.streams.send(frame("filters_changed", nil))
	f.add(&post{author: bobID, text: "@police 我被骗了", visibility: "direct", named: []string{selfID}})
	in := <-l.got
	if in.Kind != adapters.KindMessage || in.From.ID != bobID || !strings.Contains(in.Text, "我被骗了") {
		t.Errorf("%+v", in)
	}
	f.streams.send(nil)
	if err := <-l.ended; adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("the server hung up: %v, want class %q", err, adapters.NotSent)
	}
	if len(l.got) > 0 {
		t.Errorf("more than the mention came: %+v", <-l.got)
	}
}

func TestStream_TellsOfWatchedTagsOnTheSameConnection(t *testing.T) {
	f := newFake()
	r := open(t, f, nil, "mentions", "tag:反诈", "timeline:1", "tag:兼职", "tag:反诈")
	l := listen(t, r)
	f.add(&post{author: selfID, text: "我们自己的 #反诈", visibility: "public", tag: "反诈"})
	ref := f.add(&post{author: bobID, text: "刷单日结 #兼职", visibility: "public", tag: "兼职"})
	in := <-l.got
	if in.Kind != adapters.KindPost || in.Ref != ref || in.From.ID != bobID {
		t.Errorf("%+v", in)
	}
	p := f.last()
	p.text, p.edited = "刷单日结，加我", time.Date(2026, 11, 26, 1, 0, 0, 0, time.UTC)
	f.streams.send(frame("status.update", f.render(p), "hashtag", "兼职"))
	if edit := <-l.got; edit.Ref != ref || edit.Key == in.Key || edit.Edited.IsZero() || !strings.Contains(edit.Text, "加我") {
		t.Errorf("an edit: %+v, before %+v", edit, in)
	}
	f.streams.send(frame("delete", string(ref), "hashtag", "兼职"))
	f.streams.send(frame("update", f.render(p), "public"))
	f.streams.send([]byte(`{"error":"Unknown stream type","status":400}`))
	f.streams.send(nil)
	<-l.ended
	if len(l.got) > 0 {
		t.Errorf("more came: %+v", <-l.got)
	}
	if n := r.called(f, "GET /api/v1/streaming"); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestStream_ATokenNeverStandsInAnAddress(t *testing.T) {
	f := newFake()
	r := open(t, f, nil)
	l := listen(t, r)
	l.stop()
	<-l.ended
	for _, q := range r.seen {
		if strings.Contains(q.URL.String(), token) {
			t.Errorf("%s", q.URL)
		}
	}
}

func TestStream_WhatTheServerAnswersInstead(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   adapters.Class
	}{
		{"no such address", 404, `{"error":"Not Found"}`, adapters.Unsupported},
		{"a page", 200, "<html>", adapters.Unsupported},
		{"a token that was withdrawn", 401, `{"error":"The access token was revoked"}`, adapters.AuthExpired},
		{"suspended", 403, `{"error":"Your account is suspended"}`, adapters.AccountBlocked},
		{"too fast", 429, "", adapters.RateLimited},
		{"a gateway", 502, "", adapters.NotSent},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake()
			f.instead = func(w http.ResponseWriter) { w.WriteHeader(c.status); _, _ = w.Write([]byte(c.body)) }
			err := open(t, f, nil).caps.Stream.Stream(t.Context(), func() { t.Error("it is up") }, func(adapters.Inbound) error { return nil })
			if adapters.ClassOf(err) != c.want || err == nil || strings.Contains(err.Error(), token) {
				t.Errorf("%v, want class %q", err, c.want)
			}
		})
	}
}

func TestStream_AnotherHost(t *testing.T) {
	f, g := newFake(), newFake()
	other := open(t, g, nil)
	r := open(t, f, map[string]string{"streaming_url": "ws://" + other.seen[0].Host})
	r.fake = g
	l := listen(t, r)
	l.stop()
	<-l.ended
	if n := r.called(f, "GET /api/v1/streaming"); n > 0 {
		t.Errorf("%d streams where there are none", n)
	}
}
