package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	adapterdiscourse "netpatrol/adapters/discourse"
	adapternodebb "netpatrol/adapters/nodebb"
	"netpatrol/internal/sandbox/discourse"
	"netpatrol/internal/sandbox/forum"
	"netpatrol/internal/sandbox/nodebb"
)

// played is a pretend forum with the real adapter on it.
type played struct {
	adapters.Account
	board  forum.Board
	book   *forum.Ledger
	faults *forum.Faults
	alice  adapters.Person
	decide func(release bool) // by the forum's moderators, on all that waits
}

func onNodeBB(t *testing.T, moderator bool) played {
	t.Helper()
	f := nodebb.New(nodebb.Options{Token: demoForumToken, Handle: "yecheng", Name: demoName, Moderator: moderator, PostDelay: -1})
	p := played{board: f, book: &f.Ledger, faults: &f.Faults, alice: adapters.Person{ID: fmt.Sprint(f.AddPerson("alice")), Handle: "alice"}}
	p.decide = func(release bool) {
		for _, w := range f.Queue() {
			if err := f.Decide(w.Entry, release); err != nil {
				t.Error(err)
			}
		}
	}
	p.open(t, f, adapternodebb.Platform(), adapters.Config{ID: "x", Options: map[string]string{"category": "5"}, Secrets: map[string]adapters.Secret{"token": demoForumToken}})
	return p
}

func onDiscourse(t *testing.T, moderator bool) played {
	t.Helper()
	f := discourse.New(discourse.Options{Key: demoForumKey, Handle: "yecheng", Name: demoName, Staff: moderator, Requests: -1, TopicPause: -1})
	t.Cleanup(f.Close)
	p := played{board: f, book: &f.Ledger, faults: &f.Faults, alice: adapters.Person{ID: fmt.Sprint(f.AddPerson("alice")), Handle: "alice"}}
	p.decide = func(release bool) {
		for _, w := range f.Queue() {
			if err := f.Decide(w.ID, release); err != nil {
				t.Error(err)
			}
		}
	}
	p.open(t, f, adapterdiscourse.Platform(), adapters.Config{
		ID: "x", Options: map[string]string{"category": "5", "username": "yecheng"}, Secrets: map[string]adapters.Secret{"api_key": demoForumKey},
	})
	return p
}

func (p *played) open(t *testing.T, h http.Handler, on adapters.Platform, c adapters.Config) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c.BaseURL = srv.URL
	a, err := on.Open(t.Context(), c, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	p.Account = a
}

// eachForum runs f on either forum.
func eachForum(t *testing.T, moderator bool, f func(t *testing.T, p played)) {
	t.Run("NodeBB", func(t *testing.T) { f(t, onNodeBB(t, moderator)) })
	t.Run("Discourse", func(t *testing.T) { f(t, onDiscourse(t, moderator)) })
}

// way is one way out, and how it is looked for.
type way struct {
	name  string
	send  func(at adapters.Attempt, text string) (adapters.Receipt, error)
	query adapters.FindQuery
}

func (p played) ways(t *testing.T) []way {
	t.Helper()
	asked, err := p.board.Post("alice", "求助大家", "有人让我先交手续费，这是真的吗")
	if err != nil {
		t.Fatal(err)
	}
	caps, parent, ctx := p.Caps(), adapters.Ref(asked), t.Context()
	return []way{
		{"bulletin", func(at adapters.Attempt, text string) (adapters.Receipt, error) {
			return caps.Publish.Publish(ctx, at, adapters.Part{Title: "警惕先垫付骗局", Text: text})
		}, adapters.FindQuery{Channel: adapters.Public}},
		{"comment", func(at adapters.Attempt, text string) (adapters.Receipt, error) {
			return caps.Comment.Comment(ctx, at, adapters.Comment{To: p.alice, Parent: parent, Text: text})
		}, adapters.FindQuery{Channel: adapters.InReply, To: p.alice, Parent: parent}},
		{"message", func(at adapters.Attempt, text string) (adapters.Receipt, error) {
			return caps.Message.Send(ctx, at, adapters.Message{To: p.alice, Text: text, InReplyTo: parent})
		}, adapters.FindQuery{Channel: adapters.Private, To: p.alice}},
	}
}

