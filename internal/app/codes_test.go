package app

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/wechat"
	"netpatrol/adapters/weibo"
	pretendwechat "netpatrol/internal/sandbox/wechat"
	pretendweibo "netpatrol/internal/sandbox/weibo"
)

// What each code of a platform means for a message, as its documents list them.
var (
	wechatClasses = map[adapters.Class]string{
		adapters.NotSent:        "-1",
		adapters.RateLimited:    "43117 45009 45011 45028 45047 45066",
		adapters.AuthExpired:    "40001 40013 40014 40125 40164 40243 41001 41002 41004 42001 89503",
		adapters.AccountBlocked: "48004 50002",
		adapters.Rejected: "40002 40003 40005 40008 40009 40016 40017 40018 40019 40020 40023 40033 40037 40152 43002 43019 44004 45002 45003 45004 " +
			"45008 45065 45067 45110 45166 47001 47003 53503 53504 53505 61500 61501 65416 65417 87009 88002 88003 88005 88007 88010 88011",
		adapters.WindowClosed: "43004 43101 45015",
		adapters.Gone:         "40007 40059 46003 53600 88001 88004 88008 88009",
		adapters.Unsupported:  "40066 48001 65400 88000",
		adapters.Unknown:      "99999",
	}
	weiboClasses = map[adapters.Class]string{
		adapters.Unknown:        "10001 10003 10010 10011 20017 20019 20032 20111 20306 29999",
		adapters.NotSent:        "10002 10009 21331",
		adapters.RateLimited:    "10022 10023 10024 20016",
		adapters.AuthExpired:    "21301 21314 21315 21316 21317 21319 21321 21322 21323 21324 21325 21326 21327 21328 21329 21330 21332",
		adapters.AccountBlocked: "10004 20015 20022 20031 20507",
		adapters.Rejected: "10006 10008 10012 10013 10016 10017 10018 10021 20003 20005 20006 20007 20008 20012 20013 20018 20020 20021 20102 " +
			"20203 20303 20354 21602",
		adapters.WindowClosed: "20301 20508",
		adapters.Gone:         "20101 20201 20305",
		adapters.Unsupported:  "10005 10014 10020",
	}
)

// eachCode sends once for each code the pretend platform is made to answer with.
func eachCode(t *testing.T, classes map[adapters.Class]string, to adapters.Person, m adapters.Messenger, strike func(code int)) {
	t.Helper()
	n := 0
	for class, codes := range classes {
		for code := range strings.FieldsSeq(codes) {
			number, err := strconv.Atoi(code)
			if err != nil {
				t.Fatal(err)
			}
			strike(number)
			n++
			_, err = m.Send(t.Context(), attempt(n), adapters.Message{To: to, Text: "请勿转账"})
			if got := adapters.ClassOf(err); err == nil || got != class {
				t.Errorf("%s is %q, want %q: %v", code, got, class, err)
			}
		}
	}
}

func TestWeChat_EveryCodeOfThePlatformLandsInItsClass(t *testing.T) {
	now := time.Now() // a minute passes between two sends: there is a limit for each
	p := pretendwechat.New(pretendwechat.Options{AppID: demoAppID, AppSecret: demoSecret, Token: demoToken, EncodingAESKey: demoAESKey, Now: func() time.Time { return now }})
	t.Cleanup(p.Close)
	id, err := p.AddFollower("阿梁")
	if err != nil {
		t.Fatal(err)
	}
	caps := on(t, p, wechat.Platform(), adapters.Config{
		Options: map[string]string{"appid": demoAppID, "kind": "service"},
		Secrets: map[string]adapters.Secret{"appsecret": demoSecret, "token": demoToken, "aes_key": demoAESKey},
	})
	eachCode(t, wechatClasses, adapters.Person{ID: id}, caps.Message, func(code int) {
		now = now.Add(time.Minute)
		p.ClearFaults()
		p.Fault(pretendwechat.Fault{Kind: pretendwechat.AnswerCode, Path: "/cgi-bin/message/custom/send", Code: code, Times: -1})
	})
}

func TestWeibo_EveryCodeOfThePlatformLandsInItsClass(t *testing.T) {
	for name, o := range map[string]pretendweibo.Options{
		"as documented": {}, "codes as text": {CodesAsText: true}, "refusals under 200": {ErrorStatus: 200, NoRequest: true},
	} {
		t.Run(name, func(t *testing.T) {
			o.UID, o.Token, o.AppSecret, o.DailyCalls, o.HourlyCalls = demoWeiboUID, demoWeiboToken, demoWeiboSecret, 1000, 1000
			p := pretendweibo.New(o)
			t.Cleanup(p.Close)
			id, err := p.AddCitizen("阿芬", false)
			if err != nil {
				t.Fatal(err)
			}
			caps := on(t, p, weibo.Platform(), adapters.Config{
				Options: map[string]string{"uid": demoWeiboUID, "rip": "203.0.113.7", "publish": "longtext"},
				Secrets: map[string]adapters.Secret{"token": demoWeiboToken, "app_secret": demoWeiboSecret},
			})
			eachCode(t, weiboClasses, adapters.Person{ID: id}, caps.Message, func(code int) {
				p.Strike(pretendweibo.Fault{Path: "/2/messages/reply.json", Code: code, Times: 1})
			})
		})
	}
}
