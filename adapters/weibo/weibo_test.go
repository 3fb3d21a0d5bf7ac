package weibo_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/weibo"
)

// opened is an account of ours on a fake.
func opened(t *testing.T, options ...string) (*fake, adapters.Account) {
	t.Helper()
	f := newFake()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	a, err := weibo.Open(t.Context(), config(s.URL, options...), adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	return f, a
}

func at(code string) adapters.Attempt {
	return adapters.Attempt{Item: "i", N: 1, Key: "key-1", Code: code, Deadline: time.Now().Add(time.Minute)}
}

func part(text string) adapters.Part { return adapters.Part{Text: text} }

const bulletin = "先垫付的兼职不要做。NP-7Q4 " + landing

func TestASharedPostMeetsThePlatformsRulesOrIsNotSent(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"as it should be", bulletin, ""},
		{"no link to a safe domain", "先垫付的兼职不要做。NP-7Q4", "a link"},
		{"a topic", "#反诈# " + bulletin, "topics"},
		{"too long", strings.Repeat("防", 141) + landing, "shorten"},
		{"letters count half", strings.Repeat("a", 240) + " " + landing, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, a := opened(t)
			_, err := a.Caps().Publish.Publish(t.Context(), at("NP-7Q4"), part(c.text))
			_, planned := a.Caps().Publish.Plan(adapters.Bulletin{Text: c.text})
			if (err != nil) != (c.want != "") || (planned != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("publish: %v; plan: %v; want %q", err, planned, c.want)
			}
			if n := len(f.Sent()); (n == 1) != (c.want == "") {
				t.Errorf("%d posts on the platform", n)
			}
		})
	}
}

