package forum

import (
	"encoding/json"
	"fmt"
	"slices"

	"netpatrol/adapters"
)

const (
	// Reach is how far behind the newest id a missing one is still waited for.
	Reach = 50
	// patience is in how many complete polls a missing id is looked for.
	patience = 3
)

// Cursor is how far the ids of one counter have been read. Forums draw the id of a post
// before the post can be seen, so that a later one may show first: an id that was passed
// over is a gap, and is looked for again in the next polls. Times are no measure, because
// what is released from an approval queue keeps the time at which it was written.
type Cursor struct {
	At   ID    `json:"at"`
	Gaps []Gap `json:"gaps,omitempty"` // ascending
	// Since is, for private messages, the newest activity that has been read, in milliseconds.
	Since int64 `json:"since,omitempty"`
	// Start is set while what was unread at the first poll is being read.
	Start bool `json:"start,omitempty"`
}

// Gap is an id below At that was not there to be read.
type Gap struct {
	ID    ID  `json:"id"`
	Tries int `json:"tries,omitempty"`
}

// ParseCursor reads what [Cursor.String] wrote.
func ParseCursor(op string, cur adapters.Cursor) (c Cursor, err error) {
	if err := json.Unmarshal([]byte(cur), &c); err != nil || len(c.Gaps) > Reach {
		return Cursor{}, Reject(op, adapters.ScopeEndpoint, fmt.Errorf("the cursor is not one of ours (%d bytes)", len(cur)))
	}
	return c, nil
}

// Cursor is the cursor as the engine keeps it.
func (c Cursor) Cursor() adapters.Cursor {
	b, _ := json.Marshal(c) // numbers always marshal
	return adapters.Cursor(b)
}

// Fresh says whether id has not been read.
func (c Cursor) Fresh(id ID) bool {
	return id > c.At || slices.ContainsFunc(c.Gaps, func(g Gap) bool { return g.ID == id })
}

// Next is the cursor after a poll that read the ids taken, and up to at. Whole: the poll was
// not cut short, so that what it did not find was not there.
func (c Cursor) Next(at ID, taken []ID, whole bool) Cursor {
	next := Cursor{At: max(at, c.At), Since: c.Since}
	for _, g := range c.Gaps {
		if whole {
			g.Tries++
		}
		if g.Tries < patience && g.ID > next.At-2*Reach && !slices.Contains(taken, g.ID) {
			next.Gaps = append(next.Gaps, g)
		}
	}
	for id := max(c.At, next.At-Reach) + 1; id <= next.At; id++ {
		if !slices.Contains(taken, id) {
			next.Gaps = append(next.Gaps, Gap{ID: id})
		}
	}
	next.Gaps = next.Gaps[max(0, len(next.Gaps)-Reach):]
	return next
}
