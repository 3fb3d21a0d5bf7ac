package record

import (
	"time"

	"netpatrol/bots"
)

// OfficersOnly stands for an approval where nobody has to give one: an alarm goes to the station's own
// officers, by an account that reaches nobody else, to an address of the configuration.
const OfficersOnly = "officers-only"

// CoverAlarm lets an alarm leave for our own officers.
func CoverAlarm(d *bots.Draft, a *bots.Account, now time.Time) (*Approval, error) {
	if d.Purpose != bots.ForAlarm || !a.Internal || d.Account != a.ID { // promise 1
		return nil, refuse("not-internal", "only an alarm leaves without an approval, and only by an account that reaches officers alone")
	}
	d.State = bots.DraftApproved
	p := &Approval{Draft: d.ID, Seal: Seal(d), Standing: OfficersOnly, At: now}
	p.Head = bots.Head{ID: d.ID + ".approval", Stream: d.Stream, State: "given", Created: now, Updated: now}
	return p, nil
}
