package discourse

import (
	"fmt"
	"html"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	memoFor   = 120 * time.Second // the same call is answered the same
	uniqueFor = 5 * time.Minute   // the same text is refused
)

// create makes a topic, a reply or a private topic.
func (c *call) create() (any, error) {
	now := c.f.opts.Now()
	if m, known := c.f.memos[string(c.raw)]; known && now.Sub(m.at) < memoFor {
		return m.answer, nil
	}
	n, err := c.decode()
	if err != nil {
		return nil, err
	}
	p, err := c.draft(n)
	if err != nil {
		return nil, err
	}
	var answer any
	if c.f.opts.Staff || p.topic.private {
		c.f.appear(p)
		answer = c.f.view(p)
	} else {
		w := c.f.enqueue(p)
		answer = object{
			"success": true, "action": "enqueued", "pending_count": len(c.f.queue),
			"pending_post": object{"id": w.id, "raw": p.raw, "created_at": stamp(w.since)},
		}
	}
	c.f.memos[string(c.raw)] = memo{now, answer}
	return answer, nil
}

// draft checks a post and puts it where it belongs, without an id yet.
func (c *call) draft(n newPost) (*post, error) {
	p := &post{by: c.user, raw: n.Raw, at: c.f.opts.Now(), replyTo: n.ReplyTo}
	switch {
	case n.TopicID != 0:
		p.topic = c.f.topicOf(n.TopicID)
		if p.topic == nil {
			return nil, errMissing
		}
		if !p.topic.readable(c.user) {
			return nil, errAccess
		}
	case n.Archetype == "private_message":
		p.topic = &topic{title: n.Title, private: true, users: []*user{c.user}}
		for name := range strings.SplitSeq(n.To, ",") {
			u := c.f.named(strings.TrimSpace(name))
			if u == nil {
				return nil, no(422, "", "You must send a message to at least one user.")
			}
			p.topic.users = append(p.topic.users, u)
		}
	default:
		p.topic = &topic{title: n.Title}
		if n.Category != c.f.opts.Category {
			return nil, no(422, "", "Category can't be blank")
		}
	}
	return p, c.check(p)
}

func (c *call) check(p *post) error {
	o, length := c.f.opts, utf8.RuneCountInString(strings.TrimSpace(p.raw))
	least, leastTitle := o.MinPost, o.MinTitle
	if p.topic.private {
		least, leastTitle = o.MinMessage, 2
	}
	begins := p.topic.id == 0
	switch {
	case length < least:
		return no(422, "", fmt.Sprintf("Body is too short (minimum is %d characters)", least))
	case length > o.MaxPost:
		return no(422, "", fmt.Sprintf("Body is too long (maximum is %d characters)", o.MaxPost))
	case begins && utf8.RuneCountInString(p.topic.title) < leastTitle:
		return no(422, "", fmt.Sprintf("Title is too short (minimum is %d characters)", leastTitle))
	case c.similar(p):
		return no(422, "", "Body is too similar to what you recently posted")
	}
	if begins && !o.Staff && o.TopicPause > 0 && p.at.Sub(c.user.lastTopic) < o.TopicPause {
		return &refusal{status: 429, kind: "rate_limit", text: "You are creating topics too quickly.", wait: int(c.user.lastTopic.Add(o.TopicPause).Sub(p.at).Seconds()) + 1}
	}
	if begins {
		c.user.lastTopic = p.at
	}
	return nil
}

// similar says whether this user wrote the same in public a moment ago.
func (c *call) similar(p *post) bool {
	if p.topic.private {
		return false
	}
	for _, w := range c.f.queue {
		if w.post.by == p.by && w.post.raw == p.raw {
			return true
		}
	}
	for _, q := range c.f.posts {
		if q.by == p.by && q.raw == p.raw && !q.topic.private && p.at.Sub(q.at) < uniqueFor {
			return true
		}
	}
	return false
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (f *Forum) view(p *post) object {
	o := f.cookedOnly(p)
	o["raw"] = p.raw
	return o
}

// cookedOnly is a post as a topic shows it: without the text as it was typed.
func (f *Forum) cookedOnly(p *post) object {
	updated, replies := p.at, 0
	if !p.edited.IsZero() {
		updated = p.edited
	}
	for _, q := range p.topic.posts {
		if q.replyTo == p.number && !q.deleted {
			replies++
		}
	}
	o := object{
		"id": p.id, "topic_id": p.topic.id, "topic_slug": "topic", "post_number": p.number, "user_id": p.by.id, "username": p.by.name, "name": p.by.name,
		"created_at": stamp(p.at), "updated_at": stamp(updated), "version": p.version, "cooked": cook(p.raw), "reads": len(f.users), "reply_count": replies,
	}
	if p.replyTo > 0 && p.replyTo <= len(p.topic.posts) {
		o["reply_to_post_number"], o["reply_to_user"] = p.replyTo, object{"username": p.topic.posts[p.replyTo-1].by.name}
	}
	return o
}

func cook(raw string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(raw), "\n", "<br>\n") + "</p>"
}

// destroy deletes a post.
func (f *Forum) destroy(p *post) {
	p.deleted = true
	f.tell("post", "post_destroyed", object{"post": f.hooked(p)})
}
