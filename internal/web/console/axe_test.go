package console_test

import (
	"context"
	_ "embed"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is axe-core; see testdata/axe/README.md.
//
//go:embed testdata/axe/axe.min.js
var axe string

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

// accessible reports what keeps somebody from using the page that is shown.
func accessible(t *testing.T, tab context.Context, what string) {
	t.Helper()
	if found := barriers(t, tab); found != `""` {
		t.Errorf("%s: %s", what, found)
	}
}

// barriers is a JSON string, empty when there are none.
func barriers(t *testing.T, tab context.Context) (found string) {
	t.Helper()
	do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		_, err := cdp.Call(ctx, page, runtime.Evaluate, runtime.EvaluateParams{Expression: axe + ";0"})
		return err
	}))
	do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
		res, err := cdp.Call(ctx, page, runtime.Evaluate, runtime.EvaluateParams{Expression: violations, AwaitPromise: new(true), ReturnByValue: new(true)})
		if err != nil {
			return err
		}
		found = string(res.Result.Value)
		return nil
	}))
	return found
}

func TestBrowserABarrierIsFound(t *testing.T) {
	tab := browser(t)
	do(t, tab, chromedp.Navigate("data:text/html,<title>x</title><main><button></button><p style='color:%23bbb;background:%23fff'>pale</p></main>"))
	found := barriers(t, tab)
	for _, rule := range []string{"button-name", "color-contrast", "html-has-lang"} {
		if !strings.Contains(found, rule) {
			t.Errorf("%s is not found: %s", rule, found)
		}
	}
}

func TestBrowserPagesHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.scene()
	inScheme(t, tab, "light")
	do(t, tab, chromedp.Navigate(s.url+"/sign-in"))
	accessible(t, tab, "sign-in")
	s.enter(t, tab, "lin")
	for _, scheme := range []string{"light", "dark"} {
		inScheme(t, tab, scheme)
		for _, p := range s.every() {
			do(t, tab, chromedp.Navigate(s.url+p))
			accessible(t, tab, p+" in "+scheme)
		}
	}
	do(t, tab, chromedp.Navigate(s.url+"/"), chromedp.KeyEvent("?"), chromedp.WaitVisible("#keys[open]"))
	accessible(t, tab, "the help dialog")
}
