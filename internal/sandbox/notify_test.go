package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStrangersPrivateMessagesAreFiltered(t *testing.T) {
	b := setup(t, Options{})
	held := b.tell(t, "xiaolin", "被骗了，刚转了3万")
	public := b.say(t, "xiaolin", "@海口网警 这是骗局吗")
	if got := b.agency.get("/api/v1/notifications", "types[]", "mention"); len(got) != 1 || statusID(got[0]) != string(public) {
		t.Fatalf("want the public mention alone, got %v", got)
	}
	all := b.agency.get("/api/v1/notifications", "include_filtered", "true")
	if len(all) != 2 || all[1]["filtered"] != true || statusID(all[1]) != string(held) {
		t.Errorf("include_filtered does not show the message: %v", all)
	}
	if got := b.agency.get("/api/v1/conversations"); len(got) != 0 {
		t.Errorf("a filtered message opened a conversation: %v", got)
	}
	summary := b.agency.must(200, "GET", "/api/v2/notifications/policy", nil).object(t)["summary"]
	if d := cmp.Diff(map[string]any{"pending_requests_count": 1.0, "pending_notifications_count": 1.0}, summary); d != "" {
		t.Error(d)
	}
	reqs := b.agency.get("/api/v1/notifications/requests")
	if len(reqs) != 1 || reqs[0]["notifications_count"] != "1" || statusIn(reqs[0], "last_status") != string(held) {
		t.Fatalf("unexpected requests: %v", reqs)
	}
	b.agency.must(200, "POST", "/api/v1/notifications/requests/"+reqs[0]["id"].(string)+"/accept", nil)
	if got := b.agency.get("/api/v1/notifications"); len(got) != 2 {
		t.Errorf("accepting delivered %d notifications, want 2", len(got))
	}
	if got := b.agency.get("/api/v1/conversations"); len(got) != 1 || got[0]["unread"] != true {
		t.Errorf("accepting opened no conversation: %v", got)
	}
	b.tell(t, "xiaolin", "还在吗")
	if got := b.agency.get("/api/v1/notifications"); len(got) != 3 {
		t.Error("an accepted stranger is still filtered")
	}
}

func statusID(n map[string]any) string { return statusIn(n, "status") }

func statusIn(n map[string]any, field string) string {
	s, _ := n[field].(map[string]any)
	id, _ := s["id"].(string)
	return id
}

func TestPolicy(t *testing.T) {
	cases := []struct {
		name   string
		policy []string
		before func(b *bundle, t *testing.T)
		seen   int // notifications shown
		held   int // requests
	}{
		{"default", nil, nil, 0, 1},
		{"accept", []string{"for_private_mentions", "accept"}, nil, 1, 0},
		{"drop", []string{"for_private_mentions", "drop"}, nil, 0, 0},
		{"new accounts filtered", []string{"for_private_mentions", "accept", "for_new_accounts", "filter"}, nil, 0, 1},
		{"old account", []string{"for_private_mentions", "accept", "for_new_accounts", "filter"}, func(b *bundle, t *testing.T) {
			if err := b.m.Age("xiaolin", 31*24*time.Hour); err != nil {
				t.Fatal(err)
			}
		}, 1, 0},
		{"somebody we follow", nil, func(b *bundle, t *testing.T) {
			if err := b.m.Follow("海口网警", "xiaolin"); err != nil {
				t.Fatal(err)
			}
		}, 1, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t, Options{})
			b.agency.must(200, "PATCH", "/api/v2/notifications/policy", values(c.policy...))
			if c.before != nil {
				c.before(b, t)
			}
			b.tell(t, "xiaolin", "在吗")
			seen, held := b.agency.get("/api/v1/notifications"), b.agency.get("/api/v1/notifications/requests")
			if len(seen) != c.seen || len(held) != c.held {
				t.Errorf("got %d shown and %d held, want %d and %d", len(seen), len(held), c.seen, c.held)
			}
		})
	}
}

