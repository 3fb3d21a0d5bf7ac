package discourse_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"netpatrol/internal/sandbox/discourse"
	"netpatrol/internal/sandbox/forum"
)

const (
	key    = "0000000000000000000000000000000000000000000000000000000000000001"
	secret = "of-the-webhook"
)

// bench is a forum whose clock only the test moves.
type bench struct {
	*discourse.Forum
	t   *testing.T
	now time.Time
}

func setup(t *testing.T, o discourse.Options) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)}
	o.Key, o.Handle, o.Name = key, "police", "椰城网警"
	o.Now = func() time.Time { return b.now }
	b.Forum = discourse.New(o)
	t.Cleanup(b.Close)
	b.AddPerson("alice")
	b.AddPerson("bob")
	return b
}

type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

// call makes a request as the agency; headers replace what it sends.
func (b *bench) call(method, path, body string, headers ...string) answer {
	b.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Api-Key", key)
	req.Header.Set("Api-Username", "police")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		}
	}
	rec := httptest.NewRecorder()
	b.ServeHTTP(rec, req)
	a := answer{status: rec.Code, header: rec.Header(), raw: rec.Body.String()}
	_ = json.Unmarshal(rec.Body.Bytes(), &a.body) // some answers are no object
	return a
}

const topic = `{"title":"警惕先垫付骗局","raw":"不要先垫付，先垫付的都是骗局。","category":5}`

func TestWhoMayCall(t *testing.T) {
	b := setup(t, discourse.Options{Staff: true})
	for _, c := range []struct {
		name    string
		headers []string
		status  int
		raw     string
	}{
		{"our key", nil, 200, `"username":"police"`},
		{"another key", []string{"Api-Key", "x"}, 403, "invalid_access"},
		{"our key for another user", []string{"Api-Username", "alice"}, 403, "invalid_access"},
		{"no key", []string{"Api-Key", ""}, 403, "not_logged_in"},
	} {
		if a := b.call("GET", "/u/police.json", "", c.headers...); a.status != c.status || !strings.Contains(a.raw, c.raw) {
			t.Errorf("%s: %d %s", c.name, a.status, a.raw)
		}
	}
}

func TestThreeKindsOfPosts(t *testing.T) {
	b := setup(t, discourse.Options{Staff: true})
	made := b.call("POST", "/posts.json", topic)
	if made.status != 200 || made.body["id"] != 1.0 || made.body["topic_id"] != 1.0 || made.body["post_number"] != 1.0 {
		t.Fatalf("a topic: %d %s", made.status, made.raw)
	}
	if a := b.call("POST", "/posts.json", `{"topic_id":1,"raw":"补充一句，请勿转账。","reply_to_post_number":1}`); a.body["id"] != 2.0 || a.body["post_number"] != 2.0 {
		t.Errorf("a reply: %d %s", a.status, a.raw)
	}
	private := b.call("POST", "/posts.json", `{"title":"官方私信","raw":"您好，请拨打110。","archetype":"private_message","target_recipients":"alice"}`)
	if private.body["id"] != 3.0 || private.body["topic_id"] != 2.0 {
		t.Errorf("a private one: %d %s", private.status, private.raw)
	}
	if a := b.call("GET", "/t/2.json", ""); a.body["archetype"] != "private_message" || strings.Contains(a.raw, `"raw"`) {
		t.Errorf("%s", a.raw)
	}
	if a := b.call("GET", "/posts.json", ""); strings.Contains(a.raw, "110") || !strings.Contains(a.raw, `"raw"`) {
		t.Errorf("the public stream: %s", a.raw)
	}
	if a := b.call("GET", "/posts.json?before=2", ""); strings.Contains(a.raw, `"id":2`) || !strings.Contains(a.raw, `"id":1`) {
		t.Errorf("before 2: %s", a.raw)
	}
	got := b.Received()
	if len(got) != 3 || got[0].Kind != forum.Topic || got[1].To != "police" || got[2].Kind != forum.Message || got[2].To != "alice" {
		t.Errorf("%+v", got)
	}
}

