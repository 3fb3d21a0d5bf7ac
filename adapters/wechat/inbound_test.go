package wechat

import (
	"encoding/xml"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
)

// document wraps elements the way the platform does.
func document(elements string) string {
	return "<xml><ToUserName><![CDATA[gh_1]]></ToUserName>\n<FromUserName><![CDATA[oPerson]]></FromUserName>\n<CreateTime>1714112445</CreateTime>\n" + elements + "\n</xml>"
}

func leaf(name, value string) string { return "<" + name + "><![CDATA[" + value + "]]></" + name + ">" }

func elements(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString(leaf(pairs[i], pairs[i+1]) + "\n")
	}
	return b.String()
}

func digestForTest(parts ...string) string { return fmt.Sprint(len(parts)) }

func TestInbound(t *testing.T) {
	media := func(id, mime, url string) []adapters.Media {
		return []adapters.Media{{Ref: adapters.Ref(id), Type: mime, URL: url, Until: time.Unix(1714112445, 0).UTC().Add(72 * time.Hour)}}
	}
	event := func(name string, more ...string) string {
		return elements(append([]string{"MsgType", "event", "Event", name}, more...)...)
	}
	for _, c := range []struct {
		name, doc string
		want      adapters.Inbound
		mute      bool // not to be answered in place
	}{
		{"text", elements("MsgType", "text", "Content", "我被骗了", "MsgId", "77"), adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Text: "我被骗了"}, false},
		{"text from an article", elements("MsgType", "text", "Content", "是真的吗", "MsgId", "77", "MsgDataId", "2247", "Idx", "2"),
			adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Text: "是真的吗", Parent: "data:2247:1"}, false},
		{"a menu message's option", elements("MsgType", "text", "Content", "满意", "MsgId", "77", "bizmsgmenuid", "101"),
			adapters.Inbound{Kind: adapters.KindMenu, Key: "77.1", Ref: "77", Text: "满意", Choice: "101"}, false},
		{"image", elements("MsgType", "image", "PicUrl", "http://p/1", "MediaId", "m1", "MsgId", "77"), adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Media: media("m1", "image/jpeg", "http://p/1")}, false},
		{"voice with recognition", elements("MsgType", "voice", "MediaId", "m1", "Format", "speex", "Recognition", "有人骗我", "MsgId", "77"),
			adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Text: "有人骗我", Media: media("m1", "audio/speex", "")}, false},
		{"voice", elements("MsgType", "voice", "MediaId", "m1", "Format", "amr", "MsgId", "77"), adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Media: media("m1", "audio/amr", "")}, false},
		{"video", elements("MsgType", "video", "MediaId", "m1", "ThumbMediaId", "t", "MsgId", "77"), adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Media: media("m1", "video/mp4", "")}, false},
		{"short video", elements("MsgType", "shortvideo", "MediaId", "m1", "ThumbMediaId", "t", "MsgId", "77"), adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Media: media("m1", "video/mp4", "")}, false},
		{"location", elements("MsgType", "location", "Location_X", "20.0", "Location_Y", "110.3", "Scale", "20", "Label", "海口", "MsgId", "77"),
			adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Text: "海口\n20.0,110.3"}, false},
		{"link", elements("MsgType", "link", "Title", "内部消息", "Description", "稳赚", "Url", "http://x.example", "MsgId", "77"),
			adapters.Inbound{Kind: adapters.KindMessage, Key: "77.1", Ref: "77", Text: "内部消息\n稳赚\nhttp://x.example", URL: "http://x.example"}, false},
		{"a kind nobody knows", elements("MsgType", "hologram", "MsgId", "77"), adapters.Inbound{Kind: adapters.KindOther, Key: "77.1", Ref: "77", Detail: "hologram"}, false},
		{"a message without an id", elements("MsgType", "text", "Content", "x"), adapters.Inbound{Kind: adapters.KindMessage, Key: "1714112445.text.2", Ref: "1714112445.text.2", Text: "x"}, false},

		{"follow", event("subscribe"), adapters.Inbound{Kind: adapters.KindFollow, Key: "1714112445.subscribe.5", Detail: "subscribe"}, false},
		{"follow by a code", event("subscribe", "EventKey", "qrscene_bus12", "Ticket", "T"), adapters.Inbound{Kind: adapters.KindFollow, Key: "1714112445.subscribe.5", Detail: "subscribe", Text: "bus12"}, false},
		{"unfollow", event("unsubscribe"), adapters.Inbound{Kind: adapters.KindUnfollow, Key: "1714112445.unsubscribe.5", Detail: "unsubscribe"}, true},
		{"scan", event("SCAN", "EventKey", "bus12", "Ticket", "T"), adapters.Inbound{Kind: adapters.KindScan, Key: "1714112445.SCAN.5", Detail: "SCAN", Text: "bus12"}, false},
		{"menu", event("CLICK", "EventKey", "report"), adapters.Inbound{Kind: adapters.KindMenu, Key: "1714112445.CLICK.5", Detail: "CLICK", Choice: "report"}, false},
		{"menu with a link", event("VIEW", "EventKey", "http://x.example", "MenuId", "1"), adapters.Inbound{Kind: adapters.KindOther, Key: "1714112445.VIEW.5", Detail: "VIEW", URL: "http://x.example"}, false},
		{"where somebody is", event("LOCATION", "Latitude", "20.0", "Longitude", "110.3", "Precision", "9"), adapters.Inbound{Kind: adapters.KindOther, Key: "1714112445.LOCATION.5", Detail: "LOCATION", Text: "20.0,110.3"}, false},
		{"mass send went well", event("MASSSENDJOBFINISH", "MsgID", "1001", "Status", "send success"),
			adapters.Inbound{Kind: adapters.KindOutcome, Key: "1714112445.MASSSENDJOBFINISH.5", Ref: "mass:1001", Detail: "MASSSENDJOBFINISH send success", Spent: adapters.Public}, true},
		{"publishing refused", event("PUBLISHJOBFINISH") + "<PublishEventInfo>" + leaf("publish_id", "22") + leaf("publish_status", "4") + "</PublishEventInfo>",
			adapters.Inbound{Kind: adapters.KindOutcome, Key: "1714112445.PUBLISHJOBFINISH.5", Ref: "publish:22", Detail: "PUBLISHJOBFINISH 4", Text: "publish_status 4，平台审核未通过"}, true},
		{"mass send ended", event("MASSSENDJOBFINISH", "MsgID", "1000", "Status", "err(20008)") + "<ArticleUrlResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>" + leaf("ArticleUrl", "http://mp/1") + "</item></ResultList></ArticleUrlResult>",
			adapters.Inbound{Kind: adapters.KindOutcome, Key: "1714112445.MASSSENDJOBFINISH.5", Ref: "mass:1000", Detail: "MASSSENDJOBFINISH err(20008)", URL: "http://mp/1", Text: "err(20008)，涉嫌欺诈。引用骗术的提示可能被误判：可到后台申诉，或改写后重新提交"}, true},
		{"publishing ended", event("PUBLISHJOBFINISH") + "<PublishEventInfo><publish_id>22</publish_id><publish_status>0</publish_status>" + leaf("article_id", "ART1") + "<article_detail><count>1</count><item><idx>1</idx>" + leaf("article_url", "http://mp/1") + "</item></article_detail></PublishEventInfo>",
			adapters.Inbound{Kind: adapters.KindOutcome, Key: "1714112445.PUBLISHJOBFINISH.5", Ref: "publish:22", Detail: "PUBLISHJOBFINISH 0 ART1", URL: "http://mp/1"}, true},
		{"template message ended", event("TEMPLATESENDJOBFINISH", "MsgID", "5", "Status", "failed:user block"), adapters.Inbound{Kind: adapters.KindOutcome, Key: "1714112445.TEMPLATESENDJOBFINISH.5", Ref: "template:5", Detail: "TEMPLATESENDJOBFINISH failed:user block"}, true},
		{"subscription pop-up", event("subscribe_msg_popup_event") + "<SubscribeMsgPopupEvent><List>" + elements("TemplateId", "T1", "SubscribeStatusString", "reject", "PopupScene", "1") + "</List></SubscribeMsgPopupEvent>",
			adapters.Inbound{Kind: adapters.KindOther, Key: "1714112445.subscribe_msg_popup_event.5", Detail: "subscribe_msg_popup_event", Text: "reject"}, false},
		{"an event nobody knows", event("hologram_on", "EventKey", "k"), adapters.Inbound{Kind: adapters.KindOther, Key: "1714112445.hologram_on.5", Detail: "hologram_on", Text: "k"}, false},
	} {
		p, err := readPush([]byte(document(c.doc)))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		c.want.From.ID, c.want.At = "oPerson", time.Unix(1714112445, 0).UTC()
		if c.want.Ref == "" {
			c.want.Ref = adapters.Ref(c.want.Key)
		}
		got := p.inbound(digestForTest)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
		if p.replyable(got.Kind) == c.mute {
			t.Errorf("%s: replyable is %v", c.name, !c.mute)
		}
	}
}

