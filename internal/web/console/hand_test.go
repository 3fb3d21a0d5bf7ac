package console_test

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// toPost is an approved answer that people are asked to post.
func (s *site) toPost(deadline time.Time) *record.Item {
	s.t.Helper()
	s.Says("weibo", "xiaoli", "2001", "我被人骗了三万块，怎么办")
	for _, r := range s.All(bots.KindDraft, bots.DraftAwaiting) {
		s.Decides("lin", bots.Decision{Verb: bots.Approve, On: bots.Target{Kind: bots.KindDraft, ID: r.Meta().ID}, Seen: r.Meta().Version})
	}
	i := s.All(record.KindItem, "")[0].(*record.Item)
	s.Task(i, deadline)
	s.Put(i)
	return i
}

func TestATaskIsTakenCopiedAndProven(t *testing.T) {
	s := newSite(t)
	chen, lin := s.as("chen"), s.as("lin")
	chen.get("/by-hand").has("没有要代发的内容。")
	i := s.toPost(time.Now().Add(20 * time.Minute))
	chen.get("/").has("/by-hand/" + url.PathEscape(i.ID))
	chen.get("/").lacks("没有要办的事。")
	chen.get("/by-hand").has("无人接手", i.Code, "还有19分钟")
	path := "/by-hand/" + url.PathEscape(i.ID)
	page := chen.get(path)
	page.has("由我接手", "林珊", "批准", i.Text)
	page.lacks("data-copy", "登记已发布</button>")
	chen.post(path+"/take", page.form(path+"/take", nil)).has("已由您接手", `data-copy="#posting"`, "https://tieba.example/p/1", "登记已发布</button>")
	lin.get("/by-hand").has("陈立", "已接手")
	other := lin.get(path)
	other.has("陈立", "请勿重复发送", "代为交还")
	other.lacks("登记已发布</button>", "data-copy")

	page = chen.get(path)
	page = chen.post(path+"/prove", page.form(path+"/prove", url.Values{"text": {"您好，加我微信"}}))
	page.has("粘贴的文字与审批的不一致。从第", "您好，加我微信</textarea>", `name="reason"`)
	page = chen.post(path+"/prove", page.form(path+"/prove", url.Values{"text": {i.Text + " "}}))
	page.has("记为送达", "陈立")
	if got, err := record.Fetch[record.Item](t.Context(), s.Store, i.ID); err != nil || got.State != record.ItemDelivered {
		t.Errorf("%+v, %v", got, err)
	}
	chen.get("/by-hand").has("没有要代发的内容。")
}

func TestAnotherTextIsConfirmedByAnotherOfficer(t *testing.T) {
	s := newSite(t)
	chen, lin := s.as("chen"), s.as("lin")
	i := s.toPost(time.Now().Add(-time.Minute))
	path := "/by-hand/" + url.PathEscape(i.ID)
	page := chen.get(path)
	page.has("已超过时限")
	chen.post(path+"/take", page.form(path+"/take", nil))
	page = chen.get(path)
	chen.post(path+"/prove", page.form(path+"/prove", url.Values{"text": {"短一些的话"}, "reason": {"平台限制字数"}})).has("须由另一位同事确认", "平台限制字数")
	page = lin.get(path)
	lin.post(path+"/confirm", page.form(path+"/confirm", nil)).has("按“有改动”记录在案", "与审批不一致", "短一些的话", "林珊")
}

func TestATaskIsGivenBackOrClosed(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	i := s.toPost(time.Now().Add(time.Hour))
	path := "/by-hand/" + url.PathEscape(i.ID)
	chen.post(path+"/take", chen.get(path).form(path+"/take", nil))
	chen.post(path+"/give", chen.get(path).form(path+"/give", nil)).has("已交还", "由我接手")
	chen.post(path+"/close", chen.get(path).form(path+"/close", nil)).has("请写明理由")
	chen.post(path+"/close", chen.get(path).form(path+"/close", url.Values{"reason": {"对方已注销"}})).has("不再代发", "对方已注销")
}

func TestWhatAnOfficerReadIsEntered(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	const form = "/by-hand/note"
	page := chen.get(form)
	page.has("tieba")
	page.lacks(`value="weibo"`)
	fields := url.Values{"account": {"tieba"}, "kind": {"post"}, "from": {"发财"}, "text": {"今天天气好"}, "link": {"https://tieba.example/p/1"}}
	chen.post(form, page.form(form, fields)).has("没有命中任何规则", "今天天气好</textarea>", `value="发财"`)
	fields.Set("text", "招聘点赞员，手机刷单返利日结，每单佣金5%，加我微信 shuadan888")
	chen.post(form, chen.get(form).form(form, fields)).has("已登记")
	clue := s.All(bots.KindClue, "")[0].(*bots.Clue)
	if clue.Account != "tieba" || clue.Author.ID != "发财" {
		t.Errorf("%+v", clue)
	}
	s.as("shen").get(form).lacks("登记</button>")
}

func TestWhatBecameOfAPostOnlyPeopleSeeIsEntered(t *testing.T) {
	s, _ := warned(t)
	w := s.All(bots.KindWarning, "")[0].(*bots.Warning)
	w.State = bots.WarningSent
	s.Put(w)
	chen := s.as("chen")
	a, err := record.Fetch[bots.Account](t.Context(), s.Store, w.Account)
	if err != nil {
		t.Fatal(err)
	}
	clue, action := "/clues/"+url.PathEscape(w.Clue), "/warnings/"+url.PathEscape(w.ID)+"/look-back"
	a.Lookable = true
	s.Put(a)
	chen.get(clue).lacks(action)
	a.Lookable = false
	s.Put(a)
	page := chen.get(clue)
	chen.post(action, page.form(action, url.Values{"as": {"removed"}})).has("已登记：帖子已删除。")
}

// attach sends the form of a screenshot on a task's page.
func (o *officer) attach(t *testing.T, path string, picture []byte) *seen {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range o.get(path).form(path+"/shot", nil) {
		_ = w.WriteField(name, values[0])
	}
	if picture != nil {
		f, err := w.CreateFormFile("shot", "截图.png")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write(picture)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	res, err := o.http.Post(o.site.url+path+"/shot", w.FormDataContentType(), &body)
	return o.page(res, err)
}

func TestAScreenshotStandsWithWhatWasPosted(t *testing.T) {
	s := newSite(t)
	chen := s.as("chen")
	i := s.toPost(time.Now().Add(time.Hour))
	path := "/by-hand/" + url.PathEscape(i.ID)
	chen.post(path+"/take", chen.get(path).form(path+"/take", nil))
	send := func(picture []byte) *seen { return chen.attach(t, path, picture) }
	send(nil).has("请先选择一张截图")
	send([]byte("<html>")).has("不是可以留存的图片")
	page := send(screenshot(t, 360, 640))
	page.has("截图已保存", "/large\"")
	page.lacks("附上截图</button>")
	v := s.All(record.KindEvidence, "")[0].(*record.Evidence)
	chen.get("/evidence/" + url.PathEscape(v.ID) + "/small")
	if v.By != "chen" || v.Subject != i.Subject {
		t.Errorf("%+v", v)
	}
	chen.get("/conversations/" + url.PathEscape(v.Subject)).lacks("/evidence/" + url.PathEscape(v.ID))
}
