package nodebb_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/internal/sandbox/forum"
	"netpatrol/internal/sandbox/nodebb"
)

const (
	token  = "00000000-0000-4000-8000-000000000001"
	master = "00000000-0000-4000-8000-000000000002"
)

// bench is a forum behind a server, with a clock that only the test moves.
type bench struct {
	*nodebb.Forum
	t    *testing.T
	base string
	now  time.Time
}

func setup(t *testing.T, o nodebb.Options) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)}
	o.Token, o.Master, o.Handle, o.Name = token, master, "police", "椰城网警"
	o.Now = func() time.Time { return b.now }
	b.Forum = nodebb.New(o)
	b.AddPerson("alice")
	srv := httptest.NewServer(b.Forum)
	t.Cleanup(srv.Close)
	b.base = srv.URL
	return b
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// call makes a request as the agency; headers replace what it sends.
func (b *bench) call(method, path, body string, headers ...string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body) // some answers are no object
	return a
}

// at walks into an answer.
func (a answer) at(path ...string) any {
	var v any = a.body
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (a answer) code() any { return a.at("status", "code") }

const topic = `{"cid":5,"title":"通报","content":"不要先垫付，先垫付的都是骗局。"}`

func TestWhoMayCall(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	for _, c := range []struct {
		name, method, path, header string
		status                     int
		raw                        string
	}{
		{"our token", "GET", "/api/self", "Bearer " + token, 200, `"username":"police"`},
		{"an unknown token, reading", "GET", "/api/self", "Bearer nobody", 401, "not-authorised"},
		{"an unknown token, posting", "POST", "/api/v3/topics", "Bearer nobody", 403, "forbidden"},
		{"another scheme", "GET", "/api/self", "Token " + token, 401, "not-authorised"},
		{"no token, posting", "POST", "/api/v3/topics", "", 403, "Forbidden"},
		{"a master token that does not say for whom", "GET", "/api/self", "Bearer " + master, 400, "master-token-no-uid"},
		{"a master token for alice", "GET", "/api/self?_uid=3", "Bearer " + master, 200, `"username":"alice"`},
		{"a master token for alice, in the body", "GET", "/api/self", "Bearer " + master, 200, `"username":"alice"`},
	} {
		body := map[bool]string{true: `{"_uid":3}`}[strings.HasSuffix(c.name, "in the body")]
		a := b.call(c.method, c.path, body, "Authorization", c.header)
		if a.status != c.status || !strings.Contains(a.raw, c.raw) {
			t.Errorf("%s: %d %s", c.name, a.status, a.raw)
		}
		if !strings.Contains(a.header.Get("Set-Cookie"), "express.sid") {
			t.Errorf("%s: no cookie", c.name)
		}
	}
}

func TestAModeratorsPostsAppear(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	made := b.call("POST", "/api/v3/topics", topic)
	if made.status != 200 || made.code() != "ok" || made.at("response", "mainPid") != 1.0 || made.at("response", "tid") != 1.0 {
		t.Fatalf("%d %s", made.status, made.raw)
	}
	reply := b.call("POST", "/api/v3/topics/1", `{"content":"补充：请勿转账。","toPid":1}`)
	if reply.status != 200 || reply.at("response", "pid") != 2.0 || !strings.HasPrefix(fmt.Sprint(reply.at("response", "content")), "<p") {
		t.Errorf("%d %s", reply.status, reply.raw)
	}
	if p := b.call("GET", "/api/v3/posts/2", ""); p.at("response", "content") != "补充：请勿转账。" || p.at("response", "toPid") != "1" {
		t.Errorf("what was typed: %s", p.raw)
	}
	got := b.Received()
	if len(got) != 2 || got[0].Kind != forum.Topic || got[0].Title != "通报" || got[1].Kind != forum.Reply || got[1].To != "police" {
		t.Errorf("%+v", got)
	}
}

// TestTheSamePostIsTakenTwice: NodeBB keeps nobody from it; the ledger tells.
func TestTheSamePostIsTakenTwice(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	for range 2 {
		if a := b.call("POST", "/api/v3/topics", topic); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.raw)
		}
	}
	if n := len(b.Duplicates()); n != 1 {
		t.Errorf("%d duplicates", n)
	}
}

