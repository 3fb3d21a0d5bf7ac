package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one mistake in a configuration: where it is, what is wrong and how to
// mend it. It never quotes a secret.
type Fault struct {
	File string `json:"file"`
	Line int    `json:"line"`   // counts from 1; 0: the file as a whole
	Col  int    `json:"column"` // counts from 1, in characters
	What string `json:"what"`
	Mend string `json:"mend"`
}

func (f Fault) Error() string {
	return f.place() + ": " + f.What + "\n\tmend: " + f.Mend
}

func (f Fault) place() string {
	if f.Line == 0 {
		return f.File
	}
	return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Col)
}

// Faults are all the mistakes of a configuration, in the order of its files and lines.
type Faults []Fault

// Error prints every fault on two lines: what is wrong and how to mend it.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// err returns nil when there is no fault, and the faults in order otherwise.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return f
}
