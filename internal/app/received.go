package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/blob"
	"netpatrol/internal/config"
	"netpatrol/internal/handoff"
	"netpatrol/internal/record"
	"netpatrol/internal/web/frontdoor"
)

// mailroom takes packages that other units hand over to us.
type mailroom struct{ a *App }

var _ frontdoor.Packages = mailroom{}

// packages is the way in for other units; nil when no unit may hand anything over.
func (a *App) packages() frontdoor.Packages {
	for _, u := range a.o.Config.Units {
		if u.Sends.Taken() {
			return mailroom{a}
		}
	}
	return nil
}

func (m mailroom) unit(id string) (u config.OtherUnit, ok bool) {
	for _, u := range m.a.o.Config.Units {
		if u.ID == id && u.Sends.Taken() {
			return u, true
		}
	}
	return u, false
}

// Sender implements [frontdoor.Packages].
func (m mailroom) Sender(unit string) (s frontdoor.Sender, ok bool) {
	u, ok := m.unit(unit)
	for _, secret := range u.Sends.Secrets {
		s.Secrets = append(s.Secrets, string(secret))
	}
	s.ID, s.Name = u.ID, m.a.o.Config.Unit.Name
	return s, ok
}

// Take implements [frontdoor.Packages]. The files are kept before the package is accepted: those of one that is refused
// after that are swept like any that nothing refers to.
func (m mailroom) Take(ctx context.Context, unit string, in frontdoor.IncomingPackage) error {
	u, ok := m.unit(unit)
	if !ok {
		return &frontdoor.Unfit{Why: "nothing of this unit is taken"}
	}
	lines, err := unpacked(u.Sends.Key, in.Package)
	if err != nil {
		return &frontdoor.Unfit{Why: err.Error()}
	}
	p := &bots.Package{
		Unit: unit, Key: in.Key, Digest: in.Digest, Code: in.Code, Revision: in.Revision, Withdrawn: in.Withdrawn, Emergency: in.Emergency,
		From: u.Name, Region: in.From.Region, Note: in.Note, Lines: lines,
	}
	for _, f := range in.Files {
		k, err := m.a.files.PutAs(ctx, record.ReceivedStream(unit, in.Code), fileType(f.Name), bytes.NewReader(f.Data))
		if errors.Is(err, blob.ErrTooLarge) {
			return &frontdoor.Unfit{Why: "a file is too large"}
		}
		if err != nil {
			return err
		}
		p.Files = append(p.Files, bots.PackageFile{Name: f.Name, Type: k.Type, Size: k.Size, SHA256: k.SHA256})
	}
	r, err := m.a.engine.TakePackage(ctx, p)
	if err == nil && r.Status == bots.Refused {
		return &frontdoor.Unfit{Why: r.Message}
	}
	return err
}

// unpacked checks that a package is what its unit signed, and returns what its table tells.
func unpacked(key string, p adapters.Package) ([]bots.PackageLine, error) {
	var files []handoff.File
	for _, f := range p.Files {
		files = append(files, handoff.File(f))
	}
	o, err := handoff.Open(files, key)
	if err != nil { // promise 14
		return nil, err
	}
	if o.Code != p.Code || o.Revision != p.Revision || o.Withdrawn != p.Withdrawn { // promise 14
		return nil, fmt.Errorf("the manifest is of package %s, revision %d: %w", o.Code, o.Revision, handoff.ErrForged)
	}
	return o.Lines, nil
}

// fileType is the type of a file of a package, by its name: what the sender says of it does not count.
func fileType(name string) string {
	switch name {
	case "clue.csv":
		return "text/csv"
	case "clue.xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case "clue.html":
		return "text/html"
	case "clue.stix.json", handoff.ManifestName:
		return "application/json"
	}
	return "application/octet-stream"
}

// Under implements [frontdoor.Packages].
func (m mailroom) Under(ctx context.Context, unit, key string) (t frontdoor.TakenPackage, ok bool, err error) {
	r, err := m.a.engine.PackageUnder(ctx, unit, key)
	if err != nil || r == nil {
		return t, false, err
	}
	s := r.Known(key)
	if s == nil { // it was erased
		return t, false, nil
	}
	return frontdoor.TakenPackage{Digest: s.Digest, At: s.At}, true, nil
}

// Answers implements [frontdoor.Packages].
func (m mailroom) Answers(ctx context.Context, unit string, after uint64, limit int) (all []frontdoor.PackageReply, last uint64, more bool, err error) {
	said, last, more, err := m.a.engine.PackageAnswers(ctx, unit, after, limit)
	for _, a := range said {
		all = append(all, frontdoor.PackageReply{N: a.N, At: a.At, Code: a.Code, As: a.As, Number: a.Number, Note: a.Note, Revision: a.Revision})
	}
	return all, last, more, err
}
