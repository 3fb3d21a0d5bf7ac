package wechat

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

func png(n int) []byte { return append(onePixel(), make([]byte, max(0, n-len(onePixel())))...) }

// cover uploads a permanent picture.
func (b *bundle) cover() string {
	b.t.Helper()
	return b.upload("/cgi-bin/material/add_material?type=image", "封面.png", png(0))["media_id"].(string)
}

func (b *bundle) article(title, content string) object {
	return object{"title": title, "author": "海口网警", "content": content, "thumb_media_id": b.cover(), "need_open_comment": 1}
}

// draft adds a draft with one article.
func (b *bundle) draft(title, content string) string {
	b.t.Helper()
	return b.code(0, "/cgi-bin/draft/add", object{"articles": []object{b.article(title, content)}})["media_id"].(string)
}

func TestPublishingEndsLater(t *testing.T) {
	for name, o := range map[string]Options{"numbers": {}, "texts": {TextIDs: true}} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, o, func(t *testing.T, b *bundle) {
				id := b.draft("防骗提醒", "<p>不要转账</p>")
				sub := b.code(0, "/cgi-bin/freepublish/submit", object{"media_id": id})
				if _, text := sub["publish_id"].(string); text != o.TextIDs {
					t.Errorf("publish_id is %T", sub["publish_id"])
				}
				if got := b.code(0, "/cgi-bin/freepublish/get", object{"publish_id": sub["publish_id"]}); got["publish_status"] != json.Number("1") || got["article_id"] != nil {
					t.Errorf("at first %v", got)
				}
				b.settle()
				got := b.code(0, "/cgi-bin/freepublish/get", object{"publish_id": sub["publish_id"]})
				url := got["article_detail"].(object)["item"].([]any)[0].(object)["article_url"].(string)
				mid := sub["msg_data_id"].(json.Number).String()
				if got["publish_status"] != json.Number("0") || !strings.Contains(url, "mid="+mid) {
					t.Errorf("in the end %v", got)
				}
				b.code(40007, "/cgi-bin/draft/get", object{"media_id": id})
				in := last(t, b.app.inbox())
				if in.Event != "PUBLISHJOBFINISH" || !strings.Contains(in.raw, "<article_id><![CDATA["+got["article_id"].(string)+"]]>") {
					t.Errorf("heard %s", in.raw)
				}
				r := last(t, b.p.Received())
				if r.Via != ViaPublish || len(r.To) != 0 || r.Title != "防骗提醒" || r.Article != (ArticleRef{mid, 1}) || len(b.p.Phone("小林")) != 0 {
					t.Errorf("received %+v", r)
				}
				list := b.code(0, "/cgi-bin/freepublish/batchget", object{"offset": 0, "count": 20, "no_content": true})
				if item := list["item"].([]any)[0].(object); item["article_id"] != got["article_id"] || strings.Contains(string(encodeJSON(item)), "msg_data_id") {
					t.Errorf("list %v", list)
				}
				b.code(0, "/cgi-bin/freepublish/delete", object{"article_id": got["article_id"]})
				if got := b.code(0, "/cgi-bin/freepublish/get", object{"publish_id": sub["publish_id"]}); got["publish_status"] != json.Number("5") {
					t.Errorf("deleted: %v", got)
				}
				b.code(53600, "/cgi-bin/freepublish/getarticle", object{"article_id": "gone"})
				b.code(40059, "/cgi-bin/freepublish/get", object{"publish_id": 1})
			})
		})
	}
}

func TestContentCheckRefusesAPublication(t *testing.T) {
	inBubble(t, Options{Review: []Objection{{Contains: "刷单"}, {Contains: "违禁", AtOnce: true}}}, func(t *testing.T, b *bundle) {
		b.code(53503, "/cgi-bin/freepublish/submit", object{"media_id": b.draft("违禁", "x")})
		id := b.draft("警惕刷单", "刷单就是诈骗")
		sub := b.code(0, "/cgi-bin/freepublish/submit", object{"media_id": id})
		b.settle()
		got := b.code(0, "/cgi-bin/freepublish/get", object{"publish_id": sub["publish_id"]})
		if got["publish_status"] != json.Number("4") || got["fail_idx"].([]any)[0] != json.Number("1") || got["article_id"] != nil {
			t.Errorf("%v", got)
		}
		b.code(0, "/cgi-bin/draft/get", object{"media_id": id})
		if len(b.p.Received()) != 0 {
			t.Error("it came out nevertheless")
		}
	})
}

