package bridge

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"netpatrol/adapters"
)

var (
	_ adapters.Looker = (*account)(nil)
	_ adapters.Meter  = (*account)(nil)
)

// post is a public post as it stands: GET /v1/posts/{ref}.
type post struct {
	Ref    string    `json:"ref"`
	Author person    `json:"author"`
	Text   string    `json:"text"`
	URL    string    `json:"url,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Edited time.Time `json:"edited,omitzero"`
}

// Look fetches a post again. Exists is false only when the site says so in a problem
// document; any doubt is an error.
func (a *account) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	path, err := objectPath("look", "/v1/posts/", ref)
	if err != nil {
		return adapters.Sight{}, err
	}
	k := call{op: "look", path: path, object: true}
	var p post
	err = a.http.do(ctx, k, &p)
	switch {
	case isGone(err):
		return adapters.Sight{}, nil
	case err != nil:
		return adapters.Sight{}, err
	case p.Ref != string(ref) || p.Author.ID == "":
		return adapters.Sight{}, notOfTheContract(k, errors.New("the site answered without the post, or without its author"))
	}
	return adapters.Sight{Exists: true, Text: p.Text, Edited: p.Edited.UTC(), Author: p.Author.person()}, nil
}

// figures are counts of our own posts: GET /v1/figures?ref=…&ref=….
type figures struct {
	Figures []figure `json:"figures"`
}

type figure struct {
	Ref   string `json:"ref"`
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

// asked is how many posts one request asks about.
const asked = 50

// Figures reads what the site counts. What it says of posts nobody asked about, or
// below zero, is left out.
func (a *account) Figures(ctx context.Context, refs []adapters.Ref) ([]adapters.Figure, error) {
	var out []adapters.Figure
	for some := range slices.Chunk(refs, asked) {
		k := call{op: "figures", path: "/v1/figures", query: url.Values{}}
		for _, ref := range some {
			k.query.Add("ref", string(ref))
		}
		var page figures
		if err := a.http.do(ctx, k, &page); err != nil {
			return nil, err
		}
		if page.Figures == nil {
			return nil, notOfTheContract(k, errors.New("the site answered without figures"))
		}
		for _, f := range page.Figures {
			if slices.Contains(some, adapters.Ref(f.Ref)) && f.Name != "" && f.Value >= 0 {
				out = append(out, adapters.Figure{Ref: adapters.Ref(f.Ref), Name: f.Name, Value: f.Value})
			}
		}
	}
	return out, nil
}