func TestAMembersPostsWait(t *testing.T) {
	b := setup(t, nodebb.Options{ReviewAfter: time.Minute, PostDelay: -1})
	alices, err := b.Post("alice", "求助", "这个短信是真的吗？大家看看")
	if err != nil {
		t.Fatal(err)
	}
	queued := b.call("POST", "/api/v3/topics", topic)
	if queued.status != 202 || queued.code() != "accepted" || queued.at("response", "queued") != true || queued.at("response", "tid") != nil {
		t.Fatalf("a topic: %d %s", queued.status, queued.raw)
	}
	b.now = b.now.Add(time.Second)
	reply := b.call("POST", "/api/v3/topics/1", `{"content":"请不要点那个链接。","toPid":`+alices+`}`)
	if reply.status != 200 || reply.at("response", "queued") != true || !strings.HasPrefix(fmt.Sprint(reply.at("response", "id")), "reply-") {
		t.Errorf("a reply: %d %s", reply.status, reply.raw)
	}
	if len(b.Received()) != 0 || len(b.Queue()) != 2 {
		t.Errorf("%d seen, %d wait", len(b.Received()), len(b.Queue()))
	}
	if a := b.call("GET", "/api/post-queue", ""); a.status != 200 || strings.Count(a.raw, `"id":`) != 2 {
		t.Errorf("a member reads their own: %d %s", a.status, a.raw)
	}
	if _, err := b.Post("alice", "又一个", "后来写的帖子，应当排在前面"); err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(time.Hour)
	var rows []map[string]any
	if err := json.Unmarshal([]byte(b.call("GET", "/api/recent/posts", "").raw), &rows); err != nil {
		t.Fatal(err)
	}
	order := ""
	for _, r := range rows {
		order += fmt.Sprintf("%v at %v, ", r["pid"], time.UnixMilli(int64(r["timestamp"].(float64))).UTC().Format("05"))
	}
	if order != "4 at 01, 2 at 01, 3 at 00, 1 at 00, " {
		t.Errorf("what is released gets a new id and keeps its old time: %s", order)
	}
	if len(b.Received()) != 2 {
		t.Errorf("%+v", b.Received())
	}
}

// TestTheQueueIsPaged: and shows members nothing of others.
func TestTheQueueIsPaged(t *testing.T) {
	for _, moderator := range []bool{false, true} {
		b := setup(t, nodebb.Options{Moderator: moderator})
		for n := range 25 {
			b.now = b.now.Add(time.Second)
			if _, err := b.PostLate("alice", "新人", fmt.Sprintf("第 %d 次发帖，请多关照", n)); err != nil {
				t.Fatal(err)
			}
		}
		for page, want := range map[int]int{1: 20, 2: 5, 3: 0} {
			if !moderator {
				want = 0
			}
			if a := b.call("GET", fmt.Sprintf("/api/post-queue?page=%d", page), ""); strings.Count(a.raw, `"id":`) != want {
				t.Errorf("moderator %v, page %d: %s", moderator, page, a.raw)
			}
		}
	}
}

