package wechat

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func (b *bundle) tokenCall(method, path string, body any) object {
	b.t.Helper()
	res, out, err := b.do(method, path, body)
	b.must(err)
	if ct := res.Header.Get("Content-Type"); res.StatusCode != 200 || ct != "application/json; encoding=utf-8" {
		b.t.Errorf("%s: %d %s", path, res.StatusCode, ct)
	}
	return b.decode(out)
}

func classicPath(app, secret, grant string) string {
	return "/cgi-bin/token?grant_type=" + grant + "&appid=" + app + "&secret=" + secret
}

func TestTokenRefusals(t *testing.T) {
	inBubble(t, Options{CallerIP: "198.51.100.7"}, func(t *testing.T, b *bundle) {
		const grant = "client_credential"
		for _, c := range []struct {
			path string
			want string
		}{
			{classicPath("", "secret", grant), "41002"},
			{classicPath(testApp, "", grant), "41004"},
			{classicPath(testApp, "secret", "x"), "40002"},
			{classicPath("wx1", "secret", grant), "40013"},
			{classicPath(testApp, "wrong", grant), "40125"},
		} {
			if got := b.tokenCall("GET", c.path, nil)["errcode"]; got != json.Number(c.want) {
				t.Errorf("%s: got %v", c.path, got)
			}
		}
		if got := b.tokenCall("GET", "/cgi-bin/stable_token", nil)["errcode"]; got != json.Number("43002") {
			t.Errorf("stable_token by GET: %v", got)
		}
		b.p.Allow("203.0.113.1")
		o := b.tokenCall("GET", classicPath(testApp, "secret", grant), nil)
		if o["errcode"] != json.Number("40164") || !strings.HasPrefix(o["errmsg"].(string), "invalid ip 198.51.100.7 ipv6 ::ffff:198.51.100.7, not in whitelist rid: ") {
			t.Errorf("allow list: %v", o)
		}
		b.p.Allow("198.51.100.7")
		b.p.FreezeSecret(true)
		if got := b.tokenCall("GET", classicPath(testApp, "secret", grant), nil)["errcode"]; got != json.Number("40243") {
			t.Errorf("frozen: %v", got)
		}
		b.p.FreezeSecret(false)
		b.tok = b.stable(false)
		rid := o["errmsg"].(string)[strings.Index(o["errmsg"].(string), "rid: ")+5:]
		b.code(0, "/cgi-bin/openapi/rid/get", object{"rid": rid})
	})
}

func TestStableTokenStaysUntilShortlyBeforeItsEnd(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		first := b.stable(false)
		pass(tokenLife - tokenOverlap - time.Second)
		if b.stable(false) != first {
			t.Error("another token too early")
		}
		pass(2 * time.Second)
		second := b.stable(false)
		if second == first {
			t.Error("no new token in the last five minutes")
		}
		for _, tok := range []string{first, second} {
			b.tok = tok
			b.code(0, "/cgi-bin/getcallbackip", nil)
		}
		pass(tokenOverlap)
		b.tok = first
		if got := codeOf(b.call("/cgi-bin/getcallbackip", nil)); got != json.Number("42001") && got != json.Number("40001") {
			t.Errorf("the old token: %v", got)
		}
	})
}

func TestForcedRefreshEndsTheTokenAtOnce(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.tok = b.stable(false)
		second := b.stable(true)
		b.code(40001, "/cgi-bin/getcallbackip", nil)
		b.tok = second
		b.code(0, "/cgi-bin/getcallbackip", nil)
		force := object{"grant_type": "client_credential", "appid": testApp, "secret": "secret", "force_refresh": true}
		b.code(45011, "/cgi-bin/stable_token", force)
		b.p.RefreshElsewhere()
		b.code(40001, "/cgi-bin/getcallbackip", nil)
		for range forceDaily - 1 {
			pass(forceApart)
			b.tok = b.stable(true)
		}
		pass(forceApart)
		b.code(45009, "/cgi-bin/stable_token", force)
	})
}

func TestTheTwoKindsOfTokensAreApart(t *testing.T) {
	inBubble(t, Options{}, func(t *testing.T, b *bundle) {
		b.tok = b.stable(false)
		one := b.tokenCall("GET", classicPath(testApp, "secret", "client_credential"), nil)["access_token"].(string)
		two := b.tokenCall("GET", classicPath(testApp, "secret", "client_credential"), nil)["access_token"].(string)
		b.code(0, "/cgi-bin/getcallbackip", nil)
		stableToken := b.tok
		for _, tok := range []string{one, two} { // five minutes of overlap
			b.tok = tok
			b.code(0, "/cgi-bin/getcallbackip", nil)
		}
		pass(tokenOverlap)
		b.tok = one
		b.code(40001, "/cgi-bin/getcallbackip", nil)
		for _, tok := range []string{two, stableToken} {
			b.tok = tok
			b.code(0, "/cgi-bin/getcallbackip", nil)
		}
		b.p.ExpireTokens()
		b.code(42001, "/cgi-bin/getcallbackip", nil)
	})
}

func TestDailyQuotas(t *testing.T) {
	inBubble(t, Options{DailyQuotas: map[string]int{customPath: 2}}, func(t *testing.T, b *bundle) {
		b.write("小林", "您好")
		b.code(0, customPath, textTo(b.lin, "一"))
		b.code(0, customPath, textTo(b.lin, "二"))
		b.code(45009, customPath, textTo(b.lin, "三"))
		q := b.code(0, "/cgi-bin/openapi/quota/get", object{"cgi_path": customPath})["quota"].(object)
		if q["used"] != json.Number("2") || q["remain"] != json.Number("0") {
			t.Errorf("quota %v", q)
		}
		b.code(0, "/cgi-bin/clear_quota", object{"appid": testApp})
		b.code(0, customPath, textTo(b.lin, "三"))
		b.p.SpendQuota(customPath)
		b.code(45009, customPath, textTo(b.lin, "四"))
		pass(24 * time.Hour)
		b.tok = ""
		b.code(0, customPath, textTo(b.lin, "次日"))
		for range clearsAMonth - 1 {
			b.call("/cgi-bin/clear_quota", object{"appid": testApp})
		}
		b.code(48006, "/cgi-bin/clear_quota", object{"appid": testApp})
	})
}

func TestWhatTheAccountMayNotCall(t *testing.T) {
	inBubble(t, Options{Kind: Service, Unverified: true, Denied: []string{"/cgi-bin/menu/get"}}, func(t *testing.T, b *bundle) {
		for _, path := range []string{"/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall", "/cgi-bin/comment/list", "/cgi-bin/message/template/send"} {
			b.code(48001, path, object{})
		}
		b.code(48001, "/cgi-bin/menu/get", nil)
		b.code(40066, "/cgi-bin/message/mass/nonsense", object{})
		b.tok = "nonsense"
		b.code(40001, "/cgi-bin/getcallbackip", nil)
	})
}
