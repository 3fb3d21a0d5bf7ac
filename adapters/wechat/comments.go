package wechat

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"netpatrol/adapters"
)

var (
	_ adapters.Watcher   = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
)

const (
	commentsSource = "comments"
	commentPage    = 49 // 50 is refused (88010)
	commentPages   = 20 // of one article: 980 comments
	watchedAtOnce  = 20 // of our newest articles, besides those in option articles

	noComments = 88000 // the account may not have any, or this article was sent without
)

// comment is one under an article of ours.
type comment struct {
	ID      int64  `json:"user_comment_id"`
	OpenID  string `json:"openid"` // missing when not written as a WeChat user
	Created int64  `json:"create_time"`
	Content string `json:"content"`
	Reply   struct {
		Content string `json:"content"`
		Created int64  `json:"create_time"`
	} `json:"reply"`
}

func (c comment) after(m mark) bool {
	return c.Created > m.Time || c.Created == m.Time && c.ID > m.ID
}

// mark is the newest comment of an article that was read.
type mark struct {
	Time int64 `json:"t"`
	ID   int64 `json:"i"`
}

// marks is the cursor: a mark for each article that is read.
type marks map[string]mark

// Sources names what can be polled: comments, and what the console's staff wrote. The platform
// has no mentions, and private messages come as callbacks.
func (a *account) Sources() []string { return sources() }

func sources() []string { return []string{commentsSource, staffSource} }

// Poll implements [adapters.Watcher].
func (a *account) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	switch source {
	case commentsSource:
		return a.pollComments(ctx, cur, limit)
	case staffSource:
		return a.pollStaff(ctx, cur, limit)
	}
	return adapters.Batch{}, &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: "poll",
		Err: fmt.Errorf("no source %q: use %s or %s", truncate(source, 40), commentsSource, staffSource)}
}

// pollComments reads new comments under our articles. The platform does not say in which order
// it lists them, so an article's comments are read in full each time, which is why only the
// newest articles are watched. An article that comes later is read from its first comment.
func (a *account) pollComments(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	was, err := parseMarks(cur)
	if err != nil {
		return adapters.Batch{}, err
	}
	list, err := a.ownArticles(ctx, watchedAtOnce)
	if err != nil {
		return adapters.Batch{}, err
	}
	if limit <= 0 {
		limit = commentPage
	}
	now, batch := marks{}, adapters.Batch{}
	var denied error // for every article: then it is the account that has no comments
	for i, w := range list {
		m, known := was[string(w.ref())]
		if len(batch.Items) == limit { // the rest comes with the next poll
			if batch.More = true; known {
				now[string(w.ref())] = m
			}
			continue
		}
		fresh, err := a.commentsAfter(ctx, w, m)
		if err != nil && code(err) != noComments {
			return adapters.Batch{}, err
		}
		if i == 0 || err == nil {
			denied = err
		}
		if cur == "" { // only learns where each article stands
			m = newest(fresh, m)
		} else {
			m = take(&batch, w, fresh, m, limit)
		}
		now[string(w.ref())] = m
	}
	if denied != nil {
		return adapters.Batch{}, denied
	}
	slices.SortStableFunc(batch.Items, func(x, y adapters.Inbound) int { return x.At.Compare(y.At) })
	batch.Next = now.cursor()
	return batch, nil
}

// newest is the mark of the last comment, or the one before if there is none.
func newest(fresh []comment, m mark) mark {
	for _, c := range fresh {
		m = mark{c.Created, c.ID}
	}
	return m
}

// take puts comments into a batch until it is full, and says how far it came.
func take(b *adapters.Batch, w watched, fresh []comment, m mark, limit int) mark {
	fits := min(len(fresh), limit-len(b.Items))
	b.More = b.More || fits < len(fresh)
	for _, c := range fresh[:fits] {
		b.Items = append(b.Items, c.inbound(w))
	}
	return newest(fresh[:fits], m)
}

func (m marks) cursor() adapters.Cursor {
	b, _ := json.Marshal(m) // strings and numbers always marshal
	return adapters.Cursor(b)
}

func parseMarks(cur adapters.Cursor) (m marks, err error) {
	if cur != "" && json.Unmarshal([]byte(cur), &m) != nil {
		return nil, rejected("poll comments", adapters.ScopeEndpoint, fmt.Errorf("the cursor is not one of ours (%d bytes)", len(cur)))
	}
	return m, nil
}

