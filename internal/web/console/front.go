package console

import (
	"slices"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
	"netpatrol/internal/web/view"
)

// frontPage is what waits for a person now.
type frontPage struct {
	Reports  []waiting // who waits for an answer: danger first, then who has waited longest
	Further  int       // who waits, too, and is not shown
	Alarms   alarmBoard
	Drafts   []foldedDraft
	Unknown  []*record.Item
	Held     []*record.Item
	Tasks    []task              // to be posted by hand
	Parked   []*bots.Event       // what a bot failed on
	Today    *dayFigures         // how the promise was kept today
	Duty     *levelShown         // whom the rota names now; nil: none is kept
	Unsigned []*record.HandOver  // wait for this officer's name
	Missing  *record.ShiftChange // of which there should be a sheet; nil: none
	Personal bool
	Quiet    bool // nothing waits
}

// waiting is a report nobody answered, against the promise.
type waiting struct {
	*bots.Report
	Left time.Duration // to the promise; negative: overdue
	Gone int           // minutes waited, at most the promise, for the bar
	Of   int           // minutes of the promise
	Told bool          // the person has heard from us, automatically
	Took string        // how long they waited for a person
}

// Stage says who is waiting for what.
func (w waiting) Stage() string {
	if w.Told {
		return "已自动回执，等待民警答复"
	}
	return "等待民警答复"
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
	if f.Personal {
		if f.Reports, f.Further, err = c.waiting(v); err != nil {
			return err
		}
	}
	if f.Alarms, err = c.alarms(v, f.Reports); err != nil {
		return err
	}
	if f.Duty, err = c.dutyNow(v); err != nil {
		return err
	}
	if f.Unsigned, err = c.unsigned(v); err != nil {
		return err
	}
	if f.Missing, err = c.missing(v); err != nil {
		return err
	}
	if err = c.frontSends(v, &f); err != nil {
		return err
	}
	if f.Personal {
		if f.Today, err = c.today(v); err != nil {
			return err
		}
		if f.Parked, err = view.List[bots.Event](v.ctx(), c.desk, record.Query{State: bots.EventParked, Limit: onFront}); err != nil {
			return err
		}
	}
	f.Quiet = len(f.Parked)+len(f.Alarms.Groups)+len(f.Reports)+len(f.Drafts)+len(f.Unknown)+len(f.Held)+len(f.Tasks) == 0
	return c.show(v, "front", "待办", "front", f)
}

// frontSends puts in what waits to be approved, posted or looked after, for those who may see it.
func (c *Console) frontSends(v *visit, f *frontPage) error {
	if may(v, bots.KindDraft) != nil {
		return nil
	}
	drafts, err := c.awaiting(v)
	if err != nil {
		return err
	}
	f.Drafts = fold(drafts)
	f.Drafts = f.Drafts[:min(len(f.Drafts), onFront)]
	if f.Unknown, err = c.stuckIn(v, record.ItemUnknown); err != nil {
		return err
	}
	if f.Held, err = c.stuckIn(v, record.ItemHeld); err != nil {
		return err
	}
	f.Tasks, err = c.waitingTasks(v)
	f.Tasks = f.Tasks[:min(len(f.Tasks), onFront)]
	return err
}

// stuckIn are the sends in a state that the officer may see.
func (c *Console) stuckIn(v *visit, state string) ([]*record.Item, error) {
	all, err := view.List[record.Item](v.ctx(), c.desk, record.Query{State: state, Limit: onFront})
	return view.Seen(v.officer, all), err
}

// mostWaiting are read for the front page, oldest first: with more, who waits is on the page of reports.
const mostWaiting = 100

// waiting is who has the first claim on an officer, and how many wait besides.
func (c *Console) waiting(v *visit) (first []waiting, further int, err error) {
	open, err := view.List[bots.Report](v.ctx(), c.desk, record.Query{State: "open", Limit: mostWaiting})
	if err != nil {
		return nil, 0, err
	}
	slices.SortStableFunc(open, func(a, b *bots.Report) int { return urgency(a) - urgency(b) })
	further = max(len(open)-onFront, 0)
	first, err = c.waits(v, open[:len(open)-further])
	return first, further, err
}

// urgency is less where life or money is in danger.
func urgency(r *bots.Report) int {
	if r.Emergency {
		return 0
	}
	return 1
}

func (c *Console) waits(v *visit, reports []*bots.Report) ([]waiting, error) {
	var all []waiting
	for _, r := range reports {
		w, err := c.wait(v, r)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}

// wait holds a report against the promise. Only a person's answer keeps it; an automatic
// receipt is told apart by the conversation, which knows that something of ours arrived.
func (c *Console) wait(v *visit, r *bots.Report) (waiting, error) {
	w := c.against(v, r, r.Created, c.promise())
	if !r.Answered.IsZero() {
		w.Took = span(r.Answered.Sub(r.Created))
	}
	if r.State != "open" {
		return w, nil
	}
	conv, err := view.Conversation(v.ctx(), c.desk, r.Conversation)
	if err == nil && conv != nil {
		w.Told = !conv.Answered.Before(r.Created)
		var d *deadlined
		if d, err = c.clockOf(v, conv); d != nil {
			told := w.Told
			w = c.against(v, r, d.Since, d.Deadline.Sub(d.Since))
			w.Told = told
		}
	}
	return w, err
}

// against holds a report against a promise that began to run at a time.
func (c *Console) against(v *visit, r *bots.Report, since time.Time, promise time.Duration) waiting {
	gone, of := v.now.Sub(since), int(promise.Minutes())
	return waiting{Report: r, Left: promise - gone, Gone: min(int(gone.Minutes()), of), Of: of}
}

// Warm is the minute at which the bar changes its colour.
func (w waiting) Warm() int { return w.Of * 2 / 3 }

// Hot is when there is next to no time left.
func (w waiting) Hot() int { return max(w.Of-1, w.Warm()) }

// today is how the promise was kept today; nil when nobody has waited.
func (c *Console) today(v *visit) (*dayFigures, error) {
	w, err := view.WaitsOf(v.ctx(), c.desk, v.now)
	if err != nil || len(w.Days) == 0 || w.Days[0].Day != v.now.In(beijing).Format(time.DateOnly) {
		return nil, err
	}
	return &dayFigures{w.Days[0]}, nil
}