func TestFlags(t *testing.T) {
	for _, moderator := range []bool{false, true} {
		b := setup(t, nodebb.Options{Moderator: moderator, FlagsPerDay: 2})
		b.AddPerson("bob")
		for n := range 4 {
			if _, err := b.Post("alice", "招人", fmt.Sprintf("第 %d 条：先垫付后返现", n)); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Promote("bob"); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Post("bob", "版规", "发帖前请先看版规"); err != nil {
			t.Fatal(err)
		}
		flag := func(id int) answer {
			return b.call("POST", "/api/v3/flags", fmt.Sprintf(`{"type":"post","id":%d,"reason":"请核实"}`, id))
		}
		if a := flag(1); a.status != 200 || a.code() != "ok" || (a.at("response", "flagId") != nil) != moderator {
			t.Errorf("moderator %v: %d %s", moderator, a.status, a.raw)
		}
		if a := flag(1); a.status != 400 || !strings.Contains(a.raw, "already flagged") {
			t.Errorf("again: %d %s", a.status, a.raw)
		}
		if a := b.call("POST", "/api/v3/flags", `{"type":"post","id":2}`); a.status != 400 {
			t.Errorf("without a reason: %d", a.status)
		}
		if a := flag(99); a.status != 400 || !strings.Contains(a.raw, "Invalid Data") {
			t.Errorf("nothing: %d %s", a.status, a.raw)
		}
		if a := flag(5); (a.status == 400) == moderator {
			t.Errorf("moderator %v flags a moderator: %d %s", moderator, a.status, a.raw)
		}
		flag(2)
		if a := flag(3); (a.status == 400) == moderator {
			t.Errorf("moderator %v, the third of a day: %d %s", moderator, a.status, a.raw)
		}
		b.now = b.now.Add(24 * time.Hour)
		if a := flag(4); a.status != 200 {
			t.Errorf("a day later: %d %s", a.status, a.raw)
		}
		list := b.call("GET", "/api/flags?reporterId=2&type=post&page=1", "")
		if (list.status == 200) != moderator || moderator && !strings.Contains(list.raw, `"targetId":1`) {
			t.Errorf("moderator %v lists: %d %s", moderator, list.status, list.raw)
		}
		if a := b.call("GET", "/api/v3/flags/1", ""); (a.status == 200) != moderator {
			t.Errorf("moderator %v reads one: %d", moderator, a.status)
		}
		if got := b.Flags(); got[0].Text != "请核实" || got[0].By != "police" || got[0].Author != "alice" || got[0].Post != "1" {
			t.Errorf("%+v", got)
		}
		res, err := http.Get(b.base + "/moderator")
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if !strings.Contains(string(page), "police 举报 alice 的帖子") || !strings.Contains(string(page), "先垫付后返现") {
			t.Errorf("what moderators see: %s", page)
		}
	}
}

func TestModeratorsDecide(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	entry, err := b.PostLate("alice", "新人", "第一次发帖，请多关照")
	if err != nil {
		t.Fatal(err)
	}
	list := b.call("GET", "/api/post-queue", "")
	if !strings.Contains(list.raw, entry) || !strings.Contains(list.raw, "authorization") {
		t.Errorf("the queue of an old server shows more than it should: %s", list.raw)
	}
	if a := b.call("POST", "/api/v3/posts/queue/"+entry, ""); a.status != 200 || a.at("response", "post", "pid") != 1.0 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	other, _ := b.PostLate("alice", "新人", "再发一次，请多关照")
	if a := b.call("DELETE", "/api/v3/posts/queue/"+other, ""); a.status != 200 || len(b.Queue()) != 0 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.call("DELETE", "/api/v3/posts/queue/"+other, ""); a.status != 404 {
		t.Errorf("again: %d", a.status)
	}
}

func TestRefusalsAreTold400ByWords(t *testing.T) {
	b := setup(t, nodebb.Options{PostDelay: 10 * time.Second})
	if _, err := b.Post("alice", "求助", "这个短信是真的吗？大家看看"); err != nil {
		t.Fatal(err)
	}
	b.Lock(1)
	for _, c := range []struct{ name, path, body, words string }{
		{"nothing given", "/api/v3/topics", `{}`, "Required parameters"},
		{"another category", "/api/v3/topics", `{"cid":9,"title":"x","content":"不要先垫付，先垫付的都是骗局"}`, "Category does not exist"},
		{"too short", "/api/v3/topics", `{"cid":5,"title":"x","content":"被骗了怎么办"}`, "longer post"},
		{"locked", "/api/v3/topics/1", `{"content":"请不要点链接，谨防受骗"}`, "Topic Locked"},
	} {
		if a := b.call("POST", c.path, c.body); a.status != 400 || a.code() != "bad-request" || !strings.Contains(a.raw, c.words) {
			t.Errorf("%s: %d %s", c.name, a.status, a.raw)
		}
	}
	if a := b.call("POST", "/api/v3/topics", topic); a.status != 202 {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if a := b.call("POST", "/api/v3/topics", topic); a.status != 400 || !strings.Contains(a.raw, "once every 10 second(s)") || a.header.Get("Retry-After") != "" {
		t.Errorf("flood: %d %s", a.status, a.raw)
	}
	if a := b.call("POST", "/api/v3/topics", `{"cid":`); a.status != 500 || a.code() != "internal-server-error" {
		t.Errorf("a broken request: %d %s", a.status, a.raw)
	}
}

// TestTwoPostsAtOnce: the second is refused while the first is being made.
func TestTwoPostsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := nodebb.New(nodebb.Options{Token: token, Handle: "police", Moderator: true, Making: time.Second})
		post := func() *httptest.ResponseRecorder {
			rec, req := httptest.NewRecorder(), httptest.NewRequest("POST", "/api/v3/topics", strings.NewReader(topic))
			req.Header.Set("Authorization", "Bearer "+token)
			f.ServeHTTP(rec, req)
			return rec
		}
		first := make(chan int)
		go func() { first <- post().Code }()
		synctest.Wait()
		if rec := post(); rec.Code != 400 || !strings.Contains(rec.Body.String(), "already posting") {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		if code := <-first; code != 200 {
			t.Errorf("the first: %d", code)
		}
		if rec := post(); rec.Code != 200 {
			t.Errorf("and then: %d %s", rec.Code, rec.Body)
		}
	})
}

