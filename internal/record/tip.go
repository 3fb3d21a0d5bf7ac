package record

import (
	"slices"
	"strings"
	"unicode/utf8"

	"netpatrol/bots"
)

const (
	// TipAccount is the account of what volunteers send. It is on no platform: nothing leaves by it.
	TipAccount = "tips"
	// TipsADay bounds what one volunteer sends on one day.
	TipsADay = 20

	maxTipText   = 4000 // characters
	maxTipSource = 200
)

// NewTip makes the clue of a volunteer's tip, open for an officer. The fields are text, link,
// category, source, grade and worth. It names no author and asserts nothing, so that nobody is
// ever warned over it: an officer who finds the post on a platform decides by what stands there.
func NewTip(by *Officer, sent int, f map[string]string) (*bots.Clue, error) {
	if !by.Is(Volunteer) {
		return nil, refuse("role", "%s is no volunteer: officers enter what they see themselves", by.ID)
	}
	if sent >= TipsADay {
		return nil, refuse("tips-a-day", "%d tips were sent today, no more are taken: call 110 about what cannot wait", sent)
	}
	c := &bots.Clue{
		Account: TipAccount, Text: strings.TrimSpace(f["text"]), URL: strings.TrimSpace(f["link"]), Category: bots.Category(f["category"]), Stance: bots.Quoting,
		Tip: bots.Tip{By: by.ID, Source: strings.TrimSpace(f["source"]), Grade: f["grade"], Worth: f["worth"]},
	}
	return c, tipFault(c)
}

// Grades are how far a source can be relied on, Worths how far a piece of it can. They never change.
func Grades() []string { return []string{"A", "B", "C", "D", "E", "F"} }

// Worths are listed with [Grades].
func Worths() []string { return []string{"1", "2", "3", "4", "5", "6"} }

func tipFault(c *bots.Clue) error {
	if !c.Category.Valid() { // promise 8
		return refuse("category", "category %q is not on the closed list: complaints go to 12345", c.Category)
	}
	switch {
	case c.Text == "" || utf8.RuneCountInString(c.Text) > maxTipText:
		return refuse("tip-text", "say what it is, in at most %d characters", maxTipText)
	case c.URL != "" && !IsLink(c.URL):
		return refuse("link", "paste the whole link, with https:// in front")
	case c.Tip.Source == "" || utf8.RuneCountInString(c.Tip.Source) > maxTipSource:
		return refuse("tip-source", "say where you have it from, in at most %d characters", maxTipSource)
	case !slices.Contains(Grades(), c.Tip.Grade) || !slices.Contains(Worths(), c.Tip.Worth):
		return refuse("tip-grade", "grade the source from A to F and the piece from 1 to 6")
	}
	return nil
}
