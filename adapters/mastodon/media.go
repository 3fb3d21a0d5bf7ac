package mastodon

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

const fetching = "fetch a medium"

var (
	_ adapters.MediaFetcher = (*account)(nil)

	errForeign = errors.New("the file is on another host than the server's API")
)

// files makes a client for attachments. It carries no token, and follows a redirect only
// on the server itself: an address in a message must not lead to hosts that only we can reach.
func files(lent *http.Client, base *url.URL) *resty.Client {
	hc := *lent
	if hc.Transport == nil {
		hc.Transport = http.DefaultTransport
	}
	hc.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) > 3 || !sameOrigin(r.URL, base) {
			return errForeign
		}
		return nil
	}
	return resty.NewWithClient(&hc).SetRetryCount(0).SetHeader("User-Agent", userAgent).SetDisableWarn(true).SetDoNotParseResponse(true)
}

func sameOrigin(u, base *url.URL) bool {
	return u.Scheme == base.Scheme && u.Host == base.Host && u.User == nil
}

// FetchMedia reads an attachment from the server that the account is on. Servers keep
// copies of what comes from others; what lies anywhere else, also on a separate host for
// files, is refused with class Rejected.
func (a *account) FetchMedia(ctx context.Context, m adapters.Media) (adapters.Content, error) {
	u, err := url.Parse(m.URL)
	if err != nil || !sameOrigin(u, a.http.base) {
		return adapters.Content{}, &adapters.Error{Class: adapters.Rejected, Op: fetching, Err: errForeign}
	}
	resp, err := a.http.files.R().SetContext(ctx).Get(u.String())
	if errors.Is(err, errForeign) {
		return adapters.Content{}, &adapters.Error{Class: adapters.Rejected, Op: fetching, Phase: adapters.Answered, Err: errForeign}
	}
	if err != nil {
		return adapters.Content{}, &adapters.Error{Class: adapters.NotSent, Op: fetching, Err: adapters.Redact(err)}
	}
	return file(resp.RawResponse)
}

// file makes a medium of an answer, or says why it is none.
func file(r *http.Response) (adapters.Content, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // unreadable: no kind of medium
	top, _, _ := strings.Cut(kind, "/")
	if r.StatusCode == http.StatusOK && r.ContentLength != 0 && (top == "image" || top == "audio" || top == "video") {
		return adapters.Bounded(fetching, adapters.Content{Type: kind, Size: r.ContentLength, Body: r.Body})
	}
	_ = r.Body.Close() // what is in it is not what was asked for
	e := &adapters.Error{Class: adapters.NotSent, Op: fetching, Phase: adapters.Answered, Code: strconv.Itoa(r.StatusCode), Err: errors.New("the answer is no file")}
	switch r.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		e.Class = adapters.Gone
	case http.StatusTooManyRequests:
		e.Class, e.Scope, e.Until = adapters.RateLimited, adapters.ScopeAccount, resetTime(r.Header)
	}
	return adapters.Content{}, e
}
