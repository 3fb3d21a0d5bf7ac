package outbox

import (
	"cmp"
	"context"
	"slices"
	"time"

	"netpatrol/internal/record"
)

const (
	maxLine  = 1024 // jobs gathered in one look
	maxChain = 64   // of one recipient
)

// dueItems finds what may leave, for each recipient the oldest first, and orders it in
// rounds: nobody's second message before everybody's first.
func (l *lane) dueItems(ctx context.Context, open map[string]string) (*line, error) {
	halt, err := l.o.halt(ctx)
	if err != nil {
		return nil, err
	}
	n := &line{l: l, halt: halt, open: open, behind: map[string]bool{}, depth: map[string]int{}, now: time.Now()}
	for after := ""; len(n.jobs) < maxLine; {
		page, err := l.list(ctx, record.Query{State: record.ItemDue, After: after, Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, it := range page {
			after = it.ID
			n.add(it)
		}
		if len(page) < 100 {
			break
		}
	}
	slices.SortStableFunc(n.jobs, func(a, b job) int { return cmp.Compare(a.rank, b.rank) })
	return n, l.explain(ctx, n.waits)
}

// append adds an item that came after everything the line has seen. It returns false when only
// another look can tell what becomes of it.
func (n *line) append(it *record.Item) (job, bool) {
	if len(n.jobs) >= maxLine {
		return job{}, false
	}
	had := len(n.jobs)
	n.now = time.Now()
	if n.add(it); len(n.jobs) == had {
		return job{}, false
	}
	return n.jobs[had], true
}

// line sorts due items into those that may leave and those that wait.
type line struct {
	l      *lane
	halt   *record.Halt
	open   map[string]string // recipient -> the item whose outcome is open
	behind map[string]bool   // recipients whose later items wait for an earlier one
	depth  map[string]int    // recipient -> jobs so far
	now    time.Time
	jobs   []job
	waits  map[string]string // item -> why it waits
}

func (n *line) add(it *record.Item) {
	r := it.Recipient()
	switch {
	case n.l.isBusy(it.ID), n.l.o.hoped(it, n.now):
		n.stop(r)
	case it.Erased, !n.now.Before(it.Expires):
		n.jobs = append(n.jobs, job{item: it, do: n.l.send})
	case n.halt.Stops(it):
		n.wait(it, whyHalted(n.halt))
	case it.Due.After(n.now):
		if len(it.Attempts) > 0 || it.Snoozes > 0 {
			n.stop(r) // it keeps its place; one whose time has not come stands in nobody's way
		}
	case n.behind[r]:
	case n.open[r] != "" && !n.l.emergency():
		n.wait(it, whyBehind(n.open[r]))
	default:
		n.jobs = append(n.jobs, job{item: it, rank: n.depth[r], do: n.l.send})
		if n.depth[r]++; n.depth[r] == maxChain {
			n.stop(r)
		}
	}
}

// stop makes what comes behind wait, except in an emergency lane, where nobody waits.
func (n *line) stop(recipient string) {
	n.behind[recipient] = !n.l.emergency()
}

func (n *line) wait(it *record.Item, why string) {
	if it.Why == why || it.Due.After(n.now) {
		return
	}
	if n.waits == nil {
		n.waits = map[string]string{}
	}
	n.waits[it.ID] = why
}
