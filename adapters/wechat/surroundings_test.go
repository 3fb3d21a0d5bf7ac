package wechat_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/wechat"
)

const menuPath, createPath = "/cgi-bin/get_current_selfmenu_info", "/cgi-bin/menu/create"

var stationMenu = []adapters.MenuEntry{{Label: "我要举报", Key: "report"}, {Label: "更多", Entries: []adapters.MenuEntry{{Label: "办事大厅", URL: "https://ga.example.gov.cn/"}}}}

func TestMenu_IsReadInBothForms(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		want   []adapters.MenuEntry
	}{
		"a list below":         {`{"is_menu_open":1,"selfmenu_info":{"button":[{"type":"click","name":"我要举报","key":"report"},{"name":"更多","sub_button":[{"type":"view","name":"办事大厅","url":"https://ga.example.gov.cn/"}]}]}}`, stationMenu},
		"a wrapped list below": {`{"is_menu_open":1,"selfmenu_info":{"button":[{"type":"click","name":"我要举报","key":"report"},{"name":"更多","sub_button":{"list":[{"type":"view","name":"办事大厅","url":"https://ga.example.gov.cn/"}]}}]}}`, stationMenu},
		"made in the console":  {`{"is_menu_open":1,"selfmenu_info":{"button":[{"type":"news","name":"防骗指南","value":"x"}]}}`, []adapters.MenuEntry{{Label: "防骗指南", Other: "news"}}},
		"closed":               {`{"is_menu_open":0}`, nil},
		"none":                 {`{"errcode":46003,"errmsg":"menu no exist"}`, nil},
	} {
		f := newFake()
		f.answers[menuPath] = c.answer
		got, err := open(t, f).caps.Menu.Menu(t.Context())
		if err != nil || !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v, %s", name, err, cmp.Diff(c.want, got))
		}
	}
}

func TestMenu_IsSetInOneCall(t *testing.T) {
	f := newFake()
	f.answers[createPath] = `{"errcode":0,"errmsg":"ok"}`
	r := open(t, f)
	if err := r.caps.Menu.SetMenu(t.Context(), try, stationMenu); err != nil {
		t.Fatal(err)
	}
	want := `{"button":[{"type":"click","name":"我要举报","key":"report"},{"name":"更多","sub_button":[{"type":"view","name":"办事大厅","url":"https://ga.example.gov.cn/"}]}]}`
	if got := f.bodies[createPath]; strings.TrimSpace(got) != want {
		t.Errorf("sent %s", got)
	}
}

func TestMenu_WhatThePlatformCannotShowIsNotSent(t *testing.T) {
	entry := adapters.MenuEntry{Label: "我要举报", Key: "report"}
	for name, list := range map[string][]adapters.MenuEntry{
		"none":             {},
		"four":             {entry, entry, entry, entry},
		"a long label":     {{Label: "我要举报诈骗", Key: "report"}},
		"nothing happens":  {{Label: "我要举报"}},
		"six below":        {{Label: "更多", Entries: []adapters.MenuEntry{entry, entry, entry, entry, entry, entry}}},
		"three levels":     {{Label: "更多", Entries: []adapters.MenuEntry{{Label: "更多", Entries: []adapters.MenuEntry{entry}}}}},
		"no label below":   {{Label: "更多", Entries: []adapters.MenuEntry{{Key: "x"}}}},
		"nothing to press": {{Label: "更多", Entries: []adapters.MenuEntry{{Label: "x"}}}},
	} {
		f := newFake()
		err := open(t, f).caps.Menu.SetMenu(t.Context(), try, list)
		if adapters.ClassOf(err) != adapters.Rejected || len(f.calls) != 0 {
			t.Errorf("%s: %v after %v", name, err, f.calls)
		}
	}
}

