package wechat_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/wechat"
)

func config(base string, options ...string) adapters.Config {
	c := adapters.Config{ID: "station", BaseURL: base, Options: map[string]string{"appid": appID, "kind": "service", "articles": strconv.Itoa(dataID)},
		Secrets: map[string]adapters.Secret{"appsecret": appSecret, "token": pushToken, "aes_key": adapters.Secret(aesKey)}}
	for i := 0; i < len(options); i += 2 {
		c.Options[options[i]] = options[i+1]
	}
	return c
}

// kit is the suite's kit; api: bulletins are mass sends; callbacks come in mode.
func kit(api bool, mode string) adaptertest.Kit {
	options := []string{"mode", mode}
	mutating := []string{"/cgi-bin/message/custom/send", "/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/delete", "/cgi-bin/comment/reply/add",
		"/cgi-bin/comment/reply/delete", "/cgi-bin/freepublish/delete", "/cgi-bin/freepublish/submit"}
	if api {
		options = append(options, "publish", "api", "audience", "tag:2")
	} else {
		mutating = append(mutating, "/cgi-bin/draft/add", "/cgi-bin/draft/delete")
	}
	signed := []string{"msg_signature", "timestamp", "nonce", "body"}
	if mode == "plain" {
		signed = []string{"signature", "timestamp", "nonce"}
	}
	return adaptertest.Kit{
		Platform: wechat.Platform(),
		Config:   func(base string) adapters.Config { return config(base+"/", options...) },
		Fake: func() adaptertest.Fake {
			f := newFake()
			f.api = api
			return f
		},
		To: adapters.Person{ID: openID}, Title: "反诈提示",
		Mutating: func(r *http.Request) bool { return slices.Contains(mutating, r.URL.Path) },
		Answers: adaptertest.Answers{
			Error200: &adaptertest.Answer{Name: "200 with a code nobody documented", Body: `{"errcode":99999,"errmsg":"?"}`, Want: adapters.Unknown},
			Expired:  &adaptertest.Answer{Name: "token expired mid-call", Body: `{"errcode":42001,"errmsg":"access_token expired rid: 1-2-3"}`},
			Exists:   &adaptertest.Answer{Name: "clientmsgid exist", Body: `{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":1000000009}`, Ref: "mass:1000000009", Want: adapters.Rejected},
			More: []adaptertest.Answer{
				{Name: "system error", Body: `{"errcode":-1,"errmsg":"system error"}`, Want: adapters.NotSent},
				{Name: "out of the window", Body: `{"errcode":45015,"errmsg":"response out of time limit or subscription is canceled"}`, Want: adapters.WindowClosed},
				{Name: "out of replies", Body: `{"errcode":45047,"errmsg":"out of response count limit"}`, Want: adapters.RateLimited},
				{Name: "daily quota", Body: `{"errcode":45009,"errmsg":"reach max api daily quota limit"}`, Want: adapters.RateLimited},
				{Name: "no permission", Body: `{"errcode":48001,"errmsg":"api unauthorized"}`, Want: adapters.Unsupported},
				{Name: "too large", Body: `{"errcode":45002,"errmsg":"content size out of limit"}`, Want: adapters.Rejected},
			},
		},
		Sources: []adaptertest.Source{{Name: "comments", Kind: adapters.KindComment}, {Name: "staff", Kind: adapters.KindStaff}},
		Media:   &adaptertest.Media{Send: sendFile, Expire: expireFile},
		Webhook: &adaptertest.Webhook{Source: "messages", Unpolled: true, Signed: signed,
			Callback: func(f adaptertest.Fake, ref adapters.Ref, at time.Time) adapters.Callback {
				return f.(*fake).push(ref, at, mode)
			}},
	}
}

// push is the callback about a message, made with the SDK's crypto.
func (f *fake) push(ref adapters.Ref, at time.Time, mode string) adapters.Callback {
	f.mu.Lock()
	defer f.mu.Unlock()
	said := ""
	for _, h := range f.heard {
		if h.id == string(ref) {
			said = h.text
		}
	}
	doc := fmt.Sprintf("<xml><ToUserName><![CDATA[gh_station]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content><MsgId>%s</MsgId></xml>", openID, at.Unix(), said, ref)
	return callback(doc, at, mode)
}

func callback(doc string, at time.Time, mode string) adapters.Callback {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), "486452656"
	c := adapters.Callback{Method: http.MethodPost, Body: []byte(doc), Query: url.Values{"timestamp": {stamp}, "nonce": {nonce}, "openid": {openID}}}
	c.Query.Set("signature", util.Signature(pushToken, stamp, nonce))
	if mode == "plain" {
		return c
	}
	key, _ := base64.StdEncoding.DecodeString(aesKey + "=")
	encrypted := base64.StdEncoding.EncodeToString(util.AESEncryptMsg([]byte("0123456789abcdef"), []byte(doc), appID, key))
	c.Query.Set("encrypt_type", "aes")
	c.Query.Set("msg_signature", util.Signature(pushToken, stamp, nonce, encrypted))
	clear := ""
	if mode == "compatible" { // the same once more in the clear
		clear = doc[len("<xml>") : len(doc)-len("</xml>")]
	}
	c.Body = []byte("<xml><ToUserName><![CDATA[gh_station]]></ToUserName>" + clear + "<Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>")
	return c
}

func TestConformance_DraftOnly(t *testing.T) { adaptertest.Run(t, kit(false, "safe")) }

func TestConformance_MassSend(t *testing.T) { adaptertest.Run(t, kit(true, "plain")) }

func TestConformance_Compatible(t *testing.T) {
	k := kit(true, "compatible")
	k.Webhook.Signed = []string{"msg_signature", "timestamp", "nonce"} // the clear half of the body is not looked at
	adaptertest.Run(t, k)
}
