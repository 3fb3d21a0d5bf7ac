// Command guards proves that the promises' tests have teeth. A guard is a line
//
//	if bad { // promise N
//
// in a file that is no test. For each one it runs the tests named TestPromiseN_ with
// that guard switched off, and requires one of them to fail. An overlay puts a switch
// into every guard, so that the tests of a folder are built once and not once a guard.
// It never writes into the tree. It exits 1 when a guard survives, when one has no test,
// or when a test names a promise that no guard keeps.
//
//	go run ./.ci/guards [directory of the module]
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"
)

// atOnce bounds the folders whose tests are built and run at the same time.
const atOnce = 2

// promises is how many the design makes.
const promises = 16

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	ok, err := run(ctx, dir, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "guards:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run judges every guard of the module in dir and prints the table.
func run(ctx context.Context, dir string, out io.Writer) (ok bool, err error) {
	tree, err := scan(dir)
	if err != nil {
		return false, err
	}
	scratch, err := os.MkdirTemp("", "guards")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(scratch)
	verdicts, err := judge(ctx, tree, scratch)
	if err != nil {
		return false, err
	}
	ok = table(out, verdicts)
	return account(out, tree) && ok, nil
}

// judge tries all guards, folder by folder; verdicts keep the guards' order.
func judge(ctx context.Context, tree *Tree, scratch string) ([]Verdict, error) {
	trials, err := trialsOf(ctx, tree, scratch)
	if err != nil {
		return nil, err
	}
	found := make([][]Verdict, len(trials))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, t := range trials {
		group.Go(func() (err error) {
			found[i], err = t.run(ctx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return best(tree, slices.Concat(found...)), nil
}

// best is one verdict for each guard: where tests of several folders were asked, a red
// one will do.
func best(tree *Tree, found []Verdict) []Verdict {
	verdicts := make([]Verdict, len(tree.Guards))
	for i, g := range tree.Guards {
		verdicts[i] = Verdict{Guard: g, Result: NoTest, By: fmt.Sprintf("write TestPromise%d_… in %s", g.Promise, g.Package())}
	}
	for _, v := range found {
		if now := &verdicts[v.Guard.ID-1]; now.Result != Red {
			*now = v
		}
	}
	return verdicts
}

func table(out io.Writer, verdicts []Verdict) (ok bool) {
	ok = true
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROMISE\tGUARD\tVERDICT\tBY")
	for _, v := range verdicts {
		fmt.Fprintf(w, "%d\t%s:%d\t%s\t%s\n", v.Guard.Promise, v.Guard.File, v.Guard.Line, v.Result, v.By)
		ok = ok && v.Result == Red
	}
	w.Flush() //nolint:errcheck // a broken pipe ends the program anyway
	return ok
}

// account says which promises have no guard; one that a test names must have one.
func account(out io.Writer, tree *Tree) (ok bool) {
	guarded := map[int]int{}
	for _, g := range tree.Guards {
		guarded[g.Promise]++
	}
	ok = true
	for n := 1; n <= promises; n++ {
		if guarded[n] > 0 {
			continue
		}
		if tests := tree.testsOf(n); len(tests) > 0 {
			ok = false
			fmt.Fprintf(out, "promise %d: tests in %v name it, and no guard keeps it\n", n, tests)
		} else {
			fmt.Fprintf(out, "promise %d: no guard yet\n", n)
		}
	}
	for _, stray := range tree.Strays {
		ok = false
		fmt.Fprintf(out, "%s: a promise comment that does not end an if line: write \"if bad { // promise N\"\n", stray)
	}
	return ok
}
