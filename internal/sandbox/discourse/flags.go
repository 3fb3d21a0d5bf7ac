package discourse

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"netpatrol/internal/sandbox/forum"
)

// report is a flag of a post.
type report struct {
	review int // its number in the review queue
	post   *post
	by     *user
	kind   int
	at     time.Time
}

// drawers are what a post can be flagged as, by the forum's numbers.
func drawers() map[int]string {
	return map[int]string{3: "off_topic", 4: "inappropriate", 7: "notify_moderators", 8: "spam", 10: "illegal"}
}

// flag keeps one flag of a user for each post and kind.
func (c *call) flag() (any, error) {
	var in struct {
		ID      int    `json:"id"`
		Kind    int    `json:"post_action_type_id"`
		Message string `json:"message"`
	}
	if json.Unmarshal(c.raw, &in) != nil || drawers()[in.Kind] == "" {
		return nil, no(http.StatusBadRequest, "invalid_parameters", "post_action_type_id is not known")
	}
	p, now := c.f.find(in.ID), c.f.opts.Now()
	switch {
	case p == nil || !p.topic.readable(c.user):
		return nil, errMissing
	case c.acted(p, in.Kind):
		return nil, &refusal{status: http.StatusForbidden, text: "糟糕！您已经执行过此操作。您能尝试刷新页面吗？"}
	case p.by == c.user:
		return nil, errAccess
	}
	if wait := c.flagWait(now); wait > 0 {
		return nil, &refusal{status: http.StatusTooManyRequests, kind: "rate_limit", text: "您今天的举报次数已达上限。", wait: wait}
	}
	c.f.reviews++
	r := &report{review: c.f.reviews, post: p, by: c.user, kind: in.Kind, at: now}
	c.f.flags = append(c.f.flags, r)
	c.f.Report(forum.Flag{
		ID: strconv.Itoa(r.review), By: c.user.name, Post: strconv.Itoa(p.id), Author: p.by.name, PostText: p.raw, Kind: drawers()[in.Kind], Text: in.Message, At: now,
	})
	return c.seen(p), nil
}

// flagWait is for how many seconds a user may not flag; staff always may.
func (c *call) flagWait(now time.Time) int {
	if c.staff(c.user) || c.f.opts.FlagsPerDay < 0 {
		return 0
	}
	today := slices.DeleteFunc(slices.Clone(c.f.flags), func(r *report) bool { return r.by != c.user || now.Sub(r.at) >= 24*time.Hour })
	if len(today) < c.f.opts.FlagsPerDay {
		return 0
	}
	return int(today[0].at.Add(24*time.Hour).Sub(now).Seconds()) + 1
}

func (c *call) acted(p *post, kind int) bool {
	return slices.ContainsFunc(c.f.flags, func(r *report) bool { return r.post == p && r.by == c.user && r.kind == kind })
}

// seen is a post as somebody sees it: with what they did about it, or may.
func (c *call) seen(p *post) object {
	o := c.f.view(p)
	var actions []object
	for _, kind := range []int{3, 4, 7, 8, 10} {
		switch {
		case c.acted(p, kind):
			actions = append(actions, object{"id": kind, "count": 1, "acted": true, "can_undo": true})
		case p.by != c.user:
			actions = append(actions, object{"id": kind, "can_act": true})
		}
	}
	o["actions_summary"] = actions
	return o
}
