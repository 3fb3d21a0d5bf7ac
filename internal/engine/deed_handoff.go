package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// maxIndicators bounds what one package lists.
const maxIndicators = 200

// prepareHandoff fixes what another unit is told of a report or clue.
func (c *commit) prepareHandoff(by *record.Officer, d *bots.Decision) error {
	if c.e.o.Clerk == nil {
		return refuse("no-handoff", "this station hands nothing over: configure units and the way to them")
	}
	name, way, ok := c.e.o.Clerk.Unit(d.Fields["unit"])
	if !ok {
		return refuse("unit", "there is no unit %q, or no way to it is configured", d.Fields["unit"])
	}
	h := &record.Handoff{About: d.On, Unit: d.Fields["unit"], Way: way}
	var err error
	switch d.On.Kind {
	case bots.KindReport:
		err = c.packReport(h, d.Fields["identity"] == "true", d.Fields["words"] == "true")
	case bots.KindClue:
		err = c.packClue(h)
	default:
		err = refuse("about", "only a report or a clue is handed over, not a %s", d.On.Kind)
	}
	if err != nil {
		return err
	}
	h.Package.ToUnit, h.ID = name, bots.NewID(*c.ev, "handoff")
	if len(h.Package.Indicators) > maxIndicators {
		h.Package.Indicators = h.Package.Indicators[:maxIndicators]
	}
	if h.Code, err = c.code(bots.Target{Kind: record.KindHandoff, ID: h.ID}); err != nil {
		return err
	}
	if err := record.PrepareHandoff(h, by, c.now); err != nil {
		return err
	}
	c.audit("handoff-prepare", d.On, h.Code, h.Unit)
	return c.put(h)
}

// packReport takes from a report what is passed on: who reported and in what words only when the officer chose so.
func (c *commit) packReport(h *record.Handoff, identity, words bool) error {
	r, err := record.Load[bots.Report](c.tx, h.About.ID)
	if err != nil {
		return err
	}
	if r.Erased {
		return refuse("erased", "what was kept of this person was erased")
	}
	var texts []string
	for _, l := range r.Lines {
		texts = append(texts, l.Text)
	}
	p := c.e.o.Clerk.Pack(texts, identity, saidOf(r))
	if !words {
		p.Words = nil
	}
	p.Reference, p.Emergency, p.Heard = r.Reference, r.Emergency, r.Created.UTC().Truncate(time.Second)
	a, err := record.Load[bots.Account](c.tx, r.Account)
	if err != nil {
		return err
	}
	p.Platform = a.Platform
	if identity {
		conv, err := record.Load[bots.Conversation](c.tx, r.Conversation)
		if err != nil {
			return err
		}
		p.Reporter = record.HandoffReporter(a.Platform, conv.Person)
	}
	if p.Evidence, err = c.evidenceOf(r); err != nil {
		return err
	}
	h.Package, h.Account, h.Subject, h.Stream = p, r.Account, r.Subject, r.Stream
	return nil
}

// saidOf is what the reporter said of what was read; the number at which they want to be called is theirs.
func saidOf(r *bots.Report) []bots.Check {
	number := r.Slots["callback"]
	if number == "" || strings.Contains(r.Slots["phone"], number) {
		return r.Checks
	}
	return append(slices.Clone(r.Checks), bots.Check{Slot: "phone", Value: number, As: bots.CheckOwn})
}

// evidenceOf lists the digests of what was kept with a report.
func (c *commit) evidenceOf(r *bots.Report) (digests []string, err error) {
	page, err := c.tx.List(record.Query{Kind: record.KindEvidence, Stream: r.Stream, State: record.EvidenceKept, Limit: maxEvidence})
	if err != nil {
		return nil, err
	}
	for _, x := range page {
		if v := x.(*record.Evidence); v.Report == r.ID && !v.Erased {
			digests = append(digests, v.SHA256)
		}
	}
	return digests, nil
}