func TestDraftLimits(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		for _, c := range []struct {
			code  int
			field string
			value any
		}{
			{44003, "title", ""},
			{45003, "title", strings.Repeat("题", 33)},
			{45110, "author", strings.Repeat("名", 17)},
			{45004, "digest", strings.Repeat("摘", 129)},
			{44004, "content", ""},
			{45002, "content", strings.Repeat("文", 20_000)},
			{45005, "content_source_url", "http://x/" + strings.Repeat("u", 1<<10)},
			{40007, "thumb_media_id", "gone"},
			{0, "title", strings.Repeat("题", 32)},
		} {
			a := b.article("通报", "正文")
			a[c.field] = c.value
			b.code(c.code, "/cgi-bin/draft/add", object{"articles": []object{a}})
		}
		temporary := b.upload("/cgi-bin/media/upload?type=image", "封面.png", png(0))["media_id"]
		a := b.article("通报", "正文")
		a["thumb_media_id"] = temporary
		b.code(40007, "/cgi-bin/draft/add", object{"articles": []object{a}})
		b.code(45008, "/cgi-bin/draft/add", object{"articles": []object{}})
		b.code(40033, "/cgi-bin/draft/add", `{"articles":[{"title":"\u901a\u62a5"}]}`)
		b.code(40033, "/cgi-bin/draft/add", `{"articles":[{"title":"x","content":"\u003cp>"}]}`)
	})
}

func TestDraftsKeepOnlyWhatReadersMayHave(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		own := b.upload("/cgi-bin/media/uploadimg", "图.png", png(0))["url"].(string)
		id := b.draft("通报", `<p onclick="x()">甲</p><script>bad()</script><img src="https://evil.example/a.png"><img src="`+own+`"><a href="javascript:x">乙</a>`)
		got := b.p.Drafts()[0].Articles[0].Content
		if want := `<p>甲</p><img src="` + own + `"><a>乙</a>`; got != want {
			t.Errorf("content %s\nwant %s", got, want)
		}
		if d := b.p.Drafts()[0].Articles[0].Digest; d != "甲乙" {
			t.Errorf("digest %q", d)
		}
		update := b.article("改过", "新")
		b.code(0, "/cgi-bin/draft/update", object{"media_id": id, "index": 0, "articles": update})
		b.code(40114, "/cgi-bin/draft/update", object{"media_id": id, "index": 1, "articles": update})
		if n := b.code(0, "/cgi-bin/draft/count", nil)["total_count"]; n != json.Number("1") || b.p.Drafts()[0].Title != "改过" {
			t.Errorf("count %v", n)
		}
		list := b.code(0, "/cgi-bin/draft/batchget", object{"offset": 0, "count": 20, "no_content": 0})
		if item := list["item"].([]any)[0].(object); item["media_id"] != id {
			t.Errorf("list %v", list)
		}
		b.code(40097, "/cgi-bin/draft/batchget", object{"offset": 0, "count": 21})
		b.code(0, "/cgi-bin/draft/delete", object{"media_id": id})
		b.code(40007, "/cgi-bin/draft/delete", object{"media_id": id})
	})
}

func (b *bundle) massAll(draft, key string) object {
	b.t.Helper()
	return b.call("/cgi-bin/message/mass/sendall", massBody(draft, key))
}

func massBody(draft, key string) object {
	o := object{"filter": object{"is_to_all": true}, "msgtype": "mpnews", "mpnews": object{"media_id": draft}}
	if key != "" {
		o["clientmsgid"] = key
	}
	return o
}

const massAllPath = "/cgi-bin/message/mass/sendall"

func TestMassSendReachesFollowers(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.must(b.p.Unfollow("阿娜"))
		sent := b.code(0, massAllPath, massBody(b.draft("通报", "正文"), "YC-1"))
		if got := b.code(0, "/cgi-bin/message/mass/get", object{"msg_id": sent["msg_id"].(json.Number).String()}); got["msg_status"] != "SENDING" || got["errcode"] != nil {
			t.Errorf("at first %v", got)
		}
		b.settle()
		if got := b.code(0, "/cgi-bin/message/mass/get", object{"msg_id": sent["msg_id"]}); got["msg_status"] != "SEND_SUCCESS" {
			t.Errorf("in the end %v", got)
		}
		in := last(t, b.app.inbox())
		if in.Event != "MASSSENDJOBFINISH" || in.Status != "send success" || in.MsgID != sent["msg_id"].(json.Number).String() || in.TotalCount != "1" {
			t.Errorf("heard %s", in.raw)
		}
		r := last(t, b.p.Received())
		if r.Via != ViaMass || !slices.Equal(r.To, []string{"小林"}) || r.MsgID != in.MsgID || r.Article.MsgDataID != sent["msg_data_id"].(json.Number).String() {
			t.Errorf("received %+v", r)
		}
		b.code(0, "/cgi-bin/message/mass/delete", object{"msg_id": sent["msg_id"], "article_idx": 0})
		if b.p.Received()[0].Deleted.IsZero() {
			t.Error("it was not deleted")
		}
		b.code(40059, "/cgi-bin/message/mass/get", object{"msg_id": "1"})
	})
}

