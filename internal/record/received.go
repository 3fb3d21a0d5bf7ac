package record

import (
	"slices"
	"strings"
	"time"

	"netpatrol/bots"
)

// KindReceived is the kind of [Received].
const KindReceived bots.RecordKind = "received"

// Received is a clue package that another unit handed over to us. Its stream and subject are its own, [ReceivedStream]; its files
// are evidence under that subject. States: received (nobody has answered), what was answered (accepted, duplicate, not-ours,
// result), withdrawn.
type Received struct {
	bots.Head
	Unit      string             `json:"unit"` // id of the sender in the configuration
	From      string             `json:"from"` // as they call themselves
	Region    string             `json:"region,omitempty"`
	Code      string             `json:"code"`
	Revision  int                `json:"revision"`
	Emergency bool               `json:"emergency,omitempty"`
	Lines     []bots.PackageLine `json:"lines,omitempty"`
	Files     []string           `json:"files,omitempty"` // ids of the evidence that are its files
	Notes     []ReceivedNote     `json:"notes,omitempty"`
	Answers   []ReceivedAnswer   `json:"answers,omitempty"`
	Sends     []ReceivedSend     `json:"sends,omitempty"` // under which keys it came
}

// RecordKind implements [bots.Record].
func (*Received) RecordKind() bots.RecordKind { return KindReceived }

// ReceivedNote is what the sender said of a correction or withdrawal.
type ReceivedNote struct {
	At        time.Time `json:"at"`
	Text      string    `json:"text"`
	Revision  int       `json:"revision"`
	Withdrawn bool      `json:"withdrawn,omitempty"`
}

// ReceivedAnswer is what an officer of ours said. N counts the answers to one sender.
type ReceivedAnswer struct {
	N        uint64    `json:"n"`
	At       time.Time `json:"at"`
	As       string    `json:"as"`
	Number   string    `json:"number,omitempty"` // under which we keep it
	Note     string    `json:"note,omitempty"`
	By       string    `json:"by"`
	Revision int       `json:"revision"`
}

// ReceivedSend is one request by which the package came.
type ReceivedSend struct {
	Key    string    `json:"key"`
	Digest string    `json:"digest"`
	At     time.Time `json:"at"`
}

// The states of a received package before an answer and after its withdrawal.
const (
	PackageReceived  = "received"
	PackageWithdrawn = "withdrawn"
)

// ReceivedStream is the stream, the subject and the id of a package.
func ReceivedStream(unit, code string) string { return "package/" + unit + "/" + code }

const (
	// mostSends bounds how often one package may come: corrections are rare. A withdrawal is taken besides.
	mostSends = 12
	// mostReceivedAnswers bounds what is said to one package.
	mostReceivedAnswers = 12
)

// Known is how a package came under a key; nil: it did not.
func (r *Received) Known(key string) *ReceivedSend {
	if i := slices.IndexFunc(r.Sends, func(s ReceivedSend) bool { return s.Key == key }); i >= 0 {
		return &r.Sends[i]
	}
	return nil
}

// Shows says whether a file may be opened: once the package was withdrawn, what came with it before may not.
func (r *Received) Shows(file string) bool {
	return r.State != PackageWithdrawn || slices.Contains(r.Files, file)
}

// TakePackage brings what came into the record of its package: a new one, a correction, which is to be answered again, or a
// withdrawal, which leaves only why. What is no newer than what is there changes nothing. It says whether something changed.
func TakePackage(r *Received, p *bots.Package, files []string, now time.Time) (changed bool, err error) {
	if r.Known(p.Key) != nil {
		return false, nil
	}
	if len(r.Sends) >= mostSends && (!p.Withdrawn || r.State == PackageWithdrawn) {
		return false, refuse("package-sends", "the package came %d times: telephone", len(r.Sends))
	}
	r.Sends = append(r.Sends, ReceivedSend{Key: p.Key, Digest: p.Digest, At: now})
	if r.State == PackageWithdrawn || p.Revision < r.Revision || p.Revision == r.Revision && !p.Withdrawn {
		return false, nil
	}
	r.From, r.Region, r.Revision, r.Emergency, r.Updated = p.From, p.Region, p.Revision, p.Emergency, now
	r.State, r.Lines, r.Files = PackageReceived, p.Lines, files
	if p.Withdrawn {
		r.State, r.Lines = PackageWithdrawn, nil
	}
	if p.Note != "" || p.Withdrawn {
		r.Notes = append(r.Notes, ReceivedNote{At: now, Text: p.Note, Revision: p.Revision, Withdrawn: p.Withdrawn})
	}
	return true, nil
}

// AnswerPackage records what an officer says to a package. What was accepted, or is there already, can only be followed by
// results; what is not ours by nothing, until a correction comes.
func AnswerPackage(r *Received, by *Officer, a ReceivedAnswer, seen uint64) error {
	switch {
	case !by.Is(Duty, Approver):
		return refuse("role", "%s may not answer a package: it needs an officer or approver", by.ID)
	case r.Erased:
		return refuse("erased", "what was kept of the package was erased")
	case r.Version != seen:
		return refuse("changed", "the package was changed after you looked at it: look again")
	case !slices.Contains(HandoffResults(), a.As):
		return refuse("as", "an answer is one of %s", strings.Join(HandoffResults(), ", "))
	case a.As == bots.HandoffResult && strings.TrimSpace(a.Note) == "":
		return refuse("empty", "write what came of it")
	case r.State == PackageWithdrawn:
		return refuse("withdrawn-package", "the other unit took the package back: there is nothing to answer")
	case r.State == bots.HandoffNotOurs || a.As != bots.HandoffResult && r.State != PackageReceived:
		return refuse("answered", "it was answered already: %s", r.State)
	case len(r.Answers) >= mostReceivedAnswers:
		return refuse("package-answers", "%d answers were given to this package: telephone", len(r.Answers))
	}
	a.By, a.Revision = by.ID, r.Revision
	r.Answers, r.State, r.Updated = append(r.Answers, a), a.As, a.At
	return nil
}
