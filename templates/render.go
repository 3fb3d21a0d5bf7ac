package templates

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Render fills in a template. The engine always gives Unit, Code and Automatic ("true" or
// ""); what else is needed is in [Info]. Variables a template does not use are ignored. What somebody
// else wrote (the variables a template lists under quotes) is shortened and its
// links and numbers are hidden, see [Quote].
func (s *Set) Render(lang, name string, vars map[string]string) (Rendered, error) {
	t, ok := s.pick(lang, name)
	if !ok {
		return Rendered{}, fmt.Errorf("no template %q: the names are %s", name, strings.Join(slices.Sorted(maps.Keys(s.texts)), ", "))
	}
	if strings.TrimSpace(vars["Unit"]) == "" || strings.TrimSpace(vars["Code"]) == "" { // promise 7
		return Rendered{}, fmt.Errorf("template %q: Unit and Code must not be blank: every message names who sends it and carries its code", name)
	}
	out, err := t.execute(vars)
	if err != nil {
		return Rendered{}, fmt.Errorf("template %q in %s: %w", name, t.language, err)
	}
	return Rendered{Text: out, Language: t.language, Rev: s.revs[name]}, nil
}

func (t *text) execute(vars map[string]string) (string, error) {
	given := make(map[string]string, len(vars)+len(t.optional))
	for _, v := range t.optional {
		given[v] = ""
	}
	for k, v := range vars {
		given[k] = plain(v)
	}
	for _, v := range t.quotes {
		given[v] = Quote(given[v], QuoteRunes)
	}
	var out strings.Builder
	if err := t.tmpl.Execute(&out, given); err != nil {
		return "", err
	}
	return tidy(out.String()), nil
}

// plain drops characters that could change how the rest of a message is shown: controls other
// than line breaks, and marks that reverse the direction of text.
func plain(v string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, v)
}

// tidy trims lines and keeps at most one empty line between two others.
func tidy(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	s = strings.Join(lines, "\n")
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return s
}
