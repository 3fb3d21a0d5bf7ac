package weibo_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/weibo"
)

type fixed string

func (f fixed) ServeHTTP(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(f)) }

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const created = "Wed Nov 25 20:00:00 +0800 2026"

// The vector was checked by hand against the platform's document.
func TestTheDocumentedSignature(t *testing.T) {
	c := config("https://unused.example")
	c.Secrets["app_secret"] = "xyz123xyz"
	a, err := weibo.Open(t.Context(), c, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	q := url.Values{"signature": {"90e4c22c90a58f26526c2dd5b6c56c8822edeaa1"}, "timestamp": {"1397022061823"}, "nonce": {"57155157"}, "echostr": {"hello"}}
	d, err := a.Caps().Webhook.Verify(adapters.Callback{Method: http.MethodGet, Query: q}, time.UnixMilli(1397022061823).Add(time.Second))
	if err != nil || string(d.Ack) != "hello" || len(d.Items) != 0 || d.Replyable {
		t.Errorf("%+v %v", d, err)
	}
	q.Del("echostr")
	if _, err := a.Caps().Webhook.Verify(adapters.Callback{Method: http.MethodGet, Query: q}, time.UnixMilli(1397022061823)); err == nil {
		t.Error("a check without an echo passes")
	}
}

func receiver(t *testing.T) adapters.Receiver {
	t.Helper()
	_, a := opened(t)
	return a.Caps().Webhook
}

func event(subtype, more string) string {
	return fmt.Sprintf(`{"type":"event","receiver_id":%s,"sender_id":%s,"created_at":"%s","text":"notice","data":{"subtype":"%s"%s}}`, selfID, aliceID, created, subtype, more)
}

func TestWhatAPushBecomes(t *testing.T) {
	mention := func(subtype string) string {
		return fmt.Sprintf(`{"type":"mention","receiver_id":%s,"sender_id":%s,"created_at":"%s","text":"@示例网警 真的吗","data":{"subtype":"%s","key":"5100000000000042"}}`, selfID, aliceID, created, subtype)
	}
	for _, c := range []struct {
		name, body string
		kind       adapters.Kind
		text       string
		detail     string
		replyable  bool
	}{
		{"a message", textPush(created, "我被骗了"), adapters.KindMessage, "我被骗了", "", true},
		{"subscribe by word", textPush(created, " DY "), adapters.KindOther, " DY ", "subscribe", true},
		{"unsubscribe by word", textPush(created, "td"), adapters.KindOther, "td", "unsubscribe", true},
		{"a place", `{"type":"position","receiver_id":` + selfID + `,"sender_id":` + aliceID + `,"created_at":"` + created + `","text":"notice","data":{"longitude":"110.3","latitude":"20.0"}}`, adapters.KindMessage, "20.0,110.3", "", true},
		{"a picture", `{"type":"image","receiver_id":"` + selfID + `","sender_id":"` + aliceID + `","created_at":"` + created + `","text":"notice","data":{"vfid":1,"tovfid":821804459}}`, adapters.KindMessage, "", "", true},
		{"follow", event("follow", ""), adapters.KindFollow, "", "follow", true},
		{"unfollow", event("unfollow", ""), adapters.KindUnfollow, "", "unfollow", false},
		{"scan and follow", event("scan_follow", `,"key":"poster","ticket":"t"`), adapters.KindFollow, "poster", "scan_follow", true},
		{"menu", event("click", `,"key":"report"`), adapters.KindMenu, "", "click", true},
		{"scan", event("scan", `,"key":"poster","ticket":"t"`), adapters.KindScan, "poster", "scan", true},
		{"an event nobody knows", event("wave", `,"key":"x"`), adapters.KindOther, "x", "wave", true},
		{"a kind nobody knows", `{"type":"hologram","sender_id":` + aliceID + `,"created_at":1,"text":"?","data":[1]}`, adapters.KindOther, "?", "hologram", true},
		{"a mention in a post", mention("status"), adapters.KindMention, "@示例网警 真的吗", "", false},
		{"a mention in a comment", mention("comment"), adapters.KindMention, "@示例网警 真的吗", "", false},
		{"XML", `<xml><ToUserName>` + selfID + `</ToUserName><FromUserName>` + aliceID + `</FromUserName><CreateTime>1764072000</CreateTime><MsgType>text</MsgType><Content><![CDATA[我被骗了]]></Content></xml>`, adapters.KindMessage, "我被骗了", "", false},
		{"XML, leaving", `<xml><FromUserName>` + aliceID + `</FromUserName><CreateTime>1764072000</CreateTime><MsgType>event</MsgType><Event>unsubscribe</Event></xml>`, adapters.KindUnfollow, "", "unfollow", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := receiver(t).Verify(callback(c.body, noon), noon)
			if err != nil || len(d.Items) != 1 {
				t.Fatalf("%d items, error %v", len(d.Items), err)
			}
			in := d.Items[0]
			if in.Kind != c.kind || in.Text != c.text || in.Detail != c.detail || d.Replyable != c.replyable || in.From.ID != aliceID || in.Key == "" || len(d.Ack) != 0 {
				t.Errorf("%+v, replyable %t", in, d.Replyable)
			}
			if pressed := map[adapters.Kind]string{adapters.KindMenu: "report"}[c.kind]; in.Choice != pressed {
				t.Errorf("pressed %q, want %q", in.Choice, pressed)
			}
			if strings.Contains(in.Key, aliceID) {
				t.Errorf("the key %s names the person", in.Key)
			}
		})
	}
}

