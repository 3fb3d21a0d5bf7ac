package app

import (
	"context"
	"errors"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// sweepRetained drops what has outlived the configured retention. What is sealed under a person's or
// a post's key goes with the key, and the audit says so; tapes and tallies are deleted.
func (a *App) sweepRetained(ctx context.Context, now time.Time) error {
	keep := a.o.Config.Retention
	return errors.Join(
		a.sweepOld(ctx, bots.KindConversation, now, keep.Conversations, a.eraseConversation),
		a.sweepOld(ctx, bots.KindClue, now, keep.Clues, a.eraseClue),
		a.sweepOld(ctx, bots.KindCluster, now, keep.Clues, a.deleteCluster),
		a.sweepTies(ctx),
		a.sweepOld(ctx, record.KindTape, now, keep.Events, a.deleteOld),
		a.sweepOld(ctx, bots.KindCount, now, keep.Tallies, a.deleteOld),
		a.sweepOld(ctx, bots.KindHandOver, now, keep.Conversations, a.deleteOld), // what officers noted beside what was open
	)
}

// sweepOld hands every record of a kind that nobody has touched for as long as keep to drop. A
// keep of zero keeps them for good.
func (a *App) sweepOld(ctx context.Context, kind bots.RecordKind, now time.Time, keep time.Duration, drop func(context.Context, bots.Record) error) error {
	q := record.Query{Kind: kind, Limit: 500, Heads: true}
	for keep > 0 {
		page, err := a.store.List(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page {
			m := r.Meta()
			if last := m.Updated; m.Erased || last.IsZero() || now.Sub(last) < keep {
				continue
			}
			if err := drop(ctx, r); err != nil && !errors.Is(err, record.ErrNotFound) {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
	return nil
}

// eraseConversation leaves alone what an officer keeps with a reason, and whose report is open.
func (a *App) eraseConversation(ctx context.Context, r bots.Record) error {
	c, err := record.Fetch[bots.Conversation](ctx, a.store, r.Meta().ID)
	if err != nil {
		return err
	}
	if c.Kept != "" { // promise 15
		return nil
	}
	if c.Report != "" {
		report, err := record.Fetch[bots.Report](ctx, a.store, c.Report)
		if err != nil && !errors.Is(err, record.ErrNotFound) || err == nil && report.State != "closed" {
			return err
		}
	}
	return a.eraseOld(ctx, c)
}

// eraseClue leaves alone what waits for an officer.
func (a *App) eraseClue(ctx context.Context, r bots.Record) error {
	if m := r.Meta(); m.State == bots.ClueOpen || m.Subject == "" {
		return nil
	}
	return a.eraseOld(ctx, r)
}

func (a *App) eraseOld(ctx context.Context, r bots.Record) error {
	m := r.Meta()
	if err := (forgetting{a.store, a.files}).Erase(ctx, m.Subject); err != nil {
		return err
	}
	return a.store.Update(ctx, func(tx record.Tx) error {
		tx.Audit(record.AuditEntry{At: time.Now(), Who: "engine", Did: "erase", On: bots.Target{Kind: r.RecordKind(), ID: m.ID}, Detail: "retention"})
		return nil
	})
}

func (a *App) deleteOld(ctx context.Context, r bots.Record) error {
	return a.store.Update(ctx, func(tx record.Tx) error { return tx.Delete(r.RecordKind(), r.Meta().ID) })
}

// deleteCluster leaves alone what waits for an officer. Its ties go with it.
func (a *App) deleteCluster(ctx context.Context, r bots.Record) error {
	if r.Meta().State == bots.ClusterOpen {
		return nil
	}
	return a.store.Update(ctx, func(tx record.Tx) error {
		k, err := record.Load[bots.Cluster](tx, r.Meta().ID)
		if err != nil || k.State == bots.ClusterOpen {
			return err
		}
		for _, stream := range append(k.Keys, record.ClusterStream(k.ID)) {
			if err := deleteTies(tx, stream, k.ID); err != nil {
				return err
			}
		}
		return tx.Delete(bots.KindCluster, k.ID)
	})
}

// deleteTies drops what ties a cluster to a stream, or everything that is tied to the cluster.
func deleteTies(tx record.Tx, stream, cluster string) error {
	q := record.Query{Kind: bots.KindTie, Stream: stream, Limit: 1000, Heads: true}
	for {
		page, err := tx.List(q)
		if err != nil {
			return err
		}
		for _, r := range page {
			if h := r.Meta(); stream != record.ClusterStream(cluster) && record.TiedTo(h).ID != cluster {
				continue
			}
			if err := tx.Delete(bots.KindTie, r.Meta().ID); err != nil {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
}

// sweepTies drops the ties of what was erased.
func (a *App) sweepTies(ctx context.Context) error {
	q := record.Query{Kind: bots.KindTie, Limit: 1000, Heads: true}
	for {
		page, err := a.store.List(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page {
			if !r.Meta().Erased { // promise 15
				continue
			}
			if err := a.deleteOld(ctx, r); err != nil && !errors.Is(err, record.ErrNotFound) {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].Meta().ID
	}
}