func TestTheSameCallTwice(t *testing.T) {
	b := setup(t, discourse.Options{Staff: true})
	first := b.call("POST", "/posts.json", topic)
	b.now = b.now.Add(119 * time.Second)
	if a := b.call("POST", "/posts.json", topic); a.raw != first.raw || len(b.Received()) != 1 {
		t.Errorf("within two minutes: %d %s", a.status, a.raw)
	}
	b.now = b.now.Add(2 * time.Second)
	if a := b.call("POST", "/posts.json", topic); a.status != 422 || !strings.Contains(a.raw, "too similar") {
		t.Errorf("after that: %d %s", a.status, a.raw)
	}
	b.now = b.now.Add(5 * time.Minute)
	if a := b.call("POST", "/posts.json", topic); a.status != 200 || len(b.Duplicates()) != 1 {
		t.Errorf("much later: %d, %d duplicates", a.status, len(b.Duplicates()))
	}
}

func TestRefusals(t *testing.T) {
	b := setup(t, discourse.Options{Staff: true})
	for _, c := range []struct {
		name, body string
		status     int
		raw        string
	}{
		{"too short", `{"title":"警惕先垫付骗局","raw":"短","category":5}`, 422, "too short"},
		{"a short title", `{"title":"短","raw":"不要先垫付，先垫付的都是骗局","category":5}`, 422, "Title is too short"},
		{"no category", `{"title":"警惕先垫付骗局","raw":"不要先垫付，先垫付的都是骗局"}`, 422, "Category"},
		{"nobody of that name", `{"title":"私信","raw":"您好您好","archetype":"private_message","target_recipients":"nobody"}`, 422, "at least one user"},
		{"a topic that is not there", `{"topic_id":9,"raw":"不要先垫付，先垫付的都是骗局"}`, 404, "not_found"},
		{"no JSON", `raw=x`, 400, "invalid_parameters"},
	} {
		if a := b.call("POST", "/posts.json", c.body); a.status != c.status || !strings.Contains(a.raw, c.raw) {
			t.Errorf("%s: %d %s", c.name, a.status, a.raw)
		}
	}
	b.ReadOnly(true)
	if a := b.call("POST", "/posts.json", topic); a.status != 503 || !strings.Contains(a.raw, "read_only") {
		t.Errorf("read-only: %d %s", a.status, a.raw)
	}
	if n := len(b.Received()); n != 0 {
		t.Errorf("%d posts", n)
	}
}

func TestTwoLimiters(t *testing.T) {
	b := setup(t, discourse.Options{Requests: 3})
	b.call("POST", "/posts.json", topic)
	a := b.call("POST", "/posts.json", strings.ReplaceAll(topic, "警惕", "小心"))
	if a.status != 422 && a.status != 429 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	a = b.call("POST", "/posts.json", `{"title":"再发一个题目","raw":"另一件事情，也请大家当心。","category":5}`)
	if a.status != 429 || a.header.Get("Retry-After") == "" || !strings.Contains(a.raw, `"wait_seconds"`) || a.header.Get("Discourse-Rate-Limit-Error-Code") != "" {
		t.Errorf("the limiter of topics: %d %v %s", a.status, a.header, a.raw)
	}
	a = b.call("GET", "/posts.json", "")
	if a.status != 429 || a.header.Get("Retry-After") == "" || a.header.Get("Discourse-Rate-Limit-Error-Code") == "" || !strings.HasPrefix(a.raw, "Slow down") {
		t.Errorf("the limiter of the key: %d %v %s", a.status, a.header, a.raw)
	}
	b.now = b.now.Add(time.Minute)
	if a = b.call("GET", "/posts.json", ""); a.status != 200 {
		t.Errorf("a minute later: %d", a.status)
	}
}

