package house

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pages are the documents people read first: README*.md and docs/*.md.
func pages(t *testing.T) map[string]string {
	t.Helper()
	read := map[string]string{}
	for _, glob := range []string{"README*.md", "docs/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, glob))
		if err != nil || len(found) == 0 {
			t.Fatalf("no documents match %s (%v)", glob, err)
		}
		for _, file := range found {
			read[file] = contents(t, file)
		}
	}
	return read
}

func contents(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Go in the documents is compiled: it stands in an example_test.go or under examples.
func TestSnippetsAreCompiled(t *testing.T) {
	compiled := sources(t, func(path string) bool {
		return strings.HasSuffix(path, "/example_test.go") || strings.HasPrefix(path, "examples/")
	})
	n := 0
	for page, text := range pages(t) {
		for _, snippet := range snippets(text) {
			n++
			if !occurs(snippet, compiled) {
				t.Errorf("%s: this snippet is not in any example_test.go, nor under examples; copy it from there:\n%s", page, snippet)
			}
		}
	}
	if n == 0 {
		t.Error("the documents show no Go: has the mark of a snippet changed?")
	}
}

// A test that a document names is there, or its promise is empty.
func TestNamedTestsExist(t *testing.T) {
	tests := strings.Join(sources(t, func(path string) bool { return strings.HasSuffix(path, "_test.go") }), "\n")
	for page, text := range pages(t) {
		for _, name := range namedTest.FindAllString(text, -1) {
			if !strings.Contains(tests, "\nfunc "+name+"(t *testing.T)") {
				t.Errorf("%s names %s, which no package has", page, name)
			}
		}
	}
}

var namedTest = regexp.MustCompile(`\bTestPromise\d+_\w+`)

// Every promise has its line in the README, with a test.
func TestEveryPromiseIsListed(t *testing.T) {
	text := contents(t, filepath.Join(root, "README.md"))
	for n := 1; n <= 16; n++ {
		line := regexp.MustCompile(fmt.Sprintf("(?m)^\\| %d \\|.*`TestPromise%d_", n, n))
		if !line.MatchString(text) {
			t.Errorf("README.md has no line for promise %d that names a test of it", n)
		}
	}
}

// Relative links and pictures lead to something, and to a heading where they name one.
func TestLinksLeadSomewhere(t *testing.T) {
	for page, text := range pages(t) {
		for _, to := range links(text) {
			file, heading, _ := strings.Cut(to, "#")
			path := filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			if file == "" {
				path = page
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s links to %s: %v", page, to, err)
			} else if heading != "" && !headings(contents(t, path))[heading] {
				t.Errorf("%s links to %s, but there is no such heading", page, to)
			}
		}
	}
}

// The readers of documents above find what is wrong.
func TestDocumentsAreReadWithCare(t *testing.T) {
	text := "# What it *is*\n[a](no/such.md#part) ![b](x.png) [c](https://example.org)\n```go\n\tx := 1\n```\n"
	if got := strings.Join(links(text), " "); got != "no/such.md#part x.png" {
		t.Errorf("links: %s", got)
	}
	if !headings(text)["what-it-is"] {
		t.Errorf("headings: %v", headings(text))
	}
	got := snippets(text)
	if len(got) != 1 || !occurs(got[0], []string{"func Example() {\n\t\tx := 1\n\t}"}) || occurs(got[0], []string{"x := 10"}) {
		t.Errorf("snippets: %q", got)
	}
}

// sources are the Go files below the root whose path is wanted.
func sources(t *testing.T, want func(path string) bool) (files []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, ".go") && want(path) {
			files = append(files, contents(t, filepath.Join(root, path)))
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources found (%v)", err)
	}
	return files
}

var fence = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

func snippets(text string) (found []string) {
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

// occurs compares whole lines, whatever tabs they begin with.
func occurs(snippet string, files []string) bool {
	for _, file := range files {
		if strings.Contains("\n"+outdented(file)+"\n", "\n"+outdented(snippet)) {
			return true
		}
	}
	return false
}

func outdented(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimLeft(l, "\t")
	}
	return strings.Join(lines, "\n")
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// links are the relative ones.
func links(text string) (found []string) {
	for _, m := range link.FindAllStringSubmatch(fence.ReplaceAllString(text, ""), -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
			found = append(found, m[1])
		}
	}
	return found
}

var (
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// headings are the names under which a page's headings can be linked to.
func headings(text string) map[string]bool {
	names := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		names[strings.ReplaceAll(strings.ToLower(dropped.ReplaceAllString(m[1], "")), " ", "-")] = true
	}
	return names
}
