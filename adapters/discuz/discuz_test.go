package discuz_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/discuz"
)

// rig is an account opened on a fake board.
type rig struct {
	adapters.Account
	fake *fake
	caps adapters.Caps
	host adapters.Host
	base string
	mod  func(http.ResponseWriter, *http.Request) bool // answers in place of the board
	seen []string
}

func open(t *testing.T, f *fake) *rig {
	t.Helper()
	r := &rig{fake: f, host: adaptertest.Host(t)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.seen = append(r.seen, q.Method+" "+q.URL.Query().Get("module"))
		if r.mod == nil || !r.mod(w, q) {
			f.ServeHTTP(w, q)
		}
	}))
	t.Cleanup(srv.Close)
	r.base = srv.URL
	a, err := discuz.Platform().Open(t.Context(), config(srv.URL), r.host)
	if err != nil {
		t.Fatal(err)
	}
	r.Account, r.caps = a, a.Caps()
	return r
}

var (
	try     = adapters.Attempt{Item: "item", N: 1, Key: "key-1", Code: "NP-7Q4"}
	citizen = adapters.Person{ID: citizenUID}
)

// answer replaces the board's answer to sends of a module.
func answer(module, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || r.URL.Query().Get("module") != module {
			return false
		}
		_, _ = w.Write([]byte(body))
		return true
	}
}

func TestPromise4_ASuccessThatNamesNothingIsUnknown(t *testing.T) {
	for module, word := range map[string]string{"newthread": "post_newthread_succeed", "sendpm": "do_success"} {
		for _, id := range []string{``, `,"tid":"","pid":"","pmid":""`, `,"tid":"0","pid":"7","pmid":"0"`, `,"tid":"7","pmid":"-3"`} {
			r := open(t, newFake())
			r.mod = answer(module, `{"Charset":"UTF-8","Variables":{"member_uid":"880001","formhash":"x"`+id+`},"Message":{"messageval":"`+word+`"}}`)
			_, err := r.caps.Publish.Publish(t.Context(), try, adapters.Part{Text: "请勿转账"})
			if module == "sendpm" {
				_, err = r.caps.Message.Send(t.Context(), try, adapters.Message{To: citizen, Text: "您好"})
			}
			if err == nil || adapters.ClassOf(err) != adapters.Unknown {
				t.Errorf("%s %s: %v; want class unknown", module, id, err)
			}
		}
	}
}

func TestSession_IsKeptAndRenewed(t *testing.T) {
	f := newFake()
	r := open(t, f)
	again, err := discuz.Open(t.Context(), config(r.base), r.host)
	if err != nil || f.logins != 1 {
		t.Fatalf("the second start signed in again: %d sign-ins, %v", f.logins, err)
	}
	f.session++ // the board forgets
	if _, err := again.Identity(t.Context()); err != nil || f.logins != 2 {
		t.Errorf("a session that has run out: %v, %d sign-ins", err, f.logins)
	}
	if _, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: citizen, Text: "您好"}); err != nil || f.logins != 2 {
		t.Errorf("the other account takes the session that was made: %v, %d sign-ins", err, f.logins)
	}
	f.session++
	if _, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: citizen, Text: "再见"}); err != nil || f.logins != 3 {
		t.Errorf("a send renews it before it sends: %v, %d sign-ins", err, f.logins)
	}
}

func TestOpen_SaysWhatIsWrong(t *testing.T) {
	srv := httptest.NewServer(newFake())
	defer srv.Close()
	for name, c := range map[string]struct {
		change func(*adapters.Config)
		want   string
		class  adapters.Class
	}{
		"no user":        {func(c *adapters.Config) { c.Options["username"] = " " }, "username", adapters.Rejected},
		"no board":       {func(c *adapters.Config) { delete(c.Options, "forum") }, "forum", adapters.Rejected},
		"no number":      {func(c *adapters.Config) { c.Options["typeid"] = "通报" }, "typeid", adapters.Rejected},
		"no limit":       {func(c *adapters.Config) { c.Options["max_message"] = "many" }, "max_message", adapters.Rejected},
		"wrong password": {func(c *adapters.Config) { c.Secrets["password"] = "hunter2-hunter2" }, "compare username and password", adapters.AuthExpired},
		"no such place":  {func(c *adapters.Config) { c.BaseURL += "/elsewhere" }, "404", adapters.Unsupported},
	} {
		cfg := config(srv.URL)
		c.change(&cfg)
		_, err := discuz.Open(t.Context(), cfg, adaptertest.Host(t))
		if err == nil || adapters.ClassOf(err) != c.class || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v; want class %s and %q", name, err, c.class, c.want)
		}
	}
}

