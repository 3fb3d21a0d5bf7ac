package view_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
	"netpatrol/internal/web/webtest"
)

var november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// past puts records on file as if the events that made them had come then.
type past struct {
	*webtest.Desk
	n int
}

func (p *past) head(at time.Time, stream, state string) bots.Head {
	p.n++
	return bots.Head{ID: record.FirstID(at)[:16] + fmt.Sprintf("%010d.x", p.n), Stream: stream, State: state, Created: at, Updated: at}
}

// month is what happened from a day on: so many of everything on weibo, and one clue on the forum.
func (p *past) month(at time.Time, n int) {
	for i := range n {
		at := at.Add(time.Duration(i) * time.Hour)
		p.Put(
			&record.Item{Head: p.head(at, "weibo/public", record.ItemDelivered), Account: "weibo", Purpose: bots.ForBulletin, Attempts: []record.Try{{At: at}}},
			&record.Item{Head: p.head(at, "weibo/private", record.ItemDelivered), Account: "weibo", Purpose: bots.ForOfficer, Attempts: []record.Try{{At: at}}},
			&record.Item{Head: p.head(at, "weibo/private", record.ItemHeld), Account: "weibo", Purpose: bots.ForOfficer},
			&bots.Report{Head: p.head(at, "conv/weibo/x", "open"), Account: "weibo", Emergency: i == 0},
			&bots.Clue{Head: p.head(at, "post/weibo/x", bots.ClueOpen), Account: "weibo", Category: bots.Fraud},
			&bots.Wait{Head: p.head(at, "conv/weibo/x", bots.WaitEnded), Account: "weibo", Since: at, Deadline: at.Add(30 * time.Minute), Ended: at.Add(time.Duration(i+1) * 10 * time.Minute)},
		)
	}
	p.Put(
		&bots.Clue{Head: p.head(at, "post/forum/x", bots.ClueOpen), Account: "forum", Category: bots.Gambling},
		&bots.Cluster{Head: p.head(at, "", bots.ClusterOpen)},
		&record.Handoff{Head: p.head(at, "conv/weibo/x", record.HandoffPrepared), Account: "weibo"},
		&record.Handoff{Head: p.head(at, "conv/weibo/x", "accepted"), Account: "weibo"},
		&record.Rectification{Head: p.head(at, "site/x", record.RectificationFixed), Signed: "lin"},
		&record.Rectification{Head: p.head(at, "site/x", "open")}, // nobody signed it: it never left
	)
	for _, state := range []string{bots.WarningProposed, bots.WarningRejected, bots.WarningSent, bots.WarningRemoved, bots.WarningWithdrawn, bots.WarningLapsed} {
		p.Put(&bots.Warning{Head: p.head(at, "post/weibo/x", state), Account: "weibo"})
	}
	p.Put(&bots.Warning{Head: p.head(at, "post/weibo/x", bots.WarningWithdrawn), Account: "weibo", SentAt: at.Add(time.Hour)})
}