func TestReview(t *testing.T) {
	b := setup(t, discourse.Options{})
	a := b.call("POST", "/posts.json", topic)
	if a.status != 200 || a.body["action"] != "enqueued" || a.body["id"] != nil || a.body["success"] != true {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if a := b.call("GET", "/review.json?status=pending", ""); a.status != 403 {
		t.Errorf("a member reads the queue: %d", a.status)
	}
	wait := b.Queue()
	if len(wait) != 1 || len(b.Received()) != 0 {
		t.Fatalf("%+v", wait)
	}
	if err := b.Decide(wait[0].ID, true); err != nil || len(b.Received()) != 1 {
		t.Errorf("%v, %+v", err, b.Received())
	}
	if a := b.call("GET", "/notifications.json", ""); strings.Count(a.raw, `"notification_type":20`) != 1 {
		t.Errorf("nobody told it was approved: %s", a.raw)
	}
	if err := b.Decide(wait[0].ID, true); err == nil {
		t.Error("decided twice")
	}
	if err := b.PostLate("alice", "新人报到", "第一次发帖，请多关照"); err != nil {
		t.Fatal(err)
	}
	if err := b.Decide(b.Queue()[0].ID, true); err != nil {
		t.Fatal(err)
	}
	if a := b.call("GET", "/notifications.json", ""); strings.Count(a.raw, `"notification_type":20`) != 1 {
		t.Errorf("somebody else's is no news: %s", a.raw)
	}
}

// TestMembersSeeWhatOfTheirsWaits: until it is decided on, whichever way.
func TestMembersSeeWhatOfTheirsWaits(t *testing.T) {
	b := setup(t, discourse.Options{})
	a := b.call("POST", "/posts.json", topic)
	if pending, _ := a.body["pending_post"].(map[string]any); pending["created_at"] != "2026-11-25T08:00:00.000Z" {
		t.Errorf("%s", a.raw)
	}
	if err := b.PostLate("alice", "新人报到", "第一次发帖，请多关照"); err != nil {
		t.Fatal(err)
	}
	if a := b.call("GET", "/posts/police/pending.json", ""); !strings.Contains(a.raw, "不要先垫付") || strings.Contains(a.raw, "请多关照") {
		t.Errorf("%s", a.raw)
	}
	if a := b.call("GET", "/posts/alice/pending.json", ""); a.status != 404 {
		t.Errorf("somebody else's: %d", a.status)
	}
	if err := b.Decide(b.Queue()[0].ID, false); err != nil {
		t.Fatal(err)
	}
	if a := b.call("GET", "/posts/police/pending.json", ""); a.raw != `{"pending_posts":[]}` || len(b.Received()) != 0 {
		t.Errorf("turned down: %s, %+v", a.raw, b.Received())
	}
}

// TestApprovalIsTold: a post that was let appear is told of by the webhook like any other, and to
// its author; one that was turned down to nobody but the moderators.
func TestApprovalIsTold(t *testing.T) {
	for _, release := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			h := &hooked{}
			f := inBubble(t, h, secret, func(o *discourse.Options) {
				o.Staff, o.Events = false, []string{"post", "reviewable", "notification"}
			})
			req := httptest.NewRequest("POST", "/posts.json", strings.NewReader(topic))
			req.Header.Set("Api-Key", key)
			req.Header.Set("Api-Username", "police")
			f.ServeHTTP(httptest.NewRecorder(), req)
			synctest.Wait()
			if got := h.events(); got != "reviewable_created" {
				t.Errorf("once it waits: %s", got)
			}
			if err := f.Decide(f.Queue()[0].ID, release); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			f.Close()
			want := map[bool]string{true: "notification_created post_created reviewable_created reviewable_updated", false: "reviewable_created reviewable_updated"}[release]
			if got := h.events(); got != want {
				t.Errorf("released %v: %s, want %s", release, got, want)
			}
			for i, body := range h.body {
				if strings.Contains(body, `"notification"`) && !strings.Contains(body, `"notification_type":20`) {
					t.Errorf("%s", body)
				}
				mac := hmac.New(sha256.New, []byte(secret))
				mac.Write([]byte(body))
				if h.got[i].Header.Get("X-Discourse-Event-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
					t.Errorf("not signed: %s", body)
				}
			}
		})
	}
}

