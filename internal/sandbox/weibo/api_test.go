package weibo

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const link = " https://gaj.example.gov.cn/1"

func TestRulesOfASharedPost(t *testing.T) {
	for _, c := range []struct{ name, said, ip, want string }{
		{"as it should be", "谨防刷单" + link, "203.0.113.7", ""},
		{"a safe subdomain", "谨防刷单 http://www.gaj.example.gov.cn/1", "203.0.113.7", ""},
		{"no address of ours", "谨防刷单" + link, "", "10016"},
		{"empty", " ", "203.0.113.7", "20008"},
		{"no link", "谨防刷单", "203.0.113.7", "10017"},
		{"another domain", "谨防刷单 https://example.com/", "203.0.113.7", "10017"},
		{"a topic", "#反诈#谨防刷单" + link, "203.0.113.7", "10008"},
		{"140 characters and a link", strings.Repeat("防", 140) + link, "203.0.113.7", "20012"},
		{"letters count half", strings.Repeat("a", 240) + link, "203.0.113.7", ""},
	} {
		w := serve(t, Options{})
		if got := w.code("POST", "/2/statuses/share.json", "status", c.said, "rip", c.ip); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if n := len(w.Own()); (n == 1) != (c.want == "") {
			t.Errorf("%s: %d posts", c.name, n)
		}
	}
}

func TestTheSameAgainAndTooManyInAnHour(t *testing.T) {
	w := serve(t, Options{HourlyPosts: 3})
	for i, want := range []string{"", "20019"} {
		if got := w.share("谨防刷单" + link); got != want {
			t.Errorf("post %d: %q, want %q", i, got, want)
		}
	}
	for i, want := range []string{"", "", "10024"} {
		if got := w.share(fmt.Sprint(i, link)); got != want {
			t.Errorf("another post %d: %q, want %q", i, got, want)
		}
	}
}

func TestBudgetsOfATokenAndAnAddress(t *testing.T) {
	w := serve(t, Options{DailyCalls: 5})
	for i := range 6 {
		want := ""
		if i == 5 {
			want = "10023"
		}
		if got := w.code("GET", "/2/statuses/mentions.json"); got != want {
			t.Errorf("call %d: %q, want %q", i+1, got, want)
		}
	}
	if w.Spent(tok) != 5 || w.Refused(10023) != 1 {
		t.Errorf("%d spent, %d refused", w.Spent(tok), w.Refused(10023))
	}
	if code := w.code("POST", "/oauth2/get_token_info"); code != "" {
		t.Errorf("asking about the token: %s", code)
	}
	w = serve(t, Options{HourlyCalls: 1})
	if first, second := w.code("GET", "/2/statuses/mentions.json"), w.code("GET", "/2/statuses/mentions.json"); first != "" || second != "10022" {
		t.Errorf("%q, then %q", first, second)
	}
}

func TestErrorsInEveryForm(t *testing.T) {
	for _, c := range []struct {
		o    Options
		path string
		want int
		body string
	}{
		{Options{}, "/2/statuses/show.json", 400, `{"error":"target weibo does not exist!","error_code":20101,"request":"/2/statuses/show.json"}`},
		{Options{CodesAsText: true}, "/2/statuses/show.json", 400, `{"error":"target weibo does not exist!","error_code":"20101","request":"/2/statuses/show.json"}`},
		{Options{NoRequest: true, ErrorStatus: 200}, "/2/statuses/show.json", 200, `{"error":"target weibo does not exist!","error_code":20101}`},
		{Options{DailyCalls: -1}, "/2/statuses/show.json", 403, `{"error":"User requests out of rate limit!","error_code":10023,"request":"/2/statuses/show.json"}`},
		{Options{}, "/2/nothing.json", 400, `{"error":"request api not found!","error_code":10020,"request":"/2/nothing.json"}`},
		{Options{}, "/2/statuses/share.json", 400, `{"error":"HTTP method is not suported for this request!","error_code":10021,"request":"/2/statuses/share.json"}`},
	} {
		if status, body := serve(t, c.o).raw("GET", c.path, tok); status != c.want || strings.TrimSpace(body) != c.body {
			t.Errorf("%s with %+v: %d %s", c.path, c.o, status, body)
		}
	}
}