func TestMaintenance(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	b.Maintenance(true)
	if a := b.call("GET", "/api/recent/posts", ""); a.status != 302 || a.header.Get("Location") != "/" {
		t.Errorf("the read API: %d %v", a.status, a.header)
	}
	if a := b.call("POST", "/api/v3/topics", topic); a.status != 503 || a.code() != "service-unavailable" || len(b.Received()) != 0 {
		t.Errorf("the write API: %d %s", a.status, a.raw)
	}
	b.Maintenance(false)
	b.Put(forum.Fault{Kind: forum.Refuse, Answer: forum.HTML(503, "too busy")})
	if a := b.call("GET", "/api/self", ""); a.status != 503 || !strings.Contains(a.raw, "<html>") {
		t.Errorf("overload: %d %s", a.status, a.raw)
	}
}

func TestChats(t *testing.T) {
	b := setup(t, nodebb.Options{})
	if a := b.call("GET", "/api/v3/users/3/chat", ""); a.status != 200 || a.at("response", "roomId") != nil {
		t.Errorf("no room yet: %s", a.raw)
	}
	for id := 1.0; id < 3; id++ { // every request makes another
		if a := b.call("POST", "/api/v3/chats", `{"uids":[3]}`); a.at("response", "roomId") != id {
			t.Errorf("room %v: %s", id, a.raw)
		}
	}
	if a := b.call("GET", "/api/v3/users/3/chat", ""); a.at("response", "roomId") != 1.0 {
		t.Errorf("%s", a.raw)
	}
	if a := b.call("POST", "/api/v3/chats/1", `{"message":"您好 <b>"}`); a.at("response", "roomId") != "1" || a.at("response", "mid") != 1.0 || !strings.Contains(fmt.Sprint(a.at("response", "content")), "&lt;b&gt;") {
		t.Errorf("a room is a string here, and the text HTML: %s", a.raw)
	}
	if a := b.call("GET", "/api/v3/chats/1/messages/1/raw", ""); a.at("response", "content") != "您好 <b>" {
		t.Errorf("%s", a.raw)
	}
	if a := b.call("POST", "/api/v3/chats/1", `{"message":"`+strings.Repeat("长", 1001)+`"}`); a.status != 400 || !strings.Contains(a.raw, "1000") {
		t.Errorf("too long: %d", a.status)
	}
	if _, err := b.Tell("alice", "在吗"); err != nil {
		t.Fatal(err)
	}
	list := b.call("GET", "/api/v3/chats?page=1&perPage=100", "")
	if rooms, _ := list.at("response", "rooms").([]any); len(rooms) != 2 || !strings.Contains(list.raw, `"unread":true`) || !strings.Contains(list.raw, `"roomId":1`) {
		t.Errorf("a room is a number here: %s", list.raw)
	}
	if a := b.call("GET", "/api/v3/chats/1/messages?start=1", ""); strings.Contains(a.raw, "在吗") || !strings.Contains(a.raw, "您好") {
		t.Errorf("start leaves the newest out: %s", a.raw)
	}
	if r := b.Received(); len(r) != 1 || r[0].To != "alice" || r[0].Kind != forum.Message || len(b.Chat("alice")) != 2 {
		t.Errorf("%+v", r)
	}
	if a := b.call("GET", "/api/v3/chats/1/messages", "", "Authorization", "Bearer "+master); a.status != 400 {
		t.Errorf("a master token without a user: %d", a.status)
	}
}

