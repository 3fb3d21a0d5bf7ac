package discourse

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Watcher = (*account)(nil)

// The sources that can be polled.
const (
	postsSource    = "posts"    // every new public post: the forum's own notices miss names inside Chinese text
	messagesSource = "messages" // private topics
)

const (
	// window is how many ids one request steps forward: a page surely holds as many.
	window = 49
	// windows bounds the steps of one poll.
	windows = 10
	// pageDown bounds the pages of one step, should a page be shorter than the window.
	pageDown = 10
)

// Sources names the stream of new posts, and the private messages.
func (a *account) Sources() []string { return []string{postsSource, messagesSource} }

// Poll reads posts forward by their ids. Our own are left out.
func (a *account) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	switch source {
	case postsSource:
		return a.pollPosts(ctx, cur, limit)
	case messagesSource:
		return a.pollMessages(ctx, cur, limit)
	}
	return adapters.Batch{}, &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: "poll",
		Err: fmt.Errorf("no source %q: use %s or %s", source, postsSource, messagesSource)}
}

// latest is a page of public posts, newest first; before 0: the newest of all.
func (a *account) latest(ctx context.Context, op string, before forum.ID) ([]post, error) {
	var page struct {
		Posts *[]post `json:"latest_posts"`
	}
	k := forum.Call{Op: op, Path: "/posts.json"}
	if before > 0 {
		k.Query = url.Values{"before": {before.String()}}
	}
	if err := a.call(ctx, k, &page); err != nil {
		return nil, err
	}
	if page.Posts == nil {
		return nil, forum.Unread(op, "the answer lists no posts")
	}
	return *page.Posts, nil
}

// stream collects posts by their ids.
type stream struct {
	account *account
	op      string
	posts   map[forum.ID]post
}

// add fetches a page and reports its least and greatest id, 0 when it is empty.
func (s *stream) add(ctx context.Context, before forum.ID) (least, greatest forum.ID, err error) {
	page, err := s.account.latest(ctx, s.op, before)
	if err != nil {
		return 0, 0, err
	}
	for _, p := range page {
		if p.ID == 0 {
			return 0, 0, forum.Unread(s.op, "a post of the listing has no id")
		}
		s.posts[p.ID] = p
		greatest = max(greatest, p.ID)
		if least == 0 || p.ID < least {
			least = p.ID
		}
	}
	return least, greatest, nil
}

func (a *account) pollPosts(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	s := &stream{account: a, op: "poll posts", posts: map[forum.ID]post{}}
	least, head, err := s.add(ctx, 0)
	if err != nil {
		return adapters.Batch{}, err
	}
	if cur == "" {
		return adapters.Batch{Next: forum.Cursor{At: head}.Cursor()}, nil
	}
	c, err := forum.ParseCursor(s.op, cur)
	if err != nil {
		return adapters.Batch{}, err
	}
	upTo := max(head, c.At)
	if least > c.At+1 {
		clear(s.posts) // newer ones must wait until those before them are read
		if upTo, err = s.forward(ctx, c.At, head); err != nil {
			return adapters.Batch{}, err
		}
	}
	return s.batch(c, upTo, upTo < head, limit), nil
}

// forward steps from one id towards head and returns how far it came. A step asks for what
// is before an id, so that what is written meanwhile shifts nothing.
func (s *stream) forward(ctx context.Context, from, head forum.ID) (forum.ID, error) {
	for range windows {
		if from >= head {
			break
		}
		before := from + window + 1
		for range pageDown {
			least, _, err := s.add(ctx, before)
			if err != nil {
				return 0, err
			}
			if least == 0 || least <= from+1 || least == before {
				break
			}
			before = least
		}
		from += window
	}
	return min(from, head), nil
}

// batch hands over the oldest of what is new, up to an id.
func (s *stream) batch(c forum.Cursor, upTo forum.ID, more bool, limit int) (b adapters.Batch) {
	at, taken := upTo, []forum.ID(nil)
	for _, p := range slices.SortedFunc(mapValues(s.posts), func(x, y post) int { return cmp.Compare(x.ID, y.ID) }) {
		if !c.Fresh(p.ID) || p.ID > upTo {
			continue
		}
		if limit > 0 && len(b.Items) == limit {
			more, at = true, max(c.At, taken[len(taken)-1])
			break
		}
		taken = append(taken, p.ID)
		if !strings.EqualFold(p.Username, s.account.self.Username) && p.Deleted == nil {
			b.Items = append(b.Items, p.inbound(adapters.KindPost, s.account.self.Username, s.account.http.Base()))
		}
	}
	b.Next, b.More = c.Next(at, taken, !more).Cursor(), more
	return b
}

func mapValues(m map[forum.ID]post) func(func(post) bool) {
	return func(yield func(post) bool) {
		for _, p := range m {
			if !yield(p) {
				return
			}
		}
	}
}
