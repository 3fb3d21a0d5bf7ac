package record

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"netpatrol/bots"
)

// Liaison is the role of a partner site's own security officer, 网站安全员: somebody outside, who sees what that one site was
// asked to put right, once it was reviewed and released, and answers it. Everything else is closed to them.
const Liaison Role = "liaison"

const (
	// InviteLife is how long an invitation is good for.
	InviteLife = 7 * 24 * time.Hour
	// LiaisonsASite bounds who signs in for one site.
	LiaisonsASite = 5
	// AnswersADay bounds what one of them sends on one day, and AnswersAtAll what one rectification holds.
	AnswersADay  = 10
	AnswersAtAll = 50

	maxAnswer      = 2000 // characters
	maxAnswerFiles = 3
)

// liaisonName is the part of a sign-in name before the @; behind it stands the site's id, so that nobody is taken for an
// officer of the station.
var liaisonName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

// LiaisonID is the sign-in name of a site's security officer.
func LiaisonID(site, name string) string { return name + "@" + site }

// InviteLiaison registers a security officer of a partner site, or invites one again. old is who goes by the same sign-in
// name, nil: nobody; all are those of the site. link is the digest of the one-time code in the invitation.
func InviteLiaison(s *Site, old *Officer, all []*Officer, by *Officer, name, called, link string, now time.Time) (*Officer, error) {
	switch {
	case !by.Is(Duty, Approver, Admin):
		return nil, refuse("role", "%s may not invite a site's security officer", by.ID)
	case s.State != SiteActive:
		return nil, refuse("site-state", "the site is %s: it is no partner", s.State)
	case !liaisonName.MatchString(name):
		return nil, refuse("liaison-name", "a sign-in name has lower-case letters, digits, dots and dashes, at most 32")
	case strings.TrimSpace(called) == "" || utf8.RuneCountInString(called) > 40:
		return nil, refuse("liaison-called", "give the person's name, at most 40 characters")
	case link == "":
		return nil, refuse("liaison-name", "an invitation is made at the desk")
	case old == nil && len(all) >= LiaisonsASite:
		return nil, refuse("liaisons", "%d people sign in for this site: revoke one first", len(all))
	}
	o := old
	if o == nil {
		o = &Officer{Head: bots.Head{ID: LiaisonID(s.ID, name), Stream: s.Stream, Created: now}}
	}
	o.Name, o.Roles, o.Site, o.State, o.Updated = strings.TrimSpace(called), []Role{Liaison}, s.ID, OfficerActive, now
	o.Password, o.Link, o.LinkEnds = "", link, now.Add(InviteLife)
	return o, nil
}

// RevokeLiaison ends somebody's sign-in at once, with every session.
func RevokeLiaison(o *Officer, by *Officer, now time.Time) error {
	switch {
	case !by.Is(Duty, Approver, Admin):
		return refuse("role", "%s may not revoke a site's security officer", by.ID)
	case o.Site == "":
		return refuse("not-found", "%s is no site's security officer", o.ID)
	case o.State != OfficerActive:
		return refuse("liaison-revoked", "%s was revoked before", o.ID)
	}
	o.State, o.Password, o.Link, o.LinkEnds, o.Updated = OfficerSuspended, "", "", time.Time{}, now
	return nil
}

// KindSiteAnswer is the kind of [SiteAnswer].
const KindSiteAnswer bots.RecordKind = "site-answer"

// SiteAnswer is what a site's security officer wrote to a rectification. It is never changed. Stream and subject are
// those of all answers to the rectification. State: given.
type SiteAnswer struct {
	bots.Head
	Rectification string   `json:"rectification"`
	Site          string   `json:"site"`
	By            string   `json:"by"`
	Text          string   `json:"text"`
	Evidence      []string `json:"evidence,omitempty"` // ids of what came with it
}

// RecordKind implements [bots.Record].
func (*SiteAnswer) RecordKind() bots.RecordKind { return KindSiteAnswer }

// AnswersOf is the stream, and the subject, of the answers to a rectification.
func AnswersOf(rectification string) string { return "site-answer/" + rectification }

// ShownTo says whether a site's security officer may see a rectification: it is that of their own site, and a second person has
// read and released its letter.
func (r *Rectification) ShownTo(o *Officer) bool {
	if !o.Is(Liaison) || o.Site != r.Site { // promise 2
		return false
	}
	if r.Signed == "" { // promise 2
		return false
	}
	return true
}

// MayAnswer says why a site's security officer cannot answer a rectification now; nil: they can. today is what they sent on
// this day, all what the rectification holds.
func MayAnswer(r *Rectification, s *Site, by *Officer, today, all int) error {
	switch {
	case !r.ShownTo(by):
		return refuse("not-found", "there is no such rectification") // also of one that exists
	case s.State != SiteActive:
		return refuse("site-state", "the site is %s: it is no partner", s.State)
	case r.State == RectificationFixed:
		return refuse("settled", "the rectification is settled")
	case today >= AnswersADay:
		return refuse("answers-a-day", "%d answers were sent today, no more are taken: telephone", today)
	case all >= AnswersAtAll:
		return refuse("answers", "%d answers were given to this rectification: telephone", all)
	}
	return nil
}

// NewSiteAnswer makes an answer. [MayAnswer] comes first.
func NewSiteAnswer(r *Rectification, by *Officer, text string, evidence []string) (*SiteAnswer, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || utf8.RuneCountInString(text) > maxAnswer:
		return nil, refuse("answer-text", "write what was done, in at most %d characters", maxAnswer)
	case len(evidence) > maxAnswerFiles:
		return nil, refuse("answer-files", "at most %d pictures come with an answer", maxAnswerFiles)
	}
	return &SiteAnswer{Rectification: r.ID, Site: r.Site, By: by.ID, Text: text, Evidence: evidence}, nil
}
