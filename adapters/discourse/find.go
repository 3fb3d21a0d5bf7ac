package discourse

import (
	"context"
	"net/url"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Finder = (*account)(nil)

const (
	// clockSkew is how far the forum's clock may be from ours.
	clockSkew = 5 * time.Minute
	// findPages bounds how far back a look-up walks the forum's posts.
	findPages = 20
	// lastPosts is how many posts of a private topic are looked at.
	lastPosts = 20
)

// Find looks for a flag by its post, and else for the printed code: for posts among the forum's newest ones and in the
// review queue, for messages in the private topics with that person. Absent needs all of
// that to have been read back to the first attempt.
func (a *account) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	if q.Channel == adapters.Moderators {
		return a.findFlag(ctx, "find", q)
	}
	if q.Code == "" {
		return adapters.Finding{}, nil
	}
	since := time.Time{}
	if !q.Since.IsZero() {
		since = q.Since.Add(-clockSkew)
	}
	if q.Channel == adapters.Private {
		return a.findMessage(ctx, q, since)
	}
	return a.findPost(ctx, q, since)
}

func (a *account) findPost(ctx context.Context, q adapters.FindQuery, since time.Time) (adapters.Finding, error) {
	waits, readable, err := a.queue(ctx, "find", q.Code)
	if err != nil {
		return adapters.Finding{}, err
	}
	if waits != nil {
		return found(adapters.Receipt{Ref: adapters.Ref(queueRef + q.Code), Pending: true}), nil
	}
	p, complete, err := a.ownPost(ctx, "find", q.Code, since)
	if err != nil {
		return adapters.Finding{}, err
	}
	if p != nil {
		return a.judge(ctx, q, *p)
	}
	if complete && readable && !since.IsZero() {
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{}, nil
}

// judge says whether a post of ours that holds the code has the shape of what was sent: a
// topic of its own, or an answer where the other's post is. Otherwise nothing is settled.
func (a *account) judge(ctx context.Context, q adapters.FindQuery, p post) (adapters.Finding, error) {
	fits := q.Channel == adapters.Public && p.Number == 1
	if q.Channel == adapters.InReply && p.Number > 1 {
		under, err := a.fetch(ctx, "find", q.Parent)
		if err != nil && !forum.IsGone(err) {
			return adapters.Finding{}, err
		}
		fits = under.Topic == p.Topic
	}
	if !fits {
		return adapters.Finding{}, nil
	}
	return found(a.receipt(p)), nil
}

func found(r adapters.Receipt) adapters.Finding {
	return adapters.Finding{Verdict: adapters.Found, Receipt: r}
}

// ownPost walks the forum's posts back to since and returns the one of ours that holds the
// code; complete says that the walk came that far.
func (a *account) ownPost(ctx context.Context, op, code string, since time.Time) (hit *post, complete bool, err error) {
	before := forum.ID(0)
	for range findPages {
		page, err := a.latest(ctx, op, before)
		if err != nil {
			return nil, false, err
		}
		older, least := true, before
		for _, p := range page {
			if a.own(p) && p.ID != 0 && forum.HoldsCode(p.Raw, code) {
				return &p, true, nil
			}
			older = older && p.Created.Before(since)
			if least == 0 || p.ID < least {
				least = p.ID
			}
		}
		if older || least == before {
			return nil, true, nil
		}
		before = least
	}
	return nil, false, nil
}

func (a *account) findMessage(ctx context.Context, q adapters.FindQuery, since time.Time) (adapters.Finding, error) {
	all := true
	seen := map[forum.ID]bool{}
	back := int64(0)
	if !since.IsZero() {
		back = since.UnixMilli()
	}
	for _, list := range []string{"private-messages-sent", "private-messages"} {
		topics, complete, err := a.private(ctx, "find", list, back)
		if err != nil {
			return adapters.Finding{}, err
		}
		all = all && complete
		for _, t := range topics {
			if seen[t.ID] {
				continue
			}
			seen[t.ID] = true
			p, whole, err := a.inTopic(ctx, t.ID, q, since)
			if err != nil {
				return adapters.Finding{}, err
			}
			if p != nil {
				return found(a.receipt(*p)), nil
			}
			all = all && whole
		}
	}
	if all && !since.IsZero() {
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{}, nil
}

// inTopic looks at the last posts of a private topic with that person; whole says that they
// reach back to since.
func (a *account) inTopic(ctx context.Context, id forum.ID, q adapters.FindQuery, since time.Time) (hit *post, whole bool, err error) {
	const op = "find"
	t, err := a.thread(ctx, op, id)
	if forum.IsGone(err) {
		return nil, true, nil
	}
	if err != nil {
		return nil, false, err
	}
	if !t.with(q.To.Handle) {
		return nil, true, nil
	}
	ids := t.Stream.Stream
	whole = len(ids) <= lastPosts
	posts, err := a.posts(ctx, op, t, ids[max(0, len(ids)-lastPosts):])
	if err != nil {
		return nil, false, err
	}
	for _, p := range posts {
		if a.own(p) && p.ID != 0 && (forum.HoldsCode(p.Raw, q.Code) || forum.HoldsCode(p.Cooked, q.Code)) {
			p.Topic = id
			return &p, true, nil
		}
		whole = whole || p.Created.Before(since)
	}
	return nil, whole, nil
}

func (t thread) with(handle string) bool {
	for _, u := range t.Details.Users {
		if strings.EqualFold(u.Username, strings.TrimPrefix(handle, "@")) {
			return true
		}
	}
	return false
}

// posts are the ones of a topic with these ids; the topic itself comes with its first ones.
func (a *account) posts(ctx context.Context, op string, t thread, ids []forum.ID) ([]post, error) {
	if len(ids) == len(t.Stream.Stream) && len(t.Stream.Posts) == len(ids) {
		return t.Stream.Posts, nil
	}
	q := url.Values{}
	for _, id := range ids {
		q.Add("post_ids[]", id.String())
	}
	var part thread
	if err := a.call(ctx, forum.Call{Op: op, Path: "/t/" + t.ID.String() + "/posts.json", Query: q}, &part); err != nil {
		return nil, err
	}
	if len(part.Stream.Posts) == 0 {
		return nil, forum.Unread(op, "the forum answered without the topic's posts")
	}
	return part.Stream.Posts, nil
}
