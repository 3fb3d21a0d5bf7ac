package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// Filing is from which loss a place usually files a fraud as a case. It goes into advice and
// never decides whether somebody is heard.
type Filing struct {
	Place   string `yaml:"place"`   // as it occurs in what people say; [Everywhere] for the rest
	Amount  int    `yaml:"amount"`  // yuan
	Source  string `yaml:"source"`  // where the figure is published
	Checked string `yaml:"checked"` // ISO date somebody last looked it up; empty: never
	Dates   `yaml:",inline"`
}

// Everywhere is the place of a row for places that have none of their own.
const Everywhere = "全国"

// Filings returns the embedded table.
func Filings() ([]Filing, error) { return LoadFilings(tables, "catalogue/filing.yaml") }

// LoadFilings reads a table of the same form from fsys: a city keeps its own.
func LoadFilings(fsys fs.FS, name string) ([]Filing, error) {
	rows, err := loadTable[Filing](fsys, name)
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, r := range rows {
		err := r.check()
		if r.Place == "" || r.Source == "" || r.Amount <= 0 {
			err = errors.New("place and source must not be empty, amount must be above 0")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: row %q: %w", name, r.Place, err))
		}
	}
	return rows, errors.Join(faults...)
}

// FilingAt picks the row that holds at a place and moment, and says false when there is none.
func FilingAt(rows []Filing, place string, now time.Time) (Filing, bool) {
	var rest Filing
	for _, r := range rows {
		switch {
		case !r.Valid(now):
		case r.Place == Everywhere:
			rest = r
		case strings.Contains(place, r.Place):
			return r, true
		}
	}
	return rest, rest.Amount > 0
}
