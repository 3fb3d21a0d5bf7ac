package app

import (
	"fmt"
	"testing"
	"time"

	"netpatrol/adapters"
	adapterdiscourse "netpatrol/adapters/discourse"
	adapternodebb "netpatrol/adapters/nodebb"
	"netpatrol/bots"
	"netpatrol/internal/config"
	"netpatrol/internal/record"
	"netpatrol/internal/sandbox/discourse"
	"netpatrol/internal/sandbox/nodebb"
)

// forumStation is a station beside a forum on which the agency is an ordinary user: what it posts
// waits until the test lets the moderators decide.
type forumStation struct {
	t       *testing.T
	sim     *sim
	venue   *forumVenue
	account string
	decide  func(release bool) (decided int)
}

func besideForum(t *testing.T, v *forumVenue, platform adapters.Platform) *forumStation {
	t.Helper()
	c := config.Default()
	c.State, c.Unit.Name, c.Console.Listen = t.TempDir(), "测试市公安局网络警察支队", ""
	c.Officers = boardConfig("", "").Officers
	c.Pace.Settle, c.Pace.Backoff = 300*time.Millisecond, 100*time.Millisecond
	a := v.account()
	a.Poll = 100 * time.Millisecond
	c.Accounts = []config.Account{a}
	app := beside(t, v, c, map[string]adapters.Platform{a.Platform: platform})
	goLive(t, app, a.ID)
	readsPosts(t, app, a.ID)
	for _, who := range []string{"lin", "wu"} {
		if err := signInOnce(t.Context(), app, who); err != nil {
			t.Fatal(err)
		}
	}
	return &forumStation{t: t, sim: &sim{t: t, app: app}, venue: v, account: a.ID}
}

// readsPosts waits until the public posts were asked for once: a stream that was never read starts with what is written
// after that, and on a busy machine a test is faster than the first look.
func readsPosts(t *testing.T, app *App, account string) {
	t.Helper()
	eventually(t, "the posts of "+account+" are asked for", func() bool {
		_, err := record.Fetch[record.Mark](t.Context(), app.store, "cursor/"+account+"/posts")
		return err == nil
	})
}

func nodebbStation(t *testing.T) *forumStation {
	v, err := newNodeBBVenue()
	if err != nil {
		t.Fatal(err)
	}
	site := nodebb.New(nodebb.Options{Token: demoForumToken, Handle: "yecheng", Name: demoName, PostDelay: -1})
	site.AddPerson("alice")
	v.site, v.board, v.book = site, site, &site.Ledger
	s := besideForum(t, v, adapternodebb.Platform())
	s.decide = func(release bool) (n int) {
		for _, w := range site.Queue() {
			if err := site.Decide(w.Entry, release); err != nil {
				t.Error(err)
			}
			n++
		}
		return n
	}
	return s
}

