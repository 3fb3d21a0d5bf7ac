package match

import "math/bits"

// trie is an Aho-Corasick automaton over classes. State 0 is the root. Edges lie in one
// open-addressed table, because ten thousand phrases over three thousand characters are
// far too sparse for rows.
type trie struct {
	nodes []node
	edges map[uint64]uint32 // while building
	table []edge
	shift uint
	root  []uint32  // the root's children by class: most steps end there
	lists [][]int32 // patterns that end in a state, by node.list
}

type node struct {
	fail uint32 // the longest proper suffix that is a state
	hits uint32 // the longest suffix, itself included, that ends patterns; 0: none
	next uint32 // the same, itself excluded
	list uint32 // index into lists, plus one; 0: ends no pattern
}

type edge struct {
	key uint64 // state and class, plus one; 0: empty
	to  uint32
}

func edgeKey(state uint32, class uint16) uint64 { return uint64(state)<<16 | uint64(class) }

func (t *trie) add(word []uint16, pattern int) {
	if t.edges == nil {
		t.edges, t.nodes = map[uint64]uint32{}, make([]node, 1)
	}
	var at uint32
	for _, class := range word {
		key := edgeKey(at, class)
		to, ok := t.edges[key]
		if !ok {
			to = uint32(len(t.nodes))
			t.nodes = append(t.nodes, node{})
			t.edges[key] = to
		}
		at = to
	}
	n := &t.nodes[at]
	if n.list == 0 {
		t.lists = append(t.lists, nil)
		n.list = uint32(len(t.lists))
	}
	t.lists[n.list-1] = append(t.lists[n.list-1], int32(pattern))
}

// finish lays the edges out and links every state to its suffixes, nearest to the root first.
func (t *trie) finish() {
	if t.nodes == nil {
		t.nodes = make([]node, 1)
	}
	t.layOut()
	t.layRoot()
	for _, e := range t.byDepth() {
		t.link(e)
	}
	t.edges = nil
}

func (t *trie) layOut() {
	size := uint(bits.Len(uint(2*len(t.edges) + 1)))
	t.shift = 64 - size
	t.table = make([]edge, 1<<size)
	for key, to := range t.edges {
		i := t.slot(key)
		for t.table[i].key != 0 {
			i = (i + 1) & (len(t.table) - 1)
		}
		t.table[i] = edge{key + 1, to}
	}
}

func (t *trie) layRoot() {
	t.root = make([]uint32, classDropped)
	for key, to := range t.edges {
		if key>>16 == 0 {
			t.root[uint16(key)] = to
		}
	}
}

type grownEdge struct {
	from, to uint32
	class    uint16
}

// byDepth returns the edges so that every state comes after its parent and after all
// shallower states.
func (t *trie) byDepth() []grownEdge {
	children := make([][]grownEdge, len(t.nodes))
	for key, to := range t.edges {
		from := uint32(key >> 16)
		children[from] = append(children[from], grownEdge{from, to, uint16(key)})
	}
	order := append([]grownEdge(nil), children[0]...)
	for i := 0; i < len(order); i++ {
		order = append(order, children[order[i].to]...)
	}
	return order
}

func (t *trie) link(e grownEdge) {
	n := &t.nodes[e.to]
	if e.from != 0 {
		n.fail = t.step(t.nodes[e.from].fail, e.class)
	}
	n.next = t.nodes[n.fail].hits
	n.hits = n.next
	if n.list != 0 {
		n.hits = e.to
	}
}

// slot spreads keys by a multiplicative hash; the constant is 2^64 divided by the golden ratio.
func (t *trie) slot(key uint64) int { return int(key * 0x9E3779B97F4A7C15 >> t.shift) }

func (t *trie) step(state uint32, class uint16) uint32 {
	for state != 0 {
		if to, ok := t.child(state, class); ok {
			return to
		}
		state = t.nodes[state].fail
	}
	return t.root[class]
}

func (t *trie) child(state uint32, class uint16) (uint32, bool) {
	key := edgeKey(state, class)
	for i := t.slot(key); t.table[i].key != 0; i = (i + 1) & (len(t.table) - 1) {
		if t.table[i].key == key+1 {
			return t.table[i].to, true
		}
	}
	return 0, false
}

func (t *trie) firstHit(state uint32) uint32 { return t.nodes[state].hits }
func (t *trie) nextHit(hit uint32) uint32    { return t.nodes[hit].next }
func (t *trie) patterns(hit uint32) []int32  { return t.lists[t.nodes[hit].list-1] }
