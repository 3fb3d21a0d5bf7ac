package wechat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryKindOfMessageIsPushed(t *testing.T) {
	for _, c := range []struct {
		m    Message
		want []string // in the XML
	}{
		{Message{Text: "我被骗了"}, []string{"<MsgType><![CDATA[text]]>", "<Content><![CDATA[我被骗了]]>", "<MsgId>"}},
		{Message{Kind: "image"}, []string{"<PicUrl><![CDATA[http://mmbiz.qpic.cn/", "<MediaId>"}},
		{Message{Kind: "voice", Recognition: "转账"}, []string{"<Format><![CDATA[amr]]>", "<Recognition><![CDATA[转账]]>"}},
		{Message{Kind: "video"}, []string{"<ThumbMediaId>"}},
		{Message{Kind: "shortvideo"}, []string{"<ThumbMediaId>"}},
		{Message{Kind: "location", Latitude: 20.02, Longitude: 110.35, Label: "海口"}, []string{"<Location_X>20.020000<", "<Label><![CDATA[海口]]>"}},
		{Message{Kind: "link", Title: "刷单", URL: "http://x.example"}, []string{"<Url><![CDATA[http://x.example]]>"}},
		{Message{Kind: "hologram", Text: "新玩意"}, []string{"<MsgType><![CDATA[hologram]]>"}},
		{Message{Text: "看了通报", FromArticle: ArticleRef{"2247483652", 2}}, []string{"<MsgDataId>2247483652<", "<Idx>2<"}},
	} {
		inBubble(t, Options{}, func(t *testing.T, b *bundle) {
			id, err := b.p.Send("小林", c.m)
			b.must(err)
			b.settle()
			in := last(t, b.app.inbox())
			for _, want := range append(c.want, "<MsgId>"+id+"<", "<ToUserName><![CDATA[gh_") {
				if !strings.Contains(in.raw, want) {
					t.Errorf("%s lacks %s", in.raw, want)
				}
			}
		})
	}
}

func TestEveryKindOfEventIsPushed(t *testing.T) {
	for _, c := range []struct {
		name string
		deed func(p *Platform) error
		want []string
	}{
		{"unsubscribe", func(p *Platform) error { return p.Unfollow("小林") }, []string{"<Event><![CDATA[unsubscribe]]>"}},
		{"subscribe", func(p *Platform) error { return p.Follow("路人") }, []string{"<Event><![CDATA[subscribe]]>", "<EventKey><![CDATA[]]>"}},
		{"by code", func(p *Platform) error { return p.Scan("路人", "hall") }, []string{"<Event><![CDATA[subscribe]]>", "qrscene_hall", "<Ticket>"}},
		{"SCAN", func(p *Platform) error { return p.Scan("小林", "hall") }, []string{"<Event><![CDATA[SCAN]]>", "<![CDATA[hall]]>", "<Ticket>"}},
		{"CLICK", func(p *Platform) error { return p.Click("小林", "report") }, []string{"<Event><![CDATA[CLICK]]>", "<![CDATA[report]]>"}},
		{"VIEW", func(p *Platform) error { return p.View("小林", "http://x.example") }, []string{"<Event><![CDATA[VIEW]]>", "<MenuId>"}},
		{"LOCATION", func(p *Platform) error { return p.Locate("小林", 20, 110) }, []string{"<Latitude>20.000000<"}},
		{"consent", func(p *Platform) error { return p.Consent("小林", "T1", true) }, []string{"<SubscribeMsgPopupEvent><List>", "<![CDATA[accept]]>"}},
		{"another", func(p *Platform) error { return p.Happen("小林", "kf_create_session", "KfAccount", "duty@x") }, []string{"<KfAccount><![CDATA[duty@x]]>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, Options{}, func(t *testing.T, b *bundle) {
				_, err := b.p.AddPerson("路人")
				b.must(err)
				b.must(c.deed(b.p))
				b.settle()
				in := last(t, b.app.inbox())
				for _, want := range append(c.want, "<MsgType><![CDATA[event]]>") {
					if !strings.Contains(strings.ReplaceAll(in.raw, "\n", ""), want) {
						t.Errorf("%s lacks %s", in.raw, want)
					}
				}
				if strings.Contains(in.raw, "MsgId>") {
					t.Error("an event has a MsgId")
				}
			})
		})
	}
}

func TestJSONPushes(t *testing.T) {
	inBubble(t, Options{JSON: true, Mode: Plain}, func(t *testing.T, b *bundle) {
		var got object
		b.app.first(func(w http.ResponseWriter, r *http.Request) bool {
			raw, _ := io.ReadAll(r.Body)
			got = b.decode(raw)
			return true
		})
		id := b.write("小林", `引号"和<尖括号>`)
		if got["Content"] != `引号"和<尖括号>` || got["MsgId"] != json.Number(id) || got["FromUserName"] != b.lin {
			t.Errorf("%v", got)
		}
	})
}

