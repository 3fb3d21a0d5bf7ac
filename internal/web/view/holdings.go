package view

import (
	"context"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Holding is how many records of a kind are kept of a person.
type Holding struct {
	Kind bots.RecordKind `json:"kind"`
	N    int             `json:"n"` // at most a thousand are counted
}

// Holdings counts what is sealed under a conversation's key, and goes with it.
func Holdings(ctx context.Context, s record.Reader, conversation string) ([]Holding, error) {
	var all []Holding
	for _, k := range []bots.RecordKind{bots.KindReport, bots.KindEvent, record.KindEvidence, bots.KindDraft, record.KindItem, bots.KindMemory, record.KindTape} {
		page, err := s.List(ctx, record.Query{Kind: k, Stream: conversation, Limit: 1000, Heads: true})
		if err != nil {
			return nil, err
		}
		n := 0
		for _, r := range page {
			if !r.Meta().Erased {
				n++
			}
		}
		if n > 0 {
			all = append(all, Holding{k, n})
		}
	}
	return all, nil
}
