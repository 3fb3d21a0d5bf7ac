package app

import (
	"sync/atomic"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/internal/sandbox/discuz"
)

// What a board says in one word, always with HTTP 200, is taken for what it is.
func TestDiscuzBoard_ItsWordsAreUnderstood(t *testing.T) {
	thread := func(caps adapters.Caps, at adapters.Attempt) error {
		_, err := caps.Publish.Publish(t.Context(), at, adapters.Part{Title: "反诈提示", Text: "请勿转账，谨防红包骗局，编号" + at.Code})
		return err
	}
	letter := func(caps adapters.Caps, at adapters.Attempt) error {
		_, err := caps.Message.Send(t.Context(), at, adapters.Message{To: adapters.Person{ID: "20002"}, Text: "您好，编号" + at.Code})
		return err
	}
	for name, c := range map[string]struct {
		options discuz.Options
		send    func(adapters.Caps, adapters.Attempt) error
		want    adapters.Class
		taken   int // sends that pass first
	}{
		"a word it refuses":        {discuz.Options{Banned: "红包"}, thread, adapters.Rejected, 0},
		"a captcha":                {discuz.Options{Captcha: true}, letter, adapters.AccountBlocked, 0},
		"a pause between posts":    {discuz.Options{Interval: time.Hour}, thread, adapters.RateLimited, 1},
		"so many posts an hour":    {discuz.Options{PerHour: 1}, thread, adapters.RateLimited, 1},
		"the same, and another's":  {discuz.Options{PerHour: 1, GBK: true}, thread, adapters.RateLimited, 1},
		"cookies of its own name":  {discuz.Options{CookiePrefix: "a1B2_2132_", Captcha: true}, letter, adapters.AccountBlocked, 0},
		"another board to post in": {discuz.Options{Fid: "2"}, thread, adapters.Rejected, 0},
	} {
		t.Run(name, func(t *testing.T) {
			board, caps := onDiscuz(t, c.options)
			for n := range c.taken {
				if err := c.send(caps, attempt(n)); err != nil {
					t.Fatal(err)
				}
			}
			err := c.send(caps, attempt(9))
			if err == nil || adapters.ClassOf(err) != c.want || len(board.Received()) != c.taken {
				t.Errorf("%v, class %s, want %s; %d taken", err, adapters.ClassOf(err), c.want, len(board.Received()))
			}
		})
	}
}

// The form's token changes and sessions end: a send is made with the token of now.
func TestDiscuzBoard_TheTokenRotates(t *testing.T) {
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	board, caps := onDiscuz(t, discuz.Options{TokenLife: time.Minute, CookiePrefix: "a1B2_2132_", Now: func() time.Time { return time.Unix(0, now.Load()) }})
	for n := range 4 {
		at := attempt(n)
		if _, err := caps.Message.Send(t.Context(), at, adapters.Message{To: adapters.Person{ID: "20002"}, Text: "您好，编号" + at.Code}); err != nil {
			t.Errorf("send %d: %v", n, err)
		}
		now.Add(int64(90 * time.Second))
	}
	if n := len(board.Received()); n != 4 {
		t.Errorf("%d arrived", n)
	}
}

// What a moderator must look at first is pending, in either charset, and delivered under the
// number of its post once it is there.
func TestDiscuzBoard_WhatWaitsForAModerator(t *testing.T) {
	for _, gbk := range []bool{false, true} {
		var now atomic.Int64
		now.Store(time.Now().UnixNano())
		board, caps := onDiscuz(t, discuz.Options{GBK: gbk, ReviewDelay: time.Hour, Now: func() time.Time { return time.Unix(0, now.Load()) }})
		asked, err := board.Topic("阿梁", "求助", "有人让我先交手续费，是真的吗")
		if err != nil {
			t.Fatal(err)
		}
		one, two := attempt(1), attempt(2)
		topic, err := caps.Publish.Publish(t.Context(), one, adapters.Part{Title: "反诈提示", Text: "请勿转账，编号" + one.Code})
		reply, err2 := caps.Comment.Comment(t.Context(), two, adapters.Comment{To: adapters.Person{ID: "20002"}, Parent: adapters.Ref("3001." + asked), Text: "请勿转账，编号" + two.Code})
		if err != nil || err2 != nil || !topic.Pending || !reply.Pending {
			t.Fatalf("GBK %v: %+v, %v; %+v, %v", gbk, topic, err, reply, err2)
		}
		for _, r := range []adapters.Receipt{topic, reply} {
			if still, err := caps.Publish.Check(t.Context(), r); err != nil || !still.Pending {
				t.Errorf("GBK %v, while it waits: %+v, %v", gbk, still, err)
			}
		}
		now.Add(int64(2 * time.Hour))
		for _, r := range []adapters.Receipt{topic, reply} {
			if done, err := caps.Publish.Check(t.Context(), r); err != nil || done.Pending || done.Ref == "" {
				t.Errorf("GBK %v, released: %+v, %v", gbk, done, err)
			}
		}
	}
}