func TestParametersOfWritingCalls(t *testing.T) {
	long := strings.Repeat("防", 200)
	for _, c := range []struct {
		name    string
		options []string
		send    func(context.Context, adapters.Account) error
		path    string
		want    url.Values
	}{
		{"share", nil, publish(bulletin), "/2/statuses/share.json", url.Values{"status": {bulletin}}},
		{"long", []string{"publish", "longtext"}, publish(long), "/2/statuses/upload_url_text/biz.json", url.Values{"status": {long}, "is_longtext": {"1"}, "visible": {"0"}}},
		{"long, but short", []string{"publish", "longtext", "picture", "abc"}, publish("短"), "/2/statuses/upload_url_text/biz.json", url.Values{"status": {"短"}, "visible": {"0"}, "pic_id": {"abc"}}},
		{"with a picture's address", []string{"publish", "longtext", "picture", "https://gaj.example.gov.cn/p.png"}, publish("短"), "/2/statuses/upload_url_text/biz.json", url.Values{"status": {"短"}, "visible": {"0"}, "url": {"https://gaj.example.gov.cn/p.png"}}},
		{"under a post", nil, answer("5100000000000009"), "/2/comments/create.json", url.Values{"comment": {"已看到"}, "id": {"5100000000000009"}, "comment_ori": {"0"}}},
		{"to a comment", nil, answer("comment:5100000000000010:5100000000000009"), "/2/comments/reply.json", url.Values{"comment": {"已看到"}, "cid": {"5100000000000010"}, "id": {"5100000000000009"}, "comment_ori": {"0"}, "without_mention": {"0"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, a := opened(t, c.options...)
			if err := c.send(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			c.want["access_token"], c.want["rip"] = []string{token}, []string{"203.0.113.7"}
			if got := f.forms[len(f.forms)-1]; !maps.EqualFunc(got, c.want, slices.Equal) || f.calls[len(f.calls)-1] != "POST "+c.path {
				t.Errorf("%s %v, want %s %v", f.calls[len(f.calls)-1], got, c.path, c.want)
			}
		})
	}
}

func publish(text string) func(context.Context, adapters.Account) error {
	return func(ctx context.Context, a adapters.Account) error {
		_, err := a.Caps().Publish.Publish(ctx, at("NP-7Q4"), part(text))
		return err
	}
}

func answer(parent adapters.Ref) func(context.Context, adapters.Account) error {
	return func(ctx context.Context, a adapters.Account) error {
		_, err := a.Caps().Comment.Comment(ctx, at("NP-7Q4"), adapters.Comment{Parent: parent, Text: "已看到"})
		return err
	}
}

func TestACommentKnownFromACallbackIsLookedForFirst(t *testing.T) {
	f, a := opened(t)
	ref := f.Write("comment-mentions", "@示例网警 这是真的吗")
	id := strings.Split(string(ref), ":")[1]
	if err := answer(adapters.Ref("comment:"+id))(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	if form := f.forms[len(f.forms)-1]; form.Get("cid") != id || form.Get("id") != "4000000000000001" {
		t.Errorf("answered %v", form)
	}
	err := answer("comment:5999999999999999")(t.Context(), a)
	if adapters.ClassOf(err) != adapters.Gone {
		t.Errorf("a comment nobody knows: %v", err)
	}
}

// A post that appears in two minutes is pending, found by its code, and sent once.
func TestADelayedPostIsPendingUntilItAppears(t *testing.T) {
	f, a := opened(t)
	f.answer = `{"error":"delayed","error_code":20032}`
	r, err := a.Caps().Publish.Publish(t.Context(), at("NP-7Q4"), part(bulletin))
	if err != nil || !r.Pending || r.Ref == "" {
		t.Fatalf("%+v %v", r, err)
	}
	f.Delete(f.Sent()[0].Ref) // not yet to be seen
	if r, err = a.Caps().Publish.Check(t.Context(), r); err != nil || !r.Pending {
		t.Errorf("before: %+v %v", r, err)
	}
	f.change(adapters.Ref(fmt.Sprint(f.posts[0].id)), func(e *entry) { e.gone = false })
	if r, err = a.Caps().Publish.Check(t.Context(), r); err != nil || r.Pending || r.Ref != f.Sent()[0].Ref {
		t.Errorf("after: %+v %v", r, err)
	}
	if _, err = a.Caps().Publish.Check(t.Context(), r); err != nil {
		t.Errorf("once more: %v", err)
	}
	f.answer = `{"error":"delayed","error_code":20032}`
	if err := answer("5100000000000009")(t.Context(), a); adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("a delayed comment, which cannot be found: %v", err)
	}
}

func TestPromise4_WithoutAnIdOrAWordNothingIsSent(t *testing.T) {
	for name, send := range map[string]func(context.Context, adapters.Account) error{
		"post": publish(bulletin), "comment": answer("5100000000000009"),
		"message": func(ctx context.Context, a adapters.Account) error {
			_, err := a.Caps().Message.Send(ctx, at("NP-7Q4"), adapters.Message{To: adapters.Person{ID: aliceID}, Text: "已收到"})
			return err
		},
	} {
		for _, body := range []string{`{}`, `{"id":""}`, `{"result":false}`, `{"text":"x"}`} {
			f, a := opened(t)
			f.answer = body
			if err := send(t.Context(), a); err == nil || adapters.ClassOf(err) != adapters.Unknown {
				t.Errorf("%s, answered %s: %v", name, body, err)
			}
		}
	}
}

func TestAbsentOnlyWhenNothingCanHide(t *testing.T) {
	long := time.Now().Add(-time.Hour)
	for _, c := range []struct {
		name  string
		since time.Time
		set   func(*fake)
		want  adapters.Verdict
	}{
		{"an empty timeline", long, func(*fake) {}, adapters.Absent},
		{"too soon to have appeared", time.Now().Add(-time.Minute), func(*fake) {}, adapters.Inconclusive},
		{"when it was tried is not known", time.Time{}, func(*fake) {}, adapters.Inconclusive},
		{"found", long, func(f *fake) { f.add(&f.posts, &entry{author: selfID, text: bulletin}) }, adapters.Found},
		{"a newer post is cut short", long, func(f *fake) {
			f.long = true
			f.add(&f.posts, &entry{author: selfID, text: strings.Repeat("防", 200)})
		}, adapters.Inconclusive},
		{"an old pinned post on top", long, func(f *fake) {
			f.add(&f.posts, &entry{author: selfID, text: bulletin})
			f.pinned = &entry{id: 17, author: selfID, text: "置顶", created: time.Now().Add(-1000 * time.Hour)}
		}, adapters.Found},
		{"on the third page", long, func(f *fake) {
			f.add(&f.posts, &entry{author: selfID, text: bulletin})
			for range 120 {
				f.add(&f.posts, &entry{author: selfID, text: "另一条"})
			}
		}, adapters.Found},
		{"more of our own than is read", long, func(f *fake) {
			for range 600 {
				f.add(&f.posts, &entry{author: selfID, text: "另一条"})
			}
		}, adapters.Inconclusive},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, a := opened(t)
			c.set(f)
			got, err := a.Caps().Find.Find(t.Context(), adapters.FindQuery{Channel: adapters.Public, Code: "NP-7Q4", Since: c.since})
			if err != nil || got.Verdict != c.want {
				t.Errorf("%v, error %v; want %v", got.Verdict, err, c.want)
			}
		})
	}
}

