package engine

import (
	"container/heap"
	"context"
	"slices"
	"strings"
	"sync"

	"netpatrol/bots"
	"netpatrol/internal/stack"
)

// maxWorkers bounds the events decided at once. Workers mostly wait for a shared
// commit, so there are more of them than processors: that is what fills a group.
const maxWorkers = 256

// streams decides events: in order within a stream, the most urgent stream first.
type streams struct {
	process func(context.Context, *bots.Event)

	mu      sync.Mutex
	ctx     context.Context // of Run; nil before
	wg      *sync.WaitGroup
	byName  map[string]*stream
	ready   readyHeap
	workers int
	seq     uint64
	ended   bool
}

// stream is the queue of undecided events of one stream. It is either in the ready
// heap, being worked on, or empty and forgotten.
type stream struct {
	name    string
	queue   []*bots.Event // by id, which is the order of acceptance
	working bool
	current string // id of the event being decided
	seq     uint64 // arrival order among equals
}

func newStreams(process func(context.Context, *bots.Event)) *streams {
	return &streams{process: process, byName: map[string]*stream{}}
}

// start lets workers run under ctx.
func (s *streams) start(ctx context.Context, wg *sync.WaitGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ctx, s.wg = ctx, wg
	for range min(len(s.ready), maxWorkers) {
		s.spawn()
	}
}

// stop lets no worker start any more. What is added from then on waits for the next start.
func (s *streams) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

// add queues an accepted event in its place: callers that accepted at the same time may come
// in another order than their events have. An event that is queued already is not queued again.
func (s *streams) add(ev *bots.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.byName[ev.Stream]
	if st == nil {
		st = &stream{name: ev.Stream}
		s.byName[ev.Stream] = st
	}
	at, there := slices.BinarySearchFunc(st.queue, ev.ID, func(q *bots.Event, id string) int { return strings.Compare(q.ID, id) })
	if there || st.working && st.current == ev.ID {
		return
	}
	st.queue = slices.Insert(st.queue, at, ev)
	switch {
	case st.working:
	case len(st.queue) == 1:
		s.enqueue(st)
	case at == 0: // the stream may have become more urgent
		heap.Init(&s.ready)
	}
}

// queued returns the ids of all events that wait or are being decided.
func (s *streams) queued() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := map[string]bool{}
	for _, st := range s.byName {
		for _, ev := range st.queue {
			ids[ev.ID] = true
		}
		if st.working {
			ids[st.current] = true
		}
	}
	return ids
}

func (s *streams) enqueue(st *stream) {
	s.seq++
	st.seq = s.seq
	heap.Push(&s.ready, st)
	if s.ctx != nil && !s.ended && s.workers < maxWorkers {
		s.spawn()
	}
}

func (s *streams) spawn() {
	s.workers++
	s.wg.Go(s.work)
}

// work decides one event after another until none is ready, then ends.
func (s *streams) work() {
	stack.Grow()
	for {
		st, ev := s.take()
		if ev == nil {
			return
		}
		s.process(s.ctx, ev)
		s.done(st)
	}
}

func (s *streams) take() (*stream, *bots.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ready) == 0 || s.ctx.Err() != nil {
		s.workers--
		return nil, nil
	}
	st := heap.Pop(&s.ready).(*stream)
	ev := st.queue[0]
	st.working, st.current = true, ev.ID
	st.queue = st.queue[1:]
	return st, ev
}

func (s *streams) done(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st.working = false
	if len(st.queue) == 0 {
		delete(s.byName, st.name)
		return
	}
	s.seq++
	st.seq = s.seq
	heap.Push(&s.ready, st) // the worker that calls done takes from the heap next
}

// urgency orders what waits: people before officers before outcomes before slots
// before what was merely seen, and all of it before what came in a flood.
func urgency(ev *bots.Event) int {
	if h, ok := ev.Body.(*bots.Heard); ok && h.Slow {
		return 6
	}
	switch ev.Kind {
	case bots.MessageHeard:
		return 0
	case bots.MentionHeard, bots.CommentHeard:
		return 1
	case bots.Decided:
		return 2
	case bots.SendEnded, bots.Reminded, bots.Fetched, bots.HandoffAnswered, bots.PackageCame:
		return 3
	case bots.SlotDue:
		return 4
	}
	return 5
}

type readyHeap []*stream

func (h readyHeap) Len() int { return len(h) }
func (h readyHeap) Less(i, j int) bool {
	a, b := urgency(h[i].queue[0]), urgency(h[j].queue[0])
	if a != b {
		return a < b
	}
	return h[i].seq < h[j].seq
}
func (h readyHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *readyHeap) Push(x any)   { *h = append(*h, x.(*stream)) }
func (h *readyHeap) Pop() any {
	old := *h
	st := old[len(old)-1]
	*h = old[:len(old)-1]
	return st
}
