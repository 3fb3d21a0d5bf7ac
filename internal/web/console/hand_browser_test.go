package console_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/internal/record"
)

func TestBrowserOneKeyCopiesWhatIsToBePosted(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	i := s.toPost(time.Now().Add(65 * time.Minute))
	s.enter(t, tab, "chen")
	task := s.url + "/by-hand/" + url.PathEscape(i.ID)
	do(t, tab, chromedp.Navigate(task), chromedp.Click(`form[action$="/take"] button`), chromedp.WaitVisible("[data-copy]"))
	if got := ask[string](t, tab, `document.querySelector("[data-until]").textContent`); got[:len("还剩 1 小时")] != "还剩 1 小时" {
		t.Errorf("the countdown says %q", got)
	}
	ask[string](t, tab, `navigator.clipboard.writeText = t => { window.got = t; return Promise.resolve(); }; ""`)
	do(t, tab, chromedp.KeyEvent("c"))
	do(t, tab, chromedp.WaitVisible(`//p[@id="copied" and contains(.,"已复制全文。")]`))
	if got := ask[string](t, tab, `window.got`); got != i.Text {
		t.Errorf("copied %q, want %q", got, i.Text)
	}
	// On an address that is not secure there is only the old way.
	ask[string](t, tab, `navigator.clipboard.writeText = () => Promise.reject(new Error("no")); window.got = ""; document.querySelector("#copied").textContent = "";
		document.execCommand = what => { window.got = what + " " + getSelection().toString() + document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd); return true; }; ""`)
	do(t, tab, chromedp.Click("[data-copy]"))
	do(t, tab, chromedp.WaitVisible(`//p[@id="copied" and contains(.,"已复制全文。")]`))
	if got := ask[string](t, tab, `window.got`); got[:5] != "copy " || !strings.Contains(got, i.Code) {
		t.Errorf("the old way copied %q", got)
	}
	do(t, tab, chromedp.SetValue("#pasted", i.Text), chromedp.Click(`form[action$="/prove"] button`))
	shows(t, tab, "记为送达")
	if now, err := record.Fetch[record.Item](t.Context(), s.Store, i.ID); err != nil || now.State != record.ItemDelivered {
		t.Errorf("%+v, %v", now, err)
	}
}
