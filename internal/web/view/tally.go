package view

import (
	"slices"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// ahead is how long before it leaves a message may have been written; one that was written still
// earlier is not counted.
const ahead = 92 * 24 * time.Hour

// all walks every kind that counts.
func (c *counter) all() error {
	for _, walk := range []func() error{
		func() error { return walk(c, ahead, c.sent) },
		func() error { return walk(c, 0, c.report) },
		func() error { return walk(c, 0, c.wait) },
		func() error { return walk(c, 0, c.clue) },
		func() error { return walk(c, 0, c.cluster) },
		func() error { return walk(c, 0, c.warning) },
		func() error { return walk(c, 0, c.handoff) },
		func() error { return walk(c, 0, c.letter) },
	} {
		if err := walk(); err != nil {
			return err
		}
	}
	return nil
}

// walk reads the records of a kind that events of the periods made, or of up to early before.
func walk[T any, P interface {
	*T
	bots.Record
}](c *counter, early time.Duration, count func(*T)) error {
	since := c.p.From
	if c.p.Compared {
		since = c.p.Before()
	}
	after, end := record.FirstID(since.Add(-early)), record.FirstID(c.p.To)
	for {
		page, err := List[T, P](c.ctx, c.s, record.Query{After: after, Limit: pageOfFigures})
		if err != nil {
			return err
		}
		for _, r := range page {
			if after = P(r).Meta().ID; after >= end {
				return nil
			}
			count(r)
		}
		if len(page) < pageOfFigures {
			return nil
		}
	}
}

func (c *counter) sent(i *record.Item) {
	if i.State != record.ItemDelivered || i.Erased {
		return
	}
	left := i.Updated
	if n := len(i.Attempts); n > 0 {
		left = i.Attempts[n-1].At
	}
	switch i.Purpose {
	case bots.ForBulletin:
		c.add(i.Account, left, Bulletins)
	case bots.ForReply, bots.ForReceipt, bots.ForOfficer, bots.ForEmergency:
		c.add(i.Account, left, AnswersSent)
	case bots.ForFlag:
		c.add(i.Account, left, Flags)
	}
}

func (c *counter) report(r *bots.Report) {
	account := accountOf(r.Account, r.Stream)
	c.add(account, r.Created, Reports)
	if r.Emergency {
		c.add(account, r.Created, Emergencies)
	}
}

func (c *counter) wait(w *bots.Wait) {
	to := c.at(accountOf(w.Account, w.Stream), w.Created)
	if to == nil {
		return
	}
	to.n[Waited]++
	if w.Erased {
		return // how long is forgotten
	}
	if w.State == bots.WaitEnded {
		to.took = append(to.took, w.Ended.Sub(w.Since))
	}
	if w.Late() || w.State == bots.WaitRunning && c.now.After(w.Deadline) {
		to.n[MissedPromise]++
	}
}

func (c *counter) clue(x *bots.Clue) {
	to := c.at(accountOf(x.Account, x.Stream), x.Created)
	if to == nil {
		return
	}
	to.n[Clues]++
	of := c.categories[x.Category]
	if of == nil {
		of = &CategoryFigure{Category: x.Category}
		c.categories[x.Category] = of
	}
	if x.Created.Before(c.p.From) {
		of.Before++
		return
	}
	of.Now++
}

func (c *counter) cluster(x *bots.Cluster) { c.add("", x.Created, Clusters) }

func (c *counter) warning(w *bots.Warning) {
	which := []Counted{WarningsProposed}
	switch w.State {
	case bots.WarningRejected:
		which = append(which, WarningsRejected)
	case bots.WarningApproved, bots.WarningHeld, bots.WarningFailed:
		which = append(which, WarningsApproved)
	case bots.WarningRemoved:
		which = append(which, WarningsApproved, WarningsSent, PostsRemoved)
	case bots.WarningSent, bots.WarningKept, bots.WarningAppealed, bots.WarningUpheld:
		which = append(which, WarningsApproved, WarningsSent)
	case bots.WarningWithdrawn: // after an appeal, or before it was decided or left
		if !w.SentAt.IsZero() {
			which = append(which, WarningsApproved, WarningsSent)
		}
	}
	c.add(accountOf(w.Account, w.Stream), w.Created, which...)
}

func (c *counter) handoff(h *record.Handoff) {
	if h.State == record.HandoffPrepared {
		return // it has not left
	}
	account := accountOf(h.Account, h.Stream)
	c.add(account, h.Created, HandoffsMade)
	if !slices.Contains([]string{record.HandoffApproved, record.HandoffSent, record.HandoffCorrected, record.HandoffWithdrawn}, h.State) {
		c.add(account, h.Created, HandoffsAnswered)
	}
}

func (c *counter) letter(r *record.Rectification) {
	if r.Signed == "" {
		return
	}
	c.add("", r.Created, Asked)
	if r.State == record.RectificationFixed {
		c.add("", r.Created, PutRight)
	}
}