func TestChangingThePolicyReleasesNothingHeldBefore(t *testing.T) {
	b := setup(t, Options{})
	b.tell(t, "xiaolin", "被骗了")
	b.agency.must(200, "PATCH", "/api/v2/notifications/policy", values("for_private_mentions", "accept"))
	if got := b.agency.get("/api/v1/notifications"); len(got) != 0 {
		t.Errorf("released: %v", got)
	}
	if got := b.agency.get("/api/v1/notifications/requests"); len(got) != 1 {
		t.Errorf("the request is gone: %v", got)
	}
	b.agency.must(422, "PATCH", "/api/v2/notifications/policy", values("for_private_mentions", "maybe"))
}

func TestAnAnswerToOurPrivateMessageIsNotFiltered(t *testing.T) {
	b := setup(t, Options{})
	warned := b.agency.must(200, "POST", "/api/v1/statuses", values("status", "@xiaolin 提醒您", "visibility", "direct")).object(t)["id"].(string)
	b.tell(t, "xiaolin", "凭什么", InReplyTo(StatusID(warned)))
	if got := b.agency.get("/api/v1/notifications"); len(got) != 1 {
		t.Errorf("the answer was filtered")
	}
	talks := b.agency.get("/api/v1/conversations")
	if len(talks) != 1 {
		t.Fatalf("got %d conversations, want one for the whole thread", len(talks))
	}
	read := b.agency.must(200, "POST", "/api/v1/conversations/"+talks[0]["id"].(string)+"/read", nil).object(t)
	if talks[0]["unread"] != true || read["unread"] != false {
		t.Error("reading a conversation does not mark it read")
	}
	b.agency.must(200, "DELETE", "/api/v1/conversations/"+talks[0]["id"].(string), nil)
	if got := b.agency.get("/api/v1/conversations"); len(got) != 0 {
		t.Errorf("a removed conversation is still listed")
	}
}

func TestDismissedRequestsAreGone(t *testing.T) {
	b := setup(t, Options{})
	b.tell(t, "xiaolin", "广告")
	id := b.agency.get("/api/v1/notifications/requests")[0]["id"].(string)
	b.agency.must(200, "POST", "/api/v1/notifications/requests/dismiss", values("id[]", id))
	if got := b.agency.get("/api/v1/notifications", "include_filtered", "1"); len(got) != 0 {
		t.Errorf("still there: %v", got)
	}
	b.agency.must(404, "POST", "/api/v1/notifications/requests/"+id+"/accept", nil)
}

func TestGoToSocialFiltersNothingAndHasNoPolicy(t *testing.T) {
	b := setup(t, Options{Flavour: GoToSocial})
	b.tell(t, "xiaolin", "被骗了")
	if got := b.agency.get("/api/v1/notifications"); len(got) != 1 {
		t.Errorf("got %d notifications, want 1", len(got))
	}
	b.agency.must(404, "GET", "/api/v2/notifications/policy", nil)
	b.agency.must(404, "GET", "/api/v1/notifications/requests", nil)
}