func discourseStation(t *testing.T) *forumStation {
	v, err := newDiscourseVenue("127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	v.site.Close()
	site := discourse.New(discourse.Options{Key: demoForumKey, Handle: "yecheng", Name: demoName, Requests: -1, TopicPause: -1})
	t.Cleanup(site.Close)
	site.AddPerson("alice")
	v.forumVenue.site, v.board, v.book = site, site, &site.Ledger
	s := besideForum(t, v.forumVenue, adapterdiscourse.Platform())
	s.decide = func(release bool) (n int) {
		for _, w := range site.Queue() {
			if err := site.Decide(w.ID, release); err != nil {
				t.Error(err)
			}
			n++
		}
		return n
	}
	return s
}

func eachStation(t *testing.T, f func(t *testing.T, s *forumStation)) {
	t.Run("NodeBB", func(t *testing.T) { f(t, nodebbStation(t)) })
	t.Run("Discourse", func(t *testing.T) { f(t, discourseStation(t)) })
}

func (s *forumStation) deed(who string, verb bots.Verb, on bots.Target, seen uint64, fields map[string]string) {
	s.t.Helper()
	key := fmt.Sprint(who, verb, on, fields)
	r, err := s.sim.app.engine.Submit(s.t.Context(), bots.Decision{Officer: who, Verb: verb, On: on, Seen: seen, Fields: fields}, key)
	if err != nil || r.Status != bots.Applied {
		s.t.Fatalf("%s: %+v, %v", verb, r, err)
	}
}

// approves approves the drafts of a purpose that wait, and says whether there were any.
func (s *forumStation) approves(purpose bots.Purpose) (any bool) {
	s.t.Helper()
	for _, r := range s.sim.all(bots.KindDraft) {
		if d := r.(*bots.Draft); d.State == bots.DraftAwaiting && d.Purpose == purpose {
			s.deed("lin", bots.Approve, bots.Target{Kind: bots.KindDraft, ID: d.ID}, d.Version, nil)
			any = true
		}
	}
	return any
}

// item is the newest send of a purpose.
func (s *forumStation) item(purpose bots.Purpose) (newest *record.Item) {
	s.t.Helper()
	for _, r := range s.sim.all(record.KindItem) {
		if i := r.(*record.Item); i.Purpose == purpose && (newest == nil || i.ID > newest.ID) {
			newest = i
		}
	}
	return newest
}

func (s *forumStation) reaches(purpose bots.Purpose, state string) *record.Item {
	s.t.Helper()
	eventually(s.t, "a "+string(purpose)+" is "+state, func() bool { i := s.item(purpose); return i != nil && i.State == state })
	return s.item(purpose)
}

// flags has the clue that there will be flagged for its account's first reason, and waits until the
// site has it and the clue says so.
func (s *forumStation) flags() (*bots.Clue, *record.Item) {
	s.t.Helper()
	var clue *bots.Clue
	eventually(s.t, "the post is a clue", func() bool {
		for _, r := range s.sim.all(bots.KindClue) {
			clue = r.(*bots.Clue)
		}
		return clue != nil
	})
	var kind adapters.FlagKind
	eventually(s.t, "the account's abilities are known", func() bool {
		for _, r := range s.sim.all(bots.KindAccount) {
			if a := r.(*bots.Account); a.ID == s.account && len(a.Flags) > 0 {
				kind = a.Flags[0]
			}
		}
		return kind != ""
	})
	s.deed("lin", bots.FlagPost, bots.Target{Kind: bots.KindClue, ID: clue.ID}, clue.Version, map[string]string{"kind": string(kind)})
	s.approves(bots.ForFlag)
	i := s.reaches(bots.ForFlag, record.ItemDelivered)
	eventually(s.t, "the clue says so", func() bool {
		c, err := record.Fetch[bots.Clue](s.t.Context(), s.sim.app.store, clue.ID)
		return err == nil && c.State == bots.ClueFlagged
	})
	return clue, i
}

// TestForums_WhatIsApprovedLaterIsDelivered: a bulletin that waits is accepted, is delivered under the
// id of its post once the moderators let it appear, and is put before an officer if they do not.
func TestForums_WhatIsApprovedLaterIsDelivered(t *testing.T) {
	eachStation(t, func(t *testing.T, s *forumStation) {
		write := func(text string) {
			s.deed("wu", bots.WriteBulletin, bots.Target{}, 0, map[string]string{"title": "先垫付的兼职都是诈骗", "text": text, "accounts": s.account})
			s.approves(bots.ForBulletin)
			s.reaches(bots.ForBulletin, record.ItemAccepted)
		}
		write("先垫付的兼职都是诈骗，请告诉家里人。")
		if n := s.decide(true); n != 1 {
			t.Fatalf("%d posts waited", n)
		}
		i := s.reaches(bots.ForBulletin, record.ItemDelivered)
		if got := s.venue.book.Received(); len(got) != 1 || i.Receipt.Ref != adapters.Ref(got[0].ID) || i.Receipt.URL == "" {
			t.Errorf("%+v, the forum has %+v", i.Receipt, got)
		}
		write("再提醒一次：先垫付的兼职都是诈骗。")
		s.decide(false)
		i = s.reaches(bots.ForBulletin, record.ItemRejected)
		told := false
		for _, r := range s.sim.all(record.KindAlarm) {
			told = told || r.(*record.Alarm).About.ID == i.ID
		}
		if !told || len(s.venue.book.Received()) != 1 {
			t.Errorf("an officer was told %v, readers saw %+v", told, s.venue.book.Received())
		}
	})
}

// TestForums_APostIsFlagged from the clue to the forum's moderators, once, in the template's words.
func TestForums_APostIsFlagged(t *testing.T) {
	eachStation(t, func(t *testing.T, s *forumStation) {
		if _, err := s.venue.board.Post("alice", "招人招人", "刷单返利日结，一单30，一天稳赚300，先垫付后返现，加我私聊"); err != nil {
			t.Fatal(err)
		}
		clue, i := s.flags()
		got := s.venue.board.Flags()
		if len(got) != 1 || adapters.Ref(got[0].Post) != clue.Post || got[0].Text != i.Text || got[0].Author != "alice" {
			t.Errorf("the moderators have %+v", got)
		}
	})
}

// TestForums_ANameInsideChineseTextIsAMention: the forum raises no notice of it; what was read of
// its stream of posts is looked through.
func TestForums_ANameInsideChineseTextIsAMention(t *testing.T) {
	eachStation(t, func(t *testing.T, s *forumStation) {
		heard := map[adapters.Ref]bool{}
		for _, text := range []string{"请问@" + demoName + "这个中奖短信是真的吗", "你好＠" + demoName + "，请问一下这是骗局吗", "（@yecheng你好）有人冒充客服"} {
			id, err := s.venue.board.Post("alice", "求助大家", text)
			if err != nil {
				t.Fatal(err)
			}
			heard[adapters.Ref(id)] = true
		}
		eventually(t, "each is heard as a mention", func() bool {
			n := 0
			for _, r := range s.sim.all(bots.KindEvent) {
				e := r.(*bots.Event)
				if h, ok := e.Body.(*bots.Heard); ok && e.Kind == bots.MentionHeard && heard[h.Ref] {
					n++
				}
			}
			return n == len(heard)
		})
	})
}
