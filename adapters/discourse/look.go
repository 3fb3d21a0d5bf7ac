package discourse

import (
	"context"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var (
	_ adapters.Looker = (*account)(nil)
	_ adapters.Meter  = (*account)(nil)
)

// Look fetches a post again. Exists is false only when the forum says so; any doubt is an
// error. An edit within Discourse's first minutes counts as none: the text shows it.
func (a *account) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	p, err := a.fetch(ctx, "look", ref)
	if forum.IsGone(err) || err == nil && p.Deleted != nil {
		return adapters.Sight{}, nil
	}
	if err != nil {
		return adapters.Sight{}, err
	}
	return adapters.Sight{Exists: true, Text: p.Raw, Edited: p.edited(), Author: p.from()}, nil
}

// Figures reads how often our posts were read and answered. A post that is gone, or waits
// for review, is left out.
func (a *account) Figures(ctx context.Context, refs []adapters.Ref) (out []adapters.Figure, err error) {
	for _, ref := range refs {
		if strings.HasPrefix(string(ref), queueRef) {
			continue
		}
		p, err := a.fetch(ctx, "figures", ref)
		if forum.IsGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if p.Reads != nil {
			out = append(out, adapters.Figure{Ref: ref, Name: "reads", Value: max(*p.Reads, 0)})
		}
		if p.Replies != nil {
			out = append(out, adapters.Figure{Ref: ref, Name: "comments", Value: max(*p.Replies, 0)})
		}
	}
	return out, nil
}
