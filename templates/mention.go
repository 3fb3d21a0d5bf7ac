package templates

import (
	"slices"
	"strings"
)

// mention is a place where money or a code is spoken of as something to be handed over.
type mention struct {
	from, to    int // runes
	first, last int // tokens
	rule        Rule
}

// reach is how many runes may stand between the two halves of a mention; Latin words are longer.
const (
	reach      = 24
	reachLatin = 60
)

// mentions finds what could be a request.
func (s sentence) mentions() (all []mention) {
	for i, t := range s.tokens {
		if t.tags.has(neutral) {
			continue
		}
		switch {
		case t.tags.has(pay, move):
			if j := s.partner(i, money, fee); j >= 0 && t.tags.has(move) {
				all = append(all, s.pair(i, j, AsksMoney))
			} else if t.tags.has(pay) {
				all = append(all, s.pair(i, i, AsksMoney))
			}
		case t.tags.has(fee):
			if j := s.partner(i, take, money, plea, ask); j >= 0 {
				all = append(all, s.pair(i, j, AsksMoney))
			} else if j := s.dueNext(i); j >= 0 {
				all = append(all, s.pair(j, j, AsksMoney))
			}
		case t.tags.has(sum):
			if j := s.partner(i, plea, ask, urge); j >= 0 {
				all = append(all, s.pair(i, j, AsksMoney))
			}
		case t.tags.has(secret):
			j := s.partner(i, give, ask)
			if j < 0 {
				j = s.comment(i)
			}
			if j >= 0 {
				all = append(all, s.pair(i, j, AsksCode))
			}
		case t.tags.has(money) && s.partner(i, pay, move) < 0 && s.asked(i):
			if j := s.handedNext(i); j >= 0 {
				all = append(all, s.pair(j, j, AsksMoney))
			}
		}
	}
	return s.apart(all)
}

func (s sentence) pair(i, j int, rule Rule) mention {
	i, j = min(i, j), max(i, j)
	return mention{from: s.tokens[i].from, to: s.tokens[j].to, first: i, last: j, rule: rule}
}

// partner finds the nearest token of the same clause with one of the tags.
func (s sentence) partner(i int, want ...tag) int {
	best, distance := -1, reach
	if s.text[s.tokens[i].from] < 0x80 {
		distance = reachLatin
	}
	for j, t := range s.tokens {
		if j == i || !s.together(i, j) || !t.tags.has(want...) || t.tags.has(neutral) {
			continue
		}
		if d := max(t.from-s.tokens[i].to, s.tokens[i].from-t.to); d < distance {
			best, distance = j, d
		}
	}
	return best
}

// comment finds what is to be done with a secret in the clause behind it: 收到的验证码，请念给我.
func (s sentence) comment(i int) int {
	for j := i + 1; j < len(s.tokens) && s.tokens[j].clause <= s.tokens[i].clause+1; j++ {
		if s.tokens[j].clause > s.tokens[i].clause && s.tokens[j].quote == s.tokens[i].quote && s.tokens[j].tags.has(give) && !s.tokens[j].tags.has(neutral) {
			return j
		}
	}
	return -1
}

// dueNext finds what is to be done with a fee in the clause behind it: 手续费由被告承担，请先垫上; 只差解冻金，交完就能提.
func (s sentence) dueNext(i int) int {
	for j := i + 1; j < len(s.tokens) && s.tokens[j].clause <= s.tokens[i].clause+1; j++ {
		t := s.tokens[j]
		if t.clause == s.tokens[i].clause || t.quote != s.tokens[i].quote || !t.tags.has(move, pay) || t.tags.has(neutral) {
			continue
		}
		m := s.pair(j, j, AsksMoney)
		if anyOf(s.pre(m), plea, ask, urge) || anyOf(s.post(m), consequence) {
			return j
		}
	}
	return -1
}

// asked says whether the clause of a token pleads.
func (s sentence) asked(i int) bool { return anyOf(s.pre(s.pair(i, i, AsksMoney)), plea, ask, urge) }

// handedNext finds where money goes in the clause behind it: 请将现金装入信封，交给来人.
func (s sentence) handedNext(i int) int {
	for j := i + 1; j < len(s.tokens) && s.tokens[j].clause <= s.tokens[i].clause+1; j++ {
		t := s.tokens[j]
		if t.clause > s.tokens[i].clause && t.quote == s.tokens[i].quote && t.tags.has(move, pay) && !t.tags.has(neutral) && len(s.pre(s.pair(j, j, AsksMoney))) == 0 {
			return j
		}
	}
	return -1
}

// together says whether two tokens are of one clause, or set side by side: 手续费：50元.
func (s sentence) together(i, j int) bool {
	i, j = min(i, j), max(i, j)
	if s.tokens[i].quote != s.tokens[j].quote && !s.isEnclosed(s.tokens[i]) && !s.isEnclosed(s.tokens[j]) {
		return false
	}
	if s.tokens[i].clause == s.tokens[j].clause || s.tokens[i].tags.has(order) {
		return true
	}
	between := string(s.text[s.tokens[i].to:s.tokens[j].from])
	return strings.TrimSpace(between) == ":"
}

// isEnclosed says whether quotation marks hold this word alone: 打“500元”到.
func (s sentence) isEnclosed(t token) bool {
	return t.quote > 0 && t.from > 0 && t.to < len(s.text) && strings.ContainsRune("“‘「『\"", s.text[t.from-1]) && strings.ContainsRune("”’」』\"", s.text[t.to])
}

// apart drops mentions that lie within another of the same rule.
func (s sentence) apart(all []mention) []mention {
	var out []mention
	for _, m := range all {
		inside := slices.ContainsFunc(out, func(o mention) bool { return o.rule == m.rule && m.from < o.to && o.from < m.to })
		if !inside {
			out = append(out, m)
		}
	}
	return out
}
