package view

import (
	"context"
	"slices"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Lookbook writes down that an officer looks at what somebody sent.
type Lookbook interface {
	// Looked is durable when it returns.
	Looked(ctx context.Context, officer, did string, v *record.Evidence) error
}

// Deeds reads what was done with one record.
type Deeds interface {
	AuditOf(ctx context.Context, on bots.Target) ([]record.AuditEntry, error)
}

// Look writes a look down, before anything is shown: a view once an hour for each officer, a download each time.
func Look(ctx context.Context, s Deeds, book Lookbook, officer, did string, e *record.Evidence, now time.Time) error {
	deeds, err := s.AuditOf(ctx, bots.Target{Kind: record.KindEvidence, ID: e.ID})
	if err != nil {
		return err
	}
	if did == record.DidView && slices.ContainsFunc(deeds, func(d record.AuditEntry) bool {
		return d.Who == officer && d.Did == did && now.Sub(d.At) < record.LookInterval
	}) {
		return nil
	}
	return book.Looked(ctx, officer, did, e)
}

// EvidenceOf lists what a person sent in a conversation, oldest first: at most the two
// hundred that one conversation may hold. With a report, only what belongs to it.
func EvidenceOf(ctx context.Context, s record.Reader, conversation, report string) ([]*record.Evidence, error) {
	all, err := List[record.Evidence](ctx, s, record.Query{Stream: conversation, Limit: 200})
	if err != nil {
		return nil, err
	}
	of := all[:0]
	for _, v := range all {
		if v.By == "" && (report == "" || v.Report == report || v.Erased) {
			of = append(of, v)
		}
	}
	return of, nil
}