// A burst larger than a page, and a platform that gives less than it was asked for, lose nothing.
func TestABurstOfMentionsIsReadToTheLast(t *testing.T) {
	for _, capped := range []int{0, 20} {
		f, a := opened(t)
		f.capped = capped
		first, err := a.Caps().Watch.Poll(t.Context(), "mentions", "", 40)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []adapters.Ref
		for i := range 170 {
			want = append(want, f.Write("mentions", fmt.Sprintf("@示例网警 %d", i)))
		}
		b := adapters.Batch{Next: first.Next, More: true}
		for b.More {
			if b, err = a.Caps().Watch.Poll(t.Context(), "mentions", b.Next, 100); err != nil {
				t.Fatal(err)
			}
			for _, in := range b.Items {
				got = append(got, in.Ref)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %d of %d read in order", capped, len(got), len(want))
		}
	}
}

func TestAQuietPollIsOneCall(t *testing.T) {
	f, a := opened(t)
	b, err := a.Caps().Watch.Poll(t.Context(), "comments", "", 40)
	if err != nil {
		t.Fatal(err)
	}
	f.Write("comments", "谢谢")
	for i, items := range []int{1, 0, 0} {
		before := len(f.calls)
		if b, err = a.Caps().Watch.Poll(t.Context(), "comments", b.Next, 40); err != nil || len(b.Items) != items || len(f.calls) != before+1 {
			t.Errorf("poll %d: %d items, %d calls, error %v", i, len(b.Items), len(f.calls)-before, err)
		}
	}
}

func TestOurOwnWordsAreNotHeard(t *testing.T) {
	f, a := opened(t)
	b, err := a.Caps().Watch.Poll(t.Context(), "mentions", "", 40)
	if err != nil {
		t.Fatal(err)
	}
	f.add(&f.posts, &entry{author: selfID, text: "@示例网警", names: true})
	if b, err = a.Caps().Watch.Poll(t.Context(), "mentions", b.Next, 40); err != nil || len(b.Items) != 0 || b.More {
		t.Errorf("%+v %v", b, err)
	}
}

func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		name      string
		set       func(*fake)
		confirmed bool
		ends      bool
		class     adapters.Class
	}{
		{"a public body", func(*fake) {}, true, true, 0},
		{"the other name of the field", func(f *fake) { f.expire = map[string]any{"expires_in": 86400} }, true, true, 0},
		{"no word of the end", func(f *fake) { f.expire = nil }, true, false, 0},
		{"a person", func(f *fake) { f.verified = map[string]any{"verified": true, "verified_type": 0} }, false, true, 0},
		{"a company", func(f *fake) { f.verified = map[string]any{"verified": true, "verified_type": 2} }, false, true, 0},
		{"nobody", func(f *fake) { f.verified = map[string]any{"verified": false, "verified_type": -1} }, false, true, 0},
		{"of a kind, but not verified", func(f *fake) { f.verified = map[string]any{"verified": false, "verified_type": 1} }, false, true, 0},
		{"no word of it", func(f *fake) { f.verified = nil }, false, true, 0},
		{"somebody else's token", func(f *fake) { f.tokenOwner = aliceID }, false, false, adapters.Rejected},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, a := opened(t)
			c.set(f)
			id, err := a.Identity(t.Context())
			if c.class != 0 {
				if adapters.ClassOf(err) != c.class {
					t.Errorf("%+v %v", id, err)
				}
				return
			}
			if err != nil || id.ID != selfID || id.Handle != "示例网警" || id.Confirmed != c.confirmed || id.Until.IsZero() == c.ends {
				t.Errorf("%+v %v", id, err)
			}
		})
	}
}

