package match

import (
	"regexp"
	"strings"
)

// Cue is a way of saying something, as an expression over folded text (lower case,
// simplified, half width), with the look-alikes that do not count: "跳楼" is a cry for
// help, "跳楼价" a price.
type Cue struct{ is, but *regexp.Regexp }

// NewCue compiles a cue; but may be empty. It panics on a bad expression, so it is for
// expressions written in code.
func NewCue(is, but string) Cue {
	c := Cue{is: regexp.MustCompile(`(?s)` + is)}
	if but != "" {
		c.but = regexp.MustCompile(`(?s)` + but)
	}
	return c
}

// In says whether f has the cue outside every look-alike.
func (c Cue) In(f Folded) bool {
	if !c.is.MatchString(f.Text) {
		return false
	}
	if c.but == nil || !c.but.MatchString(f.Text) {
		return true
	}
	return c.is.MatchString(c.but.ReplaceAllString(f.Text, "\n"))
}

// spots are where a text has the cue outside every look-alike.
func (c Cue) spots(text string) [][]int {
	if c.but != nil {
		text = c.but.ReplaceAllStringFunc(text, func(m string) string { return strings.Repeat("\n", len(m)) })
	}
	return c.is.FindAllStringIndex(text, -1)
}
