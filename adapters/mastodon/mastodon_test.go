package mastodon_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/adapters/adaptertest"
	"netpatrol/adapters/mastodon"
)

// rig is an account opened on a fake server.
type rig struct {
	adapters.Account
	fake *fake
	caps adapters.Caps
	host adapters.Host
	seen []*http.Request
	body string // of the last request
}

func open(t *testing.T, f *fake, options map[string]string, watch ...string) *rig {
	t.Helper()
	r := &rig{fake: f, host: adaptertest.Host(t)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.seen = append(r.seen, q)
		body, _ := io.ReadAll(q.Body)
		r.body, q.Body = string(body), io.NopCloser(bytes.NewReader(body))
		f.ServeHTTP(w, q)
	}))
	t.Cleanup(srv.Close)
	a, err := mastodon.Platform().Open(t.Context(), adapters.Config{ID: "station", BaseURL: srv.URL, Watch: watch, Options: options, Secrets: map[string]adapters.Secret{"token": " " + token + "\n"}}, r.host)
	if err != nil {
		t.Fatal(err)
	}
	r.Account, r.caps = a, a.Caps()
	return r
}

func (r *rig) called(f *fake, call string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.calls {
		if strings.HasPrefix(c, call) {
			n++
		}
	}
	return n
}

func (f *fake) last() *post {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.posts[len(f.posts)-1]
}

var (
	alice = adapters.Person{ID: aliceID, Handle: "alice@other.example"}
	try   = adapters.Attempt{Item: "item", N: 1, Key: "key-1", Code: "NP-7Q4"}
)

func TestOpen_ReadsTheServersLimits(t *testing.T) {
	today := time.Now().UTC().Format(time.DateOnly)
	for _, c := range []struct {
		name     string
		fake     *fake
		max, url int
		source   string
	}{
		{"Mastodon", newFake(), 500, 23, "read from the server"},
		{"GoToSocial", &fake{gotosocial: true}, 5000, 25, "read from the server"},
		{"Pleroma, version 1 only", &fake{noInstanceV2: true}, 5000, 23, "read from the server"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, ok := open(t, c.fake, nil).caps.Limits.For(adapters.Private)
			if !ok || l.Max != c.max || l.PerURL != c.url || l.Source != c.source || l.CheckedOn < today {
				t.Errorf("%+v", l)
			}
		})
	}
}

func TestOpen_LetsStrangersThroughOnce(t *testing.T) {
	r := open(t, newFake(), nil)
	if n := r.called(r.fake, "PATCH /api/v2/notifications/policy"); n != 1 {
		t.Errorf("the policy was set %d times", n)
	}
	if got := r.caps.Watch.Sources(); !cmp.Equal(got, []string{"mentions", "filtered"}) {
		t.Errorf("sources %v", got)
	}
	gts := open(t, &fake{gotosocial: true}, nil)
	if got := gts.caps.Watch.Sources(); !cmp.Equal(got, []string{"mentions"}) {
		t.Errorf("sources without a policy %v", got)
	}
}

