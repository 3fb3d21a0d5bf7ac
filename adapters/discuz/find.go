package discuz

import (
	"context"
	"net/url"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var _ adapters.Finder = (*account)(nil)

// clockSkew is how far the board's clock may be from ours.
const clockSkew = 5 * time.Minute

// Find looks for the printed code among what we sent since just before the first attempt.
// Of a private message absence can be told; of a post it cannot, because what waits for a
// moderator is shown to nobody.
func (a *account) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	if q.Code == "" {
		return adapters.Finding{}, nil
	}
	switch q.Channel {
	case adapters.Private:
		return a.findMessage(ctx, q)
	case adapters.InReply:
		return a.findReply(ctx, q)
	}
	return a.findThread(ctx, q)
}

func (a *account) findMessage(ctx context.Context, q adapters.FindQuery) (f adapters.Finding, err error) {
	to, err := forum.ParseID("find", adapters.Ref(q.To.ID))
	if err != nil {
		return f, nil
	}
	since, old := q.Since.Add(-clockSkew), false
	whole, err := a.conversation(ctx, "find", to, func(p pm) bool {
		words, _ := plain(p.Message)
		if p.sender().ID == a.self.UID.String() && forum.HoldsCode(words, q.Code) {
			f = adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: pmRef(p.PMID), At: p.Made.Time}}
		}
		old = !p.Made.IsZero() && p.Made.Before(since)
		return f.Verdict == adapters.Found || old
	})
	if err != nil {
		return adapters.Finding{}, err
	}
	if f.Verdict != adapters.Found && (whole || old) && !q.Since.IsZero() {
		f.Verdict = adapters.Absent
	}
	return f, nil
}

func (a *account) findReply(ctx context.Context, q adapters.FindQuery) (f adapters.Finding, err error) {
	tid, _, err := parseRef("find", q.Parent)
	if err != nil {
		return f, nil
	}
	_, err = a.walk(ctx, "find", tid, func(v view) bool {
		for _, p := range v.Posts.list {
			if !bool(p.First) && a.ours(p, q.Code) {
				f = a.found(tid, p)
			}
		}
		return f.Verdict == adapters.Found
	})
	if isGone(err) {
		return adapters.Finding{}, nil
	}
	return f, err
}

// ours says whether a post is our own and holds the code.
func (a *account) ours(p post, code string) bool {
	words, _ := plain(p.Message)
	return p.AuthorID == a.self.UID && p.PID > 0 && forum.HoldsCode(words, code)
}

func (a *account) found(tid forum.ID, p post) adapters.Finding {
	return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: refOf(tid, p.PID), URL: a.link(tid, p.PID), At: p.Made.Time}}
}

// findThread reads our newest threads.
func (a *account) findThread(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	var mine struct {
		Data rows[thread] `json:"data"`
	}
	if _, err := a.get(ctx, "find", "mythread", url.Values{}, &mine); err != nil {
		return adapters.Finding{}, err
	}
	since := q.Since.Add(-clockSkew)
	for _, t := range mine.Data.list {
		if t.TID <= 0 || !t.Made.IsZero() && t.Made.Before(since) {
			continue
		}
		v, err := a.page(ctx, "find", t.TID, 1)
		if isGone(err) {
			continue
		}
		if err != nil {
			return adapters.Finding{}, err
		}
		for _, p := range v.Posts.list {
			if bool(p.First) && a.ours(p, q.Code) {
				return a.found(t.TID, p), nil
			}
		}
	}
	return adapters.Finding{}, nil
}