// TestForums_WhatMayHaveGoneOutIsSettled: on a forum that the adapter's author did not write,
// an unknown outcome is found exactly when readers can see the text.
func TestForums_WhatMayHaveGoneOutIsSettled(t *testing.T) {
	eachForum(t, true, func(t *testing.T, p played) {
		n := 0
		for _, w := range p.ways(t) {
			for _, kind := range []forum.FaultKind{"", forum.ResetBefore, forum.ResetAfter, forum.Gateway, forum.HalfJSON} {
				n++
				at := adapters.Attempt{Code: fmt.Sprintf("NP-%d", n), Key: fmt.Sprint(n), Deadline: time.Now().Add(20 * time.Second)}
				text := fmt.Sprintf("凡是要求先垫付的都是骗局，第 %d 条，编号 %s", n, at.Code)
				if kind != "" {
					// NodeBB wants a chat room first; the second message finds it.
					p.faults.Put(forum.Fault{Kind: kind, On: "POST"})
				}
				before := len(p.book.Received())
				_, err := w.send(at, text)
				went := len(p.book.Received()) > before
				class := adapters.ClassOf(err)
				if (err == nil) != (kind == "") || err != nil && class != adapters.Unknown && (class != adapters.NotSent || went) {
					t.Errorf("%s under %q: %v, went out %v", w.name, kind, err, went)
				}
				w.query.Code, w.query.Text, w.query.Since = at.Code, text, time.Now()
				got, err := p.Caps().Find.Find(t.Context(), w.query)
				if want := map[bool]adapters.Verdict{true: adapters.Found, false: adapters.Absent}[went]; err != nil || got.Verdict != want {
					t.Errorf("%s under %q: went out %v, found %v, %v", w.name, kind, went, got.Verdict, err)
				}
			}
		}
		if twice := p.book.Duplicates(); len(twice) != 0 {
			t.Errorf("%+v", twice)
		}
	})
}

// TestForums_WhatWaitsForApproval is pending until the moderators have decided.
func TestForums_WhatWaitsForApproval(t *testing.T) {
	for _, release := range []bool{true, false} {
		eachForum(t, false, func(t *testing.T, p played) {
			w := p.ways(t)[0]
			r, err := w.send(adapters.Attempt{Code: "NP-1"}, "凡是要求先垫付的都是骗局，编号 NP-1")
			if err != nil || !r.Pending {
				t.Fatalf("%+v, %v", r, err)
			}
			if still, err := p.Caps().Publish.Check(t.Context(), r); err != nil || !still.Pending || still.Ref != r.Ref {
				t.Errorf("while it waits: %+v, %v", still, err)
			}
			p.decide(release)
			got, err := p.Caps().Publish.Check(t.Context(), r)
			switch {
			case !release && (err == nil || adapters.ClassOf(err) != adapters.Rejected):
				t.Errorf("turned down: %+v, %v", got, err)
			case release && (err != nil || got.Pending || got.Ref == r.Ref || len(p.book.Received()) != 1 || got.Ref != adapters.Ref(p.book.Received()[0].ID)):
				t.Errorf("released: %+v, %v, %+v", got, err, p.book.Received())
			}
		})
	}
}