func TestOpen_SaysHowToMend(t *testing.T) {
	good := adapters.Config{ID: "station", BaseURL: "https://social.example", Secrets: map[string]adapters.Secret{"token": "x-token-x"}}
	for _, c := range []struct {
		name string
		with func(*adapters.Config)
		want string
	}{
		{"no address", func(c *adapters.Config) { c.BaseURL = "" }, "base_url"},
		{"an address with a password", func(c *adapters.Config) { c.BaseURL = "https://a:hunter2@social.example" }, "base_url"},
		{"no scheme", func(c *adapters.Config) { c.BaseURL = "social.example" }, "base_url"},
		{"an empty token", func(c *adapters.Config) { c.Secrets = map[string]adapters.Secret{"token": "\n"} }, "token is missing"},
		{"a visibility that hides bulletins", func(c *adapters.Config) { c.Options = map[string]string{"visibility": "direct"} }, "option visibility"},
		{"a reply visibility nobody knows", func(c *adapters.Config) { c.Options = map[string]string{"reply_visibility": "loud"} }, "option reply_visibility"},
	} {
		cfg := good
		c.with(&cfg)
		_, err := mastodon.Platform().Open(t.Context(), cfg, adaptertest.Host(t))
		if adapters.ClassOf(err) != adapters.Rejected || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestIdentity_IsConfirmedByAVerifiedLink(t *testing.T) {
	r := open(t, newFake(), nil)
	id, err := r.Identity(t.Context())
	if err != nil || id.Confirmed || id.ID != selfID || id.Handle != "police" {
		t.Errorf("without a link: %+v, %v", id, err)
	}
	r.fake.field = map[string]any{"name": "官网", "value": `<a href="https://police.example">police.example</a>`, "verified_at": "2026-01-02T03:04:05.000+00:00"}
	id, err = r.Identity(t.Context())
	if err != nil || !id.Confirmed || !strings.Contains(id.Evidence, "police.example") || !strings.Contains(id.Evidence, "2026-01-02") {
		t.Errorf("with a verified link: %+v, %v", id, err)
	}
}

func TestRequests_CarryWhatServersNeed(t *testing.T) {
	r := open(t, newFake(), nil)
	text := "5 < 6 & 7 > 2 NP-7Q4"
	if _, err := r.caps.Publish.Publish(t.Context(), try, adapters.Part{Text: text, Language: "zh"}); err != nil {
		t.Fatal(err)
	}
	sent := r.seen[len(r.seen)-1]
	for name, want := range map[string]string{"Idempotency-Key": "key-1", "Authorization": "Bearer " + token, "Content-Type": "application/json"} {
		if got := sent.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for _, q := range r.seen {
		if !strings.HasPrefix(q.UserAgent(), "netpatrol") {
			t.Errorf("%s %s: User-Agent %q", q.Method, q.URL.Path, q.UserAgent())
		}
	}
	if p := r.fake.last(); p.text != text || p.visibility != "public" {
		t.Errorf("posted %q as %s", p.text, p.visibility)
	}
	if !strings.Contains(r.body, text) {
		t.Errorf("the body escapes what needs no escape: %s", r.body)
	}
}

func TestVisibility_IsAlwaysSaid(t *testing.T) {
	r := open(t, &fake{gotosocial: true, requests: map[string]time.Time{}}, map[string]string{"visibility": "unlisted", "reply_visibility": "public"})
	parent := r.fake.add(&post{author: aliceID, text: "?", visibility: "public"})
	ctx := t.Context()
	for _, c := range []struct {
		what string
		send func() error
		want string
	}{
		{"bulletin", func() error { _, err := r.caps.Publish.Publish(ctx, try, adapters.Part{Text: "x"}); return err }, "unlisted"},
		{"message", func() error {
			_, err := r.caps.Message.Send(ctx, try, adapters.Message{To: alice, Text: "x"})
			return err
		}, "direct"},
		{"comment", func() error {
			_, err := r.caps.Comment.Comment(ctx, try, adapters.Comment{To: alice, Parent: parent, Text: "x"})
			return err
		}, "public"},
	} {
		if err := c.send(); err != nil || r.fake.last().visibility != c.want {
			t.Errorf("%s: %v, visibility %q, want %q", c.what, err, r.fake.last().visibility, c.want)
		}
	}
}

func TestSend_PutsTheHandleInFrontAndCountsIt(t *testing.T) {
	r := open(t, newFake(), nil)
	to := "@alice@other.example "
	fits := strings.Repeat("警", 500-len(to))
	if _, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: fits}); err != nil {
		t.Fatal(err)
	}
	if got := r.fake.last().text; got != to+fits {
		t.Errorf("sent %.30q…", got)
	}
	_, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: alice, Text: fits + "察"})
	var long *adapters.TooLong
	if !errors.As(err, &long) || long.Length != 501 {
		t.Errorf("one more: %v", err)
	}
}

