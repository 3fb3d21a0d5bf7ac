package bridge

import (
	"context"
	"errors"
	"fmt"

	"netpatrol/adapters"
)

var _ adapters.Courier = (*account)(nil)

// handover is a clue package for another unit: POST /v1/handovers. The files hold all of it, signed.
type handover struct {
	Key       string        `json:"key"`
	Package   string        `json:"package"` // the code printed on it
	Revision  int           `json:"revision"`
	Withdrawn bool          `json:"withdrawn,omitempty"`
	Note      string        `json:"note,omitempty"`
	From      station       `json:"from"`
	To        string        `json:"to"`
	Emergency bool          `json:"emergency,omitempty"`
	Files     []packageFile `json:"files"`
}

type station struct {
	Name   string `json:"name"`
	Region string `json:"region,omitempty"`
}

type packageFile struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Data []byte `json:"data"` // base64
}

// HandOver puts a package, its correction or its withdrawal at the other unit.
func (a *account) HandOver(ctx context.Context, at adapters.Attempt, p adapters.Package) (adapters.Receipt, error) {
	const op = "hand over"
	h := handover{
		Key: at.Key, Package: p.Code, Revision: p.Revision, Withdrawn: p.Withdrawn, Note: p.Note,
		From: station(p.From), To: p.To, Emergency: p.Emergency, Files: []packageFile{},
	}
	size := 0
	for _, f := range p.Files {
		size += len(f.Data)
		h.Files = append(h.Files, packageFile(f))
	}
	switch {
	case !refPattern.MatchString(p.Code):
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, errors.New("the package has no code of the contract"))
	case size == 0 || size > adapters.MaxPackage:
		return adapters.Receipt{}, rejected(op, adapters.ScopeItem, fmt.Errorf("the files have %d bytes: a package has some, and at most %d MiB", size, adapters.MaxPackage>>20))
	}
	return a.make(ctx, at, op, "/v1/handovers", h)
}

// answer reads what a unit says to a package; nil: it does not say it in the words of the contract.
func (e event) answer() *adapters.PackageAnswer {
	switch e.Answer {
	case adapters.AnswerAccepted, adapters.AnswerDuplicate, adapters.AnswerNotOurs, adapters.AnswerResult:
	default:
		return nil
	}
	if !refPattern.MatchString(e.Package) || e.Revision < 0 {
		return nil
	}
	return &adapters.PackageAnswer{Code: e.Package, Revision: e.Revision, As: e.Answer, Number: e.Number}
}
