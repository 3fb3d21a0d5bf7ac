package record

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// KindHandoff is the kind of [Handoff].
const KindHandoff bots.RecordKind = "handoff"

// Handoff is a clue package on its way to another unit, which must answer. What it says is fixed
// when it is prepared; it lies under the key of what it is about, and is forgotten with that.
//
// prepared -> approved -> sent -> accepted | duplicate | not-ours -> result. A correction (corrected)
// goes to everybody the package reached and has to be answered again; a withdrawal ends it.
// Due is when it is sent next, or when its answer is overdue.
type Handoff struct {
	bots.Head
	Code       string          `json:"code"`    // printed on the package
	About      bots.Target     `json:"about"`   // the report or clue
	Account    string          `json:"account"` // by which that came to us
	Unit       string          `json:"unit"`    // id of the unit that gets it
	Way        string          `json:"way"`     // page, folder or bridge
	By         string          `json:"by"`      // who prepared it
	Package    HandoffPackage  `json:"package"`
	Digest     string          `json:"digest"` // of Package; see [HandoffPackage.Digest]
	Approver   string          `json:"approver,omitempty"`
	Approved   time.Time       `json:"approved,omitzero"`
	OneOfficer bool            `json:"oneOfficer,omitempty"` // approved by who prepared it, because the station declared one officer
	Round      int             `json:"round"`                // of the link: an older one no longer opens
	Until      time.Time       `json:"until,omitzero"`       // the link opens until then
	Tries      int             `json:"tries,omitempty"`      // failed since it was last due
	Problem    string          `json:"problem,omitempty"`    // why the last try failed
	Sent       time.Time       `json:"sent,omitzero"`        // first
	Revision   int             `json:"revision"`             // 1, and one more for each correction
	Notes      []HandoffNote   `json:"notes,omitempty"`      // corrections and the withdrawal, oldest first
	Answers    []HandoffAnswer `json:"answers,omitempty"`    // oldest first
}

// RecordKind implements [bots.Record].
func (*Handoff) RecordKind() bots.RecordKind { return KindHandoff }

// The states of a hand-off, but for those that are answers.
const (
	HandoffPrepared  = "prepared"
	HandoffApproved  = "approved" // to be sent
	HandoffSent      = "sent"     // waits for the other unit's answer
	HandoffCorrected = "corrected"
	HandoffWithdrawn = "withdrawn"
)

// The ways a package goes.
const (
	ByPage   = "page"   // the other unit opens a link with a token
	ByFolder = "folder" // signed files are put into a folder for import elsewhere
	ByBridge = "bridge" // the other unit's system takes it, and answers by the same account
)

// HandoffPackage is what another unit is told. It never holds an identity card's number or a whole
// card of a victim.
type HandoffPackage struct {
	FromUnit   string             `json:"fromUnit"`
	FromRegion string             `json:"fromRegion,omitempty"` // GB/T 2260
	ToUnit     string             `json:"toUnit"`
	Reference  string             `json:"reference,omitempty"` // of the report
	Platform   string             `json:"platform"`
	Category   string             `json:"category,omitempty"`
	Grade      string             `json:"grade,omitempty"` // a volunteer's, of source and piece: "B2"
	Emergency  bool               `json:"emergency,omitempty"`
	Heard      time.Time          `json:"heard"`
	Post       string             `json:"post,omitempty"`   // address of the public post a clue is about
	Author     string             `json:"author,omitempty"` // who wrote that post
	Places     []string           `json:"places,omitempty"` // code and name
	Indicators []HandoffIndicator `json:"indicators,omitempty"`
	// Words are what was written, with numbers of victims masked: of a report only when an officer chose so.
	Words    []string `json:"words,omitempty"`
	Reporter string   `json:"reporter,omitempty"` // only when an officer chose so
	Evidence []string `json:"evidence,omitempty"` // SHA-256 of files kept here
}

// HandoffIndicator is one number, name or address of the package.
type HandoffIndicator struct {
	Kind       string `json:"kind"`
	Value      string `json:"value"`
	Role       string `json:"role,omitempty"` // suspect or victim; empty: unclear
	Confidence int    `json:"confidence"`     // 1 to 100
	Approx     bool   `json:"approx,omitempty"`
	Masked     bool   `json:"masked,omitempty"`
	// Said is what the reporter said of it when it was read back to them; empty: nothing.
	Said bots.CheckAs `json:"said,omitempty"`
}

// HandoffNote is what every receiver is told later.
type HandoffNote struct {
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	Text      string    `json:"text"`
	Withdrawn bool      `json:"withdrawn,omitempty"`
}

// HandoffAnswer is what the other unit said.
type HandoffAnswer struct {
	At       time.Time `json:"at"`
	As       string    `json:"as"`
	Note     string    `json:"note,omitempty"`
	Number   string    `json:"number,omitempty"` // under which they keep it
	By       string    `json:"by,omitempty"`     // officer who typed in a return slip; empty: they said it themselves
	Revision int       `json:"revision"`         // that was answered
}

