package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"netpatrol/adapters"
)

const (
	// mediaLife is how long the platform keeps what a person sent
	// (doc/service/api/material/temporary/api_getmedia).
	mediaLife = 3 * 24 * time.Hour
	// maxAnswer bounds an answer that is JSON and no file, in bytes.
	maxAnswer = 64 << 10
	fetching  = "fetch a medium"
)

var _ adapters.MediaFetcher = (*account)(nil)

// FetchMedia reads what a person sent, by its media_id, within three days. Of a video the
// platform gives an address instead; it is followed to the API's own host and to hosts of
// the platform's operator, by HTTPS, and nowhere else. A refused token is replaced once.
func (a *account) FetchMedia(ctx context.Context, m adapters.Media) (adapters.Content, error) {
	if m.Ref == "" {
		return adapters.Content{}, rejected(fetching, adapters.ScopeItem, errors.New("the message names no media_id"))
	}
	c, video, stale, err := a.http.fetch(ctx, m.Ref)
	if stale {
		c, video, _, err = a.http.fetch(ctx, m.Ref)
	}
	if err != nil || video == "" {
		return c, err
	}
	where, err := a.ofPlatform(video)
	if err != nil {
		return adapters.Content{}, err
	}
	resp, err := a.http.read.R().SetContext(ctx).SetDoNotParseResponse(true).Get(where)
	if err != nil {
		return adapters.Content{}, a.http.about(call{op: fetching}, "", &adapters.Error{Class: adapters.NotSent, Err: adapters.Redact(err)})
	}
	return content(resp.RawResponse)
}

// fetch asks for a medium once. It gives the file, or the address of a video. Stale means
// that the access token was refused.
func (c *client) fetch(ctx context.Context, id adapters.Ref) (f adapters.Content, video string, stale bool, err error) {
	k := call{op: fetching}
	token, err := c.tokens.get(ctx)
	if err != nil {
		return f, "", false, c.about(k, "", err)
	}
	resp, err := c.read.R().SetContext(ctx).SetDoNotParseResponse(true).
		SetQueryParam("access_token", token.Reveal()).SetQueryParam("media_id", string(id)).Get("/cgi-bin/media/get")
	if err != nil {
		return f, "", false, c.about(k, token.Reveal(), &adapters.Error{Class: adapters.NotSent, Err: adapters.Redact(err)})
	}
	if raw := resp.RawResponse; raw.StatusCode != http.StatusOK || isFile(raw) {
		f, err = content(raw)
		return f, "", false, err
	}
	video, stale, err = c.answered(resp.RawResponse, token)
	return f, video, stale, err
}

// answered reads an answer that is no file: an error, or where a video is.
func (c *client) answered(raw *http.Response, token adapters.Secret) (video string, stale bool, err error) {
	defer raw.Body.Close()
	body, err := io.ReadAll(io.LimitReader(raw.Body, maxAnswer))
	if err != nil {
		return "", false, c.about(call{op: fetching}, token.Reveal(), &adapters.Error{Class: adapters.NotSent, Phase: adapters.Answered, Err: adapters.Redact(err)})
	}
	var a struct {
		answer
		VideoURL string `json:"video_url"`
	}
	if json.Unmarshal(body, &a) != nil || (a.Code == nil || *a.Code == 0) && a.VideoURL == "" {
		return "", false, notFile(fmt.Errorf("the answer (%d bytes) is neither a file nor what was expected", len(body)))
	}
	if a.VideoURL != "" {
		return a.VideoURL, false, nil
	}
	if stale = staleToken(*a.Code); stale {
		c.tokens.refuse(token)
	}
	m := meaningOf(*a.Code, false)
	return "", stale, &adapters.Error{
		Class: m.class, Scope: m.scope, Code: codeText(*a.Code), Phase: adapters.Answered, Op: fetching, Until: m.wait.until(raw.Header),
		Err: errors.New(said(*a.Code, m, c.scrub(a.Message, token.Reveal()))),
	}
}

func notFile(err error) error {
	return &adapters.Error{Class: adapters.NotSent, Op: fetching, Phase: adapters.Answered, Err: err}
}

// isFile says whether an answer is a medium: its type is one of media, or it is to be saved.
func isFile(r *http.Response) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	top, _, _ := strings.Cut(kind, "/")
	switch {
	case err == nil && (top == "image" || top == "audio" || top == "voice" || top == "video"):
		return true
	case strings.Contains(kind, "json") || top == "text":
		return false
	}
	return r.Header.Get("Content-Disposition") != ""
}

// content makes a file of an answer.
func content(r *http.Response) (adapters.Content, error) {
	if r.StatusCode != http.StatusOK || !isFile(r) || r.ContentLength == 0 {
		e := &adapters.Error{Class: adapters.NotSent, Op: fetching, Phase: adapters.Answered, Code: "HTTP " + codeText(r.StatusCode), Err: errors.New("the answer is no file")}
		if r.StatusCode != http.StatusOK {
			e.Class, e.Scope = statusOf(r.StatusCode, false)
			e.Until = adapters.RetryAfter(r.Header)
		}
		_ = r.Body.Close() // there is nothing in it
		return adapters.Content{}, e
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return adapters.Bounded(fetching, adapters.Content{Type: strings.TrimSpace(kind), Size: r.ContentLength, Body: r.Body})
}

// ofPlatform accepts an address of the API's own host, or of the platform's operator, which
// is then called by HTTPS. Which hosts videos are on is not documented.
func (a *account) ofPlatform(link string) (string, error) {
	u, err := url.Parse(link)
	base, _ := url.Parse(a.options.base) // checked by readOptions
	switch {
	case err == nil && u.Host == base.Host:
		u.Scheme = base.Scheme
		return u.String(), nil
	case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && strings.HasSuffix(u.Hostname(), ".qq.com") && (u.Port() == "" || u.Port() == "80" || u.Port() == "443"):
		u.Scheme, u.Host = "https", u.Hostname()
		return u.String(), nil
	}
	return "", rejected(fetching, adapters.ScopeItem, errors.New("the video is on a host that is not known to be the platform's"))
}
