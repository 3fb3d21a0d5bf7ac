package wechat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
)

// staffPoll polls the chat log until nothing more waits.
func staffPoll(t *testing.T, c adapters.Caps, cur adapters.Cursor) (all []adapters.Inbound, next adapters.Cursor) {
	t.Helper()
	for {
		b, err := c.Watch.Poll(t.Context(), "staff", cur, 10)
		if err != nil {
			t.Fatal(err)
		}
		all, cur = append(all, b.Items...), b.Next
		if !b.More {
			return all, cur
		}
	}
}

func chat(text string, at time.Time) object {
	return object{"openid": openID, "opercode": 2002, "text": text, "time": at.Unix(), "worker": worker}
}

func TestStaff_WhatIsFiledLateIsNotMissedAndNothingComesTwice(t *testing.T) {
	f := newFake()
	c := open(t, f).caps
	_, cur := staffPoll(t, c, "")
	now := time.Now()
	f.chats = append(f.chats, chat("第二条", now))
	got, cur := staffPoll(t, c, cur)
	if texts(got) != "第二条" {
		t.Fatalf("heard %q", texts(got))
	}
	f.chats = append(f.chats, chat("晚了五分钟才出现的第一条", now.Add(-5*time.Minute)))
	if got, cur = staffPoll(t, c, cur); texts(got) != "晚了五分钟才出现的第一条" {
		t.Errorf("heard %q", texts(got))
	}
	if got, _ = staffPoll(t, c, cur); len(got) > 0 {
		t.Errorf("heard %q again", texts(got))
	}
}

// After three days without us: more than one call may ask for, and more than one call answers.
func TestStaff_DaysAreCaughtUpWith(t *testing.T) {
	f := newFake()
	c := open(t, f).caps
	now := time.Now()
	for i := range 2500 {
		f.chats = append(f.chats, chat(fmt.Sprintf("第%04d条", i), now.Add(-72*time.Hour+time.Duration(i)*time.Minute)))
	}
	cur := adapters.Cursor(fmt.Sprintf(`{"f":%d}`, now.Add(-72*time.Hour).Unix()))
	got, _ := staffPoll(t, c, cur)
	if len(got) != 2500 || !slices.IsSortedFunc(got, func(x, y adapters.Inbound) int { return strings.Compare(x.Text, y.Text) }) {
		t.Errorf("%d messages, or out of order", len(got))
	}
}

func TestStaff_WithoutCustomerServiceTheMendIsSaid(t *testing.T) {
	f := newFake()
	c := open(t, f).caps
	f.answers["/customservice/msgrecord/getmsglist"] = `{"errcode":65400,"errmsg":"please enable new service for customer"}`
	_, err := c.Watch.Poll(t.Context(), "staff", "", 10)
	if adapters.ClassOf(err) != adapters.Unsupported || !strings.Contains(err.Error(), "leave staff out of watch") {
		t.Errorf("%v", err)
	}
}

func texts(all []adapters.Inbound) string {
	var out []string
	for _, in := range all {
		out = append(out, in.Text)
	}
	return strings.Join(out, " ")
}
