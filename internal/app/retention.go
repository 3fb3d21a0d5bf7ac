package app

import (
	"context"
	"errors"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
)

// term is what ends the records of a kind. What is sealed under a person's or a post's key goes with the key, and the audit says
// so; the rest is deleted.
type term struct {
	kind bots.RecordKind
	// after is how long one is kept after somebody last touched it, and drop what then ends it.
	after func(config.Retention) time.Duration
	drop  func(*App, context.Context, bots.Record) error
	// why says what ends it without a sweep of its own, or why it is kept for good.
	why string
}

// sealed is why nothing more than the head of a record outlives a person's key: the head holds nothing personal.
const sealed = "sealed under the key of the conversation, post or tip it belongs to, which is destroyed when that one's retention has passed"

func conversations(r config.Retention) time.Duration { return r.Conversations }
func clues(r config.Retention) time.Duration         { return r.Clues }
func sites(r config.Retention) time.Duration         { return r.Sites }
func events(r config.Retention) time.Duration        { return r.Events }
func tallies(r config.Retention) time.Duration       { return r.Tallies }

// terms says of every kind of record what ends it, in the order in which the sweep takes them: a rectification goes before
// its site, and the site before who signed in for it.
func terms() []term {
	return []term{
		{kind: bots.KindConversation, after: conversations, drop: (*App).eraseConversation},
		{kind: bots.KindClue, after: clues, drop: (*App).eraseClue},
		{kind: bots.KindCluster, after: clues, drop: (*App).deleteCluster},
		{kind: record.KindReceived, after: conversations, drop: (*App).eraseReceived}, // another unit's package, with its files
		{kind: record.KindRectification, after: sites, drop: (*App).endRectification},
		{kind: record.KindSite, after: sites, drop: (*App).endSite},
		{kind: record.KindOfficer, after: sites, drop: (*App).endLiaison, why: "a site's security officer by the sweep; an officer is named by approvals and audit, and is suspended"},
		{kind: record.KindAlarm, after: conversations, drop: (*App).endAlarm},
		{kind: bots.KindShift, after: conversations, drop: (*App).endDuty},
		{kind: bots.KindLeave, after: conversations, drop: (*App).endDuty},
		{kind: bots.KindHandOver, after: conversations, drop: (*App).endRecord}, // what officers noted beside what was open
		{kind: record.KindTape, after: events, drop: (*App).deleteOld},
		{kind: bots.KindCount, after: tallies, drop: (*App).deleteOld},

		{kind: bots.KindEvent, why: "by retention.events, in key order, in the store's own sweep; what a person said is sealed, too"},
		{kind: bots.KindTie, why: "swept with the cluster or the erased record it ties"},
		{kind: record.KindSiteAnswer, why: "its key is destroyed with its rectification"},
		{kind: bots.KindReport, why: sealed}, {kind: bots.KindWarning, why: sealed}, {kind: bots.KindMemory, why: sealed}, {kind: bots.KindWait, why: sealed},
		{kind: record.KindEvidence, why: sealed + "; its file is removed; a site's pictures go with its rectification"}, {kind: record.KindHandoff, why: sealed},
		{kind: bots.KindDraft, why: sealed + "; of a bulletin it is kept with it"},
		{kind: record.KindItem, why: sealed + "; of a bulletin it is kept with it"}, {kind: record.KindApproval, why: sealed + "; of a bulletin it is kept with it"},
		{kind: record.KindLookup, why: "at its end, 180 days after it was given, and with its conversation"},
		{kind: record.KindSession, why: "at its end, hours after the last click"}, {kind: record.KindToken, why: "replaced by the next one of its account; it opens nothing once it has expired"},
		{kind: record.KindWake, why: "when it comes due"}, {kind: record.KindErrand, why: "when it was run"},

		{kind: bots.KindBulletin, why: "kept: what an authority said in public, who approved it and what became of it stay provable"},
		{kind: record.KindAuditBatch, why: "kept: the chain proves what happened; it holds no personal data"},
		{kind: record.KindCode, why: "kept: a code that was printed is never given to another message; it leads nowhere once that is gone"},
		{kind: record.KindStanding, why: "kept: who approved which template version, and until when"},
		{kind: bots.KindAccount, why: "kept: one for each account of the agency's own; nobody's personal data"},
		{kind: record.KindTakeover, why: "kept: one for each account, who took it over and what stood there"},
		{kind: record.KindPulse, why: "kept: one for each account, overwritten"}, {kind: record.KindMark, why: "kept: one position for each poll and schedule, overwritten; one for each package of another unit and each answer to one, which hold its code"},
		{kind: record.KindLease, why: "kept: one for each lane, overwritten"}, {kind: record.KindHalt, why: "kept: there is one, overwritten"},
		{kind: record.KindLedger, why: "kept: one for each quota; what no longer counts is dropped from it"},
	}
}

// sweepRetained drops what has outlived the configured retention.
func (a *App) sweepRetained(ctx context.Context, now time.Time) error {
	var errs []error
	for _, e := range terms() {
		if e.after == nil {
			continue
		}
		drop := func(ctx context.Context, r bots.Record) error { return e.drop(a, ctx, r) }
		errs = append(errs, a.sweepOld(ctx, e.kind, now, e.after(a.o.Config.Retention), drop))
	}
	return errors.Join(append(errs, a.sweepTies(ctx))...)
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

// eraseReceived leaves alone what waits for an answer of ours.
func (a *App) eraseReceived(ctx context.Context, r bots.Record) error {
	if r.Meta().State == record.PackageReceived {
		return nil
	}
	return a.eraseOld(ctx, r)
}
