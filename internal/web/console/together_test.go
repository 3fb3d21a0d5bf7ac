package console_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// forMany is a bulletin of wu's for n accounts, every fifth of which speaks for another unit, and the page on which its drafts stand together.
func (s *site) forMany(n int) (b *bots.Bulletin, page string) {
	s.t.Helper()
	var accounts []string
	for i := range n {
		id, unit := fmt.Sprintf("acct%02d", i), "海口网警"
		if i%5 == 4 {
			unit = "三亚网警"
		}
		platform := []string{"weibo", "wechat", "discourse"}[i%3]
		s.Put(&bots.Account{Head: bots.Head{ID: id, State: string(bots.Suggest)}, Platform: platform, Unit: unit, Language: "zh-Hans"})
		accounts = append(accounts, id)
	}
	r := s.Decides("wu", bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}, Fields: map[string]string{
		"title": "冒充客服退款的又来了", "text": "近日冒充客服退款的多发，接到电话请挂断，到原平台查订单。", "accounts": strings.Join(accounts, ","),
	}})
	for _, t := range r.Made {
		if t.Kind == bots.KindBulletin {
			b = s.bulletin(t.ID)
		}
	}
	return b, "/together/" + url.PathEscape(b.ID)
}

func (s *site) bulletin(id string) *bots.Bulletin {
	s.t.Helper()
	b, err := record.Fetch[bots.Bulletin](s.t.Context(), s.Store, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// draftOn is a bulletin's draft for an account.
func (s *site) draftOn(b *bots.Bulletin, account string) *bots.Draft {
	s.t.Helper()
	d, err := record.Fetch[bots.Draft](s.t.Context(), s.Store, b.ID+"."+account)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

var tickBox = regexp.MustCompile(`<input type="checkbox" name="tick" data-row value="([^"]*)"( checked)?`)

// ticks are the values of the boxes that are ticked on a page, but for some accounts.
func (p *seen) ticks(but ...string) (values []string) {
	for _, m := range tickBox.FindAllStringSubmatch(p.body, -1) {
		left := false
		for _, account := range but {
			left = left || strings.HasSuffix(m[1], "."+account)
		}
		if m[2] != "" && !left {
			values = append(values, m[1])
		}
	}
	return values
}

func (p *seen) act(ticks []string) url.Values {
	action, _ := url.PathUnescape(p.path)
	return p.form(action, url.Values{"tick": ticks, "sure": {"yes"}})
}

func TestManyAccountsOfABulletinAreApprovedInOneAct(t *testing.T) {
	s := newSite(t)
	b, page := s.forMany(20)
	lin := s.as("lin")
	lin.get("/drafts").has("20 个账号，一起审批", page)
	lin.get("/").has("20 个账号，一起审批")
	lin.get("/drafts/" + url.PathEscape(b.Drafts[0])).has("和其他账号一起审批")
	p := lin.get(page)
	p.has("20 个账号等待审批，原文只有一种", "〔核对码〕", "〔单位〕", "三亚网警")
	if n := strings.Count(p.body, "近日冒充客服退款的多发"); n != 1 {
		t.Errorf("the text stands there %d times", n)
	}
	for _, id := range b.Drafts {
		d := s.draftOn(b, strings.TrimPrefix(id, b.ID+"."))
		p.has(d.Code, d.Account, fmt.Sprintf("%d / 500 字", len([]rune(d.Text))))
	}
	form := p.act(p.ticks("acct03", "acct07"))
	form.Del("sure")
	lin.post(page, form).has("请先勾选", `value="`)
	p = lin.get(page)
	done := lin.post(page, p.act(p.ticks("acct03", "acct07")))
	done.has("18 个账号已批准，每个账号各记一份")
	for _, id := range b.Drafts {
		d := s.draftOn(b, strings.TrimPrefix(id, b.ID+"."))
		left := d.Account == "acct03" || d.Account == "acct07"
		a, err := record.Fetch[record.Approval](t.Context(), s.Store, id+".approval")
		if !left && (err != nil || d.State != bots.DraftReleased || a.Officer != "lin" || a.Seal != record.Seal(d)) {
			t.Errorf("%s: %s, %+v, %v", id, d.State, a, err)
		}
		if left && (err == nil || d.State != bots.DraftAwaiting) {
			t.Errorf("%s was left out and is %s", id, d.State)
		}
	}
	lin.get(page).has("2 个账号等待审批", "已经有决定的", "18 个账号")
}

func TestOfManyAccountsOnlyWhatStandsAsShownIsApproved(t *testing.T) {
	s := newSite(t)
	b, page := s.forMany(6)
	wu, lin := s.as("wu"), s.as("lin")
	p := lin.get(page)
	ticks := p.ticks()
	d := s.draftOn(b, "acct02")
	s.Decides("wu", bots.Decision{Verb: bots.Edit, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version, Fields: map[string]string{"text": d.Text + "\n请转告家人。"}})
	s.Decides("chen", bots.Decision{Verb: bots.HaltSends, On: bots.Target{Kind: record.KindHalt, ID: record.HaltID}, Reason: "演练", Fields: map[string]string{"level": string(record.HaltUnsolicited)}})
	done := lin.post(page, p.act(ticks))
	if done.status != 409 {
		t.Errorf("%d", done.status)
	}
	done.has("5 个账号已批准", "1 个没有：acct02", "刚才没有批准", "请转告家人", "已经有决定的")
	if got := s.draftOn(b, "acct02").State; got != bots.DraftAwaiting {
		t.Errorf("the changed draft is %s", got)
	}
	if n := len(s.All(record.KindItem, record.ItemDue)); n != 5 {
		t.Errorf("%d sends", n)
	}
	wu.get(page).has("里面有您写的话，须由另一位同事批准")
}

func TestWhatIsNotReadyIsSaidAndNotTicked(t *testing.T) {
	s := newSite(t)
	b, page := s.forMany(6)
	s.Update(func(tx record.Tx) error {
		a, err := record.Load[bots.Account](tx, "acct01")
		if err != nil {
			return err
		}
		a.Suspect = "换了名字"
		o, err := record.Load[bots.Account](tx, "acct03")
		if err != nil {
			return err
		}
		o.State = string(bots.Observe)
		if err := tx.Put(o); err != nil {
			return err
		}
		return tx.Put(a)
	})
	d := s.draftOn(b, "acct02")
	s.Decides("lin", bots.Decision{Verb: bots.Edit, On: bots.Target{Kind: bots.KindDraft, ID: d.ID}, Seen: d.Version, Fields: map[string]string{"text": d.Text + "\n请转告家人。"}})
	lin := s.as("lin")
	p := lin.get(page)
	p.has("原文共 <b>2 种</b>", "3 个没有准备好", "身份存疑", "处于观察模式", "里面有您写的话")
	if n := len(p.ticks()); n != 3 {
		t.Errorf("%d are ticked", n)
	}
	lin.post(page, p.act(p.ticks())).has("3 个账号已批准")
	chen := s.as("chen")
	chen.get(page).has("须由审核人员批准")
	chen.post(page, p.act(nil)).lacks("已批准")
	s.as("zhou").get(page).lacks("近日冒充客服")
}

func TestPromise1_WhatIsNotOnThePageIsNotApproved(t *testing.T) {
	s := newSite(t)
	_, page := s.forMany(3)
	s.Decides("wu", bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}, Fields: map[string]string{"title": "另一篇", "text": "请勿向陌生人转账。", "accounts": "weibo"}})
	lin := s.as("lin")
	p := lin.get(page)
	other := ""
	for _, r := range s.All(bots.KindDraft, bots.DraftAwaiting) {
		if d := r.(*bots.Draft); d.Account == "weibo" {
			other = fmt.Sprintf("%d:%s:%s", d.Version, d.Seal, d.ID)
		}
	}
	for _, ticks := range [][]string{append(p.ticks(), other), {"0::" + strings.SplitN(p.ticks()[0], ":", 3)[2]}} {
		lin.post(page, p.act(ticks)).has("一个都没有批准")
		if n := len(s.All(bots.KindDraft, bots.DraftAwaiting)); n != 4 {
			t.Errorf("%d await a decision", n)
		}
	}
}

func TestManyAccountsAreReturnedInOneAct(t *testing.T) {
	s := newSite(t)
	b, page := s.forMany(4)
	lin := s.as("lin")
	p := lin.get(page)
	lin.post(page+"/return", p.act(p.ticks())).has("请写明退回的理由")
	p = lin.get(page)
	form := p.act(p.ticks())
	form.Set("reason", "电话写错了")
	lin.post(page+"/return", form).has("4 个账号已退回", "电话写错了")
	if d := s.draftOn(b, "acct00"); d.State != bots.DraftReturned || d.Reason != "电话写错了" {
		t.Errorf("%s %q", d.State, d.Reason)
	}
}

// takenBackFromMany is a bulletin that is out on n accounts and whose withdrawal wu asks for.
func (s *site) takenBackFromMany(n int) (b *bots.Bulletin, page string) {
	s.t.Helper()
	b, page = s.forMany(n)
	for i, id := range b.Drafts {
		d := s.draftOn(b, strings.TrimPrefix(id, b.ID+"."))
		s.Decides("lin", bots.Decision{Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: id}, Seen: d.Version})
		s.arrives(id+".item", adapters.Receipt{Ref: adapters.Ref(fmt.Sprint(113579 + i))})
	}
	s.Decides("wu", bots.Decision{Verb: bots.TakeBack, On: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Reason: "电话写错了"})
	return s.bulletin(b.ID), page + "/withdrawal"
}

