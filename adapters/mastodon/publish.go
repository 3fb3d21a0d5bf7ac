package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"netpatrol/adapters"
)

var (
	_ adapters.Publisher = (*account)(nil)
	_ adapters.Retractor = (*account)(nil)
)

// newStatus is the body of a post. Visibility is always written out: servers
// differ in what they take when it is left out.
type newStatus struct {
	Text       string       `json:"status"`
	Visibility string       `json:"visibility"`
	Language   string       `json:"language,omitempty"`
	ReplyTo    adapters.Ref `json:"in_reply_to_id,omitempty"`
	Media      []string     `json:"media_ids,omitempty"`
}

// Plan never cuts a bulletin into a thread: every post must carry who speaks and
// the code, and only its author can say where a text may end. Too long is a
// [*adapters.TooLong]. Pictures stand below the text, which counts without them.
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	limit, _ := a.limits.For(adapters.Public)
	words, pictures := apart(b.Text, b.Extras)
	if err := fits("plan", limit, words); err != nil {
		return adapters.Plan{}, err
	}
	if err := a.unfitPictures(b.Extras, pictures); err != nil {
		return adapters.Plan{}, rejected("plan", adapters.ScopeItem, err)
	}
	part := adapters.Part{
		Text: b.Text, Language: b.Language, Extras: b.Extras, Shows: words,
		Length: limit.Measure(words), Max: limit.Max, Unit: limit.Unit,
	}
	return adapters.Plan{Parts: []adapters.Part{part}, Degraded: degraded(pictures)}, nil
}

// Publish uploads the pictures and makes one public post; After continues a thread.
func (a *account) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	const op = "publish"
	n := newStatus{Visibility: a.options.visibility, Language: p.Language, ReplyTo: p.After}
	var pictures []shown
	n.Text, pictures = apart(p.Text, p.Extras)
	limit, _ := a.limits.For(adapters.Public)
	if err := errors.Join(fits(op, limit, n.Text), a.unfitPictures(p.Extras, pictures)); err != nil {
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, err)
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	var err error
	if n.Media, err = a.upload(ctx, at, pictures); err != nil {
		return adapters.Receipt{}, err
	}
	s, err := a.post(ctx, op, adapters.Public, at, n)
	if err != nil {
		return adapters.Receipt{}, err
	}
	return s.receipt(), nil
}

// Check reads a post again. Mastodon never leaves one pending, so the answer is
// final; a post that is gone is an error of class Gone.
func (a *account) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	s, err := a.status(ctx, "check", r.Ref)
	if err != nil {
		return adapters.Receipt{}, err
	}
	return s.receipt(), nil
}

// post is the one place that makes a status. It refuses a text that is too long
// before anything is sent.
func (a *account) post(ctx context.Context, op string, ch adapters.Channel, at adapters.Attempt, n newStatus) (status, error) {
	limit, _ := a.limits.For(ch)
	if err := fits(op, limit, n.Text); err != nil {
		return status{}, err
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	var s status
	k := call{op: op, method: http.MethodPost, path: "/api/v1/statuses", body: n, key: at.Key, parent: n.ReplyTo}
	if err := a.http.do(ctx, k, &s); err != nil {
		return status{}, err
	}
	if s.ID == "" { // promise 4
		return status{}, &adapters.Error{Class: adapters.Unknown, Op: op, Phase: adapters.Answered, Err: errors.New("the server accepted the request but named no post")}
	}
	return s, nil
}

// until bounds ctx by the attempt's deadline.
func until(ctx context.Context, at adapters.Attempt) (context.Context, context.CancelFunc) {
	if at.Deadline.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, at.Deadline)
}

func fits(op string, l adapters.TextLimit, text string) error {
	if text == "" {
		return rejected(op, adapters.ScopeItem, errors.New("the text is empty"))
	}
	if err := l.Check(text); err != nil {
		return rejected(op, adapters.ScopeItem, err)
	}
	return nil
}

func rejected(op string, scope adapters.Scope, err error) error {
	return &adapters.Error{Class: adapters.Rejected, Scope: scope, Op: op, Err: err}
}

// Withdraw deletes a post or private message. One that is gone already is success.
// Other servers are told, but need not obey.
func (a *account) Withdraw(ctx context.Context, at adapters.Attempt, r adapters.Receipt) error {
	path, err := statusPath("withdraw", r.Ref)
	if err != nil {
		return err
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	err = a.http.do(ctx, call{op: "withdraw", method: http.MethodDelete, path: path, parent: r.Ref}, nil)
	if isGone(err) {
		return nil
	}
	return err
}

// statusPath refuses ids that are not plain letters and digits: they become part
// of a path.
func statusPath(op string, ref adapters.Ref) (string, error) {
	if ref == "" || len(ref) > 64 {
		return "", rejected(op, adapters.ScopeItem, fmt.Errorf("%d bytes are no status id", len(ref)))
	}
	for _, c := range ref {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '_') {
			return "", rejected(op, adapters.ScopeItem, errors.New("a status id holds letters and digits only"))
		}
	}
	return "/api/v1/statuses/" + string(ref), nil
}
