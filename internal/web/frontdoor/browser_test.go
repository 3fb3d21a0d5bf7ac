package frontdoor

import (
	"context"
	"fmt"
	"net/http/httptest"
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

// browser is a tab of a real browser. It skips the test where there is none, unless
// NETPATROL_REQUIRE asks for it.
func browser(t *testing.T) context.Context {
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

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, tab context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(tab, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// inScheme asks pages for their light or dark colours.
func inScheme(t *testing.T, tab context.Context, scheme string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// violations are what axe-core finds serious or critical on the page, one a line.
const violations = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations
  .filter(v => v.impact === "serious" || v.impact === "critical")
  .map(v => v.impact + " " + v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.failureSummary).join(" | ")).join("\n"))`

// faults finds what a person with a phone or a keyboard would trip over.
const faults = `(() => {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth + 1) out.push("wider than the window: " + document.documentElement.scrollWidth);
  for (const el of document.querySelectorAll("input:not([type=hidden]), textarea"))
    if (!el.labels.length) out.push("no label: " + el.outerHTML);
  for (const el of document.querySelectorAll("p, a, button, dd, li, pre"))
    if (el.offsetParent && parseFloat(getComputedStyle(el).fontSize) < 15.9) out.push("small: " + el.outerHTML.slice(0, 80));
  for (const el of document.querySelectorAll("button, .doors a, .menu a, input:not([type=hidden])"))
    if (el.offsetParent && (el.closest("label") || el).getBoundingClientRect().height < 44) out.push("hard to hit: " + el.outerHTML.slice(0, 80));
  if (document.querySelectorAll("h1").length !== 1) out.push("not one h1");
  return out.join("\n");
})()`

// usable reports what keeps somebody from using the page that is shown.
func usable(t *testing.T, tab context.Context, what string) {
	t.Helper()
	if got := ask[string](t, tab, faults); got != "" {
		t.Errorf("%s: %s", what, got)
	}
	axe, err := os.ReadFile("../console/testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		if _, err := cdp.Call(ctx, page, runtime.Evaluate, runtime.EvaluateParams{Expression: string(axe) + ";0"}); err != nil {
			return err
		}
		res, err := cdp.Call(ctx, page, runtime.Evaluate, runtime.EvaluateParams{Expression: violations, AwaitPromise: new(true), ReturnByValue: new(true)})
		if err == nil && string(res.Result.Value) != `""` {
			t.Errorf("%s: %s", what, res.Result.Value)
		}
		return err
	}))
	picture(t, tab, what)
}

// picture keeps a screenshot where NETPATROL_PICTURES says.
func picture(t *testing.T, tab context.Context, what string) {
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

func TestBrowserPublicPagesCanBeUsedByAnybody(t *testing.T) {
	tab := browser(t)
	srv := httptest.NewServer(newOffice().handler())
	defer srv.Close()
	for _, scheme := range []string{"light", "dark"} {
		inScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			do(t, tab, chromedp.EmulateViewport(width, 900))
			for _, path := range append([]string{"/bulletins/none"}, publicPaths...) {
				do(t, tab, chromedp.Navigate(srv.URL+path))
				usable(t, tab, fmt.Sprintf("%s %s at %d", scheme, path, width))
			}
		}
	}
}

func TestBrowserAReporterLooksUpAndChecks(t *testing.T) {
	tab := browser(t)
	srv := httptest.NewServer(newOffice().handler())
	defer srv.Close()
	do(t, tab, chromedp.EmulateViewport(390, 844))
	do(t, tab, chromedp.Navigate(srv.URL+"/status"), chromedp.SendKeys("#code", "gone-0000-0000-0000-0\r"), chromedp.WaitVisible("#problem"))
	usable(t, tab, "a code that leads nowhere")
	do(t, tab, chromedp.SendKeys("#code", "good-0000-0000-0000-0"), chromedp.Click(".send"), chromedp.WaitVisible(".state"))
	usable(t, tab, "a matter")
	if got := ask[string](t, tab, "location.pathname + location.search"); got != "/status" {
		t.Errorf("the code is in the address: %s", got)
	}
	do(t, tab, chromedp.Navigate(srv.URL+"/proof"), chromedp.SendKeys("#proof", "真"), chromedp.Click(".send"), chromedp.WaitVisible(".yes"))
	usable(t, tab, "a proof that holds")
	do(t, tab, chromedp.Navigate(srv.URL+"/proof"), chromedp.SendKeys("#proof", "假"), chromedp.Click(".send"), chromedp.WaitVisible(".no"))
	usable(t, tab, "a forged proof")
}
