package outbox

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"netpatrol/internal/record"
)

// lane is an account and a channel, worked by one goroutine that starts at most width
// calls at once. Emergencies have a lane of their own in which nobody waits for anybody.
type lane struct {
	o    *Outbox
	name string
	kick chan struct{}

	leasing sync.Mutex // one at a time takes the lease

	mu     sync.Mutex
	active bool            // a worker is on it
	epoch  uint64          // of our lease; 0: none
	rest   time.Time       // not worked before then: somebody else's, or the store is failing
	busy   map[string]bool // items under way here, whatever the store says of them
}

// job is something to do about one item.
type job struct {
	item *record.Item
	do   func(context.Context, *record.Item) error
}

// lane returns the one lane of that name.
func (o *Outbox) lane(name string) *lane {
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.lanes[name]
	if l == nil {
		l = &lane{o: o, name: name, kick: make(chan struct{}, 1), busy: map[string]bool{}}
		o.lanes[name] = l
	}
	return l
}

// activate sees to it that a worker looks at the lane from now on.
func (o *Outbox) activate(ctx context.Context, name string, work *sync.WaitGroup) {
	l := o.lane(name)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active {
		nudge(l.kick)
		return
	}
	if time.Now().Before(l.rest) {
		return
	}
	l.active = true
	work.Go(func() { l.work(ctx) })
}

