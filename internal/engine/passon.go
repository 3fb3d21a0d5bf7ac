package engine

import (
	"errors"
	"regexp"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

const (
	// reportsCompared are how many reports, newest first, a text is held against that is passed on.
	reportsCompared = 1000
	// linkedCompared are how many more, of those that are tied to what the text is about.
	linkedCompared = 5000
	// postsCompared and bulletinsCompared are how much of what anybody can read may be repeated in public.
	postsCompared     = 200
	bulletinsCompared = 50
)

// passOn refuses words of an officer that are to leave for a site or an author, when they would
// give away who told us. known is what the receiver wrote themselves. They are held against what told returns.
func (c *commit) passOn(text, known string, streams ...string) error {
	told, err := c.told(streams...)
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
	told, err := c.told(c.aboutStreams(h.About)...)
	if err != nil {
		return err
	}
	return record.OwnWords(text, strings.Join(h.Package.Words, "\n"), told)
}

// publicWords are the places at which a text for everybody repeats what one or two reporters wrote. What may be
// repeated is known, our own newest fifty bulletins, and the newest two hundred posts that were found in public.
func (c *commit) publicWords(text string, known ...string) ([]string, error) {
	told, err := c.told()
	if err != nil {
		return nil, err
	}
	posts, err := c.tx.List(record.Query{Kind: bots.KindClue, Newest: true, Limit: postsCompared})
	if err != nil {
		return nil, err
	}
	for _, r := range posts {
		if clue := r.(*bots.Clue); clue.Account != record.TipAccount { // what a volunteer wrote is no post
			known = append(known, clue.Text)
		}
	}
	ours, err := c.tx.List(record.Query{Kind: bots.KindBulletin, State: bots.BulletinReleased, Newest: true, Limit: bulletinsCompared})
	if err != nil {
		return nil, err
	}
	for _, r := range ours {
		known = append(known, r.(*bots.Bulletin).Title, r.(*bots.Bulletin).Text)
	}
	return record.PublicWords(text, strings.Join(known, "\n"), told), nil
}

// quoting notes on a bulletin the places at which its text repeats what reporters wrote, so that the approver sees them, and
// refuses them unless its author answers for it that they are no reporter's own words. known may be repeated.
func (c *commit) quoting(b *bots.Bulletin, text string, quoted bool, known ...string) error {
	if b.Refutes != nil {
		known = append(known, b.Refutes.Claims...)
	}
	places, err := c.publicWords(text, known...)
	if err != nil {
		return err
	}
	b.Quotes = append(b.Quotes, places...)
	return record.UnquotedWords(places, quoted)
}

// requoting does so with a bulletin's draft that is edited. What stood in it may stay.
func (c *commit) requoting(d *bots.Draft, text string, quoted bool) error {
	b, err := record.Load[bots.Bulletin](c.tx, d.About.ID)
	if err != nil {
		return err
	}
	before := len(b.Quotes)
	if err := c.quoting(b, text, quoted, d.Text); err != nil || len(b.Quotes) == before {
		return err
	}
	b.Updated = c.now
	return c.tx.Put(b)
}

// told is what reporters wrote: all of the newest thousand reports, and of those that are tied to one of the streams, such as the
// reports on the text of a cluster or by people who came from a site, however old, five thousand at most.
func (c *commit) told(streams ...string) (told []record.Told, err error) {
	page, err := c.tx.List(record.Query{Kind: bots.KindReport, Newest: true, Limit: reportsCompared})
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	add := func(r *bots.Report) {
		if seen[r.ID] {
			return
		}
		seen[r.ID] = true
		for _, l := range r.Lines {
			told = append(told, record.Told{Teller: r.Conversation, Text: l.Text})
		}
	}
	for _, r := range page {
		add(r.(*bots.Report))
	}
	for _, stream := range streams {
		if err := c.tied(stream, add); err != nil {
			return nil, err
		}
	}
	return told, nil
}

// tied visits the reports that are tied to a stream.
func (c *commit) tied(stream string, visit func(*bots.Report)) error {
	q := record.Query{Kind: bots.KindTie, Stream: stream, Newest: true, Limit: 1000}
	for n := 0; n < linkedCompared; n += q.Limit {
		page, err := c.tx.List(q)
		if err != nil {
			return err
		}
		for _, r := range page {
			t := r.(*bots.Tie)
			if t.Erased || t.On.Kind != bots.KindReport {
				continue
			}
			report, err := record.Load[bots.Report](c.tx, t.On.ID)
			if errors.Is(err, record.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			visit(report)
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
	return nil
}

// aboutStreams are what the reports are tied to that have to do with a clue, a warning or a report.
func (c *commit) aboutStreams(about bots.Target) []string {
	switch about.Kind {
	case bots.KindWarning:
		if w, err := record.Load[bots.Warning](c.tx, about.ID); err == nil {
			return c.aboutStreams(bots.Target{Kind: bots.KindClue, ID: w.Clue})
		}
	case bots.KindClue:
		if clue, err := record.Load[bots.Clue](c.tx, about.ID); err == nil && clue.Cluster != "" {
			return []string{record.ClusterStream(clue.Cluster)}
		}
	case bots.KindReport:
		if r, err := record.Load[bots.Report](c.tx, about.ID); err == nil {
			return r.Shared
		}
	}
	return nil
}

// fromBadge is what a form of the kiosk says of the site whose badge led to it.
var fromBadge = regexp.MustCompile(`^(?:report|help|consult) site=([a-z0-9-]{1,40})$`)

// tieToSite ties a report to the partner site somebody came from, so that nothing of it is passed on to that site.
func (c *commit) tieToSite(h *bots.Heard, report string) error {
	m := fromBadge.FindStringSubmatch(h.Detail)
	if m == nil {
		return nil
	}
	return c.tie(record.SiteStream(m[1]), c.ev.Stream, bots.Target{Kind: bots.KindReport, ID: report})
}
