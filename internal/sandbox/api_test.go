package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhoAmI(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		me := b.agency.must(200, "GET", "/api/v1/accounts/verify_credentials", nil).object(t)
		if me["id"] != b.id || me["acct"] != "海口网警" || me["source"] == nil {
			t.Errorf("unexpected account: %v", me)
		}
		field := me["fields"].([]any)[0].(map[string]any)
		if !strings.Contains(field["value"].(string), "https://police.example") || field["verified_at"] == nil {
			t.Errorf("the verified website is not shown: %v", field)
		}
		other := b.agency.must(200, "GET", "/api/v1/accounts/lookup", values("acct", "XiaoLin")).object(t)
		if fields := other["fields"].([]any); len(fields) != 0 {
			t.Errorf("a citizen has a verified website: %v", fields)
		}
		b.agency.must(200, "GET", "/api/v1/accounts/"+other["id"].(string), nil)
		b.agency.must(404, "GET", "/api/v1/accounts/lookup", values("acct", "xiaolin@elsewhere.example"))
		b.agency.must(404, "GET", "/api/v1/accounts/1", nil)
	})
}

func TestTokensAndScopes(t *testing.T) {
	b := setup(t, Options{})
	narrow, err := b.m.NewToken("海口网警", "read")
	if err != nil {
		t.Fatal(err)
	}
	read := b.as(t, narrow)
	read.must(200, "GET", "/api/v1/notifications", nil)
	read.must(403, "POST", "/api/v1/statuses", values("status", "x"))
	b.as(t, "wrong").must(401, "GET", "/api/v1/timelines/public", nil)
	b.as(t, "").must(401, "GET", "/api/v1/notifications", nil)
	b.as(t, "").must(200, "GET", "/api/v1/timelines/public", nil)
	if err := b.m.Suspend("海口网警", true); err != nil {
		t.Fatal(err)
	}
	b.agency.must(403, "GET", "/api/v1/notifications", nil)
	if err := b.m.Suspend("海口网警", false); err != nil {
		t.Fatal(err)
	}
	b.m.Revoke(b.agency.token)
	r := b.agency.must(401, "POST", "/api/v1/statuses", values("status", "x"))
	if !strings.Contains(string(r.body), "revoked") {
		t.Errorf("401 does not say that the token was revoked: %s", r.body)
	}
}

func TestOAuth(t *testing.T) {
	b := setup(t, Options{})
	anon := b.as(t, "")
	app := anon.must(200, "POST", "/api/v1/apps", values("client_name", "np", "redirect_uris", "urn:ietf:wg:oauth:2.0:oob", "scopes", "read write")).object(t)
	code, err := b.m.AuthorizationCode("海口网警")
	if err != nil {
		t.Fatal(err)
	}
	form := values("client_id", app["client_id"].(string), "client_secret", app["client_secret"].(string),
		"grant_type", "authorization_code", "code", code, "scope", "read")
	token := anon.must(200, "POST", "/oauth/token", form).object(t)["access_token"].(string)
	b.as(t, token).must(200, "GET", "/api/v1/accounts/verify_credentials", nil)
	anon.must(400, "POST", "/oauth/token", form) // a code works once
	form.Set("client_secret", "guess")
	anon.must(401, "POST", "/oauth/token", form)
	form = values("client_id", app["client_id"].(string), "client_secret", app["client_secret"].(string), "grant_type", "client_credentials")
	appToken := anon.must(200, "POST", "/oauth/token", form).object(t)["access_token"].(string)
	b.as(t, appToken).must(422, "GET", "/api/v1/notifications", nil)
	anon.must(200, "POST", "/oauth/revoke", values("token", token))
	b.as(t, token).must(401, "GET", "/api/v1/accounts/verify_credentials", nil)
}

