package templates

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Filing is from which loss a place usually files a fraud as a case. It goes into advice and
// never decides whether somebody is heard.
type Filing struct {
	Place   string `yaml:"place"`   // as it occurs in what people say; [Everywhere] for the rest
	Region  string `yaml:"region"`  // GB/T 2260, six digits: the row holds for all that lies in it; empty: by Place only
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
		if r.Place == "" && r.Region == "" || r.Source == "" || r.Amount <= 0 {
			err = errors.New("place or region, and source, must not be empty, amount must be above 0")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: row %q: %w", name, r.Place, err))
		}
	}
	return rows, errors.Join(faults...)
}

// FilingAt picks the row that holds at a moment for a place, in the words people use, whose region codes are
// regions (none: they are not known); false when there is none. The narrowest row counts: of the county, else
// of the city around it, else of the province, else of [Everywhere]. Of two alike the first counts.
func FilingAt(rows []Filing, place string, regions []string, now time.Time) (Filing, bool) {
	var best Filing
	narrow := -1
	for _, r := range rows {
		if n := r.holds(place, regions); n > narrow && r.Valid(now) {
			best, narrow = r, n
		}
	}
	return best, narrow >= 0
}

// holds says how narrowly a row holds for a place: 0 everywhere, else by how much of a code it gives; -1: it does not.
func (r Filing) holds(place string, regions []string) int {
	switch own := significant(r.Region); {
	case r.Place == Everywhere:
		return 0
	case own != "" && anyWithin(regions, own):
		return len(own)
	case r.Place != "" && strings.Contains(place, r.Place):
		return max(len(own), 1)
	}
	return -1
}

func anyWithin(regions []string, around string) bool {
	return slices.ContainsFunc(regions, func(c string) bool { return strings.HasPrefix(c, around) })
}

// significant is a region code without the zeros that stand for all below: 460100 is 4601.
func significant(code string) string {
	return strings.TrimSuffix(strings.TrimSuffix(code, "00"), "00")
}
