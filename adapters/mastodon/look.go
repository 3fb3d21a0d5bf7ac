package mastodon

import (
	"context"

	"netpatrol/adapters"
)

var (
	_ adapters.Looker = (*account)(nil)
	_ adapters.Meter  = (*account)(nil)
)

// status fetches one post. Gone means deleted, or no longer shown to us.
func (a *account) status(ctx context.Context, op string, ref adapters.Ref) (status, error) {
	path, err := statusPath(op, ref)
	if err != nil {
		return status{}, err
	}
	var s status
	if err := a.http.do(ctx, call{op: op, path: path, parent: ref}, &s); err != nil {
		return status{}, err
	}
	if s.ID == "" {
		return status{}, &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: errNoPost}
	}
	return s, nil
}

// Look fetches a post again. Exists is false only when the server says so (404
// or 410); any doubt is an error.
func (a *account) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	s, err := a.status(ctx, "look", ref)
	if isGone(err) {
		return adapters.Sight{}, nil
	}
	if err != nil {
		return adapters.Sight{}, err
	}
	return adapters.Sight{Exists: true, Text: s.words(), Edited: s.Edited.Time, Author: s.Account.person()}, nil
}

// Figures reads shares, likes and comments; a post that is gone is left out.
func (a *account) Figures(ctx context.Context, refs []adapters.Ref) ([]adapters.Figure, error) {
	var out []adapters.Figure
	for _, ref := range refs {
		s, err := a.status(ctx, "figures", ref)
		if isGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out,
			adapters.Figure{Ref: ref, Name: "shares", Value: s.Reblogs},
			adapters.Figure{Ref: ref, Name: "likes", Value: s.Favourites},
			adapters.Figure{Ref: ref, Name: "comments", Value: s.Replies})
	}
	return out, nil
}
