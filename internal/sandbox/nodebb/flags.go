package nodebb

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"netpatrol/internal/sandbox/forum"
)

// report is a flag of a post.
type report struct {
	id     int
	post   *post
	by     *user
	reason string
	at     time.Time
}

func (c *call) moderates() bool { return c.user.moderator }

// Promote makes a member a Global Moderator.
func (f *Forum) Promote(who string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	u, err := f.member(who)
	if err == nil {
		u.moderator = true
	}
	return err
}

// flag keeps one flag of a user for each post. Its number is told to moderators only.
func (c *call) flag() (any, error) {
	p, now := c.f.find(c.body.ID), c.f.opts.Now()
	mine := slices.DeleteFunc(slices.Clone(c.f.flags), func(r *report) bool { return r.by != c.user })
	today := slices.DeleteFunc(slices.Clone(mine), func(r *report) bool { return now.Sub(r.at) >= 24*time.Hour })
	switch {
	case c.body.Type != "post" || c.body.Reason == "" || p == nil:
		return nil, no(http.StatusBadRequest, "Invalid Data")
	case p.deleted:
		return nil, no(http.StatusBadRequest, "This post has been deleted")
	case slices.ContainsFunc(mine, func(r *report) bool { return r.post == p }):
		return nil, no(http.StatusBadRequest, "You have already flagged this post")
	case p.by.moderator && !c.moderates():
		return nil, no(http.StatusBadRequest, "You are not allowed to flag the profiles or content of privileged users (moderators/global moderators/admins)")
	case !c.moderates() && len(today) >= c.f.opts.FlagsPerDay:
		return nil, no(http.StatusBadRequest, "You can only flag %d post(s) per day", c.f.opts.FlagsPerDay)
	}
	r := &report{id: len(c.f.flags) + 1, post: p, by: c.user, reason: c.body.Reason, at: now}
	c.f.flags = append(c.f.flags, r)
	c.f.Report(forum.Flag{ID: strconv.Itoa(r.id), By: c.user.name, Post: strconv.Itoa(p.pid), Author: p.by.name, PostText: p.text, Text: r.reason, At: now})
	if !c.moderates() {
		return object{}, nil
	}
	return r.view(), nil
}

func (r *report) view() object {
	return object{
		"flagId": r.id, "type": "post", "targetId": r.post.pid, "uid": r.by.uid, "description": r.reason, "state": "open",
		"datetime": r.at.UnixMilli(), "target_readable": "Post " + strconv.Itoa(r.post.pid),
	}
}

// listFlags is a page of 20 flags, the newest first.
func (c *call) listFlags() (any, error) {
	if !c.moderates() {
		return nil, errPrivileges
	}
	rows := []object{}
	for _, r := range slices.Backward(c.f.flags) {
		if by := c.r.URL.Query().Get("reporterId"); by == "" || by == strconv.Itoa(r.by.uid) {
			rows = append(rows, r.view())
		}
	}
	from := min((c.page()-1)*20, len(rows))
	return bare{object{"flags": rows[from:min(from+20, len(rows))], "filters": object{}}}, nil
}

func (c *call) oneFlag() (any, error) {
	id := c.number("id")
	switch {
	case !c.moderates():
		return nil, errPrivileges
	case id < 1 || id > len(c.f.flags):
		return nil, errGone
	}
	return c.f.flags[id-1].view(), nil
}
