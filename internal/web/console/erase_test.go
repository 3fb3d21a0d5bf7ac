package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"netpatrol/bots"
)

func TestTwoOfficersEraseWhatIsKeptOfAPerson(t *testing.T) {
	s := newSite(t)
	s.Says("weibo", "xiaoli", "2001", "我被骗了三万块，怎么办")
	id := s.All(bots.KindConversation, "")[0].Meta().ID
	path := "/conversations/" + url.PathEscape(id)
	chen, lin := s.as("chen"), s.as("lin")
	page := chen.get(path)
	if p := chen.post(path+"/ask-erase", page.form(path+"/ask-erase", url.Values{"reason": {""}})); p.status != http.StatusOK {
		t.Errorf("%d", p.status)
	} else {
		p.has("请写明删除的理由")
	}
	chen.post(path+"/ask-erase", chen.get(path).form(path+"/ask-erase", url.Values{"reason": {"本人要求"}})).has("已申请删除", "举报 1 条", "本人要求")
	chen.post(path+"/erase", chen.get(path).form(path+"/erase", nil)).has("这一步须由两", "将删除")
	lin.post(path+"/erase", lin.get(path).form(path+"/erase", nil)).has("密钥已销毁")
	lin.get(path).lacks("三万块", "xiaoli")
}