// TestForums_AFlagIsSettled: moderators have a flag once, whatever became of an answer; and who may
// list flags, or sees in the post that it is flagged, knows which.
func TestForums_AFlagIsSettled(t *testing.T) {
	for _, moderator := range []bool{true, false} {
		eachForum(t, moderator, func(t *testing.T, p played) {
			caps := p.Caps()
			for n, kind := range []forum.FaultKind{"", forum.ResetBefore, forum.ResetAfter, forum.Gateway, forum.HalfJSON} {
				post, err := p.board.Post("alice", "招人招人", fmt.Sprintf("第 %d 条：先垫付后返现", n))
				if err != nil {
					t.Fatal(err)
				}
				at := adapters.Attempt{Code: fmt.Sprintf("NP-%d", n), Deadline: time.Now().Add(20 * time.Second)}
				flag := adapters.Flag{Post: adapters.Ref(post), Kind: caps.Flag.FlagKinds()[0], Text: "请核实，编号 " + at.Code}
				if kind != "" {
					p.faults.Put(forum.Fault{Kind: kind, On: "POST"})
				}
				before := len(p.board.Flags())
				_, err = caps.Flag.Flag(t.Context(), at, flag)
				went := len(p.board.Flags()) > before
				if class := adapters.ClassOf(err); (err == nil) != (kind == "") || err != nil && class != adapters.Unknown && (class != adapters.NotSent || went) {
					t.Errorf("under %q: %v, went out %v", kind, err, went)
				}
				got, err := caps.Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Moderators, Parent: flag.Post, Flag: flag.Kind, Code: at.Code})
				want := map[bool]adapters.Verdict{true: adapters.Found, false: adapters.Absent}[went]
				if !moderator && flag.Kind == adapters.FlagOther { // NodeBB
					want = adapters.Inconclusive
				}
				if err != nil || got.Verdict != want {
					t.Errorf("under %q: went out %v, found %v, %v", kind, went, got.Verdict, err)
				}
				if r, err := caps.Flag.Flag(t.Context(), at, flag); err != nil || r.Existed != went {
					t.Errorf("under %q, once more: %+v, %v", kind, r, err)
				}
				if now := p.board.Flags(); len(now) != before+1 || now[before].Text != flag.Text || now[before].Post != post {
					t.Errorf("under %q: the moderators have %+v", kind, now[before:])
				}
			}
		})
	}
}

// TestForums_OneWriteAtATime: a forum that refuses a second post while one is being made gets them
// one after another, whatever they are.
func TestForums_OneWriteAtATime(t *testing.T) {
	f := nodebb.New(nodebb.Options{Token: demoForumToken, Handle: "yecheng", Name: demoName, Moderator: true, PostDelay: -1, Making: 5 * time.Millisecond})
	p := played{board: f, book: &f.Ledger, faults: &f.Faults, alice: adapters.Person{ID: fmt.Sprint(f.AddPerson("alice")), Handle: "alice"}}
	p.open(t, f, adapternodebb.Platform(), adapters.Config{ID: "x", Options: map[string]string{"category": "5"}, Secrets: map[string]adapters.Secret{"token": demoForumToken}})
	ways := p.ways(t)
	errs := make(chan error)
	for n := range 12 {
		go func() {
			at := adapters.Attempt{Code: fmt.Sprintf("NP-%d", n), Deadline: time.Now().Add(20 * time.Second)}
			_, err := ways[n%len(ways)].send(at, fmt.Sprintf("凡是要求先垫付的都是骗局，第 %d 条，编号 %s", n, at.Code))
			errs <- err
		}()
	}
	for range 12 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := len(p.book.Received()); n != 12 {
		t.Errorf("%d arrived", n)
	}
}

// TestForums_AnAnswerToAPublicPostIsPrivate: nobody but the person asked reads it.
func TestForums_AnAnswerToAPublicPostIsPrivate(t *testing.T) {
	eachForum(t, true, func(t *testing.T, p played) {
		w := p.ways(t)[2]
		if _, err := w.send(adapters.Attempt{Code: "NP-1"}, "请拨打110，编号 NP-1"); err != nil {
			t.Fatal(err)
		}
		if got := p.book.Received(); len(got) != 1 || got[0].Kind != forum.Message || got[0].To != "alice" {
			t.Errorf("%+v", got)
		}
	})
}

