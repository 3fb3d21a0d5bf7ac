package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

var _ adapters.Watcher = (*account)(nil)

// The sources that can be polled.
const (
	mentionsSource = "mentions"  // everything that names us, filtered or not
	filteredSource = "filtered"  // strangers the server holds back, should it not show them among the mentions
	tagPrefix      = "tag:"      // posts under a hashtag
	timelinePrefix = "timeline:" // posts of one account, by its id
)

// start is the id before every other, on servers with numbers and with ULIDs.
const start = "0"

// Sources names the mentions and, where the server keeps one, the list of
// strangers. Any "tag:NAME", "search:WORDS" and "timeline:ACCOUNT-ID" can be polled as well.
func (a *account) Sources() []string {
	out := []string{mentionsSource}
	if a.server.Requests {
		out = append(out, filteredSource)
	}
	return out
}

// Poll walks forward with min_id, which leaves no gaps (since_id would). Mentions
// start at the oldest the server still has, everything else at the present. Our
// own posts are dropped.
func (a *account) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	switch {
	case source == mentionsSource:
		return a.pollMentions(ctx, cur, limit)
	case source == filteredSource:
		return a.pollFiltered(ctx, cur, limit)
	case strings.HasPrefix(source, tagPrefix) && len(source) > len(tagPrefix):
		return a.pollPosts(ctx, "/api/v1/timelines/tag/"+url.PathEscape(source[len(tagPrefix):]), cur, limit)
	case strings.HasPrefix(source, timelinePrefix) && len(source) > len(timelinePrefix):
		return a.pollPosts(ctx, "/api/v1/accounts/"+url.PathEscape(source[len(timelinePrefix):])+"/statuses", cur, limit)
	case strings.HasPrefix(source, searchPrefix):
		return a.SearchPosts(ctx, source[len(searchPrefix):], cur, limit)
	}
	return adapters.Batch{}, unsupported("poll", fmt.Sprintf("no source %q: use mentions, filtered, tag:NAME, search:WORDS or timeline:ACCOUNT-ID", source))
}

func unsupported(op, why string) error {
	return &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: op, Err: errors.New(why)}
}

func (a *account) pollMentions(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	if cur == "" {
		cur = start
	}
	q := url.Values{"types[]": {"mention"}, "include_filtered": {"true"}}
	page, err := a.page(ctx, "poll mentions", "/api/v1/notifications", q, string(cur), bounded(limit, 80))
	if err != nil {
		return adapters.Batch{}, err
	}
	b := adapters.Batch{Next: or(adapters.Cursor(page.next), cur), More: page.full}
	for _, raw := range page.items {
		if in, ok := a.fromNotification(raw); ok {
			b.Items = append(b.Items, in)
		}
	}
	return b, nil
}

func (a *account) pollPosts(ctx context.Context, path string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	const op = "poll posts"
	q := url.Values{"exclude_reblogs": {"true"}}
	if cur == "" {
		page, err := a.page(ctx, op, path, q, "", 1)
		if err != nil {
			return adapters.Batch{}, err
		}
		return adapters.Batch{Next: adapters.Cursor(or(page.newest(), start))}, nil
	}
	page, err := a.page(ctx, op, path, q, string(cur), bounded(limit, 40))
	if err != nil {
		return adapters.Batch{}, err
	}
	b := adapters.Batch{Next: or(adapters.Cursor(page.next), cur), More: page.full}
	for _, raw := range page.items {
		var s status
		if json.Unmarshal(raw.json, &s) != nil {
			b.Items = append(b.Items, unreadable(raw.id))
		} else if s.Account.ID != a.self.ID {
			b.Items = append(b.Items, a.inbound(s))
		}
	}
	return b, nil
}

// fromNotification translates a mention. One that cannot be read is passed on as
// KindOther: nothing that was addressed to us is dropped.
func (a *account) fromNotification(raw element) (adapters.Inbound, bool) {
	var n notification
	if json.Unmarshal(raw.json, &n) != nil || n.Status == nil || n.Status.ID == "" {
		return unreadable(raw.id), true
	}
	if n.Status.Account.ID == a.self.ID {
		return adapters.Inbound{}, false
	}
	return a.inbound(*n.Status), true
}

func unreadable(id string) adapters.Inbound {
	return adapters.Inbound{Key: id + "!", Kind: adapters.KindOther, Ref: adapters.Ref(id), Detail: "unreadable"}
}

// element is one entry of a listing: its id, and itself undecoded, so that one
// odd entry does not hide the others.
type element struct {
	id   string
	json json.RawMessage
}

// before says whether the entry was made before t; one without a readable time was not.
func (e element) before(t time.Time) bool {
	var c struct {
		Created stamp `json:"created_at"`
	}
	_ = json.Unmarshal(e.json, &c) // an odd entry has no time
	return !c.Created.IsZero() && c.Created.Before(t)
}

// listing is one page, oldest first.
type listing struct {
	items []element
	next  string // the id to go on behind; "": nothing is newer
	full  bool   // as many as asked for: there may be more
}

// newest is the id of the newest entry.
func (l listing) newest() string {
	if len(l.items) == 0 {
		return l.next
	}
	return l.items[len(l.items)-1].id
}

// page fetches what is newer than minID; the servers answer newest first. Some
// take entries out after counting, so that a page may be short, even empty, with
// more behind it: the Link header then says where to go on.
func (a *account) page(ctx context.Context, op, path string, q url.Values, minID string, limit int) (listing, error) {
	q.Set("limit", strconv.Itoa(limit))
	if minID != "" {
		q.Set("min_id", minID)
	}
	var raw []json.RawMessage
	header, err := a.http.exchange(ctx, call{op: op, path: path, query: q}, &raw)
	if err != nil {
		return listing{}, err
	}
	l := listing{full: len(raw) >= limit, next: previous(header.Get("Link"))}
	if len(raw) > limit { // servers have a least limit of their own: keep the oldest
		raw, l.next = raw[len(raw)-limit:], ""
	}
	for _, r := range slices.Backward(raw) {
		var e struct {
			ID text `json:"id"`
		}
		if err := json.Unmarshal(r, &e); err != nil || e.ID == "" {
			return listing{}, &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: errors.New("an entry of the listing has no id")}
		}
		l.items = append(l.items, element{string(e.ID), r})
	}
	if n := len(l.items); n > 0 && l.next == "" {
		l.next = l.items[n-1].id
	}
	return l, nil
}

// previous returns the id behind which newer entries follow, from a Link header:
// its rel="prev", as min_id or since_id.
func previous(link string) string {
	for part := range strings.SplitSeq(link, ",") {
		target, params, _ := strings.Cut(part, ">")
		if !strings.Contains(params, `rel="prev"`) {
			continue
		}
		if u, err := url.Parse(strings.TrimLeft(target, " <")); err == nil {
			return or(u.Query().Get("min_id"), u.Query().Get("since_id"))
		}
	}
	return ""
}

func bounded(limit, most int) int {
	if limit <= 0 || limit > most {
		return most
	}
	return limit
}