func TestFlags(t *testing.T) {
	for _, staff := range []bool{false, true} {
		b := setup(t, discourse.Options{Staff: staff, FlagsPerDay: 2, Requests: -1})
		for n := range 3 {
			if _, err := b.Post("alice", "招人招人", fmt.Sprintf("第 %d 条：先垫付后返现", n)); err != nil {
				t.Fatal(err)
			}
		}
		flag := func(id, kind int) answer {
			return b.call("POST", "/post_actions.json", fmt.Sprintf(`{"id":%d,"post_action_type_id":%d,"message":"请核实"}`, id, kind))
		}
		if a := b.call("GET", "/posts/1.json", ""); !strings.Contains(a.raw, `{"can_act":true,"id":10}`) {
			t.Errorf("what may be done: %s", a.raw)
		}
		if a := flag(1, 10); a.status != 200 || a.body["id"] != 1.0 || !strings.Contains(a.raw, `"acted":true`) {
			t.Errorf("%d %s", a.status, a.raw)
		}
		if a := flag(1, 10); a.status != 403 || !strings.Contains(a.raw, "已经执行过") {
			t.Errorf("again: %d %s", a.status, a.raw)
		}
		for name, c := range map[string]struct{ id, kind, status int }{"no such kind": {2, 99, 400}, "no such post": {99, 8, 404}} {
			if a := flag(c.id, c.kind); a.status != c.status {
				t.Errorf("%s: %d %s", name, a.status, a.raw)
			}
		}
		flag(2, 8)
		if a := flag(3, 7); (a.status == 429) == staff || a.status == 429 && (a.header.Get("Retry-After") == "" || !strings.Contains(a.raw, "wait_seconds")) {
			t.Errorf("staff %v, the third of a day: %d %v %s", staff, a.status, a.header, a.raw)
		}
		if got := b.Flags(); got[0].Kind != "illegal" || got[0].Text != "请核实" || got[0].Author != "alice" || got[1].Kind != "spam" {
			t.Errorf("%+v", got)
		}
		if a := b.call("GET", "/review.json?status=pending", ""); (a.status == 200) != staff || staff && !strings.Contains(a.raw, "ReviewableFlaggedPost") {
			t.Errorf("staff %v: %d %s", staff, a.status, a.raw)
		}
		page := httptest.NewRecorder()
		b.ServeHTTP(page, httptest.NewRequest("GET", "/moderator", nil))
		if !strings.Contains(page.Body.String(), "类别 illegal") {
			t.Errorf("what moderators see: %s", page.Body)
		}
	}
}

func TestReviewByStaffWantsTheVersionSeen(t *testing.T) {
	b := setup(t, discourse.Options{})
	b.call("POST", "/posts.json", topic)
	if a := b.call("PUT", "/review/1/perform/reject_post?version=0", ""); a.status != 403 {
		t.Errorf("a member decides: %d", a.status)
	}
	staff := setup(t, discourse.Options{Staff: true})
	if a := staff.call("PUT", "/review/1/perform/reject_post", ""); a.status != 422 {
		t.Errorf("without a version: %d", a.status)
	}
	if a := staff.call("PUT", "/review/1/perform/reject_post?version=0", ""); a.status != 404 {
		t.Errorf("nothing there: %d", a.status)
	}
	if err := staff.PostLate("alice", "新人报到", "第一次发帖，请多关照"); err != nil {
		t.Fatal(err)
	}
	if a := staff.call("PUT", "/review/1/perform/reject_post?version=7", ""); a.status != 409 || len(staff.Queue()) != 1 {
		t.Errorf("another version: %d %s", a.status, a.raw)
	}
	if a := staff.call("PUT", "/review/1/perform/reject_post?version=0", ""); a.status != 200 || len(staff.Queue()) != 0 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

// TestNoticesMissChineseText: white space or punctuation must stand on both sides of a name.
func TestNoticesMissChineseText(t *testing.T) {
	for text, heard := range map[string]bool{"你好，@police，请问一下": true, "@police 请问这是真的吗": true, "你好@police你好请问": false, "你好 @police你好请问": false,
		"你好@police，请问一下": false, "你好，＠police 请问": false, "（@police）请问一下": true} {
		b := setup(t, discourse.Options{})
		if _, err := b.Post("alice", "求助大家", text); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.call("GET", "/notifications.json", "").raw, `"notification_type":1,`); got != heard {
			t.Errorf("%s: noticed %v, want %v", text, got, heard)
		}
	}
}

