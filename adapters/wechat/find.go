package wechat

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"netpatrol/adapters"
)

var (
	_ adapters.Finder    = (*account)(nil)
	_ adapters.Retractor = (*account)(nil)
)

// Find looks whether an attempt went out. A comment shows its one reply, so it can be
// proved absent. A bulletin is found in the draft box or among the published articles, by
// its printed code; a mass send is not listed, and is settled by its key instead. A
// private message cannot be looked up.
func (a *account) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	switch q.Channel {
	case adapters.InReply:
		return a.findReply(ctx, q)
	case adapters.Public:
		return a.findBulletin(ctx, q)
	}
	return adapters.Finding{}, nil
}

func (a *account) findReply(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	under, err := parseComment("find", q.Parent)
	if err != nil || q.Code == "" {
		return adapters.Finding{}, err
	}
	c, found, err := a.oneComment(ctx, "find", under)
	switch {
	case err != nil || !found:
		return adapters.Finding{}, err
	case holdsCode(c.Reply.Content, q.Code):
		return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: q.Parent + replySuffix, At: seconds(c.Reply.Created)}}, nil
	case c.Reply.Content == "" && c.Reply.Created == 0:
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{}, nil
}

func (a *account) findBulletin(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	r, err := a.earlier(ctx, "find", q.Code, true)
	_, draft := id(r.Ref, draftPrefix)
	if err != nil || r.Ref == "" || draft && a.options.publish != publishDraft { // only prepared
		return adapters.Finding{}, err
	}
	return adapters.Finding{Verdict: adapters.Found, Receipt: r}, nil
}

// Withdraw takes back a mass send, a draft, a published article or a reply to a comment.
// A private message cannot be taken back. Deleting a mass send also deletes every other
// send of the same material. Source: service/api/notify/message, service/api/public.
func (a *account) Withdraw(ctx context.Context, at adapters.Attempt, r adapters.Receipt) error {
	ctx, cancel := until(ctx, at)
	defer cancel()
	if msgID, ok := id(r.Ref, massPrefix); ok {
		return a.deleteMass(ctx, msgID)
	}
	if mediaID, ok := id(r.Ref, draftPrefix); ok {
		return a.deleteDraft(ctx, mediaID)
	}
	if articleID, ok := id(r.Ref, postPrefix); ok {
		return a.deleteArticle(ctx, articleID)
	}
	if parent, ok := strings.CutSuffix(string(r.Ref), replySuffix); ok {
		return a.deleteReply(ctx, adapters.Ref(parent))
	}
	return &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeItem, Op: "withdraw", Err: errors.New("a private message cannot be taken back")}
}

// delete makes the one call; what is gone already is a success.
func (a *account) delete(ctx context.Context, path string, body map[string]any) error {
	err := a.http.do(ctx, call{op: "withdraw", path: path, mutating: true, ack: true, body: body}, nil)
	if isGone(err) {
		return nil
	}
	return err
}

func (a *account) deleteMass(ctx context.Context, msgID string) error {
	n, err := strconv.ParseInt(msgID, 10, 64)
	if err != nil {
		return rejected("withdraw", adapters.ScopeItem, errors.New("the msg_id is no number"))
	}
	return a.delete(ctx, "/cgi-bin/message/mass/delete", map[string]any{"msg_id": n, "article_idx": 0})
}

func (a *account) deleteArticle(ctx context.Context, articleID string) error {
	return a.delete(ctx, "/cgi-bin/freepublish/delete", map[string]any{"article_id": articleID, "index": 0})
}

// deleteDraft withdraws what is in the box, or what a person has made of it. A draft that
// left no trace may have been sent from the console: that is for a person.
func (a *account) deleteDraft(ctx context.Context, mediaID string) error {
	const op = "withdraw"
	in, err := a.inBox(ctx, op, mediaID)
	if err != nil {
		return err
	}
	var n note
	if _, err := a.memory.load(ctx, draftPrefix+mediaID, &n); err != nil {
		return &adapters.Error{Class: adapters.NotSent, Op: op, Err: err}
	}
	if in != nil {
		n.Withdrawn = true
		if err := a.memory.keep(ctx, draftPrefix+mediaID, n, forever()); err != nil {
			a.log.Warn("that the draft is withdrawn cannot be kept", "error", err)
		}
		return a.delete(ctx, "/cgi-bin/draft/delete", map[string]any{"media_id": mediaID})
	}
	if n.Withdrawn {
		return nil
	}
	p, err := a.findPublished(ctx, op, n)
	if err != nil {
		return err
	}
	if p.id == "" {
		return &adapters.Error{Class: adapters.Rejected, Op: op, Err: errors.New("the draft has left the box and is not among the published articles: look in the console")}
	}
	return a.deleteArticle(ctx, p.id)
}

func (a *account) deleteReply(ctx context.Context, parent adapters.Ref) error {
	under, err := parseComment("withdraw", parent)
	if err != nil {
		return err
	}
	return a.delete(ctx, "/cgi-bin/comment/reply/delete", map[string]any{"msg_data_id": under.data, "index": under.index, "user_comment_id": under.comment})
}
