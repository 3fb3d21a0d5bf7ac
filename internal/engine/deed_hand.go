package engine

import (
	"errors"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (c *commit) takeHand(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "take", func(i *record.Item) error {
		a, err := record.Load[record.Approval](c.tx, i.Approval)
		if err != nil && !errors.Is(err, record.ErrNotFound) {
			return err
		}
		acc, err := record.Load[bots.Account](c.tx, i.Account)
		if err != nil {
			return err
		}
		h, err := record.Load[record.Halt](c.tx, record.HaltID)
		if errors.Is(err, record.ErrNotFound) {
			h, err = &record.Halt{}, nil
		}
		if err != nil {
			return err
		}
		return i.TakeHand(by, a, acc, h, d.Fields["looked"] == "true", c.now)
	})
}

func (c *commit) giveHand(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "give", func(i *record.Item) error { return i.GiveHand(by, strings.TrimSpace(d.Reason), c.now) })
}

// proveHand records what an officer posted. Another text than the approved one is put before people.
func (c *commit) proveHand(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "prove", func(i *record.Item) error {
		if i.Withdraws != "" {
			return i.ProveGone(by, c.now)
		}
		p := record.Proof{Link: strings.TrimSpace(d.Fields["link"]), Text: d.Fields["text"], Reason: strings.TrimSpace(d.Reason)}
		if err := i.ProveHand(by, p, c.e.o.Policy, c.now); err != nil {
			return err
		}
		c.tellAltered(i, d)
		return c.seekProof(i)
	})
}

// tellAltered puts another text than the approved one before people.
func (c *commit) tellAltered(i *record.Item, d *bots.Decision) {
	if i.Hand.Altered != "" {
		raise(c.tx, c.ev, "人工代发的文字与审批的不一致，请另一位同志查看并确认：“"+i.Hand.Reason+"”", d.On)
	}
}

// compareHand records what a second officer saw who held the screenshot against the approved text.
func (c *commit) compareHand(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "compare-hand", func(i *record.Item) error {
		x := record.Comparison{Shows: strings.TrimSpace(d.Fields["shows"])}
		for said := range strings.SplitSeq(d.Fields["lines"], ",") {
			if said == "same" || said == "differs" {
				x.Lines = append(x.Lines, said == "same")
			}
		}
		if err := i.CompareHand(by, x, c.e.o.Policy, c.now); err != nil {
			return err
		}
		c.tellAltered(i, d)
		return c.seekProof(i)
	})
}

func (c *commit) confirmHand(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "confirm-hand", func(i *record.Item) error {
		if err := i.ConfirmHand(by, c.now); err != nil {
			return err
		}
		return c.seekProof(i)
	})
}

func (c *commit) closeHand(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "close-hand", func(i *record.Item) error { return i.CloseHand(by, strings.TrimSpace(d.Reason), c.now) })
}

// lookBack records what an officer saw of a warned post that no program can look at.
func (c *commit) lookBack(by *record.Officer, d *bots.Decision) error {
	w, err := record.Load[bots.Warning](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.LookBack(w, by, d.Fields["as"], c.now); err != nil {
		return err
	}
	c.audit("follow-up", d.On, "", w.State)
	return c.tx.Put(w)
}
