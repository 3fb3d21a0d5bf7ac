package discourse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var (
	_ adapters.Publisher = (*account)(nil)
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
)

// Plan makes a bulletin one topic. It needs a title, and carries no pictures.
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	return forum.Plan(a.limits, adapters.Runes, b)
}

// newPost is the body of every post: a topic, a reply, or a private topic.
type newPost struct {
	Title     string   `json:"title,omitempty"`
	Raw       string   `json:"raw"`
	Category  int64    `json:"category,omitempty"`
	Topic     forum.ID `json:"topic_id,omitempty"`
	ReplyTo   int64    `json:"reply_to_post_number,omitempty"`
	Archetype string   `json:"archetype,omitempty"`
	To        string   `json:"target_recipients,omitempty"`
}

// Publish makes one topic. A receipt with Pending set waits for the forum's moderators.
func (a *account) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	if err := forum.Titled("publish", adapters.Runes, p.Title); err != nil {
		return adapters.Receipt{}, err
	}
	if err := forum.Fits("publish", a.limits, adapters.Public, p.Text); err != nil {
		return adapters.Receipt{}, err
	}
	return a.post(ctx, "publish", at, newPost{Title: p.Title, Raw: p.Text, Category: a.options.category})
}

// post is the one place that makes a post. Its answer tells published from queued: the
// status does not.
func (a *account) post(ctx context.Context, op string, at adapters.Attempt, n newPost) (adapters.Receipt, error) {
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	var p post
	if err := a.call(ctx, forum.Call{Op: op, Method: http.MethodPost, Path: "/posts.json", Body: n}, &p); err != nil {
		return adapters.Receipt{}, err
	}
	if p.ID == 0 && p.Action == "enqueued" && bool(p.Success) && at.Code != "" {
		return adapters.Receipt{Ref: adapters.Ref(queueRef + at.Code), At: p.Waiting.Created.Time, Pending: true}, nil
	}
	if p.ID == 0 { // promise 4
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Unknown, Op: op, Phase: adapters.Answered, Err: errors.New("the forum accepted the request but named no post")}
	}
	return a.receipt(p), nil
}

func (a *account) receipt(p post) adapters.Receipt {
	return adapters.Receipt{Ref: p.ref(), URL: p.link(a.http.Base()), At: p.Created.Time}
}

// Comment replies to somebody's post, in its topic.
func (a *account) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	const op = "comment"
	if err := forum.Fits(op, a.limits, adapters.InReply, c.Text); err != nil {
		return adapters.Receipt{}, err
	}
	within, cancel := forum.Until(ctx, at)
	defer cancel()
	p, err := a.fetch(within, op, c.Parent)
	if err != nil {
		return adapters.Receipt{}, err
	}
	return a.post(ctx, op, at, newPost{Raw: c.Text, Topic: p.Topic, ReplyTo: p.Number})
}

// Send answers in the private topic of the message answered, else opens a new one. What
// answers a public post, or a topic that others read, opens a new one.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	const op = "message"
	if err := forum.Fits(op, a.limits, adapters.Private, m.Text); err != nil {
		return adapters.Receipt{}, err
	}
	to := strings.TrimPrefix(m.To.Handle, "@")
	if !handlePattern.MatchString(to) {
		return adapters.Receipt{}, forum.Reject(op, adapters.ScopeRecipient, fmt.Errorf("the recipient's name (%d bytes) is none of one user", len(m.To.Handle)))
	}
	within, cancel := forum.Until(ctx, at)
	defer cancel()
	topic, err := a.conversation(within, op, m.InReplyTo, to)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if topic != 0 {
		return a.post(ctx, op, at, newPost{Raw: m.Text, Topic: topic})
	}
	return a.post(ctx, op, at, newPost{Title: a.options.title, Raw: m.Text, Archetype: "private_message", To: to})
}

// conversation is the private topic a message stands in, if only we and that person read it;
// else 0.
func (a *account) conversation(ctx context.Context, op string, ref adapters.Ref, with string) (forum.ID, error) {
	if _, err := forum.ParseID(op, ref); err != nil {
		return 0, nil
	}
	p, err := a.fetch(ctx, op, ref)
	if err != nil && !forum.IsGone(err) && !forum.IsRejected(err) {
		return 0, err
	}
	if err != nil {
		return 0, nil
	}
	t, err := a.thread(ctx, op, p.Topic)
	switch {
	case forum.IsGone(err) || forum.IsRejected(err):
		return 0, nil
	case err != nil || !t.between(a.self.Username, with):
		return 0, err
	}
	return p.Topic, nil
}

// fetch reads one post, with the text as its author typed it.
func (a *account) fetch(ctx context.Context, op string, ref adapters.Ref) (post, error) {
	id, err := forum.ParseID(op, ref)
	if err != nil {
		return post{}, err
	}
	var p post
	if err := a.call(ctx, forum.Call{Op: op, Path: "/posts/" + id.String() + ".json"}, &p); err != nil {
		return post{}, err
	}
	if p.ID != id || p.Topic == 0 {
		return post{}, forum.Unread(op, "the forum answered without the post")
	}
	return p, nil
}

func (a *account) thread(ctx context.Context, op string, id forum.ID) (thread, error) {
	var t thread
	if err := a.call(ctx, forum.Call{Op: op, Path: "/t/" + id.String() + ".json"}, &t); err != nil {
		return thread{}, err
	}
	if len(t.Stream.Stream) == 0 {
		return thread{}, forum.Unread(op, "the forum answered without the topic's posts")
	}
	return t, nil
}
