package discourse_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/discourse"
	"netpatrol/adapters/internal/forum/forumtest"
)

var (
	alice = adapters.Person{ID: "90002", Handle: "alice"}
	try   = forumtest.Try()
)

// open opens an account on a fake forum; answer, if it is not nil, answers in its place
// whatever it says it does.
func open(t *testing.T, f *fake, answer func(w http.ResponseWriter, r *http.Request) bool) adapters.Caps {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer == nil || !answer(w, r) {
			f.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	a, err := discourse.Platform().Open(t.Context(), config(srv.URL), adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	return a.Caps()
}

// TestLikeAnyForum: and Discourse says invalid_access both of a key it does not take and of what its
// user may not do.
func TestLikeAnyForum(t *testing.T) {
	forumtest.Run(t, forumtest.Kit{
		New: func() forumtest.Forum { return pender{newFake()} },
		Member: func(blind bool) forumtest.Forum {
			f := newFake()
			f.queues, f.member, f.blind = true, true, blind
			return pender{f}
		},
		Open: func(t *testing.T, f forumtest.Forum, instead func(http.ResponseWriter, *http.Request) bool) adapters.Caps {
			return open(t, f.(pender).fake, instead)
		},
		Refuse: func(w http.ResponseWriter) { fail(w, http.StatusForbidden, "invalid_access") },
		Self:   "/u/police.json", Revoked: http.StatusForbidden,
	})
}

func TestPromise4_APostWithoutAnIDIsUnknown(t *testing.T) {
	caps := open(t, newFake(), func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "POST" {
			return false
		}
		_, _ = io.WriteString(w, `{"topic_id":301,"raw":"x"}`)
		return true
	})
	r, err := caps.Publish.Publish(t.Context(), try, adapters.Part{Title: "通报", Text: "不要垫付 NP-7Q4"})
	if err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestSend_NeverWhereOthersRead: an answer goes on in the private topic of two, else opens one.
func TestSend_NeverWhereOthersRead(t *testing.T) {
	for name, c := range map[string]struct {
		private bool
		users   []int
		goesOn  bool
	}{
		"our private topic":          {true, []int{selfID, aliceID}, true},
		"a public topic":             {false, nil, false},
		"a private topic with a bob": {true, []int{selfID, aliceID, 90003}, false},
		"somebody else's":            {true, []int{selfID, 90003}, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			caps := open(t, f, nil)
			heard := &fakePost{user: aliceID, raw: "在吗", at: time.Now(), version: 1, topic: f.open(c.private, c.users...), public: !c.private}
			f.add(heard)
			if _, err := caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: "您好", InReplyTo: adapters.Ref(fmt.Sprint(heard.id))}); err != nil {
				t.Fatal(err)
			}
			sent := f.posts[len(f.posts)-1]
			if goesOn := sent.topic == heard.topic; goesOn != c.goesOn || !sent.topic.private || len(sent.topic.users) != 2 {
				t.Errorf("it went to %+v", sent.topic)
			}
		})
	}
}

func TestSend_AnswersWhatIsGoneInANewTopic(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	for _, ref := range []adapters.Ref{"4711", "queued:NP-1", "x"} {
		if _, err := caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: "您好", InReplyTo: ref}); err != nil {
			t.Errorf("%q: %v", ref, err)
		}
	}
	if len(f.topics) != 3 {
		t.Errorf("%d topics", len(f.topics))
	}
}

func TestSend_ToOneUserOnly(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	for _, handle := range []string{"", "alice,bob", "alice@mail.example", "alice bob", ","} {
		_, err := caps.Message.Send(t.Context(), try, adapters.Message{To: adapters.Person{ID: "90002", Handle: handle}, Text: "您好"})
		if err == nil || adapters.ClassOf(err) != adapters.Rejected || len(f.posts) != 0 {
			t.Errorf("%q: %v, %d posts", handle, err, len(f.posts))
		}
	}
	if _, err := caps.Message.Send(t.Context(), try, adapters.Message{To: adapters.Person{Handle: "@海口_小林.1"}, Text: "您好"}); err != nil {
		t.Errorf("a Chinese name: %v", err)
	}
	if got := f.bodies[len(f.bodies)-1]; got["target_recipients"] != "海口_小林.1" || got["archetype"] != "private_message" || got["title"] != "官方账号私信" {
		t.Errorf("%v", got)
	}
}