func TestPrivateTopics(t *testing.T) {
	b := setup(t, discourse.Options{Staff: true})
	if _, err := b.Tell("alice", "在吗在吗"); err != nil {
		t.Fatal(err)
	}
	b.call("POST", "/posts.json", `{"title":"官方私信","raw":"您好，请拨打110。","archetype":"private_message","target_recipients":"bob"}`)
	inbox, sent := b.call("GET", "/topics/private-messages/police.json", ""), b.call("GET", "/topics/private-messages-sent/police.json", "")
	if !strings.Contains(inbox.raw, `"id":1`) || strings.Contains(inbox.raw, `"id":2`) || !strings.Contains(inbox.raw, `"last_read_post_number":0`) {
		t.Errorf("inbox: %s", inbox.raw)
	}
	if !strings.Contains(sent.raw, `"id":2`) || strings.Contains(sent.raw, `"id":1`) {
		t.Errorf("sent: %s", sent.raw)
	}
	if a := b.call("GET", "/topics/private-messages/alice.json", ""); a.status != 403 {
		t.Errorf("somebody else's: %d", a.status)
	}
	if a := b.call("POST", "/posts.json", `{"topic_id":1,"raw":"在的，请讲。"}`); a.status != 200 || b.Received()[1].To != "alice" {
		t.Errorf("%d, %+v", a.status, b.Received())
	}
	if a := b.call("GET", "/t/1/posts.json?post_ids[]=3", ""); !strings.Contains(a.raw, "在的") || strings.Contains(a.raw, "在吗在吗") {
		t.Errorf("%s", a.raw)
	}
	if id, err := b.Tell("alice", "谢谢你们"); err != nil || id != "4" || len(b.Actions()) != 2 {
		t.Errorf("%s, %v", id, err)
	}
	if _, chat := b.Seen("alice"); len(chat) != 3 || !chat[1].Official {
		t.Errorf("%+v", chat)
	}
}

func TestEditingAndDeleting(t *testing.T) {
	b := setup(t, discourse.Options{Staff: true})
	id, err := b.Post("alice", "招人招人", "在家做任务，先垫付后返现")
	if err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(time.Hour)
	if err := b.Edit("alice", id, "已经改成别的内容了"); err != nil {
		t.Fatal(err)
	}
	if a := b.call("GET", "/posts/1.json", ""); a.body["version"] != 2.0 || a.body["updated_at"] != "2026-11-25T09:00:00.000Z" {
		t.Errorf("%s", a.raw)
	}
	if err := b.Delete("bob", id); err == nil {
		t.Error("bob deleted alice's")
	}
	if err := b.Delete("alice", id); err != nil || b.call("GET", "/posts/1.json", "").status != 404 || b.call("GET", "/t/1.json", "").status != 404 {
		t.Errorf("%v", err)
	}
}

// hooked takes callbacks and answers as it is told.
type hooked struct {
	mu   sync.Mutex
	got  []*http.Request
	body []string
	at   []time.Time
	fail int // so many first ones are refused
}

