// Package view holds the read models that the API and the console share: what an
// officer sees beside a draft, a message's whole story, and the counts of the day.
//
// It only reads, through ports, and never decides. What it shows is put together from
// several reads and is not one snapshot; decisions therefore carry the version seen,
// which the commit checks. A record that is missing or erased leaves its place empty;
// any other error of the store fails the whole view, so that nothing looks complete
// when it is not.
package view

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// Station is what the assembly knows and the store does not. Every func may be nil.
type Station struct {
	Unit       string        // the agency's name
	OneOfficer bool          // the station has declared that it has a single officer
	Kiosk      string        // public address of the kiosk; empty: there is none
	Promise    time.Duration // how long somebody who wrote to us waits at most for a person
	// Limit is how long a text may be on an account's channel.
	Limit func(account string, ch adapters.Channel) (adapters.TextLimit, bool)
	// Publishes is false for an account that is known to publish nothing: it only listens, or reaches our own officers.
	Publishes func(account string) bool
	// Attach keeps a screenshot of what an officer posted by hand. It returns a
	// [*record.Refusal] for what is not kept.
	Attach func(ctx context.Context, officer, item string, from io.Reader) error
	// KeepTip keeps the picture of a volunteer's tip that the same form sends, and returns the fields
	// that name it, or a [*record.Refusal].
	KeepTip func(ctx context.Context, officer, formKey string, from io.Reader) (map[string]string, error)
	// Windows is how often and how long a person may be answered on an account after they wrote.
	Windows func(account string) []adapters.ReplyWindow
	// Suggest returns the answers that are suggested to officers in a conversation.
	Suggest func(ctx context.Context, conversation string, now time.Time) ([]bots.Suggested, error)
	// Templates lists what a standing approval may cover.
	Templates func() []Template
	// Schedules lists when bulletins come due.
	Schedules func(now time.Time) []Schedule
	// KeepPicture keeps a bulletin's picture, at most MaxPicture bytes, and says what it is. Its name is the caller's.
	KeepPicture func(ctx context.Context, data []byte) (adapters.Picture, error)
	// Picture draws a bulletin's picture anew as a JPEG for officers' browsers, its longer side at most side pixels.
	Picture func(ctx context.Context, digest string, side int) ([]byte, error)
	// Pullable lists the accounts whose platform has drafts of its own console to pull.
	Pullable func() []string
	// ConsoleDrafts lists the drafts that people made in the console of an account's platform.
	ConsoleDrafts func(ctx context.Context, account string) ([]adapters.Prepared, error)
	// Quotas lists what bounds an account's sends.
	Quotas func(account string) []adapters.Quota
	// Previewers lists the officers who can be shown a preview on an account.
	Previewers func(account string) []string
	// Preview renders and lints a bulletin for each of its accounts.
	Preview func(ctx context.Context, b BulletinText) ([]Preview, error)
	// Shown is a bulletin's draft as the platform of its account would show it.
	Shown func(d *bots.Draft) Preview
	// Handoffs is what other units are and get; nil: nothing is handed over.
	Handoffs Handoffs
	// Surroundings are those of the accounts; nil: none can be asked.
	Surroundings Surroundings
	// Duty is how officers on duty are reached.
	Duty DutyRing
	// NewInvite makes the address by which a site's security officer accepts an invitation, and the digest of its code: the
	// same for the same form.
	NewInvite func(officer, formKey string) (address, link string)
	// NewLookup makes the lookup code that an officer gives somebody, and its digest: the same for the same form.
	NewLookup func(officer, formKey string) (code, id string, err error)
	// Scans says that files people send are looked at by a scanner for malware.
	Scans bool
}

// Template is an outgoing text that may be approved ahead of time.
type Template struct {
	Name        string       `json:"name"`
	Rev         int          `json:"rev"`
	Purpose     bots.Purpose `json:"purpose"`
	Description string       `json:"description"`
	Sample      string       `json:"sample"` // rendered with sample values
}

// Schedule is a cron schedule with its next slots.
type Schedule struct {
	Name  string      `json:"name"`
	Title string      `json:"title"`
	Next  []time.Time `json:"next"`
}

// BulletinText is a bulletin as its editor writes it.
type BulletinText struct {
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	Language string    `json:"language,omitempty"` // BCP 47; empty: the station's
	Schedule string    `json:"schedule,omitempty"` // empty: leaves once approved
	Slot     time.Time `json:"slot,omitzero"`      // of the schedule
	Accounts []string  `json:"accounts,omitempty"`
	// Extras are its pictures, cover and whether followers are notified. Source cannot be set here.
	Extras adapters.Extras `json:"extras,omitzero"`
	// Refutes is what it says is false, as it goes round, in each of its wordings; Basis who verified that, and by what.
	Refutes []string `json:"refutes,omitempty"`
	Basis   string   `json:"basis,omitempty"`
	// Quotes: its author answers for it that what reporters wrote, too, is nobody's own words, such as what a swindler sends around.
	Quotes bool `json:"quotes,omitempty"`
}

