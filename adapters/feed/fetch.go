package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-resty/resty/v2"

	"netpatrol/adapters"
)

const (
	// maxBody bounds one feed in bytes.
	maxBody   = 4 << 20
	userAgent = "netpatrol/1 (official account of a public-safety agency; feed reader)"
)

var errReadOnly = errors.New("feeds are read only: an officer posts by hand")

// client reads feeds with the client the Host lends.
type client struct{ read *resty.Client }

func newClient(h adapters.Host) *client {
	hc := http.Client{Transport: http.DefaultTransport}
	if h.Read != nil {
		hc = *h.Read // resty sets things on the client it is given
	}
	r := resty.NewWithClient(&hc).SetRetryCount(0).SetResponseBodyLimit(maxBody).SetDisableWarn(true).SetLogger(quiet{}).
		SetHeader("User-Agent", userAgent).
		SetHeader("Accept", "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1")
	return &client{r}
}

// quiet drops resty's own remarks, which may hold addresses.
type quiet struct{}

func (quiet) Errorf(string, ...any) {}
func (quiet) Warnf(string, ...any)  {}
func (quiet) Debugf(string, ...any) {}

// fetched is one answer to a conditional GET.
type fetched struct {
	unchanged      bool
	body           []byte
	contentType    string
	etag, modified string
}

// fetch asks for a feed, unless it is as it was. Every error is an [*adapters.Error].
func (c *client) fetch(ctx context.Context, address, etag, modified string) (fetched, error) {
	const op = "poll"
	req := c.read.R().SetContext(ctx)
	if etag != "" {
		req.SetHeader("If-None-Match", etag)
	}
	if modified != "" {
		req.SetHeader("If-Modified-Since", modified)
	}
	res, err := req.Get(address)
	if err != nil {
		return fetched{}, &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeEndpoint, Op: op, Err: adapters.Redact(err)}
	}
	switch code := res.StatusCode(); {
	case code == http.StatusNotModified && (etag != "" || modified != ""):
		return fetched{unchanged: true}, nil
	case code != http.StatusOK:
		return fetched{}, refusal(op, code, res.Header())
	}
	h := res.Header()
	return fetched{body: res.Body(), contentType: h.Get("Content-Type"), etag: h.Get("ETag"), modified: h.Get("Last-Modified")}, nil
}

// refusal classifies an answer that is no feed. Nothing was ever sent.
func refusal(op string, code int, h http.Header) error {
	e := &adapters.Error{Class: adapters.NotSent, Scope: adapters.ScopeEndpoint, Op: op, Phase: adapters.Answered, Code: fmt.Sprint(code),
		Err: errors.New(http.StatusText(code))}
	switch code {
	case http.StatusUnauthorized, http.StatusForbidden:
		e.Class = adapters.AuthExpired
	case http.StatusNotFound, http.StatusGone:
		e.Class = adapters.Gone
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		e.Class, e.Until = adapters.RateLimited, adapters.RetryAfter(h)
	}
	return e
}
