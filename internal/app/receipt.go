package app

import (
	"context"
	"slices"

	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/proof"
	"netpatrol/internal/record"
)

// prove signs a proof of receipt for a report and what came with it.
func (a *App) prove(r *bots.Report, files []string) string {
	texts := make([]string, len(r.Lines))
	for i, l := range r.Lines {
		texts[i] = l.Text
	}
	return a.key.Sign(proof.Receipt{
		Unit: a.unitOf(r.Account), Reference: r.Reference, Received: r.Created, Messages: len(texts), Digest: proof.Digest(texts, files),
	})
}

// unitOf names the unit an account speaks for.
func (a *App) unitOf(account string) string {
	all := a.o.Config.Accounts
	if i := slices.IndexFunc(all, func(c config.Account) bool { return c.ID == account }); i >= 0 {
		return a.o.Config.Speaks(all[i]).Name
	}
	return a.o.Config.Unit.Name
}

// proofOf is the proof of receipt of the first of reports; empty: there is none to give.
func (a *App) proofOf(ctx context.Context, reports []bots.Record) (string, error) {
	if len(reports) == 0 || reports[0].Meta().Erased {
		return "", nil
	}
	r := reports[0].(*bots.Report)
	kept, err := a.store.List(ctx, record.Query{Kind: record.KindEvidence, Stream: r.Stream, State: record.EvidenceKept, Limit: 1000})
	if err != nil {
		return "", err
	}
	return a.prove(r, record.FilesOf(r, kept)), nil
}

// receiptFor is the proof of receipt of the newest report of a conversation, as a file; nil while
// there is none.
func (a *App) receiptFor(ctx context.Context, conversation string) []byte {
	reports, err := a.store.List(ctx, record.Query{Kind: bots.KindReport, Stream: conversation, Newest: true, Limit: 1})
	if err != nil {
		return nil
	}
	text, err := a.proofOf(ctx, reports)
	if err != nil || text == "" {
		return nil
	}
	return []byte(text + "\n")
}
