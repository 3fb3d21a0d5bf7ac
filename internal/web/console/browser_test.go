package console_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/web/webtest/browsertest"
)

func browser(t *testing.T) context.Context { t.Helper(); return browsertest.Open(t) }

func do(t *testing.T, tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	browsertest.Do(t, tab, steps...)
}

func ask[T any](t *testing.T, tab context.Context, script string) T {
	t.Helper()
	return browsertest.Ask[T](t, tab, script)
}

// enter signs an officer in by a one-time link.
func (s *site) enter(t *testing.T, tab context.Context, officer string) {
	t.Helper()
	do(t, tab,
		chromedp.Navigate(s.url+"/sign-in?code="+s.Code(officer)), chromedp.Click("button.primary"), chromedp.WaitVisible("nav.side"))
}

// shows waits for a notice that says words.
func shows(t *testing.T, tab context.Context, words string) {
	t.Helper()
	do(t, tab, chromedp.WaitVisible(`//p[contains(@class,"notice") and contains(.,"`+words+`")]`))
}

func TestBrowserSignInApproveAndRejectWithReason(t *testing.T) {
	tab := browser(t)
	s, d := warned(t)
	s.Posts("weibo", "dage", "1002", "#兼职# 招聘点赞员，日入300，做任务佣金秒结，小白也能做，私聊我拉群")
	s.enter(t, tab, "lin")
	do(t, tab, chromedp.Navigate(s.url+path(d)), chromedp.Click("#approve"))
	shows(t, tab, "已批准")
	if now := s.again(d); now.State != bots.DraftReleased {
		t.Errorf("the draft is %s", now.State)
	}
	next := s.Draft(bots.ForWarning, bots.DraftAwaiting)
	do(t, tab, chromedp.Click(".reject button"))
	shows(t, tab, "请写明退回的理由")
	if now := s.again(next); now.State != bots.DraftAwaiting {
		t.Errorf("returned without a reason: %s", now.State)
	}
	do(t, tab, chromedp.SendKeys("#reason", "依据不足，无法判断"), chromedp.Click(".reject button"))
	shows(t, tab, "已退回")
	if now := s.again(next); now.State != bots.DraftReturned || now.Reason != "依据不足，无法判断" {
		t.Errorf("the draft is %s because %q", now.State, now.Reason)
	}
}

func TestBrowserDoubleClickSendsOnce(t *testing.T) {
	tab := browser(t)
	s, d := warned(t)
	s.enter(t, tab, "lin")
	do(t, tab, chromedp.Navigate(s.url+path(d)), chromedp.DoubleClick("#approve"))
	shows(t, tab, "已批准")
	if now := s.again(d); now.State != bots.DraftReleased {
		t.Errorf("the draft is %s", now.State)
	}
	if n := len(s.All(bots.RecordKind("item"), "")); n != 1 {
		t.Errorf("%d items", n)
	}
}

func TestBrowserManyAccountsAreTickedAndClearedAtOnce(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.enter(t, tab, "wu")
	const chosen = `document.querySelectorAll("[name=account]:checked").length`
	do(t, tab, chromedp.Navigate(s.url+"/bulletins/new"))
	if n := ask[int](t, tab, `document.querySelectorAll("[data-many] button").length`); n != 0 {
		t.Errorf("%d buttons for a few accounts", n)
	}
	for _, n := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		s.Put(&bots.Account{Head: bots.Head{ID: "u" + n, State: string(bots.Suggest)}, Platform: "weibo", Unit: "第" + n + "分局"})
	}
	do(t, tab, chromedp.Navigate(s.url+"/bulletins/new"), chromedp.Click("[data-many] button:last-of-type"))
	if n := ask[int](t, tab, chosen); n != 0 {
		t.Errorf("%d are still ticked", n)
	}
	do(t, tab, chromedp.Click("[data-many] button"))
	if n := ask[int](t, tab, chosen); n != 11 {
		t.Errorf("%d of 11 are ticked", n)
	}
	if text := ask[string](t, tab, `document.querySelector("[data-many]").textContent`); !strings.Contains(text, "u8（第8分局，微博，") {
		t.Errorf("the unit of an account is not named: %s", text)
	}
}

