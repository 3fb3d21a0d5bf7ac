package match

import (
	"fmt"
	"slices"
	"unicode"
)

// Likeness is what is left of a text to tell whether another one says nearly the same: every run of
// three characters, with punctuation, spaces and disguises gone. Numbers, links and account names
// count as one and the same mark, so that a bait that only changes its number stays alike, and
// nobody learns from a likeness which number is known.
type Likeness struct{ pieces []uint64 } // sorted, each once

const (
	pieceLength = 3
	// fewestPieces is what it takes to tell a text from others: ten characters.
	fewestPieces = 8
	likenessKeys = 20
)

// Likeness returns the likeness of a text.
func (f Folded) Likeness() Likeness {
	var l Likeness
	runes := plain(f.Text)
	for i := 0; i+pieceLength <= len(runes); i++ {
		h := uint64(14695981039346656037) // FNV-1a
		for _, r := range runes[i : i+pieceLength] {
			h = (h ^ uint64(r)) * 1099511628211
		}
		l.pieces = append(l.pieces, scatter(h))
	}
	slices.Sort(l.pieces)
	l.pieces = slices.Compact(l.pieces)
	return l
}

// anyMark stands for a number, a link or an account name.
const anyMark = '0'

// plain keeps the letters of a folded text. A run of Latin letters, digits and what stands in addresses
// is kept when it is a word, and masked when it is anything else.
func plain(text string) []rune {
	runes := []rune(text)
	out := make([]rune, 0, len(runes))
	for i := 0; i < len(runes); {
		n, word := token(runes[i:])
		switch {
		case n == 0 && unicode.IsLetter(runes[i]):
			out = append(out, runes[i])
		case n > 0 && word:
			out = append(out, runes[i:i+n]...)
		case n > 0 && (len(out) == 0 || out[len(out)-1] != anyMark):
			out = append(out, anyMark)
		}
		i += max(n, 1)
	}
	return out
}

// token measures a run of ASCII letters, digits and what stands in addresses, and says whether it is a
// word. It is 0 long where none begins.
func token(runes []rune) (n int, word bool) {
	word = true
	for n < len(runes) {
		switch r := runes[n]; {
		case 'a' <= r && r <= 'z':
		case '0' <= r && r <= '9', n > 0 && (r == '.' || r == ':' || r == '/' || r == '@' || r == '_' || r == '-' || r == '?' || r == '=' || r == '&' || r == '%'):
			word = false
		default:
			return n, word
		}
		n++
	}
	return n, word
}

// Enough says whether the text is long enough to be told from others.
func (l Likeness) Enough() bool { return len(l.pieces) >= fewestPieces }

// Within is how much of l another text holds, in percent.
func (l Likeness) Within(o Likeness) int {
	if len(l.pieces) == 0 {
		return 0
	}
	shared, j := 0, 0
	for _, p := range l.pieces {
		for j < len(o.pieces) && o.pieces[j] < p {
			j++
		}
		if j < len(o.pieces) && o.pieces[j] == p {
			shared++
		}
	}
	return 100 * shared / len(l.pieces)
}

// The lines above which two texts count as alike, in percent of the pieces of one that the other holds.
const (
	sameLine    = 60 // both ways: two copies of one post
	repeatsLine = 70 // of what is known: it was forwarded, with other words around it
	quotesLine  = 80 // of the text: it is a part of what is known ...
	quotesLeast = 30 // ... and no small one
)

// Same says whether two texts say nearly the same, neither of them much more.
func (l Likeness) Same(o Likeness) bool {
	return l.Enough() && o.Enough() && l.Within(o) >= sameLine && o.Within(l) >= sameLine
}

// Repeats says how surely the text repeats one that is known, with or without words around it, or quotes a
// good part of it: in percent, 0 when it does not.
func (l Likeness) Repeats(known Likeness) int {
	if !l.Enough() || !known.Enough() {
		return 0
	}
	held, quoted := known.Within(l), l.Within(known)
	switch {
	case held >= repeatsLine:
		return held
	case held >= quotesLeast && quoted >= quotesLine:
		return quoted
	}
	return 0
}

// Keys are what alike texts are found by: two texts that share half of their pieces have a key in common
// in 99 of 100 cases, two that share a tenth in 18. (Each key is made of the least of the pieces under two
// orders; who has a key in common is a candidate, to be held against [Likeness.Within].) There are none
// for a text that is too short.
func (l Likeness) Keys() []string {
	if !l.Enough() {
		return nil
	}
	keys := make([]string, likenessKeys)
	for i := range keys {
		keys[i] = fmt.Sprintf("%02d%016x", i, scatter(l.least(uint64(2*i))^(l.least(uint64(2*i+1))<<1)))
	}
	return keys
}

// least is the smallest piece under one of many orders.
func (l Likeness) least(order uint64) uint64 {
	least := ^uint64(0)
	salt := scatter(order + 1)
	for _, p := range l.pieces {
		least = min(least, scatter(p^salt))
	}
	return least
}

// scatter is the finaliser of SplitMix64.
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}
