package outbox

import (
	"strings"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

func TestAPlatformThatAlwaysSaysOneSecondIsAskedEverMoreSeldom(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(10000, adapters.Error{Class: adapters.RateLimited, Until: time.Now().Add(time.Second)})
		it := w.item(bots.ForReply)
		w.run(func(o *Options) { o.Pace.Backoff, o.Pace.MaxBackoff = time.Second, time.Minute })
		pass(50 * time.Minute)
		if n := w.get(it).Tries(); n > 60 {
			t.Errorf("tried %d times in fifty minutes", n)
		}
	})
}

func TestAPlatformWithAWrongClockIsHeededForADay(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(1, adapters.Error{Class: adapters.RateLimited, Until: time.Now().AddDate(30, 0, 0)})
		it := w.item(bots.ForReply, func(d *bots.Draft) { d.Expires = time.Now().Add(72 * time.Hour) })
		w.run()
		pass(25 * time.Hour)
		w.wantState(it, record.ItemDelivered)
	})
}

func TestPromise15_WhatAPlatformSaysStaysWithTheItem(t *testing.T) {
	in(t, func(t *testing.T, w *world) {
		w.accounts["wb"].fails(1, adapters.Error{Class: adapters.Rejected, Code: "422", Err: errText("「某某某」的内容不合规")})
		it := w.item(bots.ForReply)
		w.run()
		pass(time.Minute)
		w.wantWhy(it, "某某某")
		entries, err := w.store.AuditAfter(t.Context(), 0, 1000)
		if err != nil || len(entries) == 0 {
			t.Fatalf("%d audit entries, %v", len(entries), err)
		}
		for _, e := range entries {
			if strings.Contains(e.Detail, "某某某") {
				t.Errorf("the audit keeps %q for ever", e.Detail)
			}
		}
	})
}

type errText string

func (e errText) Error() string { return string(e) }
