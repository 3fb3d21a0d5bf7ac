package record

import (
	"testing"

	"netpatrol/bots"
)

// Editors write bulletins. What is written to a person they neither see nor change, even if they learn its id.
func TestEditorsEditOnlyWhatTheyWrite(t *testing.T) {
	for p, by := range map[bots.Purpose]map[Role]bool{
		bots.ForBulletin: {Editor: true, Duty: true, Approver: true, Auditor: false, Admin: false, Volunteer: false},
		bots.ForWarning:  {Editor: false, Duty: true, Approver: true, Auditor: false, Admin: false, Volunteer: false},
		bots.ForReply:    {Editor: false, Duty: true, Approver: true, Auditor: false, Admin: false, Volunteer: false},
		bots.ForOfficer:  {Editor: false, Duty: true, Approver: true},
		bots.ForNotice:   {Editor: false, Duty: true, Approver: true},
	} {
		for role, may := range by {
			d := draft(p)
			d.State = bots.DraftAwaiting
			if err := EditDraft(d, officer("somebody", role), "another", d.Version); (err == nil) != may {
				t.Errorf("%s edits a %s: %v", role, p, err)
			}
		}
	}
}