// Digest is the hex SHA-256 of a package.
func (p HandoffPackage) Digest() string {
	b, _ := json.Marshal(p) // of plain values: it cannot fail
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Personal says whether a package tells who reported, or in what words.
func (h *Handoff) Personal() bool {
	return h.Package.Reporter != "" || h.About.Kind == bots.KindReport && len(h.Package.Words) > 0
}

// Whole says whether a hand-off was approved as it stands.
func (h *Handoff) Whole() bool { return h.Approver != "" && h.Digest == h.Package.Digest() }

// Key names what is sent now, the same for every try and another one for each revision and for the
// withdrawal; digest is of the very bytes. It has at most 32 ASCII characters.
func (h *Handoff) Key(digest string) string {
	key := h.Code + "-" + strconv.Itoa(h.Revision)
	if h.State == HandoffWithdrawn {
		key += "w"
	}
	return key + "-" + digest[:8]
}

// Reached says whether the other unit has got the package.
func (h *Handoff) Reached() bool { return !h.Sent.IsZero() }

// Open says whether the link of a package opens.
func (h *Handoff) Open(now time.Time) bool {
	return h.Way == ByPage && h.Reached() && now.Before(h.Until)
}

const (
	handoffLink = 14 * 24 * time.Hour // how long a link opens
	// HandoffAnswerWithin is how long the other unit has until an officer is told that it has not answered.
	HandoffAnswerWithin = 48 * time.Hour
)

// handoffAgain are the waits after a failed try; after the last a person must look. It never changes.
var handoffAgain = [...]time.Duration{5 * time.Minute, 30 * time.Minute}

// PrepareHandoff starts a hand-off. The caller has filled in what it says.
func PrepareHandoff(h *Handoff, by *Officer, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not hand a clue over: it needs an officer or approver", by.ID)
	}
	h.State, h.By, h.Digest, h.Round, h.Revision = HandoffPrepared, by.ID, h.Package.Digest(), 1, 1
	h.Created, h.Updated = now, now
	return nil
}

// ApproveHandoff lets a package leave. seen is the version the officer looked at.
func ApproveHandoff(h *Handoff, by *Officer, seen uint64, p Policy, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not approve a hand-off: it needs an officer or approver", by.ID)
	}
	if h.State != HandoffPrepared {
		return refuse("not-prepared", "the hand-off is %s: there is nothing to approve", h.State)
	}
	if h.Version != seen || h.Digest != h.Package.Digest() { // promise 1
		return refuse("changed", "the package was changed after you looked at it: look again")
	}
	if h.Personal() && by.ID == h.By && !p.OneOfficer { // promise 2
		return refuse("two-people", "the package tells who reported or in what words: a second officer must approve it")
	}
	h.OneOfficer = by.ID == h.By && h.Personal()
	h.Approver, h.Approved = by.ID, now
	h.dueAs(HandoffApproved, now)
	return nil
}

// dueAs makes a hand-off due to be sent.
func (h *Handoff) dueAs(state string, now time.Time) {
	h.State, h.Due, h.Tries, h.Problem, h.Updated = state, now, 0, "", now
	h.Until = now.Add(handoffLink)
}

// Waits says whether a hand-off is to be sent.
func (h *Handoff) Waits() bool {
	return h.State == HandoffApproved || h.State == HandoffCorrected || h.State == HandoffWithdrawn && !h.Due.IsZero()
}

// Delivered notes that the package, its correction or its withdrawal reached the other unit.
func (h *Handoff) Delivered(now time.Time) {
	if h.Sent.IsZero() {
		h.Sent = now
	}
	h.Tries, h.Problem, h.Due, h.Updated = 0, "", time.Time{}, now
	if h.State != HandoffWithdrawn {
		h.State, h.Due = HandoffSent, now.Add(HandoffAnswerWithin)
	}
}

// Failed notes a try that failed and says whether it was the last: then a person must look.
func (h *Handoff) Failed(problem string, now time.Time) (last bool) {
	h.Problem, h.Updated = problem, now
	if h.Tries++; h.Tries > len(handoffAgain) {
		h.Due = time.Time{}
		return true
	}
	h.Due = now.Add(handoffAgain[h.Tries-1])
	return false
}

// ResendHandoff tries again at once, and gives a new link in place of the old one.
func ResendHandoff(h *Handoff, by *Officer, now time.Time) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not send a hand-off: it needs an officer or approver", by.ID)
	}
	if h.State != HandoffApproved && h.State != HandoffCorrected && h.State != HandoffSent {
		return refuse("not-sent", "the hand-off is %s: there is nothing to send again", h.State)
	}
	state := h.State
	if state == HandoffSent {
		state = HandoffApproved
	}
	h.Round++
	h.dueAs(state, now)
	return nil
}

// HandoffResults are what another unit can answer.
func HandoffResults() []string {
	return []string{bots.HandoffAccepted, bots.HandoffDuplicate, bots.HandoffNotOurs, bots.HandoffResult}
}