func figures(t *testing.T, p *past, compared bool) *view.Figures {
	t.Helper()
	f, err := view.FiguresOf(context.Background(), p.Store, view.Period{From: november, To: november.AddDate(0, 0, 30), Compared: compared}, november.AddDate(0, 2, 0))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAMonthIsCountedAndComparedWithTheTimeBefore(t *testing.T) {
	p := &past{Desk: webtest.Open(t)}
	p.month(november.Add(-31*24*time.Hour), 9) // too long ago for both
	p.month(november.Add(-5*24*time.Hour), 2)
	p.month(november, 4) // its first moment counts
	p.month(november.AddDate(0, 0, 30), 8)
	f := figures(t, p, true)
	for m, want := range map[view.Counted][2]int{
		view.Bulletins: {4, 2}, view.AnswersSent: {4, 2}, view.Reports: {4, 2}, view.Emergencies: {1, 1}, view.Clues: {5, 3}, view.Clusters: {1, 1},
		view.Waited: {4, 2}, view.MissedPromise: {1, 0}, view.HalfWithin: {1200, 600}, view.MostWithin: {2400, 1200},
		view.WarningsProposed: {7, 7}, view.WarningsRejected: {1, 1}, view.WarningsApproved: {3, 3}, view.WarningsSent: {3, 3}, view.PostsRemoved: {1, 1},
		view.HandoffsMade: {1, 1}, view.HandoffsAnswered: {1, 1}, view.Asked: {1, 1}, view.PutRight: {1, 1}, view.Flags: {0, 0},
	} {
		if got := [2]int{f.Whole.Now[m], f.Whole.Before[m]}; got != want {
			t.Errorf("%s: %v, want %v", m, got, want)
		}
	}
	if percent, ok := f.Whole.Change(view.Clues); !ok || percent != 66 {
		t.Errorf("clues changed by %d%%, %v", percent, ok)
	}
	if _, ok := f.Whole.Change(view.Flags); ok {
		t.Error("a change from nothing is given in percent")
	}
	if len(f.Categories) != 2 || f.Categories[0] != (view.CategoryFigure{Category: bots.Fraud, Now: 4, Before: 2}) {
		t.Errorf("categories: %+v", f.Categories)
	}
}

func TestFiguresAreToldByAccountAndUnit(t *testing.T) {
	p := &past{Desk: webtest.Open(t)}
	p.Put(&bots.Account{Head: bots.Head{ID: "meilan", State: string(bots.Suggest)}, Unit: "美兰分局"}, &bots.Account{Head: bots.Head{ID: "wecom"}, Unit: "美兰分局", Internal: true})
	p.month(november, 3)
	p.Put(
		&bots.Clue{Head: p.head(november, "post/meilan/x", bots.ClueOpen), Account: "meilan", Category: bots.Fraud},
		&record.Item{Head: p.head(november, "wecom/private", record.ItemDelivered), Account: "wecom", Purpose: bots.ForReply, Attempts: []record.Try{{At: november}}},
	)
	f := figures(t, p, false)
	clues := map[string]int{}
	for _, l := range append(f.Accounts, f.Units...) {
		clues[l.Unit+"/"+l.Account] += l.Now[view.Clues]
		if l.Before != nil {
			t.Errorf("%s is compared with %v", l.Account, l.Before)
		}
	}
	if clues["美兰分局/meilan"] != 1 || clues["美兰分局/"] != 1 || f.Whole.Now[view.Clues] != 5 {
		t.Errorf("clues: %v, in all %d", clues, f.Whole.Now[view.Clues])
	}
	if f.Whole.Now[view.AnswersSent] != 3 {
		t.Errorf("%d answers: what reaches our own officers is none", f.Whole.Now[view.AnswersSent])
	}
	rows := f.Table([5]string{"unit", "account", "figure", "now", "before"}, func(m view.Counted) string { return string(m) })
	if want := 1 + (1+len(f.Units)+len(f.Accounts))*len(view.Everything()); len(rows) != want || rows[1][2] != "bulletins" || rows[1][3] != "3" || rows[1][4] != "" {
		t.Errorf("%d rows, want %d; the first %v", len(rows), want, rows[1])
	}
}

func TestABulletinCountsWhenItCameOut(t *testing.T) {
	p := &past{Desk: webtest.Open(t)}
	written, out := november.AddDate(0, 0, -20), november.AddDate(0, 0, 2)
	p.Put(&record.Item{Head: p.head(written, "weibo/public", record.ItemDelivered), Account: "weibo", Purpose: bots.ForBulletin, Attempts: []record.Try{{At: out}}})
	if f := figures(t, p, true); f.Whole.Now[view.Bulletins] != 1 || f.Whole.Before[view.Bulletins] != 0 {
		t.Errorf("came out: %d, before: %d", f.Whole.Now[view.Bulletins], f.Whole.Before[view.Bulletins])
	}
}

func TestAPeriodIsGivenInDays(t *testing.T) {
	now := time.Date(2026, 11, 26, 20, 0, 0, 0, time.UTC) // the 27th in China
	for _, c := range []struct{ from, to, first, last string }{
		{"", "", "2026-11-01", "2026-11-27"},
		{"2026-10-05", "2026-10-05", "2026-10-05", "2026-10-05"},
		{"2026-10-06", "2026-10-05", "", ""},
		{"2024-10-06", "2026-10-05", "", ""},
		{"yesterday", "", "", ""},
	} {
		p, err := view.PeriodOf(c.from, c.to, now)
		if bad := new(view.PeriodError); c.first == "" {
			if !errors.As(err, &bad) {
				t.Errorf("%s to %s: %v", c.from, c.to, err)
			}
			continue
		}
		if err != nil || p.From.Format(time.DateOnly) != c.first || p.Last().Format(time.DateOnly) != c.last {
			t.Errorf("%s to %s: %s to %s, %v", c.from, c.to, p.From, p.Last(), err)
		}
	}
}
