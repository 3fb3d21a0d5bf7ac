package wechat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestEveryKindOfCustomerServiceMessage(t *testing.T) {
	inBubble(t, Options{Accumulate: true}, func(t *testing.T, b *bundle) {
		for range 4 {
			b.write("小林", "您好")
		}
		media := b.upload("/cgi-bin/media/upload?type=image", "a.png", png(0))["media_id"]
		draft := b.draft("通报", "正文")
		own, err := b.p.StaffDraft(Article{Title: "已发布", Content: "正文"})
		b.must(err)
		article, _, err := b.p.StaffPublish(own)
		b.must(err)
		for _, c := range []struct {
			code int
			kind string
			body object
			want string // title and text on the phone
		}{
			{0, "image", object{"media_id": media}, "|"},
			{0, "voice", object{"media_id": media}, "|"},
			{0, "video", object{"media_id": media, "title": "片子"}, "片子|"},
			{0, "music", object{"title": "歌", "thumb_media_id": media}, "歌|"},
			{0, "news", object{"articles": []object{{"title": "题", "description": "述", "url": "http://x.example"}}}, "题|述"},
			{45008, "news", object{"articles": []object{{"title": "一"}, {"title": "二"}}}, ""},
			{0, "link", object{"title": "链", "description": "述", "url": "http://x.example"}, "链|述"},
			{0, "mpnews", object{"media_id": draft}, "通报|正文"},
			{40007, "mpnews", object{"media_id": "gone"}, ""},
			{0, "mpnewsarticle", object{"article_id": article}, "已发布|正文"},
			{53600, "mpnewsarticle", object{"article_id": "gone"}, ""},
			{0, "wxcard", object{"card_id": "c1"}, "|c1"},
			{0, "miniprogrampage", object{"title": "小程序"}, "小程序|"},
			{44004, "msgmenu", object{"head_content": "选"}, ""},
		} {
			b.code(c.code, customPath, object{"touser": b.lin, "msgtype": c.kind, c.kind: c.body})
			if c.code != 0 {
				continue
			}
			if r := last(t, b.p.Received()); r.Kind != c.kind || r.Title+"|"+r.Text != c.want {
				t.Errorf("%s: %+v", c.kind, r)
			}
		}
	})
}

func TestEveryKindOfPassiveReply(t *testing.T) {
	for kind, c := range map[string]struct{ inner, want string }{
		"image": {"<Image><MediaId>%s</MediaId></Image>", "|"},
		"voice": {"<Voice><MediaId>%s</MediaId></Voice>", "|"},
		"video": {"<Video><MediaId>%s</MediaId><Title>片子</Title></Video>", "片子|"},
		"music": {"<Music><Title>歌</Title><ThumbMediaId>%s</ThumbMediaId></Music>", "歌|"},
		"news":  {"<ArticleCount>1</ArticleCount><Articles><item><Title>题</Title><Description>述</Description><Url>%s</Url></item></Articles>", "题|述"},
	} {
		t.Run(kind, func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, b *bundle) {
				media := b.upload("/cgi-bin/media/upload?type=image", "a.png", png(0))["media_id"].(string)
				reply := func(inner string) func(in inbound) string {
					return func(in inbound) string {
						return encrypted(fmt.Sprintf("<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>1</CreateTime><MsgType>%s</MsgType>%s</xml>",
							in.FromUserName, in.ToUserName, kind, inner))
					}
				}
				b.app.say(reply(fmt.Sprintf(c.inner, media)))
				b.write("小林", "您好")
				if r := last(t, b.p.Received()); r.Kind != kind || r.Title+"|"+r.Text != c.want {
					t.Errorf("%+v", r)
				}
				b.app.say(reply(""))
				b.write("小林", "再来")
				if n := b.p.Counts(); n.Malformed != 1 || n.Received != 1 {
					t.Errorf("without its content: %+v", n)
				}
			})
		})
	}
}

