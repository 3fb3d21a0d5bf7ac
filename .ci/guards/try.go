package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Result is what became of a guard that was switched off.
type Result string

// The results. Only Red is good.
const (
	Red      Result = "red"
	Survived Result = "SURVIVED"
	NoTest   Result = "NO TEST"
	NoBuild  Result = "DOES NOT BUILD"
	NotGreen Result = "RED WITH THE GUARD ON"
	Dead     Result = "DIES OUTSIDE ITS TESTS"
)

// Verdict is the result for one guard.
type Verdict struct {
	Guard  Guard
	Result Result
	By     string // the tests that failed, or what went wrong
}

// trial is the tests of one folder and the guards that they watch.
type trial struct {
	tree    *Tree
	folder  string
	guards  []Guard
	scratch string
	before  map[int]outcome // of a promise's tests with all guards on
}

// trialsOf lists each folder with guards to try once, those with most of them first: the
// last trial to end is a short one.
func trialsOf(ctx context.Context, tree *Tree, scratch string) ([]*trial, error) {
	deps, err := testDeps(ctx, tree.Dir)
	if err != nil {
		return nil, err
	}
	watched := map[string][]Guard{}
	for _, g := range tree.Guards {
		for _, folder := range testers(tree, deps, g) {
			watched[folder] = append(watched[folder], g)
		}
	}
	var trials []*trial
	for i, folder := range slices.Sorted(maps.Keys(watched)) {
		trials = append(trials, &trial{tree, folder, watched[folder], filepath.Join(scratch, strconv.Itoa(i)), map[int]outcome{}})
	}
	slices.SortStableFunc(trials, func(a, b *trial) int { return len(b.guards) - len(a.guards) })
	return trials, nil
}

// testers are the folders whose tests must turn red: the guard's own, or else those
// that depend on it.
func testers(tree *Tree, deps map[string][]string, g Guard) []string {
	all := tree.testsOf(g.Promise)
	if slices.Contains(all, g.Package()) {
		return []string{g.Package()}
	}
	return slices.DeleteFunc(all, func(f string) bool { return !slices.Contains(deps[f], g.Package()) })
}

// run builds the tests and asks them about one guard after the other.
func (t *trial) run(ctx context.Context) (verdicts []Verdict, err error) {
	defer os.RemoveAll(t.scratch) // programs are large
	program, noBuild, err := t.build(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range t.guards {
		v := Verdict{Guard: g, Result: NoBuild, By: noBuild}
		if noBuild == "" {
			if v.Result, v.By, err = t.try(ctx, program, g); err != nil {
				return nil, err
			}
		}
		verdicts = append(verdicts, v)
	}
	return verdicts, nil
}

// try runs a guard's tests with it, unless another guard's trial did, and without it.
func (t *trial) try(ctx context.Context, program string, g Guard) (Result, string, error) {
	before, known := t.before[g.Promise]
	if !known {
		var err error
		if before, err = t.test(ctx, program, g.Promise, ""); err != nil {
			return "", "", err
		}
		t.before[g.Promise] = before
	}
	after, err := t.test(ctx, program, g.Promise, strconv.Itoa(g.ID))
	if err != nil {
		return "", "", err
	}
	result, by := compare(before, after)
	return result, by, nil
}

func compare(before, after outcome) (Result, string) {
	switch {
	case before.dead != "":
		return Dead, before.dead
	case len(before.failed) > 0:
		return NotGreen, strings.Join(before.failed, " ")
	case after.dead != "":
		return Dead, after.dead
	case len(after.failed) > 0:
		return Red, strings.Join(after.failed, " ")
	}
	return Survived, fmt.Sprintf("%d tests stay green", after.passed)
}

// build makes the folder's test program with a switch in every guard that it watches, or
// says what the compiler said.
func (t *trial) build(ctx context.Context) (program, noBuild string, err error) {
	overlay, err := t.overlay()
	if err != nil {
		return "", "", err
	}
	program = filepath.Join(t.scratch, "program.test")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay="+overlay, "-o", program, t.folder)
	cmd.Dir = t.tree.Dir
	said, failed := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return "", "", ctx.Err()
	}
	if failed != nil {
		_, said, _ := strings.Cut(string(said), "\n") // "# package" stands above
		return "", firstLine(said, failed.Error()), nil
	}
	return program, "", nil
}

