package engine

import (
	"errors"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// appeal puts a warning before another officer, because the person warned objects.
func (c *commit) appeal(x bots.Appeal) error {
	w, err := record.Load[bots.Warning](c.tx, x.Warning)
	if err != nil {
		return err
	}
	on := bots.Target{Kind: bots.KindWarning, ID: w.ID}
	if err := record.AppealWarning(w, c.now); err != nil { // withdrawn already, say: a person looks at what they write
		raise(c.tx, c.ev, "收到过警示的人再次提出异议，请查看", on)
		return nil
	}
	c.audit("appeal", on, "", "")
	raise(c.tx, c.ev, "收到警示的人提出异议，请由另一位同志复核", on)
	return c.tx.Put(w)
}

// withdrawWarning takes back a warning whose appeal nobody decided in time.
func (c *commit) withdrawWarning(x bots.WithdrawWarning) error {
	w, err := record.Load[bots.Warning](c.tx, x.Warning)
	if err != nil {
		return err
	}
	if err := record.LapseAppeal(w, x.Why, c.now); err != nil {
		return err
	}
	c.audit("withdraw-warning", bots.Target{Kind: bots.KindWarning, ID: w.ID}, "", x.Why)
	return c.tx.Put(w)
}

// decideAppeal is another officer's review; the person is told what came of it.
func (c *commit) decideAppeal(by *record.Officer, d *bots.Decision) error {
	w, err := record.Load[bots.Warning](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.DecideAppeal(w, by, d.Fields["as"], d.Reason, c.e.o.Policy, c.now); err != nil {
		return err
	}
	c.audit("decide-appeal", d.On, "", w.State)
	if err := c.tx.Put(w); err != nil {
		return err
	}
	return worded(c.tellAppeal(w, by, d.Reason))
}

// tellAppeal answers the person who objected: in the officer's own words when the warning
// stands, by the notice that ships when it does not.
func (c *commit) tellAppeal(w *bots.Warning, by *record.Officer, reason string) error {
	clue, err := record.Load[bots.Clue](c.tx, w.Clue)
	if err != nil {
		return err
	}
	if c.conv, err = record.Load[bots.Conversation](c.tx, c.e.Conversation(w.Account, clue.Author.ID)); err != nil {
		return err
	}
	if err := c.passOn(reason, clue.Text+"\n"+c.saidIn(c.conv), c.aboutStreams(bots.Target{Kind: bots.KindClue, ID: clue.ID})...); err != nil {
		return err
	}
	if w.State == bots.WarningUpheld {
		return c.sayAs(by, c.conv, "关于你的异议，复核意见是维持提醒。"+reason)
	}
	d := &bots.Draft{
		Head: c.head(bots.NewID(*c.ev, "notice"), ""), Purpose: bots.ForNotice, Account: w.Account, Channel: adapters.Private,
		To: clue.Author, Parent: c.conv.Last, Template: "notice-withdrawn", Vars: map[string]string{"Why": reason}, Author: by.ID,
		About: bots.Target{Kind: bots.KindWarning, ID: w.ID},
	}
	d.Subject, d.Stream = c.conv.Subject, c.conv.Stream
	return c.submit(d)
}

// saidIn is what the person of a conversation told us themselves.
func (c *commit) saidIn(conv *bots.Conversation) (said string) {
	if r, err := record.Load[bots.Report](c.tx, conv.Report); err == nil {
		for _, l := range r.Lines {
			said += l.Text + "\n"
		}
	}
	return said
}

// remember the warning in the conversation with the person it reached, which may be
// another stream than the post's.
func (c *commit) warned(w *bots.Warning, author adapters.Person) error {
	id := c.e.Conversation(w.Account, author.ID)
	conv := c.conv
	if conv == nil || conv.ID != id {
		var err error
		conv, err = record.Load[bots.Conversation](c.tx, id)
		if errors.Is(err, record.ErrNotFound) {
			conv, err = &bots.Conversation{Head: bots.Head{ID: id, Subject: id, Stream: id, State: "open", Created: c.now}}, nil
		}
		if err != nil {
			return err
		}
	}
	conv.Account, conv.Person, conv.Warning, conv.Updated = w.Account, author, w.ID, c.now
	return c.tx.Put(conv)
}