func TestPicturesLastThreeDays(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		_, err := b.p.Send("小林", Message{Kind: "image", Data: []byte("\xff\xd8\xff\xe0 picture")})
		b.must(err)
		b.settle()
		id := last(t, b.app.inbox()).MediaId
		res, body, err := b.do("GET", b.withToken("/cgi-bin/media/get?media_id="+id), nil)
		b.must(err)
		if string(body) != "\xff\xd8\xff\xe0 picture" || res.Header.Get("Content-Type") != "image/jpeg" || !strings.Contains(res.Header.Get("Content-Disposition"), "photo.jpg") {
			t.Errorf("%q %v", body, res.Header)
		}
		_, err = b.p.Send("小林", Message{Kind: "video"})
		b.must(err)
		b.settle()
		if got := b.code(0, "/cgi-bin/media/get?media_id="+last(t, b.app.inbox()).MediaId, nil); got["video_url"] == nil {
			t.Errorf("%v", got)
		}
		pass(mediaLife)
		b.tok = ""
		b.code(40007, "/cgi-bin/media/get?media_id="+id, nil)
	})
}

func TestUploadLimits(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		jpg := []byte("\xff\xd8\xff\xe0")
		for _, c := range []struct {
			code       int
			path, name string
			data       []byte
		}{
			{0, "/cgi-bin/media/uploadimg", "a.png", png(0)},
			{40005, "/cgi-bin/media/uploadimg", "a.gif", []byte("GIF89a")},
			{40009, "/cgi-bin/media/uploadimg", "a.png", png(maxInline + 1)},
			{41005, "/cgi-bin/media/uploadimg", "a.png", nil},
			{40009, "/cgi-bin/material/add_material?type=image", "a.png", png(maxImage + 1)},
			{0, "/cgi-bin/material/add_material?type=thumb", "a.jpg", jpg},
			{40012, "/cgi-bin/material/add_material?type=thumb", "a.jpg", append(jpg, make([]byte, maxThumb)...)},
			{40005, "/cgi-bin/material/add_material?type=voice", "a.ogg", []byte("OggS")},
			{0, "/cgi-bin/material/add_material?type=video", "a.mp4", sampleBytes("video")},
			{40004, "/cgi-bin/material/add_material?type=poem", "a.txt", []byte("x")},
			{0, "/cgi-bin/media/upload?type=voice", "a.amr", sampleBytes("voice")},
		} {
			if got := fmt.Sprint(codeOf(b.upload(c.path, c.name, c.data))); got != fmt.Sprint(c.code) {
				t.Errorf("%s %s of %d bytes: got %s, want %d", c.path, c.name, len(c.data), got, c.code)
			}
		}
		list := b.code(0, "/cgi-bin/material/batchget_material", object{"type": "thumb", "offset": 0, "count": 20})
		id := list["item"].([]any)[0].(object)["media_id"]
		_, body, err := b.do("POST", b.withToken("/cgi-bin/material/get_material"), object{"media_id": id})
		b.must(err)
		if !bytes.Equal(body, jpg) {
			t.Errorf("%q", body)
		}
		b.code(0, "/cgi-bin/material/del_material", object{"media_id": id})
		b.code(40007, "/cgi-bin/material/get_material", object{"media_id": id})
	})
}

func TestUsersAndTags(t *testing.T) {
	inBubble(t, Options{UserPage: 2}, func(t *testing.T, b *bundle) {
		third := b.follower("老王")
		first := b.code(0, "/cgi-bin/user/get", nil)
		second := b.code(0, "/cgi-bin/user/get?next_openid="+first["next_openid"].(string), nil)
		if first["total"] != json.Number("3") || second["data"].(object)["openid"].([]any)[0] != third {
			t.Errorf("%v %v", first, second)
		}
		if end := b.code(0, "/cgi-bin/user/get?next_openid="+third, nil); end["count"] != json.Number("0") {
			t.Errorf("%v", end)
		}
		info := b.code(0, "/cgi-bin/user/info?openid="+third, nil)
		if info["subscribe"] != json.Number("1") || info["nickname"] != nil {
			t.Errorf("%v", info)
		}
		b.must(b.p.Unfollow("老王"))
		if info := b.code(0, "/cgi-bin/user/info?openid="+third, nil); info["subscribe"] != json.Number("0") || len(info) != 2 {
			t.Errorf("%v", info)
		}
		b.code(40003, "/cgi-bin/user/info?openid=o1", nil)
		tag := b.code(0, "/cgi-bin/tags/create", object{"tag": object{"name": "学生"}})["tag"].(object)["id"]
		b.code(45157, "/cgi-bin/tags/create", object{"tag": object{"name": "学生"}})
		b.code(0, "/cgi-bin/tags/members/batchtagging", object{"openid_list": []string{b.lin}, "tagid": tag})
		if got := b.code(0, "/cgi-bin/tags/getidlist", object{"openid": b.lin}); got["tagid_list"].([]any)[0] != tag {
			t.Errorf("%v", got)
		}
		b.code(0, "/cgi-bin/tags/members/batchblacklist", object{"openid_list": []string{b.anna}})
		b.settle() // the news that one has left
		heard := len(b.app.inbox())
		b.write("阿娜", "有人听见吗")
		if len(b.app.inbox()) != heard {
			t.Error("a blocked follower is heard")
		}
	})
}

