package engine

import (
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// staff is what the platform lists as its console staff's.
func staff(key, text string) adapters.Inbound {
	return adapters.Inbound{Key: key, Kind: adapters.KindStaff, Ref: adapters.Ref(key), From: adapters.Person{ID: "p1"}, Text: text, At: time.Now(), Detail: "duty@station"}
}

func TestStaff_TakeAReplyOfTheWindowAndOpenNone(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	before := one[bots.Conversation](d)
	d.hears(staff("101", "我是值班民警"), staff("101", "我是值班民警"))
	d.settle()
	conv := one[bots.Conversation](d)
	if conv.Last != before.Last || !conv.Opened[adapters.KindMessage].Equal(before.Opened[adapters.KindMessage]) || conv.Answered.IsZero() {
		t.Errorf("the conversation: %+v", conv)
	}
	l, err := record.Fetch[record.Ledger](t.Context(), d.store, record.WindowLedgerID(conv.ID))
	if err != nil || len(l.Entries) != 1 {
		t.Errorf("the window: %+v (%v)", l, err)
	}
	if r := one[bots.Report](d); r.State != "answered" || r.Answered.IsZero() {
		t.Errorf("the report: %+v", r)
	}
}

// Of a message with choices some platforms list only what stands above them: it is no answer of a person.
func TestStaff_TheHeadOfAMenuOfOursIsNotTheirs(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	draft := *one[bots.Draft](d)
	draft.Text, draft.Choices = "已记下。\n是哪一类事？\n1 刷单\n2 其他\n核对码 "+draft.Code, []adapters.Choice{{ID: "a", Text: "1 刷单"}, {ID: "b", Text: "2 其他"}}
	d.update(func(tx record.Tx) error { return tx.Put(&draft) })
	d.hears(staff("101", "已记下。\n是哪一类事？"))
	d.settle()
	if r := one[bots.Report](d); r.State != "open" || !r.Answered.IsZero() {
		t.Errorf("our own question ends the wait for a person: %+v", r)
	}
	d.hears(staff("102", "是哪一类事？"))
	d.settle()
	if r := one[bots.Report](d); r.State != "answered" {
		t.Errorf("what staff wrote is not heard: %+v", r)
	}
}

// Some platforms list what a program sent, too.
func TestStaff_WhatLeftFromHereIsNotTheirs(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}})
	d.says("p1", "100", "我被骗了")
	d.settle()
	draft := one[bots.Draft](d)
	d.hears(staff("101", draft.Text))
	d.settle()
	if n := len(d.all(bots.KindEvent, "")); n != 1 {
		t.Errorf("%d events: our own answer %q was taken for staff's", n, draft.Text)
	}
	d.hears(staff("102", "你收到的核对码是"+draft.Code+"吗？"))
	d.settle()
	if n := len(d.all(bots.KindEvent, "")); n != 2 {
		t.Errorf("%d events: staff who quote a code are not heard", n)
	}
}
