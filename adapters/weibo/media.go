package weibo

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"netpatrol/adapters"
)

const fetching = "fetch a medium"

var _ adapters.MediaFetcher = (*account)(nil)

// FetchMedia reads a picture or voice that a person sent in private, by the id it has for its receiver
// (tovfid). An answer that is no file says in error_code why. Source: 上传下载多媒体文件, which says neither
// how long files are kept nor with what code one is gone.
func (a *account) FetchMedia(ctx context.Context, m adapters.Media) (adapters.Content, error) {
	k := call{op: fetching}
	if !number(string(m.Ref)) {
		return adapters.Content{}, rejected(k.op, adapters.ScopeItem, errors.New("the message names no file"))
	}
	resp, err := a.http.files.R().SetContext(ctx).
		SetQueryParam("access_token", a.http.token.Reveal()).SetQueryParam("fid", string(m.Ref)).Get(a.options.uploads + "/2/mss/msget")
	if err != nil {
		return adapters.Content{}, &adapters.Error{Class: adapters.NotSent, Op: k.op, Err: errors.New(a.http.scrub(adapters.Redact(err).Error(), ""))}
	}
	raw := resp.RawResponse
	kind, _, _ := mime.ParseMediaType(raw.Header.Get("Content-Type")) // unreadable: no kind of medium
	if top, _, _ := strings.Cut(kind, "/"); raw.StatusCode == http.StatusOK && raw.ContentLength != 0 && (top == "image" || top == "audio" || top == "video") {
		return adapters.Bounded(k.op, adapters.Content{Type: kind, Size: raw.ContentLength, Body: raw.Body})
	}
	defer raw.Body.Close()
	body, err := io.ReadAll(io.LimitReader(raw.Body, maxBody))
	if err != nil {
		return adapters.Content{}, &adapters.Error{Class: adapters.NotSent, Op: k.op, Phase: adapters.Answered, Err: adapters.Redact(err)}
	}
	got := answer{raw.StatusCode, raw.Header, body}
	if err := a.http.refusal(k, got); err != nil {
		return adapters.Content{}, err
	}
	return adapters.Content{}, a.http.unreadable(k, got)
}