// overlay writes the changed files and the list that puts them in place of the originals.
func (t *trial) overlay() (string, error) {
	list := overlaid{dir: t.scratch, Replace: map[string]string{}}
	if err := os.MkdirAll(t.scratch, 0o700); err != nil {
		return "", err
	}
	guards := map[string][]Guard{}
	for _, g := range t.guards {
		guards[g.File] = append(guards[g.File], g)
	}
	for file, of := range guards {
		path := filepath.Join(t.tree.Dir, filepath.FromSlash(file))
		beside := filepath.Join(filepath.Dir(path), "zz_"+strings.ToLower(switchName)+".go")
		if err := list.put(path, switched(t.tree.Source[file], of)); err != nil {
			return "", err
		}
		if err := list.put(beside, switchFile(t.tree.Names[folder(file)])); err != nil {
			return "", err
		}
	}
	content, err := json.Marshal(list)
	if err != nil {
		return "", err
	}
	file := filepath.Join(t.scratch, "overlay.json")
	return file, os.WriteFile(file, content, 0o600)
}

// overlaid is what go wants to know of files that stand elsewhere.
type overlaid struct {
	dir     string
	Replace map[string]string
}

func (o overlaid) put(path string, content []byte) error {
	if _, there := o.Replace[path]; there {
		return nil
	}
	o.Replace[path] = filepath.Join(o.dir, strconv.Itoa(len(o.Replace))+".go")
	return os.WriteFile(o.Replace[path], content, 0o600)
}

// outcome is what the tests of one promise in one folder did.
type outcome struct {
	passed int
	failed []string
	begun  string // a test that has not ended: the process died in it
	dead   string // how a process ended that failed although no test did
}

// longest bounds the tests of one promise; the kill comes where the bound they are given
// themselves does not end them.
const longest = time.Minute

// test runs the tests of a promise with a guard off, or with all on.
func (t *trial) test(ctx context.Context, program string, promise int, off string) (outcome, error) {
	bounded, end := context.WithTimeout(ctx, 2*longest)
	defer end()
	cmd := exec.CommandContext(bounded, program, "-test.v=test2json", "-test.timeout="+longest.String(), fmt.Sprintf("-test.run=^TestPromise%d_", promise))
	cmd.Dir = filepath.Join(t.tree.Dir, filepath.FromSlash(t.folder))
	cmd.Env = append(os.Environ(), switchVariable+"="+off)
	cmd.WaitDelay = time.Second
	out, failed := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	o := read(out)
	switch {
	case failed == nil || len(o.failed) > 0:
	case o.begun != "": // a panic outside the test's own goroutine, or the time ran out
		o.failed = []string{o.begun + " (crashed)"}
	default:
		o.dead = failed.Error()
	}
	return o, nil
}

// said is a test's beginning or end, in the form meant for programs: a control character
// stands before it and before nothing that a test prints. Subtests have a slash.
var said = regexp.MustCompile(`\x16(=== RUN  |--- PASS:|--- FAIL:|--- SKIP:) ([^/\s]+)(?m:$| \()`)

func read(out []byte) (o outcome) {
	for _, m := range said.FindAllSubmatch(out, -1) {
		o.begun = ""
		switch test := string(m[2]); string(m[1]) {
		case "=== RUN  ":
			o.begun = test
		case "--- FAIL:":
			o.failed = append(o.failed, test)
		case "--- PASS:":
			o.passed++
		}
	}
	return o
}

func firstLine(text, otherwise string) string {
	if line, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); line != "" {
		return line
	}
	return otherwise
}

// testDeps lists for each folder with tests the module's folders that these depend on.
func testDeps(ctx context.Context, dir string) (map[string][]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-test", "-json=ImportPath,Deps,Module", "./...")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	deps := map[string][]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p struct {
			ImportPath string
			Deps       []string
			Module     *struct{ Path string }
		}
		if err := d.Decode(&p); err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		path, isTest := strings.CutSuffix(p.ImportPath, ".test")
		if !isTest || p.Module == nil {
			continue
		}
		for _, d := range p.Deps {
			d, _, _ = strings.Cut(d, " ") // "pkg [pkg.test]" is pkg built for the test
			if rel, ours := strings.CutPrefix(d, p.Module.Path+"/"); ours {
				key := "./" + strings.TrimPrefix(path, p.Module.Path+"/")
				deps[key] = append(deps[key], "./"+rel)
			}
		}
	}
	return deps, nil
}