func TestAuthorisationFromTheBrowserToItsEnd(t *testing.T) {
	w := serve(t, Options{RedirectURI: "https://gaj.example.gov.cn/back"})
	_, at := w.raw("GET", "/oauth2/authorize", "", "client_id", "123456", "redirect_uri", "https://gaj.example.gov.cn/back", "response_type", "code", "state", "s")
	u, err := url.Parse(at)
	if err != nil || u.Query().Get("code") == "" || u.Query().Get("state") != "s" {
		t.Fatal(at)
	}
	exchange := func(secret, code string) (string, map[string]any) {
		_, body := w.ask("POST", "/oauth2/access_token", "client_id", "123456", "client_secret", secret, "grant_type", "authorization_code", "code", code, "redirect_uri", "https://gaj.example.gov.cn/back")
		return fmt.Sprint(body["error_code"]), body
	}
	if code, _ := exchange("wrong", u.Query().Get("code")); code != "21324" {
		t.Errorf("a wrong secret: %s", code)
	}
	_, body := exchange("xyz123xyz", u.Query().Get("code"))
	token, _ := body["access_token"].(string)
	if token == "" || body["uid"] != "5550000000000001" || fmt.Sprint(body["expires_in"]) != "2592000" {
		t.Fatalf("%v", body)
	}
	if code, _ := exchange("xyz123xyz", u.Query().Get("code")); code != "21325" {
		t.Errorf("the code again: %s", code)
	}
	if _, info := w.raw("POST", "/oauth2/get_token_info", token); !strings.Contains(info, `"expire_in":25`) {
		t.Errorf("%s", info)
	}
	w.ExpireToken(token)
	if _, info := w.raw("POST", "/oauth2/get_token_info", token); !strings.Contains(info, "21327") {
		t.Errorf("expired: %s", info)
	}
	w.RevokeToken(tok)
	if code := w.code("GET", "/2/statuses/mentions.json"); code != "21319" {
		t.Errorf("revoked: %s", code)
	}
	if _, body := w.raw("GET", "/2/statuses/mentions.json", "nonsense"); !strings.Contains(body, "21332") {
		t.Errorf("no token of ours: %s", body)
	}
	if _, at := w.raw("GET", "/oauth2/authorize", "", "client_id", "123456", "redirect_uri", "https://evil.example/", "response_type", "code"); !strings.Contains(at, "21322") {
		t.Errorf("another address: %s", at)
	}
}

func TestPagesLeaveOutSinceAndIncludeMax(t *testing.T) {
	w := serve(t, Options{})
	w.people("小艾")
	var ids []string
	for i := range 5 {
		id, err := w.Post("小艾", fmt.Sprint("@示例网警 ", i))
		must(t, err)
		ids = append(ids, id)
	}
	list := func(pairs ...string) (got []string, next string) {
		_, body := w.ask("GET", "/2/statuses/mentions.json", pairs...)
		for _, s := range body["statuses"].([]any) {
			got = append(got, s.(map[string]any)["idstr"].(string))
		}
		return got, fmt.Sprint(body["next_cursor"])
	}
	newest, next := list("count", "2")
	if fmt.Sprint(newest) != fmt.Sprint([]string{ids[4], ids[3]}) || next != ids[2] {
		t.Errorf("newest two: %v, then %s", newest, next)
	}
	older, next := list("count", "2", "max_id", ids[2], "since_id", ids[0])
	if fmt.Sprint(older) != fmt.Sprint([]string{ids[2], ids[1]}) || next != "0" {
		t.Errorf("the next two above the first: %v, then %s", older, next)
	}
	if n, _ := json.Number(ids[0]).Int64(); n < 1<<53 {
		t.Errorf("the id %d is one that a float keeps", n)
	}
}

func TestDeletedPostsAreLeftOutOfCounts(t *testing.T) {
	w := serve(t, Options{})
	if w.share("一"+link)+w.share("二"+link) != "" {
		t.Fatal("not shared")
	}
	own := w.Own()
	must(t, w.Delete(own[0]))
	_, body := w.raw("GET", "/2/statuses/count.json", tok, "ids", strings.Join(own, ","))
	if !strings.Contains(body, own[1]) || strings.Contains(body, own[0]) {
		t.Errorf("%s", body)
	}
}

func TestADelayedPostIsTakenAndShownLater(t *testing.T) {
	w := serve(t, Options{DelayedFor: time.Hour})
	w.Strike(Fault{Path: "/2/statuses/share.json", Code: 20032, Acts: true, Times: 1})
	if code := w.share("一" + link); code != "20032" || len(w.Received()) != 1 || len(w.Own()) != 0 {
		t.Errorf("%s: %d received, %d shown", code, len(w.Received()), len(w.Own()))
	}
	w.Strike(Fault{Path: "/2/statuses/share.json", Code: 10009, Times: 1})
	if code := w.share("二" + link); code != "10009" || len(w.Received()) != 1 {
		t.Errorf("busy: %s, %d received", code, len(w.Received()))
	}
	if code := w.share("三" + link); code != "" || len(w.Own()) != 1 {
		t.Errorf("healthy again: %s, %d shown", code, len(w.Own()))
	}
}

