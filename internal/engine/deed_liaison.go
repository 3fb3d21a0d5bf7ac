package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// inviteLiaison registers a site's own security officer. The code of the invitation is shown by the console, once; its
// digest comes here.
func (c *commit) inviteLiaison(by *record.Officer, d *bots.Decision) error {
	s, err := record.Load[record.Site](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	name, called := strings.TrimSpace(clip(d.Fields["name"], maxName)), clip(d.Fields["called"], maxName)
	old, err := record.Load[record.Officer](c.tx, record.LiaisonID(s.ID, name))
	if errors.Is(err, record.ErrNotFound) {
		old, err = nil, nil
	}
	if err != nil {
		return err
	}
	all, err := liaisonsOf(c.tx, s)
	if err != nil {
		return err
	}
	o, err := record.InviteLiaison(s, old, all, by, name, called, d.Fields["link"], c.now)
	if err != nil {
		return err
	}
	c.audit("invite-liaison", d.On, "", o.ID)
	return c.put(o)
}

// liaisonsOf are those who may sign in for a site.
func liaisonsOf(tx record.Tx, s *record.Site) (all []*record.Officer, err error) {
	page, err := tx.List(record.Query{Kind: record.KindOfficer, Stream: s.Stream, State: record.OfficerActive, Limit: 100})
	for _, r := range page {
		all = append(all, r.(*record.Officer))
	}
	return all, err
}

func (c *commit) revokeLiaison(by *record.Officer, d *bots.Decision) error {
	o, err := record.Load[record.Officer](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if err := record.RevokeLiaison(o, by, c.now); err != nil {
		return err
	}
	c.audit("revoke-liaison", bots.Target{Kind: record.KindSite, ID: o.Site}, "", o.ID)
	return c.tx.Put(o)
}

// answerFindings files what a site's security officer writes, and tells the officers.
func (c *commit) answerFindings(by *record.Officer, d *bots.Decision) error {
	r, err := record.Load[record.Rectification](c.tx, d.On.ID)
	if err != nil {
		return err
	}
	today := "site-answers/" + by.ID
	if err := mayAnswerFindings(c.tx, r, by, c.counted(today)); err != nil {
		return err
	}
	stream := record.AnswersOf(r.ID)
	id := bots.NewID(*c.ev, "site-answer")
	kept, err := c.answerFiles(by, id, stream, d.Fields["files"])
	if err != nil {
		return err
	}
	a, err := record.NewSiteAnswer(r, by, clip(d.Fields["text"], maxLetter), kept)
	if err != nil {
		return err
	}
	a.Head = bots.Head{ID: id, Subject: stream, Stream: stream, State: "given", Created: c.now, Updated: c.now}
	on := bots.Target{Kind: record.KindRectification, ID: r.ID}
	c.audit("answer-findings", on, "", r.Site)
	raise(c.tx, c.ev, "合作网站对整改要求作了答复，请核查", on)
	return errors.Join(c.count(today), c.put(a))
}

// mayAnswerFindings asks the guards of an answer.
func mayAnswerFindings(tx record.Tx, r *record.Rectification, by *record.Officer, today int) error {
	s, err := record.Load[record.Site](tx, r.Site)
	if err != nil {
		return err
	}
	before, err := tx.List(record.Query{Kind: record.KindSiteAnswer, Stream: record.AnswersOf(r.ID), Limit: record.AnswersAtAll, Heads: true})
	if err != nil {
		return err
	}
	return record.MayAnswer(r, s, by, today, len(before))
}

// answerFiles makes the records of the pictures that the page kept just before: "digest type size", one a line.
func (c *commit) answerFiles(by *record.Officer, id, stream, files string) (kept []string, err error) {
	for line := range strings.Lines(files) {
		f := strings.Fields(line)
		if len(f) != 3 {
			return nil, refuse("no-picture", "a picture was not kept")
		}
		size, err := strconv.ParseInt(f[2], 10, 64)
		if err != nil {
			return nil, refuse("no-picture", "the size of a picture is no number")
		}
		v := &record.Evidence{
			Head:  bots.Head{ID: id + ".file" + strconv.Itoa(len(kept)), Subject: stream, Stream: stream, State: record.EvidenceKept, Created: c.now, Updated: c.now},
			Event: c.ev.ID, By: by.ID, Sent: c.now, Settled: c.now, SHA256: f[0], Type: f[1], Size: size,
		}
		c.e.toScan(v, c.now)
		c.timed = true
		if err := c.tx.Put(v); err != nil {
			return nil, err
		}
		kept = append(kept, v.ID)
	}
	return kept, nil
}

// KeepAnswerPicture keeps a picture that comes with an answer which is about to be sent, and returns its line of
// Fields["files"]. One whose answer is never sent is swept.
func (e *Engine) KeepAnswerPicture(ctx context.Context, officer, rectification string, from io.Reader) (string, error) {
	if e.o.Evidence == nil {
		return "", refuse("no-evidence", "this station keeps no evidence")
	}
	by, err := record.Fetch[record.Officer](ctx, e.o.Store, officer)
	if err != nil {
		return "", err
	}
	r, err := record.Fetch[record.Rectification](ctx, e.o.Store, rectification)
	if err != nil {
		return "", err
	}
	err = e.o.Store.Update(ctx, func(tx record.Tx) error {
		c := &commit{tx: tx, e: e, now: time.Now()}
		return mayAnswerFindings(tx, r, by, c.counted("site-answers/"+by.ID))
	})
	if err != nil {
		return "", err
	}
	kept, err := e.o.Evidence.Keep(ctx, record.AnswersOf(r.ID), from)
	var unfit *Unfit
	if errors.As(err, &unfit) || err == nil && !strings.HasPrefix(kept.Type, "image/") {
		return "", refuse("no-picture", "it is no picture that can be kept")
	}
	if err != nil {
		return "", fmt.Errorf("keep a picture of an answer: %w", err)
	}
	return kept.SHA256 + " " + kept.Type + " " + strconv.FormatInt(kept.Size, 10) + "\n", nil
}
