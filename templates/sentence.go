package templates

import (
	"slices"
	"strings"
	"unicode"
)

// tags is a set of tag.
type tags uint64

func (t tags) has(any ...tag) bool {
	for _, a := range any {
		if t&(1<<a) != 0 {
			return true
		}
	}
	return false
}

// token is a word of the lexicon found in a text.
type token struct {
	from, to int // runes
	tags     tags
	clause   int
	quote    int // 0: outside quotation marks; else the number of the quotation
}

// sentence is what can make one request or one warning.
type sentence struct {
	text    []rune // of the whole folded text
	tokens  []token
	ask     bool // ends in a question mark
	refuted bool // a rhetorical question: the next sentence begins with a verdict
}

func (d words) sort() {
	for _, list := range d {
		slices.SortFunc(list, func(a, b word) int { return len(b.runes) - len(a.runes) })
	}
}

// at finds the longest word that begins at i.
func (d words) at(text []rune, i int) (length int, t tags) {
	for _, w := range d[text[i]] {
		if len(w.runes) < length || i+len(w.runes) > len(text) || !slices.Equal(text[i:i+len(w.runes)], w.runes) {
			continue
		}
		if w.latin && (inWord(text, i-1) || inWord(text, i+len(w.runes))) {
			continue
		}
		length = len(w.runes)
		for _, x := range w.tags {
			t |= 1 << x
		}
		return length, t
	}
	return 0, 0
}

func inWord(text []rune, i int) bool {
	return i >= 0 && i < len(text) && text[i] < 0x80 && (unicode.IsLetter(text[i]) || unicode.IsDigit(text[i]) || text[i] == '\'')
}

// sentences cuts a text and tags its words.
func sentences(f folded) (all []sentence) {
	d := dictionary()
	cur := sentence{text: f.runes}
	clause, quotes := 0, quotation{}
	for i := 0; i < len(f.runes); {
		r := f.runes[i]
		quotes.see(r)
		if end, hard := boundary(f.runes, i); end {
			if hard && quotes.open() == 0 {
				cur.ask = r == '?'
				all = append(all, cur)
				cur, clause = sentence{text: f.runes}, -1
			}
			clause++
			i++
			continue
		}
		n, t := amount(f.runes, i)
		if n == 0 {
			n, t = d.at(f.runes, i)
		}
		if n == 0 {
			i++
			continue
		}
		cur.add(token{from: i, to: i + n, tags: t, clause: clause, quote: quotes.open()})
		i += n
	}
	all = append(all, cur)
	for i := range all[:len(all)-1] {
		next := all[i+1].tokens
		all[i].refuted = all[i].ask && anyOf(next[:min(3, len(next))], scam)
	}
	return all
}

// add appends a token; 不要 before 相信 makes a verdict of both.
func (s *sentence) add(t token) {
	if n := len(s.tokens); n > 0 && t.from-s.tokens[n-1].to <= 1 && s.tokens[n-1].tags.has(deny, bare) {
		switch {
		case t.tags.has(believe):
			t.tags |= 1<<scam | 1<<response
		case t.tags.has(refrain):
			t.tags |= 1 << response
		}
	}
	s.tokens = append(s.tokens, t)
}

// boundary says whether a rune ends a clause, and whether it ends the sentence too.
func boundary(text []rune, i int) (end, hard bool) {
	next := func(n int) rune {
		if i+n < len(text) {
			return text[i+n]
		}
		return '\n'
	}
	switch text[i] {
	case '。', '!', '?', ';':
		return true, true
	case '\n':
		return true, i == 0 || text[i-1] != ':' && text[i-1] != ','
	case '.':
		return unicode.IsSpace(next(1)), unicode.IsSpace(next(1))
	case ',':
		return !unicode.IsDigit(next(1)), false
	case ':', '(', ')', '—', '[', ']':
		return true, false
	case ' ':
		conj := string(text[i:min(i+5, len(text))])
		return conj == " but " || strings.HasPrefix(conj, " so "), false
	}
	return false, false
}

// quotation numbers the stretches between outermost quotation marks.
type quotation struct {
	n     int
	close []rune
}

func (q *quotation) see(r rune) {
	// A closing mark also ends what was opened inside and never closed.
	if i := slices.Index(q.close, r); i >= 0 {
		q.close = q.close[:i]
		return
	}
	i := strings.IndexRune("“‘「『\"", r)
	if i >= 0 {
		if len(q.close) == 0 {
			q.n++
		}
		q.close = append(q.close, map[rune]rune{'“': '”', '‘': '’', '「': '」', '『': '』', '"': '"'}[r])
	}
}

func (q *quotation) open() int {
	if len(q.close) == 0 {
		return 0
	}
	return q.n
}
