package adapters

import "context"

// Courier takes clue packages to the system of another unit, which must answer each: see [KindAnswer].
type Courier interface {
	// HandOver puts one package there, with at most one mutating request. The same key is the same
	// package, which the other side takes once. A receipt means that it has it, no more.
	HandOver(ctx context.Context, at Attempt, p Package) (Receipt, error)
}

// SourceHandovers is the source on which what other units answer is polled.
const SourceHandovers = "handovers"

// MaxPackage is how many bytes the files of one package may have together.
const MaxPackage = 4 << 20

// Package is a clue package for another unit, its correction or its withdrawal. The files hold all of
// it, signed; the other fields let a system file it without opening them.
type Package struct {
	Code      string // printed on it; answers name it
	Revision  int    // 1, and one more for each correction
	Withdrawn bool
	Note      string // what was corrected, or why it was withdrawn
	From      Station
	To        string // the other unit, as its name is configured
	Emergency bool
	Files     []PackageFile
}

// Station is who hands a package over.
type Station struct {
	Name   string
	Region string // GB/T 2260, six digits; may be empty
}

// PackageFile is one file of a package.
type PackageFile struct {
	Name string
	Type string // MIME type
	Data []byte
}

// PackageAnswer is what another unit says to a package. The words that go with it are [Inbound].Text.
type PackageAnswer struct {
	Code     string
	Revision int    // that is answered; 0: not said
	As       string // [AnswerAccepted], …
	Number   string // under which they keep it
}

// What another unit can answer.
const (
	AnswerAccepted  = "accepted"
	AnswerDuplicate = "duplicate" // they have it already
	AnswerNotOurs   = "not-ours"
	AnswerResult    = "result" // what came of it, in words
)
