package view

import (
	"context"

	"netpatrol/internal/record"
)

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
