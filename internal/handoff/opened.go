package handoff

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"netpatrol/bots"
)

// Opened is a package that another unit made, once everything in it was found to be what that unit signed.
type Opened struct {
	Code      string
	Revision  int
	Withdrawn bool
	Lines     []bots.PackageLine // what its table tells; a package without one has none
}

// The bounds of what is taken from a table.
const (
	mostLines = 200
	mostText  = 16 << 10 // bytes, over all lines
)

// Open reads a package and checks it as [Verify] does, and besides that nothing lies in it that was not signed. What it returns with
// an error is only what the package says of itself.
func Open(files []File, public string) (o Opened, err error) {
	var m manifest
	for _, f := range files {
		switch f.Name {
		case ManifestName:
			err = json.Unmarshal(f.Data, &m)
		case "clue.csv":
			o.Lines = lines(f.Data)
		}
	}
	o.Code, o.Revision, o.Withdrawn = m.Code, m.Revision, m.Withdrawn
	if err != nil {
		return o, fmt.Errorf("read the manifest: %w", err)
	}
	if err := Verify(files, public); err != nil {
		return o, err
	}
	signed := map[string]bool{ManifestName: true, SignatureName: true}
	for _, e := range m.Files {
		signed[e.Name] = true
	}
	for _, f := range files {
		if !signed[f.Name] {
			return o, fmt.Errorf("file %s is not in the manifest: %w", f.Name, ErrForged)
		}
	}
	return o, nil
}

// lines reads the table of a package. What cannot be read is left to the files.
func lines(table []byte) (all []bots.PackageLine) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\uFEFF"))))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil
	}
	size := 0
	for i, row := range rows {
		if i == 0 || len(row) < 7 {
			continue
		}
		l := bots.PackageLine{Kind: active(row[2]), Value: active(row[3]), Role: active(row[4]), Note: active(row[6])}
		if size += len(l.Kind) + len(l.Value) + len(l.Role) + len(l.Note); size > mostText || len(all) == mostLines {
			return all
		}
		all = append(all, l)
	}
	return all
}

// active undoes [inert].
func active(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && inert(rest) == s {
		return rest
	}
	return s
}
