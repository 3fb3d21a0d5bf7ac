package engine

import (
	"errors"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// goOn lets sends go on that were held until the person does something again. What held them
// is checked once more before they leave.
func (c *commit) goOn() error {
	if _, heard := c.ev.Body.(*bots.Heard); !heard {
		return nil
	}
	for _, id := range c.conv.Waiting {
		i, err := record.Load[record.Item](c.tx, id)
		if errors.Is(err, record.ErrNotFound) || err == nil && (i.Erased || !i.Awaits()) {
			continue
		}
		if err != nil {
			return err
		}
		if err := i.Unhold(c.wall(c.now)); err != nil {
			return err
		}
		i.Updated, c.released = c.now, true
		if err := c.tx.Put(i); err != nil {
			return err
		}
	}
	c.conv.Waiting = nil
	return nil
}

// book writes what became of a send into the record it served.
func (c *commit) book() error {
	if a, ok := c.ev.Body.(*bots.HandoffAnswer); ok {
		return c.answered(a)
	}
	if r, ok := c.ev.Body.(*bots.FetchResult); ok {
		return c.fetched(r)
	}
	if p, ok := c.ev.Body.(*bots.Package); ok {
		return c.packageCame(p)
	}
	o, ok := c.ev.Body.(*bots.Outcome)
	if !ok {
		return nil
	}
	c.bot = "outbox"
	d, err := record.Load[bots.Draft](c.tx, o.Draft)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch d.About.Kind {
	case bots.KindWarning:
		if d.Purpose != bots.ForWarning {
			return nil // a notice about it, not the warning itself
		}
		return c.bookWarning(d.About.ID, o)
	case bots.KindReport:
		return c.bookReport(d.About.ID, o)
	case bots.KindBulletin:
		return c.bookGone(d, o)
	case bots.KindClue:
		return c.bookFlag(d, o)
	}
	return nil
}

// fetched books what only the engine asks for.
func (c *commit) fetched(r *bots.FetchResult) error {
	switch r.What {
	case bots.FetchBadge:
		return c.looked(r)
	case bots.FetchAnchor:
		return c.anchored(r)
	case bots.FetchShift:
		return c.shiftChanged(r)
	}
	return nil
}

// warningAfter maps how a send ended to what it means for the warning. It never changes.
var warningAfter = map[string]string{
	record.ItemDelivered: bots.WarningSent,
	record.ItemHeld:      bots.WarningHeld,
	record.ItemRejected:  bots.WarningFailed,
	record.ItemClosed:    bots.WarningFailed,
	record.ItemExpired:   bots.WarningLapsed,
	record.ItemWithdrawn: bots.WarningWithdrawn,
}

func (c *commit) bookWarning(id string, o *bots.Outcome) error {
	state, ok := warningAfter[o.State]
	if !ok {
		return nil
	}
	w, err := record.Load[bots.Warning](c.tx, id)
	if err != nil {
		return err
	}
	w.State, w.Updated = state, c.now
	if state == bots.WarningSent {
		if err := c.reached(w); err != nil {
			return err
		}
	}
	return c.tx.Put(w)
}

// reached notes that a warning arrived: on the clue, and with the person.
func (c *commit) reached(w *bots.Warning) error {
	w.SentAt = c.now
	clue, err := record.Load[bots.Clue](c.tx, w.Clue)
	if err != nil {
		return err
	}
	was := clue.State
	clue.State, clue.Updated = bots.ClueWarned, c.now
	if err := errors.Join(c.settled(clue, was), c.tx.Put(clue)); err != nil {
		return err
	}
	return c.warned(w, clue.Author)
}

// bookReport notes that a person was answered by a person: automatic replies don't count.
func (c *commit) bookReport(id string, o *bots.Outcome) error {
	if o.State != record.ItemDelivered || o.Purpose != bots.ForOfficer {
		return nil
	}
	return c.answeredReport(id)
}
