package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Guard is one line that keeps a promise.
type Guard struct {
	ID         int // from 1, in the order of scanning: what its switch is called
	Promise    int
	File       string // relative to the module, with slashes
	Line       int
	start, end int // byte range of the condition in the file
}

// Package is the folder of the guard, as go test wants it: "./internal/record".
func (g Guard) Package() string { return folder(g.File) }

func folder(file string) string {
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		return "./" + file[:i]
	}
	return "."
}

// Tree is what a module says about promises.
type Tree struct {
	Dir    string
	Guards []Guard
	Source map[string][]byte // of files with guards, as they were when scanned
	Names  map[string]string // package folder -> name of its package
	Strays []string          // promise comments that guard nothing
	Tests  map[string][]int  // package folder -> promises its tests name
}

func (t *Tree) testsOf(promise int) (folders []string) {
	for f, list := range t.Tests {
		if slices.Contains(list, promise) {
			folders = append(folders, f)
		}
	}
	slices.Sort(folders)
	return folders
}

var (
	marker   = regexp.MustCompile(`^// promise (\d+)$`)
	testName = regexp.MustCompile(`^TestPromise(\d+)_`)
)

// scan reads every Go file of the module. Modules nested in it, testdata and hidden
// folders are not part of it.
func scan(dir string) (*Tree, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	tree := &Tree{Dir: dir, Source: map[string][]byte{}, Names: map[string]string{}, Tests: map[string][]int{}}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skip(dir, path, d)
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return tree.file(filepath.ToSlash(rel))
	})
	return tree, err
}

func skip(root, path string, d fs.DirEntry) error {
	if path == root {
		return nil
	}
	if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
		return fs.SkipDir
	}
	if name := d.Name(); name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return fs.SkipDir
	}
	return nil
}

func (t *Tree) file(rel string) error {
	set := token.NewFileSet()
	source, err := os.ReadFile(filepath.Join(t.Dir, filepath.FromSlash(rel)))
	if err != nil {
		return fmt.Errorf("read guards: %w", err)
	}
	f, err := parser.ParseFile(set, rel, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("read guards: %w", err)
	}
	if strings.HasSuffix(rel, "_test.go") {
		t.tests(rel, f)
		return nil
	}
	if t.guards(rel, set, f); len(t.Guards) > 0 && t.Guards[len(t.Guards)-1].File == rel {
		t.Source[rel] = source
		t.Names[folder(rel)] = f.Name.Name
	}
	return nil
}

func (t *Tree) tests(rel string, f *ast.File) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil {
			continue
		}
		if m := testName.FindStringSubmatch(fn.Name.Name); m != nil {
			n, _ := strconv.Atoi(m[1])
			t.Tests[folder(rel)] = append(t.Tests[folder(rel)], n)
		}
	}
}

// guards finds the if statements whose opening brace shares its line with a marker.
func (t *Tree) guards(rel string, set *token.FileSet, f *ast.File) {
	marks := map[int]int{} // line -> promise
	for _, group := range f.Comments {
		for _, c := range group.List {
			if m := marker.FindStringSubmatch(c.Text); m != nil {
				n, _ := strconv.Atoi(m[1])
				marks[set.Position(c.Pos()).Line] = n
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.IfStmt)
		if !ok {
			return true
		}
		line := set.Position(s.Body.Lbrace).Line
		if promise, marked := marks[line]; marked {
			delete(marks, line)
			t.Guards = append(t.Guards, Guard{
				ID: len(t.Guards) + 1, Promise: promise, File: rel, Line: line,
				start: set.Position(s.Cond.Pos()).Offset, end: set.Position(s.Cond.End()).Offset,
			})
		}
		return true
	})
	for line := range marks {
		t.Strays = append(t.Strays, fmt.Sprintf("%s:%d", rel, line))
	}
}

// switched is source with a switch before the condition of each of its guards: the
// condition is as good as false while the switch is off. It stays in the source, so
// that what it uses is still used.
func switched(source []byte, guards []Guard) []byte {
	type insert struct {
		at   int
		text string
	}
	var inserts []insert
	for _, g := range guards {
		inserts = append(inserts, insert{g.start, fmt.Sprintf("%s != %q && (", switchName, strconv.Itoa(g.ID))}, insert{g.end, ")"})
	}
	slices.SortStableFunc(inserts, func(a, b insert) int { return a.at - b.at })
	var out []byte
	from := 0
	for _, i := range inserts {
		out = append(append(out, source[from:i.at]...), i.text...)
		from = i.at
	}
	return append(out, source[from:]...)
}

// switchName is a variable of a package with switches: the ID of the guard that is off.
const switchName = "guardThatIsOff"

// switchVariable is the environment variable that it comes from.
const switchVariable = "NETPATROL_GUARD_OFF"

// switchFile is one more file of a package with switches.
func switchFile(packageName string) []byte {
	return fmt.Appendf(nil, "package %s\n\nimport \"os\"\n\nvar %s = os.Getenv(%q)\n", packageName, switchName, switchVariable)
}
