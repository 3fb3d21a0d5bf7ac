package engine

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"

	"netpatrol/bots"
)

// What came in a flood is decided when nothing else waits, whatever came first; in its own order.
func TestWhatCameInAFloodIsDecidedLast(t *testing.T) {
	var mu sync.Mutex
	var order []string
	s := newStreams(func(_ context.Context, ev *bots.Event) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, ev.ID)
	})
	add := func(id string, kind bots.EventKind, slow bool) {
		ev := &bots.Event{Head: bots.Head{ID: id, Stream: "s/" + id}, Kind: kind}
		if kind == bots.MessageHeard {
			ev.Body = &bots.Heard{Slow: slow}
		}
		s.add(ev)
	}
	for i := range 20 {
		add("flood"+strconv.Itoa(10+i), bots.MessageHeard, true)
	}
	add("post", bots.PostSeen, false)
	add("slot", bots.SlotDue, false)
	add("message", bots.MessageHeard, false)
	s.ctx, s.wg = t.Context(), &sync.WaitGroup{}
	s.workers++
	s.work()
	if len(order) != 23 || !slices.Equal(order[:3], []string{"message", "slot", "post"}) || !slices.IsSorted(order[3:]) {
		t.Errorf("decided in the order %v", order)
	}
}