func TestPagingBounds(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		b := setup(t, Options{Flavour: f, PageSize: 3})
		for i := range 12 { // on Mastodon, notification "10" follows "9"
			b.say(t, "xiaolin", fmt.Sprintf("@海口网警 第%d", i))
		}
		all := ids(b.agency.get("/api/v1/notifications", "limit", "80"))
		if len(all) != 3 {
			t.Fatalf("PageSize does not bound the limit: %v", all)
		}
		var oldest []string // walk back to the first by max_id
		for page := all; len(page) > 0; page = ids(b.agency.get("/api/v1/notifications", "max_id", page[len(page)-1])) {
			oldest = append(oldest, page...)
		}
		if len(oldest) != 12 {
			t.Fatalf("walking back found %d, want 12: %v", len(oldest), oldest)
		}
		n := func(i int) string { return oldest[len(oldest)-1-i] } // n(0) is the first
		cases := []struct {
			name  string
			query []string
			want  []string
		}{
			{"min_id walks forward without gaps", []string{"min_id", n(2)}, []string{n(5), n(4), n(3)}},
			{"since_id leaves a gap", []string{"since_id", n(2)}, []string{n(11), n(10), n(9)}},
			{"since_id near the end", []string{"since_id", n(9)}, []string{n(11), n(10)}},
			{"between", []string{"min_id", n(2), "max_id", n(5)}, []string{n(4), n(3)}},
			{"nothing newer", []string{"min_id", n(11)}, nil},
			{"from the very beginning", []string{"min_id", "0"}, []string{n(2), n(1), n(0)}},
		}
		for _, c := range cases {
			if d := cmp.Diff(c.want, ids(b.agency.get("/api/v1/notifications", c.query...))); d != "" {
				t.Errorf("%s: %s", c.name, d)
			}
		}
	})
}

func TestLinkHeader(t *testing.T) {
	b := setup(t, Options{PageSize: 2})
	for i := range 3 {
		b.say(t, "xiaolin", fmt.Sprintf("@海口网警 第%d", i))
	}
	r := b.agency.must(200, "GET", "/api/v1/notifications", values("types[]", "mention"))
	page := ids(r.list(t))
	for _, want := range []string{
		"<" + b.srv.URL + "/api/v1/notifications?max_id=" + page[1] + `&types%5B%5D=mention>; rel="next"`,
		"<" + b.srv.URL + "/api/v1/notifications?min_id=" + page[0] + `&types%5B%5D=mention>; rel="prev"`,
	} {
		if !strings.Contains(r.header.Get("Link"), want) {
			t.Errorf("Link lacks %s: %s", want, r.header.Get("Link"))
		}
	}
	r = b.agency.must(200, "GET", "/api/v1/notifications", values("max_id", page[1]))
	if got := r.header.Get("Link"); strings.Contains(got, "next") || !strings.Contains(got, "prev") {
		t.Errorf("the last page links to %s", got)
	}
	r = b.agency.must(200, "GET", "/api/v1/notifications", values("min_id", page[0]))
	if got := r.header.Get("Link"); got != "" {
		t.Errorf("an empty page links to %s", got)
	}
}

func TestConversationsArePagedByTheirLastMessage(t *testing.T) {
	b := setup(t, Options{Flavour: GoToSocial, PageSize: 1})
	first := b.tell(t, "xiaolin", "一")
	b.tell(t, "阿明", "二")
	b.tell(t, "xiaolin", "三", InReplyTo(first)) // the older conversation is now the newer
	r := b.agency.must(200, "GET", "/api/v1/conversations", nil)
	if got := r.list(t); len(got) != 1 || !strings.Contains(r.header.Get("Link"), "max_id="+statusIn(got[0], "last_status")) {
		t.Errorf("unexpected page %v, Link %s", got, r.header.Get("Link"))
	}
}

func TestNotificationsOfADeletedPostVanish(t *testing.T) {
	b := setup(t, Options{})
	id := b.say(t, "xiaolin", "@海口网警 在吗")
	if err := b.m.Delete("xiaolin", id); err != nil {
		t.Fatal(err)
	}
	if got := b.agency.get("/api/v1/notifications"); len(got) != 0 {
		t.Errorf("still notified: %v", got)
	}
	b.agency.must(404, "GET", "/api/v1/statuses/"+string(id), nil)
}