// What waits for a moderator is pending until it is there.
func TestReview(t *testing.T) {
	f := newFake()
	f.review = true
	r := open(t, f)
	got, err := r.caps.Publish.Publish(t.Context(), try, adapters.Part{Title: "通报", Text: "请勿转账 NP-7Q4"})
	if err != nil || !got.Pending || got.Ref == "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if still, err := r.caps.Publish.Check(t.Context(), got); err != nil || !still.Pending || still.Ref != got.Ref {
		t.Errorf("in review: %+v, %v", still, err)
	}
	q := adapters.FindQuery{Channel: adapters.Public, Code: "NP-7Q4", Since: time.Now().Add(-time.Minute)}
	if found, err := r.caps.Find.Find(t.Context(), q); err != nil || found.Verdict != adapters.Inconclusive {
		t.Errorf("what nobody is shown is not absent: %+v, %v", found, err)
	}
	f.mu.Lock()
	f.posts[0].hidden = false
	f.mu.Unlock()
	if done, err := r.caps.Publish.Check(t.Context(), got); err != nil || done.Pending || done.URL == "" || done.At.IsZero() {
		t.Errorf("released: %+v, %v", done, err)
	}
}

// A thread a moderator releases after a newer one was read is read all the same, once.
func TestThreads_LateRelease(t *testing.T) {
	f := newFake()
	r := open(t, f)
	source := "threads:" + board
	b, err := r.caps.Watch.Poll(t.Context(), source, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	held := f.Write(source, "先写后放")
	f.mu.Lock()
	f.posts[0].hidden = true
	f.mu.Unlock()
	second := f.Write(source, "后写先见")
	b, err = r.caps.Watch.Poll(t.Context(), source, b.Next, 10)
	if err != nil || len(b.Items) != 1 || b.Items[0].Ref != second || b.Items[0].Text != "求助\n后写先见" {
		t.Fatalf("%+v, %v", b, err)
	}
	f.mu.Lock()
	f.posts[0].hidden = false
	f.mu.Unlock()
	b, err = r.caps.Watch.Poll(t.Context(), source, b.Next, 10)
	if err != nil || len(b.Items) != 1 || b.Items[0].Ref != held {
		t.Fatalf("%+v, %v", b, err)
	}
	if b, err = r.caps.Watch.Poll(t.Context(), source, b.Next, 10); err != nil || len(b.Items) != 0 {
		t.Errorf("%+v, %v", b, err)
	}
}

// A cursor forgets old threads without taking them for new ones, and our own are no news.
func TestThreads_ManyAndOurs(t *testing.T) {
	f := newFake()
	r := open(t, f)
	source := "threads:" + board
	for range 260 {
		f.Write(source, "旧帖")
	}
	b, err := r.caps.Watch.Poll(t.Context(), source, "", 10)
	if err != nil || len(b.Items) != 0 {
		t.Fatalf("%+v, %v", b, err)
	}
	var want, got []adapters.Ref
	for range 45 {
		want = append(want, f.Write(source, "新帖"))
	}
	if _, err := r.caps.Publish.Publish(t.Context(), try, adapters.Part{Text: "我们的"}); err != nil {
		t.Fatal(err)
	}
	for more := true; more; more = b.More {
		if b, err = r.caps.Watch.Poll(t.Context(), source, b.Next, 10); err != nil {
			t.Fatal(err)
		}
		for _, in := range b.Items {
			got = append(got, in.Ref)
		}
	}
	if !slices.Equal(got, want) || len(b.Next) > 12_000 {
		t.Errorf("%d threads, want %d; the cursor has %d bytes", len(got), len(want), len(b.Next))
	}
}

// At the first poll, what we have not answered comes; the rest of the story does not.
func TestMessages_StartWithTheUnanswered(t *testing.T) {
	f := newFake()
	for i := range 23 {
		f.pm(citizenUID, ourUID, fmt.Sprintf("旧话%d", i))
	}
	f.pm(ourUID, citizenUID, "已答复")
	var want []adapters.Ref
	for i := range 14 {
		want = append(want, f.Write("messages", fmt.Sprintf("written %d", i)))
	}
	r := open(t, f)
	var got []adapters.Ref
	b, err := r.caps.Watch.Poll(t.Context(), "messages", "", 5)
	for ; err == nil; b, err = r.caps.Watch.Poll(t.Context(), "messages", b.Next, 5) {
		for _, in := range b.Items {
			got = append(got, in.Ref)
		}
		if !b.More {
			break
		}
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	late := f.Write("messages", "written late")
	if b, err = r.caps.Watch.Poll(t.Context(), "messages", b.Next, 5); err != nil || len(b.Items) != 1 || b.Items[0].Ref != late {
		t.Errorf("%+v, %v", b, err)
	}
}

// A reply on a later page of a long thread is found, looked at, and told from one that is gone.
func TestLongThreads(t *testing.T) {
	f := newFake()
	r := open(t, f)
	ref := f.Write("threads:"+board, "主题")
	tid, _, _ := strings.Cut(string(ref), ".")
	var reply adapters.Ref
	for i := range 25 {
		f.mu.Lock()
		p := f.add(fakePost{tid: tid, uid: citizenUID, text: fmt.Sprintf("回复%d", i)})
		f.mu.Unlock()
		if i == 14 {
			reply = adapters.Ref(p.tid + "." + p.pid)
		}
	}
	if s, err := r.caps.Lookup.Look(t.Context(), reply); err != nil || s.Text != "回复14" || s.Author.ID != citizenUID {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := r.caps.Lookup.Look(t.Context(), adapters.Ref(tid+".99999")); err != nil || s.Exists {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := r.caps.Comment.Comment(t.Context(), try, adapters.Comment{Parent: ref, Text: "请勿转账 NP-7Q4"}); err != nil {
		t.Fatal(err)
	}
	q := adapters.FindQuery{Channel: adapters.InReply, Parent: ref, Code: "NP-7Q4", Since: time.Now()}
	if found, err := r.caps.Find.Find(t.Context(), q); err != nil || found.Verdict != adapters.Found {
		t.Errorf("%+v, %v", found, err)
	}
	for _, bad := range []adapters.Ref{"", "7", "a.b", "7.", "0.7", "pm:7"} {
		if _, err := r.caps.Lookup.Look(t.Context(), bad); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A text the board's charset cannot hold is refused: what arrives must be what was approved.
func TestGBK_RefusesWhatItCannotWrite(t *testing.T) {
	f := newFake()
	f.gbk = true
	r := open(t, f)
	r.seen = nil
	_, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: citizen, Text: "请勿转账😀"})
	if adapters.ClassOf(err) != adapters.Rejected || !strings.Contains(fmt.Sprint(err), "charset GBK") {
		t.Errorf("%v", err)
	}
	if slices.Contains(r.seen, "POST sendpm") {
		t.Error("it was sent")
	}
	if _, err = r.caps.Message.Send(t.Context(), try, adapters.Message{To: citizen, Text: "囧轮镕"}); err != nil || f.pms[0].text != "囧轮镕" {
		t.Errorf("%v, %+v", err, f.pms)
	}
}

func TestNotices_ThatLeadToNoPostAreKept(t *testing.T) {
	f := newFake()
	r := open(t, f)
	b, err := r.caps.Watch.Poll(t.Context(), "notices", "", 10)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.notes = append(f.notes, object{"id": "41", "type": "system", "authorid": "0", "author": "", "dateline": stamp(time.Now()), "note": "您的<b>用户组</b>升级了"})
	f.mu.Unlock()
	b, err = r.caps.Watch.Poll(t.Context(), "notices", b.Next, 10)
	if err != nil || len(b.Items) != 1 || b.Items[0].Kind != adapters.KindOther || b.Items[0].Text != "您的用户组升级了" || b.Items[0].Detail != "system" {
		t.Errorf("%+v, %v", b, err)
	}
}

func TestPlan_MakesASubject(t *testing.T) {
	p := open(t, newFake()).caps.Publish
	long := strings.Repeat("骗", 40)
	for _, c := range []struct{ title, text, want string }{
		{"通报", "正文", "通报"}, {"", "第一行\n第二行", "第一行"}, {long, "正文", strings.Repeat("骗", 26)}, {"", long, strings.Repeat("骗", 26)},
	} {
		got, err := p.Plan(adapters.Bulletin{Title: c.title, Text: c.text})
		if err != nil || got.Parts[0].Title != c.want || (len(got.Degraded) > 0) != (c.title == long) {
			t.Errorf("%q: %+v, %v", c.title, got, err)
		}
	}
}

func TestSend_NeedsANumber(t *testing.T) {
	r := open(t, newFake())
	_, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: adapters.Person{ID: "小符"}, Text: "您好"})
	if adapters.ClassOf(err) != adapters.Rejected {
		t.Error(err)
	}
}
