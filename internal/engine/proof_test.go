package engine

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// board finds posts by their code, once it was asked often enough.
type postBoard struct {
	mu     sync.Mutex
	asked  int
	after  int // how many questions find nothing first
	absent adapters.Verdict
	fails  error
	text   func(adapters.FindQuery) string
	shown  string
}

func (b *postBoard) Find(_ context.Context, q adapters.FindQuery) (adapters.Finding, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked++; b.fails != nil || b.asked <= b.after || b.text == nil {
		return adapters.Finding{Verdict: b.absent}, b.fails
	}
	b.shown = b.text(q)
	return adapters.Finding{Verdict: adapters.Found, Receipt: adapters.Receipt{Ref: "77", URL: "https://blog.example/77"}}, nil
}

func (b *postBoard) look(_ context.Context, ref adapters.Ref) (adapters.Sight, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return adapters.Sight{Exists: ref == "77", Text: b.shown}, nil
}

// An officer says that they posted it. Where the account can find its own posts, the platform is
// asked, too.
func TestPromise4_WhatWasPostedByHandIsLookedForWhereAProgramCanLook(t *testing.T) {
	same := func(q adapters.FindQuery) string { return "@chenayi " + q.Text + " " }
	for name, c := range map[string]struct {
		board               *postBoard
		found, amiss, alarm string
		unsure              bool
	}{
		"it is there":            {board: &postBoard{text: same}, found: "https://blog.example/77"},
		"it appears late":        {board: &postBoard{text: same, after: 3, absent: adapters.Absent}, found: "https://blog.example/77"},
		"with other words":       {board: &postBoard{text: func(adapters.FindQuery) string { return "别的话" }}, found: "https://blog.example/77", amiss: "不一致", alarm: "不一致"},
		"it is not there":        {board: &postBoard{absent: adapters.Absent}, amiss: "查不到", alarm: "查不到"},
		"nobody can tell":        {board: &postBoard{}, unsure: true},
		"the platform is silent": {board: &postBoard{fails: errors.New("down")}, unsure: true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, find: c.board, look: c.board.look})
			it := d.toPost()
			d.decides("chen", bots.TakeHand, it, nil, "")
			wantResult(t, "prove", d.decides("chen", bots.ProveHand, it, map[string]string{"link": "https://blog.example/77", "text": it.Text}, ""), "")
			d.until("it was looked for", func() bool { return !one[record.Item](d).Hand.Seen.IsZero() })
			h := one[record.Item](d).Hand
			if h.Found != c.found || !strings.Contains(h.Amiss, c.amiss) || (h.Amiss == "") != (c.amiss == "") || (h.Unsure != "") != c.unsure {
				t.Errorf("%+v", h)
			}
			alarms := d.all(record.KindAlarm, record.AlarmOpen)
			if len(alarms) != min(len(c.alarm), 1) || c.alarm != "" && !strings.Contains(alarms[0].(*record.Alarm).Why, c.alarm) {
				t.Errorf("%d alarms", len(alarms))
			}
			d.until("the errand is done", func() bool { return len(d.all(record.KindErrand, "")) == 0 })
		})
	}
}

// An account that knows only the keys of its own sends cannot tell: the officer's word stands alone.
func TestByHand_NobodyLooksWhereNobodyCan(t *testing.T) {
	d := newDesk(t, deskOptions{bots: []bots.Bot{intakeBot()}, find: &postBoard{absent: adapters.Absent}, byKey: true})
	it := d.toPost()
	d.decides("chen", bots.TakeHand, it, nil, "")
	d.decides("chen", bots.ProveHand, it, map[string]string{"link": "https://blog.example/77", "text": it.Text}, "")
	if n := len(d.all(record.KindErrand, "")); n != 0 || !one[record.Item](d).Hand.Seen.IsZero() {
		t.Errorf("%d errands", n)
	}
}
