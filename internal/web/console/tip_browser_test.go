package console_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

func TestBrowserTheVolunteersPagesFitAPhoneAndHaveNoBarriers(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	do(t, tab, chromedp.Navigate(s.url+"/sign-in?code="+s.Code("zhou")), chromedp.Click("button.primary"), chromedp.WaitVisible("#worth"))
	for _, width := range []int64{390, 1280} {
		for _, p := range []string{"/tip", "/me"} {
			do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+p), chromedp.WaitVisible("h1"))
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
