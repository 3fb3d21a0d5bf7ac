package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// browse is a client that follows redirects as a browser does.
func browse(b *bundle, t *testing.T) *wire { return b.as(t, "") }

const linPage = "/citizen/xiaolin"

func TestPageShowsWhatACitizenMaySee(t *testing.T) {
	b := setup(t, Options{})
	b.tell(t, "xiaolin", "被骗了<b>")
	b.say(t, "阿明", "今天#天气#真好")
	b.tell(t, "阿明", "这是阿明的秘密")
	asAgency(b.m, "xiaolin", "您好，回执 YC-1")
	page := string(browse(b, t).must(200, "GET", linPage, nil).body)
	for _, want := range []string{"被骗了&lt;b&gt;", "您好，回执 YC-1", `<span class="hashtag">#天气#</span>`, "官方", "演练环境"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "秘密") {
		t.Error("the page shows somebody else's private message")
	}
}

func TestPagePicksACitizen(t *testing.T) {
	b := setup(t, Options{})
	r := browse(b, t).must(200, "GET", "/", nil)
	page := string(r.body)
	if !strings.Contains(page, linPage) || strings.Contains(page, "/citizen/"+url.PathEscape("海口网警")) {
		t.Error("the page does not offer exactly the citizens")
	}
	if csp := r.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("weak policy %q", csp)
	}
	for _, asset := range []string{"style.css", "live.js"} {
		browse(b, t).must(200, "GET", "/citizen/"+asset, nil)
	}
}

func TestPageActs(t *testing.T) {
	b := setup(t, Options{})
	web := browse(b, t)
	web.must(200, "POST", linPage+"/say", values("text", "大家好 @海口网警"))
	web.must(200, "POST", linPage+"/tell", values("to", "海口网警", "text", "有人骗我"))
	asAgency(b.m, "xiaolin", "请说")
	web.must(200, "POST", linPage+"/tell", values("to", "海口网警", "text", "是这样的"))
	web.must(200, "POST", linPage+"/delete", values("id", string(b.m.Posts("xiaolin")[0].ID)))
	web.must(200, "POST", linPage+"/delete", values("id", "42")) // gone is gone
	var kinds []string
	for _, a := range b.m.Actions() {
		kinds = append(kinds, string(a.Kind))
	}
	if got := strings.Join(kinds, " "); got != "say tell tell delete" {
		t.Errorf("got deeds %q", got)
	}
	if last := b.m.Actions()[2]; last.InReplyTo != b.m.Inbox("xiaolin")[0].ID {
		t.Error("the second message does not continue the thread")
	}
}

func TestPageRefuses(t *testing.T) {
	long := strings.Repeat("长", 501)
	cases := []struct {
		name, path string
		form       url.Values
		code       int
		want       string
	}{
		{"too long", linPage + "/say", values("text", long), 422, "内容太长了"},
		{"empty post", linPage + "/say", values("text", " "), 422, "内容不能为空"},
		{"empty message", linPage + "/tell", values("text", " ", "to", "海口网警"), 422, "内容不能为空"},
		{"message to nobody", linPage + "/tell", values("text", "喂", "to", "nobody"), 422, "没有这个账号"},
		{"unknown citizen", "/citizen/nobody/say", values("text", "喂"), 404, ""},
		{"playing the agency", "/citizen/" + url.PathEscape("海口网警") + "/say", values("text", "喂"), 404, ""},
	}
	b := setup(t, Options{})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := browse(b, t).must(c.code, "POST", c.path, c.form)
			if !strings.Contains(string(r.body), c.want) {
				t.Errorf("the page does not say %q", c.want)
			}
			if text := c.form.Get("text"); c.code == 422 && !strings.Contains(string(r.body), strings.TrimSpace(text)) {
				t.Error("what was typed is lost")
			}
		})
	}
	r, err := browse(b, t).do("POST", linPage+"/say", values("text", "喂"), "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
	if err != nil || r.code != http.StatusForbidden {
		t.Errorf("a form of another site got %d %v, want 403", r.code, err)
	}
	browse(b, t).must(404, "GET", "/citizen/nobody", nil)
	if got := b.m.Actions(); len(got) != 0 {
		t.Errorf("refused deeds were done: %+v", got)
	}
}

func TestPublicPostHasAPageOfItsOwn(t *testing.T) {
	b := setup(t, Options{})
	id := string(b.say(t, "阿明", "公开的话"))
	at := "/" + url.PathEscape("@阿明") + "/"
	if page := browse(b, t).must(200, "GET", at+id, nil); !strings.Contains(string(page.body), "公开的话") {
		t.Error("the page does not show the post")
	}
	browse(b, t).must(404, "GET", at+string(b.tell(t, "阿明", "悄悄话")), nil)
	browse(b, t).must(404, "GET", "/@xiaolin/"+id, nil)
}

func TestWhatIsReportedIsShownToModerators(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		web := browse(b, t)
		if page := string(web.must(200, "GET", "/moderator", nil).body); !strings.Contains(page, "还没有人举报") {
			t.Error("the moderators' page does not say that nothing was reported")
		}
		id := string(b.say(t, "阿明", "日结刷单，加我"))
		author := b.agency.must(200, "GET", "/api/v1/statuses/"+id, nil).object(t)["account"].(map[string]any)["id"].(string)
		form := func(author, status, category, comment string) url.Values {
			return values("account_id", author, "status_ids[]", status, "category", category, "comment", comment)
		}
		refused := map[string]struct {
			codes [2]int
			form  url.Values
		}{
			"somebody else's post": {[2]int{404, 404}, form(b.id, id, "spam", "刷单")},
			"no such post":         {[2]int{404, 404}, form(author, "42", "spam", "刷单")},
			"no such category":     {[2]int{422, 400}, form(author, id, "inappropriate", "刷单")},
			"too long":             {[2]int{422, 400}, form(author, id, "spam", strings.Repeat("长", 1001))},
		}
		for name, c := range refused {
			if r, err := b.agency.do("POST", "/api/v1/reports", c.form); err != nil || r.code != c.codes[f] {
				t.Errorf("%s: got %d %s %v, want %d", name, r.code, r.body, err, c.codes[f])
			}
		}
		for range 2 { // every report is kept
			made := b.agency.must(200, "POST", "/api/v1/reports", form(author, id, "legal", strings.Repeat("长", 1000))).object(t)
			if made["id"] == "" || made["category"] != "legal" || made["action_taken"] != false {
				t.Errorf("unexpected report: %v", made)
			}
		}
		got := b.m.Reports()
		if len(got) != 2 || got[0].ID == got[1].ID || string(got[0].Status) != id || got[0].By != "海口网警" || got[0].Author != "阿明" {
			t.Errorf("unexpected reports: %+v", got)
		}
		if err := b.m.Delete("阿明", StatusID(id)); err != nil {
			t.Fatal(err)
		}
		if page := string(web.must(200, "GET", "/moderator", nil).body); strings.Count(page, "日结刷单，加我") != 2 || !strings.Contains(page, "类别 legal") {
			t.Error("the moderators' page does not show what was reported, and the post that is gone")
		}
	})
}