// packClue takes what a public post says.
func (c *commit) packClue(h *record.Handoff) error {
	clue, err := record.Load[bots.Clue](c.tx, h.About.ID)
	if err != nil {
		return err
	}
	if clue.Erased {
		return refuse("erased", "what was kept of this post was erased")
	}
	a, err := record.Load[bots.Account](c.tx, clue.Account)
	if err != nil {
		return err
	}
	p := c.e.o.Clerk.Pack([]string{clue.Text}, false, nil)
	p.Platform, p.Category, p.Heard, p.Post = a.Platform, bots.Categories()[clue.Category], clue.Seen.UTC().Truncate(time.Second), clue.URL
	p.Author = "@" + clue.Author.Handle
	p.Grade = clue.Tip.Grade + clue.Tip.Worth
	h.Package, h.Account, h.Subject, h.Stream = p, clue.Account, clue.Subject, clue.Stream
	return nil
}

// handoffDeed changes the hand-off a decision is on.
func (c *commit) handoffDeed(d *bots.Decision, did string, change func(*record.Handoff) error) error {
	h, err := record.Load[record.Handoff](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if h.Erased {
		return refuse("erased", "what the package was about was erased")
	}
	if err := change(h); err != nil {
		return err
	}
	return c.keepHandoff(h, did)
}

func (c *commit) keepHandoff(h *record.Handoff, did string) error {
	if !h.Due.IsZero() {
		h.Due = c.wall(h.Due)
	}
	c.timed = true
	c.audit(did, bots.Target{Kind: record.KindHandoff, ID: h.ID}, h.Code, h.State)
	return c.tx.Put(h)
}

func (c *commit) approveHandoff(by *record.Officer, d *bots.Decision) error {
	return c.handoffDeed(d, "handoff-approve", func(h *record.Handoff) error {
		return record.ApproveHandoff(h, by, d.Seen, c.e.o.Policy, c.now)
	})
}

func (c *commit) resendHandoff(by *record.Officer, d *bots.Decision) error {
	return c.handoffDeed(d, "handoff-resend", func(h *record.Handoff) error { return record.ResendHandoff(h, by, c.now) })
}

func (c *commit) correctHandoff(by *record.Officer, d *bots.Decision) error {
	return c.amendHandoff(d, "handoff-correct", func(h *record.Handoff, why string) error { return record.CorrectHandoff(h, by, why, c.now) })
}

func (c *commit) withdrawHandoff(by *record.Officer, d *bots.Decision) error {
	return c.amendHandoff(d, "handoff-withdraw", func(h *record.Handoff, why string) error { return record.WithdrawHandoff(h, by, why, c.now) })
}

// amendHandoff tells every receiver what an officer wrote, unless that gives a reporter's words to one who was not
// given them.
func (c *commit) amendHandoff(d *bots.Decision, did string, change func(h *record.Handoff, why string) error) error {
	why := strings.TrimSpace(clip(d.Reason, maxWhy))
	return c.everyReceiver(d, did, func(h *record.Handoff) error {
		if err := c.ownWords(h, why); err != nil {
			return err
		}
		return change(h, why)
	})
}

// everyReceiver changes the hand-off a decision is on and, when that has reached its unit, those by which other
// units were told of the same matter.
func (c *commit) everyReceiver(d *bots.Decision, did string, change func(*record.Handoff) error) error {
	h, err := record.Load[record.Handoff](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := c.handoffDeed(d, did, change); err != nil || !h.Reached() {
		return err
	}
	others, err := c.tx.List(record.Query{Kind: record.KindHandoff, Stream: h.Stream, Limit: 1000})
	if err != nil {
		return err
	}
	for _, r := range others {
		o := r.(*record.Handoff)
		if o.ID == h.ID || o.About != h.About || !o.Reached() || o.State == record.HandoffWithdrawn {
			continue
		}
		if err := errors.Join(change(o), c.keepHandoff(o, did)); err != nil {
			return fmt.Errorf("hand-off %s: %w", o.Code, err)
		}
	}
	return nil
}
