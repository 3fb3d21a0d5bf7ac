package view

import (
	"context"
	"errors"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Cluster is a cluster with what belongs to it: one page of it, newest first.
type Cluster struct {
	*bots.Cluster
	Members []*bots.Clue
	Askers  []*bots.Report // people who sent us the same text
	Next    string         // what the next page comes after; empty on the last one
}

// ClusterOf reads a cluster and at most limit of what belongs to it, after a tie. What is gone is left out.
func ClusterOf(ctx context.Context, s record.Reader, id, after string, limit int) (c Cluster, err error) {
	if c.Cluster, err = record.Fetch[bots.Cluster](ctx, s, id); err != nil {
		return c, err
	}
	ties, err := List[bots.Tie](ctx, s, record.Query{Stream: record.ClusterStream(id), Newest: true, Limit: limit, After: after})
	if err != nil {
		return c, err
	}
	if len(ties) == limit {
		c.Next = ties[limit-1].ID
	}
	for _, t := range ties {
		switch t.On.Kind {
		case bots.KindClue:
			c.Members, err = Appended(ctx, s, c.Members, t.On.ID)
		case bots.KindReport:
			c.Askers, err = Appended(ctx, s, c.Askers, t.On.ID)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// Near are at most limit reports that tell in other words what a bulletin refutes, newest first. What is gone is left out.
func Near(ctx context.Context, s record.Reader, bulletin string, limit int) (all []*bots.Report, err error) {
	ties, err := List[bots.Tie](ctx, s, record.Query{Stream: record.NearStream(bulletin), Newest: true, Limit: limit})
	for _, t := range ties {
		if err == nil && !t.Erased {
			all, err = Appended(ctx, s, all, t.On.ID)
		}
	}
	return all, err
}

// Appended adds a record to a list; one that is gone is left out.
func Appended[T any, P interface {
	*T
	bots.Record
}](ctx context.Context, s record.Reader, to []*T, id string) ([]*T, error) {
	r, err := record.Fetch[T, P](ctx, s, id)
	if errors.Is(err, record.ErrNotFound) {
		return to, nil
	}
	if err != nil {
		return to, err
	}
	return append(to, r), nil
}

// Dismissals are the decisions that dismiss every open clue of a page of a cluster, each for itself: what waits for its
// warning stays, and each was seen as the page shows it.
func (c Cluster) Dismissals(reason string) (all []bots.Decision) {
	for _, m := range c.Members {
		if m.State == bots.ClueOpen && !m.Erased {
			all = append(all, bots.Decision{Verb: bots.DismissClue, On: bots.Target{Kind: bots.KindClue, ID: m.ID}, Seen: m.Version, Reason: reason})
		}
	}
	return all
}
