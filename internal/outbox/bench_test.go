package outbox

import (
	"context"
	"fmt"
	"testing"
	"time"

	"netpatrol/adapters"
	"netpatrol/bots"
	"netpatrol/internal/record"
)

// BenchmarkSend drives items through claim, a call that does nothing, the record of its
// result and the telling of its outcome, over a real store that syncs every commit.
func BenchmarkSend(b *testing.B) {
	for _, lanes := range []int{1, 8, 64} {
		for _, width := range []int{1, 8} {
			b.Run(fmt.Sprintf("lanes=%d/width=%d", lanes, width), func(b *testing.B) { benchmarkSend(b, lanes, width) })
		}
	}
}

func benchmarkSend(b *testing.B, lanes, width int) {
	w := station(b)
	defer w.close()
	for i := range lanes {
		w.account(fmt.Sprint("acc", i), bots.Live).limits.LaneWidth = width
	}
	ctx := b.Context()
	told := make(chan struct{}, 1)
	w.opts.Step = func(name string) {
		if name == StepTold {
			nudge(told)
		}
	}
	w.fill(b.N, lanes)
	b.ResetTimer()
	box := New(w.opts)
	stop := box.start(b)
	for w.unfinished(ctx) {
		select {
		case <-told:
		case <-time.After(time.Second):
		}
	}
	b.StopTimer()
	stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

// fill makes n due items over the lanes, in few commits.
func (w *world) fill(n, lanes int) {
	now := time.Now()
	for first := 0; first < n; first += 500 {
		if err := w.store.Update(context.Background(), func(tx record.Tx) error {
			for i := first; i < min(n, first+500); i++ {
				if err := putApproved(tx, i, fmt.Sprint("acc", i%lanes), now); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			w.t.Fatal(err)
		}
	}
}

func putApproved(tx record.Tx, i int, account string, now time.Time) error {
	d := &bots.Draft{
		Code: fmt.Sprintf("B%06d", i), Purpose: bots.ForOfficer, Account: account, Channel: adapters.Private,
		To: adapters.Person{ID: fmt.Sprint("p", i%997)}, Text: "您的举报已收到。", Author: "wang", Expires: now.Add(time.Hour),
	}
	d.Head = bots.Head{ID: fmt.Sprintf("%08d.draft", i), Stream: "conv/x", Created: now, Updated: now}
	record.Submit(d, bots.Live)
	officer := &record.Officer{Head: bots.Head{ID: "wang", State: record.OfficerActive}, Roles: []record.Role{record.Duty}}
	a, err := record.ApproveDraft(d, officer, d.Version, now, record.Policy{})
	if err != nil {
		return err
	}
	it, err := record.Release(d, a, now)
	if err != nil {
		return err
	}
	for _, r := range []bots.Record{d, a, it} {
		if err := tx.Put(r); err != nil {
			return err
		}
	}
	return nil
}

// unfinished says whether anything is still to be sent or told.
func (w *world) unfinished(ctx context.Context) bool {
	for _, state := range []string{record.ItemDue, record.ItemClaimed} {
		page, err := w.store.List(ctx, record.Query{Kind: record.KindItem, State: state, Limit: 1})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(page) > 0 {
			return true
		}
	}
	return false
}
