package engine

import (
	"errors"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// withdrawalLife is how long a withdrawal may wait for its second person, and then for the platform.
const withdrawalLife = 7 * 24 * time.Hour

// takeBack drafts, for every account on which a bulletin stands, its deletion there. Each is
// approved by a second person, as the bulletin was.
func (c *commit) takeBack(by *record.Officer, d *bots.Decision) error {
	b, err := record.Load[bots.Bulletin](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	under, err := c.leaving(b)
	if err != nil {
		return err
	}
	asked := 0
	for _, id := range b.Drafts {
		it, err := c.itemOf(id)
		if err != nil {
			return err
		}
		if it == nil || !it.Stands() || under[it.ID] {
			continue
		}
		if err := c.askFor(it, b, by, clip(strings.TrimSpace(d.Reason), maxWhy)); err != nil {
			return err
		}
		asked++
	}
	switch {
	case asked > 0:
		b.Updated = c.now
		return c.put(b)
	case len(under) > 0:
		return refuse("under-way", "its withdrawal is asked for already, on every account on which it stands")
	}
	return refuse("not-out", "the bulletin stands nowhere: there is nothing to take back")
}

// leaving are the items whose withdrawal is asked for or under way.
func (c *commit) leaving(b *bots.Bulletin) (map[string]bool, error) {
	under := map[string]bool{}
	for _, id := range b.Withdrawals {
		d, err := record.Load[bots.Draft](c.tx, id)
		if errors.Is(err, record.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		it, err := c.itemOf(id)
		if err != nil {
			return nil, err
		}
		if d.State == bots.DraftAwaiting || it != nil && !it.Final() {
			under[d.Withdraws] = true
		}
	}
	return under, nil
}

// askFor puts one withdrawal before a second person.
func (c *commit) askFor(it *record.Item, b *bots.Bulletin, by *record.Officer, reason string) error {
	d, err := record.AskWithdrawal(it, by, reason)
	if err != nil {
		return err
	}
	account, err := record.Load[bots.Account](c.tx, it.Account)
	if err != nil {
		return err
	}
	if account.Mode() == bots.Observe {
		return refuse("observe", "account %s only observes: nothing is done from it", account.ID)
	}
	d.Head = bots.Head{ID: bots.NewID(*c.ev, "withdrawal."+it.Account), Stream: b.Stream, Created: c.now, Updated: c.now}
	if d.Code, err = c.code(bots.Target{Kind: bots.KindDraft, ID: d.ID}); err != nil {
		return err
	}
	d.Event, d.Expires = c.ev.ID, c.now.Add(withdrawalLife)
	record.Submit(d, account.Mode())
	d.Due, b.Withdrawals = d.Expires, append(b.Withdrawals, d.ID)
	c.audit("ask-withdrawal", bots.Target{Kind: record.KindItem, ID: it.ID}, it.Code, d.Code)
	return c.put(d)
}

// bookGone writes down that a bulletin was taken back from an account. That the send was found gone
// before this was booked makes no difference.
func (c *commit) bookGone(d *bots.Draft, o *bots.Outcome) error {
	if d.Purpose != bots.ForWithdrawal || o.State != record.ItemDelivered {
		return nil
	}
	it, err := record.Load[record.Item](c.tx, d.Withdraws)
	if errors.Is(err, record.ErrNotFound) || err == nil && !it.Gone.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	it.TakenBack(c.now)
	if it.Due.Equal(c.now) {
		it.Due, c.released = c.wall(it.Due), true
	}
	if err := c.tx.Put(it); err != nil {
		return err
	}
	b, err := record.Load[bots.Bulletin](c.tx, d.About.ID)
	if err != nil {
		return err
	}
	left, err := c.standsSomewhere(b)
	if err != nil {
		return err
	}
	c.audit("withdrawn", d.About, it.Code, it.Account)
	record.NoteGone(b, bots.Gone{Account: it.Account, At: c.now, Why: d.Text, By: d.Author, Code: d.Code}, !left)
	return c.tx.Put(b)
}

func (c *commit) standsSomewhere(b *bots.Bulletin) (bool, error) {
	for _, id := range b.Drafts {
		it, err := c.itemOf(id)
		if err != nil || it != nil && it.Stands() {
			return true, err
		}
	}
	return false, nil
}