// The platform gives messages no id. What comes again is known again; what differs in
// anything is another message.
func TestMessagesWithoutAnIdAreToldApart(t *testing.T) {
	r := receiver(t)
	key := func(body string, at time.Time) string {
		d, err := r.Verify(callback(body, at), at)
		if err != nil {
			t.Fatal(err)
		}
		return d.Items[0].Key
	}
	first := key(textPush(created, "你好"), noon)
	if again := key(textPush(created, "你好"), noon.Add(5*time.Second)); again != first {
		t.Errorf("delivered again: %s and %s", first, again)
	}
	others := map[string]string{
		"other words":  textPush(created, "你好。"),
		"other second": textPush("Wed Nov 25 20:00:01 +0800 2026", "你好"),
		"other person": strings.ReplaceAll(textPush(created, "你好"), aliceID, "5550000000000003"),
		"other kind":   strings.Replace(textPush(created, "你好"), `"type":"text"`, `"type":"hologram"`, 1),
	}
	seen := map[string]string{first: "the first"}
	for name, body := range others {
		k := key(body, noon)
		if was, ok := seen[k]; ok {
			t.Errorf("%s and %s have one key", name, was)
		}
		seen[k] = name
	}
	if !strings.HasPrefix(first, "1795608000.") {
		t.Errorf("the key %s does not begin with its time", first)
	}
}

func TestAMentionHasOneKeyByCallbackAndByPoll(t *testing.T) {
	f, a := opened(t)
	for source, subtype := range map[string]string{"mentions": "status", "comment-mentions": "comment"} {
		b, err := a.Caps().Watch.Poll(t.Context(), source, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		ref := f.Write(source, "@示例网警 真的吗")
		if b, err = a.Caps().Watch.Poll(t.Context(), source, b.Next, 10); err != nil || len(b.Items) != 1 {
			t.Fatalf("%+v %v", b, err)
		}
		id := strings.Split(strings.TrimPrefix(string(ref), "comment:"), ":")[0]
		body := fmt.Sprintf(`{"type":"mention","receiver_id":%s,"sender_id":%s,"created_at":"%s","text":"x","data":{"subtype":"%s","key":%s}}`, selfID, aliceID, created, subtype, id)
		d, err := a.Caps().Webhook.Verify(callback(body, noon), noon)
		if err != nil || d.Items[0].Key != b.Items[0].Key {
			t.Errorf("%s: %v by callback, %s by poll, error %v", source, d.Items, b.Items[0].Key, err)
		}
	}
}

func TestRefusedCallbacks(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON": "hello", "half of it": `{"type":"text"`, "no kind": `{"text":"x"}`, "broken XML": "<xml><MsgType>text", "XML without a kind": "<xml></xml>", "nothing": "",
		"for another account": strings.ReplaceAll(textPush(created, "x"), selfID, "5550000000000009"),
	} {
		if d, err := receiver(t).Verify(callback(body, noon), noon); adapters.ClassOf(err) != adapters.Rejected || err == nil || len(d.Items) != 0 {
			t.Errorf("%s: %+v %v", name, d, err)
		}
	}
}

func TestPassiveReply(t *testing.T) {
	r := receiver(t)
	d, err := r.Verify(callback(textPush(created, "我被骗了"), noon), noon)
	if err != nil {
		t.Fatal(err)
	}
	body, kind, err := r.Encode(d, "请拨打110 & 96110", noon)
	if err != nil || !strings.HasPrefix(kind, "application/json") {
		t.Fatalf("%s %v", kind, err)
	}
	var got struct {
		Result           bool
		Sender, Receiver json.Number
		Type, Data       string
	}
	var ids struct {
		S json.Number `json:"sender_id"`
		R json.Number `json:"receiver_id"`
	}
	if json.Unmarshal(body, &got) != nil || json.Unmarshal(body, &ids) != nil {
		t.Fatalf("%s", body)
	}
	data, err := url.QueryUnescape(got.Data)
	if !got.Result || got.Type != "text" || ids.S != selfID || ids.R != aliceID || err != nil || data != `{"text":"请拨打110 & 96110"}` {
		t.Errorf("%s", body)
	}
	again, _, _ := r.Encode(d, "请拨打110 & 96110", noon.Add(time.Second))
	if string(again) != string(body) {
		t.Errorf("%s, then %s", body, again)
	}
	if _, _, err := r.Encode(d, strings.Repeat("防", 300), noon); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("300 characters: %v", err)
	}
	if _, _, err := r.Encode(adapters.Delivery{}, "x", noon); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("nothing to answer: %v", err)
	}
}
