package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// out says that items have reached people.
func (d *desk) out(state string, ids ...string) {
	d.t.Helper()
	d.update(func(tx record.Tx) error {
		for _, id := range ids {
			i, err := record.Load[record.Item](tx, id)
			if err != nil {
				return err
			}
			i.State, i.Due = state, time.Time{}
			if err := tx.Put(i); err != nil {
				return err
			}
		}
		return nil
	})
}

// corrections are the drafts that set something right.
func (d *desk) corrections() (all []*bots.Draft) {
	for _, r := range d.all(bots.KindDraft, "") {
		if x := r.(*bots.Draft); x.Corrects != "" {
			all = append(all, x)
		}
	}
	return all
}

// newThreeAccounts is a desk with two accounts besides the usual one, in a mode.
func newThreeAccounts(t *testing.T, mode bots.Mode) *desk {
	t.Helper()
	var more []*Account
	for _, id := range []string{"wx", "bbs"} {
		more = append(more, &Account{
			Record: bots.Account{Head: bots.Head{ID: id}, Platform: "test", Unit: "测试网警"}, Open: func() adapters.Account { return &scripted{} },
		})
	}
	d := newDesk(t, deskOptions{more: more})
	for _, a := range more {
		d.update(func(tx record.Tx) error {
			r, err := record.Load[bots.Account](tx, a.Record.ID)
			if err != nil {
				return err
			}
			r.State = string(mode)
			return tx.Put(r)
		})
	}
	return d
}

func TestPromise10_ABulletinIsCorrectedWhereverItCameOut(t *testing.T) {
	d := newThreeAccounts(t, bots.Live)
	wantResult(t, "write", d.decides("wu", bots.WriteBulletin, nil, map[string]string{"title": "提醒", "text": "号码是假的", "accounts": "wb,wx,bbs"}, ""), "")
	for _, r := range d.all(bots.KindDraft, bots.DraftAwaiting) {
		wantResult(t, "approve", d.decides("lin", bots.Approve, r, nil, ""), "")
	}
	items := d.all(record.KindItem, "")
	if len(items) != 3 {
		t.Fatalf("%d items", len(items))
	}
	first := items[0].(*record.Item)
	text := map[string]string{"text": "号码是真的"}
	wantResult(t, "before it is out", d.decides("wu", bots.Correct, first, text, ""), "not-out")
	for _, r := range items {
		state := record.ItemDelivered
		if r.(*record.Item).Account == "bbs" {
			state = record.ItemRejected
		}
		d.out(state, r.Meta().ID)
	}
	if first.Account == "bbs" {
		first = items[1].(*record.Item)
	}
	wantResult(t, "by a duty officer", d.decides("chen", bots.Correct, first, text, ""), "role")
	wantResult(t, "without a text", d.decides("wu", bots.Correct, first, nil, ""), "empty")
	wantResult(t, "correct", d.decides("wu", bots.Correct, first, text, ""), "")
	var on []string
	for _, x := range d.corrections() {
		on = append(on, x.Account)
		wrong, err := record.Fetch[record.Item](t.Context(), d.store, itemOn(items, x.Account))
		if err != nil || x.Corrects != wrong.Code || !slices.Contains(wrong.Corrected, x.Code) {
			t.Errorf("%s corrects %s of %+v, %v", x.Code, x.Corrects, wrong, err)
		}
		if !strings.Contains(x.Text, "号码是真的") || x.Title != "更正：提醒" || x.State != bots.DraftAwaiting {
			t.Errorf("%s, %s: %q", x.State, x.Title, x.Text)
		}
		wantResult(t, "approve one's own", d.decides("wu", bots.Approve, x, nil, ""), "two-people")
		wantResult(t, "approve", d.decides("lin", bots.Approve, x, nil, ""), "")
	}
	if slices.Sort(on); !slices.Equal(on, []string{"wb", "wx"}) {
		t.Errorf("corrected on %v", on)
	}
}

func itemOn(items []bots.Record, account string) string {
	i := slices.IndexFunc(items, func(r bots.Record) bool { return r.(*record.Item).Account == account })
	return items[i].Meta().ID
}

func TestCorrect_AnAnswerIsSetRightByItsAuthor(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	it := one[record.Item](d)
	d.out(record.ItemDelivered, it.ID)
	wantResult(t, "an editor", d.decides("wu", bots.Correct, it, map[string]string{"text": "对"}, ""), "")
	x := d.corrections()
	if len(x) != 1 || x[0].To.ID != "p1" || x[0].State != bots.DraftReleased || x[0].Purpose != bots.ForOfficer {
		t.Fatalf("%+v", x)
	}
}

// Nobody asked for a warning, so that what sets it right is read by a second person; the warning
// itself stays as it is.
func TestPromise2_WhatCorrectsAWarningNeedsASecondPerson(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{patrolBot()}})
	d.posts("p1", "200", "刷单返利")
	d.settle()
	draft := one[bots.Draft](d)
	wantResult(t, "approve", d.decides("chen", bots.Approve, draft, nil, ""), "")
	it := one[record.Item](d)
	d.out(record.ItemDelivered, it.ID)
	wantResult(t, "correct", d.decides("lin", bots.Correct, it, map[string]string{"text": "弄错了"}, ""), "")
	x := d.corrections()
	if len(x) != 1 || x[0].State != bots.DraftAwaiting || x[0].To.ID != "p1" {
		t.Fatalf("%+v", x)
	}
	wantResult(t, "by its author", d.decides("lin", bots.Approve, x[0], nil, ""), "two-people")
	wantResult(t, "by a second", d.decides("chen", bots.Approve, x[0], nil, ""), "")
	if w := one[bots.Warning](d); w.State != bots.WarningApproved || w.Officer != "chen" {
		t.Errorf("the warning is %s by %s", w.State, w.Officer)
	}
}
