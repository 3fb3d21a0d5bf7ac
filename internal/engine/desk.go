package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// deeds are what officers can do: one guarded transition each. The table never changes.
var deeds = map[bots.Verb]func(*commit, *record.Officer, *bots.Decision) error{
	bots.Approve:        (*commit).approve,
	bots.Reject:         (*commit).reject,
	bots.Edit:           (*commit).edit,
	bots.ReplyTo:        (*commit).replyTo,
	bots.WriteBulletin:  (*commit).writeBulletin,
	bots.ApproveKind:    (*commit).approveKind,
	bots.ConfirmKind:    (*commit).confirmKind,
	bots.RevokeKind:     (*commit).revokeKind,
	bots.RequestMode:    (*commit).requestMode,
	bots.ConfirmMode:    (*commit).confirmMode,
	bots.HoldItem:       (*commit).holdItem,
	bots.SendHeld:       (*commit).sendHeld,
	bots.ResumeHeld:     (*commit).resumeHeld,
	bots.SettleUnknown:  (*commit).settleUnknown,
	bots.HaltSends:      (*commit).haltSends,
	bots.ResumeSends:    (*commit).resumeSends,
	bots.CloseReport:    (*commit).closeReport,
	bots.DecideAppeal:   (*commit).decideAppeal,
	bots.AcknowledgeAll: (*commit).acknowledge,
}

func refuse(code, format string, args ...any) error {
	return &record.Refusal{Code: code, Message: fmt.Sprintf(format, args...)}
}

// attemptDecision applies an officer's decision. A refusal leaves everything as it was
// and is kept as the event's result.
func (e *Engine) attemptDecision(ctx context.Context, ev *bots.Event, d *bots.Decision) (bots.Result, error) {
	var c *commit
	err := e.o.Store.Update(ctx, func(tx record.Tx) error {
		c = e.newCommit(tx, ev, nil)
		if err := c.begin(); err != nil {
			return err
		}
		if err := c.decide(d); err != nil {
			return err
		}
		return c.finish(&proposal{})
	})
	var refused *record.Refusal
	if errors.As(err, &refused) {
		return e.keepRefusal(ctx, ev, refused)
	}
	if err != nil {
		return bots.Result{}, err
	}
	e.step(StepCommitted)
	e.after(c)
	return *c.ev.Result, nil
}

func (e *Engine) keepRefusal(ctx context.Context, ev *bots.Event, r *record.Refusal) (bots.Result, error) {
	result := bots.Result{Status: bots.Refused, Code: r.Code, Message: r.Message}
	err := e.o.Store.Update(ctx, func(tx record.Tx) error {
		c := e.newCommit(tx, ev, nil)
		if err := c.begin(); err != nil {
			return err
		}
		c.ev.State, c.ev.Updated, c.ev.Result = bots.EventDecided, c.now, &result
		return tx.Put(c.ev)
	})
	return result, err
}

func (c *commit) decide(d *bots.Decision) error {
	by, err := record.Load[record.Officer](c.tx, d.Officer)
	if err != nil || by.State != record.OfficerActive {
		return refuse("no-officer", "%s is not an active officer", d.Officer)
	}
	deed, ok := deeds[d.Verb]
	if !ok {
		return refuse("no-verb", "netpatrol knows no decision %q", d.Verb)
	}
	c.who = by.ID
	err = deed(c, by, d)
	if errors.Is(err, record.ErrNotFound) {
		return refuse("not-found", "%s does not exist", d.On)
	}
	var long *adapters.TooLong
	if errors.As(err, &long) {
		return refuse("too-long", "%s", long.Error())
	}
	return err
}

func (c *commit) approve(by *record.Officer, d *bots.Decision) error {
	draft, err := record.Load[bots.Draft](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if !draft.NotBefore.IsZero() && c.now.After(draft.NotBefore.Add(slotGrace)) { // promise 6
		return refuse("slot-passed", "its slot at %s has passed: write it for another", draft.NotBefore.Format(time.RFC3339))
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
	if err := c.tx.Put(draft); err != nil {
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
		return c.bulletinDecided(draft)
	}
	return nil
}

func (c *commit) warningDecided(draft *bots.Draft, d *bots.Decision) error {
	w, err := record.Load[bots.Warning](c.tx, draft.About.ID)
	if err != nil {
		return err
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
	if err := record.EditDraft(draft, by, text, d.Seen); err != nil {
		return err
	}
	if err := c.fit(draft); err != nil {
		return refuse("text", "%s", err.Error())
	}
	draft.Due, draft.Updated = draft.Expires, c.now
	c.audit("edit", d.On, draft.Code, "")
	if err := c.tx.Put(draft); err != nil {
		return err
	}
	return c.reopen(draft)
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
	draft := &bots.Draft{
		Head: c.head(bots.NewID(*c.ev, "reply"), ""), Purpose: bots.ForOfficer, Account: conv.Account, Channel: adapters.Private,
		To: conv.Person, Parent: conv.Last, Template: "officer", Vars: map[string]string{"Text": text}, Author: by.ID,
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
	if err == nil || errors.As(err, &known) || errors.As(err, &long) || errors.Is(err, record.ErrConflict) || storeFailed(err) {
		return err
	}
	return refuse("text", "%s", err.Error())
}

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
	c.audit("write-bulletin", bots.Target{Kind: bots.KindBulletin, ID: b.ID}, "", b.Schedule)
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
	c.audit("revoke-standing", d.On, "", d.Reason)
	return c.tx.Put(s)
}

func (c *commit) requestMode(by *record.Officer, d *bots.Decision) error {
	return c.onAccount(d, "request-mode", func(a *bots.Account) error {
		return record.RequestMode(a, by, bots.Mode(d.Fields["mode"]), d.Fields["attest"] == "true")
	})
}

func (c *commit) confirmMode(by *record.Officer, d *bots.Decision) error {
	return c.onAccount(d, "confirm-mode", func(a *bots.Account) error {
		return record.ConfirmMode(a, by, d.Fields["attest"] == "true", c.e.o.Policy, c.now)
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
	return c.tx.Put(conv)
}

func (c *commit) acknowledge(by *record.Officer, d *bots.Decision) error {
	if d.On.Kind == bots.KindEvent {
		return c.acknowledgeEvent(d)
	}
	a, err := record.Load[record.Alarm](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	a.State, a.By, a.Updated = record.AlarmAcknowledged, by.ID, c.now
	c.audit("acknowledge", d.On, "", "")
	return c.tx.Put(a)
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
