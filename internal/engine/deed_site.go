package engine

import (
	"errors"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// maxLetter bounds findings, letters and notes, in bytes.
const maxLetter = 16 << 10

func (c *commit) registerSite(by *record.Officer, d *bots.Decision) error {
	f := func(name string) string { return clip(strings.TrimSpace(d.Fields[name]), maxDetail) }
	s := &record.Site{Name: f("name"), Page: f("page"), Contact: f("contact"), Officer: f("officer")}
	s.Head = bots.Head{ID: d.On.ID, Stream: "site/" + d.On.ID, Created: c.now, Updated: c.now}
	if err := record.RegisterSite(s, by); err != nil {
		return err
	}
	if o, err := record.Load[record.Officer](c.tx, s.Officer); err != nil || o.OnlyVolunteer() || o.Outside() {
		return refuse("site-empty", "%s is no officer of this station", s.Officer)
	}
	if _, err := record.HeadOf(c.tx, record.KindSite, s.ID); !errors.Is(err, record.ErrNotFound) {
		return refuse("site-taken", "another site has the id %s", s.ID)
	}
	c.audit("register-site", d.On, "", "")
	return c.put(s)
}

func (c *commit) confirmSite(by *record.Officer, d *bots.Decision) error {
	return c.onSite(d, "confirm-site", func(s *record.Site) error { return record.ConfirmSite(s, by, c.e.o.Policy, c.now) })
}

func (c *commit) retireSite(by *record.Officer, d *bots.Decision) error {
	return c.onSite(d, "retire-site", func(s *record.Site) error { return record.RetireSite(s, by, clip(d.Reason, maxWhy), c.now) })
}

func (c *commit) onSite(d *bots.Decision, did string, change func(*record.Site) error) error {
	s, err := record.Load[record.Site](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := change(s); err != nil {
		return err
	}
	c.audit(did, d.On, "", s.State)
	c.timed = true // its badge is looked for
	return c.tx.Put(s)
}

func (c *commit) openRectification(by *record.Officer, d *bots.Decision) error {
	s, err := record.Load[record.Site](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	deadline, err := time.Parse(time.RFC3339, d.Fields["deadline"])
	if err != nil {
		return refuse("deadline", "give a day to come by which it must be put right")
	}
	r := &record.Rectification{Findings: clip(d.Fields["findings"], maxLetter), Points: strings.TrimSpace(clip(d.Fields["points"], maxLetter)), Deadline: deadline}
	r.Head = bots.Head{ID: bots.NewID(*c.ev, "rectification"), Stream: s.Stream, Created: c.now, Updated: c.now}
	if r.Code, err = c.code(bots.Target{Kind: record.KindRectification, ID: r.ID}); err != nil {
		return err
	}
	if err := c.writeLetter(r, s); err != nil {
		return err
	}
	if err := record.OpenRectification(r, s, by, c.now); err != nil {
		return err
	}
	if err := c.passOn(r.Points, "", record.SiteStream(s.ID)); err != nil {
		return err
	}
	c.audit("open-rectification", bots.Target{Kind: record.KindRectification, ID: r.ID}, "", s.ID)
	return c.put(r)
}

func (c *commit) signLetter(by *record.Officer, d *bots.Decision) error {
	return c.onRectification(d, "sign-letter", func(r *record.Rectification) error { return record.SignLetter(r, by, c.e.o.Policy, c.now) })
}

func (c *commit) noteInterview(by *record.Officer, d *bots.Decision) error {
	held, err := time.ParseInLocation(time.DateOnly, d.Fields["held"], china)
	if err != nil {
		return refuse("held", "give the day on which the interview was held, such as 2026-11-26")
	}
	f := func(name string) string { return clip(strings.TrimSpace(d.Fields[name]), maxDetail) }
	i := record.Interview{Held: held.UTC(), Present: f("present"), Note: f("note"), Agreed: f("agreed")}
	return c.onRectification(d, "note-interview", func(r *record.Rectification) error {
		if err := c.passOn(i.Note+"\n"+i.Agreed+"\n"+i.Present, "", record.SiteStream(r.Site)); err != nil { // it is printed for the operator to sign
			return err
		}
		return record.NoteInterview(r, by, i, c.now)
	})
}

func (c *commit) remindSite(by *record.Officer, d *bots.Decision) error {
	return c.onRectification(d, "remind-site", func(r *record.Rectification) error {
		if err := record.MayRemind(r, by); err != nil {
			return err
		}
		s, err := record.Load[record.Site](c.tx, r.Site)
		if err != nil {
			return err
		}
		letter, err := c.reminder(r, s)
		if err != nil {
			return err
		}
		r.Remind(by, letter, c.now)
		return nil
	})
}

func (c *commit) settleRectification(by *record.Officer, d *bots.Decision) error {
	return c.onRectification(d, "settle-rectification", func(r *record.Rectification) error {
		return record.SettleRectification(r, by, d.Fields["as"], clip(d.Reason, maxDetail), c.now)
	})
}

// onRectification changes one that nobody has changed since the officer looked.
func (c *commit) onRectification(d *bots.Decision, did string, change func(*record.Rectification) error) error {
	r, err := record.Load[record.Rectification](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if d.Seen != r.Version && (d.Seen != 0 || d.Verb == bots.SignLetter) { // promise 1
		return refuse("changed", "the rectification was changed since you looked at it")
	}
	if err := change(r); err != nil {
		return err
	}
	c.audit(did, d.On, "", r.State)
	return c.tx.Put(r)
}
