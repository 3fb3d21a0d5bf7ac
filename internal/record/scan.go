package record

import (
	"strings"
	"time"
)

// Scan is what a scanner for malware said of a file. Without a verdict it was not scanned.
type Scan struct {
	Verdict string    `json:"verdict,omitempty"` // clean, infected; empty: not scanned
	Name    string    `json:"name,omitempty"`    // of what was found
	Engine  string    `json:"engine,omitempty"`  // the scanner and its version
	Base    time.Time `json:"base,omitzero"`     // of its signatures
	At      time.Time `json:"at,omitzero"`       // of the verdict
	Tries   int       `json:"tries,omitempty"`   // that came to nothing
	Problem string    `json:"problem,omitempty"` // why the last one did
}

// The verdicts.
const (
	ScanClean    = "clean"
	ScanInfected = "infected"
)

// Infected says that the original holds malware: nobody is given it.
func (v *Evidence) Infected() bool { return v.Scan.Verdict == ScanInfected }

// ShotSuffix ends the id of an officer's screenshot, of what they posted by hand: our own people's files are not scanned.
const ShotSuffix = ".shot"

// Unscanned says that nobody has looked at a file for malware, and nobody is asked to.
func (v *Evidence) Unscanned() bool {
	return v.State == EvidenceKept && !v.Erased && v.SHA256 != "" && v.Due.IsZero() && v.Scan.Verdict == "" && !strings.HasSuffix(v.ID, ShotSuffix)
}

const (
	scanAgain   = time.Minute // after the first try that came to nothing
	scanLongest = time.Hour   // between two tries
)

// Scanned writes down what a scanner said, or that it said nothing and is asked again.
func (v *Evidence) Scanned(s Scan, problem string, now time.Time) {
	if problem != "" {
		v.Due = now.Add(min(scanAgain<<min(v.Scan.Tries, 10), scanLongest))
		v.Scan.Tries, v.Scan.Problem, v.Updated = v.Scan.Tries+1, problem, now
		return
	}
	s.At, s.Tries = now, v.Scan.Tries
	v.Scan, v.Due, v.Updated = s, time.Time{}, now
}
