package engine

import (
	"errors"
	"fmt"
	"strings"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// correctionTemplate carries what is right, and the code of the message that was wrong.
const correctionTemplate = "correction"

// correct drafts, for everybody who got a message that proves wrong, a new one that sets it
// right. Each is approved as a message of its kind: a bulletin's by a second person, what corrects a
// warning too, an answer to somebody who wrote to us by its author.
func (c *commit) correct(by *record.Officer, d *bots.Decision) error {
	it, err := record.Load[record.Item](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(d.Fields["text"])
	if text == "" {
		return refuse("empty", "say what is right")
	}
	if it.Purpose == bots.ForBulletin && it.About.Kind == bots.KindBulletin {
		return worded(c.correctBulletin(by, it, text, d.Fields["quotes"] != ""))
	}
	return worded(c.correctTo(by, it, text))
}

// correctBulletin is a bulletin of its own, on every account on which the wrong one came out.
func (c *commit) correctBulletin(by *record.Officer, it *record.Item, text string, quoted bool) error {
	old, err := record.Load[bots.Bulletin](c.tx, it.About.ID)
	if err != nil {
		return err
	}
	b := &bots.Bulletin{
		Head:  bots.Head{ID: bots.NewID(*c.ev, "correction"), Stream: scheduleStream(""), State: bots.BulletinDrafted, Created: c.now, Updated: c.now},
		Title: "更正：" + strings.TrimPrefix(old.Title, "更正："), Text: text, Language: old.Language, Author: by.ID,
	}
	if err := c.quoting(b, text, quoted, old.Title, old.Text); err != nil {
		return err
	}
	for _, id := range old.Drafts {
		wrong, err := c.itemOf(id)
		if err != nil {
			return err
		}
		if wrong == nil || !wrong.Out() { // promise 10
			continue
		}
		d := &bots.Draft{
			Head: bots.Head{ID: b.ID + "." + wrong.Account, Stream: b.Stream, Created: c.now, Updated: c.now}, Purpose: bots.ForBulletin,
			Account: wrong.Account, Channel: adapters.Public, Title: b.Title, Author: by.ID, About: bots.Target{Kind: bots.KindBulletin, ID: b.ID},
		}
		if err := c.setRight(by, wrong, d, text); err != nil {
			return fmt.Errorf("account %s: %w", wrong.Account, err)
		}
		b.Accounts, b.Drafts = append(b.Accounts, wrong.Account), append(b.Drafts, d.ID)
	}
	if len(b.Drafts) == 0 {
		return refuse("not-out", "the bulletin came out nowhere: there is nothing to correct")
	}
	return c.put(b)
}

// itemOf is the send a draft became; nil: none.
func (c *commit) itemOf(draft string) (*record.Item, error) {
	d, err := record.Load[bots.Draft](c.tx, draft)
	if err != nil || d.Item == "" {
		return nil, err
	}
	i, err := record.Load[record.Item](c.tx, d.Item)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	return i, err
}

// correctTo writes to the one person who got a message, the way they got it.
func (c *commit) correctTo(by *record.Officer, it *record.Item, text string) error {
	d := &bots.Draft{
		Head: c.head(bots.NewID(*c.ev, "correction"), ""), Purpose: bots.ForOfficer, Account: it.Account, Channel: it.Channel, To: it.To,
		Parent: it.Parent, Author: by.ID, About: it.About,
	}
	d.Subject, d.Stream = it.Subject, it.Conversation
	asked := it.Purpose != bots.ForWarning && it.Channel == adapters.Private
	if !asked { // promise 2
		d.Purpose, d.Editors = bots.ForNotice, []string{by.ID} // they did not write to us: a second person approves
		if err := c.passOn(text, it.Text, c.aboutStreams(it.About)...); err != nil {
			return err
		}
	}
	if err := c.setRight(by, it, d, text); err != nil {
		return err
	}
	switch {
	case d.State == bots.DraftObserved:
		return refuse("observe", "the account only observes: nothing is sent from it")
	case !asked:
		return nil
	}
	a, err := record.ApproveDraft(d, by, d.Version, c.now, c.e.o.Policy)
	if err != nil {
		return err
	}
	if err := c.release(d, a); err != nil {
		return err
	}
	return c.tx.Put(d)
}

// setRight submits a correction and ties it to the message it corrects.
func (c *commit) setRight(by *record.Officer, wrong *record.Item, d *bots.Draft, text string) error {
	d.Template, d.Vars, d.Corrects = correctionTemplate, map[string]string{"Text": text, "Earlier": wrong.Code}, wrong.Code
	if err := c.submit(d); err != nil {
		return err
	}
	if err := wrong.Correct(by, d.Code); err != nil {
		return err
	}
	wrong.Updated = c.now
	c.audit("correct", bots.Target{Kind: record.KindItem, ID: wrong.ID}, wrong.Code, d.Code)
	return c.tx.Put(wrong)
}
