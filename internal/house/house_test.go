package house

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

func TestTheHouseIsInOrder(t *testing.T) {
	m, err := Read(root, "netpatrol")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range m.Check(Netpatrol()) {
		t.Error(f)
	}
}

func TestNothingReachesFurtherThanItMay(t *testing.T) {
	found, err := Deps(root, "netpatrol", Reaches())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// Every excuse in the table names something that is there: one that has outlived its
// reason would let the next breach pass.
func TestExcusesAreStillNeeded(t *testing.T) {
	m, err := Read(root, "netpatrol")
	if err != nil {
		t.Fatal(err)
	}
	h := Netpatrol()
	wide, changing := h.Wide, h.Changing
	h.Wide, h.Changing = nil, nil
	found := m.Check(h)
	for name, why := range wide {
		needed(t, found, "port", name, why)
	}
	for name, why := range changing {
		needed(t, found, "variable", name, why)
	}
}

func needed(t *testing.T, found []Finding, rule, name, why string) {
	t.Helper()
	if why == "" {
		t.Errorf("%s is excused without a reason", name)
	}
	if !slices.ContainsFunc(found, func(f Finding) bool {
		return f.Rule == rule && (strings.Contains(f.Why, name+" ") || strings.Contains(f.Why, name+":"))
	}) {
		t.Errorf("%s needs no excuse any more: take it out of the table", name)
	}
}

// The module in testdata breaks every rule; each breach is marked "// want rule".
func TestTheRulesHaveTeeth(t *testing.T) {
	m, err := Read("testdata/bad", "netpatrol")
	if err != nil {
		t.Fatal(err)
	}
	got, rules := []string{}, map[string]bool{}
	for _, f := range m.Check(Netpatrol()) {
		got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Rule))
		rules[f.Rule] = true
		if strings.Contains(f.Why, "%!") {
			t.Errorf("badly worded: %s", f)
		}
	}
	slices.Sort(got)
	if d := cmp.Diff(wanted(t, "testdata/bad"), got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, r := range []string{"room", "import", "kit", "database", "pure", "goroutine", "clock", "send", "init", "variable", "port"} {
		if !rules[r] {
			t.Errorf("nothing in testdata breaks the rule %q", r)
		}
	}
}

func TestReachHasTeeth(t *testing.T) {
	found, err := Deps("testdata/bad", "netpatrol", Reaches())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"bots/patrol", "adapters/weibo", "adapters"} {
		if !slices.ContainsFunc(found, func(f Finding) bool { return f.File == path }) {
			t.Errorf("%s reaches too far and was not found: %v", path, found)
		}
	}
	if i := slices.IndexFunc(found, func(f Finding) bool { return f.File == "bots/intake" }); i >= 0 {
		t.Errorf("found in good order: %s", found[i])
	}
}

func TestABrokenPackageIsAnError(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module netpatrol\n\ngo 1.26.0\n", "cmd.go": "package cmd\n\nvar x int = \"\"\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Read(dir, "netpatrol"); err == nil {
		t.Error("a package that does not compile passed")
	}
}

func wanted(t *testing.T, dir string) []string {
	t.Helper()
	want := []string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		rel, err := filepath.Rel(dir, path)
		lines := bufio.NewScanner(f)
		for n := 1; lines.Scan(); n++ {
			_, marks, _ := strings.Cut(lines.Text(), "// want ")
			for _, rule := range strings.Fields(marks) {
				want = append(want, fmt.Sprintf("%s:%d %s", filepath.ToSlash(rel), n, rule))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	return want
}
