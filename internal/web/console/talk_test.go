package console_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// transcript are the lines of the conversation that is shown, each with who spoke or did something.
const transcript = `[...document.querySelectorAll(".talk li")].map(li => li.className + " " + (li.className === "did" ? li.textContent.trim() : li.querySelector(".row-foot span").textContent.trim())).join("\n")`

// An officer takes a conversation over by a key, answers, writes a call down and gives it back: the
// bots are silent from the one to the other, and the transcript says who spoke.
func TestBrowserAnOfficerTakesAConversationOverAndGivesItBack(t *testing.T) {
	tab := browser(t)
	s, r, page := reported(t)
	conv := func() *bots.Conversation {
		c, err := record.Fetch[bots.Conversation](t.Context(), s.Store, r.Conversation)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	replies := func() (n int) {
		for _, one := range s.All(bots.KindDraft, "") {
			if strings.HasPrefix(one.(*bots.Draft).Author, "bot:") {
				n++
			}
		}
		return n
	}
	s.enter(t, tab, "chen")
	do(t, tab, chromedp.Navigate(s.url+page), chromedp.WaitVisible("#hand-talk"), chromedp.KeyEvent("t"))
	if got := ask[string](t, tab, `document.activeElement.textContent`); got != "再按一次 t 确认接手" {
		t.Errorf("the first t shows %q", got)
	}
	if conv().Officer != "" {
		t.Fatal("one stroke took it over")
	}
	do(t, tab, chromedp.KeyEvent("t"))
	shows(t, tab, "会话由您接手")
	if got := conv().Officer; got != "chen" {
		t.Errorf("taken by %q", got)
	}
	before := replies()
	s.Says("weibo", "xiaoli", "2002", "0")
	s.Says("weibo", "xiaoli", "2003", "对方又让我交税")
	if got := replies(); got != before {
		t.Errorf("a bot answered %d times beside the officer", got-before)
	}

	do(t, tab, chromedp.KeyEvent("r"))
	if got := ask[string](t, tab, `document.activeElement.id`); got != "text" {
		t.Errorf("r moves to %q", got)
	}
	ask[string](t, tab, `document.querySelector("#text").value = ""`)
	do(t, tab, chromedp.SendKeys("#text", "不要再交，都是骗局。"), chromedp.Click("form.reply button"))
	shows(t, tab, "回复已提交")
	do(t, tab, chromedp.KeyEvent("p"))
	if got := ask[string](t, tab, `document.activeElement.id`); got != "note" {
		t.Errorf("p moves to %q", got)
	}
	ask[string](t, tab, `document.querySelector("#note").value = "已劝其停止，并到派出所报案"`)
	do(t, tab, chromedp.Click("#call button"))
	shows(t, tab, "通话已登记")

	do(t, tab, chromedp.KeyEvent("tt"))
	shows(t, tab, "会话已交回")
	if got := conv().Officer; got != "" {
		t.Errorf("still with %q", got)
	}
	before = replies()
	s.Says("weibo", "xiaoli", "2004", "0")
	if got := replies(); got == before {
		t.Error("the bots stay silent after it was given back")
	}
	do(t, tab, chromedp.Navigate(s.url+page), chromedp.WaitVisible(".talk"))
	said := strings.Split(ask[string](t, tab, transcript), "\n")
	want := []string{"theirs 网民", "ours 系统（接报）", "did 陈立 chen 接手会话", "theirs 网民", "theirs 网民", "ours 陈立 chen", "did 陈立 chen 登记电话：已劝其停止，并到派出所报案", "did 陈立 chen 交回会话", "theirs 网民", "ours 系统（接报）"}
	if len(said) != len(want) {
		t.Fatalf("the transcript reads\n%s", strings.Join(said, "\n"))
	}
	for n := range want {
		if !strings.HasPrefix(said[n], want[n]) {
			t.Errorf("line %d is %q, want %q", n+1, said[n], want[n])
		}
	}
}