func TestAnEditNotifiesOnlyThoseNewlyMentioned(t *testing.T) {
	b := setup(t, Options{})
	told, untold := b.say(t, "xiaolin", "@海口网警 一"), b.say(t, "xiaolin", "二")
	for _, id := range []StatusID{told, untold} {
		if err := b.m.Edit("xiaolin", id, "@海口网警 改了"); err != nil {
			t.Fatal(err)
		}
	}
	got := b.agency.get("/api/v1/notifications")
	if len(got) != 2 || statusID(got[0]) != string(untold) || statusID(got[1]) != string(told) {
		t.Fatalf("unexpected notifications: %v", got)
	}
	s := got[1]["status"].(map[string]any)
	if s["edited_at"] == nil || !strings.Contains(s["content"].(string), "改了") {
		t.Errorf("the old notification does not show the new text: %v", s)
	}
}

func TestFollowsAreNotified(t *testing.T) {
	b := setup(t, Options{})
	if err := b.m.Follow("xiaolin", "海口网警"); err != nil {
		t.Fatal(err)
	}
	if err := b.m.Follow("xiaolin", "海口网警"); err != nil {
		t.Fatal(err)
	}
	if got := b.agency.get("/api/v1/notifications", "types[]", "follow"); len(got) != 1 {
		t.Errorf("got %d follows, want 1", len(got))
	}
	if got := b.agency.get("/api/v1/notifications", "exclude_types[]", "follow"); len(got) != 0 {
		t.Errorf("exclude_types is ignored: %v", got)
	}
	who := b.agency.must(200, "GET", "/api/v1/accounts/lookup", values("acct", "xiaolin")).object(t)["id"].(string)
	rel := b.agency.get("/api/v1/accounts/relationships", "id[]", who)
	if len(rel) != 1 || rel[0]["followed_by"] != true || rel[0]["following"] != false {
		t.Errorf("unexpected relationship %v", rel)
	}
	if err := b.m.Unfollow("xiaolin", "海口网警"); err != nil {
		t.Fatal(err)
	}
	if rel := b.agency.get("/api/v1/accounts/relationships", "id[]", who); rel[0]["followed_by"] != false {
		t.Error("still a follower")
	}
}

func TestRateLimit(t *testing.T) {
	flavours(t, func(t *testing.T, f Flavour) {
		c := newClock() // at the full hour
		b := setup(t, Options{Flavour: f, Now: c.now, Rates: Rates{Requests: 2}})
		r := b.agency.must(200, "GET", "/api/v1/notifications", nil)
		if r.header.Get("X-RateLimit-Limit") != "2" || r.header.Get("X-RateLimit-Remaining") != "1" ||
			r.header.Get("X-RateLimit-Reset") != "2026-11-25T01:05:00.000000Z" {
			t.Errorf("unexpected headers %v", r.header)
		}
		b.agency.must(200, "GET", "/api/v1/notifications", nil)
		r = b.agency.must(429, "POST", "/api/v1/statuses", values("status", "x"))
		if r.header.Get("Retry-After") != "" || r.header.Get("X-RateLimit-Remaining") != "0" {
			t.Errorf("unexpected headers of a 429: %v", r.header)
		}
		b.as(t, b.m.Token("xiaolin")).must(200, "GET", "/api/v1/notifications", nil)
		c.t = c.t.Add(5 * time.Minute)
		b.agency.must(200, "GET", "/api/v1/notifications", nil)
		if got := b.m.Counts(); got.RateLimited != 1 || got.Public != 0 {
			t.Errorf("unexpected counts %+v", got)
		}
	})
}

func TestPagingAndDeletesHaveLimitsOfTheirOwn(t *testing.T) {
	c := newClock()
	b := setup(t, Options{Now: c.now, Rates: Rates{Paging: 1, Deletes: 1}})
	b.agency.must(200, "GET", "/api/v1/notifications", values("min_id", "0"))
	b.agency.must(429, "GET", "/api/v1/notifications", values("min_id", "0"))
	b.agency.must(200, "GET", "/api/v1/notifications", nil)
	b.agency.must(404, "DELETE", "/api/v1/statuses/1", nil)
	b.agency.must(429, "DELETE", "/api/v1/statuses/1", nil)
}