func TestSmallCalls(t *testing.T) {
	inBubble(t, Options{Kind: Service, Principal: "海口市公安局"}, func(t *testing.T, b *bundle) {
		if got := b.code(0, "/cgi-bin/account/getaccountbasicinfo", nil); got["principal_name"] != "海口市公安局" {
			t.Errorf("%v", got)
		}
		b.code(0, "/cgi-bin/get_api_domain_ip", nil)
		b.code(0, "/cgi-bin/callback/check", object{"action": "all", "check_operator": "DEFAULT"})
		b.code(0, "/cgi-bin/customservice/getkflist", nil)
		b.code(76021, "/cgi-bin/openapi/quota/get", object{"cgi_path": "/nonsense"})
		b.code(40125, "/cgi-bin/clear_quota/v2", object{"appid": testApp, "appsecret": "wrong"})
		typing := object{"touser": b.lin, "command": "Typing"}
		b.code(45080, "/cgi-bin/message/custom/typing", typing)
		b.write("小林", "您好")
		b.code(0, "/cgi-bin/message/custom/typing", typing)
		b.code(45083, "/cgi-bin/message/mass/speed/set", object{"speed": 5})
		b.code(0, "/cgi-bin/message/mass/speed/set", object{"speed": 1})
		if got := b.code(0, "/cgi-bin/message/mass/speed/get", object{}); got["realspeed"] != json.Number("60") {
			t.Errorf("%v", got)
		}
		b.code(40130, "/cgi-bin/message/mass/send", object{"touser": []string{b.lin}, "msgtype": "text", "text": object{"content": "x"}})
		b.code(0, "/cgi-bin/message/mass/send", object{"touser": []string{b.lin, b.anna}, "msgtype": "text", "text": object{"content": "x"}})
		b.cover()
		if got := b.code(0, "/cgi-bin/material/get_materialcount", nil); got["image_count"] != json.Number("1") {
			t.Errorf("%v", got)
		}
		ticket := b.code(0, "/cgi-bin/qrcode/create", object{"action_name": "QR_STR_SCENE", "action_info": object{"scene": object{"scene_str": "hall"}}})["ticket"]
		b.settle()
		b.must(b.p.Scan("小林", "hall"))
		b.settle()
		if in := last(t, b.app.inbox()); in.Ticket != ticket {
			t.Errorf("ticket %s, want %v", in.Ticket, ticket)
		}
		b.code(40053, "/cgi-bin/qrcode/create", object{"action_name": "QR"})
		b.p.AddTemplate("T", false)
		b.p.AddTemplate("S", true)
		if got := b.code(0, "/cgi-bin/template/get_all_private_template", nil)["template_list"].([]any); len(got) != 1 {
			t.Errorf("%v", got)
		}
		if got := b.code(0, "/wxaapi/newtmpl/gettemplate", nil)["data"].([]any); len(got) != 1 {
			t.Errorf("%v", got)
		}
		b.p.ChangeSecret("fresh")
		b.code(40125, "/cgi-bin/stable_token", object{"grant_type": "client_credential", "appid": testApp, "secret": "secret"})
		if last(t, b.p.Requests()).Code != 40125 {
			t.Error("the request was not written down")
		}
	})
}

func TestTagsAndBlacklist(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		id := b.code(0, "/cgi-bin/tags/create", object{"tag": object{"name": "学生"}})["tag"].(object)["id"]
		both := object{"openid_list": []string{b.lin, b.anna}, "tagid": id}
		b.code(0, "/cgi-bin/tags/members/batchtagging", both)
		b.code(0, "/cgi-bin/tags/members/batchuntagging", object{"openid_list": []string{b.anna}, "tagid": id})
		if got := b.code(0, "/cgi-bin/user/tag/get", object{"tagid": id, "next_openid": ""}); got["count"] != json.Number("1") {
			t.Errorf("%v", got)
		}
		b.code(0, "/cgi-bin/tags/update", object{"tag": object{"id": id, "name": "大学生"}})
		if got := b.code(0, "/cgi-bin/tags/get", nil)["tags"].([]any)[0].(object); got["name"] != "大学生" || got["count"] != json.Number("1") {
			t.Errorf("%v", got)
		}
		b.code(0, "/cgi-bin/tags/delete", object{"tag": object{"id": id}})
		b.code(45159, "/cgi-bin/tags/members/batchtagging", both)
		b.code(45058, "/cgi-bin/tags/delete", object{"tag": object{"id": id}})
		b.code(0, "/cgi-bin/tags/members/batchblacklist", both)
		if got := b.code(0, "/cgi-bin/tags/members/getblacklist", object{"begin_openid": ""}); got["count"] != json.Number("2") {
			t.Errorf("%v", got)
		}
		b.code(0, "/cgi-bin/tags/members/batchunblacklist", both)
		b.code(0, "/cgi-bin/user/info/updateremark", object{"openid": b.lin, "remark": "报案人"})
		got := b.code(0, "/cgi-bin/user/info/batchget", object{"user_list": []object{{"openid": b.lin}, {"openid": b.anna}}})["user_info_list"].([]any)
		if len(got) != 2 || got[0].(object)["remark"] != "报案人" {
			t.Errorf("%v", got)
		}
		b.code(40032, "/cgi-bin/user/info/batchget", object{"user_list": []object{}})
	})
}

