package nodebb

import (
	"context"
	"errors"
	"net/http"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var (
	_ adapters.Publisher = (*account)(nil)
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
)

var errNoText = errors.New("there is no text in the answer")

// Plan makes a bulletin one topic. It needs a title, and carries no pictures.
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	return forum.Plan(a.limits, adapters.UTF16, b)
}

// Publish makes one topic. A receipt with Pending set waits for the forum's moderators.
func (a *account) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	const op = "publish"
	if err := forum.Titled(op, adapters.UTF16, p.Title); err != nil {
		return adapters.Receipt{}, err
	}
	if err := forum.Fits(op, a.limits, adapters.Public, p.Text); err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	var m made
	body := map[string]any{"cid": a.options.category, "title": p.Title, "content": p.Text}
	if err := a.do(ctx, forum.Call{Op: op, Method: http.MethodPost, Path: "/api/v3/topics", Body: body}, &m); err != nil {
		return adapters.Receipt{}, err
	}
	return a.receipt(op, at, m, m.MainPID)
}

// Comment replies to somebody's post, in its topic.
func (a *account) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	const op = "comment"
	if err := forum.Fits(op, a.limits, adapters.InReply, c.Text); err != nil {
		return adapters.Receipt{}, err
	}
	parent, err := forum.ParseID(op, c.Parent)
	if err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	to, err := a.post(ctx, op, parent)
	if err != nil {
		return adapters.Receipt{}, err
	}
	var m made
	body := map[string]any{"content": c.Text, "toPid": parent}
	if err := a.do(ctx, forum.Call{Op: op, Method: http.MethodPost, Path: "/api/v3/topics/" + to.TID.String(), Body: body}, &m); err != nil {
		return adapters.Receipt{}, err
	}
	return a.receipt(op, at, m, m.PID)
}

// receipt tells published from queued: neither status nor the word ok does.
func (a *account) receipt(op string, at adapters.Attempt, m made, pid forum.ID) (adapters.Receipt, error) {
	if pid == 0 && bool(m.Queued) && plainEntry(m.ID) {
		return adapters.Receipt{Ref: adapters.Ref(queueRef + m.ID + ":" + at.Code), Pending: true}, nil
	}
	if pid == 0 { // promise 4
		return adapters.Receipt{}, nameless(op)
	}
	return adapters.Receipt{Ref: adapters.Ref(pid.String()), URL: a.link(pid), At: m.At.Time}, nil
}

func (a *account) link(pid forum.ID) string { return a.http.Base() + "/post/" + pid.String() }

// Send writes into the chat room with one person. It makes a room only when the forum knows
// of none: NodeBB makes another with every request. A room whose making was not answered
// is found by the next attempt.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	const op = "message"
	if err := forum.Fits(op, a.limits, adapters.Private, m.Text); err != nil {
		return adapters.Receipt{}, err
	}
	to, err := forum.ParseID(op, adapters.Ref(m.To.ID))
	if err != nil {
		return adapters.Receipt{}, forum.Reject(op, adapters.ScopeRecipient, errors.New("the recipient is no user of this forum"))
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	id, err := a.roomWith(ctx, op, to)
	if err != nil {
		return adapters.Receipt{}, err
	}
	var sent message
	k := forum.Call{Op: op, Method: http.MethodPost, Path: "/api/v3/chats/" + id.String(), Body: map[string]any{"message": m.Text}}
	if err := a.do(ctx, k, &sent); err != nil {
		return adapters.Receipt{}, err
	}
	if sent.MID == 0 { // promise 4
		return adapters.Receipt{}, nameless(op)
	}
	return adapters.Receipt{Ref: messageRef(id, sent.MID), At: sent.At.Time}, nil
}

func messageRef(room, mid forum.ID) adapters.Ref {
	return adapters.Ref(chatRef + room.String() + ":" + mid.String())
}

// roomWith finds the chat room with one person, or makes it. Nothing has been said by then:
// whatever goes wrong, the message was not sent.
func (a *account) roomWith(ctx context.Context, op string, to forum.ID) (forum.ID, error) {
	var r room
	if err := a.do(ctx, forum.Call{Op: op, Path: "/api/v3/users/" + to.String() + "/chat"}, &r); err != nil || r.ID != 0 {
		return r.ID, err
	}
	err := a.do(ctx, forum.Call{Op: op, Method: http.MethodPost, Path: "/api/v3/chats", Body: map[string]any{"uids": []forum.ID{to}}}, &r)
	if err == nil && r.ID == 0 {
		err = nameless(op)
	}
	var e *adapters.Error
	if errors.As(err, &e) && e.Class == adapters.Unknown {
		e.Class = adapters.NotSent
	}
	return r.ID, err
}
