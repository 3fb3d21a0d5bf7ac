package record

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// Seal is the hex SHA-256 over everything an approval binds to: the rendered bytes,
// account, recipient, channel, what it answers or flags and as what, the evidence digest and the expiry.
func Seal(d *bots.Draft) string {
	return sealOf(d.Title, d.Text, d.Account, string(d.Channel), d.To.ID, string(d.Parent), d.Evidence, d.Expires, d.Extras, d.Flag)
}

func sealOf(title, text, account, channel, to, parent, evidence string, expires time.Time, extras adapters.Extras, flag adapters.FlagKind) string {
	fields := []string{"netpatrol seal 1", title, text, account, channel, to, parent, evidence, expires.UTC().Format(time.RFC3339Nano)}
	fields = append(fields, extraFields(extras)...)
	if flag != "" {
		fields = append(fields, "flag", string(flag))
	}
	b := make([]byte, 0, 2048) // enough for most, and no piece of the heap
	for _, f := range fields {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(f))), f...)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Submit puts a new draft before officers, or only on record when its account observes.
// It seals the draft.
func Submit(d *bots.Draft, mode bots.Mode) {
	d.Seal = Seal(d)
	d.State = bots.DraftAwaiting
	if mode == bots.Observe {
		d.State = bots.DraftObserved
	}
}

// ApproveDraft records an officer's approval of exactly the draft they saw.
func ApproveDraft(d *bots.Draft, by *Officer, seen uint64, now time.Time, p Policy) (*Approval, error) {
	if err := decidable(d, by, seen, now); err != nil {
		return nil, err
	}
	alone := Wrote(d, by.ID)
	if alone && !p.OneOfficer { // promise 2
		return nil, refuse("two-people", "you wrote or edited this %s: a second officer must approve it", d.Purpose)
	}
	d.State, d.DecidedBy = bots.DraftApproved, by.ID
	a := &Approval{Draft: d.ID, Seal: Seal(d), Officer: by.ID, At: now, OneOfficer: alone}
	a.Head = bots.Head{ID: d.ID + ".approval", Stream: d.Stream, State: "given", Created: now, Updated: now}
	return a, nil
}

// Wrote says whether an officer's own words are in the draft, so that somebody else must approve
// it. An officer's reply in a conversation the citizen opened needs its author only.
func Wrote(d *bots.Draft, officer string) bool {
	if d.Purpose == bots.ForOfficer || d.Purpose == bots.ForPreview { // the reader of a preview is one of us
		return false
	}
	if d.Purpose == bots.ForFlag { // who asks for one in the words of the template has written nothing
		return slices.Contains(d.Editors, officer)
	}
	return d.Author == officer || slices.Contains(d.Editors, officer)
}

func decidable(d *bots.Draft, by *Officer, seen uint64, now time.Time) error {
	if !MayDecide(by, d.Purpose) {
		return refuse("role", "%s may not decide on a %s: it needs %s", by.ID, d.Purpose, roleNames(d.Purpose))
	}
	if d.State != bots.DraftAwaiting {
		return refuse("not-awaiting", "this %s is %s, not awaiting a decision", d.Purpose, d.State)
	}
	if seen != d.Version {
		return refuse("changed", "this %s was changed after you opened it: read it again", d.Purpose)
	}
	if !now.Before(d.Expires) {
		return refuse("expired", "this %s expired at %s", d.Purpose, d.Expires.Format(time.RFC3339))
	}
	return nil
}

// MayDecide says whether an officer's roles allow decisions on drafts of a purpose, so that
// a page offers only what will not be refused. Being the same person who wrote it is another matter.
func MayDecide(by *Officer, p bots.Purpose) bool { return by.Is(deciders(p)...) }

func deciders(p bots.Purpose) []Role {
	switch p {
	case bots.ForBulletin, bots.ForWithdrawal:
		return []Role{Approver}
	case bots.ForPreview:
		return []Role{Editor, Duty, Approver}
	}
	return []Role{Duty, Approver}
}

func roleNames(p bots.Purpose) string {
	if p == bots.ForBulletin || p == bots.ForWithdrawal {
		return "an approver"
	}
	return "an officer or approver"
}

// ReturnDraft records a rejection; the reason is kept.
func ReturnDraft(d *bots.Draft, by *Officer, reason string, seen uint64, now time.Time) error {
	if err := decidable(d, by, seen, now); err != nil {
		return err
	}
	if reason == "" {
		return refuse("reason", "say why: the reason is kept with the %s", d.Purpose)
	}
	d.State, d.Reason, d.DecidedBy = bots.DraftReturned, reason, by.ID
	return nil
}

