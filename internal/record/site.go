package record

import (
	"regexp"
	"strings"
	"time"

	"netpatrol/bots"
)

// The kinds of partner sites.
const (
	KindSite          bots.RecordKind = "site"
	KindRectification bots.RecordKind = "rectification"
)

// Site is a partner site that carries the badge of the kiosk. It is no person: nothing of it is
// sealed. States: proposed, active, retired. Due is when its badge is looked for again.
type Site struct {
	bots.Head
	Name      string    `json:"name"`
	Page      string    `json:"page"`      // address of the page that carries the badge
	Contact   string    `json:"contact"`   // of its operator
	Officer   string    `json:"officer"`   // who looks after it
	By        string    `json:"by"`        // who proposed it
	Confirmed string    `json:"confirmed"` // the second person
	Looked    time.Time `json:"looked,omitzero"`
	Seen      time.Time `json:"seen,omitzero"`     // when the badge was there last
	Missing   int       `json:"missing,omitempty"` // looks in a row that did not find it
	Problem   string    `json:"problem,omitempty"` // of the last look
	Reason    string    `json:"reason,omitempty"`  // why it was retired
	Kept      string    `json:"kept,omitempty"`    // why an officer keeps what there is of it beyond its retention
}

// RecordKind implements [bots.Record].
func (*Site) RecordKind() bots.RecordKind { return KindSite }

// The states of a site.
const (
	SiteProposed = "proposed"
	SiteActive   = "active"
	SiteRetired  = "retired"
)

var siteID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// RegisterSite proposes a site; it stands in its badge and is never changed.
func RegisterSite(s *Site, by *Officer) error {
	switch {
	case !by.Is(Duty, Approver, Admin):
		return refuse("role", "%s may not register a site", by.ID)
	case !siteID.MatchString(s.ID):
		return refuse("site-id", "an id has lower-case letters, digits and dashes, at most 40")
	case s.Name == "" || s.Contact == "" || s.Officer == "":
		return refuse("site-empty", "give the site's name, how to reach its operator, and the officer who looks after it")
	case !IsLink(s.Page):
		return refuse("site-page", "give the whole address of the page that carries the badge")
	}
	s.State, s.By = SiteProposed, by.ID
	return nil
}

// ConfirmSite makes a proposed site a partner: a second person has looked at it.
func ConfirmSite(s *Site, by *Officer, p Policy, now time.Time) error {
	if !by.Is(Approver, Admin) {
		return refuse("role", "%s may not confirm a site: it needs an approver or admin", by.ID)
	}
	if s.State != SiteProposed {
		return refuse("site-state", "the site is %s: there is nothing to confirm", s.State)
	}
	if by.ID == s.By && !p.OneOfficer { // promise 2
		return refuse("two-people", "%s proposed the site: somebody else confirms it", by.ID)
	}
	s.State, s.Confirmed, s.Due, s.Updated = SiteActive, by.ID, now, now
	return nil
}

// RetireSite ends a partnership. What was registered stays on record.
func RetireSite(s *Site, by *Officer, reason string, now time.Time) error {
	switch {
	case !by.Is(Duty, Approver, Admin):
		return refuse("role", "%s may not retire a site", by.ID)
	case s.State == SiteRetired:
		return refuse("site-state", "the site was retired before")
	case reason == "":
		return refuse("reason", "say why the site is retired; it is kept with the record")
	}
	s.State, s.Reason, s.Due, s.Updated = SiteRetired, reason, time.Time{}, now
	return nil
}

// KeepSite keeps what there is of a site beyond its retention: its rectifications, interviews and answers, and who signed in for it.
func KeepSite(s *Site, by *Officer, reason string, now time.Time) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not decide what is kept", by.ID)
	case strings.TrimSpace(reason) == "":
		return refuse("reason", "say why it is kept: somebody may have to answer for it")
	}
	s.Kept, s.Updated = strings.TrimSpace(reason), now
	return nil
}

