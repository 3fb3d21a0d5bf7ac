package weibo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"netpatrol/adapters"
)

var (
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
)

// Send writes to one person through the fan service. The platform allows that only for a
// while after the person acted. It gives no id, so the receipt carries the attempt's key.
// Source: Send_Customer_Service_Message.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	const op = "message"
	limit, _ := a.limits.For(adapters.Private)
	switch err := fits(op, limit, m.Text); {
	case err != nil:
		return adapters.Receipt{}, err
	case !number(m.To.ID):
		return adapters.Receipt{}, rejected(op, adapters.ScopeRecipient, errors.New("the recipient has no uid"))
	case at.Key == "":
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errors.New("the attempt needs a key, by which it is known again"))
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	k := call{op: op, url: a.options.messages + "/2/messages/reply.json", mutating: true, person: m.To.ID, values: url.Values{
		"type": {"text"}, "data": {textData(m.Text)}, "receiver_id": {m.To.ID}, "save_sender_box": {"1"},
	}}
	var done struct {
		Result bool `json:"result"`
	}
	if _, err := a.http.do(ctx, k, &done); err != nil {
		return adapters.Receipt{}, err
	}
	if !done.Result { // promise 4
		return adapters.Receipt{}, nothing(k, "saying that it is done")
	}
	return adapters.Receipt{Ref: adapters.Ref(at.Key)}, nil
}

// textData is the content of a text message.
func textData(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(map[string]string{"text": text}) // a string always encodes
	return string(bytes.TrimSpace(b.Bytes()))
}

// Comment answers in public: under a post, or to a comment, which the platform then shows
// with the person's name before it. Sources: 2/comments/create, C/2/comments/reply/biz.
func (a *account) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	const op = "comment"
	limit, _ := a.limits.For(adapters.InReply)
	if err := fits(op, limit, c.Text); err != nil {
		return adapters.Receipt{}, err
	}
	under, err := parseRef(op, c.Parent)
	if err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	if under.post == "" {
		if under.post, err = a.postOf(ctx, op, under.comment); err != nil {
			return adapters.Receipt{}, err
		}
	}
	k := call{op: op, url: a.options.api + "/2/comments/create.json", mutating: true, person: c.To.ID, values: url.Values{
		"comment": {c.Text}, "id": {under.post}, "comment_ori": {"0"}, "rip": {a.options.ip},
	}}
	if under.comment != "" {
		k.url = a.options.api + "/2/comments/reply.json"
		k.values.Set("cid", under.comment)
		k.values.Set("without_mention", "0")
	}
	var made comment
	if _, err := a.http.do(ctx, k, &made); err != nil {
		return adapters.Receipt{}, err
	}
	if made.id() == "" { // promise 4
		return adapters.Receipt{}, nothing(k, "the comment's id")
	}
	return adapters.Receipt{Ref: commentRef(made.id(), under.post), URL: postURL(under.post), At: made.Created.Time}, nil
}

// postOf says under which post a comment stands that a callback told of.
func (a *account) postOf(ctx context.Context, op, id string) (string, error) {
	in, found, err := a.listed(ctx, op, id)
	if err != nil {
		return "", err
	}
	if p, bad := parseRef(op, in.Ref); found && bad == nil && p.post != "" {
		return p.post, nil
	}
	return "", &adapters.Error{Class: adapters.Gone, Scope: adapters.ScopeItem, Op: op, Err: errors.New("the comment is not among the newest any more, so the post it stands under cannot be told")}
}

// listed looks for a comment among the newest that mention us or answer us: the platform
// shows no comment by itself.
func (a *account) listed(ctx context.Context, op, id string) (in adapters.Inbound, found bool, err error) {
	for _, name := range []string{commentMentionsSource, commentsSource} {
		page, err := a.page(ctx, op, sources[name], 0, 0, pageSize)
		if err != nil {
			return in, false, err
		}
		for _, r := range page.rows {
			if p, bad := parseRef(op, r.in.Ref); bad == nil && p.comment == id {
				return r.in, true, nil
			}
		}
	}
	return in, false, nil
}
