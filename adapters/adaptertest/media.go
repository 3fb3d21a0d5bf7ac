package adaptertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"

	"netpatrol/adapters"
)

// Media lets the suite fetch what citizens send.
type Media struct {
	// Send makes a citizen send a file, and returns what an Inbound holds of it.
	Send func(f Fake, mime string, data []byte) adapters.Media
	// Expire makes the platform delete it.
	Expire func(f Fake, m adapters.Media)
}

// checkMedia: the bytes come whole or with an error; gone is only said when the platform
// says so; nothing is fetched from anywhere else, and nothing without an end.
func checkMedia(t T, k Kit) {
	ability(t, k, func(c adapters.Caps) bool { return c.Media != nil }, func(b *bench) {
		if k.Media == nil {
			t.Fatalf("the adapter fetches media, so the kit must have Media")
		}
		sent := bytes.Repeat([]byte("\xff\xd8\xff\xe0 a screenshot "), 20_000)
		m := k.Media.Send(b.fake, "image/jpeg", sent)
		b.wire.befall(fault{}, nil, 0)
		got, c, err := b.fetch(m)
		if err != nil || !bytes.Equal(got, sent) || c.Type != "image/jpeg" || c.Size >= 0 && c.Size != int64(len(sent)) {
			t.Fatalf("fetched %d bytes of %d, type %q, size %d, error %v", len(got), len(sent), c.Type, c.Size, err)
		}
		if n := b.wire.mutations(); len(n) > 0 {
			t.Errorf("fetching changes nothing, but made %v", n)
		}
		for _, f := range append(readFaults(k), cutMedia(false), cutMedia(true)) {
			b.checkMediaUnder(m, f)
		}
		b.checkEndless(m)
		b.checkElsewhere(m)
		b.checkGivenUp(m)
		k.Media.Expire(b.fake, m)
		if _, _, err := b.fetch(m); adapters.ClassOf(err) != adapters.Gone {
			t.Errorf("deleted by the platform: %v, want class %q", err, adapters.Gone)
		}
	})
}

// fetch reads a medium to its end.
func (b *bench) fetch(m adapters.Media) ([]byte, adapters.Content, error) {
	b.t.Helper()
	ctx, cancel := bounded()
	defer cancel()
	return b.fetchWithin(ctx, m)
}

func (b *bench) fetchWithin(ctx context.Context, m adapters.Media) ([]byte, adapters.Content, error) {
	b.t.Helper()
	var buf bytes.Buffer
	c, err := b.fetchTo(ctx, m, &buf)
	return buf.Bytes(), c, err
}

func (b *bench) fetchTo(ctx context.Context, m adapters.Media, to io.Writer) (adapters.Content, error) {
	b.t.Helper()
	c, err := b.account.Caps().Media.FetchMedia(ctx, m)
	b.inspect(err)
	if err != nil {
		return c, err
	}
	_, err = io.Copy(to, c.Body)
	b.inspect(err)
	if closed := c.Body.Close(); closed != nil && err == nil {
		b.t.Errorf("close the body of a medium: %v", closed)
	}
	return c, err
}

// checkMediaUnder: trouble is an error that says nothing is gone, never a shorter file.
func (b *bench) checkMediaUnder(m adapters.Media, f fault) {
	b.t.Helper()
	b.stop()
	b.wire.befall(f, anything, 0)
	got, _, err := b.fetch(m)
	b.wire.heal()
	if err == nil {
		b.t.Errorf("%s: %d bytes and no error", f.name, len(got))
	}
	if oneOf(adapters.ClassOf(err), adapters.Unknown, adapters.Gone) {
		b.t.Errorf("%s: class %q (%v); nothing was changed, and nobody said that it is gone", f.name, adapters.ClassOf(err), err)
	}
}

// cutMedia breaks the connection half-way through the file itself; without a length, the
// end of the last chunk is what is missing.
func cutMedia(chunked bool) fault {
	name := "file cut short"
	if chunked {
		name += ", its length not stated"
	}
	return fault{name: name, serve: func(w *wire, rw http.ResponseWriter, r *http.Request) {
		rec := w.act(r)
		half := rec.Body.Bytes()[:rec.Body.Len()/2]
		c, buf, err := rw.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		fmt.Fprintf(buf, "HTTP/1.1 %d OK\r\nContent-Type: %s\r\n", rec.Code, rec.Header().Get("Content-Type"))
		if chunked {
			fmt.Fprintf(buf, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n", len(half), half)
		} else {
			fmt.Fprintf(buf, "Content-Length: %d\r\n\r\n%s", rec.Body.Len(), half)
		}
		_ = buf.Flush()
		_ = c.Close()
	}}
}

// endlessly is how long the largest file may take on a busy machine.
const endlessly = 24 * patience

// checkEndless: more than is allowed is refused, when it is announced and when it is not.
func (b *bench) checkEndless(m adapters.Media) {
	b.t.Helper()
	for _, announced := range []bool{true, false} {
		b.wire.befall(fault{name: "too large", serve: func(_ *wire, rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "image/jpeg")
			if announced {
				rw.Header().Set("Content-Length", strconv.Itoa(adapters.MaxMedia+1))
			}
			_, _ = io.Copy(rw, io.LimitReader(endless{}, adapters.MaxMedia+1))
		}}, func(r request) bool { return !r.mutating && !strings.Contains(r.path, "token") }, 0)
		ctx, cancel := context.WithTimeout(context.Background(), endlessly)
		_, err := b.fetchTo(ctx, m, io.Discard)
		cancel()
		b.wire.heal()
		if !errors.Is(err, adapters.ErrTooLarge) {
			b.t.Errorf("more than is allowed, announced %v: %v, want adapters.ErrTooLarge", announced, err)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// checkElsewhere: neither a redirect nor an address in the message leads to other hosts,
// which may be ones that only we can reach.
func (b *bench) checkElsewhere(m adapters.Media) {
	b.t.Helper()
	var reached atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write([]byte("\xff\xd8\xff internal"))
	}))
	defer other.Close()
	b.wire.befall(answer(Answer{Name: "redirect", Status: http.StatusFound, Header: http.Header{"Location": {other.URL + "/internal.jpg"}}}, false), anything, 0)
	if _, _, err := b.fetch(m); err == nil {
		b.t.Errorf("a redirect elsewhere: no error")
	}
	b.wire.heal()
	led := m
	led.URL = other.URL + "/internal.jpg"
	_, _, _ = b.fetch(led) // an adapter that goes by the id does not look at the address
	if n := reached.Load(); n > 0 {
		b.t.Errorf("%d requests reached a host that is not the platform's", n)
	}
}

// checkGivenUp: a fetch ends with its context.
func (b *bench) checkGivenUp(m adapters.Media) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := b.fetchWithin(ctx, m); err == nil {
		b.t.Errorf("given up: no error")
	}
}