func TestLongTextsByContractOnlyAndShownInPart(t *testing.T) {
	long := strings.Repeat("防", 500)
	for _, c := range []struct {
		contract bool
		flag     string
		want     string
	}{{false, "1", "10014"}, {true, "0", "20012"}, {true, "1", ""}} {
		w := serve(t, Options{LongText: c.contract})
		if got := w.code("POST", "/2/statuses/upload_url_text/biz.json", "status", long, "is_longtext", c.flag, "rip", "203.0.113.7"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
		if c.want != "" {
			continue
		}
		_, body := w.ask("GET", "/2/statuses/user_timeline.json")
		shown := body["statuses"].([]any)[0].(map[string]any)
		if shown["isLongText"] != true || len([]rune(shown["text"].(string))) > 140 {
			t.Errorf("%v", shown)
		}
	}
}

func TestWhoMayBeWrittenTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(Options{Token: tok})
		defer p.Close()
		for _, n := range []string{"写信人", "提及人", "离开的人", "路人"} {
			_, err := p.AddCitizen(n, false)
			must(t, err)
		}
		must(t, p.Message("写信人", "在吗"))
		_, err := p.Post("提及人", "＠示例网警 真的吗")
		must(t, err)
		must(t, p.Follow("离开的人"))
		must(t, p.Unfollow("离开的人"))
		n := 0
		write := func(name string) int {
			c, err := p.citizen(name)
			must(t, err)
			n++
			r, err := newForm("/2/messages/reply.json", url.Values{"access_token": {tok}, "type": {"text"}, "data": {fmt.Sprintf(`{"text":"答复%d"}`, n)}, "receiver_id": {c.uid}})
			must(t, err)
			return p.call(r).code
		}
		for _, c := range []struct {
			name  string
			after time.Duration
			want  int
		}{
			{"写信人", 0, 0}, {"写信人", 0, 0}, {"提及人", 0, 0}, {"提及人", 0, 20301}, {"离开的人", 0, 20301}, {"路人", 0, 20301},
			{"写信人", 47 * time.Hour, 0}, {"写信人", 2 * time.Hour, 20301},
		} {
			<-time.After(c.after)
			if got := write(c.name); got != c.want {
				t.Errorf("%s after %s: %d, want %d", c.name, c.after, got, c.want)
			}
		}
		if got := p.Received(); len(got) != 4 || len(p.Duplicates()) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestCommentsStandWhereTheyShould(t *testing.T) {
	w := serve(t, Options{})
	w.people("小艾", "小白")
	if w.share("通报"+link) != "" {
		t.Fatal("not shared")
	}
	own := w.Own()[0]
	id, err := w.Comment("小艾", own, "", "这是真的吗")
	must(t, err)
	other, err := w.Post("小白", "听说要停水")
	must(t, err)
	named, err := w.Comment("小艾", other, "", "@示例网警 看一下")
	must(t, err)
	list := func(path string) string {
		_, body := w.raw("GET", path, tok)
		return body
	}
	if got := list("/2/comments/to_me.json"); !strings.Contains(got, id) || strings.Contains(got, named) {
		t.Errorf("to me: %s", got)
	}
	if got := list("/2/comments/mentions.json"); strings.Contains(got, id) || !strings.Contains(got, named) || !strings.Contains(got, other) {
		t.Errorf("mentions: %s", got)
	}
	ip := "203.0.113.7"
	if code := w.code("POST", "/2/comments/reply.json", "cid", named, "id", other, "comment", "正在核实", "rip", ip); code != "" {
		t.Errorf("reply: %s", code)
	}
	if code := w.code("POST", "/2/comments/reply.json", "cid", named, "id", own, "comment", "正在核实", "rip", ip); code != "20101" {
		t.Errorf("reply under another post: %s", code)
	}
	if code := w.code("POST", "/2/comments/create.json", "id", other, "comment", "已看到", "rip", ip); code != "" {
		t.Errorf("create: %s", code)
	}
	must(t, w.Delete(other))
	if code := w.code("POST", "/2/comments/create.json", "id", other, "comment", "已看到", "rip", ip); code != "20101" {
		t.Errorf("under a deleted post: %s", code)
	}
	r := w.Received()
	if len(r) != 3 || r[1].To[0] != "小艾" || r[1].Text != "正在核实" || r[2].To[0] != "小白" {
		t.Errorf("%+v", r)
	}
}

func TestIdentity(t *testing.T) {
	_, body := serve(t, Options{}).ask("GET", "/2/users/show.json", "uid", "5550000000000001")
	if fmt.Sprint(body["verified_type"]) != "1" || body["verified"] != true {
		t.Errorf("%v", body)
	}
	_, body = serve(t, Options{VerifiedType: -1}).ask("GET", "/2/users/show.json", "uid", "5550000000000001")
	if fmt.Sprint(body["verified_type"]) != "-1" || body["verified"] != false {
		t.Errorf("%v", body)
	}
}