func TestTheEndOfAMassSendAsJSONAndWithoutAddresses(t *testing.T) {
	for _, o := range []Options{{JSON: true, Mode: Plain}, {JSON: true, Mode: Plain, NoArticleURLs: true}} {
		inBubble(t, o, func(t *testing.T, b *bundle) {
			var got object
			b.app.first(func(_ http.ResponseWriter, r *http.Request) bool {
				raw, _ := io.ReadAll(r.Body)
				got = b.decode(raw)
				return true
			})
			b.code(0, massAllPath, massBody(b.draft("通报", "正文"), ""))
			b.settle()
			list := got["ArticleUrlResult"].(object)["ResultList"].(object)["item"]
			items, _ := list.([]any)
			if len(items) != count(!o.NoArticleURLs) || got["Status"] != "send success" {
				t.Errorf("%v", got)
			}
		})
	}
}

func TestClientMsgIDIsRememberedForADay(t *testing.T) {
	inBubble(t, Options{Kind: Service}, func(t *testing.T, b *bundle) {
		id := b.draft("通报", "正文")
		first := b.code(0, massAllPath, massBody(id, "YC-1"))
		again := b.code(45065, massAllPath, massBody(id, "YC-1"))
		if again["msg_id"] != first["msg_id"] {
			t.Errorf("again %v, first %v", again, first)
		}
		b.code(45066, massAllPath, massBody(id, "YC-1"))
		pass(massApart)
		b.code(45067, massAllPath, massBody(b.draft("又", "x"), strings.Repeat("k", 65)))
		b.code(45065, massAllPath, massBody(b.draft("又", "x"), "YC-1"))
		pass(massMemory)
		b.tok = ""
		b.code(0, massAllPath, massBody(b.draft("次日", "x"), "YC-1"))
	})
}

func TestWithoutAClientMsgIDTheContentIsRemembered(t *testing.T) {
	inBubble(t, Options{Kind: Service}, func(t *testing.T, b *bundle) {
		id := b.draft("通报", "正文")
		b.code(0, massAllPath, massBody(id, ""))
		b.code(45065, massAllPath, massBody(id, ""))
		b.code(45028, massAllPath, massBody(b.draft("另一份", "x"), ""))
	})
}

func TestMassQuotas(t *testing.T) {
	for kind, most := range map[Kind]int{Subscription: 30, Service: 4} {
		t.Run(string(kind), func(t *testing.T) {
			at := time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC)
			inBubble(t, Options{Kind: kind, Now: func() time.Time { return at }, MassDelay: -1}, func(t *testing.T, b *bundle) {
				sent := 0
				for ; month(at) == "2026-11"; at = at.Add(24 * time.Hour) {
					b.tok = ""
					switch codeOf(b.massAll(b.draft(day(at), "正文"), "")) {
					case json.Number("0"):
						sent++
					case json.Number("45028"):
					default:
						t.Fatal("another refusal")
					}
					b.settle()
					b.code(45028, massAllPath, massBody(b.draft("当日第二次", "正文"), ""))
				}
				if sent != most || len(b.p.ReceivedBy("小林")) != most {
					t.Errorf("%d sends in a month, want %d", sent, most)
				}
				b.tok = ""
				b.code(0, massAllPath, massBody(b.draft("下个月", "正文"), ""))
			})
		})
	}
}

