package bulletin

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

var nine = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

func waiting(id, state string, slot time.Time) *bots.Bulletin {
	return &bots.Bulletin{Head: bots.Head{ID: id, Stream: "schedule/morning", State: state}, Schedule: "morning", Slot: slot}
}

func TestSlots(t *testing.T) {
	miss := func(reason string) string {
		return "Miss Schedule=morning Slot=2026-03-02T01:00:00Z Reason=" + reason + "\n"
	}
	other := waiting("other", bots.BulletinApproved, nine)
	other.Stream = "schedule/evening"
	for _, c := range []struct {
		name    string
		skipped string
		kept    []bots.Record
		want    string
	}{
		{"approved for this slot", "", []bots.Record{waiting("b1", bots.BulletinApproved, nine)}, "Release Bulletin=b1\n"},
		{"the same moment in another zone", "", []bots.Record{waiting("b1", bots.BulletinApproved, nine.In(time.FixedZone("CST", 8*3600)))}, "Release Bulletin=b1\n"},
		{"two for one slot", "", []bots.Record{waiting("b1", bots.BulletinApproved, nine), waiting("b2", bots.BulletinApproved, nine)}, "Release Bulletin=b1\nRelease Bulletin=b2\n"},
		{"approved for tomorrow", "", []bots.Record{waiting("b1", bots.BulletinApproved, nine.AddDate(0, 0, 1))}, miss("no bulletin")},
		{"of another schedule", "", []bots.Record{other}, miss("no bulletin")},
		{"only drafted", "", []bots.Record{waiting("b1", bots.BulletinDrafted, nine)}, miss("not approved")},
		{"returned to its author", "", []bots.Record{waiting("b1", bots.BulletinReturned, nine)}, miss("not approved")},
		{"one approved, one only drafted", "", []bots.Record{waiting("b1", bots.BulletinDrafted, nine), waiting("b2", bots.BulletinApproved, nine)}, "Release Bulletin=b2\n"},
		{"left already", "", []bots.Record{waiting("b1", bots.BulletinReleased, nine)}, ""},
		{"nothing written", "", nil, miss("no bulletin")},
		{"too late to run", "stale", []bots.Record{waiting("b1", bots.BulletinApproved, nine)}, miss("stale")},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := bots.Event{
				Head: bots.Head{ID: "e1", Stream: "schedule/morning"}, Kind: bots.SlotDue, Accepted: nine,
				Body: &bots.Slot{Schedule: "morning", At: nine, Skipped: c.skipped},
			}
			b := New()
			got := bottest.Print("", bottest.Decide(t, b, e, bottest.NewWorld(c.kept...).Facts(b, e)))
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestOtherEventsAreNotItsBusiness(t *testing.T) {
	e := bots.Event{Kind: bots.MessageHeard, Body: &bots.Heard{Text: "你好"}}
	if _, err := New().Decide(e, nil); err != bots.ErrNotMine {
		t.Errorf("err = %v", err)
	}
}
