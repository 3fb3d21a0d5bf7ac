package boltstore

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// An entry is read back only when its bytes are those of encoding/json.
func TestAnAuditEntryIsEncodedAsEncodingJSONDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringMatching(`[a-z0-9:/ .-]*`), rapid.String(), rapid.SampledFrom([]string{"", "张警官", "a<b", `"`, "\u2028", "\xff", "\x7f", "\t"}))
		e := record.AuditEntry{
			At:  time.Unix(rapid.Int64Range(0, 1<<35).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).In(rapid.SampledFrom([]*time.Location{time.UTC, time.FixedZone("", 8*3600)}).Draw(t, "zone")),
			Who: text.Draw(t, "who"), Did: text.Draw(t, "did"), Code: text.Draw(t, "code"), Detail: text.Draw(t, "detail"), Event: text.Draw(t, "event"),
			On: bots.Target{Kind: bots.RecordKind(text.Draw(t, "kind")), ID: text.Draw(t, "id")},
		}
		line, err := encodeAudit(e)
		if err != nil {
			t.Fatal(err)
		}
		e.Seq = rapid.Uint64().Draw(t, "seq")
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := line.numbered(e.Seq); string(got) != string(want) {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	})
}
