package engine

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func (c *commit) writeBulletin(by *record.Officer, d *bots.Decision) error {
	if !by.Is(record.Editor, record.Approver) {
		return refuse("role", "%s may not write bulletins: it needs an editor", by.ID)
	}
	f := d.Fields
	if strings.TrimSpace(f["title"]) == "" || strings.TrimSpace(f["text"]) == "" {
		return refuse("empty", "a bulletin needs a title and a text")
	}
	slot, err := c.slotOf(f["schedule"], f["slot"])
	if err != nil {
		return err
	}
	b := &bots.Bulletin{
		Head:  bots.Head{ID: bots.NewID(*c.ev, "bulletin"), Stream: scheduleStream(f["schedule"]), State: bots.BulletinDrafted, Created: c.now, Updated: c.now},
		Title: f["title"], Text: f["text"], Language: f["language"], Schedule: f["schedule"], Slot: slot, Author: by.ID,
		Accounts: fieldList(f["accounts"]),
	}
	if b.Extras, err = extrasOf(f["extras"], b.Text); err != nil {
		return err
	}
	if b.Refutes, err = record.NewRefutation(f["refutes"], f["basis"]); err != nil {
		return err
	}
	if err := c.quoting(b, b.Title+"\n"+b.Text, f["quotes"] != ""); err != nil {
		return err
	}
	c.audit("write-bulletin", bots.Target{Kind: bots.KindBulletin, ID: b.ID}, "", b.Schedule)
	if err := c.refutes(b); err != nil {
		return err
	}
	return worded(c.draftBulletin(b, bulletinTemplate, map[string]string{"Title": b.Title, "Text": b.Text}))
}

// slotOf checks that a bulletin is bound to a real slot of a real schedule.
func (c *commit) slotOf(schedule, slot string) (time.Time, error) {
	if schedule == "" {
		return time.Time{}, nil
	}
	i := slices.IndexFunc(c.e.o.Schedules, func(s Schedule) bool { return s.Name == schedule })
	if i < 0 {
		return time.Time{}, refuse("schedule", "there is no schedule %q", schedule)
	}
	next := c.e.o.Schedules[i].Spec.Next(c.now)
	if slot == "" {
		return next, nil
	}
	at, err := time.Parse(time.RFC3339, slot)
	if err != nil {
		return time.Time{}, refuse("slot", "slot %q is not a time such as %s", slot, next.Format(time.RFC3339))
	}
	if !at.After(c.now) || !c.e.o.Schedules[i].Spec.Next(at.Add(-time.Second)).Equal(at) {
		return time.Time{}, refuse("slot", "%s is no coming slot of %s; the next one is %s", slot, schedule, next.Format(time.RFC3339))
	}
	return at, nil
}

func fieldList(s string) []string {
	return slices.DeleteFunc(strings.Split(s, ","), func(v string) bool { return strings.TrimSpace(v) == "" })
}

func (c *commit) approveKind(by *record.Officer, d *bots.Decision) error {
	name := d.Fields["template"]
	t, ok := c.e.o.Writer.Describe(name)
	if !ok {
		return refuse("template", "there is no template %q", name)
	}
	if d.Fields["version"] != strconv.Itoa(t.Rev) {
		return refuse("version", "template %s is at version %d, not %s: read it as it is now", name, t.Rev, d.Fields["version"])
	}
	until, err := time.Parse(time.RFC3339, d.Fields["until"])
	if err != nil {
		return refuse("until", "until %q is not a time such as %s", d.Fields["until"], c.now.AddDate(0, 6, 0).Format(time.RFC3339))
	}
	s := &record.Standing{
		Template: name, Rev: t.Rev, Purposes: []bots.Purpose{t.Purpose}, Accounts: fieldList(d.Fields["accounts"]), Vars: t.Vars, Until: until,
	}
	s.Head = bots.Head{ID: StandingID(name, t.Rev), Created: c.now, Updated: c.now}
	if old, err := record.Load[record.Standing](c.tx, s.ID); err == nil {
		s.Version = old.Version
	}
	if err := record.ProposeStanding(s, by, c.now); err != nil {
		return err
	}
	c.audit("propose-standing", bots.Target{Kind: record.KindStanding, ID: s.ID}, "", string(t.Purpose))
	return c.put(s)
}

func (c *commit) confirmKind(by *record.Officer, d *bots.Decision) error {
	s, err := record.Load[record.Standing](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.ConfirmStanding(s, by, c.e.o.Policy); err != nil {
		return err
	}
	s.Updated = c.now
	c.audit("confirm-standing", d.On, "", "")
	return c.tx.Put(s)
}

func (c *commit) revokeKind(by *record.Officer, d *bots.Decision) error {
	s, err := record.Load[record.Standing](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.RevokeStanding(s, by); err != nil {
		return err
	}
	s.Updated = c.now
	c.audit("revoke-standing", d.On, "", "")
	return c.tx.Put(s)
}
