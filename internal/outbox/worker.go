package outbox

import (
	"context"
	"slices"
	"time"

	"netpatrol/internal/record"
	"netpatrol/internal/stack"
)

// job is something to do about one item. Without an error the next item of the same
// recipient may follow.
type job struct {
	item *record.Item
	rank int // how many of the same recipient come before it
	do   func(context.Context, *record.Item) error
}

// worker works one lane: it looks at the whole of it, then does what it saw, round by
// round over the recipients, until something new came up or all is done.
type worker struct {
	l      *lane
	line   []job
	flying map[string]int // recipients with something under way
	n      int            // jobs under way
	did    bool
	done   chan landing

	seen   *line         // as of the last look; nil: something has failed since
	stale  bool          // something came up that only another look can tell
	looked time.Time     // when the last one was
	took   time.Duration // how long it took
}

// landing is the end of a job.
type landing struct {
	recipient string
	onward    bool
}

// work does what is to be done in the lane and returns when nothing is, or ctx ends.
// Calls under way are always waited for.
func (l *lane) work(ctx context.Context) {
	w := &worker{l: l, flying: map[string]int{}, done: make(chan landing), stale: true}
	for {
		w.look(ctx)
		w.start(ctx)
		if w.n == 0 {
			if l.leave(ctx, len(w.line)) {
				break
			}
			w.stale = true
			continue
		}
		w.wait(ctx)
	}
	if w.did { // what was done may be due again, sooner than the next tick
		nudge(l.o.wake)
	}
}

// wait waits until a job ends or something comes up.
func (w *worker) wait(ctx context.Context) {
	var later <-chan time.Time
	if w.stale && ctx.Err() == nil {
		t := time.NewTimer(time.Until(w.nextLook()))
		defer t.Stop()
		later = t.C
	}
	select {
	case d := <-w.done:
		w.land(d)
	case <-w.l.kick:
		w.hear()
	case <-later:
	}
}

// hear adds to the line what was offered.
func (w *worker) hear() {
	offers, asked := w.l.heard()
	w.stale = w.stale || asked
	for _, it := range offers {
		if w.seen == nil {
			w.stale = true
			return
		}
		if j, ok := w.seen.append(it); ok {
			w.line = append(w.line, j)
		} else {
			w.stale = true
		}
	}
}

// leave ends the worker unless something came up meanwhile.
func (l *lane) leave(ctx context.Context, left int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.kick:
		left++
	default:
	}
	if left > 0 && ctx.Err() == nil && !time.Now().Before(l.rest) {
		return false
	}
	l.active = false
	return true
}

// look surveys the lane when there is nothing left to do, or something came up. A long
// lane is not read again for every newcomer: looking takes at most a tenth of the time.
func (w *worker) look(ctx context.Context) {
	due := w.n == 0 && len(w.line) == 0 || w.stale && !time.Now().Before(w.nextLook())
	if !due || ctx.Err() != nil || w.l.resting() {
		return
	}
	begin := time.Now()
	w.l.heard() // what was offered until now, the look will see
	line, seen, err := w.l.survey(ctx)
	if err != nil && ctx.Err() == nil {
		w.l.settle(err)
	}
	w.line, w.seen, w.stale = line, seen, false
	w.looked = time.Now()
	w.took = w.looked.Sub(begin)
}

// nextLook is from when on another look may be taken.
func (w *worker) nextLook() time.Time {
	next := w.looked.Add(9 * w.took)
	if rest := w.l.restsUntil(); rest.After(next) {
		return rest
	}
	return next
}

// start begins as many jobs as the account allows at once.
func (w *worker) start(ctx context.Context) {
	for width := w.l.width(); w.n < width && ctx.Err() == nil && !w.l.resting(); {
		i := slices.IndexFunc(w.line, w.ready)
		if i < 0 {
			return
		}
		j := w.line[i]
		w.line = slices.Delete(w.line, i, i+1)
		if w.l.take(j.item.ID) {
			w.begin(ctx, j)
		}
	}
}

// ready says whether nothing of the same recipient is under way.
func (w *worker) ready(j job) bool {
	return w.flying[j.item.Recipient()] == 0 || w.l.emergency()
}

func (w *worker) begin(ctx context.Context, j job) {
	r := j.item.Recipient()
	w.flying[r]++
	w.n++
	w.did = true
	go func() {
		stack.Grow()
		err := j.do(ctx, j.item)
		w.l.settle(err)
		w.l.let(j.item.ID)
		w.done <- landing{r, err == nil}
	}()
}

// land takes note of the end of a job. When it did not settle its item, what stands behind
// it waits for the next look.
func (w *worker) land(d landing) {
	w.n--
	if w.flying[d.recipient]--; w.flying[d.recipient] == 0 {
		delete(w.flying, d.recipient)
	}
	if d.onward {
		return
	}
	w.seen, w.stale = nil, true // who waits behind it, only a look can tell
	if !w.l.emergency() {
		w.line = slices.DeleteFunc(w.line, func(j job) bool { return j.item.Recipient() == d.recipient })
	}
}
