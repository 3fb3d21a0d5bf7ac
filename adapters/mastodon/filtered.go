package mastodon

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"netpatrol/adapters"
)

const (
	// requestPages bounds the list of filtered strangers: 800 of them.
	requestPages = 10
	// positions bounds how many strangers' places the cursor remembers.
	positions = 128
	// readAgain is how far back somebody's mentions are read whose place is forgotten:
	// less than the seven days for which the inbox knows a key again.
	readAgain = 6 * 24 * time.Hour
)

// filteredCursor is where the walk through the filtered strangers stands: all
// updates up to Done are read, and at Done those of accounts up to Last; Account
// is being read up to its update at Updated, Again if its place was forgotten.
type filteredCursor struct {
	Done    time.Time  `json:"d,omitzero"`
	Last    string     `json:"l,omitempty"`
	Account string     `json:"a,omitempty"`
	Updated time.Time  `json:"u,omitzero"`
	Again   bool       `json:"r,omitempty"`
	Places  []position `json:"p,omitempty"` // last read last
}

// position is how far one stranger's mentions are read.
type position struct {
	Account string `json:"a"`
	Min     string `json:"m"`
}

// place returns how far an account is read; known is false when that is forgotten.
func (c filteredCursor) place() (min string, known bool) {
	for _, p := range c.Places {
		if p.Account == c.Account {
			return p.Min, true
		}
	}
	return start, false
}

// reach remembers how far the account is read and forgets whoever was read longest ago.
func (c filteredCursor) reach(min string) filteredCursor {
	places := slices.DeleteFunc(slices.Clone(c.Places), func(p position) bool { return p.Account == c.Account })
	places = append(places, position{c.Account, min})
	c.Places = places[max(len(places)-positions, 0):]
	return c
}

// finish ends the reading of an account.
func (c filteredCursor) finish() filteredCursor {
	return filteredCursor{Done: c.Updated, Last: c.Account, Places: c.Places}
}

// pollFiltered reads one page of one stranger's mentions. The inbox knows most
// of them already from the mentions; the key is the same.
func (a *account) pollFiltered(ctx context.Context, cur adapters.Cursor, limit int) (adapters.Batch, error) {
	c, err := parseFiltered(cur)
	if err != nil {
		return adapters.Batch{}, err
	}
	if c.Account == "" {
		if c, err = a.nextStranger(ctx, c); err != nil {
			return adapters.Batch{}, err
		}
	}
	if c.Account == "" {
		return adapters.Batch{Next: c.cursor()}, nil
	}
	return a.strangersPage(ctx, c, limit)
}

// strangersPage reads on in one stranger's mentions; an empty page ends them, and
// the next poll looks for others.
func (a *account) strangersPage(ctx context.Context, c filteredCursor, limit int) (adapters.Batch, error) {
	from, _ := c.place()
	q := url.Values{"types[]": {"mention"}, "include_filtered": {"true"}, "account_id": {c.Account}}
	page, err := a.page(ctx, "poll filtered", "/api/v1/notifications", q, from, bounded(limit, 80))
	if err != nil {
		return adapters.Batch{}, err
	}
	if page.next == "" || page.next == from {
		return adapters.Batch{Next: c.finish().cursor(), More: true}, nil
	}
	b := adapters.Batch{Next: c.reach(page.next).cursor(), More: true}
	for _, raw := range page.items {
		if c.Again && raw.before(c.Done.Add(-readAgain)) {
			continue
		}
		if in, ok := a.fromNotification(raw); ok {
			b.Items = append(b.Items, in)
		}
	}
	return b, nil
}

// nextStranger picks the filtered stranger whose entry changed first after Done,
// if there is one.
func (a *account) nextStranger(ctx context.Context, c filteredCursor) (filteredCursor, error) {
	waiting, err := a.filteredAfter(ctx, c)
	if err != nil || len(waiting) == 0 {
		return c, err
	}
	first := slices.MinFunc(waiting, func(x, y notificationRequest) int {
		return cmp.Or(x.Updated.Compare(y.Updated.Time), cmp.Compare(x.Account.ID, y.Account.ID))
	})
	c.Account, c.Updated = string(first.Account.ID), first.Updated.Time
	_, known := c.place()
	c.Again = !known
	return c, nil
}

// before says whether r changed after all that was read. Ids only break ties.
func (c filteredCursor) before(r notificationRequest) bool {
	return r.Updated.After(c.Done) || r.Updated.Equal(c.Done) && string(r.Account.ID) > c.Last
}

func (a *account) filteredAfter(ctx context.Context, c filteredCursor) ([]notificationRequest, error) {
	var out []notificationRequest
	q := url.Values{"limit": {"80"}}
	for range requestPages {
		var page []notificationRequest
		err := a.http.do(ctx, call{op: "poll filtered", path: "/api/v1/notifications/requests", query: q}, &page)
		if isGone(err) { // the server keeps no such list
			return nil, nil
		}
		if err != nil || len(page) == 0 {
			return out, err
		}
		for _, r := range page {
			if r.Account.ID != "" && c.before(r) {
				out = append(out, r)
			}
		}
		q.Set("max_id", string(page[len(page)-1].ID))
	}
	a.log.Warn("more strangers are filtered than one poll reads: lower the account's notification filters", "read", len(out))
	return out, nil
}

func (c filteredCursor) cursor() adapters.Cursor {
	b, _ := json.Marshal(c) // strings and times of this century always marshal
	return adapters.Cursor(b)
}

func parseFiltered(cur adapters.Cursor) (c filteredCursor, err error) {
	if cur == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(cur), &c); err != nil {
		return c, rejected("poll filtered", adapters.ScopeEndpoint, fmt.Errorf("the cursor is not one of ours (%d bytes)", len(cur)))
	}
	return c, nil
}