// LetSiteGo ends what [KeepSite] began.
func LetSiteGo(s *Site, by *Officer, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not decide what is kept", by.ID)
	}
	s.Kept, s.Updated = "", now
	return nil
}

// How often the badge of a site is looked for.
const (
	SiteLookEvery = 6 * time.Hour
	siteLookAgain = 15 * time.Minute // after it was not found
	siteMissing   = 2                // looks in a row that make it vanished: pages fail for a moment
)

// LookedFor writes down one look for a site's badge and says whether it has just vanished, or come back.
func (s *Site) LookedFor(seen bool, problem string, now time.Time) (vanished, returned bool) {
	s.Looked, s.Updated, s.Problem = now, now, problem
	if seen {
		returned = s.Vanished()
		s.Seen, s.Missing, s.Problem, s.Due = now, 0, "", now.Add(SiteLookEvery)
		return false, returned
	}
	s.Missing++
	s.Due = now.Add(siteLookAgain)
	if s.Missing >= siteMissing {
		s.Due = now.Add(SiteLookEvery)
	}
	return s.Missing == siteMissing, false
}

// Vanished says whether the badge is gone.
func (s *Site) Vanished() bool { return s.Missing >= siteMissing }

// Rectification is what a site's operator is asked to put right, 约谈整改. It holds findings in
// officers' words and no reporter's. States: open, answered, fixed, overdue.
// Due is by when it must be put right.
type Rectification struct {
	bots.Head
	Site       string      `json:"site"`
	Findings   string      `json:"findings"`
	Deadline   time.Time   `json:"deadline"`
	Code       string      `json:"code,omitempty"`   // printed on the letters
	Points     string      `json:"points,omitempty"` // what of the findings the operator is told
	Letter     string      `json:"letter"`           // to the operator: the template filled in with the points
	Rev        int         `json:"rev,omitempty"`    // of that template
	By         string      `json:"by"`
	Signed     string      `json:"signed,omitempty"` // who released the letter
	SignedAt   time.Time   `json:"signedAt,omitzero"`
	Interviews []Interview `json:"interviews,omitempty"` // oldest first
	Reminders  []Reminder  `json:"reminders,omitempty"`  // oldest first
	Result     string      `json:"result,omitempty"`     // what the operator answered, or what was put right
	OneOfficer bool        `json:"oneOfficer,omitempty"` // signed by its author: the station has one officer
}

// Interview is one talk with the operator of a site, 约谈, as it was written down.
type Interview struct {
	By      string    `json:"by"` // who wrote it down
	At      time.Time `json:"at"` // when
	Held    time.Time `json:"held,omitzero"`
	Present string    `json:"present,omitempty"` // names and whom they speak for
	Note    string    `json:"note"`              // what was said
	Agreed  string    `json:"agreed,omitempty"`
}

// Reminder is a letter after the letter.
type Reminder struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Letter string    `json:"letter"`
}

// RecordKind implements [bots.Record].
func (*Rectification) RecordKind() bots.RecordKind { return KindRectification }

// The states of a rectification.
const (
	RectificationOpen     = "open"
	RectificationAnswered = "answered"
	RectificationFixed    = "fixed"
	RectificationOverdue  = "overdue"
)

// OpenRectification writes findings about a partner site down.
func OpenRectification(r *Rectification, s *Site, by *Officer, now time.Time) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not ask a site to put something right", by.ID)
	case s.State != SiteActive:
		return refuse("site-state", "the site is %s: it is no partner", s.State)
	case strings.TrimSpace(r.Findings) == "" || strings.TrimSpace(r.Letter) == "":
		return refuse("findings", "write what was found, and the letter")
	case !r.Deadline.After(now):
		return refuse("deadline", "give a day to come by which it must be put right")
	}
	r.Site, r.By, r.State, r.Due = s.ID, by.ID, RectificationOpen, r.Deadline
	return nil
}

