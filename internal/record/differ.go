package record

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// difference is the first place where two texts say something different.
type difference struct {
	at               int // counts characters from 1, white space aside
	approved, posted string
}

func (d *difference) String() string {
	return fmt.Sprintf("from character %d on: approved “%s”, posted “%s”", d.at, d.approved, d.posted)
}

// differs compares what was approved with what was posted. White space, characters without
// a width of their own, and full and half widths do not count: forms and clipboards change them. It
// returns nil when the texts agree.
func differs(approved, posted string) *difference {
	a, p := plain(approved), plain(posted)
	n := 0
	for n < len(a) && n < len(p) && a[n] == p[n] {
		n++
	}
	if n == len(a) && n == len(p) {
		return nil
	}
	return &difference{at: n + 1, approved: around(a, n), posted: around(p, n)}
}

func plain(s string) []rune {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, s)
	return []rune(width.Fold.String(s))
}

// around shows a place in a text: a little of what comes before, more of what follows.
func around(s []rune, n int) string {
	const before, after = 4, 12
	from, to := max(0, n-before), min(len(s), n+after)
	if from >= to {
		return "（到此为止）"
	}
	shown := string(s[from:to])
	if to < len(s) {
		shown += "……"
	}
	return shown
}