func TestSend_ChoicesAreAMessageMenu(t *testing.T) {
	f := newFake()
	f.answers["/cgi-bin/message/custom/send"] = `{"errcode":0,"errmsg":"ok"}`
	r := open(t, f)
	m := adapters.Message{
		To: citizen, Text: "钱转出去了吗？\n1 已经转出\n2 没有\n编号NP-7Q4。",
		Choices: []adapters.Choice{{ID: "paid", Text: "1 已经转出"}, {ID: "unpaid", Text: "2 没有"}},
	}
	if _, err := r.caps.Message.Send(t.Context(), try, m); err != nil {
		t.Fatal(err)
	}
	var got struct {
		ToUser, MsgType string
		MsgMenu         struct {
			Head string                         `json:"head_content"`
			List []struct{ ID, Content string } `json:"list"`
			Tail string                         `json:"tail_content"`
		}
	}
	if err := json.Unmarshal([]byte(f.bodies["/cgi-bin/message/custom/send"]), &got); err != nil {
		t.Fatal(err)
	}
	shown := got.MsgMenu.Head
	for _, o := range got.MsgMenu.List {
		shown += "\n" + o.Content
	}
	if shown += "\n" + got.MsgMenu.Tail; shown != m.Text || got.MsgType != "msgmenu" || got.MsgMenu.List[1].ID != "unpaid" {
		t.Errorf("shown %q by %+v", shown, got)
	}
	for name, text := range map[string]string{
		"not a line": "钱转出去了吗？1 已经转出\n2 没有", "another order": "钱？\n2 没有\n1 已经转出", "nothing before": "1 已经转出\n2 没有", "apart": "钱？\n1 已经转出\n或者\n2 没有",
	} {
		calls := len(f.calls)
		m.Text = text
		if _, err := r.caps.Message.Send(t.Context(), try, m); adapters.ClassOf(err) != adapters.Rejected || len(f.calls) != calls {
			t.Errorf("%s: %v", name, err)
		}
	}
}

const (
	bizsend      = "/cgi-bin/message/subscribe/bizsend"
	templateSend = "/cgi-bin/message/template/send"
)

var noticeOptions = []string{"notify_subscription", "any:SUB1:thing1=news:character_string2=code", "notify_template", "reply:TPL1:first=news, receipt:TPL2:first=news"}

func TestNotice_WaysFollowThePurpose(t *testing.T) {
	n := open(t, newFake(), noticeOptions...).caps.Notice
	for purpose, want := range map[string]string{"reply": "subscription template", "receipt": "subscription template", "officer": "subscription"} {
		if got := strings.Join(n.Ways(purpose), " "); got != want {
			t.Errorf("%s: %q, want %q", purpose, got, want)
		}
	}
	if ways := open(t, newFake()).caps.Notice.Ways("reply"); len(ways) != 0 {
		t.Errorf("without a template: %v", ways)
	}
}

func TestNotice_SaysOnlyThatThereIsNews(t *testing.T) {
	f := newFake()
	f.answers[bizsend], f.answers[templateSend] = `{"errcode":0,"errmsg":"ok"}`, `{"errcode":0,"errmsg":"ok","msgid":2347000001}`
	n := open(t, f, noticeOptions...).caps.Notice
	for _, c := range []struct {
		way, path, body string
		ref             adapters.Ref
	}{
		{"subscription", bizsend, `{"data":{"character_string2":{"value":"NP-7Q4"},"thing1":{"value":"你的事项有新进展，请打开会话"}},"template_id":"SUB1","touser":"` + openID + `"}`, "key-1"},
		{"template", templateSend, `{"client_msg_id":"key-1","data":{"first":{"value":"你的事项有新进展，请打开会话"}},"template_id":"TPL1","touser":"` + openID + `"}`, "template:2347000001"},
	} {
		got, err := n.Notify(t.Context(), try, adapters.Notice{To: citizen, Way: c.way, Purpose: "reply"})
		if err != nil || got.Ref != c.ref || strings.TrimSpace(f.bodies[c.path]) != c.body {
			t.Errorf("%s: %+v, %v, sent %s", c.way, got, err, f.bodies[c.path])
		}
	}
}

