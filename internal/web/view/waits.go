package view

import (
	"cmp"
	"context"
	"slices"
	"time"

	"netpatrol/bots"
	"netpatrol/internal/record"
)

// DefaultPromise is how long somebody who writes to us waits at most for a person, where the
// station says nothing else.
const DefaultPromise = 30 * time.Minute

// Waits is how the promise to people who write to us is kept.
type Waits struct {
	Running []*bots.Wait `json:"-"`    // the most pressing first
	Ended   []*bots.Wait `json:"-"`    // the newest first
	Days    []WaitDay    `json:"days"` // the newest first
}

// WaitDay is one day's figures. P50 and P90 are of those who were answered.
type WaitDay struct {
	Day      string        `json:"day"` // in China
	Answered int           `json:"answered"`
	Missed   int           `json:"missed"` // answered late, or not yet and late
	P50      time.Duration `json:"p50"`
	P90      time.Duration `json:"p90"`
}

const (
	mostRunning = 200
	mostEnded   = 1000
)

// WaitsOf reads who waits, the newest thousand who waited, and the figures of their days.
func WaitsOf(ctx context.Context, s record.Reader, now time.Time) (w Waits, err error) {
	if w.Running, err = List[bots.Wait](ctx, s, record.Query{State: bots.WaitRunning, Limit: mostRunning}); err != nil {
		return w, err
	}
	if w.Ended, err = List[bots.Wait](ctx, s, record.Query{State: bots.WaitEnded, Newest: true, Limit: mostEnded}); err != nil {
		return w, err
	}
	slices.SortFunc(w.Running, func(a, b *bots.Wait) int { return a.Deadline.Compare(b.Deadline) })
	slices.SortFunc(w.Ended, func(a, b *bots.Wait) int { return b.Ended.Compare(a.Ended) })
	w.Days = waitDays(slices.Concat(w.Running, w.Ended), now)
	return w, nil
}

// waitDays counts by the day on which the waiting began.
func waitDays(all []*bots.Wait, now time.Time) []WaitDay {
	took, days := map[string][]time.Duration{}, map[string]*WaitDay{}
	for _, w := range all {
		day := w.Since.In(china).Format(time.DateOnly)
		d := cmp.Or(days[day], &WaitDay{Day: day})
		days[day] = d
		if w.State == bots.WaitEnded {
			d.Answered++
			took[day] = append(took[day], w.Ended.Sub(w.Since))
		}
		if w.Late() || w.State == bots.WaitRunning && now.After(w.Deadline) {
			d.Missed++
		}
	}
	out := make([]WaitDay, 0, len(days))
	for day, d := range days {
		slices.Sort(took[day])
		d.P50, d.P90 = rank(took[day], 50), rank(took[day], 90)
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b WaitDay) int { return cmp.Compare(b.Day, a.Day) })
	return out
}

var china = time.FixedZone("CST", 8*60*60)

// rank is the nearest rank of sorted times: the smallest that percent of them do not exceed.
func rank(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}
