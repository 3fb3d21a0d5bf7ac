package console_test

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestBrowserTheVolunteersPagesFitAPhoneAndHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	do(t, tab, chromedp.Navigate(s.url+"/sign-in?code="+s.Code("zhou")), chromedp.Click("button.primary"), chromedp.WaitVisible("#worth"))
	for _, width := range []int64{390, 1280} {
		for _, p := range []string{"/tip", "/me"} {
			visit(t, tab, width, s.url+p)
			if got := ask[string](t, tab, faults); got != "" {
				t.Errorf("%s at %d: %s", p, width, got)
			}
			if got := ask[int](t, tab, `document.querySelectorAll("nav").length`); got != 0 {
				t.Errorf("%s leads to other pages", p)
			}
			accessible(t, tab, p)
		}
	}
}

// visit opens a page. A browser that is still loading the page before may forget to say that the
// next one is there: then it is asked again.
func visit(t *testing.T, tab context.Context, width int64, page string) {
	t.Helper()
	var err error
	for range 4 {
		once, end := context.WithTimeout(tab, 20*time.Second)
		err = chromedp.Do(once, chromedp.EmulateViewport(width, 900), chromedp.Navigate(page), chromedp.WaitVisible("h1"))
		end()
		if err == nil {
			return
		}
	}
	t.Fatal(err)
}
