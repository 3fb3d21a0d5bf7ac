package engine

import (
	"errors"
	"fmt"
	"maps"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Contact is where an officer on duty is reached outside the desk.
type Contact struct {
	Officer string
	Account string          // one that reaches officers only
	To      adapters.Person // as that account names them
}

// notify rings the officers of a level. Nobody to ring is an alarm in itself.
func (c *commit) notify(x bots.Notify) error {
	about := c.about(x.About)
	contacts, holder, err := c.contacts(x)
	if err != nil {
		return err
	}
	if err := c.rung(x); err != nil {
		return err
	}
	for i, to := range contacts {
		if err := c.ring(fmt.Sprintf("%s%d", x.Template, i), to, x, about); err != nil {
			return err
		}
	}
	if x.Urgent {
		return c.unnoticed(holder)
	}
	return nil
}

// contacts are by what is rung: for somebody in danger whose conversation an officer has, that
// officer's own, if they have any.
func (c *commit) contacts(x bots.Notify) (contacts []Contact, holder bool, err error) {
	if x.Urgent && c.conv != nil && c.conv.Officer != "" && c.e.o.Reach != nil {
		contacts, err = c.e.o.Reach(c.tx, c.now, c.conv.Officer)
		if err != nil || len(contacts) > 0 {
			return contacts, true, err
		}
	}
	if c.e.o.OnDuty != nil {
		contacts, err = c.e.o.OnDuty(c.tx, c.now, x.Level, x.Turn)
	}
	return contacts, false, err
}

// alert rings at once for somebody who gets an emergency card, in public too: no bot can forget it.
func (c *commit) alert(x bots.Reply) error {
	if x.Purpose != bots.ForEmergency {
		return nil
	}
	about := bots.Target{Kind: bots.KindReport, ID: x.Report}
	if x.Report == "" {
		about = bots.Target{}
	}
	return c.alertFor(bots.Notify{Level: bots.LevelDuty, Urgent: true, Template: "alarm-urgent", Vars: map[string]string{"Account": c.ev.Account}, About: about})
}

// alertFor rings once an event for somebody in danger. That nobody could be rung never holds a card back.
func (c *commit) alertFor(x bots.Notify) error {
	if c.alerted {
		return nil
	}
	c.alerted = true
	err := c.notify(x)
	if err == nil || errors.Is(err, record.ErrConflict) || storeFailed(err) {
		return err
	}
	raise(c.tx, c.ev, "有人情况紧急，但没能提醒到值班民警："+err.Error(), c.about(x.About))
	return nil
}

// unnoticed lets the alarm come again until somebody takes notice of it; that an officer knew before
// how long the person had waited does not count. Who has the conversation was rung first, or the
// first of the duty officers.
func (c *commit) unnoticed(holder bool) error {
	if c.conv == nil {
		return nil
	}
	w, err := record.Load[bots.Wait](c.tx, c.conv.Wait)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if w != nil && w.State == bots.WaitRunning && w.Seen != "" {
		w.Seen, w.Updated = "", c.now
		if err := c.tx.Put(w); err != nil {
			return err
		}
	}
	next := bots.RemindUrgent + " 1"
	if holder {
		next = bots.RemindUrgent + " 0"
	}
	return c.wake(bots.Head{Subject: c.ev.Subject, Stream: c.ev.Stream}, bots.DeskBot, next, c.now.Add(bots.RingAgain))
}

// rung counts the levels that were told of a wait.
func (c *commit) rung(x bots.Notify) error {
	if x.About.Kind != bots.KindWait {
		return nil
	}
	w, err := record.Load[bots.Wait](c.tx, x.About.ID)
	if err != nil {
		return err
	}
	w.Alarms, w.Updated = max(w.Alarms, x.Level), c.now
	return c.tx.Put(w)
}

// ring drafts and releases one alarm. No officer approves it, because officers are all it can reach.
// It belongs to no conversation: what becomes of it is nothing between us and the citizen.
func (c *commit) ring(part string, to Contact, x bots.Notify, about bots.Target) error {
	a, err := record.Load[bots.Account](c.tx, to.Account)
	if err != nil {
		return fmt.Errorf("account %s, by which %s is reached: %w", to.Account, to.Officer, err)
	}
	d := &bots.Draft{
		Head: bots.Head{ID: bots.NewID(*c.ev, part), Stream: "alarms/" + to.Account, Created: c.now, Updated: c.now}, Purpose: bots.ForAlarm,
		Account: to.Account, Channel: adapters.Private, To: to.To, Template: x.Template, Vars: maps.Clone(x.Vars), About: about,
		Event: c.ev.ID, Author: "bot:" + c.bot, Expires: c.now.Add(c.e.o.Pace.DraftLife),
	}
	if err := c.write(d, a); err != nil {
		return err
	}
	approval, err := record.CoverAlarm(d, a, c.now)
	if err != nil {
		return err
	}
	d.Seal = record.Seal(d)
	c.audit("alarm", about, d.Code, fmt.Sprintf("level %d to %s by %s", x.Level, to.Officer, to.Account))
	if err := c.release(d, approval); err != nil {
		return err
	}
	return c.put(d)
}
