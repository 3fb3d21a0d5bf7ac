package feed

import (
	"encoding/json"
	"errors"
	"slices"

	"netpatrol/adapters"
)

// cursor is what is known of a feed: the marks of the entries it showed, newest last, and how
// to ask whether it has changed. A feed has no order one can go on from.
type cursor struct {
	// ETag and Modified are only kept once everything the feed showed was returned.
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
	Seen     string `json:"seen"` // marks, one after another
}

const (
	markLen = idLen + wordLen
	// maxSeen bounds the marks: entries that vanish for a while are not new when they come back.
	maxSeen = maxEntries
	// maxValidator bounds what a site can make us keep and send back, in bytes.
	maxValidator = 256
)

func parseCursor(cur adapters.Cursor) (c cursor, err error) {
	if cur == "" {
		return c, nil
	}
	if err := json.Unmarshal([]byte(cur), &c); err != nil || len(c.Seen)%markLen != 0 {
		return c, &adapters.Error{Class: adapters.Rejected, Scope: adapters.ScopeEndpoint, Op: "poll", Err: errors.New("the cursor is not one of ours")}
	}
	return c, nil
}

func (c cursor) marks() (all []string) {
	for i := 0; i+markLen <= len(c.Seen); i += markLen {
		all = append(all, c.Seen[i:i+markLen])
	}
	return all
}

// batch returns what is new or changed, at most limit of it, and the cursor behind that.
// first: nothing is returned, all is noted.
func (c cursor) batch(entries []entry, first bool, limit int, etag, modified string) adapters.Batch {
	known := map[string]string{} // id -> mark
	for _, m := range c.marks() {
		known[idOf(m)] = m
	}
	var b adapters.Batch
	var shown []string
	for _, e := range entries {
		old, seen := known[idOf(e.mark)]
		if first || old == e.mark {
			shown = append(shown, e.mark)
			continue
		}
		if limit > 0 && len(b.Items) == limit {
			b.More = true
			if seen {
				shown = append(shown, old) // its new words are for the next poll
			}
			continue
		}
		if seen {
			e.in.Kind = adapters.KindEdited
		}
		b.Items, shown = append(b.Items, e.in), append(shown, e.mark)
	}
	next := cursor{Seen: remember(c.marks(), shown)}
	if !b.More && len(etag) <= maxValidator && len(modified) <= maxValidator {
		next.ETag, next.Modified = etag, modified
	}
	b.Next = next.encode()
	return b
}

// remember keeps what is shown now, and as much of what was shown before as there is room for.
func remember(before, shown []string) string {
	now := map[string]bool{}
	for _, m := range shown {
		now[idOf(m)] = true
	}
	before = slices.DeleteFunc(before, func(m string) bool { return now[idOf(m)] })
	all := append(before, shown...)
	if len(all) > maxSeen {
		all = all[len(all)-maxSeen:]
	}
	out := make([]byte, 0, len(all)*markLen)
	for _, m := range all {
		out = append(out, m...)
	}
	return string(out)
}

func (c cursor) encode() adapters.Cursor {
	b, err := json.Marshal(c)
	if err != nil {
		panic("feed: a cursor of texts does not encode: " + err.Error())
	}
	return adapters.Cursor(b)
}