// EditDraft changes the text. Whoever edits may not approve, and an approval given
// before is void because the seal differs. Editors edit what they write: they do not see what is written to a person.
func EditDraft(d *bots.Draft, by *Officer, text string, seen uint64) error {
	if !MayPost(by, d.Purpose) {
		return refuse("role", "%s may not edit a %s", by.ID, d.Purpose)
	}
	if d.Purpose == bots.ForWithdrawal || d.State != bots.DraftAwaiting && d.State != bots.DraftReturned && d.State != bots.DraftApproved {
		return refuse("not-editable", "this %s is %s and can no longer be edited", d.Purpose, d.State)
	}
	if seen != d.Version {
		return refuse("changed", "this %s was changed after you opened it: read it again", d.Purpose)
	}
	if d.Extras.Source != "" { // promise 1
		return refuse("console-draft", "this %s is a draft of the platform's console: edit it there and pull it again", d.Purpose)
	}
	d.Text, d.Template, d.Choices, d.State = text, "", nil, bots.DraftAwaiting
	if !slices.Contains(d.Editors, by.ID) {
		d.Editors = append(d.Editors, by.ID)
	}
	d.Seal = Seal(d)
	return nil
}

// Release makes the outbox item of an approved draft. It is the only way there is.
func Release(d *bots.Draft, a *Approval, now time.Time) (*Item, error) {
	if a == nil || a.Draft != d.ID || a.Seal != Seal(d) { // promise 1
		return nil, refuse("no-approval", "no approval covers these very bytes: it must be approved again")
	}
	toOfficers := d.Purpose == bots.ForAlarm && a.Standing == OfficersOnly
	if a.Officer == "" && !Solicited(d.Purpose) && !toOfficers { // promise 1
		return nil, refuse("no-officer", "a %s needs an officer's own approval", d.Purpose)
	}
	d.State, d.Item = bots.DraftReleased, d.ID+".item"
	return newItem(d, a, now), nil
}

// Solicited says whether a message of this purpose answers what a person asked or told
// us. It is all that a standing approval can ever cover, and all that a bot may reply.
func Solicited(p bots.Purpose) bool {
	switch p {
	case bots.ForReply, bots.ForReceipt, bots.ForNotice, bots.ForEmergency:
		return true
	}
	return false
}

// Cover gives the approval that an active standing approval lends to a draft.
func Cover(d *bots.Draft, s *Standing, mode bots.Mode, now time.Time) (*Approval, error) {
	if !Solicited(d.Purpose) { // promise 1
		return nil, refuse("unsolicited", "a standing approval never covers a %s", d.Purpose)
	}
	if mode != bots.Live {
		return nil, refuse("mode", "the account is in mode %s: a person releases every message", mode)
	}
	if s.State != StandingActive || !now.Before(s.Until) {
		return nil, refuse("standing-ended", "the standing approval of %s has ended", s.Template)
	}
	if len(d.Editors) > 0 || d.Template != s.Template || d.Rev != s.Rev || !s.speaksFor(d) {
		return nil, refuse("standing-other", "the standing approval of %s does not cover this message", s.Template)
	}
	a := &Approval{Draft: d.ID, Seal: Seal(d), Standing: s.ID, At: now}
	a.Head = bots.Head{ID: d.ID + ".approval", Stream: d.Stream, State: "given", Created: now, Updated: now}
	d.State = bots.DraftApproved
	return a, nil
}

func (s *Standing) speaksFor(d *bots.Draft) bool {
	if !slices.Contains(s.Purposes, d.Purpose) {
		return false
	}
	if len(s.Accounts) > 0 && !slices.Contains(s.Accounts, d.Account) {
		return false
	}
	for v := range d.Vars {
		if !slices.Contains(s.Vars, v) {
			return false
		}
	}
	return true
}

// RevokeStanding ends a standing approval at once. One officer suffices: stopping is safe.
func RevokeStanding(s *Standing, by *Officer) error {
	if !by.Is(Duty, Approver, Admin) {
		return refuse("role", "%s may not revoke a standing approval", by.ID)
	}
	if s.State == StandingRevoked {
		return refuse("revoked", "this standing approval was revoked before")
	}
	s.State = StandingRevoked
	return nil
}

// ProposeStanding is the first person's half of a standing approval.
func ProposeStanding(s *Standing, by *Officer, now time.Time) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not propose a standing approval: it needs an approver", by.ID)
	}
	for _, p := range s.Purposes {
		if !Solicited(p) { // promise 1
			return refuse("unsolicited", "a standing approval can never cover a %s", p)
		}
	}
	if !now.Before(s.Until) || s.Until.After(now.AddDate(1, 0, 1)) {
		return refuse("until", "a standing approval needs an end within a year")
	}
	s.State, s.By = StandingProposed, []string{by.ID}
	return nil
}

// ConfirmStanding is the second person's half.
func ConfirmStanding(s *Standing, by *Officer, p Policy) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not confirm a standing approval: it needs an approver", by.ID)
	}
	if s.State != StandingProposed {
		return refuse("not-proposed", "this standing approval is %s", s.State)
	}
	if slices.Contains(s.By, by.ID) && !p.OneOfficer { // promise 2
		return refuse("two-people", "you proposed it: a second officer must confirm it")
	}
	s.State = StandingActive
	s.By = append(s.By, by.ID)
	return nil
}