func (h *hooked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got, h.body, h.at = append(h.got, r), append(h.body, string(raw)), append(h.at, time.Now())
	if len(h.got) <= h.fail {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// events are the names of what was told, sorted: callbacks keep no order.
func (h *hooked) events() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var names []string
	for _, r := range h.got {
		names = append(names, r.Header.Get("X-Discourse-Event"))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// inBubble serves h over pipes, so that hours pass in a moment.
func inBubble(t *testing.T, h *hooked, secret string, with ...func(*discourse.Options)) *discourse.Forum {
	srv := &http.Server{Handler: h}
	l := &pipes{conns: make(chan net.Conn)}
	go srv.Serve(l) //nolint:errcheck // ends with the bubble
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: l.dial}}
	o := discourse.Options{Key: key, Handle: "police", Name: "椰城网警", Staff: true, Callback: "http://door.example/callback/x", Secret: secret, Client: client}
	for _, w := range with {
		w(&o)
	}
	f := discourse.New(o)
	f.AddPerson("alice")
	t.Cleanup(func() { _ = srv.Close() })
	return f
}

type pipes struct {
	conns chan net.Conn
	once  sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	c, ok := <-p.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.conns) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func TestCallbacksAreSignedAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hooked{fail: 4}
		f := inBubble(t, h, secret)
		began := time.Now()
		if _, err := f.Post("alice", "求助大家", "这个短信是真的吗"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		f.Close()
		if len(h.got) != 5 {
			t.Fatalf("%d tries, want one and four more: %+v", len(h.got), f.Deliveries())
		}
		for i, after := range []int{0, 1, 1 + 5, 1 + 5 + 25, 1 + 5 + 25 + 125} {
			if got := h.at[i].Sub(began); got != time.Duration(after)*time.Minute {
				t.Errorf("try %d came after %s, want %d minutes", i+1, got, after)
			}
		}
		if d := f.Deliveries(); len(d) != 5 || d[3].Status != 503 || d[4].Status != 200 || d[4].Try != 5 {
			t.Errorf("%+v, begun %s", d, began)
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(h.body[4]))
		r := h.got[4].Header
		if r.Get("X-Discourse-Event-Signature") != "sha256="+hex.EncodeToString(mac.Sum(nil)) || r.Get("X-Discourse-Event") != "post_created" || r.Get("X-Discourse-Event-Type") != "post" {
			t.Errorf("%v", r)
		}
		if h.body[0] != h.body[4] || !strings.Contains(h.body[4], `"topic_archetype":"regular"`) {
			t.Errorf("%s", h.body[4])
		}
	})
}

func TestCallbacksWithoutASecretAreBare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hooked{}
		f := inBubble(t, h, "")
		id, err := f.Tell("alice", "在吗在吗")
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if id != "1" {
			t.Fatal(id)
		}
		f.Again(1)
		synctest.Wait()
		f.Close()
		if len(h.got) != 2 || h.got[0].Header.Get("X-Discourse-Event-Signature") != "" || h.body[0] != h.body[1] || !strings.Contains(h.body[0], `"private_message"`) {
			t.Errorf("%d: %v", len(h.got), h.body)
		}
	})
}

func TestFaultsOnTheWire(t *testing.T) {
	b := setup(t, discourse.Options{Staff: true})
	srv := httptest.NewServer(b.Forum)
	t.Cleanup(srv.Close)
	post := func(text string) (int, string) {
		req, _ := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/posts.json", strings.NewReader(fmt.Sprintf(`{"title":"警惕先垫付骗局","raw":"不要先垫付，%s","category":5}`, text)))
		req.Header.Set("Api-Key", key)
		req.Header.Set("Api-Username", "police")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, ""
		}
		defer res.Body.Close()
		raw, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(raw)
	}
	for i, c := range []struct {
		fault  forum.Fault
		status int
		done   bool
	}{
		{forum.Fault{Kind: forum.ResetBefore, On: "POST"}, 0, false},
		{forum.Fault{Kind: forum.ResetAfter, On: "POST"}, 0, true},
		{forum.Fault{Kind: forum.Gateway, On: "POST"}, 504, true},
		{forum.Fault{Kind: forum.HalfJSON, On: "POST /posts"}, 200, true},
		{forum.Fault{Kind: forum.LateAnswer, On: "POST"}, 200, true},
		{forum.Fault{Kind: forum.Delay, On: "POST"}, 200, true},
		{forum.Fault{Kind: forum.Refuse, On: "POST", Answer: forum.Plain(429, "slow")}, 429, false},
	} {
		before := len(b.Received())
		b.Put(c.fault)
		status, raw := post(fmt.Sprintf("第 %d 次先垫付都是骗局", i))
		if done := len(b.Received()) > before; status != c.status || done != c.done {
			t.Errorf("%s: %d %q, done %v", c.fault.Kind, status, raw, done)
		}
		if c.fault.Kind == forum.HalfJSON && json.Valid([]byte(raw)) {
			t.Errorf("half an answer is whole: %s", raw)
		}
	}
	if b.Struck() != 7 {
		t.Errorf("%d struck", b.Struck())
	}
}
