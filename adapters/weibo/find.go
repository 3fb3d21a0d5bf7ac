package weibo

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"netpatrol/adapters"
)

var _ adapters.Finder = (*account)(nil)

const (
	// clockSkew is how far the platform's clock may be from ours.
	clockSkew = 5 * time.Minute
	// appears is within how long the platform shows what it has taken; it says one to two minutes.
	appears = 5 * time.Minute
	// findPages bounds how far back a look-up walks: 500 posts of our own.
	findPages = 10
)

// Find looks for the printed code in our own posts since just before the first attempt.
// Absent needs a timeline that is complete for that time, shows no text cut short, and is old enough
// for a delayed post to have appeared. Comments and private messages are listed nowhere.
func (a *account) Find(ctx context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	if q.Code == "" || q.Channel != adapters.Public {
		return adapters.Finding{}, nil
	}
	w := walk{account: a, op: "find", code: q.Code}
	if !q.Since.IsZero() {
		w.since = q.Since.Add(-clockSkew)
	}
	complete, err := w.own(ctx, findPages)
	switch {
	case err != nil:
		return adapters.Finding{}, err
	case w.found != nil:
		return adapters.Finding{Verdict: adapters.Found, Receipt: w.found.receipt()}, nil
	case complete && !w.cut && !q.Since.IsZero() && w.asked.Sub(q.Since) > appears:
		return adapters.Finding{Verdict: adapters.Absent}, nil
	}
	return adapters.Finding{}, nil
}

// walk goes through our own posts, newest first.
type walk struct {
	account *account
	op      string
	code    string
	since   time.Time

	found *post
	cut   bool      // a text was shown in part only
	asked time.Time // by the platform's clock
}

// own walks so many pages and reports whether it saw everything back to since.
func (w *walk) own(ctx context.Context, pages int) (complete bool, err error) {
	v := url.Values{"uid": {w.account.options.uid}, "count": {strconv.Itoa(pageSize)}}
	for range pages {
		var page struct {
			Posts *[]post `json:"statuses"`
		}
		k := call{op: w.op, url: w.account.options.api + "/2/statuses/user_timeline.json", values: v}
		h, err := w.account.http.do(ctx, k, &page)
		switch {
		case err != nil:
			return false, err
		case page.Posts == nil:
			return false, nothing(k, "a list")
		case len(*page.Posts) == 0:
			w.asked = dateOf(h)
			return true, nil
		}
		w.asked = dateOf(h)
		lowest, done := w.judge(*page.Posts)
		if done || w.found != nil {
			return true, nil
		}
		if lowest == 0 {
			return false, &adapters.Error{Class: adapters.NotSent, Op: w.op, Phase: adapters.Answered, Err: errors.New("an entry of the timeline has no id")}
		}
		v.Set("max_id", strconv.FormatInt(lowest-1, 10))
	}
	return false, nil
}

// judge looks at one page; done: it reached behind since. Posts pinned to the top are older
// than what follows, so one old post alone ends nothing.
func (w *walk) judge(posts []post) (lowest int64, done bool) {
	for i, p := range posts {
		id, err := strconv.ParseInt(p.id(), 10, 64)
		if err != nil {
			return 0, false
		}
		if lowest == 0 || id < lowest {
			lowest = id
		}
		if p.User.id() != "" && p.User.id() != w.account.options.uid {
			continue
		}
		if holdsCode(p.Text, w.code) {
			w.found = &posts[i]
			return lowest, true
		}
		old := !w.since.IsZero() && !p.Created.IsZero() && p.Created.Before(w.since)
		done = old && i > 0
		w.cut = w.cut || p.Long && !old
	}
	return lowest, done
}

// holdsCode says whether text holds code as a word of its own: NP-1 is not in NP-12.
func holdsCode(text, code string) bool {
	for rest := text; ; {
		i := strings.Index(rest, code)
		if i < 0 || code == "" {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(rest[:i])
		after, _ := utf8.DecodeRuneInString(rest[i+len(code):])
		if !codeRune(before) && !codeRune(after) {
			return true
		}
		rest = rest[i+len(code):]
	}
}

// codeRune says whether r could continue a code. Chinese characters do not.
func codeRune(r rune) bool {
	return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-')
}
