package engine

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// anchoring is a desk whose audit is anchored outside, and whose first anchor is due.
func anchoring(t *testing.T, fails *atomic.Bool, to ...Contact) *desk {
	t.Helper()
	d := newDesk(t, deskOptions{anchorTo: to, anchor: func(context.Context) (string, error) {
		if fails.Load() {
			return "", errors.New("the folder is full")
		}
		return "netpatrol-audit-1 7 x y", nil
	}})
	d.until("the first anchor is planned", func() bool { return d.mark() != nil })
	return d
}

func (d *desk) mark() *record.Mark {
	m, err := record.Fetch[record.Mark](d.t.Context(), d.store, AnchorMark)
	if err != nil {
		return nil
	}
	return m
}

// anchors makes the anchor due, the last one being so old, and waits until it was tried.
func (d *desk) anchors(age time.Duration) *record.Mark {
	d.t.Helper()
	tries := len(d.all(bots.KindEvent, bots.EventDecided))
	d.update(func(tx record.Tx) error {
		m, err := record.Load[record.Mark](tx, AnchorMark)
		if err != nil {
			return err
		}
		m.Due, m.Updated = time.Now(), time.Now().Add(-age)
		return tx.Put(m)
	})
	d.wakeDue()
	d.until("it was tried", func() bool { return len(d.all(bots.KindEvent, bots.EventDecided)) > tries })
	return d.mark()
}

func TestTheAuditIsAnchoredEveryDay(t *testing.T) {
	d := anchoring(t, new(atomic.Bool))
	if first := time.Until(d.mark().Due); first > anchorFirst {
		t.Errorf("the first anchor comes in %s", first)
	}
	if m := d.anchors(0); m.Value != "netpatrol-audit-1 7 x y" || time.Until(m.Due) < 23*time.Hour || time.Until(m.Due) > anchorEvery {
		t.Errorf("%+v", m)
	}
	if alarms := d.all(record.KindAlarm, ""); len(alarms) > 0 {
		t.Errorf("%+v", alarms)
	}
}

func TestPromise14_ADayWithoutAnAnchorIsAnAlarm(t *testing.T) {
	fails := new(atomic.Bool)
	fails.Store(true)
	d := anchoring(t, fails)
	if m := d.anchors(time.Hour); m.Value != "" || time.Until(m.Due) > anchorAgain || len(d.all(record.KindAlarm, "")) > 0 {
		t.Errorf("tried in vain once: %+v", m)
	}
	for range 2 {
		d.anchors(25 * time.Hour)
	}
	alarms := d.all(record.KindAlarm, "")
	if len(alarms) != 1 || !strings.Contains(alarms[0].(*record.Alarm).Why, "the folder is full") {
		t.Errorf("%+v", alarms)
	}
}

func TestWhoKeepsAnchorsGetsThem(t *testing.T) {
	d := anchoring(t, new(atomic.Bool), Contact{Officer: "shen", Account: "mail", To: adapters.Person{ID: "shen@gaj.example"}})
	d.update(func(tx record.Tx) error {
		return tx.Put(&bots.Account{Head: bots.Head{ID: "mail", State: string(bots.Observe)}, Platform: "notify", Unit: "测试网警", Internal: true})
	})
	d.anchors(0)
	sends := d.all(record.KindItem, "")
	if len(sends) != 1 || sends[0].(*record.Item).To.ID != "shen@gaj.example" || sends[0].(*record.Item).Purpose != bots.ForAlarm || sends[0].(*record.Item).Account != "mail" {
		t.Errorf("%+v", sends)
	}
}