func TestTaggedSendsPassOverWhoHadFour(t *testing.T) {
	inBubble(t, Options{Kind: Service}, func(t *testing.T, b *bundle) {
		tag := b.code(0, "/cgi-bin/tags/create", object{"tag": object{"name": "学生"}})["tag"].(object)["id"]
		b.code(0, "/cgi-bin/tags/members/batchtagging", object{"openid_list": []string{b.lin}, "tagid": tag})
		for range 5 {
			b.code(0, massAllPath, object{"filter": object{"is_to_all": false, "tag_id": tag}, "msgtype": "text", "text": object{"content": time.Now().String()}})
			b.settle()
			pass(time.Minute)
		}
		in := last(t, b.app.inbox())
		if in.TotalCount != "1" || in.FilterCount != "0" || len(b.p.ReceivedBy("小林")) != 4 || len(b.p.ReceivedBy("阿娜")) != 0 {
			t.Errorf("heard %s", in.raw)
		}
		b.code(40152, massAllPath, object{"filter": object{"tag_id": 7}, "msgtype": "text", "text": object{"content": "x"}})
	})
}

func TestMassSendRefusedByTheContentCheck(t *testing.T) {
	inBubble(t, Options{Review: []Objection{{Contains: "刷单", Status: 20008}}}, func(t *testing.T, b *bundle) {
		sent := b.code(0, massAllPath, massBody(b.draft("警惕刷单", "正文"), "a"))
		b.settle()
		if in := last(t, b.app.inbox()); in.Status != "err(20008)" || in.FilterCount != "0" {
			t.Errorf("heard %s", in.raw)
		}
		if got := b.code(0, "/cgi-bin/message/mass/get", object{"msg_id": sent["msg_id"]}); got["msg_status"] != "SEND_FAIL" || len(b.p.Received()) != 0 {
			t.Errorf("%v", got)
		}
		b.code(0, massAllPath, massBody(b.draft("改好了", "正文"), "b")) // what failed does not count
	})
}

func TestAnAdministratorConfirms(t *testing.T) {
	inBubble(t, Options{MassProtection: true, Kind: Service}, func(t *testing.T, b *bundle) {
		sent := b.code(0, massAllPath, massBody(b.draft("通报", "正文"), ""))
		b.settle()
		pass(massConfirm - time.Second)
		if got := b.code(0, "/cgi-bin/message/mass/get", object{"msg_id": sent["msg_id"]}); got["msg_status"] != "SENDING" {
			t.Errorf("%v", got)
		}
		pass(2 * time.Second)
		if in := last(t, b.app.inbox()); in.Status != "send fail" {
			t.Errorf("heard %s", in.raw)
		}
		b.code(0, massAllPath, massBody(b.draft("又", "正文"), ""))
		b.must(b.p.ConfirmMass(b.p.AwaitingAdmin()[0], true))
		b.settle()
		if in := last(t, b.app.inbox()); in.Status != "send success" || len(b.p.Received()) != 1 {
			t.Errorf("heard %s", in.raw)
		}
	})
}

func TestPreviewGoesToOnePerson(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		id := b.draft("通报", "正文")
		b.code(40003, "/cgi-bin/message/mass/preview", object{"msgtype": "mpnews", "mpnews": object{"media_id": id}})
		b.code(0, "/cgi-bin/message/mass/preview", object{"towxname": "阿娜", "msgtype": "mpnews", "mpnews": object{"media_id": id}})
		r := last(t, b.p.Received())
		if r.Via != ViaPreview || !slices.Equal(r.To, []string{"阿娜"}) || len(b.p.Phone("小林")) != 0 || len(b.p.Drafts()) != 1 {
			t.Errorf("received %+v", r)
		}
	})
}

func TestStaffWorkByHand(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		id := b.draft("自动起草", "正文")
		b.must(b.p.StaffEdit(id, 0, func(a *Article) { a.Title = "民警改过" }))
		article, _, err := b.p.StaffPublish(id)
		b.must(err)
		b.settle()
		if n := len(b.app.inbox()); n != 0 {
			t.Errorf("the console's publication pushed %d events", n)
		}
		got := b.code(0, "/cgi-bin/freepublish/getarticle", object{"article_id": article})
		if got["news_item"].([]any)[0].(object)["title"] != "民警改过" {
			t.Errorf("%v", got)
		}
		own, err := b.p.StaffDraft(Article{Title: "手工", Content: "正文", ThumbMediaID: b.p.StaffCover()})
		b.must(err)
		_, err = b.p.StaffMass(own)
		b.must(err)
		b.settle()
		if in := last(t, b.app.inbox()); in.Event != "MASSSENDJOBFINISH" || !strings.Contains(in.raw, "<ArticleIdx>1<") {
			t.Errorf("heard %s", in.raw)
		}
		b.code(45028, massAllPath, massBody(b.draft("今天已经发过", "正文"), ""))
		if d, issues := b.p.Duplicates(), b.p.Issues(); len(d) != 0 || len(issues) != 2 || issues[1].ArticleID != "" {
			t.Errorf("duplicates %v, issues %+v", d, issues)
		}
	})
}

