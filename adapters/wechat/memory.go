package wechat

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
)

const (
	// keptArticles bounds how many of our articles are remembered.
	keptArticles = 60
	// draftMemory is how long it is remembered what a draft held.
	draftMemory = 60 * 24 * time.Hour
)

// memory is what the platform does not tell twice: which msg_data_id an article got,
// what a draft held, where the cover is. It is kept with the tokens. Two nodes that
// publish at the same moment may forget one article's number; its comments and figures are
// then not read.
type memory struct {
	cache adapters.TokenCache
	turn  chan struct{} // one change at a time
}

func newMemory(c adapters.TokenCache) *memory { return &memory{c, make(chan struct{}, 1)} }

// lock waits for a turn; it fails only when ctx ends.
func (m *memory) lock(ctx context.Context) error {
	select {
	case m.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &adapters.Error{Class: adapters.NotSent, Op: "remember", Err: ctx.Err()}
	}
}

func (m *memory) unlock() { <-m.turn }

// load reads what is kept under key into v, if anything is.
func (m *memory) load(ctx context.Context, key string, v any) (bool, error) {
	s, ok, err := m.cache.Token(ctx, "memory/"+key)
	if err != nil || !ok || s == "" {
		return false, err
	}
	return json.Unmarshal([]byte(s.Reveal()), v) == nil, nil
}

func (m *memory) keep(ctx context.Context, key string, v any, until time.Time) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return m.cache.KeepToken(ctx, "memory/"+key, adapters.Secret(b), until)
}

// forever is longer than any account lives.
func forever() time.Time { return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }

// watched is one of our articles: what comments and figures go by.
type watched struct {
	Data  int64        `json:"d"`
	Index int          `json:"i,omitempty"`
	Ref   adapters.Ref `json:"r,omitempty"` // what a receipt called it
	Day   string       `json:"t,omitempty"` // when it came out, in China
}

func (w watched) ref() adapters.Ref { return articleRef(strconv.FormatInt(w.Data, 10), w.Index) }

// parseWatched reads msg_data_id or msg_data_id:index.
func parseWatched(s string) (watched, bool) {
	data, index, _ := strings.Cut(s, ":")
	n, err := strconv.ParseInt(data, 10, 64)
	i, bad := strconv.Atoi(or(index, "0"))
	return watched{Data: n, Index: i}, err == nil && bad == nil && n > 0 && i >= 0
}

// ownArticles lists the configured articles and the newest of the remembered ones, oldest
// first, none twice.
func (a *account) ownArticles(ctx context.Context, newest int) ([]watched, error) {
	var kept []watched
	if _, err := a.memory.load(ctx, "articles", &kept); err != nil {
		return nil, &adapters.Error{Class: adapters.NotSent, Op: "remember articles", Err: err}
	}
	all := slices.Clone(a.options.watched)
	for _, w := range kept[max(len(kept)-newest, 0):] {
		if !slices.ContainsFunc(all, func(x watched) bool { return x.Data == w.Data && x.Index == w.Index }) {
			all = append(all, w)
		}
	}
	return all, nil
}

// remember adds an article. It failing is no reason to call a send anything but sent.
func (a *account) remember(ctx context.Context, w watched) {
	if w.Data == 0 {
		return
	}
	err := a.memory.lock(ctx)
	if err == nil {
		defer a.memory.unlock()
		var kept []watched
		if _, err = a.memory.load(ctx, "articles", &kept); err == nil {
			kept = slices.DeleteFunc(kept, func(x watched) bool { return x.Ref == w.Ref || x.Data == w.Data && x.Index == w.Index })
			kept = append(kept, w)
			err = a.memory.keep(ctx, "articles", kept[max(len(kept)-keptArticles, 0):], forever())
		}
	}
	if err != nil {
		a.log.Warn("an article's msg_data_id cannot be kept: its comments and figures will not be read; name it in option articles", "msg_data_id", w.Data, "error", err)
	}
}

// note is what a draft held, so that its later fate can be told.
type note struct {
	Code      string `json:"c,omitempty"`
	Title     string `json:"t,omitempty"`
	Print     string `json:"p,omitempty"` // of the words, without space and markup
	Withdrawn bool   `json:"w,omitempty"`
	Filed     int64  `json:"f,omitempty"` // when, in seconds
	Preview   bool   `json:"v,omitempty"` // only made to be shown to a colleague
	Theirs    bool   `json:"o,omitempty"` // made in the console, and approved as it is
}