func TestSend_ReachesNobodyElse(t *testing.T) {
	for _, c := range []struct {
		name, handle, text string
		scope              adapters.Scope
	}{
		{"the text names somebody else", "bob", "请联系 @alice@other.example", adapters.ScopeItem},
		{"the text begins with somebody else", "bob", "@alice@other.example 您好", adapters.ScopeItem},
		{"the handle smuggles a second one in", "bob @alice@other.example", "您好", adapters.ScopeRecipient},
		{"the handle holds a line break", "bob\n@alice", "您好", adapters.ScopeRecipient},
		{"no handle", "", "您好", adapters.ScopeRecipient},
		{"no text", "bob", "", adapters.ScopeItem},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, newFake(), nil)
			_, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: adapters.Person{ID: bobID, Handle: c.handle}, Text: c.text})
			var e *adapters.Error
			if !errors.As(err, &e) || e.Class != adapters.Rejected || e.Scope != c.scope || len(r.fake.Sent()) != 0 {
				t.Errorf("%v; sent %v", err, r.fake.Sent())
			}
		})
	}
	for _, text := range []string{"写信到 help@police.example", "见 https://social.example/@alice", "搜索@国家反诈中心", "bob，@bob 您好", "我们是 @police"} {
		r := open(t, newFake(), nil)
		if _, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: adapters.Person{ID: bobID, Handle: "bob"}, Text: text}); err != nil {
			t.Errorf("%q names nobody else: %v", text, err)
		}
	}
}

// TestSend_ANoteToOneselfIsNoDelivery: a server keeps a direct post that names
// nobody it knows, and says 200.
func TestSend_ANoteToOneselfIsNoDelivery(t *testing.T) {
	r := open(t, newFake(), nil)
	ghost := adapters.Person{ID: "1", Handle: "ghost"}
	_, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: ghost, Text: "您好"})
	var e *adapters.Error
	if !errors.As(err, &e) || e.Class != adapters.Rejected || e.Scope != adapters.ScopeRecipient || string(e.Ref) != r.fake.last().id {
		t.Errorf("%v", err)
	}
	r.fake.hideMentions = true
	if _, err := r.caps.Message.Send(t.Context(), try, adapters.Message{To: ghost, Text: "您好"}); err != nil {
		t.Errorf("a server that lists no mentions is believed: %v", err)
	}
}

func TestComment_UnderWhatIsGone(t *testing.T) {
	r := open(t, newFake(), nil)
	_, err := r.caps.Comment.Comment(t.Context(), try, adapters.Comment{To: alice, Parent: "112233440000099999", Text: "x"})
	if adapters.ClassOf(err) != adapters.Gone {
		t.Errorf("%v", err)
	}
	if _, err := r.caps.Comment.Comment(t.Context(), try, adapters.Comment{To: alice, Text: "x"}); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("without a post: %v", err)
	}
}

func TestRefs_AreNotPaths(t *testing.T) {
	r := open(t, newFake(), nil)
	calls := len(r.fake.calls)
	for _, ref := range []adapters.Ref{"", "../accounts/1", "1?x=2", "1/2", "一", adapters.Ref(strings.Repeat("1", 65))} {
		if _, err := r.caps.Lookup.Look(t.Context(), ref); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("look %q: %v", ref, err)
		}
		if err := r.caps.Retract.Withdraw(t.Context(), try, adapters.Receipt{Ref: ref}); adapters.ClassOf(err) != adapters.Rejected {
			t.Errorf("withdraw %q: %v", ref, err)
		}
	}
	if len(r.fake.calls) != calls {
		t.Errorf("asked the server: %v", r.fake.calls[calls:])
	}
}

