package engine

import (
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// dismissClue ends a clue that nobody acts on.
func (c *commit) dismissClue(by *record.Officer, d *bots.Decision) error {
	clue, err := record.Load[bots.Clue](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	awaiting, err := c.warningAwaits(clue)
	if err != nil {
		return err
	}
	flagging, err := c.flagAwaits(clue)
	if err != nil {
		return err
	}
	if err := record.DismissClue(clue, by, d.Reason, awaiting || flagging, c.now); err != nil {
		return err
	}
	c.audit("dismiss-clue", d.On, "", string(clue.Category))
	if err := c.settled(clue, bots.ClueOpen); err != nil {
		return err
	}
	return c.tx.Put(clue)
}

// onItsWay are the states of a warning that may still reach somebody.
var onItsWay = []string{bots.WarningProposed, bots.WarningApproved, bots.WarningHeld}

// warningAwaits says whether a warning about a clue may still reach its author.
func (c *commit) warningAwaits(clue *bots.Clue) (bool, error) {
	q := record.Query{Kind: bots.KindWarning, Stream: clue.Stream, Limit: 1000}
	for {
		page, err := c.tx.List(q)
		if err != nil {
			return false, err
		}
		for _, r := range page {
			if w, ok := r.(*bots.Warning); ok && w.Clue == clue.ID && slices.Contains(onItsWay, w.State) {
				return true, nil
			}
		}
		if len(page) < q.Limit {
			return false, nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

// stillOpen refuses to take up a rejected warning again once its clue was dismissed.
func (c *commit) stillOpen(w *bots.Warning) error {
	clue, err := record.Load[bots.Clue](c.tx, w.Clue)
	if err != nil {
		return err
	}
	if clue.State == bots.ClueDismissed {
		return refuse("clue-dismissed", "the clue of this warning was dismissed: nobody is warned over it")
	}
	return nil
}
