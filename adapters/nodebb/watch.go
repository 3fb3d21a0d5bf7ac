package nodebb

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Watcher = (*account)(nil)

// The sources that can be polled.
const (
	postsSource    = "posts"    // every new post of the forum: its own notices miss names inside Chinese text
	messagesSource = "messages" // chats
)

// reads bounds the posts one poll asks for.
const reads = 100

// Sources names the stream of new posts, and the chats.
func (a *account) Sources() []string { return []string{postsSource, messagesSource} }

// Poll reads posts forward by their ids, one by one, as their authors typed them: the same
// text that is seen when a post is looked at again. Our own are left out.
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

func (a *account) pollPosts(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	const op = "poll posts"
	rows, err := a.recent(ctx, op, 1)
	if err != nil {
		return adapters.Batch{}, err
	}
	w := walk{account: a, op: op, limit: limit, rows: map[forum.ID]row{}}
	for _, r := range rows {
		w.rows[r.PID] = r
		w.head = max(w.head, r.PID)
	}
	if cur == "" {
		return adapters.Batch{Next: forum.Cursor{At: w.head}.Cursor()}, nil
	}
	c, err := forum.ParseCursor(op, cur)
	if err != nil {
		return adapters.Batch{}, err
	}
	return w.from(ctx, c)
}

// recent is a page of the newest posts, by the times at which they were written.
func (a *account) recent(ctx context.Context, op string, page int) ([]row, error) {
	var rows []row
	k := forum.Call{Op: op, Path: "/api/recent/posts", Query: url.Values{"page": {strconv.Itoa(page)}}}
	if err := a.read(ctx, k, &rows); err != nil {
		return nil, err
	}
	if rows == nil {
		return nil, forum.Unread(op, "the answer lists no posts")
	}
	return rows, nil
}

// walk reads posts by their ids.
type walk struct {
	account *account
	op      string
	limit   int
	rows    map[forum.ID]row // what the newest page says of them
	head    forum.ID         // the newest id of that page
	batch   adapters.Batch
	taken   []forum.ID
	asked   int
}

// from reads the gaps, then every id behind the cursor until the forum knows none. What was
// released from the approval queue is far down in the forum's own list, but its id is new.
func (w *walk) from(ctx context.Context, c forum.Cursor) (adapters.Batch, error) {
	for _, g := range c.Gaps {
		if w.full() {
			break
		}
		if _, err := w.take(ctx, g.ID); err != nil {
			return adapters.Batch{}, err
		}
	}
	at := c.At
	for ; !w.full(); at++ {
		there, err := w.take(ctx, at+1)
		if err != nil {
			return adapters.Batch{}, err
		}
		if !there && at+1 > w.head {
			break
		}
	}
	w.batch.More = w.full()
	w.batch.Next = c.Next(at, w.taken, !w.batch.More).Cursor()
	return w.batch, nil
}

func (w *walk) full() bool {
	return w.asked >= reads || w.limit > 0 && len(w.batch.Items) >= w.limit
}

// take reads one post. It is there also when it is our own, deleted, or not shown to us.
func (w *walk) take(ctx context.Context, id forum.ID) (there bool, err error) {
	r, listed := w.rows[id]
	if listed && r.UID == w.account.self.UID {
		w.taken = append(w.taken, id)
		return true, nil
	}
	w.asked++
	p, err := w.account.post(ctx, w.op, id)
	switch {
	case forum.IsGone(err):
		return false, nil
	case forum.IsRejected(err):
		w.taken = append(w.taken, id)
		return true, nil
	case err != nil:
		return false, err
	}
	w.taken = append(w.taken, id)
	if p.UID != w.account.self.UID && !bool(p.Deleted) {
		w.batch.Items = append(w.batch.Items, w.account.inbound(p, r))
	}
	return true, nil
}

// post reads one post.
func (a *account) post(ctx context.Context, op string, id forum.ID) (post, error) {
	var p post
	if err := a.do(ctx, forum.Call{Op: op, Path: "/api/v3/posts/" + id.String()}, &p); err != nil {
		return post{}, err
	}
	if p.PID != id || p.TID == 0 {
		return post{}, forum.Unread(op, "the forum answered without the post")
	}
	return p, nil
}

func (a *account) inbound(p post, r row) adapters.Inbound {
	in := adapters.Inbound{
		Key: p.PID.String(), Kind: adapters.KindPost, Ref: adapters.Ref(p.PID.String()), Thread: adapters.Ref("topic:" + p.TID.String()),
		From: adapters.Person{ID: p.UID.String(), Handle: r.User.Username, Name: r.User.person().Name},
		Text: p.Content, URL: a.link(p.PID), At: p.At.Time, Edited: p.Edited.Time,
	}
	if p.ToPID != 0 {
		in.Parent = adapters.Ref(p.ToPID.String())
	}
	if !in.Edited.IsZero() {
		in.Key += "@" + strconv.FormatInt(in.Edited.Unix(), 10)
	}
	if r.Topic.UID == a.self.UID {
		in.Kind = adapters.KindComment
	}
	return in
}
