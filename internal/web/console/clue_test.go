package console_test

import (
	"net/url"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestAClueIsDismissedFromItsPage(t *testing.T) {
	s, d := warned(t)
	o := s.as("chen")
	clue := s.All(bots.KindClue, "")[0].Meta().ID
	page := o.get("/clues/" + url.PathEscape(clue))
	page.has("警示或举报还在审批或等待发送")
	page.lacks("不予处理</button>")
	o.post(path(d)+"/reject", o.get(path(d)).form(path(d)+"/reject", url.Values{"reason": {"重复"}}))

	action := "/clues/" + url.PathEscape(clue) + "/dismiss"
	page = o.get("/clues/" + url.PathEscape(clue))
	o.post(action, page.form(action, nil)).has("请写明不予处理的理由", "未处理")
	page = o.get("/clues/" + url.PathEscape(clue))
	page = o.post(action, page.form(action, url.Values{"reason": {"重复，已处理过同一帖子"}}))
	page.has("已记为不予处理", `陈立 <small class="id">chen</small>`, "理由：重复，已处理过同一帖子")
	page.lacks("不予处理</button>")
	if c, err := record.Fetch[bots.Clue](t.Context(), s.Store, clue); err != nil || c.State != bots.ClueDismissed {
		t.Errorf("%+v, %v", c, err)
	}
	o.get("/clues").has("没有这样的线索")
	list := o.get("/clues?state=dismissed")
	list.has("/clues/" + url.PathEscape(clue))
	list.lacks("已移交")
}

func TestOnlyWhoMayDismissAClueIsOfferedTo(t *testing.T) {
	s, d := warned(t)
	chen := s.as("chen")
	chen.post(path(d)+"/reject", chen.get(path(d)).form(path(d)+"/reject", url.Values{"reason": {"重复"}}))
	clue := "/clues/" + url.PathEscape(s.All(bots.KindClue, "")[0].Meta().ID)
	chen.get(clue).has("不予处理</button>")
	s.as("shen").get(clue).lacks("不予处理</button>")
	s.as("gu").get(clue).lacks("不予处理</button>")
}
