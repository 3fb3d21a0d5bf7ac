package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// mostLookups bounds the codes that one conversation ever had.
const mostLookups = 100

// lookupsOf are the lookup codes of a conversation, oldest first.
func lookupsOf(tx record.Tx, conversation string) ([]*record.Lookup, error) {
	page, err := tx.List(record.Query{Kind: record.KindLookup, Stream: conversation, Limit: mostLookups})
	if err != nil {
		return nil, err
	}
	all := make([]*record.Lookup, 0, len(page))
	for _, r := range page {
		all = append(all, r.(*record.Lookup))
	}
	return all, nil
}

// giveLookup gives somebody a new lookup code: the one the console shows, once, to the officer. Only its
// digest comes here.
func (c *commit) giveLookup(by *record.Officer, d *bots.Decision) error {
	all, err := lookupsOf(c.tx, d.On.ID)
	if err != nil {
		return err
	}
	if len(all) == mostLookups {
		return refuse("lookups", "%d codes were given: this is no mishap any more", mostLookups)
	}
	reason := strings.TrimSpace(clip(d.Reason, maxWhy))
	fresh, err := record.GiveLookup(by, all, d.Fields["lookup"], reason, c.now)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Updated.Equal(c.now) {
			err = errors.Join(err, c.tx.Put(l))
		}
	}
	c.audit("give-lookup", d.On, "", "")
	return errors.Join(err, c.tx.Put(fresh))
}

// EndLookup ends a lookup code for its holder. When it returns nil the code leads nowhere. ok is false for a code
// that led nowhere before.
func (e *Engine) EndLookup(ctx context.Context, code string) (ok bool, err error) {
	err = e.o.Store.Update(ctx, func(tx record.Tx) error {
		l, err := record.Load[record.Lookup](tx, record.LookupID(e.o.Tags.Tag, code))
		if errors.Is(err, record.ErrNotFound) {
			ok = false
			return nil
		}
		if err != nil {
			return err
		}
		now := time.Now()
		if ok = l.Leads(now) && l.End(record.LookupHolder, now); !ok {
			return nil
		}
		on := bots.Target{Kind: bots.KindConversation, ID: l.Conversation}
		tx.Audit(record.AuditEntry{At: now, Who: record.LookupHolder, Did: "end-lookup", On: on})
		return tx.Put(l)
	})
	return ok, err
}
