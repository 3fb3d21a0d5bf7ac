package console_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestTheHaltPageSaysWhatStops(t *testing.T) {
	newSite(t).as("chen").get("/halt").has("停通报、警示和公开答复；私信答复照常")
}

func TestOnlyWhoMayDecideIsOfferedTo(t *testing.T) {
	s, d := warned(t)
	s.write()
	bulletin := s.Draft(bots.ForBulletin, bots.DraftAwaiting)
	for _, c := range []struct {
		officer string
		draft   *bots.Draft
		offered bool
		says    string
	}{
		{"chen", d, true, ""},
		{"lin", d, true, ""},
		{"gu", d, false, "须由民警或审核人员批准或退回"},
		{"shen", d, false, "须由民警或审核人员批准或退回"},
		{"lin", bulletin, true, ""},
		{"chen", bulletin, false, "通报须由审核人员批准或退回"},
	} {
		page := s.as(c.officer).get(path(c.draft))
		for _, verb := range []string{"/approve", "/reject"} {
			if got := strings.Contains(page.body, `action="`+path(c.draft)+verb+`"`); got != c.offered {
				t.Errorf("%s is offered %s of a %s: %v", c.officer, verb, c.draft.Purpose, got)
			}
		}
		page.has(c.says)
	}
	s.as("gu").get(path(d)).lacks("保存修改")
	s.Says("weibo", "xiaoli", "2001", "我昨天被骗了三万块，怎么办")
	report := "/reports/" + url.PathEscape(s.All(bots.KindReport, "")[0].Meta().ID)
	s.as("gu").get(report).lacks("办结这条举报", "发送回复")
	s.as("chen").get(report).has("办结这条举报", "发送回复")
	s.as("chen").get(path(d)).has("保存修改")
}

// bound is a bulletin that waits for its approval before a slot.
func (s *site) bound() (*bots.Draft, time.Time) {
	s.t.Helper()
	slot := s.Station().Schedules(time.Now())[0].Next[0]
	s.Decides("wu", bots.Decision{Verb: bots.WriteBulletin, On: bots.Target{Kind: bots.KindBulletin}, Fields: map[string]string{
		"title": "每日提醒", "text": "凡是要求先垫付的兼职，都是诈骗。", "accounts": "weibo", "schedule": "morning", "slot": slot.Format(time.RFC3339),
	}})
	return s.Draft(bots.ForBulletin, bots.DraftAwaiting), slot
}

func TestABulletinsDeadlineIsItsSlot(t *testing.T) {
	s := newSite(t)
	d, slot := s.bound()
	at := slot.In(time.FixedZone("CST", 8*60*60)).Format("15:04") + " 前批准"
	o := s.as("lin")
	for _, p := range []string{"/", "/drafts", path(d)} {
		page := o.get(p)
		page.has("须在 ", at)
		page.lacks("后过期", "有效期")
	}
	d.State, d.Reason = bots.DraftExpired, "not approved"
	s.Put(d)
	page := o.get(path(d))
	page.has("错过了 ", " 的时段", "到点时还没有批准")
	page.lacks("not approved", "有效期")
	o.get("/drafts?state=expired").has("错过了 ")
}

