package warning

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/bots/bottest"
)

var now = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

const post = "刷单返利日结，加我"

// world holds one sent warning about one post.
func world(change ...func(*bots.Warning, *bots.Account)) *bottest.World {
	w := &bots.Warning{
		Head: bots.Head{ID: "w1", Stream: "post/1", State: bots.WarningSent}, Clue: "c1", Draft: "d1", Account: "a1",
		Post: "p1", Spans: []bots.Span{{Start: 0, End: 6}, {Start: 6, End: 12}, {Start: 12, End: 18}},
	}
	a := &bots.Account{Head: bots.Head{ID: "a1"}, Lookable: true}
	for _, c := range change {
		c(w, a)
	}
	return bottest.NewWorld(w, a,
		&bots.Clue{Head: bots.Head{ID: "c1"}, Text: post},
		&bots.Draft{Head: bots.Head{ID: "d1"}, To: adapters.Person{ID: "p1"}, About: bots.Target{Kind: bots.KindWarning, ID: "w1"}},
		&bots.Draft{Head: bots.Head{ID: "d2"}, About: bots.Target{Kind: bots.KindReport, ID: "r1"}},
	)
}

func decide(t *testing.T, w *bottest.World, kind bots.EventKind, body bots.Body) string {
	t.Helper()
	e := bots.Event{Head: bots.Head{ID: "e1", Stream: "post/1"}, Kind: kind, Accepted: now, Account: "a1", Body: body}
	b := New(24 * time.Hour)
	return bottest.Print("", bottest.Decide(t, b, e, w.Facts(b, e)))
}

func TestWhatBecameOfTheSend(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome bots.Outcome
		change  func(*bots.Warning, *bots.Account)
		want    string
	}{
		{name: "delivered: look after a day", outcome: bots.Outcome{Draft: "d1", State: "delivered", Purpose: bots.ForWarning},
			want: "Fetch What=post Ref=p1 Key=still-there w1 At=2026-03-03T01:00:00Z\n"},
		{name: "delivered where nobody can look", outcome: bots.Outcome{Draft: "d1", State: "delivered", Purpose: bots.ForWarning},
			change: func(_ *bots.Warning, a *bots.Account) { a.Lookable = false }, want: "Remind Key=still-there w1 At=2026-03-03T01:00:00Z\n"},
		{name: "delivered, the post is not known", outcome: bots.Outcome{Draft: "d1", State: "delivered", Purpose: bots.ForWarning},
			change: func(w *bots.Warning, _ *bots.Account) { w.Post = "" }, want: ""},
		{name: "refused by the platform", outcome: bots.Outcome{Draft: "d1", State: "rejected", Purpose: bots.ForWarning, Problem: "422"},
			want: "Escalate Why=警示没有发出：平台拒绝（422） About=warning/w1\n"},
		{name: "not known yet: the outbox looks it up", outcome: bots.Outcome{Draft: "d1", State: "unknown", Purpose: bots.ForWarning}},
		{name: "too late", outcome: bots.Outcome{Draft: "d1", State: "expired", Purpose: bots.ForWarning},
			want: "Escalate Why=警示过期未发出 About=warning/w1\n"},
		{name: "accepted: the platform will tell", outcome: bots.Outcome{Draft: "d1", State: "accepted", Purpose: bots.ForWarning}},
		{name: "another message", outcome: bots.Outcome{Draft: "d2", State: "rejected", Purpose: bots.ForReply}},
		{name: "a draft that serves no warning", outcome: bots.Outcome{Draft: "d2", State: "rejected", Purpose: bots.ForWarning}},
		{name: "a draft nobody knows", outcome: bots.Outcome{Draft: "d9", State: "rejected", Purpose: bots.ForWarning}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := world()
			if c.change != nil {
				w = world(c.change)
			}
			if d := cmp.Diff(c.want, decide(t, w, bots.SendEnded, &c.outcome)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWhereOnlyPeopleCanLookAnOfficerIsAsked(t *testing.T) {
	due := &bots.Reminder{Bot: "warning", Key: "still-there w1"}
	want := "Escalate Why=警示发出已有一段时间，该平台不能自动复看，请人工查看原帖是否仍在，并在线索页登记 About=warning/w1\n"
	if d := cmp.Diff(want, decide(t, world(), bots.Reminded, due)); d != "" {
		t.Error(d)
	}
	appealed := world(func(w *bots.Warning, _ *bots.Account) { w.State = bots.WarningAppealed })
	if d := cmp.Diff("", decide(t, appealed, bots.Reminded, due)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff("", decide(t, world(), bots.Reminded, &bots.Reminder{Bot: "other", Key: "still-there w1"})); d != "" {
		t.Error(d)
	}
}

func TestWhatTheErrandSaw(t *testing.T) {
	withdrawn := func(w *bots.Warning, _ *bots.Account) { w.State = bots.WarningWithdrawn }
	for _, c := range []struct {
		name   string
		result bots.FetchResult
		change func(*bots.Warning, *bots.Account)
		want   string
	}{
		{name: "gone", result: bots.FetchResult{Sight: &adapters.Sight{}}, want: "FollowUp Warning=w1 State=removed\n"},
		{name: "still there", result: bots.FetchResult{Sight: &adapters.Sight{Exists: true, Text: post}}, want: "FollowUp Warning=w1 State=kept\n"},
		{name: "edited, the words are gone", result: bots.FetchResult{Sight: &adapters.Sight{Exists: true, Text: "今天天气好"}}, want: "FollowUp Warning=w1 State=removed\n"},
		{name: "edited, one word of three remains", result: bots.FetchResult{Sight: &adapters.Sight{Exists: true, Text: "刷单是骗人的，我错了"}}, want: "FollowUp Warning=w1 State=removed\n"},
		{name: "edited, two words of three remain", result: bots.FetchResult{Sight: &adapters.Sight{Exists: true, Text: "刷单返利，随时结"}}, want: "FollowUp Warning=w1 State=kept\n"},
		{name: "edited, the words remain", result: bots.FetchResult{Sight: &adapters.Sight{Exists: true, Text: "急！" + post}}, want: "FollowUp Warning=w1 State=kept\n"},
		{name: "could not be fetched: once more", result: bots.FetchResult{Problem: "timeout"}, want: "Fetch What=post Ref=p1 Key=still-there-again w1 At=2026-03-03T01:00:00Z\n"},
		{name: "could not be fetched twice: an officer", result: bots.FetchResult{Key: "still-there-again w1", Problem: "timeout"},
			want: "Escalate Why=警示发出后两次未能查看原帖，请人工查看是否仍在（timeout） About=warning/w1\n"},
		{name: "fetched at the second try", result: bots.FetchResult{Key: "still-there-again w1", Sight: &adapters.Sight{}}, want: "FollowUp Warning=w1 State=removed\n"},
		{name: "withdrawn meanwhile", result: bots.FetchResult{Sight: &adapters.Sight{}}, change: withdrawn},
		{name: "somebody else's errand", result: bots.FetchResult{Bot: "other", Sight: &adapters.Sight{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := world()
			if c.change != nil {
				w = world(c.change)
			}
			if c.result.Bot == "" {
				c.result.Bot = "warning"
			}
			if c.result.Key == "" {
				c.result.Key = "still-there w1"
			}
			if d := cmp.Diff(c.want, decide(t, w, bots.Fetched, &c.result)); d != "" {
				t.Error(d)
			}
		})
	}
}
