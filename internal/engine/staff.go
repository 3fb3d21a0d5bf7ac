package engine

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// printedCode is what a code in one of our messages looks like; see spell.
var printedCode = regexp.MustCompile(`[2-9A-Z]{8}`)

// fromHere says whether a message that the platform lists as its console staff's left from here:
// some platforms list both. It is told by the code printed in it and by its words, so that staff may
// quote a code. A store that cannot be asked counts as no: staff's answer is not to be lost.
func (e *Engine) fromHere(text string) bool {
	for _, code := range printedCode.FindAllString(text, -1) {
		at, err := record.Fetch[record.Code](context.Background(), e.o.Store, code)
		if err != nil || at.On.Kind != bots.KindDraft {
			continue
		}
		d, err := record.Fetch[bots.Draft](context.Background(), e.o.Store, at.On.ID)
		if err == nil && strings.Contains(d.Text, strings.TrimSpace(text)) {
			return true
		}
	}
	return false
}

// newestDrafts is how many of a conversation's messages a listed one is held against.
const newestDrafts = 20

// menuFromHere says whether it is what stands above the choices of a message of ours: of such a message some platforms
// list no more than that, and the code stands below.
func (e *Engine) menuFromHere(account, person, text string) bool {
	q := record.Query{Kind: bots.KindDraft, Stream: record.ConversationID(e.o.Tags.Tag, account, person), Newest: true, Limit: newestDrafts}
	all, err := e.o.Store.List(context.Background(), q)
	if err != nil {
		return false
	}
	for _, r := range all {
		d := r.(*bots.Draft)
		if d.Erased || len(d.Choices) == 0 {
			continue
		}
		above, _, ok := strings.Cut(d.Text, "\n"+d.Choices[0].Text)
		if ok && strings.TrimSpace(above) == strings.TrimSpace(text) {
			return true
		}
	}
	return false
}

// countStaff writes down that the console's staff wrote to the person: it takes a reply from the
// conversation's window as ours do, and a person has answered.
func (c *commit) countStaff() error {
	if c.ev.Kind != bots.StaffWrote || c.conv == nil {
		return nil
	}
	if err := c.spend(record.WindowLedgerID(c.conv.ID), "console/"+c.ev.ID); err != nil {
		return err
	}
	return c.answeredReport(c.conv.Report)
}

// spend enters something that was sent without us in a ledger.
func (c *commit) spend(ledger, what string) error {
	l, err := record.Load[record.Ledger](c.tx, ledger)
	if errors.Is(err, record.ErrNotFound) {
		l, err = &record.Ledger{Head: bots.Head{ID: ledger, State: "open", Created: c.now}}, nil
	}
	if err != nil {
		return err
	}
	at := c.ev.Occurred
	if at.IsZero() || at.After(c.now) {
		at = c.now
	}
	l.Entries, l.Updated = append(l.Entries, record.LedgerEntry{Item: what, At: at}), c.now
	return c.tx.Put(l)
}

// answeredReport notes the first answer of a person in a report, if there is one.
func (c *commit) answeredReport(id string) error {
	if id == "" {
		return nil
	}
	r, err := record.Load[bots.Report](c.tx, id)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if r.Answered.IsZero() {
		r.Answered = c.now
	}
	if r.State == "open" {
		r.State = "answered"
	}
	r.Updated = c.now
	return c.tx.Put(r)
}