func TestNotice_Refusals(t *testing.T) {
	f := newFake()
	f.answers[bizsend], f.answers[templateSend] = `{"errcode":43101,"errmsg":"user refuse to accept the msg"}`, `{"errcode":40037,"errmsg":"invalid template_id"}`
	n := open(t, f, noticeOptions...).caps.Notice
	for _, c := range []struct {
		name string
		n    adapters.Notice
		want adapters.Class
	}{
		{"no consent", adapters.Notice{To: citizen, Way: "subscription", Purpose: "reply"}, adapters.WindowClosed},
		{"a template of the other kind", adapters.Notice{To: citizen, Way: "template", Purpose: "reply"}, adapters.Rejected},
		{"a purpose without template", adapters.Notice{To: citizen, Way: "template", Purpose: "officer"}, adapters.Rejected},
		{"an unknown way", adapters.Notice{To: citizen, Way: "pigeon", Purpose: "reply"}, adapters.Rejected},
		{"nobody", adapters.Notice{Way: "subscription", Purpose: "reply"}, adapters.Rejected},
	} {
		if _, err := n.Notify(t.Context(), try, c.n); err == nil || adapters.ClassOf(err) != c.want {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestPromise4_ATemplateMessageWithoutAnIDIsUnknown(t *testing.T) {
	f := newFake()
	f.answers[templateSend] = `{"errcode":0,"errmsg":"ok"}`
	_, err := open(t, f, noticeOptions...).caps.Notice.Notify(t.Context(), try, adapters.Notice{To: citizen, Way: "template", Purpose: "reply"})
	if err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("%v", err)
	}
}

func TestOpen_SaysHowANoticeIsWritten(t *testing.T) {
	for _, wrong := range []string{"ID:thing1=news", "any:ID", "any:ID:thing1", "any:ID:thing1=amount", ":ID:thing1=news"} {
		_, err := wechat.Platform().Open(t.Context(), config("https://api.example", "notify_subscription", wrong), adaptertest.Host(t))
		if err == nil || !strings.Contains(err.Error(), "notify_subscription") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// handed is a message handed to the console's staff, in the clear.
type handed struct {
	ToUserName, FromUserName, MsgType string
	CreateTime                        int64
}

func TestYield_HandsTheMessageToTheConsole(t *testing.T) {
	at := time.Now().Truncate(time.Second)
	doc := "<xml><ToUserName><![CDATA[gh_station]]></ToUserName><FromUserName><![CDATA[" + openID + "]]></FromUserName><CreateTime>1714112445</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[在吗]]></Content><MsgId>7</MsgId></xml>"
	caps := open(t, newFake(), "mode", "plain").caps
	yield := func(when time.Time) []byte {
		d, err := caps.Webhook.Verify(callback(doc, when, "plain"), when)
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := caps.Yield.Yield(d)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	first, later := yield(at), yield(at.Add(time.Minute))
	var got handed
	if err := xml.Unmarshal(first, &got); err != nil {
		t.Fatal(err)
	}
	if want := (handed{openID, "gh_station", "transfer_customer_service", 1714112445}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if string(first) != string(later) {
		t.Errorf("the callback comes again and is answered otherwise:\n%s\n%s", first, later)
	}
}

func TestYield_IsEncryptedInSafeMode(t *testing.T) {
	at := time.Now()
	doc := "<xml><ToUserName>gh_station</ToUserName><FromUserName>" + openID + "</FromUserName><CreateTime>1714112445</CreateTime><MsgType>text</MsgType><Content>zaima</Content><MsgId>7</MsgId></xml>"
	caps := open(t, newFake()).caps
	d, err := caps.Webhook.Verify(callback(doc, at, "safe"), at)
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := caps.Yield.Yield(d)
	if err != nil || !strings.Contains(string(body), "<Encrypt>") || strings.Contains(string(body), openID) {
		t.Errorf("%s, %v", body, err)
	}
}

func TestYield_NothingToAnswerOrSwitchedOff(t *testing.T) {
	if open(t, newFake(), "console_staff", "off").caps.Yield != nil {
		t.Error("switched off and still there")
	}
	at, caps := time.Now(), open(t, newFake(), "mode", "plain").caps
	c := callback("", at, "plain")
	d, err := caps.Webhook.Verify(adapters.Callback{Method: http.MethodGet, Query: url.Values{
		"timestamp": c.Query["timestamp"], "nonce": c.Query["nonce"], "signature": c.Query["signature"], "echostr": {"1"},
	}}, at)
	if err != nil {
		t.Fatal(err)
	}
	if body, _, err := caps.Yield.Yield(d); err == nil {
		t.Errorf("a handshake is answered with %s", body)
	}
}

func TestSurvey_TellsWhatIsThereAndWhatStops(t *testing.T) {
	f := newFake()
	f.answers["/cgi-bin/get_current_autoreply_info"] = `{"is_add_friend_reply_open":1,"is_autoreply_open":1,"add_friend_autoreply_info":{"type":"text","content":"欢迎关注"},
		"keyword_autoreply_info":{"list":[{"rule_name":"报警","keyword_list_info":[{"type":"text","match_mode":"contain","content":"报警"}],"reply_list_info":[{"type":"text","content":"请拨打110"},{"type":"img","content":"MEDIA"}]}]}}`
	f.answers[menuPath] = `{"is_menu_open":1,"selfmenu_info":{"button":[{"type":"view","name":"办事大厅","url":"https://ga.example.gov.cn/"}]}}`
	f.answers["/cgi-bin/user/get"] = `{"total":31415,"count":1,"data":{"openid":["` + openID + `"]},"next_openid":""}`
	f.answers["/cgi-bin/tags/get"] = `{"tags":[{"id":101,"name":"老年人","count":2718}]}`
	f.answers["/cgi-bin/freepublish/batchget"] = `{"total_count":1,"item_count":1,"item":[{"article_id":"ART1","content":{"news_item":[{"title":"警惕冒充客服","url":"http://mp.weixin.qq.com/s?x"}]},"update_time":1714112445}]}`
	got, err := open(t, f).caps.Survey.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := adapters.Survey{
		Followers: 31415,
		Groups:    []adapters.Group{{ID: "tag:101", Name: "老年人", Members: 2718}},
		Replies:   []adapters.AutoReply{{Name: "被关注回复", When: []string{}, Says: []string{"欢迎关注"}}, {Name: "报警", When: []string{"报警"}, Says: []string{"请拨打110", "［img］"}}},
		Menu:      []adapters.MenuEntry{{Label: "办事大厅", URL: "https://ga.example.gov.cn/"}},
		Articles:  []adapters.Published{{Ref: "article:ART1", Title: "警惕冒充客服", URL: "http://mp.weixin.qq.com/s?x", At: time.Unix(1714112445, 0).UTC()}},
		Stops:     []string{"后台设置的自动回复（被关注回复、收到消息回复、关键词回复）", "后台设置的自定义菜单，须由接口重新设置"},
	}
	if got.Back == "" {
		t.Error("the way back is not named")
	}
	got.Back = ""
	if !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	if b, _ := json.Marshal(got); strings.Contains(string(b), openID) {
		t.Errorf("it holds a person: %s", b)
	}
}

func TestSurvey_WhatCannotBeReadIsAGap(t *testing.T) {
	f := newFake() // it knows none of the calls but the list of articles
	got, err := open(t, f).caps.Survey.Survey(t.Context())
	if err != nil || len(got.Gaps) != 4 || !strings.HasPrefix(got.Gaps[0], "自动回复：") || len(got.Stops) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	f.answers["/cgi-bin/freepublish/batchget"] = `{"errcode":48001,"errmsg":"api unauthorized"}`
	if got, err := open(t, f).caps.Survey.Survey(t.Context()); err == nil {
		t.Errorf("nothing could be read: %+v", got)
	}
}