// commentsAfter lists an article's comments behind m, oldest first. An article whose
// comments the platform has closed to us has none; it must not hide the others.
func (a *account) commentsAfter(ctx context.Context, w watched, m mark) ([]comment, error) {
	all, _, err := a.listComments(ctx, "poll comments", w.Data, w.Index)
	if shut(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c comment) bool { return !c.after(m) })
	slices.SortFunc(all, func(x, y comment) int { return cmp.Or(cmp.Compare(x.Created, y.Created), cmp.Compare(x.ID, y.ID)) })
	return all, nil
}

// shut says that the platform has closed one article's comments to us.
func shut(err error) bool {
	c := code(err)
	return c == 88001 || c == 88002 || c == 88011
}

// listComments reads every comment of an article; complete is false when there are more
// than it reads. Source: service/api/leaving/api_listcomment.
func (a *account) listComments(ctx context.Context, op string, data int64, index int) (all []comment, complete bool, err error) {
	seen := map[int64]bool{}
	for page := range commentPages {
		k := call{op: op, path: "/cgi-bin/comment/list", body: map[string]int64{
			"msg_data_id": data, "index": int64(index), "begin": int64(page * commentPage), "count": commentPage, "type": 0,
		}}
		var got struct {
			Total    *int      `json:"total"`
			Comments []comment `json:"comment"`
		}
		if err := a.http.do(ctx, k, &got); err != nil {
			return nil, false, err
		}
		if got.Total == nil {
			return nil, false, nothing(k, "a total")
		}
		for _, c := range got.Comments {
			if !seen[c.ID] {
				seen[c.ID] = true
				all = append(all, c)
			}
		}
		if len(got.Comments) == 0 || (page+1)*commentPage >= *got.Total {
			return all, true, nil
		}
	}
	a.log.Warn("an article has more comments than one poll reads", "msg_data_id", data, "read", len(all))
	return all, false, nil
}

func (c comment) inbound(w watched) adapters.Inbound {
	ref := commentID{w.Data, w.Index, c.ID}.ref()
	return adapters.Inbound{
		Key:  fmt.Sprintf("%d.%d.%d.%d", c.Created, w.Data, w.Index, c.ID),
		Kind: adapters.KindComment, Ref: ref, Parent: w.ref(),
		// Without an openid each comment is somebody of their own.
		From: adapters.Person{ID: or(c.OpenID, "anonymous "+strconv.FormatInt(c.Created, 36)+"-"+strconv.FormatInt(c.ID, 36)+"-"+strconv.FormatInt(w.Data, 36))},
		Text: c.Content, At: time.Unix(c.Created, 0).UTC(),
	}
}

// Comment answers a comment under an article of ours. The platform keeps one reply to each
// (88005 otherwise): if that one is ours, this very send happened before.
func (a *account) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	const op = "comment"
	under, err := parseComment(op, c.Parent)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if c.Text == "" {
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errors.New("the text is empty"))
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	k := call{op: op, path: "/cgi-bin/comment/reply/add", mutating: true, ack: true, person: c.To.ID, body: map[string]any{
		"msg_data_id": under.data, "index": under.index, "user_comment_id": under.comment, "content": c.Text,
	}}
	err = a.http.do(ctx, k, nil)
	var e *adapters.Error
	if errors.As(err, &e) && e.Code == "88005" {
		return a.alreadyReplied(ctx, at, under, c, e)
	}
	if err != nil {
		return adapters.Receipt{}, err
	}
	return adapters.Receipt{Ref: c.Parent + replySuffix}, nil
}

// alreadyReplied looks whose the reply is. When that cannot be seen, an earlier attempt
// leaves it unknown.
func (a *account) alreadyReplied(ctx context.Context, at adapters.Attempt, under commentID, c adapters.Comment, e *adapters.Error) (adapters.Receipt, error) {
	seen, _, err := a.oneComment(ctx, "comment", under)
	if err == nil && (seen.Reply.Content == c.Text || holdsCode(seen.Reply.Content, at.Code)) {
		return adapters.Receipt{Ref: c.Parent + replySuffix, At: seconds(seen.Reply.Created), Existed: true}, nil
	}
	if (err != nil || seen.Reply.Content == "") && at.N > 1 { // promise 4
		e.Class = adapters.Unknown
	}
	return adapters.Receipt{}, e
}

// oneComment finds one comment in its article's list.
func (a *account) oneComment(ctx context.Context, op string, want commentID) (c comment, found bool, err error) {
	all, _, err := a.listComments(ctx, op, want.data, want.index)
	if err != nil {
		return c, false, err
	}
	for _, c := range all {
		if c.ID == want.comment {
			return c, true, nil
		}
	}
	return c, false, nil
}

func seconds(s int64) time.Time {
	if s <= 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}