func TestConfiguration(t *testing.T) {
	for _, c := range []struct {
		option, value, want string
	}{
		{"uid", "示例网警", "uid"}, {"rip", "", "rip"}, {"rip", "localhost", "rip"}, {"safe_domains", "", "safe_domains"}, {"publish", "fax", "share or longtext"},
		{"calls_per_day", "many", "calls_per_day"}, {"calls_per_day", "-1", "calls_per_day"}, {"replies_after_message", "often", "replies_after_message"},
		{"replies_after_mention", "1/x", "replies_after_mention"}, {"commercial_url", "c.api.weibo.com", "commercial_url"}, {"messages_url", "https://a@b/", "messages_url"}, {"upload_url", "upload", "upload_url"},
	} {
		_, err := weibo.Open(t.Context(), config("https://egress.example", c.option, c.value), adaptertest.Host(t))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v", c.option, c.value, err)
		}
	}
	var e *adapters.Error
	if _, err := weibo.Open(t.Context(), config("weibo"), adaptertest.Host(t)); !errors.As(err, &e) || !strings.Contains(err.Error(), "base_url") {
		t.Errorf("%v", err)
	}
}

func TestLimitsFollowTheOptions(t *testing.T) {
	_, a := opened(t, "publish", "longtext", "calls_per_day", "1000", "replies_after_message", "3/168h", "replies_after_mention", "0/24h")
	l := a.Caps().Limits
	public, _ := l.For(adapters.Public)
	if public.Max != 2000 || len(public.Links) != 0 || l.Calls.N != 1000 || l.Calls.Spare != 100 {
		t.Errorf("%+v", l)
	}
	for _, w := range l.Windows {
		n, within := 3, 168*time.Hour
		if w.Trigger == adapters.KindMention {
			n, within = 0, 24*time.Hour
		}
		if w.N != n || w.Within != within {
			t.Errorf("%+v", w)
		}
	}
}

func TestWithoutTheAppSecretThereIsNoPrivateChannel(t *testing.T) {
	c := config("https://egress.example")
	delete(c.Secrets, "app_secret")
	a, err := weibo.Open(t.Context(), c, adaptertest.Host(t))
	if err != nil {
		t.Fatal(err)
	}
	if caps := a.Caps(); caps.Message != nil || caps.Webhook != nil || caps.Publish == nil {
		t.Errorf("%+v", caps)
	}
}

func TestLookAtAComment(t *testing.T) {
	f, a := opened(t)
	for _, source := range []string{"comments", "comment-mentions"} {
		ref := f.Write(source, "抢孩子的快转发")
		if seen, err := a.Caps().Lookup.Look(t.Context(), ref); err != nil || !seen.Exists || seen.Text != "抢孩子的快转发" || seen.Author.ID != aliceID {
			t.Errorf("%s: %+v %v", source, seen, err)
		}
		f.Delete(ref)
		if seen, err := a.Caps().Lookup.Look(t.Context(), ref); adapters.ClassOf(err) != adapters.Unsupported {
			t.Errorf("%s, not listed any more, which may have many reasons: %+v %v", source, seen, err)
		}
	}
}

func TestLookAtWhatIsShownInPlaceOfADeletedPost(t *testing.T) {
	for body, want := range map[string]bool{
		`{"id":5100000000000009,"deleted":"1","state":7,"text":"抱歉，此微博已被作者删除"}`:     false,
		`{"id":5100000000000009,"text":"还在","user":{"id":5550000000000002}}`:        true,
		`{"idstr":"5100000000000009","text":"还在","user":{"id":"5550000000000002"}}`: true,
	} {
		s := httptest.NewServer(fixed(body))
		a, err := weibo.Open(t.Context(), config(s.URL), adaptertest.Host(t))
		if err != nil {
			t.Fatal(err)
		}
		if seen, err := a.Caps().Lookup.Look(t.Context(), "5100000000000009"); err != nil || seen.Exists != want {
			t.Errorf("%s: %+v %v", body, seen, err)
		}
		s.Close()
	}
}
