package adaptertest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"netpatrol/adapters"
)

// checkStream: what a citizen writes arrives with the key a poll gives; Stream ends
// with its context, and with the error of emit.
func checkStream(t T, k Kit) {
	streams := func(c adapters.Caps) bool { return c.Stream != nil }
	var shown []Source
	for _, s := range k.Sources {
		if !s.Unstreamed {
			shown = append(shown, s)
		}
	}
	for _, s := range shown {
		ability(t, k, streams, func(b *bench) {
			t.Run(s.Name, func(t T) { checkStreamed(b, s) })
		})
	}
	ability(t, k, streams, func(b *bench) {
		if len(shown) == 0 {
			t.Fatalf("the account can stream, so one of the kit's Sources must be streamed")
		}
		stop := errors.New("the inbox is full")
		ended, _ := b.stream(func(adapters.Inbound) error { return stop })
		b.citizens("stream").Write(shown[0].Name, "written to a stream")
		if err := await(b.t, ended, "Stream to end with emit's error"); !errors.Is(err, stop) {
			t.Errorf("Stream ended with %v, want the error of emit", err)
		}
	})
}

func checkStreamed(b *bench, s Source) {
	var cur adapters.Cursor
	if b.account.Caps().Watch != nil {
		cur = b.begin(b.poller(s))
	}
	got := make(chan adapters.Inbound, 16)
	ended, cancel := b.stream(func(in adapters.Inbound) error { got <- in; return nil })
	ref := b.citizens("stream").Write(s.Name, "written to a stream")
	in := await(b.t, got, "what was written to arrive")
	cancel()
	await(b.t, ended, "Stream to end with its context")
	if in.Ref != ref {
		b.t.Errorf("streamed %s, written was %s", in.Ref, ref)
	}
	b.sameAsPolled(s, cur, in)
}

// sameAsPolled compares an item's key with the one a poll gives.
func (b *bench) sameAsPolled(s Source, cur adapters.Cursor, in adapters.Inbound) {
	if b.account.Caps().Watch == nil {
		return
	}
	items, _ := b.drain(b.poller(s), cur, 10)
	if !slices.ContainsFunc(items, func(p adapters.Inbound) bool { return p.Ref == in.Ref && p.Key == in.Key }) {
		b.t.Errorf("key %q here, %v by poll: webhook, poll and stream must agree", in.Key, keys(items))
	}
}

// stream runs Stream until cancel and waits until it says that it is up.
func (b *bench) stream(emit func(adapters.Inbound) error) (<-chan error, context.CancelFunc) {
	fake, ok := b.fake.(Streamer)
	if !ok {
		b.t.Fatalf("the adapter can stream, so the kit's fake must implement adaptertest.Streamer")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	ended, up := make(chan error, 1), make(chan struct{}, 16)
	go func() {
		ended <- b.account.Caps().Stream.Stream(ctx, func() { up <- struct{}{} }, emit)
	}()
	await(b.t, fake.Connected(), "the stream to connect")
	await(b.t, up, "Stream to say that it is up")
	return ended, cancel
}

func await[V any](t T, c <-chan V, what string) (v V) {
	t.Helper()
	ctx, cancel := bounded()
	defer cancel()
	select {
	case v = <-c:
	case <-ctx.Done():
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

// checkWebhook: genuine callbacks are understood, all others refused, both without
// asking anybody.
func checkWebhook(t T, k Kit) {
	ability(t, k, func(c adapters.Caps) bool { return c.Webhook != nil }, func(b *bench) {
		if k.Webhook == nil {
			t.Fatalf("the adapter receives webhooks, so the kit must have a Webhook")
		}
		src := Source{Name: k.Webhook.Source}
		var cur adapters.Cursor
		polled := b.account.Caps().Watch != nil && !k.Webhook.Unpolled
		if polled {
			cur = b.begin(b.poller(src))
		}
		ref := b.citizens("receive webhooks").Write(src.Name, "written to a webhook")
		now := time.Now()
		genuine := k.Webhook.Callback(b.fake, ref, now)
		b.wire.befall(fault{}, nil, 0)
		in := b.checkGenuine(genuine, ref, now)
		b.checkForged(genuine, now)
		if n := b.wire.requests(); n > 0 {
			t.Errorf("Verify and Encode are pure, but made %d requests", n)
		}
		if polled {
			b.sameAsPolled(src, cur, in)
		}
	})
}

// checkGenuine delivers a callback three times, as platforms do.
func (b *bench) checkGenuine(c adapters.Callback, ref adapters.Ref, now time.Time) (first adapters.Inbound) {
	for i := range 3 {
		d, err := b.account.Caps().Webhook.Verify(clone(c), now.Add(time.Duration(i)*time.Second))
		b.inspect(err)
		if err != nil || len(d.Items) == 0 {
			b.t.Fatalf("delivery %d of a genuine callback: %d items, error %v", i+1, len(d.Items), err)
		}
		if i == 0 {
			first = d.Items[0]
		}
		if d.Items[0].Key != first.Key || d.Items[0].Ref != ref {
			b.t.Errorf("delivery %d has key %q and id %q; the first had key %q, the object is %q", i+1, d.Items[0].Key, d.Items[0].Ref, first.Key, ref)
		}
		if !d.Replyable {
			continue
		}
		if body, _, err := b.account.Caps().Webhook.Encode(d, "received", now); err != nil || len(body) == 0 {
			b.t.Errorf("encode a passive reply: %d bytes, error %v", len(body), err)
		}
	}
	return first
}

func (b *bench) checkForged(c adapters.Callback, now time.Time) {
	refuse := func(what string, c adapters.Callback, now time.Time) {
		d, err := b.account.Caps().Webhook.Verify(c, now)
		b.inspect(err)
		if err == nil || adapters.ClassOf(err) != adapters.Rejected || len(d.Items) > 0 {
			b.t.Errorf("%s: %d items, error %v; want class %q and nothing", what, len(d.Items), err, adapters.Rejected)
		}
	}
	refuse("replayed an hour later", clone(c), now.Add(time.Hour))
	refuse("signed an hour ahead", clone(c), now.Add(-time.Hour))
	for _, name := range b.kit.Webhook.Signed {
		refuse("forged: "+name+" changed", tamper(c, name), now)
		refuse("forged: "+name+" missing", without(c, name), now)
	}
}

func clone(c adapters.Callback) adapters.Callback {
	q := map[string][]string{}
	for k, v := range c.Query {
		q[k] = slices.Clone(v)
	}
	c.Query, c.Header, c.Body = q, c.Header.Clone(), slices.Clone(c.Body)
	if c.Header == nil {
		c.Header = http.Header{}
	}
	return c
}

func tamper(c adapters.Callback, name string) adapters.Callback {
	c = clone(c)
	switch {
	case name == "body":
		c.Body = flip(c.Body)
	case c.Query.Has(name):
		c.Query.Set(name, string(flip([]byte(c.Query.Get(name)))))
	default:
		c.Header.Set(name, string(flip([]byte(c.Header.Get(name)))))
	}
	return c
}

// flip changes one character in the middle.
func flip(b []byte) []byte {
	b = slices.Clone(b)
	if len(b) == 0 {
		return []byte("x")
	}
	i := len(b) / 2
	if b[i]++; b[i] == '"' || b[i] == '<' {
		b[i]++
	}
	return b
}

func without(c adapters.Callback, name string) adapters.Callback {
	c = clone(c)
	if name == "body" {
		c.Body = nil
	}
	c.Query.Del(name)
	c.Header.Del(name)
	return c
}