// MaxPicture bounds one picture, in bytes: what the strictest platform takes.
const MaxPicture = 1 << 20

// Preview is a bulletin as one account would publish it.
type Preview struct {
	Account  string   `json:"account"`
	Parts    []string `json:"parts"`
	Length   int      `json:"length"` // of the longest part
	Max      int      `json:"max"`    // 0: the platform states none
	Unit     string   `json:"unit"`
	Problems []string `json:"problems,omitempty"` // why it could not be approved as it stands
	Degraded []string `json:"degraded,omitempty"` // what the platform cannot show as it is written
}

// AuditReport is what verifying the audit chain found.
type AuditReport struct {
	OK       bool      `json:"ok"`
	Entries  uint64    `json:"entries"`
	Sealed   uint64    `json:"sealed"`   // the last entry the chain covers
	Unsealed int       `json:"unsealed"` // entries newer than that
	Head     string    `json:"head"`     // digest of the chain's head
	Anchor   string    `json:"anchor,omitempty"`
	Met      []uint64  `json:"met,omitempty"`     // the anchors that were found again, by their entry
	Anchored time.Time `json:"anchored,omitzero"` // when the chain was anchored outside last; zero: never
	Faults   []string  `json:"faults,omitempty"`
	At       time.Time `json:"at"`
}

// Revision is what people call a template's revision: the first one, the second one. The
// number itself also tells apart texts that were changed without being declared anew; see package templates.
func Revision(rev int) int {
	const unit = 1_000_000
	if rev < unit {
		return rev
	}
	return rev / unit
}

// People are the officers' names by id.
type People map[string]string

// Names reads how the officers are called, those who left among them: at most a thousand.
func Names(ctx context.Context, s record.Reader) (People, error) {
	officers, err := List[record.Officer](ctx, s, record.Query{Limit: 1000})
	if err != nil {
		return nil, err
	}
	p := make(People, len(officers))
	for _, o := range officers {
		p[o.ID] = o.Name
	}
	return p, nil
}

// Personal says whether records of a kind tell of citizens.
func Personal(kind bots.RecordKind) bool {
	switch kind {
	case bots.KindReport, bots.KindConversation, bots.KindClue, bots.KindWarning, bots.KindDraft, record.KindItem, bots.KindEvent, bots.KindWait, record.KindEvidence, record.KindHandoff, record.KindReceived, bots.KindHandOver, record.KindSite, record.KindRectification:
		return true
	}
	return false
}

// May says whether an officer may read records of a kind. Volunteers see nothing of
// citizens; editors see the messages they write, not who reported what.
func May(o *record.Officer, kind bots.RecordKind) bool {
	if !Personal(kind) || o.Is(record.Duty, record.Approver, record.Auditor, record.Admin) {
		return true
	}
	return o.Is(record.Editor) && (kind == bots.KindDraft || kind == record.KindItem)
}

// Sees says whether an officer may read this very record: editors see the drafts and
// sends of bulletins, not what was written to a person.
func Sees(o *record.Officer, r bots.Record) bool {
	if May(o, bots.KindReport) || !Personal(r.RecordKind()) || own(o, r) {
		return true
	}
	if !May(o, r.RecordKind()) {
		return false
	}
	switch r := r.(type) {
	case *bots.Draft:
		return editorial(r.Purpose)
	case *record.Item:
		return editorial(r.Purpose)
	}
	return false
}

// editorial says whether messages of a purpose are what editors write.
func editorial(p bots.Purpose) bool {
	return p == bots.ForBulletin || p == bots.ForPreview || p == bots.ForWithdrawal
}

// own says whether a record is a decision the officer made.
func own(o *record.Officer, r bots.Record) bool {
	e, ok := r.(*bots.Event)
	if !ok {
		return false
	}
	d, ok := e.Body.(*bots.Decision)
	return ok && d.Officer == o.ID && o.State == record.OfficerActive
}

// Seen keeps of a page what an officer may read.
func Seen[T bots.Record](o *record.Officer, page []T) []T {
	return slices.DeleteFunc(page, func(r T) bool { return !Sees(o, r) })
}

// fetch reads one record; nil when it does not exist, was erased, or id is empty.
func fetch[T any, P interface {
	*T
	bots.Record
}](ctx context.Context, s record.Reader, id string) (*T, error) {
	if id == "" {
		return nil, nil
	}
	r, err := record.Fetch[T, P](ctx, s, id)
	if errors.Is(err, record.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	return r, nil
}

// List reads one page and types it.
func List[T any, P interface {
	*T
	bots.Record
}](ctx context.Context, s record.Reader, q record.Query) ([]*T, error) {
	var zero T
	q.Kind = P(&zero).RecordKind()
	page, err := s.List(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list %s records: %w", q.Kind, err)
	}
	out := make([]*T, 0, len(page))
	for _, r := range page {
		if t, ok := any(r).(*T); ok {
			out = append(out, t)
		}
	}
	return out, nil
}
