package engine

import (
	"slices"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// outOn is a bulletin that is out on some accounts, each live.
func (d *desk) outOn(accounts ...string) *bots.Bulletin {
	d.t.Helper()
	list := ""
	for _, id := range accounts {
		list += "," + id
		d.update(func(tx record.Tx) error {
			a, err := record.Load[bots.Account](tx, id)
			if err != nil {
				return err
			}
			a.State = string(bots.Live)
			return tx.Put(a)
		})
	}
	wantResult(d.t, "write", d.decides("wu", bots.WriteBulletin, nil, map[string]string{"title": "提醒", "text": "号码是假的", "accounts": list[1:]}, ""), "")
	for _, r := range d.all(bots.KindDraft, bots.DraftAwaiting) {
		wantResult(d.t, "approve", d.decides("lin", bots.Approve, r, nil, ""), "")
	}
	for _, r := range d.all(record.KindItem, "") {
		d.delivers(r.(*record.Item), "post-"+adapters.Ref(r.(*record.Item).Account))
	}
	return d.all(bots.KindBulletin, "")[0].(*bots.Bulletin)
}

// delivers says that an item has left, and tells the bots.
func (d *desk) delivers(i *record.Item, ref adapters.Ref) {
	d.t.Helper()
	d.out(record.ItemDelivered, i.ID)
	d.update(func(tx record.Tx) error {
		now, err := record.Load[record.Item](tx, i.ID)
		if err != nil {
			return err
		}
		now.Receipt = adapters.Receipt{Ref: ref}
		return tx.Put(now)
	})
	e := &bots.Event{Key: i.ID + "|1|delivered", Kind: bots.SendEnded, V: 1, Occurred: time.Now(), Account: i.Account, Body: &bots.Outcome{Item: i.ID, Draft: i.Draft, State: record.ItemDelivered, Purpose: i.Purpose}}
	e.Stream, e.State = i.Conversation, bots.EventPending
	if _, err := d.Accept(d.t.Context(), []*bots.Event{e}); err != nil {
		d.t.Fatal(err)
	}
	d.settle()
}

func (d *desk) bulletin(id string) *bots.Bulletin {
	d.t.Helper()
	b, err := record.Fetch[bots.Bulletin](d.t.Context(), d.store, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return b
}

// withdrawals are the sends that take something back.
func (d *desk) withdrawals() (all []*record.Item) {
	for _, r := range d.all(record.KindItem, "") {
		if i := r.(*record.Item); i.Withdraws != "" {
			all = append(all, i)
		}
	}
	return all
}

func TestPromise2_WhoAsksForAWithdrawalDoesNotDecideIt(t *testing.T) {
	second := &Account{Record: bots.Account{Head: bots.Head{ID: "wx"}, Platform: "test", Unit: "测试网警"}, Open: func() adapters.Account { return &scripted{} }}
	d := newDesk(t, deskOptions{more: []*Account{second}})
	b := d.outOn("wb", "wx")
	wantResult(t, "by a duty officer", d.decides("chen", bots.TakeBack, b, nil, "写错了"), "role")
	wantResult(t, "without a reason", d.decides("wu", bots.TakeBack, b, nil, " "), "reason")
	wantResult(t, "ask", d.decides("wu", bots.TakeBack, b, nil, "号码写错了"), "")
	wantResult(t, "ask again", d.decides("wu", bots.TakeBack, b, nil, "号码写错了"), "under-way")
	drafts := d.all(bots.KindDraft, bots.DraftAwaiting)
	if len(drafts) != 2 {
		t.Fatalf("%d drafts: one for each account on which it stands", len(drafts))
	}
	for _, r := range drafts {
		x := r.(*bots.Draft)
		if x.Channel != adapters.Withdrawal || x.Parent != "post-"+adapters.Ref(x.Account) || x.Text != "号码写错了" || x.Purpose != bots.ForWithdrawal {
			t.Errorf("%+v", x)
		}
		wantResult(t, "edit", d.decides("lin", bots.Edit, x, map[string]string{"text": "测试网警 " + x.Code}, ""), "not-editable")
		wantResult(t, "approve one's own", d.decides("wu", bots.Approve, x, nil, ""), "two-people")
		wantResult(t, "by a duty officer", d.decides("chen", bots.Approve, x, nil, ""), "role")
		wantResult(t, "approve", d.decides("lin", bots.Approve, x, nil, ""), "")
		if now := d.bulletin(b.ID); now.State != bots.BulletinReleased || len(now.Gone) != 0 {
			t.Errorf("approved only: %s, %+v", now.State, now.Gone)
		}
	}
}

func TestWithdrawal_TheBulletinSaysFromWhereItIsGone(t *testing.T) {
	second := &Account{Record: bots.Account{Head: bots.Head{ID: "wx"}, Platform: "test", Unit: "测试网警"}, Open: func() adapters.Account { return &scripted{} }}
	d := newDesk(t, deskOptions{more: []*Account{second}})
	b := d.outOn("wb", "wx")
	wantResult(t, "ask", d.decides("wu", bots.TakeBack, b, nil, "号码写错了"), "")
	for _, r := range d.all(bots.KindDraft, bots.DraftAwaiting) {
		wantResult(t, "approve", d.decides("lin", bots.Approve, r, nil, ""), "")
	}
	items := d.withdrawals()
	for n, i := range items {
		d.delivers(i, i.Parent)
		now := d.bulletin(b.ID)
		old, err := record.Fetch[record.Item](t.Context(), d.store, i.Withdraws)
		if err != nil || old.State != record.ItemDelivered || old.Gone.IsZero() || old.Stands() {
			t.Errorf("%+v, %v", old, err)
		}
		g := now.Gone[n]
		if g.Account != i.Account || g.Why != "号码写错了" || g.By != "wu" || g.Code != i.Code || g.At.IsZero() {
			t.Errorf("%+v", g)
		}
		want := map[bool]string{false: bots.BulletinReleased, true: bots.BulletinWithdrawn}[n == len(items)-1]
		if now.State != want {
			t.Errorf("after %d of %d it is %s", n+1, len(items), now.State)
		}
	}
	wantResult(t, "once it is gone", d.decides("wu", bots.TakeBack, b, nil, "再撤"), "not-out")
	deeds, err := d.store.AuditOf(t.Context(), bots.Target{Kind: bots.KindBulletin, ID: b.ID})
	if err != nil || !slices.ContainsFunc(deeds, func(e record.AuditEntry) bool { return e.Did == "withdrawn" }) {
		t.Errorf("%+v, %v", deeds, err)
	}
}

// The platform may be asked what became of a send just when it has been taken back: the bulletin is
// withdrawn whichever is written down first.
func TestWithdrawal_WhatThePlatformOnlyAcceptedComesOutNoMore(t *testing.T) {
	for found, want := range map[string]string{record.ItemAccepted: record.ItemWithdrawn, record.ItemUnknown: record.ItemWithdrawn, record.ItemRejected: record.ItemRejected} {
		t.Run("found "+found, func(t *testing.T) {
			d := newDesk(t, deskOptions{})
			b := d.outOn("wb")
			first := d.all(record.KindItem, "")[0].(*record.Item)
			d.out(record.ItemAccepted, first.ID)
			wantResult(t, "ask", d.decides("wu", bots.TakeBack, b, nil, "先不发"), "")
			wantResult(t, "approve", d.decides("lin", bots.Approve, d.all(bots.KindDraft, bots.DraftAwaiting)[0], nil, ""), "")
			d.out(found, first.ID)
			d.delivers(d.withdrawals()[0], "post-wb")
			if now, err := record.Fetch[record.Item](t.Context(), d.store, first.ID); err != nil || now.State != want || now.Gone.IsZero() {
				t.Errorf("%+v, %v", now, err)
			}
			if now := d.bulletin(b.ID); now.State != bots.BulletinWithdrawn || len(now.Gone) != 1 {
				t.Errorf("it is %s, gone %+v", now.State, now.Gone)
			}
		})
	}
}

func TestWithdrawal_AfterARefusalOneMayAskAgain(t *testing.T) {
	d := newDesk(t, deskOptions{})
	b := d.outOn("wb")
	wantResult(t, "ask", d.decides("wu", bots.TakeBack, b, nil, "写错了"), "")
	wantResult(t, "return", d.decides("lin", bots.Reject, d.all(bots.KindDraft, bots.DraftAwaiting)[0], nil, "没有错"), "")
	if now := d.bulletin(b.ID); now.State != bots.BulletinReleased {
		t.Errorf("it is %s", now.State)
	}
	wantResult(t, "ask again", d.decides("wu", bots.TakeBack, b, nil, "确实写错了"), "")
}