func TestABulletinIsTakenBackFromManyAccountsInOneAct(t *testing.T) {
	s := newSite(t)
	b, page := s.takenBackFromMany(6)
	lin := s.as("lin")
	lin.get("/drafts").has("6 个账号，一起审批", page)
	lin.get("/bulletins/"+url.PathEscape(b.ID)).has("等待审批的撤回一起审批", page)
	p := lin.get(page)
	p.has("将要从平台删除的原文", "电话写错了", "113579", "113584", "原文只有一种")
	lin.post(page, p.act(p.ticks("acct05"))).has("5 个账号已批准")
	if n := len(s.All(bots.KindDraft, bots.DraftAwaiting)); n != 1 {
		t.Errorf("%d await a decision", n)
	}
	if now := s.bulletin(b.ID); now.State != bots.BulletinReleased {
		t.Errorf("%s: it stands until it is gone", now.State)
	}
}

func TestBrowserFiftyAccountsAreApprovedByKeys(t *testing.T) {
	tab := browser(t)
	s := newSite(t)
	b, page := s.forMany(50)
	s.enter(t, tab, "lin")
	for _, scheme := range []string{"dark", "light"} {
		inScheme(t, tab, scheme)
		for _, width := range []int64{390, 1280} {
			do(t, tab, chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.url+page), chromedp.WaitVisible("main"))
			if got := ask[string](t, tab, faults); got != "" {
				t.Errorf("at %d: %s", width, got)
			}
			accessible(t, tab, "fifty accounts in "+scheme)
		}
	}
	do(t, tab, chromedp.KeyEvent("j"), chromedp.KeyEvent("j"), chromedp.KeyEvent(" "))
	if got := ask[string](t, tab, `document.querySelector("[data-ticked]").textContent`); got != "49 个账号" {
		t.Errorf("the button says %q", got)
	}
	do(t, tab, chromedp.KeyEvent("a"))
	if got := ask[string](t, tab, `document.querySelector("#approve").textContent`); !strings.Contains(got, "原文都看过了，批准 49 个账号") {
		t.Errorf("it asks %q", got)
	}
	do(t, tab, chromedp.KeyEvent("a"))
	shows(t, tab, "49 个账号已批准")
	if d := s.draftOn(b, "acct01"); d.State != bots.DraftAwaiting {
		t.Errorf("the one left out is %s", d.State)
	}
	other := newSite(t)
	_, taking := other.takenBackFromMany(3)
	other.enter(t, tab, "lin")
	do(t, tab, chromedp.Navigate(other.url+taking), chromedp.WaitVisible("main"))
	accessible(t, tab, "what takes it back")
}
