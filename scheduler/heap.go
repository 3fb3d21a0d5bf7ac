package scheduler

import "time"

// Heap keeps keys ordered by the moment each is to be woken. Set, Remove and PopDue cost
// O(log n) a key, Next costs O(1). Keys due at the same moment come in the order they were set.
//
// It starts no goroutine and holds no lock: its owner must serialise all calls. The zero
// value is empty and ready to use.
type Heap[K comparable] struct {
	order []node      // a heap with four children a node: fewer, denser levels than two
	at    map[K]int32 // key to place
	place []wake[K]   // what a node stands for
	free  []int32     // places to reuse
	set   uint64      // how many times Set was called
}

// node holds what comparisons need, so that sifting stays within the order slice.
type node struct {
	sec   int64
	nsec  int32
	place int32
}

type wake[K comparable] struct {
	key   K
	seq   uint64
	index int32 // in order
}

const arity = 4

// Len is how many keys are waiting.
func (h *Heap[K]) Len() int { return len(h.order) }

// Set puts key at a moment, moving it if it was waiting already.
func (h *Heap[K]) Set(key K, at time.Time) {
	h.set++
	n := node{sec: at.Unix(), nsec: int32(at.Nanosecond())}
	if p, ok := h.at[key]; ok {
		h.place[p].seq = h.set
		i := int(h.place[p].index)
		n.place = p
		h.down(h.up(i, n), n)
		return
	}
	n.place = h.take(key)
	h.order = append(h.order, n)
	h.up(len(h.order)-1, n)
}

// take reserves a place for a new key.
func (h *Heap[K]) take(key K) int32 {
	if h.at == nil {
		h.at = make(map[K]int32)
	}
	var p int32
	if last := len(h.free) - 1; last >= 0 {
		p, h.free = h.free[last], h.free[:last]
		h.place[p] = wake[K]{key: key, seq: h.set}
	} else {
		p = int32(len(h.place))
		h.place = append(h.place, wake[K]{key: key, seq: h.set})
	}
	h.at[key] = p
	return p
}

// Remove forgets key and says whether it was waiting.
func (h *Heap[K]) Remove(key K) bool {
	p, ok := h.at[key]
	if ok {
		h.drop(int(h.place[p].index))
	}
	return ok
}

// drop takes the node at index out.
func (h *Heap[K]) drop(i int) {
	p := h.order[i].place
	delete(h.at, h.place[p].key)
	h.place[p] = wake[K]{} // let go of what the key holds
	h.free = append(h.free, p)
	last := len(h.order) - 1
	n := h.order[last]
	h.order = h.order[:last]
	if i < last {
		h.down(h.up(i, n), n)
	}
}

// Next returns the key to wake first and when; ok is false when none is waiting.
func (h *Heap[K]) Next() (key K, at time.Time, ok bool) {
	if len(h.order) == 0 {
		return key, at, false
	}
	n := h.order[0]
	return h.place[n.place].key, time.Unix(n.sec, int64(n.nsec)), true
}

// PopDue removes and returns the keys due at or before now, soonest first.
func (h *Heap[K]) PopDue(now time.Time) []K {
	var due []K
	for {
		key, at, ok := h.Next()
		if !ok || at.After(now) {
			return due
		}
		due = append(due, key)
		h.drop(0)
	}
}

func (h *Heap[K]) less(a, b node) bool {
	if a.sec != b.sec {
		return a.sec < b.sec
	}
	if a.nsec != b.nsec {
		return a.nsec < b.nsec
	}
	return h.place[a.place].seq < h.place[b.place].seq
}

func (h *Heap[K]) put(i int, n node) {
	h.order[i] = n
	h.place[n.place].index = int32(i)
}

// up moves n from the hole at i towards the root and returns where it came to rest.
func (h *Heap[K]) up(i int, n node) int {
	for i > 0 {
		parent := (i - 1) / arity
		if !h.less(n, h.order[parent]) {
			break
		}
		h.put(i, h.order[parent])
		i = parent
	}
	h.put(i, n)
	return i
}

// down moves n from the hole at i towards the leaves.
func (h *Heap[K]) down(i int, n node) {
	for {
		least := h.leastChild(i)
		if least < 0 || !h.less(h.order[least], n) {
			break
		}
		h.put(i, h.order[least])
		i = least
	}
	h.put(i, n)
}

func (h *Heap[K]) leastChild(i int) int {
	first := i*arity + 1
	if first >= len(h.order) {
		return -1
	}
	least := first
	for c := first + 1; c < min(first+arity, len(h.order)); c++ {
		if h.less(h.order[c], h.order[least]) {
			least = c
		}
	}
	return least
}