// TestPoll_Forward: more was written than the newest page holds, with pages of any size.
func TestPoll_Forward(t *testing.T) {
	for _, size := range []int{50, 7} {
		f := newFake()
		f.pageSize = size
		caps := open(t, f, nil)
		cur := forumtest.Poll(t, caps, "posts", "", 10).Next
		for i := range 130 {
			source := "posts"
			if i%3 == 0 {
				source = "messages"
			}
			f.Write(source, fmt.Sprintf("number %d", i))
		}
		var got []string
		for range 200 {
			b := forumtest.Poll(t, caps, "posts", cur, 9)
			for _, in := range b.Items {
				got = append(got, in.Text)
			}
			if cur = b.Next; !b.More {
				break
			}
		}
		if len(got) != 86 || got[0] != "number 1" || got[85] != "number 128" {
			t.Errorf("pages of %d: %d posts: %v", size, len(got), got)
		}
	}
}

// TestPoll_StartsWithWhatIsUnread: what we answered by hand, or read, is not answered again.
func TestPoll_StartsWithWhatIsUnread(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	f.Write("messages", "answered already")
	f.add(&fakePost{user: selfID, raw: "answer by hand", at: time.Now(), version: 1, topic: f.dialogue()})
	f.Write("messages", "written since")
	read := f.open(true, selfID, 90003)
	read.read = 1
	f.add(&fakePost{user: 90003, raw: "read by hand", at: time.Now(), version: 1, topic: read})
	b := forumtest.Poll(t, caps, "messages", "", 10)
	if len(b.Items) != 1 || b.Items[0].Text != "written since" || b.Items[0].Key != "1003" {
		t.Errorf("%+v", b.Items)
	}
	f.Write("messages", "written after")
	if b = forumtest.Poll(t, caps, "messages", b.Next, 10); len(b.Items) != 1 || b.Items[0].Text != "written after" {
		t.Errorf("%+v", b.Items)
	}
}

// TestWithdraw_WhatWaitsAsAMember: only staff take a post out of the queue.
func TestWithdraw_WhatWaitsAsAMember(t *testing.T) {
	for _, blind := range []bool{false, true} {
		f := newFake()
		f.queues, f.member, f.blind = true, true, blind
		caps := open(t, f, nil)
		r, err := caps.Publish.Publish(t.Context(), try, adapters.Part{Title: "通报", Text: "不要垫付 NP-7Q4"})
		if err != nil || !r.Pending || r.At.IsZero() {
			t.Fatalf("%+v, %v", r, err)
		}
		if err := caps.Retract.Withdraw(t.Context(), try, r); adapters.ClassOf(err) != adapters.Unsupported {
			t.Errorf("blind %v: %v", blind, err)
		}
	}
}

func TestFind_FarBackInALongTopic(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	for i := range 45 {
		f.Write("messages", fmt.Sprintf("number %d", i))
	}
	heard := adapters.Ref("1045")
	if _, err := caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: "您好 NP-7Q4", InReplyTo: heard}); err != nil {
		t.Fatal(err)
	}
	q := adapters.FindQuery{Channel: adapters.Private, To: alice, Code: try.Code, Since: time.Now()}
	if got, err := caps.Find.Find(t.Context(), q); err != nil || got.Verdict != adapters.Found || got.Receipt.Ref != "1046" {
		t.Errorf("%+v, %v", got, err)
	}
	q.Code = "NP-OTHER"
	if got, err := caps.Find.Find(t.Context(), q); err != nil || got.Verdict != adapters.Inconclusive {
		t.Errorf("the topic is longer than what was read: %+v, %v", got, err)
	}
}

