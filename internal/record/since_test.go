package record

import (
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
)

func TestFirstIDIsBelowWhatCameThenAndAboveWhatCameBefore(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	id := func(t time.Time) string { return ulid.MustNew(ulid.Timestamp(t), nil).String() + ".report" }
	if first := FirstID(at); id(at.Add(-time.Millisecond)) >= first || id(at) < first {
		t.Errorf("%s does not part %s from %s", first, id(at.Add(-time.Millisecond)), id(at))
	}
}
