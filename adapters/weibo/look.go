package weibo

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"netpatrol/adapters"
)

var (
	_ adapters.Looker = (*account)(nil)
	_ adapters.Meter  = (*account)(nil)
)

// post fetches one post. Gone means deleted, or no longer shown to us.
func (a *account) post(ctx context.Context, op string, ref adapters.Ref) (post, error) {
	at, err := parseRef(op, ref)
	if err != nil {
		return post{}, err
	}
	if at.comment != "" {
		return post{}, &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeItem, Op: op, Err: errors.New("the platform shows no single comment")}
	}
	k := call{op: op, url: a.options.api + "/2/statuses/show.json", values: url.Values{"id": {at.post}}}
	var p post
	if _, err := a.http.do(ctx, k, &p); err != nil {
		return post{}, err
	}
	switch {
	case p.gone():
		return post{}, &adapters.Error{Class: adapters.Gone, Scope: adapters.ScopeItem, Op: op, Phase: adapters.Answered, Err: errors.New("the platform says that the post is deleted")}
	case p.id() != at.post:
		return post{}, nothing(k, "the post")
	}
	return p, nil
}

// Look fetches a post again, or finds a comment among the newest. Exists is false only when
// the platform says so; any doubt is an error, so also a comment that is not listed any more.
func (a *account) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	if at, err := parseRef("look", ref); err == nil && at.comment != "" {
		return a.lookAtComment(ctx, at.comment)
	}
	p, err := a.post(ctx, "look", ref)
	if isGone(err) {
		return adapters.Sight{}, nil
	}
	if err != nil {
		return adapters.Sight{}, err
	}
	return adapters.Sight{Exists: true, Text: p.Text, Edited: p.Edited.Time, Author: p.User.person()}, nil
}

func (a *account) lookAtComment(ctx context.Context, id string) (adapters.Sight, error) {
	const op = "look"
	in, found, err := a.listed(ctx, op, id)
	if err != nil {
		return adapters.Sight{}, err
	}
	if !found {
		return adapters.Sight{}, &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeItem, Op: op, Phase: adapters.Answered,
			Err: errors.New("the comment is not among the newest any more: whether it is deleted cannot be told")}
	}
	return adapters.Sight{Exists: true, Text: in.Text, Author: in.From}, nil
}

// countAtOnce is how many posts one call counts.
const countAtOnce = 100

// Figures reads comments, shares and likes of posts. The platform silently leaves out those
// that are gone. Source: 2/statuses/count.
func (a *account) Figures(ctx context.Context, refs []adapters.Ref) ([]adapters.Figure, error) {
	var out []adapters.Figure
	for len(refs) > 0 {
		n := min(len(refs), countAtOnce)
		got, err := a.count(ctx, refs[:n])
		if err != nil {
			return nil, err
		}
		out, refs = append(out, got...), refs[n:]
	}
	return out, nil
}

func (a *account) count(ctx context.Context, refs []adapters.Ref) ([]adapters.Figure, error) {
	var ids []string
	for _, r := range refs {
		if number(string(r)) {
			ids = append(ids, string(r))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	k := call{op: "figures", url: a.options.api + "/2/statuses/count.json", values: url.Values{"ids": {strings.Join(ids, ",")}}}
	var list []struct {
		ID        text  `json:"id"`
		Comments  int64 `json:"comments"`
		Reposts   int64 `json:"reposts"`
		Attitudes int64 `json:"attitudes"`
	}
	if _, err := a.http.do(ctx, k, &list); err != nil {
		return nil, err
	}
	var out []adapters.Figure
	for _, c := range list {
		ref := postRef(string(c.ID))
		out = append(out, adapters.Figure{Ref: ref, Name: "comments", Value: c.Comments},
			adapters.Figure{Ref: ref, Name: "shares", Value: c.Reposts}, adapters.Figure{Ref: ref, Name: "likes", Value: c.Attitudes})
	}
	return out, nil
}
