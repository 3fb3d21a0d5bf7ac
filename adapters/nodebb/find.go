package nodebb

import (
	"context"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Finder = (*account)(nil)

const (
	// clockSkew is how far the forum's clock may be from ours.
	clockSkew = 5 * time.Minute
	// findPages bounds how far back a look-up walks: 1,000 posts of the forum.
	findPages = 50
)

// Find looks for a flag by its post, and else for the printed code: for posts among the forum's recent ones and in the
// approval queue, for messages in the chats with that person. Absent needs all of that to
// have been read back to the first attempt.
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
	const op = "find"
	waiting, readable, err := a.queue(ctx, op)
	if err != nil {
		return adapters.Finding{}, err
	}
	for _, w := range waiting {
		if w.UID == a.self.UID && plainEntry(w.ID) && (forum.HoldsCode(w.Data.Raw, q.Code) || forum.HoldsCode(w.Data.Content, q.Code)) {
			return found(adapters.Receipt{Ref: adapters.Ref(queueRef + w.ID + ":" + q.Code), Pending: true}), nil
		}
	}
	p, complete, err := a.ownPost(ctx, op, q.Code, since)
	if err != nil {
		return adapters.Finding{}, err
	}
	if p != nil {
		return a.judge(ctx, op, q, *p)
	}
	if complete && readable && !since.IsZero() {
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{}, nil
}

// judge says whether a post of ours that holds the code has the shape of what was sent: a
// topic of its own, or an answer where the other's post is. Otherwise nothing is settled.
func (a *account) judge(ctx context.Context, op string, q adapters.FindQuery, p post) (adapters.Finding, error) {
	var t topic
	if err := a.do(ctx, forum.Call{Op: op, Path: "/api/v3/topics/" + p.TID.String()}, &t); err != nil {
		return adapters.Finding{}, err
	}
	first := t.MainPID == p.PID
	fits := q.Channel == adapters.Public && first
	if q.Channel == adapters.InReply && !first {
		parent, err := forum.ParseID(op, q.Parent)
		if err != nil {
			return adapters.Finding{}, err
		}
		under, err := a.post(ctx, op, parent)
		if err != nil && !forum.IsGone(err) {
			return adapters.Finding{}, err
		}
		fits = under.TID == p.TID
	}
	if !fits {
		return adapters.Finding{}, nil
	}
	return found(adapters.Receipt{Ref: adapters.Ref(p.PID.String()), URL: a.link(p.PID), At: p.At.Time}), nil
}

func found(r adapters.Receipt) adapters.Finding {
	return adapters.Finding{Verdict: adapters.Found, Receipt: r}
}

// ownPost walks the forum's recent posts back to since and returns the one of ours that
// holds the code; complete says that the walk came that far.
func (a *account) ownPost(ctx context.Context, op, code string, since time.Time) (p *post, complete bool, err error) {
	for page := range findPages {
		rows, err := a.recent(ctx, op, page+1)
		if err != nil {
			return nil, false, err
		}
		if len(rows) == 0 {
			return nil, true, nil
		}
		for _, r := range rows {
			if !r.At.IsZero() && r.At.Before(since) {
				return nil, true, nil
			}
			if r.UID != a.self.UID || r.PID == 0 || !forum.HoldsCode(r.Content, code) {
				continue
			}
			whole, err := a.post(ctx, op, r.PID)
			if err != nil {
				return nil, false, err
			}
			return &whole, true, nil
		}
	}
	return nil, false, nil
}

func (a *account) findMessage(ctx context.Context, q adapters.FindQuery, since time.Time) (adapters.Finding, error) {
	const op = "find"
	to, err := forum.ParseID(op, adapters.Ref(q.To.ID))
	if err != nil {
		return adapters.Finding{}, err
	}
	rooms, err := a.rooms(ctx, op)
	if err != nil {
		return adapters.Finding{}, err
	}
	all := true
	for _, r := range rooms {
		if !r.with(to) {
			continue
		}
		var hit *message
		complete, err := a.messages(ctx, op, r, func(m message) bool {
			if m.From == a.self.UID && m.MID != 0 && forum.HoldsCode(m.Content, q.Code) {
				hit = &m
			}
			return hit != nil || !m.At.IsZero() && m.At.Before(since)
		})
		if err != nil {
			return adapters.Finding{}, err
		}
		if hit != nil {
			return found(adapters.Receipt{Ref: messageRef(r.ID, hit.MID), At: hit.At.Time}), nil
		}
		all = all && complete
	}
	if all && !since.IsZero() && len(rooms) < roomPages*100 {
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{}, nil
}

func (r room) with(uid forum.ID) bool {
	for _, u := range r.Users {
		if u.UID == uid {
			return true
		}
	}
	return false
}
