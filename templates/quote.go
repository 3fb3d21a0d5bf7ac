package templates

import (
	"regexp"
	"strings"
	"unicode"
)

// QuoteRunes is how much of a post a warning quotes, in characters.
const QuoteRunes = 30

var (
	quotedHole   = regexp.MustCompile(`[×✕╳✖]{2,}|[XＸxｘ]{2,}|[_＿]{2,}|\*{2,}`) // how people write "some": XX小学
	quotedLink   = regexp.MustCompile(`(?i)(?:https?|hxxps?)://\S+|(?:www\.)?[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/\S*)?`)
	quotedNumber = regexp.MustCompile(`[A-Za-z_\-]*[0-9０-９][0-9０-９ \-－]{3,}[0-9０-９][A-Za-z0-9_\-]*|[A-Za-z0-9_\-]*[0-9][A-Za-z0-9_\-]{5,}`)
)

// Quote makes somebody else's words fit to be quoted in our message: on one line, without
// links, account names and numbers, without quotation marks that would end ours, and cut to max
// characters with an ellipsis.
func Quote(words string, max int) string {
	words = quotedLink.ReplaceAllString(visible(words), "…")
	words = quotedHole.ReplaceAllString(words, "某")
	words = quotedNumber.ReplaceAllString(words, "…")
	words = strings.NewReplacer("“", "‘", "”", "’", `"`, "'", "「", "‘", "」", "’", "{{", "{", "}}", "}").Replace(words)
	words = strings.Join(strings.Fields(words), " ")
	if r := []rune(words); len(r) > max {
		return strings.TrimRight(string(r[:max-1]), " …") + "…"
	}
	return words
}

// visible drops characters that are not seen.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r):
			return -1
		}
		return r
	}, s)
}
