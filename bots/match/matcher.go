package match

import (
	"fmt"
	"math/bits"
	"strings"
	"sync"
	"unicode/utf8"
)

// Matcher finds all occurrences of many phrases in one pass over a text, in its folded
// sense: "加薇信" as a pattern finds it in full width, in traditional characters and with
// zero-width marks between. Overlapping and nested occurrences are all reported.
//
// A text is scanned without allocating. A Matcher is immutable and safe for concurrent use.
type Matcher struct {
	classes classes
	trie    trie
	lengths []int // of each pattern, in kept runes
	ring    int   // power of two, no less than the longest pattern
	scratch sync.Pool
}

// The two classes that are no letter of any pattern.
const (
	classOther   = 0      // ends whatever was being matched
	classDropped = 0xFFFF // as if it were not there
)

// maxClasses bounds the different characters of all patterns together.
const maxClasses = classDropped - 1

// NewMatcher compiles patterns, folded by f. Pattern numbers are positions in the list;
// two equal patterns are both reported. It refuses a pattern of which folding leaves
// nothing, or that holds bytes that are no characters.
func NewMatcher(f *Folder, patterns []string) (*Matcher, error) {
	m := &Matcher{lengths: make([]int, len(patterns))}
	m.classes.init(f)
	longest := 1
	for i, p := range patterns {
		word, err := m.classes.learn(f, p)
		if err != nil {
			return nil, fmt.Errorf("pattern %d (%q): %w", i, p, err)
		}
		m.lengths[i] = len(word)
		longest = max(longest, len(word))
		m.trie.add(word, i)
	}
	m.trie.finish()
	m.ring = 1 << bits.Len(uint(longest-1))
	m.scratch.New = func() any {
		s := make([]int, m.ring)
		return &s
	}
	return m, nil
}

// Scan calls found for every occurrence, in the order in which they end; of those that
// end together the longest comes first. The span covers the original bytes from the first
// to the last character of the occurrence, with whatever was hidden between.
func (m *Matcher) Scan(text string, found func(pattern int, at Span)) {
	starts := m.scratch.Get().(*[]int)
	m.scan(text, *starts, found)
	m.scratch.Put(starts)
}

func (m *Matcher) scan(text string, starts []int, found func(int, Span)) {
	mask := len(starts) - 1
	var state uint32
	kept := 0 // runes kept so far; starts[kept&mask] is where the next one begins
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		class := m.classes.of(r)
		begin := i
		i += n
		switch class {
		case classDropped:
			continue
		case classOther:
			state = 0
			continue
		}
		starts[kept&mask] = begin
		kept++
		state = m.trie.step(state, class)
		for hit := m.trie.firstHit(state); hit != 0; hit = m.trie.nextHit(hit) {
			for _, p := range m.trie.patterns(hit) {
				found(int(p), Span{starts[(kept-m.lengths[p])&mask], i})
			}
		}
	}
}

// classes numbers the characters that occur in patterns, after folding. One look-up
// both folds and classifies: that table is the whole cost of disguises.
type classes struct {
	folder *Folder
	byRune map[rune]uint16 // of folded runes
	basic  []uint16        // of every rune of the basic plane, folded on the way
}

const basicPlane = 1 << 16

func (c *classes) init(f *Folder) {
	c.folder, c.byRune, c.basic = f, map[rune]uint16{}, make([]uint16, basicPlane)
	for r := range rune(basicPlane) {
		if _, ok := f.Rune(r); !ok {
			c.basic[r] = classDropped
		}
	}
}

// learn turns a pattern into classes, numbering characters not seen before.
func (c *classes) learn(f *Folder, pattern string) ([]uint16, error) {
	if !utf8.ValidString(pattern) || strings.ContainsRune(pattern, utf8.RuneError) {
		return nil, fmt.Errorf("it is not UTF-8")
	}
	var word []uint16
	for _, r := range pattern {
		to, ok := f.Rune(r)
		if !ok {
			continue
		}
		class, known := c.byRune[to]
		if !known {
			if len(c.byRune) >= maxClasses-1 {
				return nil, fmt.Errorf("the patterns use more than %d different characters", maxClasses-1)
			}
			class = uint16(len(c.byRune) + 1)
			c.byRune[to] = class
			c.mark(to, class)
		}
		word = append(word, class)
	}
	if len(word) == 0 {
		return nil, fmt.Errorf("folding leaves nothing of it")
	}
	return word, nil
}

// mark enters a new class for every basic rune that folds to r.
func (c *classes) mark(r rune, class uint16) {
	if r < basicPlane {
		c.basic[r] = class
	}
	for _, from := range c.folder.sources(r) {
		if from < basicPlane {
			c.basic[from] = class
		}
	}
}

func (c *classes) of(r rune) uint16 {
	if r < basicPlane {
		return c.basic[r]
	}
	to, ok := c.folder.Rune(r)
	if !ok {
		return classDropped
	}
	return c.byRune[to]
}
