package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
)

//go:embed catalogue
var tables embed.FS

// FraudKind is one row of the fraud catalogue.
type FraudKind struct {
	ID           string `yaml:"id"`            // ours, stable: "A1"
	Class        string `yaml:"class"`         // group of the official lists
	Name         string `yaml:"name"`          //
	Signs        string `yaml:"signs"`         // how to recognise it
	Advice       string `yaml:"advice"`        // what to do
	OfficialCode string `yaml:"official_code"` // empty where none was published
	Dates        `yaml:",inline"`
}

// Hotline is a number a message may name.
type Hotline struct {
	Number  string `yaml:"number"`
	Name    string `yaml:"name"`
	Use     string `yaml:"use"`
	Checked string `yaml:"checked"` // ISO date somebody last called or looked it up; empty: never
	Dates   `yaml:",inline"`
}

// Dates bound a row of a table.
type Dates struct {
	ValidFrom string `yaml:"valid_from"` // ISO date, included
	ValidTo   string `yaml:"valid_to"`   // ISO date, excluded; empty: open
}

// Valid says whether the row holds at a moment. The zero time asks for no date.
func (d Dates) Valid(now time.Time) bool {
	if now.IsZero() {
		return true
	}
	today := now.Format(time.DateOnly)
	return d.ValidFrom <= today && (d.ValidTo == "" || today < d.ValidTo)
}

func (d Dates) check() error {
	if _, err := time.Parse(time.DateOnly, d.ValidFrom); err != nil {
		return fmt.Errorf("valid_from %q is not a date: write 2026-01-31", d.ValidFrom)
	}
	if _, err := time.Parse(time.DateOnly, d.ValidTo); d.ValidTo != "" && err != nil {
		return fmt.Errorf("valid_to %q is not a date: write 2026-01-31", d.ValidTo)
	}
	return nil
}

// Catalogue returns the embedded fraud catalogue, in the order of its file.
func Catalogue() ([]FraudKind, error) { return LoadCatalogue(tables, "catalogue/fraud.yaml") }

// LoadCatalogue reads a fraud catalogue of the same form from fsys.
func LoadCatalogue(fsys fs.FS, name string) ([]FraudKind, error) {
	rows, err := loadTable[FraudKind](fsys, name)
	if err != nil {
		return nil, err
	}
	var faults []error
	seen := map[string]bool{}
	for _, r := range rows {
		err := r.check()
		switch key := r.ID + " " + r.ValidFrom; {
		case r.ID == "" || r.Class == "" || r.Name == "" || r.Signs == "" || r.Advice == "":
			err = errors.New("id, class, name, signs and advice must not be empty")
		case seen[key]:
			err = errors.New("the same id and valid_from occur twice: end the older row with valid_to")
		default:
			seen[key] = true
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: row %q: %w", name, r.ID, err))
		}
	}
	return rows, errors.Join(faults...)
}

// Hotlines returns the embedded hotline table.
func Hotlines() ([]Hotline, error) { return LoadHotlines(tables, "catalogue/hotlines.yaml") }

// LoadHotlines reads a hotline table of the same form from fsys: a city keeps its own.
func LoadHotlines(fsys fs.FS, name string) ([]Hotline, error) {
	rows, err := loadTable[Hotline](fsys, name)
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, r := range rows {
		err := r.check()
		if len(digitsOf(r.Number)) < 3 || strings.Trim(r.Number, "+0123456789- ") != "" {
			err = fmt.Errorf("%q is not a telephone number", r.Number)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: row %q: %w", name, r.Name, err))
		}
	}
	return rows, errors.Join(faults...)
}

// loadTable reads YAML strictly; its errors name the line.
func loadTable[T any](fsys fs.FS, name string) ([]T, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("read table: %w", err)
	}
	var rows []T
	if err := yaml.UnmarshalWithOptions(raw, &rows, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: the table is empty", name)
	}
	return rows, nil
}

// ended is one row of the table of law citations that no longer hold.
type ended struct {
	Cite    string `yaml:"cite"`
	Pattern string `yaml:"pattern"`
	About   string `yaml:"about"`
	Ended   string `yaml:"ended"`
	Instead string `yaml:"instead"`

	ends           time.Time
	pattern, about *regexp.Regexp
}

// endedLaws compiles the embedded table once. A test reads the table, so a bad row cannot ship.
var endedLaws = sync.OnceValue(func() []*ended {
	rows, err := loadTable[*ended](tables, "catalogue/laws.yaml")
	if err != nil {
		panic(err)
	}
	for _, r := range rows {
		r.pattern = regexp.MustCompile(r.Pattern)
		if r.About != "" {
			r.about = regexp.MustCompile(r.About)
		}
		if r.ends, err = time.Parse(time.DateOnly, r.Ended); err != nil {
			panic(err)
		}
	}
	return rows
})

// Find returns the row of a catalogue that held at a moment.
func Find(rows []FraudKind, id string, now time.Time) (FraudKind, bool) {
	i := slices.IndexFunc(rows, func(r FraudKind) bool { return r.ID == id && r.Valid(now) })
	if i < 0 {
		return FraudKind{}, false
	}
	return rows[i], true
}
