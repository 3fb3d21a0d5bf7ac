package engine

import (
	"cmp"
	"errors"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (c *commit) requestMode(by *record.Officer, d *bots.Decision) error {
	return c.onAccount(d, "request-mode", func(a *bots.Account) error {
		return record.RequestMode(a, by, bots.Mode(d.Fields["mode"]), clip(d.Fields["attest"], maxWhy))
	})
}

func (c *commit) confirmMode(by *record.Officer, d *bots.Decision) error {
	return c.onAccount(d, "confirm-mode", func(a *bots.Account) error {
		return record.ConfirmMode(a, by, clip(d.Fields["attest"], maxWhy), c.e.o.Policy, c.now)
	})
}

func (c *commit) onAccount(d *bots.Decision, did string, change func(*bots.Account) error) error {
	a, err := record.Load[bots.Account](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := change(a); err != nil {
		return err
	}
	a.Updated = c.now
	c.audit(did, d.On, "", cmp.Or(d.Fields["mode"], a.State))
	return c.tx.Put(a)
}

func (c *commit) onItem(d *bots.Decision, did string, change func(*record.Item) error) error {
	i, err := record.Load[record.Item](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := change(i); err != nil {
		return err
	}
	if i.Due.Equal(c.now) {
		i.Due = c.wall(i.Due)
	}
	i.Updated, c.released = c.now, true
	c.audit(did, d.On, i.Code, i.State)
	return c.tx.Put(i)
}

func (c *commit) holdItem(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "hold", func(i *record.Item) error {
		if !by.Is(record.Duty, record.Approver) {
			return refuse("role", "%s may not hold a send", by.ID)
		}
		return i.Hold("由" + by.ID + "暂停")
	})
}

func (c *commit) sendHeld(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "send-held", func(i *record.Item) error { return i.SendUnseen(by, c.now) })
}

func (c *commit) resumeHeld(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "resume-held", func(i *record.Item) error { return i.Resume(by, c.now) })
}

func (c *commit) settleUnknown(by *record.Officer, d *bots.Decision) error {
	return c.onItem(d, "settle", func(i *record.Item) error { return i.Settle(by, d.Fields["as"], c.now) })
}

func (c *commit) onHalt(did string, change func(*record.Halt) error) error {
	h, err := record.Load[record.Halt](c.tx, record.HaltID)
	if errors.Is(err, record.ErrNotFound) {
		h, err = &record.Halt{Head: bots.Head{ID: record.HaltID, Created: c.now}}, nil
	}
	if err != nil {
		return err
	}
	if err := change(h); err != nil {
		return err
	}
	h.Updated, c.released = c.now, true
	c.audit(did, bots.Target{Kind: record.KindHalt, ID: record.HaltID}, "", string(h.Level))
	return c.tx.Put(h)
}

func (c *commit) haltSends(by *record.Officer, d *bots.Decision) error {
	return c.onHalt("halt", func(h *record.Halt) error {
		return record.HaltSends(h, by, record.HaltLevel(d.Fields["level"]), d.Reason, c.now)
	})
}

func (c *commit) resumeSends(by *record.Officer, _ *bots.Decision) error {
	return c.onHalt("resume", func(h *record.Halt) error { return record.ResumeSends(h, by, c.now) })
}

func (c *commit) closeReport(by *record.Officer, d *bots.Decision) error {
	if !by.Is(record.Duty, record.Approver) {
		return refuse("role", "%s may not close a report", by.ID)
	}
	r, err := record.Load[bots.Report](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	r.State, r.Updated = "closed", c.now
	c.audit("close-report", d.On, r.Reference, "")
	if err := c.tx.Put(r); err != nil {
		return err
	}
	conv, err := record.Load[bots.Conversation](c.tx, r.Conversation)
	if err != nil || conv.Report != r.ID {
		return nil
	}
	conv.Report = ""
	if conv.Wait != "" {
		return c.endWait(conv, bots.EndedClosed, by.ID)
	}
	return c.tx.Put(conv)
}

// acknowledge takes notice of an alarm. That ends the ringing for whoever waits, so that it is for those who can answer them.
// What a colleague took notice of stays theirs.
func (c *commit) acknowledge(by *record.Officer, d *bots.Decision) error {
	if !by.Is(record.Duty, record.Approver, record.Admin) {
		return refuse("role", "%s may not take notice of an alarm: that ends the ringing", by.ID)
	}
	if d.On.Kind == bots.KindEvent {
		return c.acknowledgeEvent(d)
	}
	a, err := record.Load[record.Alarm](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if a.State != record.AlarmOpen {
		return nil
	}
	a.State, a.By, a.Updated = record.AlarmAcknowledged, by.ID, c.now
	c.audit("acknowledge", d.On, "", "")
	if err := c.tx.Put(a); err != nil {
		return err
	}
	return c.notice(a.About, by.ID)
}

// acknowledgeEvent notes that an officer has looked at a parked event.
func (c *commit) acknowledgeEvent(d *bots.Decision) error {
	ev, err := record.Load[bots.Event](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if ev.State != bots.EventParked {
		return refuse("not-parked", "the event is %s: there is nothing to look at", ev.State)
	}
	ev.State, ev.Updated = bots.EventSeen, c.now
	c.audit("acknowledge", d.On, "", "")
	return c.tx.Put(ev)
}

// keepCase keeps a conversation although the person may ask to be forgotten, or what there is of a partner site.
func (c *commit) keepCase(by *record.Officer, d *bots.Decision) error {
	if d.On.Kind == record.KindSite {
		return c.onSite(d, "keep-site", func(s *record.Site) error { return record.KeepSite(s, by, clip(d.Reason, maxWhy), c.now) })
	}
	if d.Reason == "" {
		return refuse("reason", "say why the case is kept: somebody may have to answer for it")
	}
	return c.onConversation(by, d, "keep-case", d.Reason)
}

func (c *commit) letGo(by *record.Officer, d *bots.Decision) error {
	if d.On.Kind == record.KindSite {
		return c.onSite(d, "let-site-go", func(s *record.Site) error { return record.LetSiteGo(s, by, c.now) })
	}
	return c.onConversation(by, d, "let-go", "")
}

func (c *commit) onConversation(by *record.Officer, d *bots.Decision, did, kept string) error {
	if !by.Is(record.Duty, record.Approver) {
		return refuse("role", "%s may not decide what is kept", by.ID)
	}
	conv, err := record.Load[bots.Conversation](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if conv.Erased {
		return refuse("erased", "what was kept of this person was erased")
	}
	conv.Kept, conv.Updated = kept, c.now
	conv.ForgetBy, conv.ForgetWhy = "", "" // who asked must ask again, knowing of the hold
	c.audit(did, d.On, "", "")
	return c.tx.Put(conv)
}
