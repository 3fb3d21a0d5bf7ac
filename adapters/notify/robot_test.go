package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
)

func config(kind, base string) adapters.Config {
	c := adapters.Config{ID: "bell", BaseURL: base, Options: map[string]string{"kind": kind}, Secrets: map[string]adapters.Secret{"key": robotKey}}
	if kind != kindWecom {
		c.Secrets["sign"] = robotSign
	}
	return c
}

// refusal is a code as each kind says it: Feishu's HTTP status is 400 at times.
func refusal(kind, code string) string {
	if kind == kindFeishu {
		return `{"code":` + code + `,"msg":"refused ` + robotKey + `","data":{}}`
	}
	return `{"errcode":` + code + `,"errmsg":"refused ` + robotKey + `"}`
}

func TestConformance(t *testing.T) {
	for kind, more := range map[string][]struct {
		name, code string
		want       adapters.Class
	}{
		kindWecom: {
			{"limited", "45009", adapters.RateLimited}, {"expired", "93000", adapters.AuthExpired}, {"switched off", "93004", adapters.AccountBlocked},
			{"too long", "40058", adapters.Rejected}, {"busy", "-1", adapters.Unknown}, {"a code nobody documented", "99999", adapters.Unknown},
		},
		kindDingtalk: {
			{"limited", "130101", adapters.RateLimited}, {"expired", "400101", adapters.AuthExpired}, {"wrong signature", "310000", adapters.AuthExpired},
			{"dissolved", "400013", adapters.AccountBlocked}, {"unsafe link", "430101", adapters.Rejected}, {"busy", "-1", adapters.Unknown},
		},
		kindFeishu: {
			{"limited", "11232", adapters.RateLimited}, {"expired", "19001", adapters.AuthExpired}, {"wrong signature", "19021", adapters.AuthExpired},
			{"no keyword", "19024", adapters.AuthExpired}, {"bad request", "9499", adapters.Rejected}, {"a code nobody documented", "19999", adapters.Unknown},
		},
	} {
		answers := adaptertest.Answers{
			LimitedBare: &adaptertest.Answer{Name: "limited", Body: refusal(kind, more[0].code)},
			Expired:     &adaptertest.Answer{Name: "token expired mid-call", Body: refusal(kind, more[1].code)},
			Error200:    &adaptertest.Answer{Name: "200 with words of no code", Body: `{"errmsg":"odd","msg":"odd"}`, Want: adapters.Unknown},
		}
		for _, m := range more {
			answers.More = append(answers.More, adaptertest.Answer{Name: m.name, Body: refusal(kind, m.code), Want: m.want})
		}
		t.Run(kind, func(t *testing.T) {
			adaptertest.Run(t, adaptertest.Kit{
				Platform: Platform(), Config: func(base string) adapters.Config { return config(kind, base) },
				Fake: func() adaptertest.Fake { return &group{kind: kind} }, To: adapters.Person{ID: "chen"}, Answers: answers,
				Text: func(code string) string { return "【值守提醒】有人等待民警答复。" + code },
			})
		})
	}
}

// told sends one alarm to somebody and returns the group.
func told(t *testing.T, kind, to string, deadline time.Time) *group {
	t.Helper()
	g := &group{kind: kind}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	a, err := Platform().Open(t.Context(), config(kind, server.URL), adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Caps().Message.Send(t.Context(), adapters.Attempt{Key: "key-1", Deadline: deadline}, adapters.Message{To: adapters.Person{ID: to}, Text: "值守<提醒>"}); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestWhoIsNamedInAGroup(t *testing.T) {
	for _, kind := range []string{kindWecom, kindDingtalk, kindFeishu} {
		for to, want := range map[string]string{"": "", "chen": "chen", "@all": "@all", "13800138000": "13800138000"} {
			if kind == kindFeishu {
				want = strings.TrimPrefix(want, "@")
			}
			sent := told(t, kind, to, time.Now().Add(time.Hour)).Sent()
			if len(sent) != 1 || sent[0].To != want || !strings.HasPrefix(sent[0].Text, "值守<提醒>") {
				t.Errorf("%s, to %q: %+v", kind, to, sent)
			}
		}
	}
}

func TestAnOfficersIDCannotCloseTheMark(t *testing.T) {
	sent := told(t, kindFeishu, `x"></at><at user_id="all`, time.Now().Add(time.Hour)).Sent()
	if len(sent) != 1 || strings.Count(sent[0].Text, "<at") != 1 || sent[0].To == "all" {
		t.Errorf("%+v", sent)
	}
}

// signed is what the documents say, worked out here anew.
func signed(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestSignatures(t *testing.T) {
	at := time.UnixMilli(4_102_444_800_123)
	q := told(t, kindDingtalk, "", at).last.URL.Query()
	if q.Get("timestamp") != "4102444800123" || q.Get("sign") != signed(robotSign, "4102444800123\n"+robotSign) {
		t.Errorf("dingtalk: %v", q)
	}
	body := told(t, kindFeishu, "", at).body
	if body["timestamp"] != "4102444800" || body["sign"] != signed("4102444800\n"+robotSign, "") {
		t.Errorf("feishu: %v", body)
	}
}

func TestPromise4_AnAnswerWithoutTheRobotsOwnCodeIsNoSuccess(t *testing.T) {
	for _, body := range []string{"{}", `{"errmsg":"ok"}`, `[]`, ``} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		a, err := Platform().Open(t.Context(), config(kindWecom, server.URL), adaptertest.Host(t))
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Caps().Message.Send(t.Context(), adapters.Attempt{Key: "k"}, adapters.Message{Text: "x"})
		if err == nil || adapters.ClassOf(err) != adapters.Unknown {
			t.Errorf("%q: %v", body, err)
		}
		server.Close()
	}
}

func TestOptions(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*adapters.Config)
		want   string
	}{
		"no kind":            {func(c *adapters.Config) { c.Options["kind"] = "" }, "option kind"},
		"no key":             {func(c *adapters.Config) { delete(c.Secrets, "key") }, "secret key is missing"},
		"the whole address":  {func(c *adapters.Config) { c.Secrets["key"] = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1" }, "not the whole address"},
		"a needless secret":  {func(c *adapters.Config) { c.Secrets["sign"] = "x" }, "secret sign is not used by wecom"},
		"a key in base_url":  {func(c *adapters.Config) { c.BaseURL = "https://qyapi.weixin.qq.com/?key=1" }, "base_url must look like"},
		"mail, no server":    {func(c *adapters.Config) { c.Options["kind"] = "mail" }, "option server"},
		"mail, no port":      {func(c *adapters.Config) { c.Options["kind"], c.Options["server"] = "mail", "mail.example:x" }, "is no port"},
		"mail, in the clear": {func(c *adapters.Config) { set(c, "kind", "mail", "server", "m.example:25", "tls", "none") }, "option tls"},
		"mail, no sender":    {func(c *adapters.Config) { set(c, "kind", "mail", "server", "m.example:25") }, "option from"},
		"mail, no password": {func(c *adapters.Config) {
			set(c, "kind", "mail", "server", "m.example:25", "from", "a@b.example", "user", "a")
		}, "belong together"},
	} {
		conf := config(kindWecom, "")
		c.change(&conf)
		_, err := Platform().Open(t.Context(), conf, adaptertest.Host(t))
		if err == nil || !strings.Contains(err.Error(), c.want) || adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func set(c *adapters.Config, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		c.Options[pairs[i]] = pairs[i+1]
	}
}
