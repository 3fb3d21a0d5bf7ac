// Package templates writes what netpatrol says: it renders the outgoing texts, keeps
// the fraud catalogue and the table of hotlines, and holds the outbound linter.
//
// A template is one file per language with a few lines of front matter. All files
// are read, parsed and executed with sample values when a [Set] is loaded, so that a missing
// variable, a text without the identity line and code, or a text that asks for money is found at
// start, with its file and line. Nothing in this package knows a platform: lengths are the
// adapters' business.
//
// # Revisions
//
// A standing approval covers one revision of a template. The front matter declares rev and a
// digest of the file; changing the text without them is refused. [Rendered].Rev is
// the declared rev times a million plus a figure derived from every language's text, so that even
// a text changed with its digest corrected and its rev forgotten is another revision.
//
// # Failure model
//
// [Load] reports every fault it finds and then gives no Set. [Set.Render] fails on an unknown
// template, a missing variable, or a blank unit or code; it never gives a half-filled text.
// [Lint] never fails. What it refuses is not perfect knowledge of language: it refuses a mention of
// money or codes that nothing around it marks as forbidden, reported or past, so when in doubt it
// refuses, and a person rewords. A Set is immutable and everything here is safe for concurrent use.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/template"
)

//go:embed text
var embedded embed.FS

// DefaultLanguage is what a Set falls back to unless told otherwise by [Set.In].
const DefaultLanguage = "zh-Hans"

const (
	revUnit = 1_000_000 // Rendered.Rev = declared rev * revUnit + a figure derived from the texts
	maxRev  = 1_000_000
)

// Set is a checked collection of templates in several languages.
type Set struct {
	texts    map[string]map[string]*text // name, then language
	revs     map[string]int
	fallback string
}

// text is one template in one language, ready to execute.
type text struct {
	*source
	tmpl *template.Template
	used []string // variables it uses
}

// Rendered is a finished text.
type Rendered struct {
	Text     string
	Language string // of the text: the one asked for, or what it fell back to
	Rev      int
}

// Info describes a template to the people who give it a standing approval.
type Info struct {
	Name        string
	Purpose     string
	Description string
	Languages   []string
	Rev         int      // as in [Rendered]
	Declared    int      // the highest rev in the front matter of its files
	Vars        []string // the variables it uses
	Optional    []string // those among them that may be missing
}

// Default returns the embedded texts.
func Default() (*Set, error) { return shippedSet() }

// shippedSet is the embedded texts alone. They never change, and trying them takes a while.
var shippedSet = sync.OnceValues(func() (*Set, error) { return load(nil) })

// Load puts overrides on top of the embedded texts. An override has the form of the
// embedded folder: one folder a language, one file a template. It replaces the text of the same
// language and name; it must have a higher rev and may not use variables the embedded one lacks,
// because no bot supplies them. Later overrides win over earlier ones. All faults are
// returned at once, each a [*Fault] where it has a place.
func Load(overrides ...fs.FS) (*Set, error) {
	if len(overrides) == 0 {
		return shippedSet()
	}
	return load(overrides)
}

func load(overrides []fs.FS) (*Set, error) {
	own, err := fs.Sub(embedded, "text")
	if err != nil {
		return nil, fmt.Errorf("embedded templates: %w", err)
	}
	sources, faults := readSources(own, true)
	for _, o := range overrides {
		more, bad := readSources(o, false)
		faults = append(faults, bad...)
		for _, s := range more {
			var err error
			if sources, err = override(sources, s); err != nil {
				faults = append(faults, err)
			}
		}
	}
	set, bad := build(sources)
	if faults = append(faults, bad...); len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return set, nil
}

// override puts s in the place of the text it replaces, or adds it.
func override(sources []*source, s *source) ([]*source, error) {
	for i, old := range sources {
		if old.name != s.name {
			continue
		}
		for _, v := range slices.Concat(s.required, s.optional) {
			if !slices.Contains(old.variables(), v) {
				return sources, s.fault(1, fmt.Sprintf("variable %s is not one that %q is given", v, s.name), "use "+strings.Join(old.variables(), ", "))
			}
		}
		if old.language != s.language {
			continue
		}
		if s.digest != old.digest && s.rev <= old.rev {
			return sources, s.fault(s.revLine, fmt.Sprintf("rev %d is not above rev %d of the text it replaces", s.rev, old.rev), fmt.Sprintf("write rev: %d", old.rev+1))
		}
		sources[i] = s
		return sources, nil
	}
	return append(sources, s), nil
}

func build(sources []*source) (*Set, []error) {
	s := &Set{texts: map[string]map[string]*text{}, revs: map[string]int{}, fallback: DefaultLanguage}
	parts, changed := map[string][]*source{}, map[string]bool{} // by language
	for _, src := range sources {
		if src.purpose == partPurpose {
			parts[src.language] = append(parts[src.language], src)
			changed[src.language] = changed[src.language] || !src.embedded
		}
	}
	var faults []error
	for _, src := range sources {
		if src.purpose == partPurpose {
			continue
		}
		t, bad := compile(src, parts[src.language])
		if len(bad) == 0 && (!src.embedded || changed[src.language]) { // the embedded texts alone are rehearsed by a test
			bad = t.rehearse()
		}
		faults = append(faults, bad...)
		if s.texts[src.name] == nil {
			s.texts[src.name] = map[string]*text{}
		}
		s.texts[src.name][src.language] = t
	}
	for name, languages := range s.texts {
		s.revs[name] = revision(languages, parts)
	}
	return s, faults
}

// revision combines the declared rev with every text that may be rendered under the name,
// the parts they include among them.
func revision(languages map[string]*text, parts map[string][]*source) int {
	h, rev := fnv.New64a(), 0
	for _, lang := range slices.Sorted(maps.Keys(languages)) {
		for _, src := range append([]*source{languages[lang].source}, parts[lang]...) {
			rev = max(rev, src.rev)
			fmt.Fprintln(h, src.file, src.digest)
		}
	}
	return rev*revUnit + int(h.Sum64()%revUnit)
}

// In returns the same set with another language to fall back to.
func (s *Set) In(language string) (*Set, error) {
	for _, have := range s.languages() {
		if strings.EqualFold(have, language) {
			c := *s
			c.fallback = have
			return &c, nil
		}
	}
	return nil, fmt.Errorf("no template is written in %q: the languages are %s", language, strings.Join(s.languages(), ", "))
}

func (s *Set) languages() []string {
	all := map[string]bool{}
	for _, languages := range s.texts {
		for l := range languages {
			all[l] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Names lists the templates by name.
func (s *Set) Names() []Info {
	var all []Info
	for _, name := range slices.Sorted(maps.Keys(s.texts)) {
		info := Info{Name: name, Languages: slices.Sorted(maps.Keys(s.texts[name])), Rev: s.revs[name]}
		for _, lang := range info.Languages {
			t := s.texts[name][lang]
			info.Declared = max(info.Declared, t.rev)
			info.Vars = append(info.Vars, t.used...)
			info.Optional = append(info.Optional, t.optional...)
			info.Purpose, info.Description = t.purpose, t.description
		}
		info.Vars = slices.Compact(slices.Sorted(slices.Values(info.Vars)))
		info.Optional = slices.Compact(slices.Sorted(slices.Values(info.Optional)))
		all = append(all, info)
	}
	return all
}
