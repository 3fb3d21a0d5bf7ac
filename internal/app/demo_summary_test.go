package app

import (
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/api"
)

// good is a shift with nothing wrong.
func good() counts {
	return counts{
		BulletinsApproved: 1, BulletinsPublished: 1, BulletinsWithdrawn: 1, ReportsReceived: 1, ReportsAnswered: 1, EvidenceKept: 1, HandoffsAnswered: 2, TipsReceived: 1, MentionsAnswered: 1, CluesOpened: 2,
		WarningsProposed: 2, WarningsApproved: 1, WarningsRejected: 1, WarningsSent: 1, PostsRemoved: 1, PostsFlagged: 1,
	}
}

func TestAShiftIsJudged(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*counts)
		want  string // empty: nothing is wrong
	}{
		{"nothing wrong", func(*counts) {}, ""},
		{"nothing published", func(n *counts) { n.BulletinsPublished, n.BulletinsApproved = 0, 0 }, "no bulletins published"},
		{"approved and not published", func(n *counts) { n.BulletinsApproved = 2 }, "2 bulletins approved, 1 published"},
		{"nothing taken back", func(n *counts) { n.BulletinsWithdrawn = 0 }, "no bulletins withdrawn"},
		{"published twice", func(n *counts) { n.BulletinsPublished = 2 }, "1 bulletins approved, 2 published"},
		{"nobody answered", func(n *counts) { n.ReportsAnswered = 0 }, "no reports answered"},
		{"somebody is not answered", func(n *counts) { n.ReportsReceived = 2 }, "2 reports received, 1 answered"},
		{"no picture kept", func(n *counts) { n.EvidenceKept = 0 }, "no evidence kept"},
		{"no unit answered", func(n *counts) { n.HandoffsAnswered = 0 }, "no hand-offs answered"},
		{"one unit answered", func(n *counts) { n.HandoffsAnswered = 1 }, "only one of two units answered"},
		{"a warning too many", func(n *counts) { n.WarningsSent = 2 }, "1 warnings approved, 2 sent"},
		{"unapproved", func(n *counts) { n.UnapprovedSent = 1 }, "1 sent without approval"},
		{"duplicate", func(n *counts) { n.DuplicatesSent = 1 }, "1 sent twice"},
		{"lost", func(n *counts) { n.LostEvents = 3 }, "3 lost"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &summary{counts: good(), AlarmsRung: 1}
			c.spoil(&s.counts)
			err := s.judge()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("judged %v, want %q", err, c.want)
			}
		})
	}
}

// What one platform received too much does not make up for what another did not receive.
func TestAShiftIsJudgedForEachPlatform(t *testing.T) {
	s := &summary{counts: good(), AlarmsRung: 1}
	other := good()
	other.WarningsApproved, other.WarningsSent = 0, 1
	s.add(other)
	s.WarningsApproved = 2
	less := good()
	less.WarningsApproved = 2
	s.Platforms = map[string]counts{"weibo": less, "nodebb": other}
	for _, want := range []string{"weibo: 2 warnings approved, 1 sent", "nodebb: 0 warnings approved, 1 sent"} {
		if err := s.judge(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("judged %v, want %q", err, want)
		}
	}
}

func TestAShiftInWhichNobodyWasRungIsNoShift(t *testing.T) {
	s := &summary{counts: good()}
	if err := s.judge(); err == nil || !strings.Contains(err.Error(), "no alarms rung") {
		t.Errorf("judged %v", err)
	}
}

func TestOnlyWhatTheScriptCoversIsApproved(t *testing.T) {
	c := &crew{approved: map[string]bool{textDigest("通报"): true}, standing: map[string]bool{templateVersion("receipt", 7): true}}
	draft := func(p bots.Purpose, template string, rev int, text string) api.Draft {
		return api.Draft{Draft: &bots.Draft{Purpose: p, Template: template, Rev: rev, Text: text}}
	}
	drafts := []api.Draft{
		draft(bots.ForReceipt, "receipt", 7, "回执"),
		draft(bots.ForReceipt, "receipt", 8, "新回执"),
		draft(bots.ForWarning, "receipt", 7, "警示"),
	}
	covered := c.covered(drafts)
	for text, want := range map[string]int{"通报": 0, "回执": 0, "新回执": 1, "警示": 1, "别的": 1} {
		var n counts
		n.countReceived([]delivery{{text: text}}, covered)
		if n.UnapprovedSent != want {
			t.Errorf("%s: %d unapproved, want %d", text, n.UnapprovedSent, want)
		}
	}
	if record.Solicited(bots.ForWarning) {
		t.Error("a warning counts as an answer")
	}
}

func TestWhatLeftNoRecordIsLost(t *testing.T) {
	blog, err := newBlogVenue()
	if err != nil {
		t.Fatal(err)
	}
	told, err := blog.blog.Tell(blog.script.Citizens[0].Handle, demoHandle, "我被骗了")
	if err != nil {
		t.Fatal(err)
	}
	weixin, err := newWechatVenue("weixin", "api", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer weixin.platform.Close()
	if err := weixin.act(t.Context(), "小郭", ""); err != nil {
		t.Fatal(err)
	}
	wrote, err := weixin.platform.Write("小郭", "我被骗了")
	if err != nil {
		t.Fatal(err)
	}
	for v, id := range map[venue]string{blog: string(told), weixin: wrote} {
		name, _ := v.page()
		if n := v.lost(nil); n != 1 {
			t.Errorf("%s: %d lost, want the message nobody recorded", name, n)
		}
		if n := v.lost([]api.Event{{Key: id + "|1"}}); n != 0 {
			t.Errorf("%s: %d lost, want none", name, n)
		}
		if n := v.lost([]api.Event{{Key: id + "9|1"}}); n != 1 {
			t.Errorf("%s: another message passes for it", name)
		}
	}
}

func TestWhatWasApprovedForASlotThatPassedIsNotMissing(t *testing.T) {
	c := &crew{approved: map[string]bool{textDigest("early"): true, textDigest("sent"): true}, decided: map[string]*decidedCount{"a": {bulletins: 2}}}
	draft := func(account, text, state string) api.Draft {
		return api.Draft{Envelope: api.Envelope{State: state}, Draft: &bots.Draft{Account: account, Purpose: bots.ForBulletin, Text: text}}
	}
	var n counts
	c.decisions("a", []api.Draft{
		draft("a", "sent", bots.DraftReleased), draft("a", "early", bots.DraftExpired),
		draft("a", "never approved", bots.DraftExpired), draft("b", "early", bots.DraftExpired),
	}, &n)
	if n.BulletinsApproved != 1 {
		t.Errorf("%d bulletins count as approved, 1 of them may leave", n.BulletinsApproved)
	}
}