// What tells two events apart must tell their keys apart; what is delivered again must not.
func TestInbound_Keys(t *testing.T) {
	r := exampleReceiver(t, modeSafe, nil)
	key := func(doc string) string {
		p, err := readPush([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		return p.inbound(r.digest).Key
	}
	click := document(elements("MsgType", "event", "Event", "CLICK", "EventKey", "report"))
	seen := map[string]string{}
	for name, doc := range map[string]string{
		"click": click, "another entry": strings.Replace(click, "report", "ask", 1), "another person": strings.Replace(click, "oPerson", "oOther", 1),
		"another second": strings.Replace(click, "1714112445", "1714112446", 1), "another event": strings.Replace(click, "CLICK", "SCAN", 1),
		"message": textPush("x"), "the same id from another": strings.Replace(textPush("x"), "oPerson", "oOther", 1),
	} {
		k := key(doc)
		if k != key(doc) || strings.Contains(k, "oPerson") {
			t.Errorf("%s: key %q", name, k)
		}
		if other, twice := seen[k]; twice {
			t.Errorf("%s and %s have the key %q", name, other, k)
		}
		seen[k] = name
	}
	if k := key(textPush("x")); !strings.HasPrefix(k, "23456789012345678.") {
		t.Errorf("a message's key begins with its id, not %q", k)
	}
	if k := key(click); !strings.HasPrefix(k, "1714112445.CLICK.") {
		t.Errorf("an event's key begins with its time, not %q", k)
	}
	rotated := exampleReceiver(t, modeSafe, map[string]adapters.Secret{"token": "another-token"})
	p, _ := readPush([]byte(textPush("x")))
	if p.inbound(rotated.digest).Key == key(textPush("x")) {
		t.Error("the sender's part of a key must depend on the token: else anybody could compute it")
	}
}

func TestReadPush_JSONSaysTheSame(t *testing.T) {
	asXML, err := readPush([]byte(document(elements("MsgType", "event", "Event", "PUBLISHJOBFINISH") + "<PublishEventInfo><publish_id>22</publish_id><article_detail><item><article_url>http://mp/1</article_url></item></article_detail></PublishEventInfo>")))
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := readPush([]byte(` {"ToUserName":"gh_1","FromUserName":"oPerson","CreateTime":1714112445,"MsgType":"event","Event":"PUBLISHJOBFINISH","Odd":[true,null,{}],"PublishEventInfo":{"publish_id":22,"article_detail":{"item":[{"article_url":"http://mp/1"}]}}}`))
	if err != nil || !asJSON.json {
		t.Fatal(err)
	}
	asJSON.json = false
	if !reflect.DeepEqual(asXML, asJSON) {
		t.Errorf("%+v and %+v", asXML, asJSON)
	}
	if asJSON.json = true; asJSON.replyable(adapters.KindMessage) {
		t.Error("the dialect of JSON replies is not known")
	}
}

func TestScanXML(t *testing.T) {
	for _, c := range []struct{ name, doc, want string }{
		{"plain", "<xml><a>1</a><b>x y</b></xml>", "2a=1;2b=x y;"},
		{"CDATA with markup in it", "<xml><a><![CDATA[<b>&amp;]]></a></xml>", "2a=<b>&amp;;"},
		{"a CDATA section cut in two", "<xml><a><![CDATA[x]]]]><![CDATA[>y]]></a></xml>", "2a=x]]>y;"},
		{"space around CDATA", "<xml>\n<a>\n <![CDATA[x]]>\n</a>\n</xml>", "2a=x;"},
		{"space alone", "<xml><a> </a></xml>", "2a= ;"},
		{"entities", "<xml><a>&lt;&gt;&amp;&quot;&apos;&#65;&#x4e2d;</a></xml>", "2a=<>&\"'A中;"},
		{"what is no entity", "<xml><a>a&b &nbsp; &#xD800; &#0; &;&#x;</a></xml>", "2a=a&b &nbsp; &#xD800; &#0; &;&#x;;"},
		{"empty", "<xml><a></a><b/><c d=\"e\"/></xml>", "2a=;2b=;2c=;"},
		{"nested", "<xml><a><b><c>1</c></b></a><d>2</d></xml>", "4c=1;2d=2;"},
		{"prologue and comment", "\ufeff<?xml version=\"1.0\"?>\n<!-- x --><xml><a>1</a></xml>\n", "2a=1;"},
		{"attributes", "<xml k=\"v\"><a k='v'>1</a ></xml>", "2a=1;"},
		{"nothing but a root", "<xml>1</xml>", "1xml=1;"},
	} {
		got := ""
		err := scanXML([]byte(c.doc), func(depth int, name, value []byte) { got += fmt.Sprintf("%d%s=%s;", depth, name, value) })
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	many := []byte("<xml><a>" + strings.Repeat("<![CDATA[xy]]>", 70_000) + "</a></xml>")
	if n := testing.AllocsPerRun(1, func() { _ = scanXML(many, func(int, []byte, []byte) {}) }); n > 100 {
		t.Errorf("a value in many pieces is copied %.0f times: that takes time that grows with their square", n)
	}
	for _, doc := range []string{"", "x", "<xml>", "<xml></a>", "</xml>", "<xml><a></xml>", "<xml/><xml/>", "<!DOCTYPE x><xml/>", "<xml><![CDATA[</xml>", "<xml><!-- </xml>", "<>1</>", "<![CDATA[x]]>",
		strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1), "<xml", "<xml/>x"} {
		if err := scanXML([]byte(doc), func(int, []byte, []byte) {}); err == nil {
			t.Errorf("accepted %q", doc)
		}
	}
}

// What encoding/xml writes, the scanner reads.
func FuzzScanXML(f *testing.F) {
	f.Add("内容 & <b> ]]> \"x\"", "k")
	f.Add("\r\n\t", "\u2028")
	f.Fuzz(func(t *testing.T, content, key string) {
		type message struct {
			XMLName  xml.Name `xml:"xml"`
			Content  string
			EventKey struct {
				Text string `xml:",cdata"`
			}
		}
		m := message{Content: content}
		m.EventKey.Text = key
		doc, err := xml.Marshal(m)
		var back message
		if err != nil || xml.Unmarshal(doc, &back) != nil {
			t.Skip("XML cannot hold it")
		}
		got := map[string]string{}
		if err := scanXML(doc, func(_ int, name, value []byte) { got[string(name)] = string(value) }); err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		// A line break that is not escaped is read as \n by encoding/xml.
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
		if got["Content"] != back.Content || lines.Replace(got["EventKey"]) != back.EventKey.Text {
			t.Errorf("%q: got %q, want %+v", doc, got, back)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	r := exampleReceiver(b, modeSafe, nil)
	c := sealed(r, textPush(strings.Repeat("有人自称客服让我转账", 12)), "1714112445")
	at := time.Unix(1714112445, 0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Verify(c, at); err != nil {
			b.Fatal(err)
		}
	}
}