// TestForums_HearAndLook: what a member writes is heard once, with the text that is seen when
// it is looked at again, until it is changed or gone.
func TestForums_HearAndLook(t *testing.T) {
	eachForum(t, true, func(t *testing.T, p played) {
		watch := p.Caps().Watch
		cursors := map[string]adapters.Cursor{}
		hear := func(source string) []adapters.Inbound {
			b, err := watch.Poll(t.Context(), source, cursors[source], 10)
			if err != nil {
				t.Fatal(err)
			}
			cursors[source] = b.Next
			return b.Items
		}
		hear("posts")
		hear("messages")
		id, err := p.board.Post("alice", "求助大家", "请问@椰城网警，**这个**是 <b>真的</b> 吗\n第二行")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.board.Tell("alice", "在吗，我想举报"); err != nil {
			t.Fatal(err)
		}
		posts, messages := hear("posts"), hear("messages")
		if len(posts) != 1 || len(messages) != 1 || messages[0].Kind != adapters.KindMessage || messages[0].Text != "在吗，我想举报" || messages[0].From.ID != p.alice.ID {
			t.Fatalf("posts %+v, messages %+v", posts, messages)
		}
		if again := append(hear("posts"), hear("messages")...); len(again) != 0 {
			t.Errorf("heard again: %+v", again)
		}
		look := func() adapters.Sight {
			s, err := p.Caps().Lookup.Look(t.Context(), posts[0].Ref)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		if s := look(); !s.Exists || s.Text != posts[0].Text || s.Author.ID != posts[0].From.ID || !s.Edited.IsZero() {
			t.Errorf("heard %q, seen %+v", posts[0].Text, s)
		}
		if err := p.board.Delete("alice", id); err != nil {
			t.Fatal(err)
		}
		if s := look(); s.Exists {
			t.Errorf("it is gone, and seen: %+v", s)
		}
	})
}

// TestForums_CallbackIsTheSameAsThePoll: what the pretend Discourse signs, the adapter takes,
// under the key and with the text that its poll gives.
func TestForums_CallbackIsTheSameAsThePoll(t *testing.T) {
	calls := make(chan adapters.Callback, 8)
	door := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- adapters.Callback{Method: r.Method, Query: r.URL.Query(), Header: r.Header, Body: body}
	}))
	t.Cleanup(door.Close)
	f := discourse.New(discourse.Options{Key: demoForumKey, Handle: "yecheng", Name: demoName, Requests: -1, Callback: door.URL, Secret: demoForumSecret})
	t.Cleanup(f.Close)
	f.AddPerson("alice")
	p := played{board: f, book: &f.Ledger}
	p.open(t, f, adapterdiscourse.Platform(), adapters.Config{
		ID: "x", Options: map[string]string{"category": "5", "username": "yecheng"},
		Secrets: map[string]adapters.Secret{"api_key": demoForumKey, "webhook_secret": demoForumSecret},
	})
	for source, write := range map[string]func() (string, error){
		"posts": func() (string, error) {
			return f.Post("alice", "求助大家", "请问@椰城网警这个是真的吗")
		},
		"messages": func() (string, error) { return f.Tell("alice", "在吗，我想举报") },
	} {
		before, err := p.Caps().Watch.Poll(t.Context(), source, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := write(); err != nil {
			t.Fatal(err)
		}
		d, err := p.Caps().Webhook.Verify(<-calls, time.Now())
		if err != nil || len(d.Items) != 1 {
			t.Fatalf("%s: %+v, %v", source, d.Items, err)
		}
		polled, err := p.Caps().Watch.Poll(t.Context(), source, before.Next, 10)
		if err != nil || len(polled.Items) != 1 {
			t.Fatalf("%s: %+v, %v", source, polled.Items, err)
		}
		if diff := cmp.Diff(polled.Items[0], d.Items[0]); diff != "" {
			t.Errorf("%s: polled, then called back:\n%s", source, diff)
		}
	}
}