func TestTemplateAndSubscriptionMessages(t *testing.T) {
	inBubble(t, Options{Kind: Service}, func(t *testing.T, b *bundle) {
		b.p.AddTemplate("T", false)
		b.p.AddTemplate("S", true)
		body := func(template string) object {
			return object{"touser": b.lin, "template_id": template, "data": object{"thing1": object{"value": "回执 YC-1"}}}
		}
		b.code(40037, "/cgi-bin/message/template/send", body("S"))
		b.code(0, "/cgi-bin/message/template/send", body("T"))
		b.settle()
		if in := last(t, b.app.inbox()); in.Event != "TEMPLATESENDJOBFINISH" || in.Status != "success" {
			t.Errorf("heard %s", in.raw)
		}
		b.code(43101, "/cgi-bin/message/subscribe/bizsend", body("S"))
		b.must(b.p.Consent("小林", "S", true))
		b.code(0, "/cgi-bin/message/subscribe/bizsend", body("S"))
		b.code(43101, "/cgi-bin/message/subscribe/bizsend", body("S"))
		if got := texts(b.p.ReceivedBy("小林")); !slices.Equal(got, []string{"thing1：回执 YC-1", "thing1：回执 YC-1"}) {
			t.Errorf("received %q", got)
		}
	})
}

func TestMenuAndAutoReplies(t *testing.T) {
	inBubble(t, Options{CallbackURL: "none"}, func(t *testing.T, b *bundle) {
		b.p.SetAutoReply(AutoReply{OnFollow: "欢迎", Default: "稍后答复", Keywords: []Keyword{{"诈骗", "骗", "请拨 96110"}}})
		b.write("小林", "被骗了")
		b.write("小林", "您好")
		phone := b.p.Phone("小林")
		if len(phone) != 4 || phone[1].Text != "请拨 96110" || phone[3].Text != "稍后答复" || len(b.p.Pushes()) != 0 {
			t.Errorf("the phone shows %+v", phone)
		}
		if got := b.code(0, "/cgi-bin/get_current_autoreply_info", nil); got["add_friend_autoreply_info"].(object)["content"] != "欢迎" {
			t.Errorf("%v", got)
		}
		b.code(46003, "/cgi-bin/menu/get", nil)
		b.must(b.p.ConsoleMenu(`[{"type":"view","name":"官网","url":"http://x.example"}]`))
		if got := b.code(0, "/cgi-bin/get_current_selfmenu_info", nil); got["is_menu_open"] != json.Number("1") {
			t.Errorf("%v", got)
		}
		b.code(40017, "/cgi-bin/menu/create", object{"button": []object{}})
		b.code(40018, "/cgi-bin/menu/create", object{"button": []object{{"type": "click", "name": "名字太长太长了", "key": "k"}}})
		b.code(40019, "/cgi-bin/menu/create", object{"button": []object{{"type": "click", "name": "举报"}}})
		b.code(0, "/cgi-bin/menu/create", object{"button": []object{{"type": "click", "name": "我要举报", "key": "report"}}})
		b.code(0, "/cgi-bin/menu/get", nil)
		b.code(0, "/cgi-bin/menu/delete", nil)
	})
}

func TestChatRecordsShowWhatStaffWrote(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.must(b.p.StaffReply("小林", "您好"))
		now := time.Now().Unix()
		got := b.code(0, "/customservice/msgrecord/getmsglist", object{"starttime": now - 60, "endtime": now, "msgid": 0, "number": 100})
		if list := got["recordlist"].([]any); len(list) != 1 || list[0].(object)["openid"] != b.lin || list[0].(object)["opercode"] != json.Number("2002") {
			t.Errorf("%v", got)
		}
		b.code(65416, "/customservice/msgrecord/getmsglist", object{"starttime": now, "endtime": now - 1, "number": 1})
		b.code(65417, "/customservice/msgrecord/getmsglist", object{"starttime": now, "endtime": now + 2*86400, "number": 1})
	})
}
