package wechat

import (
	"context"
	"errors"
	"strings"

	"netpatrol/adapters"
)

var _ adapters.Previewer = (*account)(nil)

// wxnamePrefix marks a person by the name they chose at WeChat, not by openid.
const wxnamePrefix = "wxname:"

// Preview shows the article to one person: by openid, or by "wxname:" and the name chosen at
// WeChat, whom the platform serves a hundred times a day. The draft it needs is taken out of the
// box again. Source: service/api/notify/message, mass/preview.
func (a *account) Preview(ctx context.Context, at adapters.Attempt, to adapters.Person, p adapters.Part) (adapters.Receipt, error) {
	const op = "preview"
	field, name := "touser", to.ID
	if rest, ok := strings.CutPrefix(to.ID, wxnamePrefix); ok {
		field, name = "towxname", rest
	}
	if name == "" {
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errors.New("a preview needs one person to go to"))
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	mediaID, drop, err := a.shown(ctx, op, at, p)
	if err != nil {
		return adapters.Receipt{}, err
	}
	defer drop()
	k := call{op: op, path: "/cgi-bin/message/mass/preview", mutating: true, ack: true, person: name,
		body: map[string]any{field: name, "mpnews": map[string]string{"media_id": mediaID}, "msgtype": "mpnews"}}
	var got struct {
		MsgID text `json:"msg_id"`
	}
	header, err := a.http.exchange(ctx, k, &got)
	if err != nil {
		return adapters.Receipt{}, err
	}
	return adapters.Receipt{Ref: adapters.Ref("preview:" + string(or(got.MsgID, text(at.Key)))), At: dateOf(header)}, nil
}

// shown returns the draft to preview and how to clear it away.
func (a *account) shown(ctx context.Context, op string, at adapters.Attempt, p adapters.Part) (mediaID string, drop func(), err error) {
	if p.Source != "" {
		mediaID, is, err := a.unchanged(ctx, op, at, p)
		if err == nil && is == nil {
			err = &adapters.Error{Class: adapters.Gone, Scope: adapters.ScopeItem, Op: op, Err: errors.New("the draft is no longer in the console's draft box")}
		}
		return mediaID, func() {}, err
	}
	n, err := a.compose(ctx, op, p)
	if err != nil {
		return "", nil, err
	}
	mediaID, header, err := a.addDraft(ctx, op, n, false)
	if err != nil {
		return "", nil, err
	}
	a.noteDraft(ctx, mediaID, note{Preview: true}, header)
	return mediaID, func() { a.discard(context.WithoutCancel(ctx), op, mediaID) }, nil
}
