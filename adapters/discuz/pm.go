package discuz

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

const (
	chatLists = 40               // pages of the list of conversations one poll reads
	chatPages = 20               // pages of one conversation
	startList = 3                // pages of the list the first poll reads
	chatSlack = 60 * time.Second // between the times of a list and of its messages
)

// chatCursor is where reading private messages stands. Their numbers grow over all
// conversations.
type chatCursor struct {
	PMID  forum.ID `json:"p"` // the newest that has been read
	Time  int64    `json:"t"` // in which second something was last said, as far as is known
	Start bool     `json:"s"` // what was unanswered at the first poll is still being read
}

// chats is what a poll found.
type chats struct {
	account  *account
	cursor   chatCursor
	newest   forum.ID
	lastSaid time.Time
	found    []pm
}

// pollMessages reads what others wrote to us. It starts with what is unanswered: whatever
// somebody wrote since we last wrote to them. The board's own mark for what is unread is
// taken away by reading, before anything is safe, and so is of no use.
func (a *account) pollMessages(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	const op = "poll messages"
	c := chatCursor{Start: true}
	if cur != "" {
		c = chatCursor{}
		if err := json.Unmarshal([]byte(cur), &c); err != nil {
			return adapters.Batch{}, forum.Reject(op, adapters.ScopeEndpoint, fmt.Errorf("the cursor is not one of ours (%d bytes)", len(cur)))
		}
	}
	w := &chats{account: a, cursor: c, newest: c.PMID, lastSaid: time.Unix(c.Time, 0)}
	talks, err := w.conversations(ctx, op)
	if err != nil {
		return adapters.Batch{}, err
	}
	for _, t := range talks {
		if err := w.read(ctx, op, t); err != nil {
			return adapters.Batch{}, err
		}
	}
	return w.batch(limit), nil
}

// conversations lists those in which something may be new.
func (w *chats) conversations(ctx context.Context, op string) (out []pm, err error) {
	most := chatLists
	if w.cursor.Start {
		most = startList
	}
	since := time.Unix(w.cursor.Time, 0).Add(-chatSlack)
	for n := 1; n <= most; n++ {
		talks, full, err := w.account.talks(ctx, op, n)
		if err != nil {
			return nil, err
		}
		old := false
		for _, t := range talks {
			if w.lastSaid = later(w.lastSaid, t.last()); !w.cursor.Start && t.last().Before(since) {
				old = true
			} else if t.Kind != "2" && t.To > 0 {
				out = append(out, t)
			}
		}
		if old || !full {
			return out, nil
		}
	}
	if !w.cursor.Start {
		w.account.log.Warn("more conversations have news than one poll lists", "listed", len(out))
	}
	return out, nil
}

func later(x, y time.Time) time.Time {
	if y.After(x) {
		return y
	}
	return x
}

// talks is a page of the list of conversations, newest first.
func (a *account) talks(ctx context.Context, op string, page int) ([]pm, bool, error) {
	var answer struct {
		List    rows[pm] `json:"list"`
		PerPage forum.ID `json:"perpage"`
	}
	q := url.Values{"filter": {"privatepm"}, "page": {strconv.Itoa(page)}}
	if _, err := a.get(ctx, op, "mypm", q, &answer); err != nil {
		return nil, false, err
	}
	if !answer.List.given {
		return nil, false, listless(op)
	}
	return answer.List.list, answer.PerPage > 0 && len(answer.List.list) >= int(answer.PerPage), nil
}

// read takes from a conversation what is new; at the start, what is unanswered.
func (w *chats) read(ctx context.Context, op string, talk pm) error {
	_, err := w.account.conversation(ctx, op, talk.To, func(p pm) (enough bool) {
		w.newest = max(w.newest, p.PMID)
		ours := p.sender().ID == w.account.self.UID.String()
		if p.PMID <= w.cursor.PMID || ours && w.cursor.Start {
			return true
		}
		if !ours {
			w.found = append(w.found, p)
		}
		return false
	})
	return err
}

// conversation shows the messages with one person to see, the newest first, until it has
// seen enough. whole: it was shown all of them.
func (a *account) conversation(ctx context.Context, op string, with forum.ID, see func(pm) (enough bool)) (whole bool, err error) {
	q := url.Values{"subop": {"view"}, "touid": {with.String()}}
	for n := 0; n < chatPages; n++ {
		var answer struct {
			List rows[pm] `json:"list"`
			Page forum.ID `json:"page"`
		}
		if _, err := a.get(ctx, op, "mypm", q, &answer); err != nil {
			return false, err
		}
		if !answer.List.given {
			return false, listless(op)
		}
		slices.SortFunc(answer.List.list, func(x, y pm) int { return cmp.Compare(y.PMID, x.PMID) })
		for _, p := range answer.List.list {
			if p.PMID > 0 && see(p) {
				return false, nil
			}
		}
		if answer.Page <= 1 {
			return true, nil
		}
		q.Set("page", (answer.Page - 1).String()) // without a page the board shows the last
	}
	return false, nil
}

// batch is the oldest of what was found, and where to go on.
func (w *chats) batch(limit int) adapters.Batch {
	slices.SortFunc(w.found, func(x, y pm) int { return cmp.Compare(x.PMID, y.PMID) })
	more := limit > 0 && len(w.found) > limit
	next := chatCursor{PMID: w.newest, Time: w.lastSaid.Unix()}
	if more {
		w.found = w.found[:limit]
		last := w.found[limit-1]
		next = chatCursor{PMID: last.PMID, Time: min(last.Made.Unix(), next.Time), Start: w.cursor.Start}
	}
	b := adapters.Batch{More: more}
	for _, p := range w.found {
		words, _ := plain(p.Message)
		b.Items = append(b.Items, adapters.Inbound{Key: p.PMID.String(), Kind: adapters.KindMessage, Ref: pmRef(p.PMID), From: p.sender(), Text: words, At: p.Made.Time})
	}
	j, _ := json.Marshal(next) // numbers always marshal
	b.Next = adapters.Cursor(j)
	return b
}
