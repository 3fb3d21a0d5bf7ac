package console_test

import (
	"strings"
	"testing"

	"netpatrol/bots"
)

// There is no league table: on no page where officers see lists or figures does a volunteer's name stand, and no count is kept under it.
func TestNoPageRanksVolunteers(t *testing.T) {
	s := newSite(t)
	zhou := s.as("zhou")
	for range 3 {
		tip(zhou, nil, nil).has("已收到")
	}
	for _, who := range []string{"gu", "lin", "shen"} {
		o := s.as(who)
		for _, path := range []string{"/", "/clues", "/waits", "/duty", "/accounts", "/sites", "/reports"} {
			o.get(path).lacks("周同", "zhou")
		}
	}
	tallies := s.All(bots.KindCount, "")
	for _, r := range tallies {
		if id := r.Meta().ID; strings.Contains(id, "zhou") || strings.Contains(id, "周同") {
			t.Errorf("a count under a name: %s", id)
		}
	}
	if len(tallies) == 0 {
		t.Error("nothing is counted: this test proves nothing")
	}
}
