package match

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// simplified pairs a traditional or variant character with its simplified form.
//
//go:embed simplified.txt
var simplified string

// compat lists the characters that NFKC turns into exactly one other, as ranges
// "first[-last] to" in hexadecimal. A test holds it against golang.org/x/text.
//
//go:embed compat.txt
var compat string

// digitDisguises are runs of decorated digits that NFKC leaves alone.
var digitDisguises = [...]struct{ first, last, digit rune }{
	{0x2776, 0x277E, '1'}, // black circles
	{0x2780, 0x2788, '1'}, // sans-serif circles
	{0x278A, 0x2792, '1'}, // black sans-serif circles
	{0x24F5, 0x24FD, '1'}, // double circles
	{0x24FF, 0x24FF, '0'},
	{0x1F10B, 0x1F10B, '0'},
	{0x1F10C, 0x1F10C, '0'},
}

// blanks are letters without any ink that are not of category Cf or Mn.
var blanks = [...]rune{0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800}

const (
	pageBits = 8
	pageSize = 1 << pageBits
	dropped  = -1 // a rune that folds to nothing
)

type page [pageSize]rune // 0: the rune folds to itself

// Folder maps every rune to the one it is matched as. The map is one table: NFKC
// singletons, case, width and traditional characters at once; invisible characters
// (Cf, Mn, Me: zero-width marks, variation selectors, the frame of an emoji digit) are
// dropped. A rune that NFKC expands to several is left alone.
type Folder struct {
	pages [(unicode.MaxRune + 1) / pageSize]*page
	plain page // shared by all pages that change nothing
	into  map[rune][]rune
}

// NewFolder builds the table; it takes about a millisecond and 0.3 MB. Make one and share it.
func NewFolder() *Folder {
	f := &Folder{into: map[rune][]rune{}}
	for i := range f.pages {
		f.pages[i] = &f.plain
	}
	f.addCompat()
	f.addDigits()
	f.addCase()
	f.addSimplified()
	f.addInvisible()
	f.settle()
	return f
}

// Rune returns what r is matched as; ok is false when it is dropped.
func (f *Folder) Rune(r rune) (to rune, ok bool) {
	if r < 0 || r > unicode.MaxRune {
		return r, true
	}
	switch to = f.pages[r>>pageBits][r&(pageSize-1)]; to {
	case 0:
		return r, true
	case dropped:
		return 0, false
	}
	return to, true
}

func (f *Folder) set(r, to rune) {
	p := f.pages[r>>pageBits]
	if p == &f.plain {
		p = new(page)
		f.pages[r>>pageBits] = p
	}
	p[r&(pageSize-1)] = to
}

func (f *Folder) addCompat() {
	for line := range strings.Lines(compat) {
		first, last, to, err := compatLine(strings.TrimSpace(line))
		if err != nil {
			panic("match: compat.txt: " + err.Error()) // shipped data; the tests read all of it
		}
		for r := first; r <= last; r++ {
			f.set(r, to+r-first)
		}
	}
}

func compatLine(line string) (first, last, to rune, err error) {
	from, target, ok := strings.Cut(line, " ")
	if !ok {
		return 0, 0, 0, fmt.Errorf("line %q has no target", line)
	}
	low, high, ranged := strings.Cut(from, "-")
	if !ranged {
		high = low
	}
	var n [3]int64
	for i, s := range []string{low, high, target} {
		if n[i], err = strconv.ParseInt(s, 16, 32); err != nil {
			return 0, 0, 0, err
		}
	}
	return rune(n[0]), rune(n[1]), rune(n[2]), nil
}

func (f *Folder) addDigits() {
	for _, d := range digitDisguises {
		for r := d.first; r <= d.last; r++ {
			f.set(r, d.digit+r-d.first)
		}
	}
}

func (f *Folder) addCase() {
	for _, c := range unicode.CaseRanges {
		for r := rune(c.Lo); r <= rune(c.Hi); r++ {
			if _, mapped := f.mapped(r); mapped {
				continue
			}
			if low := unicode.ToLower(r); low != r {
				f.set(r, low)
			}
		}
	}
}

func (f *Folder) addSimplified() {
	for _, pair := range strings.Fields(simplified) {
		from, n := utf8.DecodeRuneInString(pair)
		to, _ := utf8.DecodeRuneInString(pair[n:])
		f.set(from, to)
	}
}

func (f *Folder) addInvisible() {
	for _, table := range []*unicode.RangeTable{unicode.Cf, unicode.Mn, unicode.Me} {
		for _, r16 := range table.R16 {
			f.drop(rune(r16.Lo), rune(r16.Hi), rune(r16.Stride))
		}
		for _, r32 := range table.R32 {
			f.drop(rune(r32.Lo), rune(r32.Hi), rune(r32.Stride))
		}
	}
	for _, r := range blanks {
		f.set(r, dropped)
	}
}

func (f *Folder) drop(first, last, stride rune) {
	for r := first; r <= last; r += stride {
		f.set(r, dropped)
	}
}

// settle follows chains (a full-width capital is a capital is a small letter), so that
// folding twice changes nothing.
func (f *Folder) settle() {
	for i, p := range f.pages {
		if p == &f.plain {
			continue
		}
		for j, to := range p {
			if to <= 0 {
				continue
			}
			p[j] = f.end(to)
			f.into[p[j]] = append(f.into[p[j]], rune(i<<pageBits|j))
		}
	}
}

// sources returns the other runes that are matched as r.
func (f *Folder) sources(r rune) []rune { return f.into[r] }

func (f *Folder) end(r rune) rune {
	for range 8 {
		to, mapped := f.mapped(r)
		if !mapped {
			return r
		}
		if to == dropped {
			return dropped
		}
		r = to
	}
	return r
}

func (f *Folder) mapped(r rune) (rune, bool) {
	to := f.pages[r>>pageBits][r&(pageSize-1)]
	return to, to != 0
}

// Folded is a text as it is matched, with the way back to the text as written.
type Folded struct {
	Text   string
	origin []Span // by byte of Text: the rune of the original it came from
	raw    string
}

// Fold folds a whole text.
func (f *Folder) Fold(text string) Folded {
	var b strings.Builder
	b.Grow(len(text))
	origin := make([]Span, 0, len(text))
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if to, ok := f.Rune(r); ok {
			w, _ := b.WriteRune(to)
			for range w {
				origin = append(origin, Span{i, i + n})
			}
		}
		i += n
	}
	return Folded{Text: b.String(), origin: origin, raw: text}
}

// Raw is the text as it was written.
func (f Folded) Raw() string { return f.raw }

// Origin returns the range of the original text behind Text[start:end], which must be
// a valid range. An empty range is where its neighbour begins.
func (f Folded) Origin(start, end int) Span {
	if start == end {
		return f.point(start)
	}
	return Span{f.origin[start].Start, f.origin[end-1].End}
}

func (f Folded) point(i int) Span {
	switch {
	case i < len(f.origin):
		return Span{f.origin[i].Start, f.origin[i].Start}
	case len(f.origin) > 0:
		end := f.origin[len(f.origin)-1].End
		return Span{end, end}
	}
	return Span{}
}
