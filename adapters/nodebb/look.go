package nodebb

import (
	"context"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var (
	_ adapters.Looker = (*account)(nil)
	_ adapters.Meter  = (*account)(nil)
)

// Look fetches a post again. Exists is false only when the forum says so; any doubt is an error.
func (a *account) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	id, err := forum.ParseID("look", ref)
	if err != nil {
		return adapters.Sight{}, err
	}
	p, err := a.post(ctx, "look", id)
	if forum.IsGone(err) || err == nil && bool(p.Deleted) {
		return adapters.Sight{}, nil
	}
	if err != nil {
		return adapters.Sight{}, err
	}
	return adapters.Sight{Exists: true, Text: p.Content, Edited: p.Edited.Time, Author: adapters.Person{ID: p.UID.String()}}, nil
}

// Figures reads how often the topics of our posts were read and answered. A post that is
// gone, or waits for approval, is left out.
func (a *account) Figures(ctx context.Context, refs []adapters.Ref) (out []adapters.Figure, err error) {
	for _, ref := range refs {
		if _, _, waits := inQueue(ref); waits {
			continue
		}
		id, err := forum.ParseID("figures", ref)
		if err != nil {
			return nil, err
		}
		t, err := a.topicOf(ctx, id)
		if forum.IsGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if t.MainPID == id && t.Views != nil {
			out = append(out, adapters.Figure{Ref: ref, Name: "reads", Value: max(*t.Views, 0)})
		}
		if t.MainPID == id && t.Posts != nil {
			out = append(out, adapters.Figure{Ref: ref, Name: "comments", Value: max(*t.Posts-1, 0)})
		}
	}
	return out, nil
}

func (a *account) topicOf(ctx context.Context, pid forum.ID) (t topic, err error) {
	p, err := a.post(ctx, "figures", pid)
	if err != nil {
		return t, err
	}
	return t, a.do(ctx, forum.Call{Op: "figures", Path: "/api/v3/topics/" + p.TID.String()}, &t)
}

func (a *account) warn(msg string, args ...any) {
	if a.log != nil {
		a.log.Warn(msg, args...)
	}
}
