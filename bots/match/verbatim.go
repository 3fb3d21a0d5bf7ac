package match

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Copies says whether a text repeats a claim word for word, as a whole or a part of it, with nothing around it that makes another
// claim of it: another place, another figure, or its beginning or end replaced. Signs, disguises, polite words and ways to write a
// figure make no difference; a single other character does. Numbers of five and more digits, links and account names count as one and
// the same. A text that [Likeness.Repeats] a claim and does not copy it is near it, and may be of something else.
func (f Folded) Copies(claim Folded) bool {
	text, known := f.words(), claim.words()
	before, after, head, tail := commonRun(text, known)
	shared := len(known) - len(head) - len(tail)
	switch {
	case shared < fewestPieces || 100*shared < quotesLeast*len(known):
		return false
	case len(head) > 0 && saysMore(before), len(tail) > 0 && saysMore(after):
		return false
	case isFigure(lastOf(before)) && isFigure(text[len(before)]), isFigure(firstOf(after)) && isFigure(text[len(before)+shared-1]):
		return false
	}
	return !claim.namesOther(string(before)) && !claim.namesOther(string(after))
}

// aDay is a day, counted from the one on which somebody says it.
var aDay = NewCue(`[今明后昨前][天日晚夜早]|[这本下上](?:个?月|周|星期|礼拜)|当[天晚]|刚刚|刚才|凌晨|周末|(?:月|年)底`, "前天津")

// NamesDay says whether a text speaks of a day as people do who speak of it now: some time later the same words mean another.
func (f Folded) NamesDay() bool { return aDay.In(f) }

// politeWords stand in a copy or are left out of it, and change nothing.
const politeWords = "的了吗呢吧啊呀嘛请您大家们"

// words are the characters of a text that make a difference.
func (f Folded) words() (out []rune) {
	runes := []rune(tensInWords(f.Text))
	for i := 0; i < len(runes); {
		n, word := token(runes[i:])
		switch r := runes[i]; {
		case n > 0 && (word || isCount(runes[i:i+n])):
			out = append(out, runes[i:i+n]...)
		case n > 0:
			out = append(out, '*')
		case strings.ContainsRune(politeWords, r):
		case unicode.IsLetter(r):
			out = append(out, asDigit(r))
		}
		i += max(n, 1)
	}
	return out
}

// isCount says whether a run of digits is short enough to count something.
func isCount(token []rune) bool {
	return len(token) < 5 && strings.Trim(string(token), "0123456789.") == ""
}

var twoDigits = regexp.MustCompile(`\d+(?:\.\d+)?`)

// tensInWords writes 15 as 十5 and 20 as 2十, as the words for them become.
func tensInWords(text string) string {
	return twoDigits.ReplaceAllStringFunc(text, func(n string) string {
		if len(n) != 2 || n[0] == '0' {
			return n
		}
		return strings.TrimPrefix(n[:1], "1") + "十" + strings.TrimPrefix(n[1:], "0")
	})
}

// asDigit is the digit that a Chinese one says.
func asDigit(r rune) rune {
	switch i := strings.IndexRune("〇一二三四五六七八九", r) / len("一"); {
	case r == '零':
		return '0'
	case r == '两':
		return '2'
	case i > 0 || r == '〇':
		return '0' + rune(i)
	}
	return r
}

// isFigure says whether a character is part of a figure, or makes another of it.
func isFigure(r rune) bool {
	return r >= '0' && r <= '9' || strings.ContainsRune("十百千万亿半多几余数", r)
}

// commonRun finds the longest run that a text and a claim share: what of the text stands before and after it, and what of the claim.
func commonRun(text, claim []rune) (before, after, head, tail []rune) {
	row, best, t, c := make([]int, len(claim)+1), 0, 0, 0
	for i := range text {
		for j := len(claim) - 1; j >= 0; j-- {
			if row[j+1] = 0; text[i] == claim[j] {
				row[j+1] = row[j] + 1
			}
			if row[j+1] > best {
				best, t, c = row[j+1], i+1, j+1
			}
		}
	}
	return text[:t-best], text[t:], claim[:c-best], claim[c:]
}

// saysMore says whether words around a copy are more than a question.
func saysMore(around []rune) bool {
	return slices.ContainsFunc(around, func(r rune) bool { return !strings.ContainsRune(emptyWords, r) })
}

// namesOther says whether some words name a place that the claim does not.
func (f Folded) namesOther(around string) bool {
	own := contentOf(f)
	for kind, names := range contentOf(Folded{Text: around}).places {
		for _, n := range names {
			if !own.pieces["@"+n+kind] {
				return true
			}
		}
	}
	return false
}

func lastOf(runes []rune) rune {
	if len(runes) == 0 {
		return 0
	}
	return runes[len(runes)-1]
}

func firstOf(runes []rune) rune {
	if len(runes) == 0 {
		return 0
	}
	return runes[0]
}
