package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
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
)

// Verdict is the result for one guard.
type Verdict struct {
	Guard  Guard
	Result Result
	By     string // the tests that failed, or what went wrong
}

// baseline knows which tests there are and which of them pass with all guards on.
type baseline struct {
	tree    *Tree
	deps    map[string][]string  // folder of a test -> folders it depends on
	outcome map[question]outcome // with all guards on
}

func newBaseline(ctx context.Context, tree *Tree) (*baseline, error) {
	b := &baseline{tree: tree, outcome: map[question]outcome{}}
	var err error
	if b.deps, err = testDeps(ctx, tree.Dir); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, q := range b.questions() {
		group.Go(func() error {
			o, err := test(ctx, tree.Dir, "", q.promise, q.folder)
			mu.Lock()
			defer mu.Unlock()
			b.outcome[q] = o
			return err
		})
	}
	return b, group.Wait()
}

// question is what the tests of one promise in one folder say.
type question struct {
	folder  string
	promise int
}

// questions lists each once.
func (b *baseline) questions() (all []question) {
	for _, g := range b.tree.Guards {
		for _, folder := range b.testers(g) {
			if q := (question{folder, g.Promise}); !slices.Contains(all, q) {
				all = append(all, q)
			}
		}
	}
	return all
}

// testers are the folders whose tests must turn red: the guard's own, or else those
// that depend on it.
func (b *baseline) testers(g Guard) []string {
	all := b.tree.testsOf(g.Promise)
	if slices.Contains(all, g.Package()) {
		return []string{g.Package()}
	}
	return slices.DeleteFunc(all, func(f string) bool { return !slices.Contains(b.deps[f], g.Package()) })
}

// try switches one guard off and runs its tests.
func (b *baseline) try(ctx context.Context, g Guard, scratch string) (Verdict, error) {
	v := Verdict{Guard: g, Result: NoTest, By: fmt.Sprintf("write TestPromise%d_… in %s", g.Promise, g.Package())}
	overlay, err := b.overlay(g, scratch)
	if err != nil {
		return v, err
	}
	for _, folder := range b.testers(g) {
		before := b.outcome[question{folder, g.Promise}]
		after, err := test(ctx, b.tree.Dir, overlay, g.Promise, folder)
		if err != nil {
			return v, err
		}
		if v.Result, v.By = compare(before, after); v.Result == Red {
			return v, nil
		}
	}
	return v, nil
}

func compare(before, after outcome) (Result, string) {
	switch {
	case before.noBuild != "":
		return NoBuild, before.noBuild
	case len(before.failed) > 0:
		return NotGreen, strings.Join(before.failed, " ")
	case after.noBuild != "":
		return NoBuild, after.noBuild
	case len(after.failed) > 0:
		return Red, strings.Join(after.failed, " ")
	}
	return Survived, fmt.Sprintf("%d tests stay green", after.passed)
}

// overlay writes the changed file and the list that puts it in place of the original.
func (b *baseline) overlay(g Guard, scratch string) (string, error) {
	path := filepath.Join(b.tree.Dir, filepath.FromSlash(g.File))
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		return "", err
	}
	changed := filepath.Join(scratch, filepath.Base(path))
	if err := os.WriteFile(changed, g.disabled(b.tree.Source[g.File]), 0o600); err != nil {
		return "", err
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		return "", err
	}
	file := filepath.Join(scratch, "overlay.json")
	return file, os.WriteFile(file, list, 0o600)
}

// outcome is what the tests of one promise in one folder did.
type outcome struct {
	passed  int
	failed  []string
	begun   string // a test that has not ended: the process died in it
	noBuild string // the compiler's first line
}

// test runs the tests of a promise in a folder, under an overlay if one is named.
func test(ctx context.Context, dir, overlay string, promise int, folder string) (outcome, error) {
	args := []string{"test", "-json", "-vet=off", "-count=1", "-timeout=60s", fmt.Sprintf("-run=^TestPromise%d_", promise)}
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, folder)...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	failed := cmd.Run()
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	o := read(&out)
	switch {
	case failed == nil || len(o.failed) > 0 || o.noBuild != "":
	case o.begun != "": // a panic outside the test's own goroutine, or the time ran out
		o.failed = []string{o.begun + " (crashed)"}
	default:
		o.noBuild = firstLine(errs.String(), "go test failed without a failed test")
	}
	return o, nil
}

// event is a line of go test -json.
type event struct {
	Action, Test, Output, FailedBuild string
}

func read(out *bytes.Buffer) (o outcome) {
	var build []string
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		top := e.Test != "" && !strings.Contains(e.Test, "/")
		switch {
		case e.Action == "build-output" && !strings.HasPrefix(e.Output, "#"):
			build = append(build, e.Output)
		case e.FailedBuild != "":
			o.noBuild = firstLine(strings.Join(build, ""), "the build failed")
		case e.Action == "run" && top:
			o.begun = e.Test
		case e.Action == "fail" && top:
			o.failed, o.begun = append(o.failed, e.Test), ""
		case e.Action == "pass" && top:
			o.passed, o.begun = o.passed+1, ""
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
