package nodebb_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/internal/forum/forumtest"
	"netpatrol/adapters/nodebb"
)

var (
	alice = adapters.Person{ID: "90002", Handle: "alice"}
	try   = forumtest.Try()
)

// open opens an account on a fake forum; answer, if it is not nil, answers in its place
// whatever it says it does.
func open(t *testing.T, f *fake, answer func(w http.ResponseWriter, r *http.Request) bool) adapters.Caps {
	t.Helper()
	return openAs(t, f, answer, nil)
}

func openAs(t *testing.T, f *fake, answer func(w http.ResponseWriter, r *http.Request) bool, options map[string]string) adapters.Caps {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer == nil || !answer(w, r) {
			f.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	c := config(srv.URL)
	for k, v := range options {
		c.Options[k] = v
	}
	a, err := nodebb.Platform().Open(t.Context(), c, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	return a.Caps()
}

// TestLikeAnyForum: and NodeBB answers a post with 403 both when it does not know the token and when
// its owner may not post there.
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
		Refuse: func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"status":{"code":"forbidden","message":"You are not allowed"},"response":{}}`)
		},
		Self: "/api/self", Revoked: http.StatusUnauthorized,
	})
}

// always answers every request of a method and path.
func always(method, path, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || r.URL.Path != path {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
		return true
	}
}

const okWithoutID = `{"status":{"code":"ok","message":"OK"},"response":{"title":"x"}}`

func TestPromise4_ATopicWithoutAnIDIsUnknown(t *testing.T) {
	caps := open(t, newFake(), always("POST", "/api/v3/topics", okWithoutID))
	r, err := caps.Publish.Publish(t.Context(), try, adapters.Part{Title: "通报", Text: "不要垫付 NP-7Q4"})
	if err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestPromise4_AMessageWithoutAnIDIsUnknown(t *testing.T) {
	f := newFake()
	f.room(aliceID, true)
	caps := open(t, f, always("POST", "/api/v3/chats/51", okWithoutID))
	r, err := caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: "您好 NP-7Q4"})
	if err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestSend_TwoMessagesOneRoom: NodeBB makes another room with every request for one.
func TestSend_TwoMessagesOneRoom(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	for range 2 {
		if _, err := caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: "您好"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.rooms) != 1 || len(f.messages) != 2 {
		t.Errorf("%d rooms, %d messages", len(f.rooms), len(f.messages))
	}
}

// TestSend_ARoomWithoutAnAnswerIsNoMessage: whatever became of the room, nothing was said.
func TestSend_ARoomWithoutAnAnswerIsNoMessage(t *testing.T) {
	f := newFake()
	caps := open(t, f, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "POST" || r.URL.Path != "/api/v3/chats" {
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	_, err := caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: "您好"})
	if adapters.ClassOf(err) != adapters.NotSent || err == nil || len(f.messages) != 0 {
		t.Errorf("%v, %d messages", err, len(f.messages))
	}
}

func TestPoll_WhatIsReleasedFromTheQueueLate(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	for range 30 { // more than the page of the newest
		f.Write("posts", "written long after")
	}
	cur := forumtest.Poll(t, caps, "posts", "", 10).Next
	f.mu.Lock()
	f.release(&fakePost{tid: 77, uid: aliceID, text: "queued for a day", at: time.Now().Add(-24 * time.Hour)})
	f.mu.Unlock()
	b := forumtest.Poll(t, caps, "posts", cur, 10)
	if len(b.Items) != 1 || b.Items[0].Text != "queued for a day" {
		t.Errorf("%+v", b.Items)
	}
}

func TestPoll_KindsAndOwnPosts(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	cur := forumtest.Poll(t, caps, "posts", "", 10).Next
	r, err := caps.Publish.Publish(t.Context(), try, adapters.Part{Title: "通报", Text: "不要垫付"})
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.release(&fakePost{tid: 1, uid: aliceID, toPid: 1, text: "请问@椰城网警这个是真的吗", at: time.Now()})
	f.mu.Unlock()
	b := forumtest.Poll(t, caps, "posts", cur, 10)
	if len(b.Items) != 1 || b.Items[0].Kind != adapters.KindComment || b.Items[0].Parent != r.Ref || b.Items[0].From.Handle != "alice" || b.Items[0].Text != "请问@椰城网警这个是真的吗" {
		t.Errorf("%+v", b.Items)
	}
}

// TestPoll_StartsWithWhatIsUnread: what we answered by hand, or read, is not answered again.
func TestPoll_StartsWithWhatIsUnread(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	f.Write("messages", "answered already")
	f.say(f.room(aliceID, true), selfUID, "answer by hand")
	f.Write("messages", "written since")
	f.mu.Lock()
	f.rooms = append(f.rooms, fakeRoom{id: 99, with: 90003, read: time.Now().Add(time.Hour)})
	f.say(99, 90003, "read by hand")
	f.mu.Unlock()
	b := forumtest.Poll(t, caps, "messages", "", 10)
	if len(b.Items) != 1 || b.Items[0].Text != "written since" || b.Items[0].Key != "703.chat" {
		t.Errorf("%+v", b.Items)
	}
	f.Write("messages", "written after")
	if b = forumtest.Poll(t, caps, "messages", b.Next, 10); len(b.Items) != 1 || b.Items[0].Text != "written after" {
		t.Errorf("%+v", b.Items)
	}
}

// TestCheck_ALongQueue: an entry on the second page waits still.
func TestCheck_ALongQueue(t *testing.T) {
	f := newFake()
	f.queues = true
	caps := open(t, f, nil)
	for n := range 25 {
		f.mu.Lock()
		f.waiting = append(f.waiting, &fakePost{uid: aliceID, text: "queued", entry: fmt.Sprintf("topic-%d", n)})
		f.mu.Unlock()
	}
	r, err := caps.Publish.Publish(t.Context(), try, adapters.Part{Title: "通报", Text: "不要垫付 NP-7Q4"})
	if err != nil {
		t.Fatal(err)
	}
	if still, err := caps.Publish.Check(t.Context(), r); err != nil || !still.Pending {
		t.Errorf("%+v, %v", still, err)
	}
}

// TestFind_ACodeElsewhere: a correction names the code of what it corrects.
func TestFind_ACodeElsewhere(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	parent := f.Write("posts", "is this true?")
	if _, err := caps.Comment.Comment(t.Context(), try, adapters.Comment{To: alice, Parent: parent, Text: "更正 NP-7Q4"}); err != nil {
		t.Fatal(err)
	}
	got, err := caps.Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Public, Code: try.Code, Since: time.Now()})
	if err != nil || got.Verdict != adapters.Inconclusive {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRequests_SpeakForTheUserInEnglish(t *testing.T) {
	f := newFake()
	var seen []string
	caps := openAs(t, f, func(_ http.ResponseWriter, r *http.Request) bool {
		seen = append(seen, r.URL.Query().Get("_uid")+r.URL.Query().Get("lang"))
		return false
	}, map[string]string{"uid": "7"})
	if _, err := caps.Publish.Publish(t.Context(), try, adapters.Part{Title: "通报", Text: "不要垫付"}); err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(seen, func(s string) bool { return s != "7en-GB" }) || len(seen) < 3 {
		t.Errorf("%q", seen)
	}
}

func TestOpen_ReadsTheForumsLimits(t *testing.T) {
	f := newFake()
	f.config = map[string]any{"maximumPostLength": 5000, "maximumChatMessageLength": 400}
	limits := open(t, f, nil).Limits
	for ch, want := range map[adapters.Channel]int{adapters.Public: 5000, adapters.InReply: 5000, adapters.Private: 400} {
		if l, _ := limits.For(ch); l.Max != want || !l.Confirmed || l.Source != "read from the server" {
			t.Errorf("%s: %+v", ch, l)
		}
	}
	if l, _ := open(t, newFake(), nil).Limits.For(adapters.Private); l.Max != 1000 {
		t.Errorf("a forum that does not say: %+v", l)
	}
}

func TestOpen_SaysHowToMend(t *testing.T) {
	for name, c := range map[string]struct {
		with func(*adapters.Config)
		want string
	}{
		"no address":           {func(c *adapters.Config) { c.BaseURL = "" }, "base_url"},
		"a password in it":     {func(c *adapters.Config) { c.BaseURL = "https://a:hunter2@forum.example" }, "base_url"},
		"no category":          {func(c *adapters.Config) { c.Options["category"] = "" }, "option category"},
		"a category by name":   {func(c *adapters.Config) { c.Options["category"] = "news" }, "option category"},
		"a user that is none":  {func(c *adapters.Config) { c.Options["uid"] = "-1" }, "option uid"},
		"a token of line ends": {func(c *adapters.Config) { c.Secrets["token"] = "\n" }, "token is missing"},
	} {
		cfg := config("https://forum.example")
		c.with(&cfg)
		_, err := nodebb.Platform().Open(t.Context(), cfg, adaptertest.Host(t))
		if err == nil || adapters.ClassOf(err) != adapters.Rejected || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefs_AreNotPaths(t *testing.T) {
	f := newFake()
	caps := open(t, f, nil)
	before := len(f.calls)
	for _, ref := range []adapters.Ref{"", "../self", "1/2", "0", "-1", "queue:../x:NP-1", "queue:"} {
		if _, err := caps.Lookup.Look(t.Context(), ref); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("look %q: %v", ref, err)
		}
		if err := caps.Retract.Withdraw(t.Context(), try, adapters.Receipt{Ref: ref}); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("withdraw %q: %v", ref, err)
		}
	}
	if err := caps.Retract.Withdraw(t.Context(), try, adapters.Receipt{Ref: "chat:51:701"}); adapters.ClassOf(err) != adapters.Unsupported {
		t.Errorf("a chat message: %v", err)
	}
	if len(f.calls) != before {
		t.Errorf("asked the forum: %v", f.calls[before:])
	}
}
