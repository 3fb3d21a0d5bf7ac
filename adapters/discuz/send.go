package discuz

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

var (
	_ adapters.Publisher = (*account)(nil)
	_ adapters.Messenger = (*account)(nil)
	_ adapters.Commenter = (*account)(nil)
)

// Plan never cuts a text. A subject that is missing or too long is made of its beginning.
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	if err := forum.Fits("plan", a.limits, adapters.Public, b.Text); err != nil {
		return adapters.Plan{}, err
	}
	limit, _ := a.limits.For(adapters.Public)
	subject := subjectOf(b.Title, b.Text)
	p := adapters.Plan{Parts: []adapters.Part{{Title: subject, Text: b.Text, Language: b.Language, Length: limit.Measure(b.Text), Max: limit.Max, Unit: limit.Unit}}}
	if b.Title != "" && subject != b.Title {
		p.Degraded = append(p.Degraded, fmt.Sprintf("the title is cut to %d bytes", subjectBytes))
	}
	return p, nil
}

// subjectOf is a subject the board takes: the title, else the first line of the text, cut
// where a character ends.
func subjectOf(title, text string) string {
	subject := strings.TrimSpace(title)
	if subject == "" {
		subject, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	}
	for len(subject) > subjectBytes {
		_, size := utf8.DecodeLastRuneInString(subject)
		subject = subject[:len(subject)-size]
	}
	return strings.TrimSpace(subject)
}

// Publish makes a thread in the board of the options. One that waits for a moderator is
// pending.
func (a *account) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	query := url.Values{"fid": {a.options.board.String()}, "topicsubmit": {"yes"}}
	values := url.Values{"subject": {subjectOf(p.Title, p.Text)}, "message": {p.Text}}
	if a.options.typeID > 0 {
		values.Set("typeid", a.options.typeID.String())
	}
	return a.post(ctx, at, "publish", adapters.Public, "newthread", p.Text, query, values)
}

// Comment replies in the thread of a post. The board tells the thread's author.
func (a *account) Comment(ctx context.Context, at adapters.Attempt, c adapters.Comment) (adapters.Receipt, error) {
	tid, _, err := parseRef("comment", c.Parent)
	if err != nil {
		return adapters.Receipt{}, err
	}
	query := url.Values{"tid": {tid.String()}, "replysubmit": {"yes"}}
	return a.post(ctx, at, "comment", adapters.InReply, "sendreply", c.Text, query, url.Values{"message": {c.Text}})
}

// post is the one place that makes public posts.
func (a *account) post(ctx context.Context, at adapters.Attempt, op string, ch adapters.Channel, module, text string, query, values url.Values) (adapters.Receipt, error) {
	if err := forum.Fits(op, a.limits, ch, text); err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	word, m, err := a.submit(ctx, op, module, query, values)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if m.TID == 0 || m.PID == 0 { // promise 4
		return adapters.Receipt{}, nameless(op, word)
	}
	ref := refOf(m.TID, m.PID)
	return adapters.Receipt{Ref: ref, URL: a.link(m.TID, m.PID), Pending: underReview(word)}, nil
}

// Send writes a private message to one person.
func (a *account) Send(ctx context.Context, at adapters.Attempt, m adapters.Message) (adapters.Receipt, error) {
	const op = "message"
	to, err := forum.ParseID(op, adapters.Ref(m.To.ID))
	if err != nil {
		return adapters.Receipt{}, forum.Reject(op, adapters.ScopeRecipient, errors.New("the recipient has no number of this board"))
	}
	if err := forum.Fits(op, a.limits, adapters.Private, m.Text); err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := forum.Until(ctx, at)
	defer cancel()
	word, made, err := a.submit(ctx, op, "sendpm", url.Values{"pmsubmit": {"yes"}, "touid": {to.String()}}, url.Values{"message": {m.Text}})
	if err != nil {
		return adapters.Receipt{}, err
	}
	if made.PMID == 0 { // promise 4
		return adapters.Receipt{}, nameless(op, word)
	}
	return adapters.Receipt{Ref: pmRef(made.PMID)}, nil
}

// nameless: the board says it is done, or in review, and not what was made.
func nameless(op, word string) error {
	return &adapters.Error{Class: adapters.Unknown, Op: op, Phase: adapters.Answered, Code: word, Err: errors.New("the board accepted it but named no post")}
}

// Check looks whether a post that waited for a moderator is there. One that is not may
// still wait, or have been refused: the board does not say which.
func (a *account) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	tid, pid, err := parseRef("check", r.Ref)
	if err != nil {
		return adapters.Receipt{}, err
	}
	_, p, err := a.find(ctx, "check", tid, pid)
	switch {
	case isGone(err):
		r.Pending = true
		return r, nil
	case err != nil:
		return adapters.Receipt{}, err
	}
	return adapters.Receipt{Ref: r.Ref, URL: a.link(tid, pid), At: p.Made.Time}, nil
}

func refOf(tid, pid forum.ID) adapters.Ref { return adapters.Ref(tid.String() + "." + pid.String()) }

func pmRef(id forum.ID) adapters.Ref { return adapters.Ref("pm:" + id.String()) }

// parseRef reads the ref of a public post.
func parseRef(op string, ref adapters.Ref) (tid, pid forum.ID, err error) {
	t, p, _ := strings.Cut(string(ref), ".")
	tid, err = forum.ParseID(op, adapters.Ref(t))
	if err == nil {
		pid, err = forum.ParseID(op, adapters.Ref(p))
	}
	return tid, pid, err
}

// link is where a person sees a post.
func (a *account) link(tid, pid forum.ID) string {
	return a.http.Base() + "/forum.php?mod=redirect&goto=findpost&ptid=" + tid.String() + "&pid=" + pid.String()
}
