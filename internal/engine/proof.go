package engine

import (
	"cmp"
	"context"
	"errors"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// seekProof has a program look for what an officer says they posted, where the account can find
// its own posts: their word is the proof, and this is what the platform says.
func (c *commit) seekProof(i *record.Item) error {
	a := c.e.accounts[i.Account]
	if i.State != record.ItemDelivered || a == nil || a.Record.ByHand || a.caps().Find == nil || a.caps().FindsByKey {
		return nil
	}
	g := &record.Errand{Head: c.head(i.ID+".proof", "waiting"), Key: i.ID, Account: i.Account, What: bots.FetchProof, Cause: c.ev.ID}
	g.Subject, g.Due = i.Subject, c.wall(c.now.Add(c.e.o.Pace.Retry))
	c.timed = true
	return c.tx.Put(g)
}

// checkProof looks for an item that was posted by hand, again and again until it is found or the
// tries are spent: a post may wait for approval, and lists lag behind.
func (e *Engine) checkProof(ctx context.Context, g *record.Errand, now time.Time) error {
	it, err := record.Fetch[record.Item](ctx, e.o.Store, g.Key)
	if errors.Is(err, record.ErrNotFound) || err == nil && (it.Erased || it.State != record.ItemDelivered) {
		return e.forget(ctx, g)
	}
	if err != nil {
		return err
	}
	s := e.sighting(ctx, it)
	if s.Found == "" && g.Tries+1 < errandTries {
		return e.tryAgain(ctx, g, now.Add(e.o.Pace.Retry<<(2*(g.Tries+1))))
	}
	if err := e.noteProof(ctx, g, s, now); err != nil {
		return err
	}
	return e.forget(ctx, g)
}

// sighting finds the post by the code printed in it, and reads what it says.
func (e *Engine) sighting(ctx context.Context, it *record.Item) record.Sighting {
	a := e.accounts[it.Account]
	if a == nil || a.caps().Find == nil {
		return record.Sighting{Unsure: "账号未连接"}
	}
	ctx, cancel := context.WithTimeout(ctx, errandTimeout)
	defer cancel()
	f, err := a.caps().Find.Find(ctx, adapters.FindQuery{
		Channel: it.Channel, To: it.To, Parent: it.Parent, Code: it.Code, Key: it.Key, Text: it.Text, Since: it.Hand.TakenAt.Add(-time.Minute),
	})
	switch {
	case err != nil:
		return record.Sighting{Unsure: clip(err.Error(), maxWhy)}
	case f.Verdict == adapters.Absent:
		return record.Sighting{}
	case f.Verdict != adapters.Found || f.Receipt.Pending:
		return record.Sighting{Unsure: "平台的列表不完整，没有定论"}
	}
	s := record.Sighting{Found: cmp.Or(f.Receipt.URL, string(f.Receipt.Ref)), Unread: true}
	if looker := a.caps().Lookup; looker != nil {
		if seen, err := looker.Look(ctx, f.Receipt.Ref); err == nil && seen.Exists {
			s.Text, s.Unread = seen.Text, false
		}
	}
	return s
}

// noteProof writes down what was found. What does not agree is put before people.
func (e *Engine) noteProof(ctx context.Context, g *record.Errand, s record.Sighting, now time.Time) error {
	return e.o.Store.Update(ctx, func(tx record.Tx) error {
		it, err := record.Load[record.Item](tx, g.Key)
		if errors.Is(err, record.ErrNotFound) || err == nil && it.Erased {
			return nil
		}
		if err != nil {
			return err
		}
		amiss, err := it.CheckHand(s, now)
		if err != nil {
			return err
		}
		it.Updated = now
		on := bots.Target{Kind: record.KindItem, ID: it.ID}
		tx.Audit(record.AuditEntry{At: now, Who: "engine", Did: "check-proof", On: on, Code: it.Code, Detail: foundWord(amiss, s)})
		if amiss != "" { // promise 4
			if err := doubt(tx, it, amiss, now); err != nil {
				return err
			}
		}
		return tx.Put(it)
	})
}

// doubt puts a proof before people that the platform does not bear out; once.
func doubt(tx record.Tx, it *record.Item, amiss string, now time.Time) error {
	id := it.ID + ".alarm.proof"
	if _, err := record.HeadOf(tx, record.KindAlarm, id); !errors.Is(err, record.ErrNotFound) {
		return err
	}
	return tx.Put(&record.Alarm{
		Head: bots.Head{ID: id, Subject: it.Subject, Stream: it.Conversation, State: record.AlarmOpen, Created: now, Updated: now},
		Why:  clip("人工代发登记为已发布，但"+amiss+"。请到平台核对", maxWhy), About: bots.Target{Kind: record.KindItem, ID: it.ID},
	})
}

func foundWord(amiss string, s record.Sighting) string {
	switch {
	case s.Unsure != "":
		return "unsure"
	case amiss != "":
		return "amiss"
	}
	return "found"
}