func TestWhatBecomesOfAnIssue(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		a := b.article("图", "说明")
		a["article_type"] = "newspic"
		b.code(40007, "/cgi-bin/draft/add", object{"articles": []object{a}})
		a["image_info"] = object{"image_list": []object{{"image_media_id": b.cover()}}}
		id := b.code(0, "/cgi-bin/draft/add", object{"articles": []object{a}})["media_id"]
		sub := b.code(0, "/cgi-bin/freepublish/submit", object{"media_id": id})
		b.settle()
		mid := sub["msg_data_id"].(json.Number).String()
		ref := ArticleRef{mid, 1}
		b.must(b.p.LikeArticle("小林", ref))
		day1 := day(time.Now())
		pass(24 * time.Hour)
		b.tok = ""
		span := object{"begin_date": day1, "end_date": day1}
		if got := b.code(0, "/datacube/getarticleshare", span)["list"].([]any); len(got) != 1 {
			t.Errorf("%v", got)
		}
		if got := b.code(0, "/datacube/getarticletotaldetail", span)["list"].([]any)[0].(object); got["publish_type"] != json.Number("1") {
			t.Errorf("%v", got)
		}
		comment := object{"msg_data_id": mid, "index": 0, "user_comment_id": 1}
		b.code(0, "/cgi-bin/comment/close", comment)
		b.code(0, "/cgi-bin/comment/open", comment)
		_, err := b.p.Comment("小林", ref, "好")
		b.must(err)
		comment["content"] = "谢谢"
		b.code(0, "/cgi-bin/comment/markelect", comment)
		b.code(0, "/cgi-bin/comment/unmarkelect", comment)
		b.code(0, "/cgi-bin/comment/reply/add", comment)
		b.code(0, "/cgi-bin/comment/reply/delete", comment)
		b.code(0, "/cgi-bin/comment/delete", comment)
		b.code(88008, "/cgi-bin/comment/delete", comment)
		b.must(b.p.Ban(mid))
		if got := b.code(0, "/cgi-bin/freepublish/get", object{"publish_id": sub["publish_id"]}); got["publish_status"] != json.Number("6") {
			t.Errorf("%v", got)
		}
		if err := b.p.Ban("1"); err == nil {
			t.Error("an issue that is not there was banned")
		}
	})
}

func TestSeveralArticlesComeOutTogether(t *testing.T) {
	inBubble(t, Options{PublishAsMass: true}, func(t *testing.T, b *bundle) {
		id := b.code(0, "/cgi-bin/draft/add", object{"articles": []object{b.article("甲", "一"), b.article("乙", "二")}})["media_id"]
		sub := b.code(0, "/cgi-bin/freepublish/submit", object{"media_id": id})
		b.settle()
		if in := last(t, b.app.inbox()); in.Event != "MASSSENDJOBFINISH" || in.MsgID != sub["publish_id"].(json.Number).String() || in.Status != "send success" {
			t.Errorf("heard %s", in.raw)
		}
		got := b.code(0, "/cgi-bin/freepublish/get", object{"publish_id": sub["publish_id"]})
		b.code(53601, "/cgi-bin/freepublish/delete", object{"article_id": got["article_id"], "index": 3})
		b.code(0, "/cgi-bin/freepublish/delete", object{"article_id": got["article_id"], "index": 2})
		list := b.p.Received()
		if len(list) != 2 || !list[0].Deleted.IsZero() || list[1].Deleted.IsZero() || list[1].Article.Idx != 2 {
			t.Errorf("%+v", list)
		}
	})
}

func TestClearedFaultsStrikeNoMore(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.tok = b.stable(false)
		b.p.Fault(Fault{Kind: AnswerCode, Code: 40001, Times: -1, Skip: 1, Path: "/cgi-bin/*"})
		b.p.PushFault(PushFault{Kind: LoseReply, Times: -1})
		b.code(0, "/cgi-bin/getcallbackip", nil)
		b.code(40001, "/cgi-bin/getcallbackip", nil)
		b.code(40001, "/cgi-bin/getcallbackip", nil)
		b.p.ClearFaults()
		b.code(0, "/cgi-bin/getcallbackip", nil)
		b.write("小林", "您好")
		if x := last(t, b.p.Pushes()); len(x.Deliveries) != 1 {
			t.Errorf("%+v", x)
		}
	})
}

func TestPhoneSendsPicturesAndVoices(t *testing.T) {
	p, srv := street(t)
	if err := p.About("小林", "大一新生"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ field, kind, file string }{
		{"picture", "image", string(onePixel())}, {"picture", "image", string(Screenshot())}, {"voice", "voice", "#!AMR\n\x3c\x91\x17"},
	} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile(c.field, "a.bin")
		if err != nil {
			t.Fatal(err)
		}
		part.Write([]byte(c.file))
		form.Close()
		req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+linPhone+"/"+c.field, &body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", form.FormDataContentType())
		res, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		b := last(t, p.Phone("小林"))
		if res.StatusCode != 200 || b.Kind != c.kind {
			t.Fatalf("%d %+v", res.StatusCode, b)
		}
		if code, got, _ := fetch(t, srv, "GET", "/phone/media/"+b.MediaID, nil); code != 200 || got != c.file {
			t.Errorf("the %s: %d", c.field, code)
		}
		if code, page, _ := fetch(t, srv, "GET", linPhone, nil); code != 200 || c.kind == "image" && !strings.Contains(page, "/phone/media/"+b.MediaID) {
			t.Errorf("the phone does not show the %s: %d", c.field, code)
		}
	}
	if code, page, _ := fetch(t, srv, "GET", "/", nil); code != 200 || !strings.Contains(page, "大一新生") {
		t.Errorf("the list of phones: %d", code)
	}
}
