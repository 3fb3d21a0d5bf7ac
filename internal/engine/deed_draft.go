package engine

import (
	"errors"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (c *commit) approve(by *record.Officer, d *bots.Decision) error {
	draft, err := record.Load[bots.Draft](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if !draft.NotBefore.IsZero() && c.now.After(draft.NotBefore.Add(slotGrace)) { // promise 6
		return refuse("slot-passed", "its slot at %s has passed: write it for another", draft.NotBefore.Format(time.RFC3339))
	}
	if shown := d.Fields["seal"]; shown != "" && shown != record.Seal(draft) { // promise 1
		return refuse("changed", "this %s is another one than was shown: read it again", draft.Purpose)
	}
	a, err := record.ApproveDraft(draft, by, d.Seen, c.now, c.e.o.Policy)
	if err != nil {
		return err
	}
	if old, err := record.Load[record.Approval](c.tx, a.ID); err == nil {
		a.Version = old.Version // of a text that was edited since: the new one takes its place
	}
	c.audit("approve", d.On, draft.Code, string(draft.Purpose))
	if !draft.NotBefore.IsZero() { // it leaves with its slot
		a.Subject = draft.Subject
		if err := c.put(a); err != nil {
			return err
		}
	} else if err := c.release(draft, a); err != nil {
		return err
	}
	draft.Updated = c.now
	if err := errors.Join(c.tx.Put(draft), c.sign(draft, a)); err != nil {
		return err
	}
	return c.decided(draft, d)
}

// decided moves what the draft serves: a warning, or a bulletin once all its drafts are decided.
func (c *commit) decided(draft *bots.Draft, d *bots.Decision) error {
	switch draft.About.Kind {
	case bots.KindWarning:
		return c.warningDecided(draft, d)
	case bots.KindBulletin:
		if draft.Purpose == bots.ForWithdrawal {
			return nil // the bulletin stands until it is gone
		}
		return c.bulletinDecided(draft)
	}
	return nil
}

func (c *commit) warningDecided(draft *bots.Draft, d *bots.Decision) error {
	w, err := record.Load[bots.Warning](c.tx, draft.About.ID)
	if err != nil {
		return err
	}
	if draft.ID != w.Draft {
		return nil // a notice or a correction about it
	}
	w.State, w.Officer, w.Reason, w.Updated = bots.WarningApproved, d.Officer, d.Reason, c.now
	if draft.State == bots.DraftReturned {
		w.State = bots.WarningRejected
	}
	return c.tx.Put(w)
}

func (c *commit) bulletinDecided(draft *bots.Draft) error {
	b, err := record.Load[bots.Bulletin](c.tx, draft.About.ID)
	if err != nil {
		return err
	}
	state := bots.BulletinReleased
	if b.Schedule != "" {
		state = bots.BulletinApproved
	}
	for _, id := range b.Drafts {
		other, err := record.Load[bots.Draft](c.tx, id)
		if err != nil {
			return err
		}
		switch other.State {
		case bots.DraftAwaiting:
			return nil
		case bots.DraftReturned:
			state, b.Reason = bots.BulletinReturned, other.Reason
		}
	}
	b.State, b.Updated = state, c.now
	return c.tx.Put(b)
}

func (c *commit) reject(by *record.Officer, d *bots.Decision) error {
	draft, err := record.Load[bots.Draft](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.ReturnDraft(draft, by, d.Reason, d.Seen, c.now); err != nil {
		return err
	}
	draft.Due, draft.Updated = time.Time{}, c.now
	c.audit("reject", d.On, draft.Code, string(draft.Purpose))
	if err := c.tx.Put(draft); err != nil {
		return err
	}
	return c.decided(draft, d)
}

func (c *commit) edit(by *record.Officer, d *bots.Decision) error {
	draft, err := record.Load[bots.Draft](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	text := d.Fields["text"]
	if !strings.Contains(text, draft.Code) {
		return refuse("code", "the text must keep its code %s, by which the reader can check it", draft.Code)
	}
	a, err := record.Load[bots.Account](c.tx, draft.Account)
	if err != nil {
		return err
	}
	if !strings.Contains(text, a.Unit) { // promise 7
		return refuse("identity", "the text must say who speaks: %s", a.Unit)
	}
	if err := c.retells(draft, text, d.Fields["quotes"] != ""); err != nil {
		return err
	}
	if err := record.EditDraft(draft, by, text, d.Seen); err != nil {
		return err
	}
	if err := c.fit(draft); err != nil {
		return worded(err)
	}
	draft.Due, draft.Updated = draft.Expires, c.now
	c.audit("edit", d.On, draft.Code, "")
	if err := c.tx.Put(draft); err != nil {
		return err
	}
	return c.reopen(draft)
}

// retells refuses an edited text that gives a reporter away, when it leaves for an author, a platform or everybody.
func (c *commit) retells(d *bots.Draft, text string, quoted bool) error {
	switch {
	case d.Purpose == bots.ForWarning || d.Purpose == bots.ForFlag:
		return c.passOn(text, d.PostText, c.aboutStreams(d.About)...)
	case d.Purpose == bots.ForNotice && d.Corrects != "": // its author wrote nothing to us
		return c.passOn(text, d.PostText+"\n"+d.Text, c.aboutStreams(d.About)...)
	case d.Purpose == bots.ForBulletin && d.About.Kind == bots.KindBulletin:
		return c.requoting(d, text, quoted)
	}
	return nil
}

// reopen takes a bulletin or warning back to where its draft waits for a decision.
func (c *commit) reopen(draft *bots.Draft) error {
	switch draft.About.Kind {
	case bots.KindBulletin:
		b, err := record.Load[bots.Bulletin](c.tx, draft.About.ID)
		if err != nil || b.State != bots.BulletinApproved && b.State != bots.BulletinReturned {
			return err
		}
		b.State, b.Reason, b.Updated = bots.BulletinDrafted, "", c.now
		return c.tx.Put(b)
	case bots.KindWarning:
		w, err := record.Load[bots.Warning](c.tx, draft.About.ID)
		if err != nil || w.State != bots.WarningRejected {
			return err
		}
		if err := c.stillOpen(w); err != nil {
			return err
		}
		w.State, w.Reason, w.Updated = bots.WarningProposed, "", c.now
		return c.tx.Put(w)
	}
	return nil
}

func (c *commit) replyTo(by *record.Officer, d *bots.Decision) error {
	if !by.Is(record.Duty, record.Approver) {
		return refuse("role", "%s may not answer citizens", by.ID)
	}
	conv, err := record.Load[bots.Conversation](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	c.conv = conv
	return worded(c.sayAs(by, conv, d.Fields["text"]))
}

// sayAs sends an officer's own words in a conversation the citizen opened. It needs its
// author only.
func (c *commit) sayAs(by *record.Officer, conv *bots.Conversation, text string) error {
	template, vars, err := c.wording(conv, text)
	if err != nil {
		return err
	}
	draft := &bots.Draft{
		Head: c.head(bots.NewID(*c.ev, "reply"), ""), Purpose: bots.ForOfficer, Account: conv.Account, Channel: adapters.Private,
		To: conv.Person, Parent: conv.Last, Template: template, Vars: vars, Author: by.ID,
	}
	draft.Subject, draft.Stream = conv.Subject, conv.Stream
	if conv.Report != "" {
		draft.About = bots.Target{Kind: bots.KindReport, ID: conv.Report}
	}
	if err := c.submit(draft); err != nil {
		return err
	}
	if draft.State == bots.DraftObserved {
		return refuse("observe", "the account only observes: nothing is sent from it")
	}
	a, err := record.ApproveDraft(draft, by, draft.Version, c.now, c.e.o.Policy)
	if err != nil {
		return err
	}
	if err := c.release(draft, a); err != nil {
		return err
	}
	return c.tx.Put(draft)
}

// worded makes a refusal of a text that the linter or a limit does not let pass.
func worded(err error) error {
	var known *record.Refusal
	var long *adapters.TooLong
	var unfit *adapters.Unfit
	if err == nil || errors.As(err, &known) || errors.As(err, &long) || errors.As(err, &unfit) || errors.Is(err, record.ErrConflict) || storeFailed(err) {
		return err
	}
	return refuse("text", "%s", err.Error())
}
