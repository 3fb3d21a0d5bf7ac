package engine

import (
	"errors"
	"fmt"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// bulletinTemplate carries a bulletin's title and text.
const bulletinTemplate = "bulletin-case"

// slotWindow is how long after its slot a bulletin may still leave.
const slotWindow = 6 * time.Hour

// slotGrace is how long after its slot an approval may still come: the slot is decided on
// within moments.
const slotGrace = time.Minute

// scheduleStream is the stream of a schedule's slots and bulletins.
func scheduleStream(name string) string { return "schedule/" + name }

// draftBulletin makes a bulletin and one draft for each account.
func (c *commit) draftBulletin(b *bots.Bulletin, template string, vars map[string]string) error {
	if len(b.Accounts) == 0 {
		b.Accounts = c.e.Publishers(b.Schedule)
	}
	if len(b.Accounts) == 0 {
		return refuse("no-account", "no account can publish this bulletin")
	}
	for _, account := range b.Accounts {
		d := &bots.Draft{
			Head: bots.Head{ID: b.ID + "." + account, Stream: b.Stream, Created: c.now, Updated: c.now}, Purpose: bots.ForBulletin,
			Account: account, Channel: adapters.Public, Title: b.Title, Template: template, Vars: vars, Author: b.Author, NotBefore: b.Slot,
			About: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Expires: expiry(b.Slot, c.now, c.e.o.Pace.DraftLife), Extras: b.Extras,
		}
		if err := c.e.pictured(account, b); err != nil {
			return err
		}
		if err := c.submit(d); err != nil {
			return fmt.Errorf("account %s: %w", account, err)
		}
		b.Drafts = append(b.Drafts, d.ID)
	}
	return c.put(b)
}

func expiry(slot, now time.Time, life time.Duration) time.Time {
	if slot.IsZero() {
		return now.Add(life)
	}
	return slot.Add(slotWindow)
}

// Publishers are the accounts a schedule posts on, or all that can.
func (e *Engine) Publishers(schedule string) []string {
	for _, s := range e.o.Schedules {
		if s.Name == schedule && len(s.Accounts) > 0 {
			return s.Accounts
		}
	}
	var all []string
	for _, a := range e.o.Accounts {
		if a.caps().Publish != nil {
			all = append(all, a.Record.ID)
		}
	}
	return all
}

func (c *commit) proposeBulletin(x bots.ProposeBulletin) error {
	b := &bots.Bulletin{
		Head:  bots.Head{ID: x.ID, Stream: scheduleStream(x.Schedule), State: bots.BulletinDrafted, Created: c.now, Updated: c.now},
		Title: x.Title, Text: x.Vars["Text"], Schedule: x.Schedule, Slot: x.Slot, Author: "bot:" + c.bot, Accounts: x.Accounts,
	}
	if err := c.quoting(b, b.Title+"\n"+b.Text, true); err != nil { // a bot answers for nothing: the approver sees the places
		return err
	}
	return c.draftBulletin(b, x.Template, x.Vars)
}

// releaseBulletin lets the approved drafts of a bulletin leave. What was not approved
// stays and is recorded.
func (c *commit) releaseBulletin(id string) error {
	b, err := record.Load[bots.Bulletin](c.tx, id)
	if err != nil {
		return err
	}
	left := false
	for _, draft := range b.Drafts {
		released, err := c.releaseApproved(draft)
		if err != nil {
			return err
		}
		left = left || released
	}
	if !left {
		return c.missed(b, "not approved")
	}
	b.State, b.Updated = bots.BulletinReleased, c.now
	c.audit("release-bulletin", bots.Target{Kind: bots.KindBulletin, ID: id}, "", b.Slot.Format(time.RFC3339))
	return c.tx.Put(b)
}

func (c *commit) releaseApproved(draft string) (released bool, err error) {
	d, err := record.Load[bots.Draft](c.tx, draft)
	if err != nil {
		return false, err
	}
	a, err := record.Load[record.Approval](c.tx, draft+".approval")
	if errors.Is(err, record.ErrNotFound) || d.State != bots.DraftApproved {
		c.audit("slot-not-approved", bots.Target{Kind: bots.KindDraft, ID: draft}, d.Code, d.State)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	i, err := record.Release(d, a, c.now)
	if err != nil {
		return false, err
	}
	i.Due = c.wall(i.Due)
	d.Due, d.Updated, c.released = time.Time{}, c.now, true
	c.audit("release", bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Code, byWhom(a))
	if err := c.tx.Put(d); err != nil {
		return false, err
	}
	return true, c.put(i)
}

// miss accounts for a slot that was not run, and for the bulletins bound to it: approved or
// not, they cannot leave any more.
func (c *commit) miss(x bots.Miss) error {
	c.audit("slot-missed", bots.Target{Kind: bots.KindEvent, ID: c.ev.ID}, "", fmt.Sprintf("%s %s: %s", x.Schedule, x.Slot.Format(time.RFC3339), x.Reason))
	for _, state := range []string{bots.BulletinDrafted, bots.BulletinApproved} {
		page, err := c.tx.List(record.Query{Kind: bots.KindBulletin, Stream: scheduleStream(x.Schedule), State: state, Limit: 1000})
		if err != nil {
			return err
		}
		for _, r := range page {
			b := r.(*bots.Bulletin)
			if b.Slot.Before(x.Slot) || b.Slot.After(c.lastMissed(x)) {
				continue
			}
			if err := c.missed(b, x.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// lastMissed is the newest slot that a miss stands for: a long gap is summarised in one.
func (c *commit) lastMissed(x bots.Miss) time.Time {
	if s, ok := c.ev.Body.(*bots.Slot); ok && s.Skipped != "" && s.Schedule == x.Schedule && s.At.Equal(x.Slot) && s.Last.After(x.Slot) {
		return s.Last
	}
	return x.Slot
}

// missed ends a bulletin that did not leave, and its drafts, so that nobody approves in vain.
func (c *commit) missed(b *bots.Bulletin, why string) error {
	for _, id := range b.Drafts {
		d, err := record.Load[bots.Draft](c.tx, id)
		if err != nil {
			return err
		}
		if d.State != bots.DraftAwaiting && d.State != bots.DraftApproved {
			continue
		}
		d.State, d.Reason, d.Due, d.Updated = bots.DraftExpired, why, time.Time{}, c.now
		c.audit("lapse", bots.Target{Kind: bots.KindDraft, ID: id}, d.Code, why)
		if err := c.tx.Put(d); err != nil {
			return err
		}
	}
	b.State, b.Reason, b.Updated = bots.BulletinMissed, why, c.now
	return c.tx.Put(b)
}
