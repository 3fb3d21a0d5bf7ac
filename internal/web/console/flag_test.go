package console_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// flaggable is a desk with a clue whose warning was rejected, and the clue's page.
func flaggable(t *testing.T) (*site, string) {
	s, d := warned(t)
	lin := s.as("lin")
	lin.post(path(d)+"/reject", lin.get(path(d)).form(path(d)+"/reject", url.Values{"reason": {"先举报给平台"}}))
	return s, "/clues/" + url.PathEscape(s.All(bots.KindClue, "")[0].Meta().ID)
}

func TestAPostIsFlaggedFromItsCluesPage(t *testing.T) {
	s, clue := flaggable(t)
	chen := s.as("chen")
	page := chen.get(clue)
	page.has("举报给平台", "违法内容", "垃圾信息或广告", "其他，请版主看说明", "拟一份举报</button>")
	page.lacks("不当内容")
	page = chen.post(clue+"/flag", page.form(clue+"/flag", nil))
	page.has("请选择举报为哪一类")
	page = chen.post(clue+"/flag", page.form(clue+"/flag", url.Values{"kind": {"spam"}}))
	page.has("举报已拟好，还没有发出", "举报为：</b>垃圾信息或广告", "平台的版主", "可能涉及诈骗", "举报给平台")
	d := s.Draft(bots.ForFlag, bots.DraftAwaiting)
	if d.Flag != adapters.FlagSpam || d.Author != "chen" || len(d.Editors) != 0 {
		t.Errorf("%+v", d)
	}
	page = chen.get(clue)
	page.has("待审批", "同一个帖子只举报一次")
	page.lacks("拟一份举报</button>", "不予处理</button>")
	chen.post(path(d)+"/approve", chen.get(path(d)).form(path(d)+"/approve", nil)).has("已批准")
	chen.get(clue).has("排队发送", `陈立 <small class="id">chen</small>`)
	chen.get("/items/" + url.PathEscape(s.again(d).Item)).has("平台的版主，举报为垃圾信息或广告")
	chen.get("/why/" + d.Code).has("举报给平台")
}

func TestAFlagThatIsRefusedSaysWhy(t *testing.T) {
	s, clue := flaggable(t)
	chen := s.as("chen")
	form := chen.get(clue).form(clue+"/flag", url.Values{"kind": {"inappropriate"}})
	chen.post(clue+"/flag", form).has("这个平台没有这一类举报")
	form = chen.get(clue).form(clue+"/flag", url.Values{"kind": {"spam"}, "note": {"有1名群众举报"}})
	chen.post(clue+"/flag", form).has("少于三人")
	if n := len(s.All(bots.KindDraft, bots.DraftAwaiting)); n != 0 {
		t.Errorf("%d drafts", n)
	}
}

func TestOwnWordsInAFlagWaitForASecondPerson(t *testing.T) {
	s, clue := flaggable(t)
	chen := s.as("chen")
	form := chen.get(clue).form(clue+"/flag", url.Values{"kind": {"illegal"}, "note": {"同一账号一天发了二十多个同样的帖子"}})
	chen.post(clue+"/flag", form).has("补充：同一账号一天发了二十多个同样的帖子")
	d := s.Draft(bots.ForFlag, bots.DraftAwaiting)
	page := chen.get(path(d))
	page.has("里面有您写的话，须由另一位民警批准")
	chen.post(path(d)+"/approve", page.form(path(d)+"/approve", nil)).has("须由两个人完成")
	lin := s.as("lin")
	lin.post(path(d)+"/approve", lin.get(path(d)).form(path(d)+"/approve", nil)).has("已批准")
}

func TestWhoMayNotFlagIsNotOfferedTo(t *testing.T) {
	s, clue := flaggable(t)
	s.as("shen").get(clue).lacks("拟一份举报</button>")
	s.Posts("weibo", "laowang", "1002", "提醒大家：刷单返利先垫付的都是骗局，我表弟昨天被骗了两万，千万别加微信！")
	for _, r := range s.All(bots.KindClue, "") {
		if c := r.(*bots.Clue); c.Stance != bots.Asserting {
			s.as("chen").get("/clues/" + url.PathEscape(c.ID)).has("不予举报")
		}
	}
}

// TestBrowserAPostIsFlaggedByKeyboard: on a phone and at a desk, without barriers.
func TestBrowserAPostIsFlaggedByKeyboard(t *testing.T) {
	tab := browser(t)
	s, clue := flaggable(t)
	s.enter(t, tab, "chen")
	look := func(what string) {
		for _, width := range []int64{390, 1280} {
			size := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500}
			do(t, tab, chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
				_, err := cdp.Call(ctx, page, emulation.SetDeviceMetricsOverride, size)
				return err
			}))
			if got := ask[string](t, tab, faults); got != "" {
				t.Errorf("%s, %d px: %s", what, width, got)
			}
			accessible(t, tab, what)
		}
	}
	do(t, tab, chromedp.Navigate(s.url+clue), chromedp.WaitVisible(`form[action$="/flag"]`))
	look("the form")
	do(t, tab, chromedp.Focus(`input[name="kind"][value="illegal"]`), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	shows(t, tab, "举报已拟好")
	if d := s.Draft(bots.ForFlag, bots.DraftAwaiting); d.Flag != adapters.FlagSpam {
		t.Errorf("flagged as %s", d.Flag)
	}
	look("the draft")
	do(t, tab, chromedp.Navigate(s.url+clue), chromedp.WaitVisible("#flags"))
	look("the clue, with its flag")
	if c, err := record.Fetch[bots.Clue](t.Context(), s.Store, s.All(bots.KindClue, "")[0].Meta().ID); err != nil || c.State != bots.ClueOpen {
		t.Errorf("%+v, %v", c, err)
	}
}
