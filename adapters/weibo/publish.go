package weibo

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"netpatrol/adapters"
)

var _ adapters.Publisher = (*account)(nil)

// Plan makes one post of a bulletin. A text that is too long, or lacks what the platform
// demands of a shared post, is an error of class Rejected.
func (a *account) Plan(b adapters.Bulletin) (adapters.Plan, error) {
	limit, _ := a.limits.For(adapters.Public)
	if err := fits("plan", limit, b.Text); err != nil {
		return adapters.Plan{}, err
	}
	return adapters.Plan{Parts: []adapters.Part{{
		Text: b.Text, Language: b.Language, Length: limit.Measure(b.Text), Max: limit.Max, Unit: limit.Unit,
	}}}, nil
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

// Publish makes one post. A post that the platform has taken and shows in a minute or two
// (20032) has no id yet: the receipt is pending, and Check finds it by its code.
func (a *account) Publish(ctx context.Context, at adapters.Attempt, p adapters.Part) (adapters.Receipt, error) {
	const op = "publish"
	limit, _ := a.limits.For(adapters.Public)
	if err := fits(op, limit, p.Text); err != nil {
		return adapters.Receipt{}, err
	}
	ctx, cancel := until(ctx, at)
	defer cancel()
	k := a.publishing(op, p.Text)
	var s post
	_, err := a.http.do(ctx, k, &s)
	var e *adapters.Error
	if errors.As(err, &e) && e.Code == delayed && at.Code != "" {
		return adapters.Receipt{Ref: adapters.Ref(delayedPrefix + at.Code), Pending: true}, nil
	}
	if err != nil {
		return adapters.Receipt{}, err
	}
	if s.id() == "" { // promise 4
		return adapters.Receipt{}, nothing(k, "the post's id")
	}
	return s.receipt(), nil
}

// publishing is the call that makes a post. Sources: 2/statuses/share;
// C/2/statuses/upload_url_text/biz.
func (a *account) publishing(op, text string) call {
	v := url.Values{"status": {text}, "rip": {a.options.ip}}
	if a.options.publish == publishShare {
		return call{op: op, url: a.options.api + "/2/statuses/share.json", values: v, mutating: true}
	}
	v.Set("visible", "0")
	if adapters.FullWidths.Count(text) > maxShort {
		v.Set("is_longtext", "1")
	}
	switch pic := a.options.picture; {
	case strings.Contains(pic, "://"):
		v.Set("url", pic)
	case pic != "":
		v.Set("pic_id", pic)
	}
	return call{op: op, url: a.options.commercial + "/2/statuses/upload_url_text/biz.json", values: v, mutating: true}
}

// Check looks whether a delayed post has appeared; while it has not, the receipt stays
// pending. Any other receipt is final, and Check sees whether the post is still there.
func (a *account) Check(ctx context.Context, r adapters.Receipt) (adapters.Receipt, error) {
	code, waiting := strings.CutPrefix(string(r.Ref), delayedPrefix)
	if waiting {
		w := walk{account: a, op: "check", code: code}
		if _, err := w.own(ctx, 2); err != nil || w.found == nil {
			return r, err
		}
		return w.found.receipt(), nil
	}
	p, err := a.post(ctx, "check", r.Ref)
	if err != nil {
		return adapters.Receipt{}, err
	}
	return p.receipt(), nil
}