// work does what is to be done in the lane and returns when nothing is, or ctx ends.
// Calls under way are always waited for.
func (l *lane) work(ctx context.Context) {
	done := make(chan struct{})
	var line []job
	flying, did := 0, false
	for {
		if len(line) == 0 && ctx.Err() == nil {
			line = l.pass(ctx)
		}
		for width := l.width(); len(line) > 0 && flying < width && ctx.Err() == nil; line = line[1:] {
			if l.start(ctx, line[0], done) {
				flying++
				did = true
			}
		}
		if flying == 0 {
			if l.leave(ctx, len(line)) {
				if did { // what was done may be due again, sooner than the next tick
					nudge(l.o.wake)
				}
				return
			}
			continue
		}
		select {
		case <-done:
			flying--
		case <-l.kick:
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

// start does one job in a goroutine of its own, unless its item is under way already.
func (l *lane) start(ctx context.Context, j job, done chan<- struct{}) bool {
	if !l.take(j.item.ID) {
		return false
	}
	go func() {
		defer func() {
			l.let(j.item.ID)
			done <- struct{}{}
		}()
		l.settle(j.do(ctx, j.item))
	}()
	return true
}

func (l *lane) take(item string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[item] {
		return false
	}
	l.busy[item] = true
	return true
}

func (l *lane) let(item string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.busy, item)
}

func (l *lane) isBusy(item string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.busy[item]
}

// errMoved says the item was changed by somebody else between reading and claiming.
var errMoved = errors.New("the item was changed meanwhile")

// settle decides what an error means for the lane.
func (l *lane) settle(err error) {
	var held *heldError
	switch {
	case err == nil, errors.Is(err, errMoved), errors.Is(err, record.ErrNotFound), errors.Is(err, context.Canceled):
		return
	case errors.As(err, &held):
		l.restUntil(held.until)
	case errors.Is(err, record.ErrFenced):
		l.o.log.Warn("lane passed to another holder", "lane", l.name)
		l.lose()
	default:
		l.o.log.Error("lane rests", "lane", l.name, "err", err)
		l.restUntil(time.Now().Add(l.o.pace.Backoff))
	}
}

func (l *lane) restUntil(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.After(l.rest) {
		l.rest = t
	}
}

func (l *lane) resting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Now().Before(l.rest)
}

func (l *lane) account() string {
	return l.name[:strings.LastIndexByte(l.name, '/')]
}

func (l *lane) emergency() bool { return strings.HasSuffix(l.name, "/emergency") }

// width is how many calls the account allows at once on this lane.
func (l *lane) width() int {
	if a, ok := l.o.o.Accounts(l.account()); ok {
		return max(1, a.Caps().Limits.LaneWidth)
	}
	return 1
}

// pass looks at the whole lane once and returns what is to be done, in order.
func (l *lane) pass(ctx context.Context) []job {
	if l.resting() {
		return nil
	}
	jobs, err := l.survey(ctx)
	if err != nil && ctx.Err() == nil {
		l.settle(err)
	}
	return jobs
}

func (l *lane) survey(ctx context.Context) ([]job, error) {
	if err := l.lease(ctx); err != nil {
		return nil, err
	}
	blocked := map[string]string{} // recipient -> the item whose outcome is open
	open, err := l.openOutcomes(ctx, blocked)
	if err != nil {
		return open, err
	}
	heads, err := l.heads(ctx, blocked)
	return append(open, heads...), err
}

// openOutcomes finds what left, or may have left, and is not settled. Claims without a
// holder become unknown. Whoever has such an item open is blocked.
func (l *lane) openOutcomes(ctx context.Context, blocked map[string]string) ([]job, error) {
	var jobs []job
	now := time.Now()
	for _, state := range []string{record.ItemClaimed, record.ItemUnknown, record.ItemAccepted} {
		items, err := l.list(ctx, record.Query{State: state, Limit: pageSize})
		if err != nil {
			return nil, err
		}
		if state == record.ItemClaimed {
			if items, err = l.bury(ctx, items); err != nil {
				return nil, err
			}
		}
		for _, it := range items {
			if state != record.ItemAccepted {
				blocked[it.Recipient()] = it.ID
			}
			if j, ok := l.ask(it, now); ok {
				jobs = append(jobs, j)
			}
		}
	}
	return jobs, nil
}

// ask returns the job of asking the platform about an item, when its time has come.
func (l *lane) ask(it *record.Item, now time.Time) (job, bool) {
	if it.Due.IsZero() || it.Due.After(now) || l.isBusy(it.ID) {
		return job{}, false
	}
	switch {
	case it.State == record.ItemAccepted:
		return job{it, l.check}, true
	case it.State == record.ItemUnknown && (!it.Untold || repeatable(it)):
		return job{it, l.resolve}, true
	}
	return job{}, false
}

// batch is how many heads one pass gathers.
const batch = 32

// heads finds the items that may leave now: for each recipient only the oldest that is in line.
func (l *lane) heads(ctx context.Context, blocked map[string]string) ([]job, error) {
	halt, err := l.o.halt(ctx)
	if err != nil {
		return nil, err
	}
	line := &line{l: l, halt: halt, blocked: blocked, now: time.Now()}
	for after := ""; len(line.jobs) < batch; {
		page, err := l.list(ctx, record.Query{State: record.ItemDue, After: after, Limit: 2 * batch})
		if err != nil {
			return nil, err
		}
		for _, it := range page {
			after = it.ID
			line.add(it)
		}
		if len(page) < 2*batch {
			break
		}
	}
	return line.jobs, l.explain(ctx, line.waits)
}

// line sorts due items into those that may leave and those that wait.
type line struct {
	l       *lane
	halt    *record.Halt
	blocked map[string]string
	now     time.Time
	jobs    []job
	waits   map[string]string // item -> why it waits
}

func (n *line) add(it *record.Item) {
	r := it.Recipient()
	switch {
	case n.l.isBusy(it.ID), n.l.o.hoped(it, n.now):
		n.blocked[r] = it.ID
	case it.Erased, !n.now.Before(it.Expires):
		n.jobs = append(n.jobs, job{it, n.l.send})
	case n.halt.Stops(it):
		n.wait(it, whyHalted(n.halt))
	case it.Due.After(n.now) && len(it.Attempts) == 0 && it.Snoozes == 0:
		// Its time has not come: it stands in nobody's way.
	case n.blocked[r] != "" && !n.l.emergency():
		n.wait(it, whyBehind(n.blocked[r]))
	case it.Due.After(n.now):
		n.blocked[r] = it.ID
	default:
		n.blocked[r] = it.ID
		n.jobs = append(n.jobs, job{it, n.l.send})
	}
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

// explain writes on waiting items why they wait, for people to see.
func (l *lane) explain(ctx context.Context, waits map[string]string) error {
	if len(waits) == 0 {
		return nil
	}
	return l.o.o.Store.Update(ctx, func(tx record.Tx) error {
		for id, why := range waits {
			it, err := record.Load[record.Item](tx, id)
			if errors.Is(err, record.ErrNotFound) || err == nil && it.State != record.ItemDue {
				continue
			}
			if err != nil {
				return err
			}
			it.Why = why
			if err := tx.Put(it); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *lane) list(ctx context.Context, q record.Query) ([]*record.Item, error) {
	q.Kind, q.Stream = record.KindItem, l.name
	page, err := l.o.o.Store.List(ctx, q)
	if err != nil {
		return nil, err
	}
	items := make([]*record.Item, len(page))
	for i, r := range page {
		items[i] = r.(*record.Item)
	}
	return items, nil
}

// halt returns the station's halt; none recorded means none.
func (o *Outbox) halt(ctx context.Context) (*record.Halt, error) {
	h, err := record.Fetch[record.Halt](ctx, o.o.Store, record.HaltID)
	if errors.Is(err, record.ErrNotFound) {
		return &record.Halt{}, nil
	}
	return h, err
}
