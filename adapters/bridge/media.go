package bridge

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"netpatrol/adapters"
)

var _ adapters.MediaFetcher = (*account)(nil)

// maxProblem bounds what is read of an answer that is no file, in bytes.
const maxProblem = 64 << 10

// FetchMedia reads a file from the site by its id. The address in an event is never
// followed: it could lead to hosts that only we can reach.
func (a *account) FetchMedia(ctx context.Context, m adapters.Media) (adapters.Content, error) {
	k := call{op: "fetch a medium", object: true}
	var err error
	if k.path, err = objectPath(k.op, "/v1/media/", m.Ref); err != nil {
		return adapters.Content{}, err
	}
	resp, err := a.http.sign(a.http.files.R().SetContext(ctx), http.MethodGet, k.target(), nil).Get(a.http.base + k.target())
	if err != nil {
		return adapters.Content{}, a.http.scrubbed(&adapters.Error{Class: adapters.NotSent, Op: k.op, Err: adapters.Redact(err)})
	}
	r := resp.RawResponse
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // unreadable: no kind of medium
	top, _, _ := strings.Cut(kind, "/")
	if r.StatusCode == http.StatusOK && r.ContentLength != 0 && (top == "image" || top == "audio" || top == "video") {
		return adapters.Bounded(k.op, adapters.Content{Type: kind, Size: r.ContentLength, Body: r.Body})
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxProblem)) // cut short, it is no problem document
	_ = r.Body.Close()                                        // what is in it is not what was asked for
	if r.StatusCode >= 300 {
		return adapters.Content{}, a.http.refusal(k, r.StatusCode, r.Header, body)
	}
	return adapters.Content{}, notOfTheContract(k, errors.New("the answer is no file"))
}
