package bots

// PackageCame is a clue package that another unit handed over to us, its correction or its withdrawal.
const PackageCame EventKind = "package" // *Package

// AnswerPackage is what an officer says to a package of another unit: Fields: as, note, number.
const AnswerPackage Verb = "package-answer"

// Package is what another unit handed over, once its signature and every digest were found right.
type Package struct {
	Unit      string        `json:"unit"`   // id by which the configuration knows who sent it
	Key       string        `json:"key"`    // under which it was sent; the same key is the same package
	Digest    string        `json:"digest"` // hex SHA-256 of the request, so that a key with another body is noticed
	Code      string        `json:"code"`   // printed on it; it never changes
	Revision  int           `json:"revision"`
	Withdrawn bool          `json:"withdrawn,omitempty"`
	Emergency bool          `json:"emergency,omitempty"`
	From      string        `json:"from"` // who sent it, as they call themselves
	Region    string        `json:"region,omitempty"`
	Note      string        `json:"note,omitempty"` // of a correction or withdrawal: why
	Lines     []PackageLine `json:"lines,omitempty"`
	Files     []PackageFile `json:"files,omitempty"`
}

func (*Package) eventBody() {}

// PackageLine is one thing a package tells.
type PackageLine struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
	Role  string `json:"role,omitempty"`
	Note  string `json:"note,omitempty"`
}

// PackageFile is a file of a package, which is kept like evidence.
type PackageFile struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}
