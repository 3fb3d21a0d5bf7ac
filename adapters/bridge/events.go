package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"netpatrol/adapters"
)

var _ adapters.Watcher = (*account)(nil)

// event is one thing that happened on the site, the same by push and by poll.
type event struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Ref      string    `json:"ref"`
	Parent   string    `json:"parent,omitempty"`
	Thread   string    `json:"thread,omitempty"`
	From     person    `json:"from,omitzero"`
	Text     string    `json:"text,omitempty"`
	Language string    `json:"language,omitempty"`
	URL      string    `json:"url,omitempty"`
	At       time.Time `json:"at,omitzero"`
	Edited   time.Time `json:"edited,omitzero"`
	Media    []media   `json:"media,omitempty"`
	Detail   string    `json:"detail,omitempty"`

	// of an answer to a package that was handed over
	Package  string `json:"package,omitempty"` // its code
	Revision int    `json:"revision,omitempty"`
	Answer   string `json:"answer,omitempty"`
	Number   string `json:"number,omitempty"`
}

type media struct {
	Ref  string `json:"ref"`
	Type string `json:"type,omitempty"`
	URL  string `json:"url,omitempty"`
}

// page is a page of events; items are decoded one by one, so that an odd one does not
// hide the others.
type page struct {
	Items []json.RawMessage `json:"items"`
	Next  string            `json:"next"`
	More  bool              `json:"more"`
}

// kind reads a kind of the contract, whose words are the seam's.
func kind(word string) adapters.Kind {
	switch k := adapters.Kind(word); k {
	case adapters.KindMessage, adapters.KindMention, adapters.KindComment, adapters.KindPost, adapters.KindEdited,
		adapters.KindDeleted, adapters.KindFollow, adapters.KindUnfollow, adapters.KindOutcome, adapters.KindAnswer:
		return k
	}
	return adapters.KindOther
}

// Sources are what the site says can be polled.
func (a *account) Sources() []string { return slices.Clone(a.about.Sources) }

// most is how many events one poll asks for.
const most = 100

// Poll reads one page. Where it goes on is the site's cursor, which must stand for all
// events up to it.
func (a *account) Poll(ctx context.Context, source string, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	k := call{op: "poll", path: "/v1/events"}
	if !slices.Contains(a.about.Sources, source) {
		return adapters.Batch{}, &adapters.Error{Class: adapters.Unsupported, Scope: adapters.ScopeEndpoint, Op: k.op,
			Err: fmt.Errorf("the site has no source %q: its /v1/about lists %q", source, a.about.Sources)}
	}
	if limit <= 0 || limit > most {
		limit = most
	}
	k.query = url.Values{"source": {source}, "limit": {strconv.Itoa(limit)}}
	if cur != "" {
		k.query.Set("after", string(cur))
	}
	var p page
	if err := a.http.do(ctx, k, &p); err != nil {
		return adapters.Batch{}, err
	}
	if p.Items == nil || p.Next == "" || len(p.Items) > limit {
		return adapters.Batch{}, notOfTheContract(k, fmt.Errorf("a page must hold items, at most %d, and next", limit))
	}
	items, err := inbounds(p.Items)
	if err != nil {
		return adapters.Batch{}, notOfTheContract(k, err)
	}
	return adapters.Batch{Items: items, Next: adapters.Cursor(p.Next), More: p.More}, nil
}

// inbounds translates events. One that cannot be read is passed on under its id, as
// KindOther: nothing that was addressed to us is dropped.
func inbounds(raw []json.RawMessage) (out []adapters.Inbound, err error) {
	for _, r := range raw {
		var named struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(r, &named) // what is wrong with the rest, the next line finds
		if !refPattern.MatchString(named.ID) {
			return nil, errors.New("an event has no id of the contract, so that it could not be told from another")
		}
		var e event
		if json.Unmarshal(r, &e) != nil {
			e = event{ID: named.ID, Kind: "unreadable"}
		}
		out = append(out, e.inbound())
	}
	return out, nil
}

func (e event) inbound() adapters.Inbound {
	in := adapters.Inbound{
		Key: e.ID, Kind: kind(e.Kind), Ref: adapters.Ref(e.Ref), Parent: adapters.Ref(e.Parent), Thread: adapters.Ref(e.Thread),
		From: e.From.person(), Text: e.Text, Language: e.Language, URL: e.URL,
		At: e.At.UTC(), Edited: e.Edited.UTC(), Detail: e.Detail,
	}
	if in.Kind == adapters.KindAnswer {
		in.Answer = e.answer()
	}
	if in.Kind == adapters.KindAnswer && in.Answer == nil {
		in.Kind = adapters.KindOther
	}
	if in.Kind == adapters.KindOther {
		in.Detail = truncate(e.Kind, 40)
	}
	for _, m := range e.Media {
		in.Media = append(in.Media, adapters.Media{Ref: adapters.Ref(m.Ref), Type: m.Type, URL: m.URL})
	}
	return in
}