func TestPostingEditingDeleting(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		s := b.agency.must(200, "POST", "/api/v1/statuses", values("status", "通报 #反诈# 第一期", "visibility", "public", "language", "zh")).object(t)
		id := s["id"].(string)
		if s["edited_at"] != nil || s["visibility"] != "public" || s["language"] != "zh" {
			t.Errorf("unexpected status: %v", s)
		}
		citizen := b.as(t, b.m.Token("xiaolin"))
		citizen.must(404, "PUT", "/api/v1/statuses/"+id, values("status", "改"))
		citizen.must(404, "DELETE", "/api/v1/statuses/"+id, nil)
		edited := b.agency.must(200, "PUT", "/api/v1/statuses/"+id, values("status", "通报 #反诈# 更正")).object(t)
		if edited["edited_at"] == nil {
			t.Error("an edited status has no edited_at")
		}
		if h := b.agency.get("/api/v1/statuses/" + id + "/history"); len(h) != 2 || !strings.Contains(h[0]["content"].(string), "第一期") {
			t.Errorf("unexpected history: %v", h)
		}
		if src := b.agency.must(200, "GET", "/api/v1/statuses/"+id+"/source", nil).object(t); src["text"] != "通报 #反诈# 更正" {
			t.Errorf("unexpected source: %v", src)
		}
		gone := b.agency.must(200, "DELETE", "/api/v1/statuses/"+id, nil).object(t)
		if gone["text"] != "通报 #反诈# 更正" {
			t.Errorf("a deletion does not answer with the source: %v", gone)
		}
		b.agency.must(404, "GET", "/api/v1/statuses/"+id, nil)
		b.agency.must(404, "DELETE", "/api/v1/statuses/"+id, nil)
	})
}

func TestValidation(t *testing.T) {
	long := strings.Repeat("字", 501)
	cases := []struct {
		name     string
		form     url.Values
		mastodon int
		gts      int
	}{
		{"empty", values("status", "  "), 422, 400},
		{"too long", values("status", strings.Repeat(long, 10)), 422, 400},
		{"unknown visibility", values("status", "x", "visibility", "secret"), 422, 400},
		{"scheduled", values("status", "x", "scheduled_at", "2030-01-01T00:00:00Z"), 422, 400},
		{"answers nothing", values("status", "x", "in_reply_to_id", "42"), 404, 404},
		{"unknown media", values("status", "x", "media_ids[]", "42"), 404, 404},
	}
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		for _, c := range cases {
			want := [...]int{c.mastodon, c.gts}[f]
			if r, err := b.agency.do("POST", "/api/v1/statuses", c.form); err != nil || r.code != want {
				t.Errorf("%s: got %d %s %v, want %d", c.name, r.code, r.body, err, want)
			}
		}
		if got := b.m.Received(); len(got) != 0 {
			t.Errorf("refused posts were received: %v", got)
		}
	})
}

func TestLengthCountsLinksAndMentionsAsTheServerDoes(t *testing.T) {
	link := "https://police.example/" + strings.Repeat("a", 200)
	cases := []struct {
		name string
		f    Flavour
		text string
		code int
	}{
		{"exactly full", Mastodon, strings.Repeat("字", 500), 200},
		{"one too many", Mastodon, strings.Repeat("字", 501), 422},
		{"a long link counts 23", Mastodon, strings.Repeat("字", 477) + link, 200},
		{"a long link counts 23, not 22", Mastodon, strings.Repeat("字", 478) + link, 422},
		{"a domain after a mention is free", Mastodon, "@xiaolin@microblog.example " + strings.Repeat("字", 491), 200},
		{"a mention itself is not", Mastodon, "@xiaolin@microblog.example " + strings.Repeat("字", 492), 422},
		{"GoToSocial counts 25", GoToSocial, strings.Repeat("字", 4975) + link, 200},
		{"GoToSocial counts 25, not 24", GoToSocial, strings.Repeat("字", 4976) + link, 400},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			setup(t, Options{Flavour: c.f}).agency.must(c.code, "POST", "/api/v1/statuses", values("status", c.text))
		})
	}
}

