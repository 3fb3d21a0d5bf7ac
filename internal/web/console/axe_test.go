package console_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/web/webtest/browsertest"
)

func inScheme(t *testing.T, tab context.Context, scheme string) {
	t.Helper()
	browsertest.InScheme(t, tab, scheme)
}

// accessible reports what keeps somebody from using the page that is shown.
func accessible(t *testing.T, tab context.Context, what string) {
	t.Helper()
	if found := browsertest.Barriers(t, tab); found != `""` {
		t.Errorf("%s: %s", what, found)
	}
}

func TestBrowserABarrierIsFound(t *testing.T) {
	tab := browser(t)
	do(t, tab, chromedp.Navigate("data:text/html,<title>x</title><main><button></button><p style='color:%23bbb;background:%23fff'>pale</p></main>"))
	found := browsertest.Barriers(t, tab)
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
	browsertest.InScheme(t, tab, "light")
	do(t, tab, chromedp.Navigate(s.url+"/sign-in"))
	accessible(t, tab, "sign-in")
	s.enter(t, tab, "lin")
	for _, scheme := range []string{"light", "dark"} {
		browsertest.InScheme(t, tab, scheme)
		for _, p := range s.every() {
			do(t, tab, chromedp.Navigate(s.url+p))
			accessible(t, tab, p+" in "+scheme)
		}
	}
	do(t, tab, chromedp.Navigate(s.url+"/"), chromedp.KeyEvent("?"), chromedp.WaitVisible("#keys[open]"))
	accessible(t, tab, "the help dialog")
}
