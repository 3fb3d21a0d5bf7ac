package discuz

import (
	"context"
	"errors"
	"net/url"
	"strconv"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var (
	_ adapters.Looker = (*account)(nil)
	_ adapters.Meter  = (*account)(nil)
)

// pages bounds how many pages of one thread a look-up reads.
const pages = 20

// view is one page of a thread.
type view struct {
	Thread  thread     `json:"thread"`
	Posts   rows[post] `json:"postlist"`
	PerPage forum.ID   `json:"ppp"`
}

// last is the number of the thread's last page; 0: the board does not say.
func (v view) last() int {
	if v.PerPage <= 0 {
		return 0
	}
	return int(min(v.Thread.Replies/v.PerPage+1, 1<<20))
}

// page reads one page of a thread, counted from 1.
func (a *account) page(ctx context.Context, op string, tid forum.ID, n int) (view, error) {
	var v view
	if _, err := a.get(ctx, op, "viewthread", url.Values{"tid": {tid.String()}, "page": {strconv.Itoa(n)}}, &v); err != nil {
		return view{}, err
	}
	if v.Thread.TID != tid || !v.Posts.given {
		return view{}, &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: errors.New("the board answered without the thread")}
	}
	return v, nil
}

// walk shows the pages of a thread to see, the first, then from the last down, until see
// has seen enough. whole: it was shown all of them.
func (a *account) walk(ctx context.Context, op string, tid forum.ID, see func(view) (enough bool)) (whole bool, err error) {
	v, err := a.page(ctx, op, tid, 1)
	if err != nil || see(v) {
		return false, err
	}
	last := v.last()
	for n := last; n > 1; n-- {
		if last-n >= pages {
			return false, nil
		}
		if v, err = a.page(ctx, op, tid, n); err != nil || see(v) {
			return false, err
		}
	}
	return last > 0, nil
}

// find reads one post. Gone: its thread is, or all of it was read and the post is not in it.
func (a *account) find(ctx context.Context, op string, tid, pid forum.ID) (thread, post, error) {
	var head thread
	var found *post
	whole, err := a.walk(ctx, op, tid, func(v view) bool {
		head = v.Thread
		for _, p := range v.Posts.list {
			if p.PID == pid {
				found = &p
			}
		}
		return found != nil
	})
	switch {
	case err != nil:
		return thread{}, post{}, err
	case found != nil:
		return head, *found, nil
	case whole:
		return thread{}, post{}, &adapters.Error{Class: adapters.Gone, Op: op, Phase: adapters.Answered, Err: errors.New("the post is not in its thread")}
	}
	return thread{}, post{}, &adapters.Error{Class: adapters.NotSent, Op: op, Phase: adapters.Answered, Err: errors.New("the thread has more pages than are read")}
}

// Look fetches a post again. Exists is false only when its thread is gone, or was read
// whole without it.
func (a *account) Look(ctx context.Context, ref adapters.Ref) (adapters.Sight, error) {
	tid, pid, err := parseRef("look", ref)
	if err != nil {
		return adapters.Sight{}, err
	}
	t, p, err := a.find(ctx, "look", tid, pid)
	if isGone(err) {
		return adapters.Sight{}, nil
	}
	if err != nil {
		return adapters.Sight{}, err
	}
	in := a.inbound(t, p)
	return adapters.Sight{Exists: true, Text: in.Text, Edited: in.Edited, Author: in.From}, nil
}

// Figures reads what the board counts of our threads: views and replies. Private messages
// and what is gone are left out.
func (a *account) Figures(ctx context.Context, refs []adapters.Ref) ([]adapters.Figure, error) {
	var out []adapters.Figure
	for _, ref := range refs {
		tid, _, err := parseRef("figures", ref)
		if err != nil {
			continue
		}
		v, err := a.page(ctx, "figures", tid, 1)
		if isGone(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, adapters.Figure{Ref: ref, Name: "reads", Value: int64(v.Thread.Views)}, adapters.Figure{Ref: ref, Name: "comments", Value: int64(v.Thread.Replies)})
	}
	return out, nil
}

// inbound translates a post. It is the same however the post was learnt of.
func (a *account) inbound(t thread, p post) adapters.Inbound {
	words, edited := plain(p.Message)
	if p.First && t.Subject != "" {
		words = string(t.Subject) + "\n" + words
	}
	in := adapters.Inbound{
		Key: p.PID.String(), Kind: adapters.KindPost, Ref: refOf(t.TID, p.PID), Thread: adapters.Ref("thread:" + t.TID.String()),
		From: p.person(), Text: words, URL: a.link(t.TID, p.PID), At: p.Made.Time, Edited: edited,
	}
	if !edited.IsZero() {
		in.Key += "@" + strconv.FormatInt(edited.Unix(), 10)
	}
	return in
}
