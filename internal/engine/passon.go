package engine

import (
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// reportsCompared are how many reports, newest first, a text that is passed on is held against.
const reportsCompared = 200

// passOn refuses words of an officer that are to leave for a site or an author, when they would
// give away who told us. known is what the receiver wrote themselves.
func (c *commit) passOn(text, known string) error {
	told, err := c.told()
	if err != nil {
		return err
	}
	return record.PassOn(text, known, told)
}

// ownWords refuses words of an officer for a unit that was not given a reporter's, when they repeat them. What
// stands in its package it knows.
func (c *commit) ownWords(h *record.Handoff, text string) error {
	if h.About.Kind == bots.KindReport && len(h.Package.Words) > 0 {
		return nil
	}
	told, err := c.told()
	if err != nil {
		return err
	}
	return record.OwnWords(text, strings.Join(h.Package.Words, "\n"), told)
}

// told is what reporters wrote lately.
func (c *commit) told() (told []string, err error) {
	page, err := c.tx.List(record.Query{Kind: bots.KindReport, Newest: true, Limit: reportsCompared})
	if err != nil {
		return nil, err
	}
	for _, r := range page {
		for _, l := range r.(*bots.Report).Lines {
			told = append(told, l.Text)
		}
	}
	return told, nil
}
