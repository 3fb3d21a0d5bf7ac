package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Fault is one thing wrong with a template file, and how to mend it.
type Fault struct {
	File    string // "zh-Hans/receipt.tmpl"
	Line    int    // counts from 1; 0: the file as a whole
	Problem string
	Mend    string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("%s:%d: %s; %s", f.File, f.Line, f.Problem, f.Mend)
}

// source is one template file, read but not parsed.
type source struct {
	file, language, name string
	purpose, description string
	rev                  int
	revLine              int
	digest               string   // declared
	required, optional   []string // variables beside the engine's own
	quotes               []string // variables that hold somebody else's words
	body                 string
	bodyLine             int // line of the file the body begins at
	embedded             bool
}

const (
	partPurpose = "part" // a piece that other templates include
	suffix      = ".tmpl"
	fence       = "---"
)

// readSources reads every template of fsys: one folder a language, one file a template.
func readSources(fsys fs.FS, embedded bool) (all []*source, faults []error) {
	files, err := fs.Glob(fsys, "*/*"+suffix)
	if err != nil {
		return nil, []error{fmt.Errorf("list templates: %w", err)}
	}
	for _, file := range files {
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			faults = append(faults, fmt.Errorf("read template: %w", err))
			continue
		}
		s, err := parseSource(file, string(text))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		s.embedded = embedded
		all = append(all, s)
	}
	return all, faults
}

// parseSource splits a file into its front matter and its body.
func parseSource(file, text string) (*source, error) {
	s := &source{file: file, language: path.Dir(file), name: strings.TrimSuffix(path.Base(file), suffix)}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	end := slices.Index(lines[1:], fence)
	if lines[0] != fence || end < 0 {
		return nil, s.fault(1, "there is no front matter", "begin the file with --- and lines such as purpose: reply, rev: 1, and close it with ---")
	}
	head := lines[1 : end+1]
	for i, line := range head {
		if err := s.field(i+2, line); err != nil {
			return nil, err
		}
	}
	s.body, s.bodyLine = strings.Join(lines[end+2:], "\n"), end+3
	return s, s.check(digestOf(head, s.body))
}

func (s *source) fault(line int, problem, mend string) error {
	return &Fault{File: s.file, Line: line, Problem: problem, Mend: mend}
}

// field reads one line of the front matter.
func (s *source) field(n int, line string) error {
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		return s.fault(n, fmt.Sprintf("%q is not a field", line), "write key: value")
	}
	switch strings.TrimSpace(key) {
	case "purpose":
		s.purpose = value
	case "description":
		s.description = value
	case "rev":
		rev, err := strconv.Atoi(value)
		if err != nil || rev < 1 || rev > maxRev {
			return s.fault(n, fmt.Sprintf("rev %q is not a revision", value), "count from 1")
		}
		s.rev, s.revLine = rev, n
	case "digest":
		s.digest = value
	case "vars":
		s.required = names(value)
	case "optional":
		s.optional = names(value)
	case "quotes":
		s.quotes = names(value)
	default:
		return s.fault(n, fmt.Sprintf("unknown field %q", key), "known fields: purpose, description, rev, digest, vars, optional, quotes")
	}
	return nil
}

func names(list string) (all []string) {
	for n := range strings.SplitSeq(list, ",") {
		all = append(all, strings.TrimSpace(n))
	}
	return all
}

// purposes are why a message may leave; they mirror the engine's. A letter leaves on paper.
var purposes = [...]string{"reply", "receipt", "notice", "emergency", "warning", "bulletin", "officer", "alarm", "flag", "letter", partPurpose}

// check refuses front matter that is incomplete or contradicts the text below it.
func (s *source) check(digest string) error {
	switch {
	case !slices.Contains(purposes[:], s.purpose):
		return s.fault(1, fmt.Sprintf("purpose %q is not known", s.purpose), "use one of "+strings.Join(purposes[:], ", "))
	case s.rev == 0:
		return s.fault(1, "there is no rev", "add rev: 1")
	case s.digest != digest:
		return s.fault(s.revLine, "the text was changed but its revision was not", fmt.Sprintf("raise rev and write digest: %s", digest))
	}
	for _, q := range s.quotes {
		if !slices.Contains(s.required, q) && !slices.Contains(s.optional, q) {
			return s.fault(1, fmt.Sprintf("quotes names %s, which is not a variable of this template", q), "list it under vars or optional too")
		}
	}
	return nil
}

// digestOf covers the whole file but the digest's own line.
func digestOf(head []string, body string) string {
	h := sha256.New()
	for _, line := range head {
		if !strings.HasPrefix(line, "digest:") {
			fmt.Fprintln(h, line)
		}
	}
	fmt.Fprintf(h, "%s\n%s", fence, body)
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// variables lists what this template may use.
func (s *source) variables() []string {
	return slices.Concat([]string{"Unit", "Code", "Automatic"}, s.required, s.optional)
}
