package console_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"netpatrol/bots"
)

func TestAnOfficerTakesAConversationAndGivesItBack(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我昨天被骗了三万块，怎么办")
	at := "/conversations/" + url.PathEscape(s.All(bots.KindConversation, "")[0].Meta().ID)
	report := "/reports/" + url.PathEscape(s.All(bots.KindReport, "")[0].Meta().ID)
	o, other := s.as("chen"), s.as("gu")
	page := o.get(report)
	page = o.post(at+"/take", page.form(at+"/take", nil))
	page.has("会话由您接手，自动答复已停", " 已接手，自动答复已停。", "交回会话 <kbd>t</kbd></button>", "举报 ") // back on the report's page
	page.lacks("由我接手会话")
	other.get(at).lacks(`action="` + at + `/give"`)
	page = o.post(at+"/give", page.form(at+"/give", nil))
	page.has("会话已交回", "由我接手会话 <kbd>t</kbd></button>")
}

func TestACallIsLoggedAndStandsWithTheReport(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我昨天被骗了三万块，怎么办")
	at := "/conversations/" + url.PathEscape(s.All(bots.KindConversation, "")[0].Meta().ID)
	report := "/reports/" + url.PathEscape(s.All(bots.KindReport, "")[0].Meta().ID)
	o := s.as("chen")
	page := o.get(report)
	o.post(at+"/call", page.form(at+"/call", url.Values{"note": {" "}})).has("请写明电话里说了什么")
	page = o.get(report)
	o.post(at+"/call", page.form(at+"/call", url.Values{"note": {"已打电话，建议到派出所报案"}})).has("通话已登记", "已打电话，建议到派出所报案")
}

func TestThePageOfWaitsShowsThePressingFirst(t *testing.T) {
	s := newSite(t)
	now := time.Now()
	for id, since := range map[string]time.Time{"late": now.Add(-45 * time.Minute), "soon": now.Add(-20 * time.Minute)} {
		s.Put(&bots.Wait{Head: bots.Head{ID: id, State: bots.WaitRunning}, Account: id, Conversation: "conv/" + id, Since: since, Deadline: since.Add(30 * time.Minute)})
	}
	since := now.Add(-time.Hour)
	s.Put(&bots.Wait{Head: bots.Head{ID: "done", State: bots.WaitEnded}, Account: "done", Conversation: "conv/done", Since: since, Deadline: since.Add(30 * time.Minute), Ended: since.Add(7 * time.Minute), How: bots.EndedCall, By: "chen"})
	page := s.as("chen").get("/waits")
	page.has("已超时15分钟", "还剩9分钟", "电话联系，用时7分钟", "30分钟内由民警答复")
	if strings.Index(page.body, "已超时15分钟") > strings.Index(page.body, "还剩9分钟") {
		t.Error("who waits for longest does not stand first")
	}
}
