package engine

import (
	"maps"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// The variables that show a part of a text which it can do without.
const (
	asideRead    = "Read"    // what was read from the person's words
	asidePrivacy = "Privacy" // who reads what they write, how long it is kept, to whom it goes
	asideProof   = "Proof"   // of receipt
)

// asides are left out one after another while a text does not fit or may not leave. It never changes.
var asides = [...]string{asideRead, asideProof, asidePrivacy}

// aside adds what a reply says beside its matter.
func aside(d *bots.Draft, x bots.Reply) {
	if len(x.Told) == 0 && !x.Informs {
		return
	}
	d.Vars = maps.Clone(x.Vars)
	if d.Vars == nil {
		d.Vars = map[string]string{}
	}
	if len(x.Told) > 0 {
		d.Vars[asideRead] = "true"
	}
	if x.Informs {
		d.Vars[asidePrivacy] = "true"
	}
}

// wasTold notes what of it the text still says: in the report what was read back, in the conversation that the person
// knows who reads what they write.
func (c *commit) wasTold(d *bots.Draft, x bots.Reply) error {
	if d.Vars[asidePrivacy] != "" && x.Informs && c.conv != nil {
		c.conv.Informed = c.now
		if err := c.tx.Put(c.conv); err != nil {
			return err
		}
	}
	if d.Vars[asideRead] == "" || len(x.Told) == 0 || x.Report == "" {
		return nil
	}
	r, err := record.Load[bots.Report](c.tx, x.Report)
	if err != nil {
		return err
	}
	r.NoteTold(x.Told, c.now)
	return c.tx.Put(r)
}

// noteCheck writes down what the person said of a value that was read from their words. The audit says of what kind
// it is and what they said, not the value.
func (c *commit) noteCheck(x bots.NoteCheck) error {
	r, err := record.Load[bots.Report](c.tx, x.Report)
	if err != nil {
		return err
	}
	r.NoteCheck(x, c.now, c.ev.ID)
	r.Updated = c.now
	did := "check-" + string(x.As)
	if x.As == "" {
		did = "check-open"
	}
	c.audit(did, bots.Target{Kind: bots.KindReport, ID: r.ID}, r.Reference, "slot "+x.Slot)
	return c.tx.Put(r)
}
