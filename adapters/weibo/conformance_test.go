package weibo_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/weibo"
)

func config(base string, options ...string) adapters.Config {
	c := adapters.Config{
		ID: "station", BaseURL: base, Options: map[string]string{"uid": selfID, "rip": "203.0.113.7", "safe_domains": "gaj.example.gov.cn"},
		Secrets: map[string]adapters.Secret{"token": token, "app_secret": appSecret},
	}
	for i := 0; i < len(options); i += 2 {
		c.Options[options[i]] = options[i+1]
	}
	return c
}

func kit(options ...string) adaptertest.Kit {
	mutating := []string{"/2/statuses/share.json", "/2/statuses/upload_url_text/biz.json", "/2/comments/create.json", "/2/comments/reply.json", "/2/messages/reply.json"}
	hour := http.Header{"Date": {"Wed, 25 Nov 2026 20:40:00 GMT"}}
	return adaptertest.Kit{
		Platform: weibo.Platform(),
		Config:   func(base string) adapters.Config { return config(base+"/", options...) },
		Fake:     func() adaptertest.Fake { return newFake() },
		To:       adapters.Person{ID: aliceID, Handle: "小艾"},
		Text: func(code string) string {
			return "凡是要求先垫付的兼职都是诈骗。" + code + " " + landing
		},
		Mutating: func(r *http.Request) bool { return slices.Contains(mutating, r.URL.Path) },
		Answers: adaptertest.Answers{
			Error200:    &adaptertest.Answer{Name: "200 with an error and no code", Body: `{"error":"something went wrong"}`, Want: adapters.Unknown},
			Expired:     &adaptertest.Answer{Name: "token expired mid-call", Status: 403, Body: `{"error":"expired_token","error_code":21327,"request":"/2/x"}`},
			Limited:     &adaptertest.Answer{Name: "no calls left for our address", Status: 403, Header: hour, Body: `{"error":"IP requests out of rate limit!","error_code":"10022"}`, Until: time.Date(2026, 11, 25, 21, 0, 0, 0, time.UTC)},
			LimitedBare: &adaptertest.Answer{Name: "no calls of this kind left", Status: 403, Body: `{"error":"User requests for statuses/share out of rate limit!","error_code":10024}`},
			More: []adaptertest.Answer{
				{Name: "token revoked", Status: 400, Body: `{"error":"invalid_access_token","error_code":21332}`, Want: adapters.AuthExpired},
				{Name: "system error", Body: `{"error":"System error!","error_code":10001}`, Want: adapters.Unknown},
				{Name: "busy", Status: 503, Body: `{"error":"Too many pending tasks, system is busy!","error_code":10009}`, Want: adapters.NotSent},
				{Name: "no permission", Status: 403, Body: `{"error":"Insufficient app permissions!","error_code":10014}`, Want: adapters.Unsupported},
				{Name: "domain not approved", Status: 400, Body: `{"error":"appkey not bind domain!","error_code":"10017"}`, Want: adapters.Rejected},
				{Name: "captcha", Status: 400, Body: `{"error":"captcha needed","error_code":20031}`, Want: adapters.AccountBlocked},
				{Name: "the same again", Status: 400, Body: `{"error":"repeat content!","error_code":20019}`, Want: adapters.Unknown},
				{Name: "too often", Status: 400, Body: `{"error":"out of limit","error_code":20016}`, Want: adapters.RateLimited},
				{Name: "a stranger", Status: 403, Body: `{"errcode":20301,"errmsg":"can't send direct message to user who is not your follower!"}`, Want: adapters.WindowClosed},
				{Name: "a post that is gone", Status: 400, Body: `{"error":"target weibo does not exist!","error_code":20101}`, Want: adapters.Gone},
				{Name: "banned words", Status: 400, Body: `{"error":"contain illegal website!","error_code":20018}`, Want: adapters.Rejected},
				{Name: "a code nobody documented", Status: 400, Body: `{"error":"?","error_code":29999}`, Want: adapters.Unknown},
			},
		},
		Sources: []adaptertest.Source{
			{Name: "mentions", Kind: adapters.KindMention}, {Name: "comments", Kind: adapters.KindComment}, {Name: "comment-mentions", Kind: adapters.KindMention},
		},
		Media: &adaptertest.Media{Send: attach, Expire: detach},
		Webhook: &adaptertest.Webhook{Source: "messages", Unpolled: true, Signed: []string{"signature", "timestamp", "nonce"},
			Callback: func(f adaptertest.Fake, ref adapters.Ref, at time.Time) adapters.Callback {
				created, text, _ := strings.Cut(f.(*fake).heard[string(ref)], "|")
				return callback(textPush(created, text), at)
			}},
	}
}

func TestConformance_Share(t *testing.T) { adaptertest.Run(t, kit()) }

func TestConformance_LongText(t *testing.T) { adaptertest.Run(t, kit("publish", "longtext")) }
