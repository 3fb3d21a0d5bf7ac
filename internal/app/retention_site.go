package app

import (
	"context"
	"errors"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// endRecord deletes a record, and says so in the audit.
func (a *App) endRecord(ctx context.Context, r bots.Record) error {
	return a.store.Update(ctx, func(tx record.Tx) error { return end(tx, r) })
}

func end(tx record.Tx, r bots.Record) error {
	on := bots.Target{Kind: r.RecordKind(), ID: r.Meta().ID}
	tx.Audit(record.AuditEntry{At: time.Now(), Who: "engine", Did: "delete", On: on, Detail: "retention"})
	return tx.Delete(on.Kind, on.ID)
}

// endAlarm leaves alone what nobody has acknowledged, and what goes with somebody's key.
func (a *App) endAlarm(ctx context.Context, r bots.Record) error {
	if m := r.Meta(); m.State != record.AlarmAcknowledged || m.Subject != "" {
		return nil
	}
	return a.endRecord(ctx, r)
}

// endDuty leaves alone what is in force.
func (a *App) endDuty(ctx context.Context, r bots.Record) error {
	if r.Meta().State == record.DutyActive {
		return nil
	}
	return a.endRecord(ctx, r)
}

// endRectification ends one that is put right, or of a site that is no partner any more, with its letters, interviews and answers;
// unless the site's records are kept with a reason.
func (a *App) endRectification(ctx context.Context, r bots.Record) error {
	full, err := record.Fetch[record.Rectification](ctx, a.store, r.Meta().ID)
	if err != nil {
		return err
	}
	s, err := record.Fetch[record.Site](ctx, a.store, full.Site)
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if s != nil && s.Kept != "" { // promise 15
		return nil
	}
	if s != nil && s.State != record.SiteRetired && full.State != record.RectificationFixed {
		return nil
	}
	// The key of the answers goes first: after a crash in between it is destroyed again.
	if err := (forgetting{a.store, a.files}).Erase(ctx, record.AnswersOf(full.ID)); err != nil {
		return err
	}
	return a.endRecord(ctx, r)
}

// endSite ends one that was retired, once nothing is left that it was asked to put right.
func (a *App) endSite(ctx context.Context, r bots.Record) error {
	return a.store.Update(ctx, func(tx record.Tx) error {
		s, err := record.Load[record.Site](tx, r.Meta().ID)
		if err != nil || s.State != record.SiteRetired {
			return err
		}
		if s.Kept != "" { // promise 15
			return nil
		}
		left, err := tx.List(record.Query{Kind: record.KindRectification, Stream: s.Stream, Limit: 1, Heads: true})
		if err != nil || len(left) > 0 {
			return err
		}
		return end(tx, s)
	})
}

// endLiaison ends a site's security officer who was revoked, or whose site is gone. Officers of the station stay.
func (a *App) endLiaison(ctx context.Context, r bots.Record) error {
	return a.store.Update(ctx, func(tx record.Tx) error {
		o, err := record.Load[record.Officer](tx, r.Meta().ID)
		if err != nil || o.Site == "" {
			return err
		}
		s, err := record.Load[record.Site](tx, o.Site)
		switch {
		case errors.Is(err, record.ErrNotFound):
			return end(tx, o)
		case err != nil || o.State == record.OfficerActive:
			return err
		}
		if s.Kept != "" { // promise 15
			return nil
		}
		return end(tx, o)
	})
}