func TestOpen_ReadsTheForumsLimits(t *testing.T) {
	f := newFake()
	f.settings = `{"max_post_length":5000}`
	limits := open(t, f, nil).Limits
	if l, _ := limits.For(adapters.Private); l.Max != 5000 || l.Source != "read from the server" {
		t.Errorf("%+v", l)
	}
	if len(limits.Quotas) != 0 {
		t.Errorf("staff are exempt: %+v", limits.Quotas)
	}
	member := newFake()
	member.member = true
	limits = open(t, member, nil).Limits
	if l, _ := limits.For(adapters.Private); l.Max != 32000 || len(limits.Quotas) != 3 {
		t.Errorf("a member of a forum that does not say: %+v", limits)
	}
}

func TestOpen_SaysHowToMend(t *testing.T) {
	for name, c := range map[string]struct {
		with func(*adapters.Config)
		want string
	}{
		"no address":         {func(c *adapters.Config) { c.BaseURL = "" }, "base_url"},
		"a password in it":   {func(c *adapters.Config) { c.BaseURL = "https://a:hunter2@forum.example" }, "base_url"},
		"no user":            {func(c *adapters.Config) { c.Options["username"] = "" }, "option username"},
		"two users":          {func(c *adapters.Config) { c.Options["username"] = "a,b" }, "option username"},
		"no category":        {func(c *adapters.Config) { c.Options["category"] = "" }, "option category"},
		"a key of line ends": {func(c *adapters.Config) { c.Secrets["api_key"] = "\n" }, "api_key is missing"},
	} {
		cfg := config("https://forum.example")
		c.with(&cfg)
		_, err := discourse.Platform().Open(t.Context(), cfg, adaptertest.Host(t))
		if err == nil || adapters.ClassOf(err) != adapters.Rejected || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWebhook_Events(t *testing.T) {
	f := newFake()
	hook := open(t, f, nil).Webhook
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	genuine := f.hook(f.Write("posts", "求助@椰城网警"), now)
	for name, c := range map[string]struct {
		event, body string
		kind        adapters.Kind
		key         string
	}{
		"created":                {"post_created", genuine, adapters.KindPost, "1001"},
		"edited":                 {"post_edited", genuine, adapters.KindEdited, fmt.Sprintf("1001@%d", now.Unix())},
		"destroyed":              {"post_destroyed", genuine, adapters.KindDeleted, "1001!deleted"},
		"a private one":          {"post_created", strings.ReplaceAll(genuine, `"regular"`, `"private_message"`), adapters.KindMessage, "1001"},
		"perhaps a private one":  {"post_created", strings.ReplaceAll(genuine, `"regular"`, `""`), "", ""},
		"our own":                {"post_created", strings.ReplaceAll(genuine, `"alice"`, `"police"`), "", ""},
		"an event nobody wants":  {"post_liked", genuine, "", ""},
		"a ping":                 {"ping", `{"ping":"OK"}`, "", ""},
		"a topic":                {"topic_created", `{"topic":{"id":1}}`, "", ""},
		"a post without its id":  {"post_created", `{"post":{"raw":"x"}}`, "refused", ""},
		"no JSON":                {"post_created", `post=x`, "refused", ""},
		"of two hours ago, late": {"post_created", strings.ReplaceAll(genuine, "T08:", "T06:"), "refused", ""},
	} {
		d, err := hook.Verify(callback(c.body, c.event), now.Add(time.Second))
		switch {
		case c.kind == "refused":
			if err == nil || adapters.ClassOf(err) != adapters.Rejected || len(d.Items) != 0 {
				t.Errorf("%s: %+v, %v", name, d, err)
			}
		case c.kind == "":
			if err != nil || len(d.Items) != 0 || len(d.Ack) == 0 {
				t.Errorf("%s: %+v, %v", name, d, err)
			}
		case err != nil || len(d.Items) != 1 || d.Items[0].Kind != c.kind || d.Items[0].Key != c.key:
			t.Errorf("%s: %+v, %v", name, d.Items, err)
		}
	}
}

func TestWebhook_WithoutASecretThereIsNone(t *testing.T) {
	srv := httptest.NewServer(newFake())
	t.Cleanup(srv.Close)
	c := config(srv.URL)
	delete(c.Secrets, "webhook_secret")
	a, err := discourse.Platform().Open(t.Context(), c, adaptertest.Host(t))
	if err != nil || a.Caps().Webhook != nil {
		t.Errorf("%v, %v", a, err)
	}
}
