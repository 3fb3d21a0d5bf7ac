package engine

import (
	"errors"
	"strings"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// flagTemplate asks the moderators of a platform to look at a post.
const flagTemplate = "flag"

// flagPost drafts a flag of a clue's post. In the words of the template one officer's approval is
// enough; with words of an officer's own, a second one approves.
func (c *commit) flagPost(by *record.Officer, d *bots.Decision) error {
	clue, err := record.Load[bots.Clue](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	a, err := c.flaggable(clue)
	if err != nil {
		return err
	}
	standing, err := c.flagStands(clue)
	if err != nil {
		return err
	}
	kind := adapters.FlagKind(d.Fields["kind"])
	if err := record.AskFlag(clue, a, by, kind, standing); err != nil {
		return err
	}
	draft := &bots.Draft{
		Head: c.head(bots.NewID(*c.ev, "flag"), ""), Purpose: bots.ForFlag, Account: a.ID, Channel: adapters.Moderators,
		Parent: clue.Post, Flag: kind, Evidence: clue.Evidence, Post: clue.Post, PostText: clue.Text,
		Template: flagTemplate, Vars: flagVars(clue, c.language(a), strings.TrimSpace(d.Fields["note"])), Author: by.ID,
		About: bots.Target{Kind: bots.KindClue, ID: clue.ID},
	}
	draft.Subject, draft.Stream = clue.Subject, clue.Stream
	if draft.Vars["Note"] != "" { // promise 2
		draft.Editors = []string{by.ID}
	}
	if err := c.submit(draft); err != nil {
		return worded(err)
	}
	if draft.State == bots.DraftObserved {
		return refuse("observe", "the account only observes: nothing is sent from it")
	}
	c.audit("flag", d.On, draft.Code, string(kind))
	return c.passOn(draft.Text, clue.Text, c.aboutStreams(draft.About)...)
}

// flagVars are what the template says of a post: its category, never its words.
func flagVars(clue *bots.Clue, language, note string) map[string]string {
	what := bots.Categories()[clue.Category]
	if !strings.HasPrefix(language, "zh") {
		what = strings.ReplaceAll(string(clue.Category), "-", " ")
	}
	return map[string]string{"Category": what, "Note": note}
}

// flaggable is the account a clue was found on; one that no platform stands behind flags nothing.
func (c *commit) flaggable(clue *bots.Clue) (*bots.Account, error) {
	a, err := record.Load[bots.Account](c.tx, clue.Account)
	if errors.Is(err, record.ErrNotFound) {
		return &bots.Account{Head: bots.Head{ID: clue.Account}}, nil
	}
	return a, err
}

// flagStands says whether a flag of the clue's post is on its way or went out.
func (c *commit) flagStands(clue *bots.Clue) (stands bool, err error) {
	err = c.flagsOf(clue, func(d *bots.Draft, i *record.Item) { stands = stands || record.Stands(d, i) })
	return stands, err
}

// flagAwaits says whether a flag of the clue's post is being decided or sent.
func (c *commit) flagAwaits(clue *bots.Clue) (awaits bool, err error) {
	err = c.flagsOf(clue, func(d *bots.Draft, i *record.Item) {
		awaits = awaits || record.Stands(d, i) && (i == nil || !i.Final())
	})
	return awaits, err
}

// flagsOf visits the flags of a clue's post, by whichever clue they were asked for.
func (c *commit) flagsOf(clue *bots.Clue, visit func(*bots.Draft, *record.Item)) error {
	q := record.Query{Kind: bots.KindDraft, Stream: clue.Stream, Limit: 1000}
	for {
		page, err := c.tx.List(q)
		if err != nil {
			return err
		}
		for _, r := range page {
			d, ok := r.(*bots.Draft)
			if !ok || d.Purpose != bots.ForFlag || d.Erased || d.Parent != clue.Post {
				continue
			}
			i, err := c.itemOf(d.ID)
			if err != nil {
				return err
			}
			visit(d, i)
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

// bookFlag notes on an open clue that its post was reported.
func (c *commit) bookFlag(d *bots.Draft, o *bots.Outcome) error {
	if d.Purpose != bots.ForFlag || o.State != record.ItemDelivered {
		return nil
	}
	clue, err := record.Load[bots.Clue](c.tx, d.About.ID)
	if errors.Is(err, record.ErrNotFound) || err == nil && clue.State != bots.ClueOpen {
		return nil
	}
	if err != nil {
		return err
	}
	clue.State, clue.Updated = bots.ClueFlagged, c.now
	return errors.Join(c.settled(clue, bots.ClueOpen), c.tx.Put(clue))
}
