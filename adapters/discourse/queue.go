package discourse

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Retractor = (*account)(nil)

// reviewPages bounds what is read of the review queue.
const reviewPages = 20

// queue looks for a post of ours with the code among what waits for review. Complete says
// that all that waits of us was seen.
func (a *account) queue(ctx context.Context, op, code string) (hit *reviewable, complete bool, err error) {
	own, told, err := a.pending(ctx, op, code)
	if err != nil || told && own == nil {
		return nil, told, err
	}
	hit, complete, err = a.reviewQueue(ctx, op, code) // it tells more, but some see only a part of it
	if err != nil || hit != nil {
		return hit, complete, err
	}
	return own, told || complete, nil
}

// pending looks among what the forum shows every user of their own: what waits for review.
func (a *account) pending(ctx context.Context, op, code string) (hit *reviewable, complete bool, err error) {
	var page struct {
		List *[]struct {
			Raw string `json:"raw_text"`
		} `json:"pending_posts"`
	}
	if err := a.call(ctx, forum.Call{Op: op, Path: "/posts/" + url.PathEscape(strings.ToLower(a.options.username)) + "/pending.json"}, &page); err != nil {
		if forum.IsGone(err) || forum.IsRejected(err) {
			return nil, false, nil
		}
		return nil, false, err
	}
	if page.List == nil {
		return nil, false, forum.Unread(op, "the answer lists no posts that wait")
	}
	for _, p := range *page.List {
		if forum.HoldsCode(p.Raw, code) {
			return &reviewable{own: true}, true, nil
		}
	}
	return nil, true, nil
}

// reviewQueue is the whole queue, which only staff may read.
func (a *account) reviewQueue(ctx context.Context, op, code string) (hit *reviewable, complete bool, err error) {
	seen := map[forum.ID]bool{}
	for range reviewPages {
		var page struct {
			List *[]reviewable `json:"reviewables"`
		}
		q := url.Values{"status": {"pending"}, "offset": {strconv.Itoa(len(seen))}}
		if err := a.call(ctx, forum.Call{Op: op, Path: "/review.json", Query: q}, &page); err != nil {
			if forum.IsGone(err) || forum.IsRejected(err) {
				return nil, false, nil
			}
			return nil, false, err
		}
		if page.List == nil {
			return nil, false, forum.Unread(op, "the answer lists no queue")
		}
		before := len(seen)
		for _, r := range *page.List {
			if seen[r.ID] = true; r.ours(a.self.Username) && forum.HoldsCode(r.Payload.Raw, code) {
				return &r, true, nil
			}
		}
		if len(*page.List) == 0 {
			return nil, true, nil
		}
		if len(seen) == before { // the forum does not know the offset
			return nil, false, nil
		}
	}
	return nil, false, nil
}

// Check asks what became of a post that waited for review. Where what waits cannot be read, one
// that was turned down stays pending.
func (a *account) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	const op = "check"
	code, queued := strings.CutPrefix(string(r.Ref), queueRef)
	if !queued {
		p, err := a.fetch(ctx, op, r.Ref)
		if err == nil && p.Deleted != nil {
			err = &adapters.Error{Class: adapters.Gone, Op: op, Phase: adapters.Answered, Err: errors.New("the post is deleted")}
		}
		if err != nil {
			return adapters.Receipt{}, err
		}
		return a.receipt(p), nil
	}
	waits, readable, err := a.queue(ctx, op, code) // before the posts: what leaves one is then seen in the other
	if err != nil {
		return adapters.Receipt{}, err
	}
	if waits != nil {
		return adapters.Receipt{Ref: r.Ref, Pending: true}, nil
	}
	p, complete, err := a.ownPost(ctx, op, code, queuedAt(r))
	switch {
	case err != nil:
		return adapters.Receipt{}, err
	case p != nil:
		return a.receipt(*p), nil
	case readable && complete:
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: op, Phase: adapters.Answered, Err: errors.New("the forum's moderators did not let it appear")}
	}
	return adapters.Receipt{Ref: r.Ref, Pending: true}, nil
}

// queuedAt is from when on a post that waited can have appeared; zero: the forum did not say when
// it was queued.
func queuedAt(r adapters.Receipt) time.Time {
	if r.At.IsZero() {
		return time.Time{}
	}
	return r.At.Add(-clockSkew)
}

// Withdraw deletes a post, or turns it down in the review queue. One that is gone already
// is success.
func (a *account) Withdraw(ctx context.Context, at adapters.Attempt, r adapters.Receipt) error {
	const op = "withdraw"
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	k := forum.Call{Op: op, Method: http.MethodDelete}
	if code, queued := strings.CutPrefix(string(r.Ref), queueRef); queued {
		w, readable, err := a.queue(ctx, op, code)
		if err != nil {
			return err
		}
		if w == nil && readable {
			return nil
		}
		if w == nil || w.own {
			return &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeItem, Op: op, Err: errors.New("only staff can take a post out of the review queue")}
		}
		k.Method, k.Path = http.MethodPut, "/review/"+w.ID.String()+"/perform/reject_post"
		k.Query = url.Values{"version": {strconv.FormatInt(w.Version, 10)}}
	} else {
		id, err := forum.ParseID(op, r.Ref)
		if err != nil {
			return err
		}
		k.Path = "/posts/" + id.String() + ".json"
	}
	if err := a.call(ctx, k, nil); err != nil && !forum.IsGone(err) {
		return err
	}
	return nil
}