func TestContentIsEscapedHTML(t *testing.T) {
	b := setup(t, Options{BaseURL: "https://weibo.example"})
	id := b.say(t, "xiaolin", "说:@海口网警看<b>&\"这个\"\n#兼职#返利 https://fraud.example/a/very/long/path?x=1&y=2\n\n第二段")
	got := b.agency.must(200, "GET", "/api/v1/statuses/"+string(id), nil).object(t)["content"].(string)
	for _, want := range []string{
		`<a href="https://weibo.example/@%E6%B5%B7%E5%8F%A3%E7%BD%91%E8%AD%A6" class="u-url mention">@<span>海口网警</span></a>`,
		`看&lt;b&gt;&amp;&#34;这个&#34;<br />`,
		`<a href="https://weibo.example/tags/%E5%85%BC%E8%81%8C" class="mention hashtag" rel="tag">#<span>兼职</span></a>#返利`,
		`<span class="invisible">https://</span><span class="ellipsis">fraud.example/a/very/long/path</span><span class="invisible">?x=1&amp;y=2</span>`,
		`</p><p>第二段</p>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("content lacks %s\n%s", want, got)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	form := values("status", "通报")
	t.Run("Mastodon answers with the first status for an hour", func(t *testing.T) {
		c := newClock()
		b := setup(t, Options{Now: c.now})
		post := func() string {
			return b.agency.must(200, "POST", "/api/v1/statuses", form, "Idempotency-Key", "k1").object(t)["id"].(string)
		}
		first := post()
		if again := post(); again != first {
			t.Errorf("same key made %s and %s", first, again)
		}
		if got := b.m.Received(); len(got) != 1 || got[0].Repeats != 1 || got[0].Key != "k1" {
			t.Errorf("unexpected ledger: %+v", got)
		}
		c.t = c.t.Add(time.Hour)
		if again := post(); again == first {
			t.Error("the key outlived its hour")
		}
		if d := b.m.Duplicates(); len(d) != 1 || d[0].Nth != 2 {
			t.Errorf("the duplicate is not visible: %+v", d)
		}
	})
	t.Run("Mastodon keeps a key only after success", func(t *testing.T) {
		b := setup(t, Options{})
		b.agency.must(422, "POST", "/api/v1/statuses", values("status", ""), "Idempotency-Key", "k1")
		b.agency.must(200, "POST", "/api/v1/statuses", form, "Idempotency-Key", "k1")
	})
	t.Run("a key belongs to an account", func(t *testing.T) {
		b := setup(t, Options{})
		b.agency.must(200, "POST", "/api/v1/statuses", form, "Idempotency-Key", "k1")
		b.as(t, b.m.Token("xiaolin")).must(200, "POST", "/api/v1/statuses", form, "Idempotency-Key", "k1")
		if got := b.m.Received(); len(got) != 2 {
			t.Errorf("got %d statuses, want 2", len(got))
		}
	})
	t.Run("GoToSocial ignores it", func(t *testing.T) {
		b := setup(t, Options{Flavour: GoToSocial})
		b.agency.must(200, "POST", "/api/v1/statuses", form, "Idempotency-Key", "k1")
		b.agency.must(200, "POST", "/api/v1/statuses", form, "Idempotency-Key", "k1")
		if d := b.m.Duplicates(); len(d) != 1 {
			t.Errorf("got %d duplicates, want 1", len(d))
		}
	})
}

func TestReceivedTellsWhatWasSent(t *testing.T) {
	b := setup(t, Options{})
	asked := b.tell(t, "xiaolin", "被骗了")
	text := "@xiaolin 您好，回执 R-1"
	b.agency.must(200, "POST", "/api/v1/statuses", values("status", text, "visibility", "direct", "in_reply_to_id", string(asked)))
	got := b.m.Received()
	if len(got) != 1 {
		t.Fatalf("received %d, want 1", len(got))
	}
	sum := sha256.Sum256([]byte(text))
	want := Received{
		ID: got[0].ID, Account: "海口网警", Visibility: Direct, To: []string{"xiaolin"}, Text: text, Digest: hex.EncodeToString(sum[:]),
		Body: "您好，回执 R-1", BodyDigest: digest("您好，回执 R-1"), InReplyTo: asked, At: got[0].At, Nth: 1,
	}
	if d := cmp.Diff(want, got[0]); d != "" {
		t.Error(d)
	}
	if inbox := b.m.Inbox("xiaolin"); len(inbox) != 1 || inbox[0].Text != text {
		t.Errorf("the citizen did not get it: %v", inbox)
	}
	b.agency.must(200, "PUT", "/api/v1/statuses/"+string(got[0].ID), values("status", "@xiaolin 改"))
	if got = b.m.Received(); len(got) != 2 || !got[1].Edit || got[1].Body != "改" {
		t.Errorf("an edit is not in the ledger: %+v", got)
	}
}

func TestVisibility(t *testing.T) {
	b := setup(t, Options{})
	if err := b.m.Follow("阿明", "xiaolin"); err != nil {
		t.Fatal(err)
	}
	who := map[string]*wire{
		"nobody": b.as(t, ""), "agency": b.agency, "author": b.as(t, b.m.Token("xiaolin")), "follower": b.as(t, b.m.Token("阿明")),
	}
	cases := []struct {
		v    Visibility
		seen []string
	}{
		{Public, []string{"agency", "author", "follower", "nobody"}},
		{Unlisted, []string{"agency", "author", "follower", "nobody"}},
		{Private, []string{"author", "follower"}},
		{Direct, []string{"author"}},
	}
	for _, c := range cases {
		id := b.say(t, "xiaolin", "自言自语", WithVisibility(c.v))
		var seen []string
		for name, w := range who {
			if r, err := w.do("GET", "/api/v1/statuses/"+string(id), nil); err == nil && r.code == 200 {
				seen = append(seen, name)
			}
		}
		slices.Sort(seen)
		if d := cmp.Diff(c.seen, seen); d != "" {
			t.Errorf("%s: %s", c.v, d)
		}
	}
	if got := b.agency.get("/api/v1/timelines/public"); len(got) != 1 {
		t.Errorf("the public timeline shows %d posts, want the public one", len(got))
	}
}

func TestOwnDirectStatusesAreListedByMastodonOnly(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		b.agency.must(200, "POST", "/api/v1/statuses", values("status", "@xiaolin 您好", "visibility", "direct"))
		want := [...]int{1, 0}[f]
		if got := b.agency.get("/api/v1/accounts/" + b.id + "/statuses"); len(got) != want {
			t.Errorf("got %d, want %d", len(got), want)
		}
		if got := b.as(t, b.m.Token("阿明")).get("/api/v1/accounts/" + b.id + "/statuses"); len(got) != 0 {
			t.Errorf("a third person sees %v", got)
		}
	})
}

func TestFlagsAreReadAsRailsDoes(t *testing.T) {
	b := setup(t, Options{})
	for value, want := range map[string]bool{"true": true, "1": true, "yes": true, "false": false, "0": false, "off": false, "": false} {
		s := b.agency.must(200, "POST", "/api/v1/statuses", values("status", "x", "sensitive", value)).object(t)
		if s["sensitive"] != want {
			t.Errorf("sensitive=%q is read as %v", value, s["sensitive"])
		}
	}
}

func TestVisibilityDefault(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		want := [...]string{"public", "unlisted"}[f]
		if got := b.agency.must(200, "POST", "/api/v1/statuses", values("status", "x")).object(t)["visibility"]; got != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

func TestUserAgentIsDemandedByGoToSocial(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		b.agency.must([...]int{200, 418}[f], "GET", "/api/v1/instance", nil, "User-Agent", "")
	})
}

func TestContext(t *testing.T) {
	b := setup(t, Options{})
	root := b.say(t, "xiaolin", "一")
	mid := b.say(t, "阿明", "二", InReplyTo(root))
	b.say(t, "阿明", "悄悄", InReplyTo(root), WithVisibility(Direct))
	leaf := b.say(t, "xiaolin", "三", InReplyTo(mid))
	got := b.agency.must(200, "GET", "/api/v1/statuses/"+string(mid)+"/context", nil).object(t)
	names := func(side string) (out []string) {
		for _, x := range got[side].([]any) {
			out = append(out, x.(map[string]any)["id"].(string))
		}
		return out
	}
	if d := cmp.Diff([][]string{{string(root)}, {string(leaf)}}, [][]string{names("ancestors"), names("descendants")}); d != "" {
		t.Error(d)
	}
}

func TestTagTimeline(t *testing.T) {
	b := setup(t, Options{})
	a := b.say(t, "xiaolin", "#兼职# 刷单返利")
	c := b.say(t, "xiaolin", "今天#兼职 也有#提醒#")
	b.say(t, "xiaolin", "悄悄 #兼职#", WithVisibility(Unlisted))
	d := b.say(t, "阿明", "#日结")
	path := "/api/v1/timelines/tag/" + url.PathEscape("兼职")
	cases := []struct {
		name  string
		query []string
		want  []StatusID
	}{
		{"newest first, public only", nil, []StatusID{c, a}},
		{"any", []string{"any[]", "日结"}, []StatusID{d, c, a}},
		{"all", []string{"all[]", "提醒"}, []StatusID{c}},
		{"none", []string{"none[]", "提醒"}, []StatusID{a}},
		{"above", []string{"min_id", string(a)}, []StatusID{c}},
		{"below", []string{"max_id", string(c)}, []StatusID{a}},
	}
	for _, x := range cases {
		want := []string{}
		for _, id := range x.want {
			want = append(want, string(id))
		}
		if diff := cmp.Diff(want, ids(b.agency.get(path, x.query...))); diff != "" {
			t.Errorf("%s: %s", x.name, diff)
		}
	}
	if err := b.m.Edit("xiaolin", a, "改了"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{string(c)}, ids(b.agency.get(path))); diff != "" {
		t.Errorf("after the tag was edited away: %s", diff)
	}
}

func TestSearch(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f})
		stranger := string(b.say(t, "xiaolin", "编号 HK-1 的通报是真的吗"))
		b.tell(t, "阿明", "编号 HK-2")
		own := b.agency.must(200, "POST", "/api/v1/statuses", values("status", "通报 编号 HK-1", "visibility", "public")).object(t)["id"].(string)
		want := [][]string{{own, stranger}, {own}}[f]
		got := b.agency.must(200, "GET", "/api/v2/search", values("q", "编号 HK-1", "type", "statuses")).object(t)
		var found []string
		for _, x := range got["statuses"].([]any) {
			found = append(found, x.(map[string]any)["id"].(string))
		}
		if d := cmp.Diff(want, found); d != "" {
			t.Error(d)
		}
	})
}

func TestInstance(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f, MaxChars: 321})
		for _, path := range []string{"/api/v1/instance", "/api/v2/instance"} {
			v := b.as(t, "").must(200, "GET", path, nil).object(t)
			limits := v["configuration"].(map[string]any)["statuses"].(map[string]any)
			if limits["max_characters"] != 321.0 || limits["characters_reserved_per_url"] != [...]float64{23, 25}[f] {
				t.Errorf("%s: unexpected limits %v", path, limits)
			}
		}
	})
}

func TestIDsGrowAndLookLikeTheServers(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		c := newClock()
		b := setup(t, Options{Flavour: f, Now: c.now})
		last := ""
		for i := range 50 {
			id := string(b.say(t, "xiaolin", fmt.Sprint("第", i)))
			if compareID(last, id) >= 0 {
				t.Fatalf("%s does not follow %s", id, last)
			}
			if last = id; i == 20 {
				c.t = c.t.Add(-time.Minute) // ids grow even when the clock goes back
			}
		}
		if want := [...]int{18, 26}[f]; len(last) != want {
			t.Errorf("id %s has %d characters, want %d", last, len(last), want)
		}
	})
}

func TestSameSeedSameWorld(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		world := func(seed uint64) string {
			c := newClock()
			b := setup(t, Options{Flavour: f, Now: c.now, Seed: seed})
			return b.agency.token + string(b.say(t, "xiaolin", "x"))
		}
		if first, second := world(7), world(7); first != second {
			t.Error("the same seed made two worlds")
		}
		if world(7) == world(8) {
			t.Error("two seeds made one world")
		}
	})
}

func TestParametersAsJSON(t *testing.T) {
	b := setup(t, Options{})
	b.tell(t, "xiaolin", "在吗")
	r, err := b.agency.client.Do(jsonRequest(t, b, "PATCH", "/api/v2/notifications/policy", `{"for_private_mentions":"accept"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if got := b.agency.must(200, "GET", "/api/v2/notifications/policy", nil).object(t); got["for_private_mentions"] != "accept" {
		t.Errorf("the policy did not change: %v", got)
	}
	r, err = b.agency.client.Do(jsonRequest(t, b, "POST", "/api/v1/statuses", `{"status":`))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 400 {
		t.Errorf("broken JSON got %d, want 400", r.StatusCode)
	}
}
