package engine

import (
	"errors"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// startWait begins the clock of the event's conversation, unless one runs.
func (c *commit) startWait(x bots.StartWait) error {
	if c.conv == nil || c.conv.Wait != "" {
		return nil
	}
	w := &bots.Wait{Head: c.head(x.ID, bots.WaitRunning), Account: c.ev.Account, Conversation: c.ev.Stream, Since: c.now, Deadline: c.now.Add(x.Promise)}
	w.Due = w.Deadline
	c.conv.Wait = x.ID
	if err := c.tx.Put(c.conv); err != nil {
		return err
	}
	return c.put(w)
}

// endWait ends a clock that runs; one that has ended stays as it is.
func (c *commit) endWait(conv *bots.Conversation, how, by string) error {
	if conv.Wait == "" {
		return nil
	}
	w, err := record.Load[bots.Wait](c.tx, conv.Wait)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	conv.Wait = ""
	if err := c.tx.Put(conv); err != nil || w == nil {
		return err
	}
	w.State, w.Ended, w.How, w.By, w.Updated, w.Due = bots.WaitEnded, c.now, how, by, c.now, time.Time{}
	c.audit("end-wait", bots.Target{Kind: bots.KindWait, ID: w.ID}, "", how)
	return c.tx.Put(w)
}

// answeredWait ends the clock because what an officer wrote has arrived.
func (c *commit) answeredWait(x bots.EndWait) error {
	if c.conv == nil || c.conv.Wait != x.Wait {
		return nil
	}
	by := ""
	if o, ok := c.ev.Body.(*bots.Outcome); ok {
		if d, err := record.Load[bots.Draft](c.tx, o.Draft); err == nil {
			by = d.Author
		}
	}
	if h, ok := c.ev.Body.(*bots.Heard); ok {
		by = h.Detail // the console's staff
	}
	return c.endWait(c.conv, bots.EndedReply, by)
}

// notice notes on a wait that an officer knows of it: others are not rung.
func (c *commit) notice(on bots.Target, officer string) error {
	id, err := c.waitOf(on)
	if err != nil || id == "" {
		return err
	}
	w, err := record.Load[bots.Wait](c.tx, id)
	if errors.Is(err, record.ErrNotFound) || err == nil && (w.Seen != "" || w.State != bots.WaitRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	w.Seen, w.Updated = officer, c.now
	return c.tx.Put(w)
}

// waitOf is the clock that an alarm is about: its own, or that of a conversation or of a report's.
func (c *commit) waitOf(on bots.Target) (string, error) {
	switch on.Kind {
	case bots.KindWait:
		return on.ID, nil
	case bots.KindReport:
		r, err := record.Load[bots.Report](c.tx, on.ID)
		if errors.Is(err, record.ErrNotFound) || err == nil && r.Erased {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return c.waitOf(bots.Target{Kind: bots.KindConversation, ID: r.Conversation})
	case bots.KindConversation:
		talk, err := record.Load[bots.Conversation](c.tx, on.ID)
		if errors.Is(err, record.ErrNotFound) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		return talk.Wait, nil
	}
	return "", nil
}

// takeTalk makes an officer the one who answers in a conversation: the bots keep silent.
func (c *commit) takeTalk(by *record.Officer, d *bots.Decision) error {
	conv, err := c.talk(by, d)
	if err != nil {
		return err
	}
	if conv.Officer != "" && conv.Officer != by.ID && !by.Is(record.Approver) {
		return refuse("taken", "%s has this conversation: ask them, or an approver", conv.Officer)
	}
	conv.Officer, conv.Updated = by.ID, c.now
	c.audit("take-conversation", d.On, "", "")
	if err := c.tx.Put(conv); err != nil {
		return err
	}
	return c.notice(bots.Target{Kind: bots.KindWait, ID: conv.Wait}, by.ID)
}

func (c *commit) giveTalk(by *record.Officer, d *bots.Decision) error {
	conv, err := c.talk(by, d)
	if err != nil {
		return err
	}
	if conv.Officer == "" {
		return refuse("not-taken", "nobody has taken this conversation over")
	}
	conv.Officer, conv.Updated = "", c.now
	c.audit("give-conversation", d.On, "", "")
	return c.tx.Put(conv)
}

// logCall writes down that an officer spoke with the person; it counts as an answer.
func (c *commit) logCall(by *record.Officer, d *bots.Decision) error {
	conv, err := c.talk(by, d)
	if err != nil {
		return err
	}
	note := clip(strings.TrimSpace(d.Fields["note"]), maxWhy)
	if note == "" {
		return refuse("empty", "write down what was said on the phone")
	}
	c.conv = conv
	if r, err := record.Load[bots.Report](c.tx, conv.Report); err == nil {
		r.Calls = append(r.Calls, bots.Call{By: by.ID, At: c.now, Note: note})
		if r.Answered.IsZero() {
			r.Answered = c.now
		}
		if r.State == "open" {
			r.State = "answered"
		}
		r.Updated = c.now
		if err := c.tx.Put(r); err != nil {
			return err
		}
	}
	c.audit("log-call", d.On, "", "")
	return c.endWait(conv, bots.EndedCall, by.ID)
}

// talk loads the conversation of a decision by somebody who answers citizens.
func (c *commit) talk(by *record.Officer, d *bots.Decision) (*bots.Conversation, error) {
	if !by.Is(record.Duty, record.Approver) {
		return nil, refuse("role", "%s may not answer citizens", by.ID)
	}
	return record.Load[bots.Conversation](c.tx, d.On.ID)
}
