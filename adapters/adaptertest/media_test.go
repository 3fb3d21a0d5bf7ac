package adaptertest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

// shelf is a pretend platform that has one file and nothing else.
type shelf struct {
	mu   sync.Mutex
	file []byte
}

func (s *shelf) Sent() []adaptertest.Sent { return nil }

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.URL.Path == "/me":
		toySay(w, map[string]string{"ID": "us"})
	case s.file == nil:
		w.WriteHeader(404)
	default:
		w.Header().Set("Content-Type", "image/jpeg")
		w.Header().Set("Content-Length", strconv.Itoa(len(s.file)))
		_, _ = w.Write(s.file)
	}
}

// flaw is a mistake in fetching media.
type flaw string

const (
	faultless   flaw = ""
	follows     flaw = "follows redirects"
	takesAny    flaw = "takes any answer for the file"
	noEnd       flaw = "reads without end"
	swallowsCut flaw = "takes a cut file for a whole one"
	allGone     flaw = "takes every failure for deletion"
	plainError  flaw = "returns untyped errors"
)

// reader is an account that can fetch and nothing else.
type reader struct {
	base string
	http *http.Client
	flaw flaw
}

func (*reader) Close() error { return nil }

func (*reader) Identity(context.Context) (adapters.Identity, error) {
	return adapters.Identity{Person: adapters.Person{ID: "us"}, Evidence: "the platform says so"}, nil
}

func (a *reader) Caps() adapters.Caps { return adapters.Caps{Media: a} }

func (a *reader) FetchMedia(ctx context.Context, m adapters.Media) (adapters.Content, error) {
	c, err := a.fetch(ctx, m)
	if err != nil && a.flaw == plainError {
		return c, errors.New("it went wrong")
	}
	return c, err
}

func (a *reader) fetch(ctx context.Context, m adapters.Media) (adapters.Content, error) {
	const op = "fetch"
	failed := &adapters.Error{Class: adapters.NotSent, Op: op}
	if a.flaw == allGone {
		failed.Class = adapters.Gone
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/file/"+string(m.Ref), nil)
	if err != nil {
		return adapters.Content{}, failed
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return adapters.Content{}, failed
	}
	if a.flaw != takesAny && (resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/jpeg") {
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusNotFound {
			failed.Class = adapters.Gone
		}
		return adapters.Content{}, failed
	}
	c := adapters.Content{Type: resp.Header.Get("Content-Type"), Size: resp.ContentLength, Body: resp.Body}
	switch a.flaw {
	case noEnd:
		return c, nil
	case swallowsCut:
		c.Size, c.Body = -1, io.NopCloser(forgiving{resp.Body})
	}
	return adapters.Bounded(op, c)
}

// forgiving ends well whatever happens.
type forgiving struct{ io.Reader }

func (f forgiving) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

func shelfKit(f flaw) adaptertest.Kit {
	return adaptertest.Kit{
		Platform: adapters.Platform{
			Manifest: adapters.Manifest{Name: "shelf", Title: "Shelf", Docs: "docs/shelf.md", Abilities: []adapters.Ability{{Name: "media"}}},
			Open: func(_ context.Context, c adapters.Config, h adapters.Host) (adapters.Account, error) {
				hc := *h.Read
				if f != follows {
					hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				}
				return &reader{base: c.BaseURL, http: &hc, flaw: f}, nil
			},
		},
		Config: func(base string) adapters.Config { return adapters.Config{ID: "shelf", BaseURL: base} },
		Fake:   func() adaptertest.Fake { return &shelf{} },
		Media: &adaptertest.Media{
			Send: func(to adaptertest.Fake, _ string, data []byte) adapters.Media {
				s := to.(*shelf)
				s.mu.Lock()
				defer s.mu.Unlock()
				s.file = data
				return adapters.Media{Ref: "1", Type: "image/jpeg"}
			},
			Expire: func(of adaptertest.Fake, _ adapters.Media) {
				s := of.(*shelf)
				s.mu.Lock()
				defer s.mu.Unlock()
				s.file = nil
			},
		},
	}
}

func TestMediaSuitePassesAGoodAdapter(t *testing.T) {
	adaptertest.Check(&recorder{t: t, only: "media"}, shelfKit(faultless))
}

func TestMediaSuiteHasTeeth(t *testing.T) {
	for f, words := range map[flaw]string{
		follows: "reached a host that is not the platform's", takesAny: "bytes and no error", noEnd: "want adapters.ErrTooLarge",
		swallowsCut: "file cut short", allGone: "nobody said that it is gone", plainError: "no *adapters.Error",
	} {
		t.Run(string(f), func(t *testing.T) {
			r := &recorder{t: t, only: "media", failures: &failures{}}
			adaptertest.Check(r, shelfKit(f))
			if got := r.failures.all(); !strings.Contains(got, words) {
				t.Errorf("the suite did not notice; it said:\n%s\nwant a failure with %q", got, words)
			}
		})
	}
}