func TestAMissedBulletinSaysWhyInWords(t *testing.T) {
	s := newSite(t)
	d, _ := s.bound()
	b, err := record.Fetch[bots.Bulletin](t.Context(), s.Store, d.About.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.State, b.Reason = bots.BulletinMissed, "no bulletin"
	s.Put(b)
	for _, p := range []string{"/bulletins", "/bulletins/" + url.PathEscape(b.ID)} {
		page := s.as("lin").get(p)
		page.has("这个时段没有通报")
		page.lacks("no bulletin")
	}
}

func TestAnEmergencyCardStandsFirst(t *testing.T) {
	s := newSite(t)
	var old []bots.Record
	for i := range 60 {
		old = append(old, &bots.Draft{
			Head: bots.Head{ID: fmt.Sprintf("00-%02d", i), State: bots.DraftAwaiting, Created: time.Now()}, Purpose: bots.ForWarning, Account: "weibo",
			Text: fmt.Sprintf("早先的警示 %02d", i), Expires: time.Now().Add(time.Hour),
		})
	}
	s.Put(old...)
	s.Says("weibo", "xiaoli", "2001", "我正在给骗子转账，对方让我共享屏幕，怎么办")
	card := s.Draft(bots.ForEmergency, bots.DraftAwaiting)
	o := s.as("chen")
	for _, p := range []string{"/", "/drafts"} {
		body := o.get(p).body
		at, other := strings.Index(body, `href="`+path(card)+`"`), strings.Index(body, "早先的警示")
		if at < 0 || other < at {
			t.Errorf("%s: the card stands at %d, an older draft at %d", p, at, other)
		}
	}
	o.get(path(card)).has("第 1 条")
	page := o.get("/drafts/00-05")
	page = o.post("/drafts/00-05/reject", page.form("/drafts/00-05/reject", url.Values{"reason": {"重复"}}))
	if page.path != path(card) {
		t.Errorf("after a decision the officer is led to %s", page.path)
	}
}

func TestReportsDoNotRepeatOurOwnName(t *testing.T) {
	s := newSite(t)
	s.Update(func(tx record.Tx) error {
		a, err := record.Load[bots.Account](tx, "weibo")
		if err != nil {
			return err
		}
		a.Handle = "weibo-police"
		return tx.Put(a)
	})
	s.Says("weibo", "xiaoli", "2001", "@weibo-police 我昨天被骗了三万块，@laowang 也是")
	report := s.All(bots.KindReport, "")[0].Meta().ID
	page := s.as("chen").get("/reports/" + url.PathEscape(report))
	page.has(`<p class="said">我昨天被骗了三万块，@laowang 也是</p>`, `<p>我昨天被骗了三万块，@laowang 也是</p>`)
	page.lacks("@weibo-police 我")
}

func TestAConversationIsKeptAndLetGo(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我昨天被骗了三万块，怎么办")
	id := s.All(bots.KindConversation, "")[0].Meta().ID
	at := "/conversations/" + url.PathEscape(id)
	o := s.as("chen")
	page := o.get(at)
	page.has("当事人取消关注后，这个会话按规定删除")
	o.post(at+"/keep", page.form(at+"/keep", nil)).has("请写明保留的理由")
	page = o.get(at)
	page = o.post(at+"/keep", page.form(at+"/keep", url.Values{"reason": {"正在侦办"}}))
	page.has("已保留", "已要求保留，理由：正在侦办", "不再保留</button>")
	page.lacks("保留</button><span")
	o.post(at+"/let-go", page.form(at+"/let-go", nil)).has("已不再保留", `action="`+at+`/keep"`)
	s.as("gu").get(at).lacks(`action="` + at + `/keep"`)
}

func TestAConversationSaysHowOftenItMayBeAnswered(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我昨天被骗了三万块，怎么办")
	conv := s.All(bots.KindConversation, "")[0].(*bots.Conversation)
	at := "/conversations/" + url.PathEscape(conv.ID)
	o := s.as("chen")
	o.get(at).has("还可回复 2 次，47 小时内") // the third is kept for an emergency card or a receipt
	opened := conv.Opened["message"]
	s.Put(&record.Ledger{Head: bots.Head{ID: "window/" + conv.ID}, Entries: []record.LedgerEntry{
		{Item: "before", At: opened.Add(-time.Minute)}, {Item: "a", At: opened.Add(time.Minute)},
	}})
	o.get(at).has("还可回复 1 次")
	conv.Opened["message"] = time.Now().Add(-49 * time.Hour)
	s.Put(conv)
	o.get(at).has("回复时限已过")
	s.Says("forum", "xiaozhang", "3001", "我昨天被骗了三万块，怎么办")
	for _, r := range s.All(bots.KindConversation, "") {
		if c := r.(*bots.Conversation); c.Account == "forum" {
			o.get("/conversations/"+url.PathEscape(c.ID)).lacks("还可回复", "回复时限")
		}
	}
}
