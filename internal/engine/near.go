package engine

import (
	"errors"
	"fmt"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// joinNear ties a report to the others that tell in other words what a bulletin refutes, and rings once for all of them: the alarm
// that stands says how many they are, and one that was taken notice of rings again with whoever comes after.
func (c *commit) joinNear(x bots.JoinNear) error {
	b, err := record.Load[bots.Bulletin](c.tx, x.Bulletin)
	if errors.Is(err, record.ErrNotFound) {
		return nil // it was deleted since it was looked up
	}
	if err != nil {
		return err
	}
	stream := record.NearStream(b.ID)
	_, err = record.HeadOf(c.tx, bots.KindTie, record.TieID(stream, c.ev.Stream))
	again := err == nil
	if err != nil && !errors.Is(err, record.ErrNotFound) {
		return err
	}
	if err := c.tie(stream, c.ev.Stream, bots.Target{Kind: bots.KindReport, ID: x.Report}); err != nil || again {
		return err
	}
	return c.ringNear(b)
}

// ringNear counts one more who sent something near the bulletin.
func (c *commit) ringNear(b *bots.Bulletin) error {
	a, err := record.Load[record.Alarm](c.tx, record.NearAlarm(b.ID))
	if errors.Is(err, record.ErrNotFound) {
		a, err = &record.Alarm{About: bots.Target{Kind: bots.KindBulletin, ID: b.ID}, Head: bots.Head{ID: record.NearAlarm(b.ID), Stream: b.ID, Created: c.now}}, nil
	}
	if err != nil {
		return err
	}
	if a.State != record.AlarmOpen {
		a.State, a.By, a.Created = record.AlarmOpen, "", c.now
		c.audit("alarm", a.About, "", "")
	}
	a.Times, a.Event, a.Updated = a.Times+1, c.ev.ID, c.now
	a.Why = fmt.Sprintf("%d人发来的内容与已辟谣的“%s”相近，但说法、日期、地点或数字不一定相同，请核对是不是同一件事并分别答复", a.Times, clip(b.Title, maxName))
	return c.tx.Put(a)
}
