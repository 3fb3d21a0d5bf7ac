package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// wire is a stream that a test speaks through: each connection takes what is sent, until hung up.
type wire struct {
	mu       sync.Mutex
	connects int
	refuse   int   // connections that fail first
	with     error // how they fail
	frames   chan adapters.Inbound
	hangUp   chan error
}

func newWire() *wire {
	return &wire{frames: make(chan adapters.Inbound), hangUp: make(chan error), with: &adapters.Error{Class: adapters.NotSent, Op: "stream"}}
}

func (w *wire) Stream(ctx context.Context, up func(), emit func(adapters.Inbound) error) error {
	w.mu.Lock()
	w.connects++
	refused := w.refuse > 0
	w.refuse--
	w.mu.Unlock()
	if refused {
		return w.with
	}
	up()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-w.hangUp:
			return err
		case in := <-w.frames:
			if err := emit(in); err != nil {
				return err
			}
		}
	}
}

func (w *wire) tries() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.connects
}

func message(n int) adapters.Inbound {
	ref := fmt.Sprint(n)
	return adapters.Inbound{Key: ref, Kind: adapters.KindMessage, Ref: adapters.Ref(ref), From: adapters.Person{ID: "p"}, Text: "在吗", At: time.Now()}
}

func (p *pages) polls() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

func (p *pages) add(in adapters.Inbound) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.items = append(p.items, in)
}

func TestWhatIsStreamedIsDecidedOnceAndMovesNoCursor(t *testing.T) {
	src, w := &pages{}, newWire()
	d := newDesk(t, deskOptions{watch: src, stream: w, bots: []bots.Bot{intakeBot()}, poll: time.Hour})
	d.until("it was polled", func() bool { return len(src.polls()) > 0 })
	w.frames <- message(1)
	w.frames <- message(1)
	d.until("it is decided", func() bool { return len(d.all(bots.KindReport, "")) == 1 })
	for range 2 { // the poll sees it again, from the cursor where it stood
		src.add(message(1))
		w.hangUp <- nil
		n := len(src.polls())
		d.until("it was polled after the stream was up again", func() bool { return len(src.polls()) > n })
		if from := src.polls()[n]; n < 2 && from != "" {
			t.Errorf("polled from %q, want from the start: a frame never moves the cursor", from)
		}
	}
	d.settle()
	if n := len(d.all(bots.KindEvent, "")); n != 1 {
		t.Errorf("%d events of one message", n)
	}
}

func TestAfterEachConnectEverythingIsPolledAtOnce(t *testing.T) {
	src, w := &pages{}, newWire()
	d := newDesk(t, deskOptions{watch: src, stream: w, bots: []bots.Bot{intakeBot()}, poll: time.Hour})
	d.until("it was polled", func() bool { return len(src.polls()) > 0 })
	w.hangUp <- errors.New("the line is dead")
	src.add(message(7)) // nobody was listening
	d.until("it is heard within the hour", func() bool { return len(d.all(bots.KindReport, "")) == 1 })
}

func TestAStreamThatCannotConnectIsTriedAgainAndThenShown(t *testing.T) {
	w := newWire()
	w.refuse = troubled + 2
	d := newDesk(t, deskOptions{watch: &pages{}, stream: w, poll: time.Hour})
	d.until("the trouble shows", func() bool { return d.pulseOf().Trouble[streamed] != "" })
	if n := w.tries(); n < troubled {
		t.Errorf("told after %d tries, want %d", n, troubled)
	}
	d.until("it is over", func() bool { return d.pulseOf().Trouble[streamed] == "" && w.tries() > troubled })
}

func TestAServerThatStreamsNothingIsAskedOnce(t *testing.T) {
	w := newWire()
	w.refuse, w.with = 1<<30, &adapters.Error{Class: adapters.Unsupported, Op: "stream"}
	src := &pages{}
	d := newDesk(t, deskOptions{watch: src, stream: w})
	d.until("it was polled for a while", func() bool { return len(src.polls()) > 5 })
	if n := w.tries(); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if p := d.pulseOf(); len(p.Trouble) > 0 {
		t.Errorf("it is no trouble: %v", p.Trouble)
	}
}

func TestConnectionsAreTriedMoreAndMoreSeldomAndNotAllAtOnce(t *testing.T) {
	const first = time.Second
	var before time.Duration
	for failed := 1; failed < 12; failed++ {
		least, most := time.Hour, time.Duration(0)
		for i := range 100 {
			wait := untilStream(fmt.Sprint("forum-", i), failed, first, nil)
			least, most = min(least, wait), max(most, wait)
		}
		whole := min(first<<failed, longestBackoff)
		if least < whole/2 || most > whole || most-least < whole/4 || least < before/2 {
			t.Errorf("try %d: from %s to %s of %s", failed, least, most, whole)
		}
		before = most
	}
	asked := &adapters.Error{Class: adapters.RateLimited, Until: time.Now().Add(10 * time.Minute)}
	if wait := untilStream("a", 1, first, asked); wait < 9*time.Minute {
		t.Errorf("%s, though the platform asked for ten minutes", wait)
	}
}
