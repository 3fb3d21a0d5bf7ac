package record

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
)

// cameOut is a bulletin's send that came out.
func cameOut() *Item {
	return &Item{
		Head: bots.Head{ID: "b.wb.item", State: ItemDelivered}, Purpose: bots.ForBulletin, Account: "wb", Channel: adapters.Public,
		Text: "刷单返利都是诈骗。", Receipt: adapters.Receipt{Ref: "109", URL: "https://wb.example/109"}, About: bots.Target{Kind: bots.KindBulletin, ID: "b"},
	}
}

func TestAWithdrawalIsOfWhatStands(t *testing.T) {
	wu, chen := officer("wu", Editor), officer("chen", Duty)
	for name, c := range map[string]struct {
		by     *Officer
		reason string
		edit   func(*Item)
		code   string
	}{
		"an editor asks":          {by: wu, reason: "写错了", edit: func(*Item) {}},
		"it is only accepted":     {by: wu, reason: "写错了", edit: func(i *Item) { i.State = ItemAccepted }},
		"by a duty officer":       {by: chen, reason: "写错了", edit: func(*Item) {}, code: "role"},
		"without a reason":        {by: wu, edit: func(*Item) {}, code: "reason"},
		"it did not come out":     {by: wu, reason: "写错了", edit: func(i *Item) { i.State = ItemDue }, code: "not-out"},
		"nobody knows":            {by: wu, reason: "写错了", edit: func(i *Item) { i.State = ItemUnknown }, code: "not-out"},
		"it is gone already":      {by: wu, reason: "写错了", edit: func(i *Item) { i.Gone = time.Now() }, code: "not-out"},
		"it is a private message": {by: wu, reason: "写错了", edit: func(i *Item) { i.Purpose = bots.ForReply }, code: "not-out"},
	} {
		i := cameOut()
		c.edit(i)
		d, err := AskWithdrawal(i, c.by, c.reason)
		wantRefusal(t, name, err, c.code)
		if err == nil && (d.Parent != "109" || d.Withdraws != i.ID || d.Author != "wu" || d.Channel != adapters.Withdrawal || d.PostText != i.Text) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestPromise2_WhoAsksForAWithdrawalMayNotApprove(t *testing.T) {
	both, lin := officer("wu", Editor, Approver), officer("lin", Approver)
	now := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	d, err := AskWithdrawal(cameOut(), both, "写错了")
	if err != nil {
		t.Fatal(err)
	}
	d.Expires = now.Add(time.Hour)
	Submit(d, bots.Suggest)
	_, err = ApproveDraft(d, both, d.Version, now, Policy{})
	wantRefusal(t, "one's own", err, "two-people")
	a, err := ApproveDraft(d, lin, d.Version, now, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	i, err := Release(d, a, now)
	if err != nil || i.Withdraws != "b.wb.item" || i.Parent != "109" || !i.Intact(a) {
		t.Fatalf("%+v, %v", i, err)
	}
	if i.Parent = "110"; i.Intact(a) {
		t.Error("the approval covers another post")
	}
}

func TestPromise4_OnlyWhoTookATakedownSaysItIsDone(t *testing.T) {
	now := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	takedown := func(taken string) *Item {
		return &Item{Head: bots.Head{State: ItemByHand}, Purpose: bots.ForWithdrawal, Withdraws: "b.wb.item", Parent: "109", Hand: &Hand{Taken: taken}}
	}
	for _, taken := range []string{"", "lin"} {
		wantRefusal(t, "taken by "+taken, takedown(taken).ProveGone(officer("chen", Duty), now), "not-yours")
	}
	i := takedown("chen")
	if err := i.ProveGone(officer("chen", Duty), now); err != nil || i.State != ItemDelivered || i.Receipt.Ref != "109" || i.Hand.By != "chen" || !i.Untold {
		t.Errorf("%+v, %v", i, err)
	}
	wantRefusal(t, "twice", i.ProveGone(officer("chen", Duty), now), "not-by-hand")
}

func TestWhatIsTakenBackKeepsWhenItCameOut(t *testing.T) {
	came, now := time.Date(2026, 11, 25, 1, 0, 0, 0, time.UTC), time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	i := cameOut()
	i.Updated = came
	i.TakenBack(now)
	if !i.Gone.Equal(now) || !i.Updated.Equal(came) || i.State != ItemDelivered || i.Stands() {
		t.Errorf("%+v", i)
	}
	i.TakenBack(now.Add(time.Hour))
	if !i.Gone.Equal(now) {
		t.Error("taken back twice")
	}
	for was, want := range map[string]string{ItemAccepted: ItemWithdrawn, ItemUnknown: ItemWithdrawn, ItemRejected: ItemRejected} {
		i := cameOut()
		i.State = was
		if i.TakenBack(now); i.State != want || i.Untold != (was != want) || !i.Gone.Equal(now) {
			t.Errorf("what was %s: %+v", was, i)
		}
	}
}

func TestAWithdrawalThatWasLookedFor(t *testing.T) {
	now := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	unknown := func(withdraws string) *Item {
		return &Item{Head: bots.Head{State: ItemUnknown}, Withdraws: withdraws, Parent: "109", Attempts: []Try{{N: 1}}}
	}
	gone, there := unknown("x"), unknown("x")
	if err := gone.LookedFor(true, now); err != nil || gone.State != ItemDelivered || gone.Receipt.Ref != "109" {
		t.Errorf("%+v, %v", gone, err)
	}
	if err := there.LookedFor(false, now); err != nil || there.State != ItemDue {
		t.Errorf("%+v, %v", there, err)
	}
	wantRefusal(t, "of a message", unknown("").LookedFor(true, now), "not-unknown")
}