// What somebody tabs to on a telephone must not lie under the bar that stays at the foot of the form.
func TestBrowserNothingWithTheFocusIsUnderTheBar(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.enter(t, tab, "shen")
	do(t, tab, chromedp.EmulateViewport(390, 844), chromedp.Navigate(s.url+"/bulletins/new"), chromedp.WaitVisible(".buttons.reach"))
	if n := ask[int](t, tab, `document.querySelectorAll('form.card .check input').length`); n < 3 {
		t.Fatalf("%d boxes", n)
	}
	covered := ask[string](t, tab, `[...document.querySelectorAll('form.card .check input')].filter(box => {
		window.scrollTo(0, window.scrollY + box.getBoundingClientRect().bottom + 10 - window.innerHeight);
		box.focus();
		const r = box.getBoundingClientRect();
		return document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2) !== box;
	}).map(box => box.name + ' ' + box.value).join(', ')`)
	if covered != "" {
		t.Errorf("covered: %s", covered)
	}
}

func TestBrowserKeys(t *testing.T) {
	tab := browser(t)
	s, d := warned(t)
	s.Posts("weibo", "dage", "1002", "#兼职# 招聘点赞员，日入300，做任务佣金秒结，小白也能做，私聊我拉群")
	s.enter(t, tab, "lin")
	do(t, tab, chromedp.Navigate(s.url+"/drafts"), chromedp.KeyEvent("j"))
	if got := ask[string](t, tab, `document.activeElement.getAttribute("href")`); got != path(d) {
		t.Errorf("j on a list moves to %s", got)
	}
	do(t, tab, chromedp.KeyEvent("j"))
	second := ask[string](t, tab, `document.activeElement.getAttribute("href")`)
	do(t, tab, chromedp.KeyEvent("k"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("#approve"))
	do(t, tab, chromedp.KeyEvent("j"), chromedp.WaitVisible("[data-prev]"))
	if got := ask[string](t, tab, `location.pathname`); got != second {
		t.Errorf("j on a draft leads to %s, not %s", got, second)
	}
	do(t, tab, chromedp.KeyEvent("k"), chromedp.WaitVisible("[data-next]"))

	do(t, tab, chromedp.KeyEvent("?"), chromedp.WaitVisible("#keys[open]"), chromedp.KeyEvent("?"), chromedp.WaitNotVisible("#keys"))
	do(t, tab, chromedp.KeyEvent("r"))
	if got := ask[string](t, tab, `document.activeElement.id`); got != "reason" {
		t.Errorf("r moves to %q", got)
	}
	ask[string](t, tab, `document.activeElement.value = ""`) // the protocol types the r although the page prevents it
	do(t, tab, chromedp.KeyEvent("aja?"))
	if got := ask[string](t, tab, `document.activeElement.value`); got != "aja?" {
		t.Errorf("keys act while typing: the box has %q", got)
	}
	if now := s.again(d); now.State != bots.DraftAwaiting {
		t.Fatalf("typing decided: %s", now.State)
	}
	do(t, tab, chromedp.KeyEvent("\u001b"), chromedp.KeyEvent("a"))
	if got := ask[string](t, tab, `document.activeElement.textContent`); got != "再按一次 a 确认批准" {
		t.Errorf("the first a shows %q", got)
	}
	if now := s.again(d); now.State != bots.DraftAwaiting {
		t.Fatalf("one stroke decided: %s", now.State)
	}
	do(t, tab, chromedp.KeyEvent("a"))
	shows(t, tab, "已批准")
	if now := s.again(d); now.State != bots.DraftReleased {
		t.Errorf("the draft is %s", now.State)
	}
}

func TestBrowserRunsNoScriptButOurs(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.Posts("weibo", `x"><script>document.title="owned"</script>`, "1001", nasty)
	s.enter(t, tab, "lin")
	clue := s.All(bots.KindClue, "")[0].Meta().ID
	do(t, tab, chromedp.Navigate(s.url+"/clues/"+url.PathEscape(clue)), chromedp.WaitVisible("blockquote.post"))
	if got := ask[int](t, tab, `document.querySelectorAll("main script, main img").length`); got != 0 {
		t.Errorf("%d foreign elements", got)
	}
	if got := ask[bool](t, tab, `(() => { const s = document.createElement("script"); s.textContent = "window.owned = 1"; document.body.append(s); return window.owned === 1 })()`); got {
		t.Error("the policy lets an inline script run")
	}
}

// pages that must be right at every width.
func (s *site) every() []string {
	all := []string{"/", "/drafts", "/items", "/items/item-unknown", "/items/item-held", "/items/item-unseen", "/by-hand", "/by-hand/item-task-late", "/by-hand/item-task-mine", "/by-hand/item-task-altered", "/by-hand/item-task-shown", "/by-hand/note", "/nowhere", "/events/event-parked", "/reports", "/waits", "/figures?before=1", "/clues", "/bulletins", "/bulletins/new", "/bulletins/console", "/accounts", "/accounts/forum", "/standing", "/why", "/halt", "/audit?run=1", "/me"}
	for kind, base := range map[bots.RecordKind]string{
		bots.KindDraft: "/drafts/", bots.KindReport: "/reports/", bots.KindClue: "/clues/", bots.KindCluster: "/clusters/", bots.KindBulletin: "/bulletins/", bots.KindConversation: "/conversations/",
	} {
		all = append(all, base+url.PathEscape(s.All(kind, "")[0].Meta().ID))
	}
	all = append(all, "/warnings/"+url.PathEscape(s.All(bots.KindWarning, bots.WarningAppealed)[0].Meta().ID))
	for _, r := range s.All(bots.KindEvent, "") {
		if e := r.(*bots.Event); e.Kind == bots.Decided {
			all = append(all, "/events/"+url.PathEscape(e.ID))
			break
		}
	}
	for _, r := range s.All(bots.KindBulletin, bots.BulletinReleased) {
		all = append(all, "/bulletins/"+url.PathEscape(r.Meta().ID))
	}
	for _, r := range s.All(bots.KindReport, "")[:1] {
		all = append(all, "/why/"+r.(*bots.Report).Reference)
	}
	return append(all, "/why/"+s.All(bots.KindDraft, bots.DraftAwaiting)[0].(*bots.Draft).Code)
}

// faults finds what a person with a phone, a keyboard or a screen reader would trip over.
const faults = `(() => {
  const out = [];
  if (document.documentElement.scrollWidth > innerWidth + 1) out.push("wider than the window: " + document.documentElement.scrollWidth);
  for (const el of document.querySelectorAll("main input:not([type=hidden]), main textarea, main select"))
    if (!el.labels.length) out.push("no label: " + el.outerHTML);
  for (const el of document.querySelectorAll("button, a[href]"))
    if (!el.textContent.trim()) out.push("no words: " + el.outerHTML);
  for (const el of document.querySelectorAll("main p, main a, main button, main dd, main td"))
    if (el.offsetParent && parseFloat(getComputedStyle(el).fontSize) < 14.4) out.push("small: " + el.outerHTML.slice(0, 80));
  if (document.querySelectorAll("h1").length !== 1) out.push("not one h1");
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  if (new Set(ids).size !== ids.length) out.push("an id twice: " + ids.filter((x, i) => ids.indexOf(x) !== i));
  return out.join("\n");
})()`

func TestBrowserPagesFitPhonesAndCanBeUsedByAnybody(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	s.scene()
	s.Report.OK, s.Report.Head = true, strings.Repeat("a1b2", 16)
	s.enter(t, tab, "lin")
	for _, width := range []int64{390, 1280} {
		for _, p := range s.every() {
			do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+p))
			if got := ask[string](t, tab, faults); got != "" {
				t.Errorf("%s at %d: %s", p, width, got)
			}
		}
	}
}
