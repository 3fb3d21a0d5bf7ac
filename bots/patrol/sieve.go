package patrol

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"netpatrol/bots"
	"netpatrol/bots/match"
)

// Sieve finds the rules that match a text. It is pure and safe for concurrent use. A text
// that matches nothing costs one pass and leaves no trace.
type Sieve struct {
	folder  *match.Folder
	matcher *match.Matcher
	uses    [][]use // by phrase number: where it occurs in rules
	rules   []compiled
	scratch sync.Pool
}

// use says that a phrase is an alternative of one group of one rule.
type use struct{ rule, group int }

// compiled is a rule as groups: each of the first need groups must occur, none of the rest.
type compiled struct {
	Rule
	need, groups int
}

// spansPerRule bounds the evidence kept of one rule in one text.
const spansPerRule = 8

// NewSieve returns the sieve of a pack. Sieves of one pack share its tables.
func NewSieve(p *Pack) *Sieve { return p.sieve }

func compile(rules []Rule) (*Sieve, error) {
	s := &Sieve{folder: match.NewFolder()}
	numbers := map[string]int{}
	var phrases []string
	for i, r := range rules {
		groups := r.groups()
		for g, entry := range groups {
			for _, phrase := range strings.Split(entry, "|") {
				n, known := numbers[phrase]
				if !known {
					n = len(phrases)
					numbers[phrase] = n
					phrases, s.uses = append(phrases, phrase), append(s.uses, nil)
				}
				s.uses[n] = append(s.uses[n], use{i, g})
			}
		}
		s.rules = append(s.rules, compiled{Rule: r, need: len(groups) - min(1, len(r.Not)), groups: len(groups)})
	}
	m, err := match.NewMatcher(s.folder, phrases)
	if err != nil {
		return nil, fmt.Errorf("compiling the rules: %w", err)
	}
	s.matcher = m
	s.scratch.New = func() any { return newTally(s.rules) }
	return s, nil
}

// groups turns All, Any and Not into alternatives: the last one is Not, if there is any.
func (r Rule) groups() []string {
	groups := append([]string(nil), r.All...)
	if len(r.Any) > 0 {
		groups = append(groups, strings.Join(r.Any, "|"))
	}
	if len(r.Not) > 0 {
		groups = append(groups, strings.Join(r.Not, "|"))
	}
	return groups
}

// Sift returns one Hit for every rule that matches, in the order of the rules. What a public
// body, official, hospital, school or company did is a complaint and never a hit.
func (s *Sieve) Sift(text string) []bots.Hit {
	t := s.scratch.Get().(*tally)
	defer s.scratch.Put(t)
	t.reset()
	s.matcher.Scan(text, func(phrase int, at match.Span) {
		for _, u := range s.uses[phrase] {
			t.add(u, at)
		}
	})
	if len(t.touched) == 0 {
		return nil
	}
	return s.hits(t, text)
}

// Keys are what alike texts are found by; see [match.Likeness.Keys].
func (s *Sieve) Keys(text string) []string { return s.like(text).Keys() }

// Same says whether two texts say nearly the same; see [match.Likeness.Same].
func (s *Sieve) Same(a, b string) bool { return s.like(a).Same(s.like(b)) }

// Repeats says how surely a text repeats a known one; see [match.Likeness.Repeats].
func (s *Sieve) Repeats(text, known string) int { return s.like(text).Repeats(s.like(known)) }

// Copies says whether a text repeats a known one word for word; see [match.Folded.Copies].
func (s *Sieve) Copies(text, known string) bool {
	return s.folder.Fold(text).Copies(s.folder.Fold(known))
}

// Claims prepares texts known to be false; see [match.Claims].
func (s *Sieve) Claims(texts []string) func(text string) (claim, percent int) {
	claims := match.NewClaims(s.folder, texts)
	return func(text string) (claim, percent int) { return claims.Like(s.folder.Fold(text)) }
}

func (s *Sieve) like(text string) match.Likeness { return s.folder.Fold(text).Likeness() }

func (s *Sieve) hits(t *tally, text string) []bots.Hit {
	slices.Sort(t.touched)
	var hits []bots.Hit
	for _, i := range t.touched {
		r := s.rules[i]
		if !t.met(i, r) {
			continue
		}
		hits = append(hits, bots.Hit{Rule: r.ID, Version: r.Version, Category: r.Category, Spans: t.spans(i, r)})
	}
	if hits == nil {
		return nil
	}
	folded := s.folder.Fold(text)
	if folded.Complaint() { // promise 8
		return nil
	}
	for i := range hits {
		hits[i].Stance = stanceOf(text, folded, hits[i])
	}
	return hits
}

// matches says whether one rule matches, whatever the stance.
func (s *Sieve) matches(text, rule string) bool {
	return slices.ContainsFunc(s.Sift(text), func(h bots.Hit) bool { return h.Rule == rule })
}

// proposes returns the hit over which the author of text would be proposed for a warning.
func (s *Sieve) proposes(text string) (bots.Hit, bool) {
	hit, ok := weigh(s.Sift(text))
	return hit, ok && hit.Stance == bots.Asserting
}

// weigh picks the hit a clue is filed under: one that speaks against a warning before any
// that does not, else the first rule's.
func weigh(hits []bots.Hit) (bots.Hit, bool) {
	for _, h := range hits {
		if h.Stance != bots.Asserting {
			return h, true
		}
	}
	if len(hits) == 0 {
		return bots.Hit{}, false
	}
	return hits[0], true
}

// tally collects, for one text, which groups of which rules occurred.
type tally struct {
	touched []int
	rules   []ruleTally
}

type ruleTally struct {
	seen  []bool // by group
	spans []grouped
}

type grouped struct {
	group int
	at    match.Span
}

func newTally(rules []compiled) *tally {
	t := &tally{rules: make([]ruleTally, len(rules))}
	for i, r := range rules {
		t.rules[i].seen = make([]bool, r.groups)
	}
	return t
}

func (t *tally) reset() {
	for _, i := range t.touched {
		clear(t.rules[i].seen)
		t.rules[i].spans = t.rules[i].spans[:0]
	}
	t.touched = t.touched[:0]
}

func (t *tally) add(u use, at match.Span) {
	r := &t.rules[u.rule]
	if len(r.spans) == 0 {
		t.touched = append(t.touched, u.rule)
	}
	if !r.seen[u.group] || len(r.spans) < spansPerRule {
		r.spans = append(r.spans, grouped{u.group, at})
	}
	r.seen[u.group] = true
}

func (t *tally) met(i int, r compiled) bool {
	for g, seen := range t.rules[i].seen {
		if seen != (g < r.need) {
			return false
		}
	}
	return true
}

// spans returns the evidence in order, without repeats or pieces of longer phrases.
func (t *tally) spans(i int, r compiled) []bots.Span {
	var all []bots.Span
	for _, g := range t.rules[i].spans {
		all = append(all, bots.Span(g.at))
	}
	slices.SortFunc(all, func(a, b bots.Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	kept := all[:0]
	for _, s := range all {
		if n := len(kept); n > 0 && s.End <= kept[n-1].End {
			continue
		}
		kept = append(kept, s)
	}
	return kept
}
