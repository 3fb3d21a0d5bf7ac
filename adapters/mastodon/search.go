package mastodon

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

var _ adapters.Searcher = (*account)(nil)

const (
	searchPrefix = "search:" // posts found by words
	searchPage   = 40
	// searchPages bounds how far back one search walks: 400 posts.
	searchPages = 10
)

// SearchPosts finds what is newer than cur among the posts that the server lets this account
// find by words: servers without a full-text index find nothing, the others public posts whose
// authors agreed. Results come newest first, so that a search walks back to where the last one
// ended, at most 400 posts.
func (a *account) SearchPosts(ctx context.Context, query string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	if strings.TrimSpace(query) == "" {
		return adapters.Batch{}, unsupported("search", "nothing is searched for: write search:WORD")
	}
	if cur == "" {
		newest, err := a.found(ctx, query, "", 1)
		if err != nil || len(newest) == 0 {
			return adapters.Batch{Next: searched(status{ID: start})}, err
		}
		return adapters.Batch{Next: searched(newest[0])}, nil
	}
	fresh, err := a.foundSince(ctx, query, parseSearched(cur))
	if err != nil {
		return adapters.Batch{}, err
	}
	return a.oldestOf(fresh, cur, bounded(limit, searchPage)), nil
}

// oldestOf makes a batch of the first posts of a list that is newest first.
func (a *account) oldestOf(fresh []status, cur adapters.Cursor, limit int) adapters.Batch {
	slices.Reverse(fresh)
	b := adapters.Batch{Next: cur, More: len(fresh) > limit}
	for _, s := range fresh[:min(limit, len(fresh))] {
		b.Next = searched(s)
		if s.Account.ID != a.self.ID {
			b.Items = append(b.Items, a.inbound(s))
		}
	}
	return b
}

// searchedTo is where a search stands: the newest post it has returned, and when that was made, should it be
// deleted meanwhile.
type searchedTo struct {
	id string
	at time.Time
}

func searched(s status) adapters.Cursor {
	return adapters.Cursor(string(s.ID) + "@" + strconv.FormatInt(s.Created.UnixMilli(), 10))
}

// parseSearched reads a cursor; what is none of ours starts over, and the inbox knows what it has.
func parseSearched(cur adapters.Cursor) searchedTo {
	id, at, _ := strings.Cut(string(cur), "@")
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return searchedTo{id: id}
	}
	return searchedTo{id, time.UnixMilli(ms)}
}

// reached says whether the walk has come to what was returned before.
func (p searchedTo) reached(s status) bool {
	return string(s.ID) == p.id || !s.Created.IsZero() && s.Created.Before(p.at)
}

// foundSince walks back from the newest.
func (a *account) foundSince(ctx context.Context, query string, to searchedTo) (fresh []status, err error) {
	before := ""
	for range searchPages {
		page, err := a.found(ctx, query, before, searchPage)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			if to.reached(s) {
				return fresh, nil
			}
			fresh = append(fresh, s)
		}
		if len(page) < searchPage {
			return fresh, nil
		}
		before = string(page[len(page)-1].ID)
	}
	a.log.Warn("a search finds more than one poll reads: search for rarer words, or poll more often", "read", len(fresh))
	return fresh, nil
}

// found asks for one page, newest first.
func (a *account) found(ctx context.Context, query, before string, limit int) ([]status, error) {
	q := url.Values{"q": {query}, "type": {"statuses"}, "limit": {strconv.Itoa(limit)}}
	if before != "" {
		q.Set("max_id", before)
	}
	var out struct {
		Statuses []status `json:"statuses"`
	}
	err := a.http.do(ctx, call{op: "search", path: "/api/v2/search", query: q}, &out)
	return slices.DeleteFunc(out.Statuses, func(s status) bool { return s.ID == "" }), err
}
