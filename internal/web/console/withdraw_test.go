package console_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// published is a bulletin of wu's that lin approved and that is out, and its page.
func (s *site) published() (b *bots.Bulletin, page string) {
	s.t.Helper()
	r := s.Decides("wu", bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}, Fields: map[string]string{
		"title": "冒充客服退款的又来了", "text": "近日冒充客服退款的多发，接到电话请挂断，到原平台查订单。", "accounts": "weibo",
	}})
	id := ""
	for _, t := range r.Made {
		if t.Kind == bots.KindBulletin {
			id = t.ID
		}
	}
	b, err := record.Fetch[bots.Bulletin](s.t.Context(), s.Store, id)
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := record.Fetch[bots.Draft](s.t.Context(), s.Store, b.Drafts[0])
	if err != nil {
		s.t.Fatal(err)
	}
	s.Decides("lin", bots.Decision{Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version})
	s.arrives(d.ID+".item", adapters.Receipt{Ref: "113579", URL: "https://weibo.example/113579"})
	return b, "/bulletins/" + url.PathEscape(b.ID)
}

// arrives says that a send reached the platform, as the outbox would.
func (s *site) arrives(item string, r adapters.Receipt) {
	s.t.Helper()
	s.Update(func(tx record.Tx) error {
		i, err := record.Load[record.Item](tx, item)
		if err != nil {
			return err
		}
		i.State, i.Due, i.Receipt, i.Updated = record.ItemDelivered, time.Time{}, r, time.Now()
		return tx.Put(i)
	})
}

// gone says that a withdrawal has done its work, as the outbox would.
func (s *site) gone(d *bots.Draft) {
	s.t.Helper()
	s.arrives(d.Item, adapters.Receipt{Ref: d.Parent})
	i, err := record.Fetch[record.Item](s.t.Context(), s.Store, d.Item)
	if err != nil {
		s.t.Fatal(err)
	}
	e := &bots.Event{Key: i.ID + "|1|delivered", Kind: bots.SendEnded, V: 1, Occurred: i.Updated, Account: i.Account, Body: &bots.Outcome{Item: i.ID, Draft: d.ID, State: i.State, Purpose: i.Purpose, Receipt: i.Receipt}}
	e.Stream, e.State = i.Conversation, bots.EventPending
	if _, err := s.Accept(s.t.Context(), []*bots.Event{e}); err != nil {
		s.t.Fatal(err)
	}
	s.Settle()
}

func TestABulletinIsTakenBackByTwoPeople(t *testing.T) {
	s := newSite(t)
	_, page := s.published()
	wu, lin, chen := s.as("wu"), s.as("lin"), s.as("chen")
	chen.get(page).lacks("申请撤回")
	p := wu.get(page)
	p.has("撤回的理由", "由另一位审核人员批准")
	wu.post(page+"/withdraw", p.form(page+"/withdraw", url.Values{"reason": {" "}})).has("请写明撤回的理由")
	p = wu.get(page)
	p = wu.post(page+"/withdraw", p.form(page+"/withdraw", url.Values{"reason": {"电话写错了"}}))
	p.has("已申请撤回", "从 weibo 删除", "电话写错了", "待审批")
	p.lacks(`action="` + page + `/withdraw"`)

	d := s.Draft(bots.ForWithdrawal, bots.DraftAwaiting)
	p = wu.get(path(d))
	p.has("将要从平台删除的原文", "近日冒充客服退款的多发", "电话写错了", "里面有您写的话")
	p.lacks(path(d)+"/edit", "平台没有给出长度上限")
	wu.post(path(d)+"/approve", p.form(path(d)+"/approve", nil)).has("请另一位同事来批准或确认")
	p = lin.get(path(d))
	p.has("批准撤回并看下一条", "删除之后不能恢复", "113579")
	lin.post(path(d)+"/approve", p.form(path(d)+"/approve", nil)).has("已批准")

	d = s.Draft(bots.ForWithdrawal, bots.DraftReleased)
	wu.get(page).has("等待撤回")
	wu.get("/items/"+url.PathEscape(d.Item)).has("撤回的理由", "看要撤回的那一条")
	s.gone(d)
	p = wu.get(page)
	p.has("已于 ", " 从 weibo 撤回。理由：电话写错了", "已撤回", "已从平台撤回")
	p.lacks(`action="` + page + `/withdraw"`)
	wu.get("/bulletins?state=withdrawn").has("冒充客服退款的又来了")
	code := s.Draft(bots.ForBulletin, bots.DraftReleased).Code
	lin.get("/why/"+code).has("从 weibo 删除这篇通报", "电话写错了", "申请撤回", "已从平台撤回")
}

