package engine

import (
	"fmt"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Whoever signs in for a site answers what it was asked to put right, and does nothing else; no officer answers in its place.
func TestPromise2_ASiteSecurityOfficerDecidesNothing(t *testing.T) {
	d := newDesk(t, deskOptions{})
	d.update(func(tx record.Tx) error {
		return tx.Put(&record.Officer{Head: bots.Head{ID: "zhang@coconut", State: record.OfficerActive}, Roles: []record.Role{record.Liaison, record.Admin, record.Approver, record.Duty}, Site: "coconut"})
	})
	n := 0
	for verb := range deeds {
		who := "zhang@coconut"
		if verb == bots.AnswerFindings {
			who = "lin"
		}
		n++
		r, err := d.Submit(t.Context(), bots.Decision{Officer: who, Verb: verb, On: bots.Target{Kind: record.KindHalt, ID: record.HaltID}, Reason: "x", Fields: map[string]string{"level": "everything"}}, fmt.Sprint(n))
		if err != nil || r.Status != bots.Refused || r.Code != "role" {
			t.Errorf("%s by %s: %+v, %v", verb, who, r, err)
		}
	}
}
