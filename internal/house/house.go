// Package house keeps the rules of the house: which room may import which, where the
// clock may be read and a goroutine started, and who may call a method that sends.
// The rules are data; its tests run them over the module and over a small module
// that breaks each of them, so that a rule without teeth is found out.
//
// It reads source and never changes anything. A package that does not compile is an
// error, not a pass.
package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Finding is one broken rule.
type Finding struct {
	File string // relative to the module's root
	Line int
	Rule string // short name
	Why  string // what is wrong and the reason of the rule
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Why, f.Rule)
}

// Module is the source of one module, parsed and typed. Test files are not part of it:
// tests may do what the product may not.
type Module struct {
	Path string // of the module
	Dir  string
	pkgs []*packages.Package
}

// Read loads every package of the module in dir.
func Read(dir, path string) (*Module, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the module: %w", err)
	}
	pkgs, err := packages.Load(&packages.Config{
		Dir: dir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedTypes | packages.NeedTypesInfo | packages.NeedSyntax,
	}, "./...")
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	var broken []error
	for _, p := range pkgs {
		if len(p.Errors) > 0 { // the others mostly follow from the last one's cause
			broken = append(broken, fmt.Errorf("load %s: %w", p.PkgPath, p.Errors[len(p.Errors)-1]))
		}
	}
	return &Module{Path: path, Dir: dir, pkgs: pkgs}, errors.Join(broken...)
}

// Check runs every rule over the module.
func (m *Module) Check(h House) []Finding {
	var found []Finding
	for _, p := range m.pkgs {
		v := &visit{module: m, house: h, pkg: p, path: m.rel(p.PkgPath)}
		for _, file := range p.Syntax {
			v.imports(file)
			v.calls(file)
			v.state(file)
			v.ports(file)
		}
		found = append(found, v.found...)
	}
	slices.SortFunc(found, func(a, b Finding) int {
		return strings.Compare(fmt.Sprintf("%s:%06d:%s", a.File, a.Line, a.Rule), fmt.Sprintf("%s:%06d:%s", b.File, b.Line, b.Rule))
	})
	return slices.Compact(found)
}

// rel is a package path within the module: "bots/patrol".
func (m *Module) rel(pkg string) string {
	return strings.TrimPrefix(strings.TrimPrefix(pkg, m.Path), "/")
}

// ours says whether an import path belongs to the module.
func (m *Module) ours(path string) bool {
	return path == m.Path || strings.HasPrefix(path, m.Path+"/")
}

// visit looks at one package.
type visit struct {
	module *Module
	house  House
	pkg    *packages.Package
	path   string
	found  []Finding
}

func (v *visit) find(at ast.Node, rule, why string, args ...any) {
	p := v.position(at.Pos())
	file, err := filepath.Rel(v.module.Dir, p.Filename)
	if err != nil {
		file = p.Filename
	}
	v.found = append(v.found, Finding{File: filepath.ToSlash(file), Line: p.Line, Rule: rule, Why: fmt.Sprintf(why, args...)})
}

func (v *visit) position(p token.Pos) token.Position { return v.pkg.Fset.Position(p) }

// kit says whether a package is a test kit: "adaptertest", "storetest".
func kit(path string) bool {
	return strings.HasSuffix(path, "test")
}

// within says whether path is one of the trees or lies in one. A tree that ends in
// "/*" means what lies below it, without the folder itself.
func within(path string, trees []string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool {
		below, only := strings.CutSuffix(tree, "/*")
		return strings.HasPrefix(path, below+"/") || !only && path == below
	})
}
