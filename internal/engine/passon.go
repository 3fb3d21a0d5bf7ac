package engine

import (
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// reportsCompared are how many reports, newest first, a text that is passed on is held against.
const reportsCompared = 200

// passOn refuses words of an officer that are to leave for a site or an author, when they would
// give away who told us. known is what the receiver wrote themselves.
func (c *commit) passOn(text, known string) error {
	page, err := c.tx.List(record.Query{Kind: bots.KindReport, Newest: true, Limit: reportsCompared})
	if err != nil {
		return err
	}
	var told []string
	for _, r := range page {
		for _, l := range r.(*bots.Report).Lines {
			told = append(told, l.Text)
		}
	}
	return record.PassOn(text, known, told)
}
