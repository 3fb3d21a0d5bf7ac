package console

import (
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// frontPage is what waits for a person now.
type frontPage struct {
	Alarms   []*record.Alarm
	Reports  []waiting
	Drafts   []*bots.Draft
	Unknown  []*record.Item
	Held     []*record.Item
	Personal bool
	Quiet    bool // nothing waits
}

// waiting is a report nobody answered, against the promise.
type waiting struct {
	*bots.Report
	Left time.Duration // to the promise; negative: overdue
	Gone int           // minutes waited, at most the promise, for the bar
}

// Late says whether the promise is broken.
func (w waiting) Late() bool { return w.Left < 0 }

// Words say how long there is, or since when it is late.
func (w waiting) Words() string {
	if w.Late() {
		return "已超时" + span(-w.Left)
	}
	return "还剩" + span(w.Left)
}

const onFront = 12

func (c *Console) front(v *visit) (err error) {
	f := frontPage{Personal: may(v, bots.KindReport) == nil}
	ctx, first := v.ctx(), func(state string) record.Query { return record.Query{State: state, Limit: onFront} }
	if f.Alarms, err = view.List[record.Alarm](ctx, c.desk, first(record.AlarmOpen)); err != nil {
		return err
	}
	if may(v, bots.KindDraft) == nil {
		if f.Drafts, err = view.List[bots.Draft](ctx, c.desk, first(bots.DraftAwaiting)); err != nil {
			return err
		}
		f.Drafts = view.Seen(v.officer, f.Drafts)
		urgentFirst(f.Drafts)
		if f.Unknown, err = view.List[record.Item](ctx, c.desk, first(record.ItemUnknown)); err != nil {
			return err
		}
		if f.Held, err = view.List[record.Item](ctx, c.desk, first(record.ItemHeld)); err != nil {
			return err
		}
		f.Unknown, f.Held = view.Seen(v.officer, f.Unknown), view.Seen(v.officer, f.Held)
	}
	if f.Personal {
		if f.Reports, err = c.waiting(v); err != nil {
			return err
		}
	}
	f.Quiet = len(f.Alarms)+len(f.Reports)+len(f.Drafts)+len(f.Unknown)+len(f.Held) == 0
	return c.show(v, "front", "待办", "front", f)
}

func (c *Console) waiting(v *visit) ([]waiting, error) {
	open, err := view.List[bots.Report](v.ctx(), c.desk, record.Query{State: "open", Limit: onFront})
	if err != nil {
		return nil, err
	}
	var all []waiting
	for _, r := range open {
		all = append(all, wait(r, v.now))
	}
	return all, nil
}

func wait(r *bots.Report, now time.Time) waiting {
	left := view.Promise - now.Sub(r.Created)
	return waiting{Report: r, Left: left, Gone: min(int(now.Sub(r.Created).Minutes()), int(view.Promise.Minutes()))}
}

func (c *Console) alarmSeen(v *visit) error {
	d := bots.Decision{Verb: bots.AcknowledgeAll, On: on(record.KindAlarm, v.id())}
	return c.decide(v, d, "/", "/", "已知悉，记录在案。")
}
