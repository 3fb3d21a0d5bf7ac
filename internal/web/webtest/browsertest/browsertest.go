// Package browsertest opens pages in a real browser and finds what keeps somebody from using them. It knows nothing of the
// pages. Where there is no Chromium the tests that ask for it are skipped, unless NETPATROL_REQUIRE names it.
package browsertest

import (
	"context"
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is axe-core; see axe/README.md.
//
//go:embed axe/axe.min.js
var axe string

// Open is a tab of a browser that ends with the test, and within four minutes.
func Open(t testing.TB) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if strings.Contains(os.Getenv("NETPATROL_REQUIRE"), "chromium") {
			t.Fatal("chromium is not installed and NETPATROL_REQUIRE asks for it")
		}
		t.Skip("chromium is not installed: the pages are not tried in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.UserDataDir(t.TempDir()))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	tab, end := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(tab); err != nil {
			t.Logf("the browser did not close cleanly: %v", err)
		}
		end()
	})
	if err := chromedp.Do(tab, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	bounded, end := context.WithTimeout(tab, 4*time.Minute)
	t.Cleanup(end)
	return bounded
}

// Do takes steps one after the other.
func Do(t testing.TB, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

// Ask is the value of a script on the page.
func Ask[T any](t testing.TB, tab context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// InScheme asks pages for their light or dark colours.
func InScheme(t testing.TB, tab context.Context, scheme string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	Do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// violations are what axe-core finds serious or critical on the page, one a line.
const violations = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations
  .filter(v => v.impact === "serious" || v.impact === "critical")
  .map(v => v.impact + " " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.failureSummary).join(" | ")).join("\n"))`

// Barriers is what axe-core finds serious or critical on the page that is shown, as a JSON string; empty when there are none.
func Barriers(t testing.TB, tab context.Context) (found string) {
	t.Helper()
	Do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		if _, err := cdp.Call(ctx, page, runtime.Evaluate, runtime.EvaluateParams{Expression: axe + ";0"}); err != nil {
			return err
		}
		res, err := cdp.Call(ctx, page, runtime.Evaluate, runtime.EvaluateParams{Expression: violations, AwaitPromise: new(true), ReturnByValue: new(true)})
		if err != nil {
			return err
		}
		found = string(res.Result.Value)
		return nil
	}))
	return found
}

// faults finds what a person with a phone or a keyboard would trip over on a page for everybody.
const faults = `(() => {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth + 1) out.push("wider than the window: " + document.documentElement.scrollWidth);
  for (const el of document.querySelectorAll("input:not([type=hidden]), textarea"))
    if (!el.labels.length) out.push("no label: " + el.outerHTML);
  for (const el of document.querySelectorAll("p, a, button, dd, li, pre"))
    if (el.offsetParent && parseFloat(getComputedStyle(el).fontSize) < 15.9) out.push("small: " + el.outerHTML.slice(0, 80));
  for (const el of document.querySelectorAll("button, .doors a, .menu a, summary, input:not([type=hidden])"))
    if (el.offsetParent && (el.closest("label") || el).getBoundingClientRect().height < 44) out.push("hard to hit: " + el.outerHTML.slice(0, 80));
  if (document.querySelectorAll("h1").length !== 1) out.push("not one h1");
  return out.join("\n");
})()`

// Usable reports what keeps somebody from using the page for everybody that is shown.
func Usable(t testing.TB, tab context.Context, what string) {
	t.Helper()
	if got := Ask[string](t, tab, faults); got != "" {
		t.Errorf("%s: %s", what, got)
	}
	if found := Barriers(t, tab); found != `""` {
		t.Errorf("%s: %s", what, found)
	}
	Picture(t, tab, what)
}

// Picture keeps a screenshot where NETPATROL_PICTURES says.
func Picture(t testing.TB, tab context.Context, what string) {
	t.Helper()
	dir := os.Getenv("NETPATROL_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	name := strings.NewReplacer("/", "_", "?", "_", " ", "-").Replace(what) + ".png"
	if err := os.WriteFile(filepath.Join(dir, name), png, 0o600); err != nil {
		t.Fatal(err)
	}
}