// TestNoticesMissChineseText is a table seen on a running forum.
func TestNoticesMissChineseText(t *testing.T) {
	for text, heard := range map[string]bool{
		"请问 @police 这个是真的吗": true, "你好，@police ，请问一下": true, "你好，@police，请问一下": true,
		"你好@police ，请问一下": false, "你好 @police你好请问": false, "你好@police你好请问": false, "你好，＠police 请问": false,
	} {
		b := setup(t, nodebb.Options{Moderator: true})
		if _, err := b.Post("alice", "求助", text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		a := b.call("GET", "/api/notifications?filter=mention", "")
		if got := strings.Contains(a.raw, `"mention"`); got != heard {
			t.Errorf("%s: noticed %v, want %v", text, got, heard)
		}
	}
}

func TestNoticesOfRepliesAreMerged(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	b.call("POST", "/api/v3/topics", topic)
	for _, text := range []string{"第一条回复，谢谢提醒", "第二条回复，谢谢提醒"} {
		if _, err := b.Reply("alice", "1", text); err != nil {
			t.Fatal(err)
		}
	}
	a := b.call("GET", "/api/notifications?filter=new-reply", "")
	if strings.Count(a.raw, `"new-reply"`) != 1 || !strings.Contains(a.raw, "第二条") {
		t.Errorf("%s", a.raw)
	}
	if _, err := b.Reply("alice", "1", "@police 请问这条是真的吗"); err != nil {
		t.Fatal(err)
	}
	if a := b.call("GET", "/api/notifications", ""); strings.Count(a.raw, "@police") != 2 {
		t.Errorf("one post is a mention and a reply: %s", a.raw)
	}
	if a := b.call("GET", "/api/notifications?filter=nonsense", ""); a.status != 404 {
		t.Errorf("an unknown filter: %d", a.status)
	}
}

func TestHiding(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	b.call("POST", "/api/v3/topics", topic)
	if a := b.call("DELETE", "/api/v3/posts/1/state", ""); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.call("GET", "/api/v3/posts/1", ""); a.at("response", "deleted") != 1.0 {
		t.Errorf("%s", a.raw)
	}
	if a := b.call("DELETE", "/api/v3/posts/1/state", ""); a.status != 400 {
		t.Errorf("again: %d", a.status)
	}
	if a := b.call("DELETE", "/api/v3/posts/9/state", ""); a.status != 404 {
		t.Errorf("nothing: %d", a.status)
	}
}

// TestPlayingAMember: the page shows what the agency wrote, and takes what a person types.
func TestPlayingAMember(t *testing.T) {
	b := setup(t, nodebb.Options{Moderator: true})
	b.call("POST", "/api/v3/topics", topic)
	page := func() string {
		res, err := http.Get(b.base + "/member?who=alice")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		return string(raw)
	}
	if got := page(); !strings.Contains(got, "不要先垫付") || !strings.Contains(got, "你在扮演：alice") {
		t.Errorf("%s", got)
	}
	send := func(deed string, form url.Values) int {
		form.Set("who", "alice")
		res, err := http.PostForm(b.base+"/member/"+deed, form)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	for deed, form := range map[string]url.Values{
		"tell": {"text": {"在吗在吗"}}, "reply": {"id": {"1"}, "text": {"收到，谢谢提醒大家"}}, "post": {"title": {"求助"}, "text": {"<script>这是不是骗局</script>"}},
	} {
		if code := send(deed, form); code != 200 {
			t.Errorf("%s: %d", deed, code)
		}
	}
	if code := send("post", url.Values{"title": {"短"}, "text": {"短"}}); code != 422 {
		t.Errorf("too short: %d", code)
	}
	if code := send("dance", url.Values{}); code != 404 {
		t.Errorf("an unknown deed: %d", code)
	}
	if got := page(); !strings.Contains(got, "在吗在吗") || strings.Contains(got, "<script>") || len(b.Actions()) != 3 {
		t.Errorf("%d deeds\n%s", len(b.Actions()), got)
	}
}
