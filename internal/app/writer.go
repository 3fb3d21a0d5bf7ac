package app

import (
	"fmt"
	"io/fs"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/engine"
	"netpatrol/templates"
)

// writer lets the engine and the outbox use the templates and the linter.
type writer struct {
	set   *templates.Set
	lines []templates.Hotline
	links []string // hosts a message may link to
}

func newWriter(links []string, added ...fs.FS) (writer, error) {
	set, err := templates.Load(added...)
	if err != nil {
		return writer{}, err
	}
	lines, err := templates.Hotlines()
	return writer{set: set, lines: lines, links: links}, err
}

// Render implements [engine.Writer].
func (w writer) Render(lang, name string, vars map[string]string) (engine.Text, error) {
	r, err := w.set.Render(lang, name, vars)
	if err != nil {
		return engine.Text{}, err
	}
	return engine.Text{Text: r.Text, Language: r.Language, Rev: r.Rev}, nil
}

// Describe implements [engine.Writer].
func (w writer) Describe(name string) (engine.Template, bool) {
	for _, t := range w.set.Names() {
		if t.Name == name {
			return engine.Template{Rev: t.Rev, Purpose: bots.Purpose(t.Purpose), Vars: t.Vars}, true
		}
	}
	return engine.Template{}, false
}

// Lint implements [engine.Writer]. What it finds is said in the words officers read.
func (w writer) Lint(text string) error {
	found := templates.Lint(text, templates.Policy{Hotlines: w.lines, Links: w.links, Now: time.Now()})
	if len(found) == 0 {
		return nil
	}
	f := found[0]
	return fmt.Errorf("「%s」%s", text[f.Span.Start:f.Span.End], f.Message)
}

var _ engine.Writer = writer{}