func TestCheckAndFigures_OfWhatIsGone(t *testing.T) {
	r := open(t, newFake(), nil)
	receipt, err := r.caps.Publish.Publish(t.Context(), try, adapters.Part{Text: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.caps.Publish.Check(t.Context(), receipt); err != nil || got != receipt {
		t.Errorf("check: %+v, %v; want %+v", got, err, receipt)
	}
	figures, err := r.caps.Measure.Figures(t.Context(), []adapters.Ref{receipt.Ref, "404"})
	want := []adapters.Figure{{Ref: receipt.Ref, Name: "shares", Value: 3}, {Ref: receipt.Ref, Name: "likes", Value: 2}, {Ref: receipt.Ref, Name: "comments", Value: 1}}
	if err != nil || !cmp.Equal(figures, want) {
		t.Errorf("figures: %v, %v", figures, err)
	}
	r.fake.Delete(receipt.Ref)
	if _, err := r.caps.Publish.Check(t.Context(), receipt); adapters.ClassOf(err) != adapters.Gone {
		t.Errorf("check of a deleted post: %v", err)
	}
}

func TestPoll_Kinds(t *testing.T) {
	r := open(t, newFake(), nil)
	ours := string(r.fake.add(&post{author: selfID, text: "通报", visibility: "public"}))
	us := []string{selfID}
	for _, c := range []struct {
		what string
		post post
		want adapters.Kind
	}{
		{"private, to us", post{visibility: "direct", named: us}, adapters.KindMessage},
		{"for followers, names us: an open answer would give it away", post{visibility: "private", named: us}, adapters.KindMessage},
		{"open, names us", post{visibility: "public", named: us}, adapters.KindMention},
		{"unlisted, names us", post{visibility: "unlisted", named: us}, adapters.KindMention},
		{"under a post of ours, names us", post{visibility: "public", named: us, parent: ours, parentOwner: selfID}, adapters.KindMention},
		{"under a post of ours, names nobody", post{visibility: "public", parent: ours, parentOwner: selfID}, adapters.KindComment},
		{"under somebody else's post", post{visibility: "public", parent: "1", parentOwner: bobID}, adapters.KindPost},
		{"by the way", post{visibility: "public"}, adapters.KindPost},
	} {
		cur := adapters.Cursor(r.fake.last().id)
		c.post.author, c.post.text, c.post.tag = aliceID, "x", "反诈"
		ref := r.fake.add(&c.post)
		b, err := r.caps.Watch.Poll(t.Context(), "tag:反诈", cur, 10)
		if err != nil || len(b.Items) != 1 || b.Items[0].Ref != ref || b.Items[0].Kind != c.want {
			t.Errorf("%s: %+v, %v; want kind %q", c.what, b.Items, err, c.want)
		}
	}
}

func TestPoll_DropsOurOwnAndPassesOnTheOdd(t *testing.T) {
	r := open(t, newFake(), nil)
	r.fake.add(&post{author: selfID, text: "@police note", visibility: "direct", named: []string{selfID}})
	b, err := r.caps.Watch.Poll(t.Context(), "mentions", "", 10)
	if err != nil || len(b.Items) != 0 || b.Next == "" || b.Next == "0" {
		t.Errorf("our own: %+v, %v; want nothing, and the cursor behind it", b, err)
	}
	r.fake.add(&post{author: aliceID, named: []string{selfID}, odd: true})
	b, err = r.caps.Watch.Poll(t.Context(), "mentions", b.Next, 10)
	if err != nil || len(b.Items) != 1 || b.Items[0].Kind != adapters.KindOther || b.Items[0].Key == "" || b.Items[0].Detail == "" {
		t.Errorf("without its post: %+v, %v; want it passed on as it is", b, err)
	}
	cur := adapters.Cursor(r.fake.add(&post{author: aliceID, tag: "反诈"}))
	r.fake.add(&post{author: selfID, text: "通报", visibility: "public", tag: "反诈"})
	theirs := r.fake.add(&post{author: aliceID, text: "x", visibility: "public", tag: "反诈"})
	if got, _ := drain(t, r, "tag:反诈", cur, 1); !cmp.Equal(got, []adapters.Ref{theirs}) {
		t.Errorf("under a hashtag: %v, want only %v", got, theirs)
	}
}

// TestPoll_GoesPastWhatTheServerTakesOut: a page can be empty because the server
// took muted entries out after counting; what is behind them must still come.
func TestPoll_GoesPastWhatTheServerTakesOut(t *testing.T) {
	r := open(t, &fake{gotosocial: true}, nil)
	for range 5 {
		r.fake.add(&post{author: bobID, text: "x", visibility: "direct", named: []string{selfID}, muted: true})
	}
	want := r.fake.Write("mentions", "help")
	cur, got := adapters.Cursor(""), []adapters.Inbound(nil)
	for range 5 {
		b, err := r.caps.Watch.Poll(t.Context(), "mentions", cur, 2)
		if err != nil {
			t.Fatal(err)
		}
		got, cur = append(got, b.Items...), b.Next
	}
	if len(got) != 1 || got[0].Ref != want {
		t.Errorf("%+v, want %s", got, want)
	}
}

// TestPoll_TakesNoMoreThanAsked: servers raise a small limit to their own least one.
func TestPoll_TakesNoMoreThanAsked(t *testing.T) {
	r := open(t, &fake{gotosocial: true, leastLimit: 3}, nil)
	want := []adapters.Ref{r.fake.Write("mentions", "1"), r.fake.Write("mentions", "2"), r.fake.Write("mentions", "3"), r.fake.Write("mentions", "4")}
	b, err := r.caps.Watch.Poll(t.Context(), "mentions", "", 1)
	if err != nil || len(b.Items) != 1 || !b.More {
		t.Errorf("asked for one: %d items, more %v, %v", len(b.Items), b.More, err)
	}
	rest, _ := drain(t, r, "mentions", b.Next, 1)
	if got := append([]adapters.Ref{b.Items[0].Ref}, rest...); !cmp.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPoll_TheWholeItem(t *testing.T) {
	r := open(t, newFake(), nil)
	at := time.Date(2026, 11, 22, 8, 0, 0, 123e6, time.UTC)
	edited := at.Add(time.Minute).Truncate(time.Second)
	ref := r.fake.add(&post{author: aliceID, visibility: "direct", named: []string{selfID}, created: at, edited: edited, parent: "77", parentOwner: bobID, html: "<p>@police 骗我<br>五千</p>"})
	b, err := r.caps.Watch.Poll(t.Context(), "mentions", "", 10)
	want := []adapters.Inbound{{
		Key: fmt.Sprintf("%s@%d", ref, edited.Unix()), Kind: adapters.KindMessage, Ref: ref, Parent: "77",
		From: adapters.Person{ID: aliceID, Handle: "alice@other.example", Name: "ALICE"},
		Text: "@police 骗我\n五千", Language: "zh", URL: "https://social.example/p/" + string(ref), At: at, Edited: edited,
	}}
	if d := cmp.Diff(want, b.Items); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
}

func TestPoll_TagsAreEscaped(t *testing.T) {
	r := open(t, newFake(), nil)
	if _, err := r.caps.Watch.Poll(t.Context(), "tag:反诈/x?y", "", 10); err != nil {
		t.Fatal(err)
	}
	if n := r.called(r.fake, "GET /api/v1/timelines/tag/%E5%8F%8D%E8%AF%88%2Fx%3Fy?"); n != 1 {
		t.Errorf("calls: %v", r.fake.calls)
	}
}

// TestFiltered_StrangersAreNeverLost: a server that leaves filtered mentions out of
// the mentions, whatever was asked, still lists the strangers.
func TestFiltered_StrangersAreNeverLost(t *testing.T) {
	r := open(t, newFake(), nil)
	write := func(who, text string) adapters.Ref {
		return r.fake.add(&post{author: who, text: text, visibility: "direct", named: []string{selfID}, filtered: true, filteredLate: true})
	}
	want := []adapters.Ref{write(aliceID, "1"), write(aliceID, "2"), write(aliceID, "3")}
	got, cur := drain(t, r, "filtered", "", 2)
	if !cmp.Equal(got, want) {
		t.Errorf("one stranger: %v, want %v", got, want)
	}
	want = []adapters.Ref{write(bobID, "4"), write(aliceID, "5"), write(aliceID, "6")}
	if got, cur = drain(t, r, "filtered", cur, 2); !cmp.Equal(got, want) {
		t.Errorf("two strangers: %v, want %v", got, want)
	}
	if got, _ = drain(t, r, "filtered", cur, 2); len(got) != 0 {
		t.Errorf("nothing new: %v", got)
	}
	when := time.Now()
	together := []adapters.Ref{
		r.fake.add(&post{author: bobID, text: "7", visibility: "direct", named: []string{selfID}, filtered: true, created: when}),
		r.fake.add(&post{author: aliceID, text: "8", visibility: "direct", named: []string{selfID}, filtered: true, created: when}),
	}
	got, _ = drain(t, r, "filtered", cur, 2)
	if slices.Sort(got); !cmp.Equal(got, together) {
		t.Errorf("two at the same moment: %v, want %v", got, together)
	}
	if _, err := r.caps.Watch.Poll(t.Context(), "filtered", "not ours", 2); adapters.ClassOf(err) != adapters.Rejected {
		t.Errorf("a foreign cursor: %v", err)
	}
	gts := open(t, &fake{gotosocial: true}, nil)
	if b, err := gts.caps.Watch.Poll(t.Context(), "filtered", "", 2); err != nil || len(b.Items) != 0 || b.Next == "" {
		t.Errorf("a server without the list: %+v, %v", b, err)
	}
}

// TestFiltered_TheLongKnownIsNotReadAgain: somebody whose place is forgotten is
// read back for less than the inbox remembers keys.
func TestFiltered_TheLongKnownIsNotReadAgain(t *testing.T) {
	r := open(t, newFake(), nil)
	write := func(who string, at time.Time) adapters.Ref {
		return r.fake.add(&post{author: who, text: "x", visibility: "direct", named: []string{selfID}, filtered: true, created: at})
	}
	now := time.Now()
	write(bobID, now)
	_, cur := drain(t, r, "filtered", "", 10)
	for range 3 {
		write(aliceID, now.Add(-8*24*time.Hour))
	}
	fresh := write(aliceID, now.Add(time.Second))
	if got, _ := drain(t, r, "filtered", cur, 1); !cmp.Equal(got, []adapters.Ref{fresh}) {
		t.Errorf("%v, want only %v", got, fresh)
	}
}

func drain(t *testing.T, r *rig, source string, cur adapters.Cursor, limit int) (refs []adapters.Ref, _ adapters.Cursor) {
	t.Helper()
	for range 50 {
		b, err := r.caps.Watch.Poll(t.Context(), source, cur, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range b.Items {
			refs = append(refs, in.Ref)
		}
		if cur = b.Next; !b.More {
			return refs, cur
		}
	}
	t.Fatal("no end")
	return nil, ""
}

func TestFind(t *testing.T) {
	now := time.Now()
	long := now.Add(-time.Hour)
	named := []string{aliceID}
	ask := adapters.FindQuery{Channel: adapters.Private, To: alice, Code: "NP-7Q4", Since: now.Add(-time.Minute)}
	public, comment, since := ask, ask, ask
	public.Channel, comment.Channel, since.Since = adapters.Public, adapters.InReply, time.Time{}
	comment.Parent = "77"
	direct := post{author: selfID, text: "@alice@other.example 编号NP-7Q4。", visibility: "direct", named: named}
	old, other, reply, bulletin := direct, direct, direct, direct
	old.created = long
	other.named, other.text = []string{bobID}, "@bob 编号NP-7Q4"
	reply.visibility, reply.parent, reply.parentOwner = "unlisted", "77", aliceID
	bulletin.visibility, bulletin.named, bulletin.text = "public", nil, "编号NP-7Q4"
	many := slices.Repeat([]post{{author: selfID, text: "通报", visibility: "public"}}, 50)
	for _, c := range []struct {
		name  string
		posts []post
		gts   bool
		query adapters.FindQuery
		want  adapters.Verdict
	}{
		{"nothing sent", nil, false, ask, adapters.Absent},
		{"nothing sent, the server's list may hide private posts", nil, true, ask, adapters.Inconclusive},
		{"only public posts sent, the list may hide private ones", []post{{author: selfID, text: "通报", visibility: "public"}}, true, ask, adapters.Inconclusive},
		{"nothing public sent", nil, true, public, adapters.Absent},
		{"sent long ago in the list, behind newer posts", append([]post{bulletin}, many...), false, public, adapters.Found},
		{"sent", []post{direct}, false, ask, adapters.Found},
		{"sent, found by its conversation", []post{direct}, true, ask, adapters.Found},
		{"sent, and answered since", []post{direct, {author: aliceID, text: "@police 好", visibility: "direct", named: []string{selfID}, parent: "last"}}, true, ask, adapters.Found},
		{"older than the attempt", []post{old}, false, ask, adapters.Absent},
		{"the code went to somebody else", []post{other}, false, ask, adapters.Inconclusive},
		{"the code is in a comment", []post{reply}, false, ask, adapters.Inconclusive},
		{"the comment", []post{reply}, false, comment, adapters.Found},
		{"a comment under another post", []post{bulletin}, false, comment, adapters.Inconclusive},
		{"the bulletin", []post{bulletin, direct}, true, public, adapters.Found},
		{"no code", []post{direct}, false, adapters.FindQuery{Channel: adapters.Private, Since: long}, adapters.Inconclusive},
		{"no time to search back to", nil, false, since, adapters.Inconclusive},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, &fake{gotosocial: c.gts, requests: map[string]time.Time{}}, nil)
			var last adapters.Ref
			for _, p := range c.posts {
				if p.parent == "last" {
					p.parent, p.parentOwner = string(last), selfID
				}
				last = r.fake.add(&p)
			}
			f, err := r.caps.Find.Find(t.Context(), c.query)
			if err != nil || f.Verdict != c.want || (f.Verdict == adapters.Found) != (f.Receipt.Ref != "") {
				t.Errorf("%+v, %v; want %s", f, err, c.want)
			}
		})
	}
}

// TestFind_AListingCutOffProvesNothing: behind 400 newer posts the walk ends.
func TestFind_AListingCutOffProvesNothing(t *testing.T) {
	r := open(t, newFake(), nil)
	for i := range 401 {
		r.fake.add(&post{author: selfID, text: fmt.Sprint(i), visibility: "public"})
	}
	q := adapters.FindQuery{Channel: adapters.Public, Code: "NP-7Q4", Since: time.Now().Add(-time.Hour)}
	if f, err := r.caps.Find.Find(t.Context(), q); err != nil || f.Verdict != adapters.Inconclusive {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestPoll_EndsWithItsContext(t *testing.T) {
	r := open(t, newFake(), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.caps.Watch.Poll(ctx, "mentions", "", 10); !errors.Is(err, context.Canceled) || adapters.ClassOf(err) != adapters.NotSent {
		t.Errorf("%v", err)
	}
}

// TestPromise4_SuccessWithoutAnIdIsUnknown: HTTP 200 is not success.
func TestPromise4_SuccessWithoutAnIdIsUnknown(t *testing.T) {
	r := open(t, newFake(), nil)
	r.fake.answer = `{"error":"queued, perhaps"}`
	receipt, err := r.caps.Publish.Publish(t.Context(), try, adapters.Part{Text: "x"})
	if err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("%+v, %v; want class unknown", receipt, err)
	}
}

// TestAnswers_AreBounded: a server that never stops talking does not fill the memory.
func TestAnswers_AreBounded(t *testing.T) {
	r := open(t, newFake(), nil)
	r.fake.answer = strings.Repeat(" ", 9<<20) + `{"id":"1"}`
	if _, err := r.caps.Publish.Publish(t.Context(), try, adapters.Part{Text: "x"}); err == nil || adapters.ClassOf(err) != adapters.Unknown {
		t.Errorf("%v; want class unknown", err)
	}
}
