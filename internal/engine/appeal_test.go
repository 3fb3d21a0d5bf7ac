package engine

import (
	"context"
	"strings"
	"testing"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// objector is a bot that appeals against the warning its person got.
func objector() bots.Bot {
	return botFunc{"objector", func(e bots.Event, f bots.Facts) ([]bots.Effect, error) {
		c, ok := bots.Get[bots.Conversation](f, e.Stream)
		if e.Kind != bots.MessageHeard || !ok || c.Warning == "" {
			return nil, nil
		}
		return []bots.Effect{bots.Appeal{Warning: c.Warning}}, nil
	}}
}

// warnedDesk is a desk on which chen approved a warning that then arrived.
func warnedDesk(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot(), objector()}})
	d.posts("author", "200", "刷单日结")
	d.settle()
	d.decides("chen", bots.Approve, one[bots.Draft](d), nil, "")
	i := one[record.Item](d)
	ev := &bots.Event{Key: "o1", Kind: bots.SendEnded, V: 1, Account: "wb", Body: &bots.Outcome{
		Item: i.ID, Draft: i.Draft, State: record.ItemDelivered, Purpose: bots.ForWarning,
	}}
	ev.Stream, ev.Subject, ev.State = i.Conversation, i.Conversation, bots.EventPending
	if _, err := d.Accept(context.Background(), []*bots.Event{ev}); err != nil {
		t.Fatal(err)
	}
	d.settle()
	if w := one[bots.Warning](d); w.State != bots.WarningSent || w.SentAt.IsZero() {
		t.Fatalf("warning is %s", w.State)
	}
	return d
}

func TestAnObjectionFindsTheWarningOfAnotherStream(t *testing.T) {
	d := warnedDesk(t)
	d.says("author", "300", "我没有骗人")
	d.settle()
	if w := one[bots.Warning](d); w.State != bots.WarningAppealed {
		t.Errorf("warning is %s", w.State)
	}
	if a := one[record.Alarm](d); a.About.Kind != bots.KindWarning {
		t.Errorf("alarm about %s", a.About)
	}
}

func TestPromise10_AnAppealIsReviewedByAnotherOfficerAndThePersonIsTold(t *testing.T) {
	for as, want := range map[string]struct {
		purpose bots.Purpose
		text    string
	}{
		bots.WarningUpheld:    {bots.ForOfficer, "维持提醒"},
		bots.WarningWithdrawn: {bots.ForNotice, "[notice-withdrawn]"},
	} {
		t.Run(as, func(t *testing.T) {
			d := warnedDesk(t)
			d.says("author", "300", "我没有骗人")
			d.settle()
			fields := map[string]string{"as": as}
			if r := d.decides("chen", bots.DecideAppeal, one[bots.Warning](d), fields, "看过了"); r.Code != "two-people" {
				t.Errorf("the approver reviewed: %+v", r)
			}
			if r := d.decides("lin", bots.DecideAppeal, one[bots.Warning](d), fields, ""); r.Code != "reason" {
				t.Errorf("without a reason: %+v", r)
			}
			if r := d.decides("lin", bots.DecideAppeal, one[bots.Warning](d), fields, "看过了"); r.Status != bots.Applied {
				t.Fatalf("review: %+v", r)
			}
			if w := one[bots.Warning](d); w.State != as {
				t.Errorf("warning is %s", w.State)
			}
			for _, r := range d.all(bots.KindDraft, "") {
				if x := r.(*bots.Draft); x.Purpose == want.purpose && strings.Contains(x.Text, want.text) && x.To.ID == "author" {
					return
				}
			}
			t.Errorf("nothing tells the person: %d drafts", len(d.all(bots.KindDraft, "")))
		})
	}
}
