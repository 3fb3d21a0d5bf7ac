package wechat

import (
	"context"
	"errors"
	"strconv"

	"netpatrol/adapters"
)

// publishQuietly publishes an article without notifying anybody. The platform knows no key for
// that call and publishes a draft twice that is submitted twice, so that it was submitted is
// remembered before the call: another attempt only looks whether it came out. Source:
// service/api/public/api_freepublish_submit.
func (a *account) publishQuietly(ctx context.Context, at adapters.Attempt, n news, p adapters.Part) (adapters.Receipt, error) {
	const op = "publish"
	tried := "submitted/" + at.Key
	var before note
	if ok, err := a.memory.load(ctx, tried, &before); err != nil || ok {
		if err != nil {
			return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Op: op, Err: err}
		}
		return a.cameOut(ctx, op, before)
	}
	mediaID, _, err := a.prepared(ctx, at, n, p)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if err := a.memory.keep(ctx, tried, noteOf(at, n, p), forever()); err != nil {
		return adapters.Receipt{}, &adapters.Error{Class: adapters.NotSent, Op: op, Err: err}
	}
	r, err := a.submit(ctx, op, mediaID)
	if err != nil && adapters.ClassOf(err) != adapters.Unknown {
		if forget := a.memory.keep(context.WithoutCancel(ctx), tried, "", forever()); forget != nil {
			a.log.Warn("that the article was not submitted cannot be kept: another attempt will not submit it", "error", forget)
		}
	}
	return r, err
}

// noteOf is how what came out is recognised: by its code, or by the words of a console draft.
func noteOf(at adapters.Attempt, n news, p adapters.Part) note {
	if p.Source != "" {
		return note{Title: p.Title, Print: fingerprint(p.Text), Theirs: true}
	}
	return note{Code: at.Code, Title: n.Title, Print: fingerprint(n.Content)}
}

// cameOut looks for what an earlier attempt may have published. It not being there proves
// nothing: publishing takes its time.
func (a *account) cameOut(ctx context.Context, op string, n note) (adapters.Receipt, error) {
	found, err := a.findPublished(ctx, op, n)
	if err != nil {
		return adapters.Receipt{}, &adapters.Error{Op: op, Err: err}
	}
	r := found.receipt()
	if r.Existed = r.Ref != ""; r.Existed {
		return r, nil
	}
	return r, &adapters.Error{Op: op, Err: errors.New("the article was submitted before and is not out: publishing it again could show it twice")}
}

func (a *account) submit(ctx context.Context, op, mediaID string) (adapters.Receipt, error) {
	k := call{op: op, path: "/cgi-bin/freepublish/submit", mutating: true, body: map[string]string{"media_id": mediaID}}
	var got struct {
		Job    text `json:"publish_id"`
		DataID text `json:"msg_data_id"`
	}
	header, err := a.http.exchange(ctx, k, &got)
	if err != nil {
		return adapters.Receipt{}, err
	}
	if got.Job == "" { // promise 4
		return adapters.Receipt{}, nothing(k, "a publish_id")
	}
	ref := publishRef(string(got.Job))
	if data, err := strconv.ParseInt(string(got.DataID), 10, 64); err == nil {
		a.remember(context.WithoutCancel(ctx), watched{Data: data, Ref: ref, Day: dayOf(dateOf(header))})
	}
	return adapters.Receipt{Ref: ref, At: dateOf(header), Pending: true}, nil
}

// rename lets an article be known by the name it got when its publishing ended.
func (a *account) rename(ctx context.Context, from, to adapters.Ref) {
	list, err := a.ownArticles(ctx, keptArticles)
	if err != nil {
		return // its figures stay under the old name, which nobody asks for
	}
	for _, w := range list {
		if w.Ref == from {
			w.Ref = to
			a.remember(ctx, w)
			return
		}
	}
}