func TestComments(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		sent := b.code(0, massAllPath, massBody(b.draft("通报", "正文"), ""))
		b.settle()
		mid := sent["msg_data_id"]
		ref := ArticleRef{mid.(json.Number).String(), 1}
		for range 3 {
			_, err := b.p.Comment("小林", ref, "有人加我微信让我转账")
			b.must(err)
		}
		_, err := b.p.Comment("", ref, "匿名")
		b.must(err)
		list := func(begin, count int) object {
			return object{"msg_data_id": mid, "index": 0, "begin": begin, "count": count, "type": 0}
		}
		got := b.code(0, "/cgi-bin/comment/list", list(0, 49))
		all := got["comment"].([]any)
		if got["total"] != json.Number("4") || all[0].(object)["openid"] != b.lin || all[3].(object)["openid"] != nil {
			t.Errorf("%v", got)
		}
		b.code(88010, "/cgi-bin/comment/list", list(0, 50))
		b.code(88001, "/cgi-bin/comment/list", object{"msg_data_id": 1, "count": 10})
		reply := func(id int, text string) object {
			return object{"msg_data_id": mid, "user_comment_id": id, "content": text}
		}
		b.code(0, "/cgi-bin/comment/reply/add", reply(1, "请拨打 96110"))
		b.code(88005, "/cgi-bin/comment/reply/add", reply(1, "再答一次"))
		b.code(88007, "/cgi-bin/comment/reply/add", reply(2, ""))
		b.code(88008, "/cgi-bin/comment/reply/add", reply(9, "x"))
		b.must(b.p.Uncomment("小林", ref, 2))
		b.code(88004, "/cgi-bin/comment/reply/add", reply(2, "x"))
		b.code(88009, "/cgi-bin/comment/reply/delete", reply(3, ""))
		b.code(0, "/cgi-bin/comment/markelect", reply(3, ""))
		elected := list(0, 10)
		elected["type"] = 2
		if got := b.code(0, "/cgi-bin/comment/list", elected); got["total"] != json.Number("1") {
			t.Errorf("elected %v", got)
		}
		if r := last(t, b.p.Received()); r.Via != ViaComment || r.Text != "请拨打 96110" || r.Article != ref {
			t.Errorf("received %+v", r)
		}
		b.code(0, "/cgi-bin/comment/reply/add", reply(3, "请拨打 96110"))
		if d := b.p.Duplicates(); len(d) != 0 {
			t.Errorf("an answer under another comment is a duplicate: %+v", d)
		}
		b.code(0, "/cgi-bin/comment/close", reply(0, ""))
		if _, err := b.p.Comment("小林", ref, "x"); err == nil {
			t.Error("a closed article takes comments")
		}
	})
}

func TestStatisticsOfYesterday(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		sent := b.code(0, massAllPath, massBody(b.draft("通报", "正文"), ""))
		b.settle()
		mid := sent["msg_data_id"].(json.Number).String()
		ref := ArticleRef{mid, 1}
		b.must(b.p.ReadArticle("小林", ref))
		b.must(b.p.ReadArticle("小林", ref))
		b.must(b.p.ShareArticle("阿娜", ref))
		today := day(time.Now())
		span := func(from, to string) object { return object{"begin_date": from, "end_date": to} }
		b.code(61501, "/datacube/getarticleread", span(today, today))
		pass(24 * time.Hour)
		b.tok = ""
		b.code(61500, "/datacube/getarticleread", span("yesterday", today))
		read := b.code(0, "/datacube/getarticleread", span(today, today))["list"].([]any)[0].(object)
		if read["msgid"] != mid+"_1" || read["detail"].(object)["read_user"] != json.Number("1") {
			t.Errorf("%v", read)
		}
		total := b.code(0, "/datacube/getarticletotaldetail", span(today, today))["list"].([]any)[0].(object)
		if days := total["detail_list"].([]any); len(days) != 1 || days[0].(object)["share_user"] != json.Number("1") || total["publish_type"] != json.Number("0") {
			t.Errorf("%v", total)
		}
		sum := b.code(0, "/datacube/getbizsummary", span(today, today))["list"].([]any)[0].(object)
		if sum["read_user"] != json.Number("1") || sum["share_user"] != json.Number("1") {
			t.Errorf("%v", sum)
		}
		b.code(48001, "/datacube/getarticlesummary", span(today, today))
	})
}
