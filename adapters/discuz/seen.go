package discuz

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"netpatrol/adapters"
	"netpatrol/adapters/internal/forum"
)

// rememberedMarks bounds how many entries of a list a cursor names.
const rememberedMarks = 200

// mark names an entry of a list and says where it stands in it.
type mark struct {
	At   int64  `json:"a"`
	Name string `json:"n"`
}

// seen is a cursor: the newest entries that have been read, and the place below which
// everything has.
type seen struct {
	Floor int64  `json:"f,omitempty"`
	Marks []mark `json:"m,omitempty"` // ascending
}

func (s seen) has(m mark) bool {
	return m.At < s.Floor || slices.Contains(s.Marks, m)
}

// start is the cursor of the first poll: what is listed is the past, and if there was more
// than was listed, so is all that is older.
func (s seen) start(listed []mark, full bool) seen {
	s = s.add(listed)
	if full && len(s.Marks) > 0 {
		s.Floor = max(s.Floor, s.Marks[0].At)
	}
	return s
}

// add marks entries as read and forgets the oldest, all of which are then below the floor.
func (s seen) add(more []mark) seen {
	s.Marks = slices.Concat(s.Marks, more)
	slices.SortFunc(s.Marks, func(x, y mark) int { return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.Name, y.Name)) })
	if n := len(s.Marks) - rememberedMarks; n > 0 {
		s.Floor = s.Marks[n].At
		s.Marks = slices.DeleteFunc(s.Marks, func(m mark) bool { return m.At < s.Floor })
	}
	return s
}

func (s seen) cursor() adapters.Cursor {
	b, _ := json.Marshal(s) // numbers and strings always marshal
	return adapters.Cursor(b)
}

func parseSeen(op string, cur adapters.Cursor) (s seen, err error) {
	if cur == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(cur), &s); err != nil {
		return seen{}, forum.Reject(op, adapters.ScopeEndpoint, fmt.Errorf("the cursor is not one of ours (%d bytes)", len(cur)))
	}
	return s, nil
}

func oldestFirst[T any](entries []listed[T]) []listed[T] {
	slices.SortStableFunc(entries, func(x, y listed[T]) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.name, y.name)) })
	return entries
}
