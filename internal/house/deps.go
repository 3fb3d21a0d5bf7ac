package house

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

// Reach is a rule over everything a tree depends on, however far.
type Reach struct {
	Tree    string   // "bots"
	Not     []string // trees of the module
	Foreign []string // trees of the standard library and other modules
	Why     string
}

// Reaches are the rules that direct imports alone cannot keep.
func Reaches() []Reach {
	return []Reach{
		{Tree: "bots", Not: []string{"internal", "cmd", "adapters/*"}, Foreign: []string{"go.etcd.io/bbolt"}, Why: "detection code cannot reach a sender or the store, however far"},
		{Tree: "adapters", Not: []string{"internal", "cmd", "bots"}, Foreign: []string{"go.etcd.io/bbolt"}, Why: "an adapter cannot reach what decides"},
		{Tree: "internal/web/frontdoor", Not: []string{"internal/outbox", "internal/engine", "internal/store", "adapters/*"}, Why: "what the public reaches goes through ports"},
		{Tree: "cmd/netpatrol", Not: []string{"internal/house"}, Foreign: []string{"testing", "golang.org/x/tools"}, Why: "no test code is in the binary"},
	}
}

// listed is the part of go list's answer that is needed.
type listed struct {
	ImportPath string
	Deps       []string
}

// Deps runs the rules over go list's dependencies of the module in dir.
func Deps(dir, module string, rules []Reach) ([]Finding, error) {
	list := exec.Command("go", "list", "-json=ImportPath,Deps", "./...")
	list.Dir = dir
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w", dir, err)
	}
	m := &Module{Path: module}
	var found []Finding
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		found = append(found, m.reached(p, rules)...)
	}
}

func (m *Module) reached(p listed, rules []Reach) (found []Finding) {
	path := m.rel(p.ImportPath)
	for _, r := range rules {
		if !within(path, []string{r.Tree}) || kit(path) {
			continue
		}
		i := slices.IndexFunc(p.Deps, func(d string) bool {
			if m.ours(d) {
				return within(m.rel(d), r.Not)
			}
			return within(d, r.Foreign)
		})
		if i >= 0 {
			found = append(found, Finding{File: path, Rule: "reach", Why: fmt.Sprintf("%s depends on %s: %s", path, m.rel(p.Deps[i]), r.Why)})
		}
	}
	return found
}
