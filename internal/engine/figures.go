package engine

import (
	"context"
	"errors"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// measure asks a platform for its counts of one post.
func (e *Engine) measure(ctx context.Context, g *record.Errand) ([]adapters.Figure, error) {
	a := e.accounts[g.Account]
	if a == nil || a.caps().Measure == nil {
		return nil, &adapters.Error{Class: adapters.Unsupported, Op: "figures", Err: errors.New("this account cannot count")}
	}
	if strings.HasPrefix(string(g.Ref), "day:") && !a.caps().CountsDays {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, errandTimeout)
	defer cancel()
	return a.caps().Measure.Figures(ctx, []adapters.Ref{g.Ref})
}

// keepFigures writes counts on a bulletin.
func (c *commit) keepFigures(x bots.KeepFigures) error {
	b, err := record.Load[bots.Bulletin](c.tx, x.Bulletin)
	if errors.Is(err, record.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	record.KeepReading(b, x.Reading)
	b.Updated = c.now
	return c.tx.Put(b)
}

// hurry has sends checked at once whose end the platform has just told. The event itself
// proves nothing: the check does. That it is missed only costs time.
func (e *Engine) hurry(ctx context.Context, a *Account, items []adapters.Inbound) {
	for i := range items {
		if in := &items[i]; in.Kind == adapters.KindOutcome {
			e.ended(ctx, a.Record.ID, in)
		}
	}
}

func (e *Engine) ended(ctx context.Context, account string, in *adapters.Inbound) {
	known := false
	err := e.o.Store.Update(ctx, func(tx record.Tx) (err error) {
		if known, err = checkSoon(tx, account, in, time.Now()); err != nil || known || in.Text == "" {
			return err
		}
		return foreignFailure(tx, account, in, time.Now())
	})
	if err != nil && ctx.Err() == nil {
		e.o.Log.WarnContext(ctx, "the end of a send was told and could not be noted", "account", account, "err", err)
	}
	if known && e.o.Committed != nil {
		e.o.Committed()
	}
}

// checkSoon finds the accepted send an event is about. An event about a send that is not ours
// may be that of a draft left for a person: those are looked at, too, and say what was told.
func checkSoon(tx record.Tx, account string, in *adapters.Inbound, now time.Time) (known bool, err error) {
	lane := record.Lane(account, adapters.Public, bots.ForBulletin)
	page, err := tx.List(record.Query{Kind: record.KindItem, Stream: lane, State: record.ItemAccepted, Limit: 1000})
	if err != nil {
		return false, err
	}
	for _, r := range page {
		it := r.(*record.Item)
		if it.Receipt.Ref == in.Ref {
			it.Due, it.Hint, it.Updated = now, clip(in.Text, maxWhy), now
			return true, tx.Put(it)
		}
	}
	if in.Text != "" || in.Spent != adapters.Public {
		return false, nil
	}
	for _, r := range page {
		it := r.(*record.Item)
		it.Due, it.Hint, it.Updated = now, clip("平台曾通知一次群发成功 "+in.URL, maxWhy), now
		if err := tx.Put(it); err != nil {
			return false, err
		}
	}
	return len(page) > 0, nil
}

// foreignFailure tells people that something failed that was not sent from here: a send
// from the platform's own console, perhaps of a draft of ours.
func foreignFailure(tx record.Tx, account string, in *adapters.Inbound, now time.Time) error {
	id := "account/" + account + ".alarm." + strings.ReplaceAll(string(in.Ref), "/", "-")
	if _, err := tx.Get(record.KindAlarm, id); !errors.Is(err, record.ErrNotFound) {
		return err
	}
	about := bots.Target{Kind: bots.KindAccount, ID: account}
	tx.Audit(record.AuditEntry{At: now, Who: "engine", Did: "alarm", On: about})
	return tx.Put(&record.Alarm{
		Head:  bots.Head{ID: id, Stream: account, State: record.AlarmOpen, Created: now, Updated: now},
		Why:   "平台通知：一次不是由本系统发出的群发没有成功（" + clip(in.Text, maxWhy) + "）。如果它是本系统放入草稿箱的通报，请到平台后台核对",
		About: about,
	})
}
