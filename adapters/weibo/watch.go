package weibo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"netpatrol/adapters"
)

var _ adapters.Watcher = (*account)(nil)

// The sources that can be polled.
const (
	mentionsSource        = "mentions"         // posts that name us
	commentsSource        = "comments"         // comments under our posts, and answers to ours
	commentMentionsSource = "comment-mentions" // comments that name us
)

// source is how one is read.
type source struct {
	path     string
	kind     adapters.Kind
	comments bool
}

// sources never changes.
var sources = map[string]source{
	mentionsSource:        {"/2/statuses/mentions.json", adapters.KindMention, false},
	commentsSource:        {"/2/comments/to_me.json", adapters.KindComment, true},
	commentMentionsSource: {"/2/comments/mentions.json", adapters.KindMention, true},
}

const (
	// pageSize is the number the platform gives unless asked otherwise, so it grants it.
	pageSize = 50
	// maxPages bounds one poll: the platform's pages end at about a thousand rows.
	maxPages = 20
)

// Sources names what can be polled. Each look costs one of the day's calls.
func (a *account) Sources() []string {
	return []string{mentionsSource, commentsSource, commentMentionsSource}
}

// Poll reads what is newer than cur. The platform lists the newest first, so Poll walks down
// to the cursor before it returns the oldest; in ordinary times that is one call. When more than a
// thousand came since the last poll, the platform no longer shows the oldest of them.
func (a *account) Poll(ctx context.Context, name string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	op := "poll " + truncate(name, 40)
	s, ok := sources[name]
	if !ok {
		return adapters.Batch{}, &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: op,
			Err: errors.New("no such source: use mentions, comments or comment-mentions")}
	}
	if cur == "" {
		return a.present(ctx, op, s)
	}
	since, err := strconv.ParseInt(string(cur), 10, 64)
	if err != nil || since < 0 {
		return adapters.Batch{}, rejected(op, adapters.ScopeEndpoint, fmt.Errorf("the cursor is not one of ours (%d bytes)", len(cur)))
	}
	rows, err := a.since(ctx, op, s, since)
	if err != nil {
		return adapters.Batch{}, err
	}
	if limit <= 0 {
		limit = pageSize
	}
	b := adapters.Batch{Next: cur}
	for i, r := range rows {
		if len(b.Items) == limit {
			b.More = i < len(rows)
			break
		}
		b.Next = adapters.Cursor(strconv.FormatInt(r.id, 10))
		if r.in.From.ID != a.options.uid {
			b.Items = append(b.Items, r.in)
		}
	}
	return b, nil
}

// present is where a source stands now.
func (a *account) present(ctx context.Context, op string, s source) (adapters.Batch, error) {
	page, err := a.page(ctx, op, s, 0, 0, 1)
	if err != nil {
		return adapters.Batch{}, err
	}
	newest := int64(0)
	for _, r := range page.rows {
		newest = max(newest, r.id)
	}
	return adapters.Batch{Next: adapters.Cursor(strconv.FormatInt(newest, 10))}, nil
}

// since lists the rows above an id, oldest first, each once.
func (a *account) since(ctx context.Context, op string, s source, since int64) ([]row, error) {
	known := map[int64]bool{}
	var all []row
	below := int64(0)
	for n := 0; ; n++ {
		page, err := a.page(ctx, op, s, since, below, pageSize)
		if err != nil {
			return nil, err
		}
		for _, r := range page.rows {
			if r.id > since && !known[r.id] {
				known[r.id] = true
				all = append(all, r)
			}
		}
		if below = page.below(since, pageSize); below == 0 {
			break
		}
		if n == maxPages {
			a.http.log.Warn("more came since the last poll than the platform shows: the oldest are not read", "source", op, "read", len(all))
			break
		}
	}
	slices.SortFunc(all, func(x, y row) int { return int(min(max(x.id-y.id, -1), 1)) })
	return all, nil
}

// row is one entry of a listing.
type row struct {
	id int64
	in adapters.Inbound
}

// listing is one page, as the platform orders it, and the id it says to go on at.
type listing struct {
	rows []row
	next int64
}

// below is the highest id of the next page, or 0 when there is none above since. The
// platform's max_id includes the id it names.
func (l listing) below(since int64, asked int) int64 {
	if len(l.rows) == 0 {
		return 0
	}
	lowest := l.rows[0].id
	for _, r := range l.rows {
		lowest = min(lowest, r.id)
	}
	if at := min(l.next, lowest-1); at > since {
		return at
	}
	if len(l.rows) >= asked && lowest-1 > since {
		return lowest - 1
	}
	return 0
}

// page reads one page: what lies above since and not above atMost; 0 bounds nothing.
func (a *account) page(ctx context.Context, op string, s source, since, atMost int64, count int) (listing, error) {
	v := url.Values{"count": {strconv.Itoa(count)}}
	if since > 0 {
		v.Set("since_id", strconv.FormatInt(since, 10))
	}
	if atMost > 0 {
		v.Set("max_id", strconv.FormatInt(atMost, 10))
	}
	k := call{op: op, url: a.options.api + s.path, values: v}
	var got struct {
		Posts    *[]json.RawMessage `json:"statuses"`
		Comments *[]json.RawMessage `json:"comments"`
		Next     json.Number        `json:"next_cursor"`
	}
	if _, err := a.http.do(ctx, k, &got); err != nil {
		return listing{}, err
	}
	list := got.Posts
	if s.comments {
		list = got.Comments
	}
	if list == nil {
		return listing{}, nothing(k, "a list")
	}
	l := listing{}
	l.next, _ = got.Next.Int64() // absent or odd: 0, the last page
	for _, raw := range *list {
		r, err := s.row(raw)
		if err != nil {
			return listing{}, &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: err}
		}
		l.rows = append(l.rows, r)
	}
	return l, nil
}

// row translates an entry. One that cannot be read is passed on as KindOther: nothing that
// was addressed to us is dropped. Only an entry without an id is an error.
func (s source) row(raw json.RawMessage) (row, error) {
	var p post
	var c comment
	bad := json.Unmarshal(raw, &p)
	in, id := p.inbound(s.kind), p.id()
	if s.comments {
		bad = json.Unmarshal(raw, &c)
		in, id = c.inbound(s.kind), c.id()
	}
	if id == "" {
		var named struct {
			ID text `json:"id"`
		}
		_ = json.Unmarshal(raw, &named) // leaves the id empty
		id = string(named.ID)
	}
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return row{}, errors.New("an entry of the listing has no id")
	}
	if bad != nil {
		in = adapters.Inbound{Key: postKey(id) + "!", Kind: adapters.KindOther, Ref: adapters.Ref(id), Detail: "unreadable"}
	}
	return row{n, in}, nil
}