// AnswerHandoff records what the other unit said. Who answered once can only add a result, or
// answer a correction. What was said of an earlier revision is kept and ends nothing: the correction
// still has to be sent, or answered.
func AnswerHandoff(h *Handoff, a HandoffAnswer) error {
	if !slices.Contains(HandoffResults(), a.As) {
		return refuse("as", "an answer is one of %s", strings.Join(HandoffResults(), ", "))
	}
	if a.As == bots.HandoffResult && strings.TrimSpace(a.Note) == "" {
		return refuse("empty", "write what came of it")
	}
	if !h.Reached() || h.State == HandoffWithdrawn {
		return refuse("not-open", "the hand-off is %s: it cannot be answered", h.State)
	}
	if h.State == bots.HandoffNotOurs || a.As != bots.HandoffResult && slices.Contains(HandoffResults(), h.State) {
		return refuse("answered", "it was answered already: %s", h.State)
	}
	stale := h.State == HandoffCorrected && h.Way != ByPage // the correction has not left
	if a.Revision <= 0 || a.Revision > h.Revision {
		a.Revision = h.Revision
		if stale {
			a.Revision--
		}
	}
	h.Answers, h.Updated = append(h.Answers, a), a.At
	if stale || a.Revision < h.Revision {
		return nil
	}
	h.State, h.Due, h.Updated = a.As, time.Time{}, a.At
	return nil
}

// CorrectHandoff tells the other unit that the package was wrong in something.
func CorrectHandoff(h *Handoff, by *Officer, text string, now time.Time) error {
	if err := mayAmend(h, by, text); err != nil {
		return err
	}
	if !h.Reached() {
		return refuse("not-sent", "it has not been sent: withdraw it and prepare another")
	}
	h.Revision++
	h.Notes = append(h.Notes, HandoffNote{At: now, By: by.ID, Text: text})
	h.dueAs(HandoffCorrected, now)
	return nil
}

// WithdrawHandoff takes a package back; a unit that got it is told.
func WithdrawHandoff(h *Handoff, by *Officer, text string, now time.Time) error {
	if err := mayAmend(h, by, text); err != nil {
		return err
	}
	h.Notes = append(h.Notes, HandoffNote{At: now, By: by.ID, Text: text, Withdrawn: true})
	h.dueAs(HandoffWithdrawn, now)
	if !h.Reached() {
		h.Due = time.Time{}
	}
	return nil
}

func mayAmend(h *Handoff, by *Officer, text string) error {
	if !by.Is(Duty, Approver) {
		return refuse("role", "%s may not change a hand-off: it needs an officer or approver", by.ID)
	}
	if text == "" {
		return refuse("reason", "say what was wrong; every receiver reads it")
	}
	if h.State == HandoffWithdrawn {
		return refuse("withdrawn", "the hand-off was withdrawn")
	}
	return nil
}

// HandoffToken is the secret of a hand-off's link. It follows from the record and the station's master key,
// and is kept nowhere.
func HandoffToken(tag func(scope, value string) string, h *Handoff) string {
	return tag("handoff-link", h.ID+"|"+strconv.Itoa(h.Round))
}

// slipLetters stand for the answers on a return slip. It never changes.
var slipLetters = map[string]string{
	"A": bots.HandoffAccepted, "D": bots.HandoffDuplicate, "N": bots.HandoffNotOurs, "R": bots.HandoffResult,
}

// HandoffSlip is the code printed on the return slip for one answer: the hand-off's code, a letter, and
// six characters that only this station can make, so that a slip is neither mistyped nor made up.
func HandoffSlip(tag func(scope, value string) string, h *Handoff, as string) string {
	for letter, means := range slipLetters {
		if means == as {
			return h.Code + "-" + letter + strings.ToUpper(tag("handoff-slip", h.ID+"|"+as)[:6])
		}
	}
	return ""
}

// ReadSlip takes a slip's code apart, as somebody typed it. The answer is only good when
// [HandoffSlip] gives the same code for it.
func ReadSlip(typed string) (code, as string, ok bool) {
	plain := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "－", "", "—", "", "\u3000", "").Replace(typed))
	if len(plain) < 8+1+6 {
		return "", "", false
	}
	as, ok = slipLetters[plain[len(plain)-7:len(plain)-6]]
	return plain[:len(plain)-7], as, ok
}

// SameSlip says whether what was typed is a slip's code.
func SameSlip(typed, slip string) bool {
	plain := strings.NewReplacer(" ", "", "-", "", "－", "", "—", "", "\u3000", "")
	return slip != "" && strings.EqualFold(plain.Replace(typed), plain.Replace(slip))
}

// HandoffReporter is how a reporter is named in a package.
func HandoffReporter(platform string, p adapters.Person) string {
	name := p.Handle
	if p.Name != "" && p.Name != p.Handle {
		name += "（" + p.Name + "）"
	}
	return platform + " 账号 " + name
}
