package engine

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (c *commit) addShift(by *record.Officer, d *bots.Decision) error {
	f := d.Fields
	who, err := c.officer(f["officer"])
	if err != nil {
		return err
	}
	s := &record.Shift{Officer: who.ID, Level: f["level"], Since: f["since"], Until: f["until"], Start: f["start"], End: f["end"]}
	for day := range strings.SplitSeq(f["days"], ",") {
		if day == "" {
			continue
		}
		n, _ := strconv.Atoi(strings.TrimSpace(day)) // what is no number is no day: refused below
		s.Days = append(s.Days, n)
	}
	s.Head = bots.Head{ID: bots.NewID(*c.ev, "shift"), Created: c.now, Updated: c.now}
	if err := record.AddShift(s, who, by); err != nil {
		return err
	}
	if err := c.roomFor(bots.KindShift); err != nil {
		return err
	}
	c.audit("add-shift", bots.Target{Kind: bots.KindShift, ID: s.ID}, "", s.Level+" "+s.Officer)
	return c.put(s)
}

// roomFor refuses one record more than a rota may have.
func (c *commit) roomFor(kind bots.RecordKind) error {
	page, err := c.tx.List(record.Query{Kind: kind, State: record.DutyActive, Limit: record.MostDuty, Heads: true})
	if err == nil && len(page) >= record.MostDuty {
		return refuse("duty-full", "%d of them are in force: strike some out first", len(page))
	}
	return err
}

func (c *commit) endShift(by *record.Officer, d *bots.Decision) error {
	s, err := record.Load[record.Shift](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.EndShift(s, by, c.now); err != nil {
		return err
	}
	c.audit("end-shift", d.On, "", s.Level+" "+s.Officer)
	return c.tx.Put(s)
}

func (c *commit) addLeave(by *record.Officer, d *bots.Decision) error {
	f := d.Fields
	who, err := c.officer(f["officer"])
	if err != nil {
		return err
	}
	var standIn *record.Officer
	if f["standin"] != "" {
		if standIn, err = c.officer(f["standin"]); err != nil {
			return err
		}
	}
	from, err := time.Parse(time.RFC3339, f["from"])
	to, err2 := time.Parse(time.RFC3339, f["to"])
	if err != nil || err2 != nil {
		return refuse("leave-time", "give the time from which they are away, and when they are back")
	}
	l := &record.Leave{Officer: who.ID, From: from, To: to, StandIn: f["standin"]}
	l.Head = bots.Head{ID: bots.NewID(*c.ev, "leave"), Created: c.now, Updated: c.now}
	if err := record.AddLeave(l, who, standIn, by, c.now); err != nil {
		return err
	}
	if err := c.roomFor(bots.KindLeave); err != nil {
		return err
	}
	c.audit("add-leave", bots.Target{Kind: bots.KindLeave, ID: l.ID}, "", l.Officer)
	return c.put(l)
}

func (c *commit) endLeave(by *record.Officer, d *bots.Decision) error {
	l, err := record.Load[record.Leave](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.EndLeave(l, by, c.now); err != nil {
		return err
	}
	c.audit("end-leave", d.On, "", l.Officer)
	return c.tx.Put(l)
}

// officer loads somebody a decision names.
func (c *commit) officer(id string) (*record.Officer, error) {
	o, err := record.Load[record.Officer](c.tx, id)
	if errors.Is(err, record.ErrNotFound) {
		return nil, refuse("duty-officer", "%q is no officer of this station", id)
	}
	return o, err
}

// drawHandOver freezes what is open now on a sheet for two officers to sign. What the same officer
// drew up before and is not signed by both is replaced.
func (c *commit) drawHandOver(by *record.Officer, d *bots.Decision) error {
	from, err := c.officer(d.Fields["from"])
	if err != nil {
		return err
	}
	to, err := c.officer(d.Fields["to"])
	if err != nil {
		return err
	}
	return c.drawSheet(from, to, by, clip(strings.TrimSpace(d.Fields["notes"]), maxDetail))
}

// drawSheet draws a sheet up. by is nil when the rota does: then, with nothing to hand over, nobody is rung for a missing name.
func (c *commit) drawSheet(from, to, by *record.Officer, notes string) error {
	h := &record.HandOver{Notes: notes}
	h.ID = bots.NewID(*c.ev, "handover")
	h.Stream, h.Created, h.Updated = bots.HandOverStream(h.ID), c.now, c.now
	open, err := record.ListOpen(record.InTx(c.tx))
	if err != nil {
		return err
	}
	if err := record.DrawHandOver(h, from, to, by, open); err != nil {
		return err
	}
	if err := c.replaceUnsigned(h.From); err != nil {
		return err
	}
	c.audit("draw-handover", bots.Target{Kind: bots.KindHandOver, ID: h.ID}, "", h.From+" to "+h.To)
	if err := c.put(h); err != nil || by == nil && len(open) == 0 {
		return err
	}
	return c.wake(bots.Head{Stream: h.Stream}, bots.DeskBot, bots.RemindUnsigned+" 0", c.now.Add(bots.SignWithin))
}

// replaceUnsigned puts away the sheets of an officer that do not bear both names.
func (c *commit) replaceUnsigned(from string) error {
	for _, state := range []string{record.HandOverDrawn, record.HandOverLeft} {
		page, err := c.tx.List(record.Query{Kind: bots.KindHandOver, State: state, Limit: 100})
		if err != nil {
			return err
		}
		for _, r := range page {
			h, ok := r.(*record.HandOver)
			if !ok || h.From != from {
				continue
			}
			h.State, h.Updated = record.HandOverReplaced, c.now
			c.audit("replace-handover", bots.Target{Kind: bots.KindHandOver, ID: h.ID}, "", "")
			if err := c.tx.Put(h); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *commit) signHandOver(by *record.Officer, d *bots.Decision) error {
	return c.onHandOver(d, "sign-handover", func(h *record.HandOver) error { return record.SignHandOver(h, by, c.now) })
}

func (c *commit) remarkHandOver(by *record.Officer, d *bots.Decision) error {
	return c.onHandOver(d, "remark-handover", func(h *record.HandOver) error {
		return record.RemarkHandOver(h, by, clip(strings.TrimSpace(d.Fields["note"]), maxWhy), c.now)
	})
}

// onHandOver changes a sheet. What somebody signs is what they have read.
func (c *commit) onHandOver(d *bots.Decision, did string, change func(*record.HandOver) error) error {
	h, err := record.Load[record.HandOver](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if d.Verb == bots.SignHandOver && d.Seen != h.Version {
		return refuse("changed", "something was added to the sheet since you looked at it")
	}
	if err := change(h); err != nil {
		return err
	}
	c.audit(did, d.On, "", h.State)
	return c.tx.Put(h)
}