// toTakeDown is a bulletin whose withdrawal no program can make.
func (s *site) toTakeDown(t *testing.T) (task string) {
	t.Helper()
	b, _ := s.published()
	s.Decides("wu", bots.Decision{Verb: bots.TakeBack, On: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Reason: "电话写错了"})
	d := s.Draft(bots.ForWithdrawal, bots.DraftAwaiting)
	s.Decides("lin", bots.Decision{Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version})
	s.Update(func(tx record.Tx) error {
		i, err := record.Load[record.Item](tx, d.ID+".item")
		if err != nil {
			return err
		}
		if err := i.HandOver("程序不能在该平台撤回，须由民警到平台上删除", "https://weibo.example/113579", time.Now().Add(25*time.Minute), time.Now()); err != nil {
			return err
		}
		return tx.Put(i)
	})
	return "/by-hand/" + url.PathEscape(d.ID+".item")
}

func TestBrowserWhatNoProgramTakesBackAPersonDeletes(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	task := s.toTakeDown(t)
	s.enter(t, tab, "chen")
	for _, width := range []int64{390, 1280} {
		do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+task), chromedp.WaitVisible("main"))
		if got := ask[string](t, tab, faults); got != "" {
			t.Errorf("at %d: %s", width, got)
		}
		accessible(t, tab, "the task")
	}
	do(t, tab, chromedp.Click(`form[action$="/take"] button`))
	shows(t, tab, "请到平台删除")
	accessible(t, tab, "the task that is taken")
	do(t, tab, chromedp.Click(`form[action$="/gone"] button`))
	shows(t, tab, "已登记删除")
	d := s.Draft(bots.ForWithdrawal, bots.DraftReleased)
	if i, err := record.Fetch[record.Item](t.Context(), s.Store, d.Item); err != nil || i.State != record.ItemDelivered || i.Hand.By != "chen" {
		t.Errorf("%+v, %v", i, err)
	}
	s.gone(d)
	if b, err := record.Fetch[bots.Bulletin](t.Context(), s.Store, d.About.ID); err != nil || b.State != bots.BulletinWithdrawn {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestBrowserAWithdrawalIsAskedForAndApprovedOnAnyScreen(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	b, page := s.published()
	s.enter(t, tab, "wu")
	look := func(at string) {
		t.Helper()
		for _, width := range []int64{390, 1280} {
			do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+at), chromedp.WaitVisible("main"))
			if got := ask[string](t, tab, faults); got != "" {
				t.Errorf("%s at %d: %s", at, width, got)
			}
			accessible(t, tab, at)
		}
	}
	look(page)
	do(t, tab, chromedp.SendKeys("#withdraw", "电话写错了"), chromedp.Click(`form[action$="/withdraw"] button`))
	shows(t, tab, "已申请撤回")
	look(page)
	d := s.Draft(bots.ForWithdrawal, bots.DraftAwaiting)
	look(path(d))
	s.Decides("lin", bots.Decision{Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version})
	look("/items/" + url.PathEscape(d.ID+".item"))
	s.gone(s.Draft(bots.ForWithdrawal, bots.DraftReleased))
	look(page)
	if now, err := record.Fetch[bots.Bulletin](t.Context(), s.Store, b.ID); err != nil || now.State != bots.BulletinWithdrawn {
		t.Errorf("%+v, %v", now, err)
	}
	look("/why/" + d.Code)
}
