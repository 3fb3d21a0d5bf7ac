package sandbox

import (
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/web/webtest/browsertest"
)

// TestPageInABrowser types on a telephone's screen while an answer arrives: the answer
// must appear, and what was typed must stay.
func TestPageInABrowser(t *testing.T) {
	b := setup(t, Options{})
	ctx := browsertest.Open(t)
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.EmulateViewport(390, 844), chromedp.Navigate(b.srv.URL+linPage), chromedp.SendKeys("#tell", "还没写完"))
	width, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
	if err != nil || width > 390 {
		t.Errorf("the page is %d px wide on a screen of 390 (%v)", width, err)
	}
	b.say(t, "阿明", "公开的话")
	asAgency(b.m, "xiaolin", "您好，回执 YC-1")
	do(chromedp.WaitVisible(`.theirs`), chromedp.WaitVisible(`.post`))
	if typed, err := chromedp.Run(ctx, chromedp.Value("#tell")); err != nil || typed != "还没写完" {
		t.Errorf("typing was lost: %q %v", typed, err)
	}
	do(chromedp.Click(`.chat button`), chromedp.WaitVisible(`.mine`))
	if got := b.m.Actions(); len(got) != 2 || got[1].Kind != Told {
		t.Errorf("the message did not arrive: %+v", got)
	}
}
