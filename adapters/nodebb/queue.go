package nodebb

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

var errTurnedDown = errors.New("the forum's moderators did not let it appear")

// Check asks what became of a post that waited for approval. Where the queue cannot be read, one
// that was turned down stays pending.
func (a *account) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	const op = "check"
	entry, code, queued := inQueue(r.Ref)
	if !queued {
		return a.checkPost(ctx, op, r)
	}
	waiting, readable, err := a.queue(ctx, op) // before the posts: what leaves one is then seen in the other
	if err != nil {
		return adapters.Receipt{}, err
	}
	for _, q := range waiting {
		if q.ID == entry {
			return adapters.Receipt{Ref: r.Ref, Pending: true}, nil
		}
	}
	found, complete, err := a.ownPost(ctx, op, code, queuedAt(entry))
	switch {
	case err != nil:
		return adapters.Receipt{}, err
	case found != nil:
		return adapters.Receipt{Ref: adapters.Ref(found.PID.String()), URL: a.link(found.PID), At: found.At.Time}, nil
	case readable && complete:
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Rejected, Op: op, Phase: adapters.Answered, Err: errTurnedDown}
	}
	return adapters.Receipt{Ref: r.Ref, Pending: true}, nil
}

func (a *account) checkPost(ctx context.Context, op string, r adapters.Receipt) (adapters.Receipt, error) {
	pid, err := forum.ParseID(op, r.Ref)
	if err != nil {
		return adapters.Receipt{}, err
	}
	p, err := a.post(ctx, op, pid)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if p.Deleted {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Gone, Op: op, Phase: adapters.Answered, Err: errors.New("the post is deleted")}
	}
	return adapters.Receipt{Ref: r.Ref, URL: a.link(pid), At: p.At.Time}, nil
}

// queuedAt is when an entry was queued, by its name: a post that is released keeps that time.
func queuedAt(entry string) time.Time {
	_, ms, _ := strings.Cut(entry, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(n)
}

// queuePages bounds what is read of the approval queue, 20 entries a page.
const queuePages = 20

// queue reads the approval queue: all of it as a moderator, our own entries as a member. Complete
// is false where the forum shows it to moderators only, as it did before version 2, or is too long.
func (a *account) queue(ctx context.Context, op string) (waiting []queued, complete bool, err error) {
	seen := map[string]bool{}
	for page := range queuePages {
		list, readable, err := a.queuePage(ctx, op, page+1)
		if err != nil || !readable {
			return nil, false, err
		}
		before := len(seen)
		for _, w := range list {
			if !seen[w.ID] {
				seen[w.ID], waiting = true, append(waiting, w)
			}
		}
		if len(seen) == before {
			return waiting, true, nil
		}
	}
	return waiting, false, nil
}

func (a *account) queuePage(ctx context.Context, op string, page int) (list []queued, readable bool, err error) {
	var q struct {
		Posts *[]queued `json:"posts"`
	}
	k := forum.Call{Op: op, Path: "/api/post-queue", Query: url.Values{"page": {strconv.Itoa(page)}}}
	if err := a.read(ctx, k, &q); err != nil {
		if forum.IsGone(err) || forum.IsRejected(err) {
			return nil, false, nil
		}
		return nil, false, err
	}
	if q.Posts == nil {
		return nil, false, forum.Unread(op, "the answer lists no queue")
	}
	return *q.Posts, true, nil
}

// Withdraw hides a post, or takes it out of the approval queue. One that is gone already is
// success. A chat message cannot be taken back.
func (a *account) Withdraw(ctx context.Context, at adapters.Attempt, r adapters.Receipt) error {
	const op = "withdraw"
	k := forum.Call{Op: op, Method: http.MethodDelete}
	if entry, _, ok := inQueue(r.Ref); ok {
		k.Path = "/api/v3/posts/queue/" + entry
	} else if strings.HasPrefix(string(r.Ref), chatRef) {
		return &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeItem, Op: op, Err: errors.New("a chat message cannot be taken back")}
	} else {
		pid, err := forum.ParseID(op, r.Ref)
		if err != nil {
			return err
		}
		k.Path = "/api/v3/posts/" + pid.String() + "/state"
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	if err := a.do(ctx, k, nil); err != nil && !forum.IsGone(err) {
		return err
	}
	return nil
}
