package record

import (
	"time"

	"github.com/oklog/ulid/v2"
)

// FirstID is below the id of every event accepted at t or later, and so of every record that is named
// after one (see [bots.NewID]): where a walk through what a period brought begins, and where it ends.
func FirstID(t time.Time) string {
	var id ulid.ULID
	if err := id.SetTime(uint64(max(0, t.UnixMilli()))); err != nil {
		return ""
	}
	return id.String()
}
