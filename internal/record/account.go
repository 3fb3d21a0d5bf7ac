package record

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
)

// RequestMode is the first person's half of a mode change. With grounds, the officer attests that
// the account is the agency's.
func RequestMode(a *bots.Account, by *Officer, to bots.Mode, grounds string) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not change an account's mode: it needs an approver or admin", by.ID)
	}
	again := a.Suspect != "" && to == a.Mode() // the same mode, attested anew
	if !again && !follows(a.Mode(), to) {
		return refuse("mode-step", "an account goes observe, suggest, live, one step at a time (or back to any): not from %s to %s", a.Mode(), to)
	}
	a.Wanted, a.WantedBy = to, by.ID
	attestBy(a, by.ID, grounds)
	return nil
}

// ConfirmMode is the second person's half.
func ConfirmMode(a *bots.Account, by *Officer, grounds string, p Policy, now time.Time) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not change an account's mode: it needs an approver or admin", by.ID)
	}
	if a.Wanted == "" {
		return refuse("nothing-wanted", "nobody has asked for another mode of %s", a.ID)
	}
	if a.WantedBy == by.ID && !p.OneOfficer { // promise 2
		return refuse("two-people", "you asked for it: a second officer must confirm it")
	}
	if a.Mismatch != "" && a.Wanted != bots.Observe { // promise 7
		return refuse("principal", "%s: correct the account's option principal or the unit's name, or have the platform verify the right agency", a.Mismatch)
	}
	attested := a.Attested
	if grounds != "" {
		attested = append(slices.Clone(attested), by.ID)
	}
	if a.Wanted == bots.Live && !a.Confirmed && !twoAttest(attested, p) { // promise 7
		return refuse("identity", "the platform does not confirm that %s is the agency's: two officers must attest it", a.ID)
	}
	if a.Suspect != "" && a.Wanted != bots.Observe && !twoAttest(attested, p) { // promise 7
		return refuse("identity", "%s: two officers must attest it anew", a.Suspect)
	}
	attestBy(a, by.ID, grounds)
	if a.Wanted != bots.Observe {
		a.Suspect = ""
	}
	a.State, a.Wanted, a.WantedBy, a.Updated = string(a.Wanted), "", "", now
	return nil
}

func attestBy(a *bots.Account, officer, grounds string) {
	if grounds == "" {
		return
	}
	if !slices.Contains(a.Attested, officer) {
		a.Attested = append(a.Attested, officer)
	}
	if a.Grounds = maps.Clone(a.Grounds); a.Grounds == nil {
		a.Grounds = map[string]string{}
	}
	a.Grounds[officer] = grounds
}

func twoAttest(officers []string, p Policy) bool {
	distinct := slices.Compact(slices.Sorted(slices.Values(officers)))
	return len(distinct) >= 2 || p.OneOfficer && len(distinct) == 1
}

// follows allows one step up, and any step down.
func follows(from, to bots.Mode) bool {
	order := []bots.Mode{bots.Observe, bots.Suggest, bots.Live}
	f, t := slices.Index(order, from), slices.Index(order, to)
	return f >= 0 && t >= 0 && t != f && t <= f+1
}

// Identified records what the platform says about an account. A change after the first
// look puts the account under suspicion, which holds its sends.
func Identified(a *bots.Account, digest string, confirmed bool) (changed bool) {
	changed = a.Identity != "" && a.Identity != digest
	if changed { // promise 7
		a.Suspect = "平台显示的账号名称或主体与此前不同"
		a.Attested, a.Grounds = nil, nil
	}
	a.Identity, a.Confirmed = digest, confirmed
	return changed
}

// Principal compares whom the platform names as the account's verified principal with the
// agency it is configured for: expected, or where that is empty, the unit, whose name begins with
// its agency's. Another one holds sends, whoever attests the account. It says whether
// that is news. A platform that names nobody proves nothing.
func Principal(a *bots.Account, said, expected string) (news bool) {
	before := a.Mismatch
	a.Mismatch = ""
	if said != "" && said != expected && (expected != "" || !strings.HasPrefix(a.Unit, said)) { // promise 7
		a.Mismatch = fmt.Sprintf("平台认证主体为“%s”，与配置的“%s”不符", said, cmp.Or(expected, a.Unit))
		a.Suspect, a.Attested, a.Grounds, a.Confirmed = a.Mismatch, nil, nil, false
	}
	if a.Mismatch == "" && before != "" && a.Suspect == before {
		a.Suspect = ""
	}
	return a.Mismatch != before
}

// HaltSends stops sends at a level.
func HaltSends(h *Halt, by *Officer, level HaltLevel, reason string, now time.Time) error {
	if !by.Is(Duty, Approver, Admin) {
		return refuse("role", "%s may not halt sends", by.ID)
	}
	if level != HaltUnsolicited && level != HaltEverything {
		return refuse("level", "halt %q is not known: use %q or %q", level, HaltUnsolicited, HaltEverything)
	}
	h.Level, h.By, h.Reason, h.At, h.State = level, by.ID, reason, now, "on"
	return nil
}

// ResumeSends lifts a halt.
func ResumeSends(h *Halt, by *Officer, now time.Time) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not resume sends: it needs an approver or admin", by.ID)
	}
	h.Level, h.By, h.Reason, h.At, h.State = HaltNone, by.ID, "", now, "off"
	return nil
}

// Stops says whether the halt keeps an item back. An emergency card is never kept back.
func (h *Halt) Stops(i *Item) bool {
	if i.Purpose == bots.ForEmergency { // promise 12
		return false
	}
	if i.Purpose == bots.ForAlarm { // our own officers must hear of trouble, whatever is halted
		return false
	}
	return h.Level == HaltEverything || h.Level == HaltUnsolicited && (i.Unsolicited() || i.InPublic())
}