// SignLetter releases the letter: until somebody else has read it, no word of it may leave the house,
// so that nothing a reporter said reaches the site unreviewed.
func SignLetter(r *Rectification, by *Officer, p Policy, now time.Time) error {
	if !by.Is(Approver) {
		return refuse("role", "%s may not sign a letter: it needs an approver", by.ID)
	}
	if r.Signed != "" || r.State == RectificationFixed {
		return refuse("signed", "the letter is signed, or needed no more")
	}
	if by.ID == r.By && !p.OneOfficer { // promise 2
		return refuse("two-people", "%s wrote the letter: somebody else reads and signs it", by.ID)
	}
	r.Signed, r.SignedAt, r.OneOfficer, r.Updated = by.ID, now, by.ID == r.By, now
	return nil
}

// mostInterviews and mostReminders bound what one rectification holds.
const (
	mostInterviews = 50
	mostReminders  = 10
)

// NoteInterview adds an interview with the operator.
func NoteInterview(r *Rectification, by *Officer, i Interview, now time.Time) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not note an interview", by.ID)
	case strings.TrimSpace(i.Present) == "" || strings.TrimSpace(i.Note) == "" || strings.TrimSpace(i.Agreed) == "":
		return refuse("interview-empty", "write who was present, what was said and what was agreed")
	case i.Held.IsZero() || i.Held.After(now):
		return refuse("held", "give the day on which the interview was held: today or earlier")
	case len(r.Interviews) >= mostInterviews:
		return refuse("interviews", "%d interviews are noted: open another rectification", mostInterviews)
	}
	i.By, i.At = by.ID, now
	r.Interviews, r.Updated = append(r.Interviews, i), now
	return nil
}

// MayRemind says why the operator cannot be reminded now; nil: it can. A reminder has no words of an
// officer's in it, so the template alone is what leaves, and nobody has to sign it.
func MayRemind(r *Rectification, by *Officer) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not remind a site", by.ID)
	case r.State != RectificationOpen && r.State != RectificationOverdue:
		return refuse("settled", "the rectification is %s: there is nothing to remind of", r.State)
	case r.Signed == "":
		return refuse("unsigned", "the letter has not left the house: there is nothing to remind of")
	case len(r.Reminders) >= mostReminders:
		return refuse("reminders", "the site was reminded %d times: call it in", mostReminders)
	}
	return nil
}

// Remind adds a reminder to the letter. [MayRemind] comes first.
func (r *Rectification) Remind(by *Officer, letter string, now time.Time) {
	r.Reminders, r.Updated = append(r.Reminders, Reminder{By: by.ID, At: now, Letter: letter}), now
}

// SettleRectification says where it stands: the operator has answered, it is put right, or not after all.
func SettleRectification(r *Rectification, by *Officer, as, result string, now time.Time) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not settle a rectification", by.ID)
	case as != RectificationAnswered && as != RectificationFixed && as != RectificationOpen:
		return refuse("settle", "a rectification is answered, fixed or open again, not %q", as)
	case strings.TrimSpace(result) == "":
		return refuse("reason", "say what was answered or found; it is kept with the record")
	case as != RectificationOpen && r.Signed == "":
		return refuse("unsigned", "the letter has not left the house: nobody can have answered it")
	}
	r.State, r.Result, r.Due, r.Updated = as, result, time.Time{}, now
	if as == RectificationOpen {
		if r.Due = r.Deadline; !r.Deadline.After(now) {
			r.State, r.Due = RectificationOverdue, time.Time{}
		}
	}
	return nil
}

// Lapse marks what was not put right in time, and says whether it did.
func (r *Rectification) Lapse(now time.Time) bool {
	if r.State != RectificationOpen || now.Before(r.Deadline) {
		return false
	}
	r.State, r.Due, r.Updated = RectificationOverdue, time.Time{}, now
	return true
}
