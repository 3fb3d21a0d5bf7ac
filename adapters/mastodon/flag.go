package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"netpatrol/adapters"
)

var _ adapters.Flagger = (*account)(nil)

// maxReport is the length of a report's comment in characters (docs.joinmastodon.org/methods/reports).
const maxReport = 1000

func drawers() map[adapters.FlagKind]string {
	return map[adapters.FlagKind]string{adapters.FlagIllegal: "legal", adapters.FlagSpam: "spam", adapters.FlagOther: "other"}
}

// FlagKinds lists the categories of reports, but for "violation", which wants a rule of the server.
func (*account) FlagKinds() []adapters.FlagKind {
	return []adapters.FlagKind{adapters.FlagIllegal, adapters.FlagSpam, adapters.FlagOther}
}

// Flag reports a post to our own server's moderators. It is not passed on to the author's server.
// Mastodon takes any number of reports of one post, and lists ours to nobody but moderators, so
// that a report of unknown outcome is for a person to settle.
func (a *account) Flag(ctx context.Context, at adapters.Attempt, f adapters.Flag) (adapters.Receipt, error) {
	const op = "flag"
	category, known := drawers()[f.Kind]
	if !known {
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, fmt.Errorf("no report as %q is known to Mastodon", f.Kind))
	}
	limit, _ := a.limits.For(adapters.Moderators)
	if err := fits(op, limit, f.Text); err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	s, err := a.status(ctx, op, f.Post)
	if err != nil {
		return adapters.Receipt{}, err
	}
	var made struct {
		ID text `json:"id"`
	}
	body := map[string]any{"account_id": s.Account.ID, "status_ids": []text{s.ID}, "comment": f.Text, "category": category, "forward": false}
	if err := a.http.do(ctx, call{op: op, method: http.MethodPost, path: "/api/v1/reports", body: body, parent: f.Post}, &made); err != nil {
		return adapters.Receipt{}, err
	}
	if made.ID == "" { // promise 4
		return adapters.Receipt{}, &adapters.Error{Class: adapters.Unknown, Op: op, Phase: adapters.Answered, Err: errors.New("the server accepted the request but named no report")}
	}
	return adapters.Receipt{Ref: adapters.Ref("report:" + made.ID)}, nil
}
